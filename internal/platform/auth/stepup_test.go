package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

func TestStepUp(t *testing.T) {
	on(t, nil, func(h *house) {
		session, a := h.enter("olga@lumen.example", secret)
		h.must(h.auth.StepUp(h.ctx, a, session))
		h.later(auth.FreshFor + time.Second)
		h.fails(h.auth.StepUp(h.ctx, a, session), errs.Denied, "a session of ten minutes ago")
		_, err := h.auth.ProveByPassword(h.ctx, a, session, "not it at all", here)
		h.fails(err, errs.Invalid, "a wrong password")
		ada := h.invited("ada@lumen.example", auth.AgentRole)
		theirs, other := h.enter("ada@lumen.example", secret)
		h.fails(h.auth.StepUp(h.ctx, a, theirs), errs.Denied, "somebody else's session")
		_, err = h.auth.ProveByPassword(h.ctx, a, theirs, secret, here)
		h.fails(err, errs.Denied, "a proof for somebody else's session")
		next, err := h.auth.ProveByPassword(h.ctx, a, session, secret, here)
		h.must(err)
		h.must(h.auth.StepUp(h.ctx, h.who(next), next))
		if _, _, err := h.auth.Authenticate(h.ctx, session); !errs.Is(err, errs.Denied) {
			t.Errorf("the token of before the proof goes on: %v", err)
		}

		_, list, err := h.auth.SessionsOf(h.ctx, h.owner, ada)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		_, _, err = h.auth.SessionsOf(h.ctx, other, h.owner.Person())
		h.fails(err, errs.Denied, "an agent looks at the owner's sessions")
		h.fails(h.auth.EndSessionsOf(h.ctx, other, h.owner.Person(), nil), errs.Denied, "an agent ends the owner's sessions")
		h.must(h.auth.EndSessionsOf(h.ctx, h.owner, ada, nil))
		if _, _, err := h.auth.Authenticate(h.ctx, theirs); !errs.Is(err, errs.Denied) {
			t.Errorf("an ended session goes on: %v", err)
		}
		theirs, _ = h.enter("ada@lumen.example", secret)
		lead := auth.Lead
		h.must(h.auth.UpdatePerson(h.ctx, h.owner, ada, auth.PersonUpdate{Role: &lead}))
		if _, _, err := h.auth.Authenticate(h.ctx, theirs); !errs.Is(err, errs.Denied) {
			t.Errorf("a session outlived a change of rights: %v", err)
		}
	})
}

var linked = regexp.MustCompile(`https://desk\.example/invite/(\S+)`)

func TestReset(t *testing.T) {
	on(t, nil, func(h *house) {
		h.must(h.auth.AskReset(h.ctx, " OLGA@lumen.example", here))
		h.must(h.auth.AskReset(h.ctx, "nobody@lumen.example", here))
		h.fails(h.auth.AskReset(h.ctx, "olga", here), errs.Invalid, "no address")
		if len(h.mails) != 1 || h.mails[0].To != "olga@lumen.example" {
			t.Fatalf("letters: %+v", h.mails)
		}
		link := linked.FindStringSubmatch(h.mails[0].Text)
		if link == nil {
			t.Fatalf("no link in %q", h.mails[0].Text)
		}
		old, _ := h.enter("olga@lumen.example", secret)
		e, err := h.auth.Accept(h.ctx, link[1], auth.Joining{Password: "another good one", Zone: "UTC"}, here)
		h.must(err)
		h.who(e.Session)
		if _, _, err := h.auth.Authenticate(h.ctx, old); !errs.Is(err, errs.Denied) {
			t.Errorf("a session outlived the password: %v", err)
		}
		_, err = h.auth.Accept(h.ctx, link[1], auth.Joining{Password: "a third good one", Zone: "UTC"}, here)
		h.fails(err, errs.NotFound, "a link, twice")
		_, err = h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		h.fails(err, errs.Denied, "the old password")
		if n := len(h.mails); n != 2 || !strings.Contains(h.mails[1].Subject, "password") {
			t.Errorf("no notice: %+v", h.mails)
		}

		h.mails = nil
		h.must(h.auth.AskReset(h.ctx, "olga@lumen.example", here))
		h.later(auth.ResetLife + time.Second)
		_, err = h.auth.Accept(h.ctx, linked.FindStringSubmatch(h.mails[0].Text)[1], auth.Joining{Password: "a third good one", Zone: "UTC"}, here)
		h.fails(err, errs.NotFound, "a link after its hour")
		h.mails = nil
		for range 20 {
			h.must(h.auth.AskReset(h.ctx, "olga@lumen.example", here))
		}
		if len(h.mails) > 3 {
			t.Errorf("%d letters in an hour", len(h.mails))
		}
	})
}

