package portal_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

var inLetter = regexp.MustCompile(`https://desk\.example/p/shop/updates/([0-9a-z]+)`)

// TestUpdatesTakeTwoSteps: updates begin by a link in a letter to the order's own
// address, or in a session, end with one request, and stay as they are on repeats.
func TestUpdatesTakeTwoSteps(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		token := w.link(w.shops[0], "GW-1042")
		wished := func() portal.Subscription {
			t.Helper()
			sub, status, stop, err := w.pages.Updates(t.Context(), w.spaces[0], w.order)
			w.must(err)
			if !strings.HasPrefix(status, "https://desk.example/p/shop/o/") || inLetter.FindString(stop) != stop {
				t.Errorf("%q, %q", status, stop)
			}
			return sub
		}
		if sub := wished(); sub != (portal.Subscription{}) {
			t.Errorf("nobody asked: %+v", sub)
		}
		begun, err := w.pages.AskUpdates(t.Context(), w.shops[0], token, "", home)
		w.must(err)
		w.work()
		if begun || len(w.letters) != 1 || w.letters[0].To != buyer || wished().On() {
			t.Fatalf("%v, %+v", begun, w.letters)
		}
		link := inLetter.FindStringSubmatch(w.letters[0].Text)[1]
		if l, err := w.pages.ReadLetterLink(t.Context(), w.shops[0], link); err != nil || !l.Begins || l.Number != "GW-1042" || wished().On() {
			t.Errorf("%+v, %v: reading a link follows it", l, err)
		}
		for range 2 {
			if _, err := w.pages.FollowLetterLink(t.Context(), w.shops[0], link, home); err != nil || !wished().On() || wished().Language != "de" {
				t.Errorf("%+v, %v", wished(), err)
			}
		}
		_, _, stop, err := w.pages.Updates(t.Context(), w.spaces[0], w.order)
		w.must(err)
		for range 2 {
			if l, err := w.pages.FollowLetterLink(t.Context(), w.shops[0], inLetter.FindStringSubmatch(stop)[1], home); err != nil || l.Begins || wished().On() {
				t.Errorf("%+v, %v", wished(), err)
			}
		}
		session, err := w.enter(token, w.ask(token), home)
		w.must(err)
		if begun, err := w.pages.AskUpdates(t.Context(), w.shops[0], token, session, home); err != nil || !begun || !wished().On() {
			t.Errorf("%v, %v", begun, err)
		}
		if err := w.pages.StopUpdates(t.Context(), w.shops[0], token, "", home); !errs.Is(err, errs.Denied) || !wished().On() {
			t.Errorf("a link ends updates: %v", err)
		}
		w.must(w.pages.StopUpdates(t.Context(), w.shops[0], token, session, home))
		if wished().On() || wished().EndedAt.IsZero() {
			t.Errorf("%+v", wished())
		}
	})
}

// TestLettersAreFew: nobody floods a mailbox from the page, and links of letters are
// of one shop and one purpose.
func TestLettersAreFew(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	token := w.link(w.shops[0], "GW-1042")
	var wait *portal.Wait
	for i := range 6 {
		_, err := w.pages.AskUpdates(t.Context(), w.shops[0], token, "", home)
		if i >= 4 != errors.As(err, &wait) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := w.pages.AskCode(t.Context(), w.shops[0], token, home); !errors.As(err, &wait) {
		t.Errorf("codes have a count of their own: %v", err)
	}
	_, _, stop, err := w.pages.Updates(t.Context(), w.spaces[0], w.order)
	w.must(err)
	stop = inLetter.FindStringSubmatch(stop)[1]
	for _, c := range []struct {
		shop  order.Shop
		token string
	}{{w.shops[1], stop}, {w.shops[2], stop}, {w.shops[0], token}, {w.shops[0], stop + "0"}} {
		if _, err := w.pages.FollowLetterLink(t.Context(), c.shop, c.token, home); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", c.shop.Slug, err)
		}
	}
	if _, err := w.pages.Show(t.Context(), w.shops[0], stop, ""); !errs.Is(err, errs.NotFound) {
		t.Errorf("the link of a letter's foot shows the order: %v", err)
	}
}

// TestTrackingNumbersShowOneParcel: a number alone shows what its carrier shows
// everybody, and nothing of the order around it.
func TestTrackingNumbersShowOneParcel(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.delivered()
		token, err := w.find(w.shops[0], " lp 123456785 cn ", "", "192.0.2.9")
		w.must(err)
		st, err := w.pages.Show(t.Context(), w.shops[0], token, "")
		w.must(err)
		if len(st.Parcels) != 1 || st.Parcels[0].Status != shipment.Delivered || st.Number != "" || len(st.Items) != 0 || st.Asks || st.Private != nil {
			t.Errorf("%+v", st)
		}
		if err := w.pages.AskCode(t.Context(), w.shops[0], token, home); !errs.Is(err, errs.NotFound) {
			t.Errorf("a number sends letters: %v", err)
		}
		for _, c := range []struct {
			shop   order.Shop
			number string
			want   errs.Kind
		}{{w.shops[1], parcel, errs.NotFound}, {w.shops[2], parcel, errs.NotFound}, {w.shops[0], "LP123456799CN", errs.NotFound}, {w.shops[0], "GW-3000", errs.Invalid}} {
			if _, err := w.find(c.shop, c.number, "", "192.0.2.10"); !errs.Is(err, c.want) {
				t.Errorf("%s at %s: %v", c.number, c.shop.Slug, err)
			}
		}
	})
}
