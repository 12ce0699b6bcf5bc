package auth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

func (h *house) code(key string) string {
	h.Helper()
	c, err := totp.GenerateCode(key, h.now())
	h.must(err)
	return c
}

// armed gives the owner an authenticator app.
func (h *house) armed() (key string, codes []string, session string) {
	h.Helper()
	session, _ = h.enter("olga@lumen.example", secret)
	d, err := h.auth.DraftApp(h.ctx, h.owner)
	h.must(err)
	codes, session, err = h.auth.ConfirmApp(h.ctx, h.owner, session, h.code(d.Secret), here)
	h.must(err)
	return d.Secret, codes, session
}

func TestTwoSteps(t *testing.T) {
	on(t, nil, func(h *house) {
		other, _ := h.enter("olga@lumen.example", secret)
		key, codes, session := h.armed()
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		if _, _, err := h.auth.Authenticate(h.ctx, other); !errs.Is(err, errs.Denied) {
			t.Errorf("another session outlived the new factor: %v", err)
		}
		h.who(session)

		e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		h.must(err)
		if e.Need != auth.NeedFactor || e.Session != "" {
			t.Fatalf("a password alone led to %+v", e)
		}
		_, _, err = h.auth.SignIn(h.ctx, "olga@lumen.example", secret, "", "")
		h.fails(err, errs.Denied, "a sign-in of one step")
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, "000000", here)
		h.fails(err, errs.Invalid, "a wrong code")
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, h.code(key), here)
		h.fails(err, errs.Invalid, "the code by which the app was confirmed, once more")
		h.later(30 * time.Second)
		code := h.code(key)
		in, err := h.auth.FinishByCode(h.ctx, e.Pending, code, here)
		h.must(err)
		h.who(in)
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, code, here)
		h.fails(err, errs.Denied, "a pending sign-in, twice")
		e, err = h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		h.must(err)
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, code, here)
		h.fails(err, errs.Invalid, "a code that somebody looked at")

		in, err = h.auth.FinishByCode(h.ctx, e.Pending, " "+strings.ToUpper(codes[3])+" ", here)
		h.must(err)
		h.who(in)
		e, err = h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		h.must(err)
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, codes[3], here)
		h.fails(err, errs.Invalid, "a recovery code, twice")
		if f, err := h.auth.Factors(h.ctx, h.owner); err != nil || f.Codes != 9 || !f.TOTP {
			t.Errorf("%+v, %v", f, err)
		}
		for _, kind := range []string{"person.app_added", "person.code_used"} {
			if !slices.Contains(h.log, kind) {
				t.Errorf("the journal lacks %s: %v", kind, h.log)
			}
		}
		told := []string{}
		for _, m := range h.mails {
			told = append(told, m.Subject)
			if m.To != "olga@lumen.example" || strings.Contains(m.Text, codes[3]) {
				t.Errorf("a notice: %+v", m)
			}
		}
		if !slices.Equal(told, []string{"An authenticator app was added", "A code was used a second time", "A code was used a second time", "A recovery code was used"}) {
			t.Errorf("notices: %q", told)
		}
	})
}

func TestCodesOfNeighbouringStepsAndNoOthers(t *testing.T) {
	quickly(t, nil, func(h *house) {
		key, _, _ := h.armed()
		for _, x := range []struct {
			off  time.Duration
			good bool
		}{{-60 * time.Second, false}, {-30 * time.Second, true}, {30 * time.Second, true}, {60 * time.Second, false}} {
			h.later(10 * time.Minute)
			code, err := totp.GenerateCode(key, h.now().Add(x.off))
			h.must(err)
			e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
			h.must(err)
			if _, err = h.auth.FinishByCode(h.ctx, e.Pending, code, here); (err == nil) != x.good {
				t.Errorf("a code %v off: %v", x.off, err)
			}
		}
	})
}

func TestAPendingSignInEnds(t *testing.T) {
	on(t, nil, func(h *house) {
		key, _, _ := h.armed()
		pending := func() string {
			e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
			h.must(err)
			return e.Pending
		}
		late := pending()
		h.later(auth.PendingLife + time.Second)
		_, err := h.auth.FinishByCode(h.ctx, late, h.code(key), here)
		h.fails(err, errs.Denied, "a pending sign-in after its time")
		_, err = h.auth.FinishByCode(h.ctx, "made up", h.code(key), here)
		h.fails(err, errs.Denied, "a token that was made up")

		guessed := pending()
		for range 5 {
			_, err = h.auth.FinishByCode(h.ctx, guessed, "123123", auth.Visit{Address: "198.51.100.7"})
		}
		h.fails(err, errs.Invalid, "a wrong code")
		_, err = h.auth.FinishByCode(h.ctx, pending(), "123123", auth.Visit{Address: "198.51.100.7"})
		h.fails(err, errs.Unavailable, "a sixth guess at once, by another sign-in")
		h.later(time.Hour)

		guessed = pending()
		for i := range 6 {
			h.later(6 * time.Minute / 6)
			_, err = h.auth.FinishByCode(h.ctx, guessed, "123123", auth.Visit{Address: "198.51.100." + string(rune('1'+i))})
		}
		h.fails(err, errs.Denied, "a pending sign-in after five guesses")

		session, err := h.auth.FinishByCode(h.ctx, pending(), h.code(key), here)
		h.must(err)
		old := pending()
		d := h.who(session)
		_, err = h.auth.RemoveApp(h.ctx, d, session)
		h.must(err)
		_, err = h.auth.FinishByCode(h.ctx, old, h.code(key), here)
		h.fails(err, errs.Denied, "a pending sign-in of before the change")
		h.enter("olga@lumen.example", secret)
	})
}

