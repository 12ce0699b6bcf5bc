package watch_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/watch"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// house is a workspace that is watched.
type house struct {
	*testing.T
	store   *store.Store
	auth    *auth.Service
	owner   auth.Actor
	log     bytes.Buffer
	time    time.Time
	letters []watch.Alarm
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{T: t, store: s, time: time.Now()}
	h.auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: id.NewSource(3, time.Now), Now: func() time.Time { return h.time },
		Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
			return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
		}})
	_, p, err := h.auth.Found(t.Context(), auth.Founding{Workspace: "Lumen", Name: "Olga Petrova", Email: "olga@lumen.example", Password: "quiet tide over sand", Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	h.owner = auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: p.Workspace, Role: auth.Owner}
	return h
}

func (h *house) node() *watch.Watch {
	return watch.New(watch.Config{
		Store: h.store, Once: h.auth.Once, Now: func() time.Time { return h.time }, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
		Tell: func(_ context.Context, _ auth.WorkspaceID, a watch.Alarm) error {
			h.letters = append(h.letters, a)
			return nil
		},
	})
}

func (h *house) flush(w *watch.Watch) {
	h.Helper()
	if err := w.Flush(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func (h *house) events(kind string) []event.Event {
	h.Helper()
	list, err := h.store.EventsOf(h.Context(), h.owner.Workspace, kind, time.Unix(0, 0), 1000)
	if err != nil {
		h.Fatal(err)
	}
	return list
}

// TestRefusalsAreWrittenDown refuses each thing once or more, and reads what the
// journal and the log say of it.
func TestRefusalsAreWrittenDown(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		w := h.node()
		token := h.owner
		token.Token = 77
		for range 3 {
			w.Refused(t.Context(), watch.Refusal{What: watch.SignIn, Account: "olga@lumen.example", Address: "203.0.113.7", Where: "POST /sign-in"})
		}
		w.Refused(t.Context(), watch.Refusal{What: watch.SignIn, Account: "nobody@else.example", Address: "203.0.113.7", Where: "POST /sign-in"})
		w.Refused(t.Context(), watch.Refusal{What: watch.Action, Actor: h.owner, Address: "2001:db8::7", Where: "GET /admin/people"})
		w.Refused(t.Context(), watch.Refusal{What: watch.Rate, Actor: token, Address: "203.0.113.8", Where: "GET /api/v1/me"})
		w.Refused(t.Context(), watch.Refusal{What: watch.Token, Address: "203.0.113.9", Where: "api"})
		if n := strings.Count(h.log.String(), "msg=refused "); n != 5 {
			t.Errorf("%d lines at once:\n%s", n, h.log.String())
		}
		h.flush(w)
		if h.flush(w); len(h.events(watch.RefusedKind)) != 5 {
			t.Errorf("%d events", len(h.events(watch.RefusedKind)))
		}
		found := map[string]event.Event{}
		for _, e := range h.events(watch.RefusedKind) {
			var d struct {
				What  string
				Count int
				Where string
			}
			if err := e.Decode(&d); err != nil {
				t.Fatal(err)
			}
			found[fmt.Sprintf("%s %d %s %s/%d by %s from %s", d.What, d.Count, d.Where, e.Subject.Kind, e.Subject.ID, e.ActorKind, e.Origin().Address)] = e
		}
		for _, want := range []string{
			fmt.Sprintf("sign_in 3 POST /sign-in person/%d by system from 203.0.113.7", h.owner.ID),
			fmt.Sprintf("sign_in 1 POST /sign-in workspace/%d by system from 203.0.113.7", h.owner.Workspace),
			fmt.Sprintf("action 1 GET /admin/people person/%d by agent from 2001:db8::/64", h.owner.ID),
			"rate 1 GET /api/v1/me token/77 by agent from 203.0.113.8",
			fmt.Sprintf("token 1 api workspace/%d by system from 203.0.113.9", h.owner.Workspace),
		} {
			if _, ok := found[want]; !ok {
				t.Errorf("no event %q", want)
			}
		}
		if links, faults, err := s.VerifyAudit(t.Context(), h.owner.Workspace); err != nil || len(faults) > 0 || links < 6 {
			t.Errorf("%d links, %v, %v", links, faults, err)
		}
		for _, e := range h.events(watch.RefusedKind) {
			if strings.Contains(string(e.Data), "@") {
				t.Errorf("what was typed is kept: %s", e.Data)
			}
		}
		for _, private := range []string{"olga", "petrova", "lumen", "else.example", "203.0.113.7", "2001:db8::7"} {
			if strings.Contains(strings.ToLower(h.log.String()), private) {
				t.Errorf("the log holds %q:\n%s", private, h.log.String())
			}
		}
		if !strings.Contains(h.log.String(), "network=203.0.113.0/24") || !strings.Contains(h.log.String(), "count=3") {
			t.Errorf("the log lacks where from, or how often:\n%s", h.log.String())
		}
	})
}

