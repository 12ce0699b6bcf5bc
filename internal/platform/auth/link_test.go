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

// uses uses a session every so often for a while.
func (h *house) uses(session string, whole, every time.Duration) {
	h.Helper()
	for at := every; at <= whole; at += every {
		h.later(every)
		h.who(session)
	}
}

// TestSessionRules holds the default against what OWASP ASVS 3.3.2 asks for.
func TestSessionRules(t *testing.T) {
	if life, idle := auth.Lasting("").Spans(); life != 12*time.Hour || idle != 30*time.Minute {
		t.Errorf("without a choice sessions last %v, %v unused", life, idle)
	}
	var was time.Duration
	for _, l := range auth.Lastings() {
		life, idle := l.Spans()
		if life <= was || idle >= life || life > auth.LongestSession {
			t.Errorf("%s lasts %v, %v unused", l, life, idle)
		}
		was = life
	}
	quickly(t, nil, func(h *house) {
		p, _, err := h.auth.Security(h.ctx, h.owner)
		h.must(err)
		if p.Lasting != auth.StrictSessions {
			t.Errorf("a new workspace has %q", p.Lasting)
		}
		h.fails(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: "for ever"}), errs.Invalid, "a span that is none")
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: auth.DaySessions}))
		if p, _, err = h.auth.Security(h.ctx, h.owner); err != nil || p.Lasting != auth.DaySessions {
			t.Errorf("kept %q, %v", p.Lasting, err)
		}
		session, a := h.enter("olga@lumen.example", secret)
		h.later(8*time.Hour + time.Minute)
		if list, err := h.auth.Sessions(h.ctx, a); err != nil || len(list) != 0 {
			t.Errorf("a session that is over is listed: %v, %v", list, err)
		}
		_, _, err = h.auth.Watch(h.ctx, session)
		h.fails(err, errs.Denied, "a session that is over, looked at")
	})
}

// TestSessionsEndInTime says after what a session no longer opens anything.
func TestSessionsEndInTime(t *testing.T) {
	off, lead := false, auth.Lead
	day := 24 * time.Hour
	life, idle := auth.StrictSessions.Spans()
	on(t, nil, func(h *house) {
		for _, tc := range []struct {
			name string
			do   func(h *house, mia auth.PersonID, session string)
			open bool
		}{
			{"nothing", func(*house, auth.PersonID, string) {}, true},
			{"half an hour unused", func(h *house, _ auth.PersonID, _ string) { h.later(idle) }, true},
			{"more than half an hour unused", func(h *house, _ auth.PersonID, _ string) { h.later(idle + time.Second) }, false},
			{"use every 29 minutes for twelve hours", func(h *house, _ auth.PersonID, session string) { h.uses(session, life, 29*time.Minute) }, true},
			{"use every 29 minutes for longer", func(h *house, _ auth.PersonID, session string) {
				h.uses(session, life, 29*time.Minute)
				h.later(29 * time.Minute)
			}, false},
			{"an open page that nobody touches", func(h *house, _ auth.PersonID, session string) {
				for range 3 {
					h.later(11 * time.Minute)
					_, _, _ = h.auth.Watch(h.ctx, session) // over in the end
				}
			}, false},
			{"a wider rule, in time", func(h *house, _ auth.PersonID, _ string) {
				h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: auth.WeekSessions}))
				h.later(2 * day)
			}, true},
			{"a rule that was made narrower", func(h *house, _ auth.PersonID, _ string) {
				h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: auth.WeekSessions}))
				h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: auth.DaySessions}))
				h.later(8*time.Hour + time.Second)
			}, false},
			{"a week under the rule of a month", func(h *house, mia auth.PersonID, session string) {
				h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Lasting: auth.MonthSessions}))
				h.uses(session, 29*day, 6*day)
			}, true},
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
				_, err = h.auth.Accept(h.ctx, token, auth.Joining{Password: "another quiet tide", Language: "en", Zone: "UTC"}, here)
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
				_, err := h.auth.Accept(h.ctx, token, auth.Joining{Password: "short", Language: "en", Zone: "UTC"}, here)
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
	_, err := h.auth.Accept(h.ctx, token, auth.Joining{Password: "another quiet tide", Language: "en", Zone: "UTC"}, here)
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