// TestResetKeepsTheSecondStep follows a reset link as a thief who reads the mail of
// somebody with an authenticator app.
func TestResetKeepsTheSecondStep(t *testing.T) {
	quickly(t, nil, func(h *house) {
		h.armed()
		h.mails = nil
		h.must(h.auth.AskReset(h.ctx, "olga@lumen.example", here))
		e, err := h.auth.Accept(h.ctx, linked.FindStringSubmatch(h.mails[0].Text)[1], auth.Joining{Password: "another good one", Zone: "UTC"}, here)
		h.must(err)
		if e.Session != "" || e.Need != auth.NeedFactor {
			t.Errorf("a link alone led to %+v", e)
		}
	})
}

// TestNoLetterWithoutAnAddress lets nobody choose by a forged Host where a link
// leads, and shows the operator no token.
func TestNoLetterWithoutAnAddress(t *testing.T) {
	var notes strings.Builder
	quickly(t, func(_ *house, in *auth.Signin) {
		in.Address, in.Notes = "", slog.New(slog.NewTextHandler(&notes, nil))
	}, func(h *house) {
		h.must(h.auth.AskReset(h.ctx, "olga@lumen.example", auth.Visit{Address: "1.2.3.4", Origin: "https://evil.example"}))
		if len(h.mails) != 0 || !strings.Contains(notes.String(), "public address") || strings.Contains(notes.String(), "olga") {
			t.Errorf("letters %+v, notes %q", h.mails, notes.String())
		}
	})
}

// TestErrandsWait leaves the same errand for a known and an unknown address.
func TestErrandsWait(t *testing.T) {
	var left []auth.Errand
	quickly(t, func(_ *house, in *auth.Signin) {
		in.Later = func(_ context.Context, e auth.Errand) error {
			left = append(left, e)
			return nil
		}
	}, func(h *house) {
		h.must(h.auth.AskReset(h.ctx, "olga@lumen.example", here))
		h.must(h.auth.AskReset(h.ctx, "nobody@lumen.example", here))
		if len(left) != 2 || left[0].Kind != left[1].Kind || left[0].Person != 0 || len(h.mails) != 0 {
			t.Fatalf("%+v", left)
		}
		for _, e := range left {
			h.must(h.auth.Run(h.ctx, e))
		}
		if len(h.mails) != 1 {
			t.Errorf("letters: %+v", h.mails)
		}
	})
}

// TestAnOfficeBehindOneAddress lets 200 people sign in at the same time from one
// address, each after one mistake.
func TestAnOfficeBehindOneAddress(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes 400 passwords")
	}
	quickly(t, nil, func(h *house) {
		const people = 200
		p, err := h.store.Person(h.ctx, h.owner.Workspace, h.owner.Person())
		h.must(err)
		for i := range people {
			p.ID, p.Email, p.Role = auth.PersonID(1000+i), fmt.Sprintf("p%d@lumen.example", i), auth.AgentRole
			h.must(h.store.AddPerson(h.ctx, p))
		}
		var wait sync.WaitGroup
		for i := range people {
			wait.Go(func() {
				email := fmt.Sprintf("p%d@lumen.example", i)
				if _, err := h.auth.Enter(h.ctx, email, "a slip of the finger", here); !errs.Is(err, errs.Denied) {
					h.Errorf("%s slips: %v", email, err)
				}
				if e, err := h.auth.Enter(h.ctx, email, secret, here); err != nil || e.Session == "" {
					h.Errorf("%s: %v", email, err)
				}
			})
		}
		wait.Wait()
	})
}