// TestGuessingCodes lets 10,000 addresses guess at one person's codes for an hour,
// with the right password.
func TestGuessingCodes(t *testing.T) {
	quickly(t, nil, func(h *house) {
		h.armed()
		p, err := h.store.Person(h.ctx, h.owner.Workspace, h.owner.Person())
		h.must(err)
		guesses := 0
		for i := range 10_000 {
			h.later(360 * time.Millisecond)
			if auth.GuessCode(h.auth, p, "000001", auth.Visit{Address: "bot" + string(rune('a'+i%26)) + string(rune('0'+i/26%75)) + string(rune('0'+i/1950))}) {
				guesses++
			}
		}
		if guesses > 70 {
			t.Errorf("%d guesses in an hour", guesses)
		}
	})
}

func TestEnrolment(t *testing.T) {
	on(t, nil, func(h *house) {
		agent := h.invited("ada@lumen.example", auth.AgentRole)
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.AnyWay, Roles: []auth.Role{auth.AgentRole}}))
		e, err := h.auth.Enter(h.ctx, "ada@lumen.example", secret, here)
		h.must(err)
		if e.Need != auth.NeedEnrol || e.Session != "" {
			t.Fatalf("%+v", e)
		}
		p, err := h.auth.Pending(h.ctx, e.Pending)
		h.must(err)
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, "123456", here)
		h.fails(err, errs.Denied, "a second step of somebody without a factor")
		d, err := h.auth.DraftPending(h.ctx, p)
		h.must(err)
		if again, err := h.auth.DraftPending(h.ctx, p); err != nil || again != d {
			t.Errorf("the secret changes when the page is shown again: %v", err)
		}
		_, _, err = h.auth.EnrolByApp(h.ctx, e.Pending, "000000", here)
		h.fails(err, errs.Invalid, "a wrong first code")
		codes, session, err := h.auth.EnrolByApp(h.ctx, e.Pending, h.code(d.Secret), here)
		h.must(err)
		a := h.who(session)
		if a.Person() != agent || len(codes) != 10 {
			t.Errorf("%+v with %d codes", a, len(codes))
		}
		_, err = h.auth.RemoveApp(h.ctx, a, session)
		h.fails(err, errs.Conflict, "the last factor of somebody who must have one")
		h.fails(h.auth.RemoveFactors(h.ctx, a, h.owner.Person()), errs.Denied, "an agent takes the owner's factor away")

		// A pending sign-in with a password alone does not add a factor beside the one there is.
		e, err = h.auth.Enter(h.ctx, "ada@lumen.example", secret, here)
		h.must(err)
		if p, err = h.auth.Pending(h.ctx, e.Pending); err != nil || p.Need != auth.NeedFactor {
			t.Fatalf("%+v, %v", p, err)
		}
		_, err = h.auth.DraftPending(h.ctx, p)
		h.fails(err, errs.Denied, "a new secret on the way in")
		_, _, err = h.auth.BeginPendingPasskey(h.ctx, p, here)
		h.fails(err, errs.Denied, "a new passkey on the way in")

		h.must(h.auth.RemoveFactors(h.ctx, h.owner, agent))
		if _, _, err := h.auth.Authenticate(h.ctx, session); !errs.Is(err, errs.Denied) {
			t.Errorf("a session outlived the removal of its factor: %v", err)
		}
		if e, err = h.auth.Enter(h.ctx, "ada@lumen.example", secret, here); err != nil || e.Need != auth.NeedEnrol {
			t.Errorf("after the removal: %+v, %v", e, err)
		}
	})
}

func TestWays(t *testing.T) {
	quickly(t, nil, func(h *house) {
		h.invited("ada@lumen.example", auth.AgentRole)
		h.fails(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.SSOWay}), errs.Invalid, "single sign-on only, without any")
		h.fails(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: "password"}), errs.Invalid, "a way that is none")
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, auth.Policy{Way: auth.StrongWay}))
		_, err := h.auth.Enter(h.ctx, "ada@lumen.example", secret, here)
		h.fails(err, errs.Denied, "a password where passwords are off")
		_, wrong := h.auth.Enter(h.ctx, "ada@lumen.example", "not it at all", auth.Visit{Address: "x"})
		if err == nil || err.Error() != wrong.Error() {
			t.Errorf("the answer tells that the password is right: %v, %v", err, wrong)
		}
		h.enter("olga@lumen.example", secret) // an owner without a passkey keeps the way in
		h.must(h.auth.AskReset(h.ctx, "ada@lumen.example", here))
		if len(h.mails) != 0 {
			t.Errorf("a link for a password that opens nothing: %+v", h.mails)
		}
		token, _, err := h.auth.Invite(h.ctx, h.owner, "new@lumen.example", "", auth.AgentRole, false, nil)
		h.must(err)
		e, err := h.auth.Accept(h.ctx, token, auth.Joining{Name: "New", Password: secret, Language: "en", Zone: "UTC"}, here)
		h.must(err)
		p, err := h.auth.Pending(h.ctx, e.Pending)
		h.must(err)
		_, err = h.auth.DraftPending(h.ctx, p)
		h.fails(err, errs.Denied, "an app where only passkeys will do")
		if _, _, err := h.auth.BeginPendingPasskey(h.ctx, p, here); err != nil {
			t.Error(err)
		}
	})
}
