package portal_test

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

var home = portal.Visit{Address: "192.0.2.1", Language: "de"}

// work runs the letters that wait.
func (w *world) work() {
	w.t.Helper()
	for {
		jobs, err := w.store.Claim(w.t.Context(), portal.Queue, w.now, w.now.Add(time.Minute), 10)
		w.must(err)
		if len(jobs) == 0 {
			return
		}
		for _, j := range jobs {
			w.must(w.pages.Handle(w.t.Context(), j))
			_, err := w.store.Finish(w.t.Context(), j, w.now)
			w.must(err)
		}
	}
}

func (w *world) link(shop order.Shop, number string) string {
	w.t.Helper()
	token, err := w.find(shop, number, buyer, home.Address)
	w.must(err)
	return token
}

// ask lets a code be sent and returns it.
func (w *world) ask(token string) string {
	w.t.Helper()
	before := len(w.letters)
	w.must(w.pages.AskCode(w.t.Context(), w.shops[0], token, home))
	w.work()
	if len(w.letters) != before+1 {
		w.t.Fatalf("%d letters", len(w.letters)-before)
	}
	return regexp.MustCompile(`\d{6}`).FindString(w.letters[before].Text)
}

func (w *world) enter(token, code string, v portal.Visit) (string, error) {
	return w.pages.Enter(w.t.Context(), w.shops[0], token, code, v)
}

func TestCodeOpensTheOrder(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		token := w.link(w.shops[0], "GW-1042")
		code := w.ask(token)
		l := w.letters[0]
		if l.To != buyer || l.Language != "de" || strings.Contains(l.Subject, code) || !strings.Contains(l.Text, "GW-1042") || !strings.Contains(l.Text, "gilt 10 Min.") {
			t.Errorf("%+v", l)
		}
		session, err := w.enter(token, " "+code[:3]+" "+code[3:], home)
		w.must(err)
		st, err := w.pages.Show(t.Context(), w.shops[0], token, session)
		w.must(err)
		if p := st.Private; p == nil || p.Email != buyer || p.ShipTo.Line1 != street || p.Total != 19800 || len(p.Lines) != 1 {
			t.Errorf("%+v", st.Private)
		}
		if _, err := w.enter(token, code, home); !errs.Is(err, errs.Denied) {
			t.Errorf("a code works twice: %v", err)
		}
		w.now = w.now.Add(portal.SessionLife)
		if st, err = w.pages.Show(t.Context(), w.shops[0], token, session); err != nil || st.Private != nil {
			t.Errorf("a session does not end: %+v, %v", st.Private, err)
		}
	})
}

// TestSessionsAreOfOneOrder: a session shows nothing of another order, shop or
// workspace, and no other token is one.
func TestSessionsAreOfOneOrder(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.save(w.shops[0], "GW-2", buyer)
	w.save(w.shops[1], "GW-3", buyer)
	w.save(w.shops[2], "GW-4", buyer)
	token := w.link(w.shops[0], "GW-1042")
	session, err := w.enter(token, w.ask(token), home)
	w.must(err)
	for i, number := range []string{"GW-2", "GW-3", "GW-4"} {
		shop := w.shops[i]
		if st, err := w.pages.Show(t.Context(), shop, w.link(shop, number), session); err != nil || st.Private != nil {
			t.Errorf("%s: %+v, %v", number, st.Private, err)
		}
	}
	for _, s := range []string{token, session + "0", session[:len(session)-1], "x"} {
		if st, err := w.pages.Show(t.Context(), w.shops[0], token, s); err != nil || st.Private != nil {
			t.Errorf("%q is a session: %v", s, err)
		}
	}
	for name, call := range map[string]func() error{
		"a session as a link":      func() error { _, err := w.pages.Show(t.Context(), w.shops[0], session, session); return err },
		"a code for a session":     func() error { return w.pages.AskCode(t.Context(), w.shops[0], session, home) },
		"a code of another shop":   func() error { return w.pages.AskCode(t.Context(), w.shops[1], token, home) },
		"entering at another shop": func() error { _, err := w.pages.Enter(t.Context(), w.shops[2], token, "000000", home); return err },
	} {
		if err := call(); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCodesCannotBeGuessed: a code stands few tries, from wherever they come, and
// not for long; a new one takes its place; few are sent.
func TestCodesCannotBeGuessed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		token := w.link(w.shops[0], "GW-1042")
		code := w.ask(token)
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for i := range 5 {
			if _, err := w.enter(token, wrong, portal.Visit{Address: "198.51.100." + strconv.Itoa(i)}); !errs.Is(err, errs.Denied) {
				t.Fatal(err)
			}
		}
		if _, err := w.enter(token, code, home); !errs.Is(err, errs.Denied) {
			t.Errorf("the right code passes after guesses: %v", err)
		}
		next := w.ask(token)
		if _, err := w.enter(token, code, home); code != next && !errs.Is(err, errs.Denied) {
			t.Errorf("the old code passes: %v", err)
		}
		w.now = w.now.Add(portal.CodeLife)
		if _, err := w.enter(token, next, home); !errs.Is(err, errs.Denied) {
			t.Errorf("a code does not end: %v", err)
		}
		var wait *portal.Wait
		for n := 2; ; n++ {
			if err := w.pages.AskCode(t.Context(), w.shops[0], token, home); errors.As(err, &wait) {
				if n != 4 {
					t.Errorf("%d codes an hour", n)
				}
				break
			}
			if n > 20 {
				t.Fatal("codes are sent without end")
			}
		}
	})
}

// TestNoAddressIsAnsweredAlike: who asks does not learn whether an order has a mail
// address, and nothing is sent late.
func TestNoAddressIsAnsweredAlike(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.save(w.shops[0], "GW-5", "")
	token, err := w.find(w.shops[0], "GW-5", phone, home.Address)
	w.must(err)
	w.must(w.pages.AskCode(t.Context(), w.shops[0], token, home))
	w.work()
	w.must(w.pages.AskCode(t.Context(), w.shops[0], w.link(w.shops[0], "GW-1042"), home))
	w.now = w.now.Add(portal.CodeLife + time.Minute)
	w.work()
	if len(w.letters) != 0 {
		t.Errorf("%+v", w.letters)
	}
}