// TestAFloodIsSummedUp refuses from more networks than anybody wants to read of.
func TestAFloodIsSummedUp(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		w := h.node()
		for i := range 20_000 {
			w.Refused(t.Context(), watch.Refusal{What: watch.Token, Address: fmt.Sprintf("10.%d.%d.1", i/200, i%200), Where: "api"})
		}
		h.flush(w)
		total := 0
		events := h.events(watch.RefusedKind)
		for _, e := range events {
			var c watch.Count
			if err := e.Decode(&c); err != nil {
				t.Fatal(err)
			}
			total += c.N
		}
		if len(events) > 11 || total != 20_000 {
			t.Errorf("%d events of %d refusals", len(events), total)
		}
		if n := strings.Count(h.log.String(), "\n"); n > 2010 {
			t.Errorf("%d lines in the log", n)
		}
		if len(h.letters) != 1 || h.letters[0].What != watch.Token {
			t.Errorf("letters: %+v", h.letters)
		}
	})
}

// TestUnusualActivityIsTold guesses at two nodes, reads everything, and uses a
// token everywhere: one event for each, and one letter a day for each kind.
func TestUnusualActivityIsTold(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		a, b := h.node(), h.node()
		guess := func(w *watch.Watch, n int) {
			for range n {
				w.Refused(t.Context(), watch.Refusal{What: watch.SignIn, Account: "olga@lumen.example", Address: "203.0.113.7", Where: "POST /sign-in"})
			}
			h.flush(w)
		}
		guess(a, 12)
		if len(h.letters) != 0 {
			t.Fatalf("letters about mistakes: %+v", h.letters)
		}
		guess(b, 12) // the nodes add up
		guess(a, 40)
		if len(h.letters) != 1 || h.letters[0].Kind != watch.Refusals || int64(h.letters[0].Person) != h.owner.ID || h.letters[0].N != 24 {
			t.Errorf("letters: %+v", h.letters)
		}
		if n := len(h.events(watch.UnusualKind)); n != 2 { // the person, then the network
			t.Errorf("%d events", n)
		}
		token := h.owner
		token.Token = 77
		for i := range 30 {
			a.Used(token, fmt.Sprintf("203.0.%d.7", i))
			a.Used(h.owner, fmt.Sprintf("203.0.%d.7", i)) // a person who travels is none of this
		}
		for range 200 {
			b.Read(token, 150)
		}
		h.flush(a)
		h.flush(b)
		if len(h.letters) != 3 || h.letters[1].Kind != watch.Networks || h.letters[2].Kind != watch.Export || h.letters[2].Token != 77 {
			t.Errorf("letters: %+v", h.letters)
		}
		h.time = h.time.Add(25 * time.Hour)
		for i := range 30 {
			a.Used(token, fmt.Sprintf("203.0.%d.7", i))
		}
		if h.flush(a); len(h.letters) != 4 {
			t.Errorf("%d letters, and none on the next day", len(h.letters))
		}
		var none *watch.Watch
		none.Refused(t.Context(), watch.Refusal{})
		none.Used(token, "")
		none.Read(token, 1)
	})
}
