package auth_test

import (
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestSessionsEndInTime says after what a session no longer opens anything.
func TestSessionsEndInTime(t *testing.T) {
	off, lead := false, auth.Lead
	day := 24 * time.Hour
	on(t, nil, func(h *house) {
		for _, tc := range []struct {
			name string
			do   func(h *house, mia auth.PersonID, session string)
			open bool
		}{
			{"nothing", func(*house, auth.PersonID, string) {}, true},
			{"six idle days", func(h *house, _ auth.PersonID, _ string) { h.later(auth.IdleLife - time.Minute) }, true},
			{"a week of idling", func(h *house, _ auth.PersonID, _ string) { h.later(auth.IdleLife + time.Minute) }, false},
			{"daily use for a month less a day", func(h *house, _ auth.PersonID, session string) {
				for range int(auth.SessionLife/day) - 1 {
					h.later(day)
					h.who(session)
				}
			}, true},
			{"a month of daily use", func(h *house, _ auth.PersonID, session string) {
				for range int(auth.SessionLife / day) {
					h.later(day)
					h.who(session)
				}
				h.later(time.Minute)
			}, false},
			{"signing out", func(h *house, _ auth.PersonID, session string) {
				h.must(h.auth.SignOut(h.ctx, h.who(session), session))
			}, false},
			{"somebody else's signing out with it", func(h *house, _ auth.PersonID, session string) { h.must(h.auth.SignOut(h.ctx, h.owner, session)) }, true},
			{"being ended from another one", func(h *house, _ auth.PersonID, session string) {
				other, a := h.enter(mia(h.T), secret)
				h.must(h.auth.EndOtherSessions(h.ctx, a, other))
				h.who(other)
			}, false},
			{"a new password, set elsewhere", func(h *house, _ auth.PersonID, _ string) {
				other, a := h.enter(mia(h.T), secret)
				h.must(h.auth.ChangePassword(h.ctx, a, other, secret, "another quiet tide"))
				h.who(other)
			}, false},
			{"a reset link that was used", func(h *house, mia auth.PersonID, _ string) {
				token, err := h.auth.Reinvite(h.ctx, h.owner, mia)
				h.must(err)
				_, err = h.auth.Accept(h.ctx, token, "", "another quiet tide", "en", "UTC", here.Address, here.UserAgent)
				h.must(err)
			}, false},
			{"a reset link that nobody used", func(h *house, mia auth.PersonID, _ string) {
				_, err := h.auth.Reinvite(h.ctx, h.owner, mia)
				h.must(err)
			}, true},
			{"another role", func(h *house, mia auth.PersonID, _ string) {
				h.must(h.auth.UpdatePerson(h.ctx, h.owner, mia, auth.PersonUpdate{Role: &lead}))
			}, false},
			{"being disabled", func(h *house, mia auth.PersonID, _ string) {
				h.must(h.auth.UpdatePerson(h.ctx, h.owner, mia, auth.PersonUpdate{Active: &off}))
			}, false},
		} {
			h.within(h.T, tc.name, func(h *house) {
				p := h.invited(mia(h.T), auth.AgentRole)
				session, _ := h.enter(mia(h.T), secret)
				tc.do(h, p, session)
				_, _, err := h.auth.Authenticate(h.ctx, session)
				if tc.open {
					h.must(err)
					return
				}
				h.fails(err, errs.Denied, "the session")
			})
		}
	})
}

// TestLinksWorkOnceAndInTime says after what an invitation or reset link no
// longer lets anybody choose a password.
func TestLinksWorkOnceAndInTime(t *testing.T) {
	off, back := false, true
	on(t, nil, func(h *house) {
		for _, tc := range []struct {
			name string
			do   func(h *house, p auth.PersonID, token string)
			open bool
		}{
			{"nothing", func(*house, auth.PersonID, string) {}, true},
			{"its last minute", func(h *house, _ auth.PersonID, _ string) { h.later(auth.InviteLife - time.Minute) }, true},
			{"its time", func(h *house, _ auth.PersonID, _ string) { h.later(auth.InviteLife + time.Minute) }, false},
			{"being looked at", func(h *house, _ auth.PersonID, token string) {
				_, _, err := h.auth.Invited(h.ctx, token)
				h.must(err)
			}, true},
			{"being used", func(h *house, _ auth.PersonID, token string) { h.must(h.accept(token)) }, false},
			{"a newer one that was used", func(h *house, p auth.PersonID, _ string) {
				newer, err := h.auth.Reinvite(h.ctx, h.owner, p)
				h.must(err)
				h.must(h.accept(newer))
			}, false},
			{"a newer one that nobody used", func(h *house, p auth.PersonID, _ string) {
				_, err := h.auth.Reinvite(h.ctx, h.owner, p)
				h.must(err)
			}, true},
			{"a password that was too short", func(h *house, _ auth.PersonID, token string) {
				_, err := h.auth.Accept(h.ctx, token, "", "short", "en", "UTC", here.Address, here.UserAgent)
				h.fails(err, errs.Invalid, "a short password")
			}, true},
		} {
			for _, purpose := range []string{"invite", "reset"} {
				h.within(h.T, purpose+" after "+tc.name, func(h *house) {
					p, token := h.linked(purpose)
					tc.do(h, p, token)
					err := h.accept(token)
					if tc.open {
						h.must(err)
						return
					}
					h.fails(err, errs.NotFound, "the link")
					if _, _, err := h.auth.Invited(h.ctx, token); !errs.Is(err, errs.NotFound) {
						h.Errorf("it is still shown: %v", err)
					}
				})
			}
		}
		h.within(h.T, "an invitation that was revoked", func(h *house) {
			p, token := h.linked("invite")
			h.must(h.auth.Revoke(h.ctx, h.owner, p))
			h.fails(h.accept(token), errs.NotFound, "a revoked link")
		})
		h.within(h.T, "a reset link of somebody who was disabled meanwhile", func(h *house) {
			p, token := h.linked("reset")
			h.must(h.auth.UpdatePerson(h.ctx, h.owner, p, auth.PersonUpdate{Active: &off}))
			h.fails(h.accept(token), errs.NotFound, "the link")
			h.must(h.auth.UpdatePerson(h.ctx, h.owner, p, auth.PersonUpdate{Active: &back}))
		})
		h.within(h.T, "many at once", func(h *house) {
			_, token := h.linked("invite")
			errors := make([]error, 6)
			var g errgroup.Group
			for i := range errors {
				g.Go(func() error { errors[i] = h.accept(token); return nil })
			}
			_ = g.Wait()
			in := 0
			for _, err := range errors {
				if err == nil {
					in++
				} else if !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Conflict) {
					h.Errorf("the others are told %v", err)
				}
			}
			if in != 1 {
				h.Errorf("the link let %d in", in)
			}
		})
		h.within(h.T, "made up", func(h *house) { h.fails(h.accept("made-up"), errs.NotFound, "the link") })
	})
}

// mia is a person of each case's own: they share one house, whose clock goes on.
func mia(t *testing.T) string {
	return fmt.Sprintf("mia-%08x@lumen.example", crc32.ChecksumIEEE([]byte(t.Name())))
}

// within runs a case in the house.
func (h *house) within(t *testing.T, name string, run func(h *house)) {
	t.Run(name, func(t *testing.T) {
		outer := h.T
		defer func() { h.T = outer }()
		h.T = t
		run(h)
	})
}

func (h *house) accept(token string) error {
	_, err := h.auth.Accept(h.ctx, token, "", "another quiet tide", "en", "UTC", here.Address, here.UserAgent)
	return err
}

// linked makes a person with an open link of a purpose.
func (h *house) linked(purpose string) (auth.PersonID, string) {
	h.Helper()
	if purpose == "invite" {
		token, p, err := h.auth.Invite(h.ctx, h.owner, mia(h.T), "Mia", auth.AgentRole, false, nil)
		h.must(err)
		return p.ID, token
	}
	p := h.invited(mia(h.T), auth.AgentRole)
	token, err := h.auth.Reinvite(h.ctx, h.owner, p)
	h.must(err)
	return p, token
}
