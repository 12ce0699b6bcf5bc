package auth_test

import (
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestRecoveryCodesAreLongAndTypable holds a code against OWASP ASVS 2.6.2, and
// types it as people do.
func TestRecoveryCodesAreLongAndTypable(t *testing.T) {
	quickly(t, nil, func(h *house) {
		_, codes, _ := h.armed()
		form := regexp.MustCompile(`^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$`)
		seen := map[string]bool{}
		for _, c := range codes {
			if !form.MatchString(c) || seen[c] {
				t.Errorf("a code %q", c)
			}
			seen[c] = true
			raw, err := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(c, "-", ""))
			if err != nil || len(raw)*8 < 112 {
				t.Errorf("%q has %d bits, %v", c, len(raw)*8, err)
			}
		}
		for i, typed := range []string{
			codes[0], strings.ToUpper(codes[1]), strings.ReplaceAll(codes[2], "-", ""), strings.ReplaceAll(codes[3], "-", " "),
			" " + strings.ReplaceAll(codes[4], "-", " – ") + "\t", strings.NewReplacer("0", "O", "1", "l").Replace(codes[5]), strings.NewReplacer("1", "I").Replace(codes[6]),
		} {
			e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
			h.must(err)
			if _, err := h.auth.FinishByCode(h.ctx, e.Pending, typed, here); err != nil {
				t.Errorf("the code %q, typed as %q: %v", codes[i], typed, err)
			}
		}
	})
}

// TestARepeatedCodeIsToldOf uses codes a second time, many times (OWASP ASVS 2.8.5).
func TestARepeatedCodeIsToldOf(t *testing.T) {
	on(t, nil, func(h *house) {
		key, _, _ := h.armed()
		h.later(time.Minute)
		code := h.code(key)
		e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		h.must(err)
		session, err := h.auth.FinishByCode(h.ctx, e.Pending, code, here)
		h.must(err)
		h.mails, h.log = nil, nil
		thief := auth.Visit{Address: "198.51.100.7", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
		if e, err = h.auth.Enter(h.ctx, "olga@lumen.example", secret, thief); err != nil {
			t.Fatal(err)
		}
		_, err = h.auth.FinishByCode(h.ctx, e.Pending, code, thief)
		h.fails(err, errs.Invalid, "a code over somebody's shoulder")
		_, err = h.auth.ProveByCode(h.ctx, h.who(session), session, code, here)
		h.fails(err, errs.Invalid, "a code of the sign-in, as a proof")
		if n := count(h.log, "person.code_repeated"); n != 2 {
			t.Errorf("%d of 2 are in the journal: %v", n, h.log)
		}
		if len(h.mails) != 2 || !strings.Contains(h.mails[0].Text, "198.51.100.7") || !strings.Contains(h.mails[0].Text, "Firefox on Windows") {
			t.Errorf("letters: %+v", h.mails)
		}
		for range 4 {
			_, _ = h.auth.ProveByCode(h.ctx, h.who(session), session, code, here)
		}
		if len(h.mails) > 3 {
			t.Errorf("%d letters in a minute", len(h.mails))
		}
	})
}

func count(list []string, what string) int {
	return len(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s != what }))
}

// TestASignInFromANewBrowserIsToldOf signs in from browsers that are known and from
// others (OWASP ASVS 2.2.3).
func TestASignInFromANewBrowserIsToldOf(t *testing.T) {
	on(t, nil, func(h *house) {
		signIn := func(v auth.Visit) int {
			h.mails = nil
			_, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, v)
			h.must(err)
			return len(h.mails)
		}
		laptop := auth.Visit{Address: "192.0.2.1", UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Firefox/140.0", Browser: auth.NewBrowser()}
		if n := signIn(laptop); n != 1 {
			t.Errorf("a first sign-in from a laptop: %d letters", n)
		}
		for _, want := range []string{"Firefox on macOS", "192.0.2.1", "Lumen", "Olga"} {
			if !strings.Contains(h.mails[0].Text, want) {
				t.Errorf("the letter lacks %s: %s", want, h.mails[0].Text)
			}
		}
		laptop.Address, laptop.UserAgent = "203.0.113.9", "Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Firefox/141.0"
		if n := signIn(laptop); n != 0 {
			t.Errorf("the laptop elsewhere, a version later: %d letters", n)
		}
		stolen := laptop
		stolen.Browser = auth.NewBrowser()
		if n := signIn(stolen); n != 1 {
			t.Errorf("another browser of the same kind in the same network: %d letters", n)
		}
		if n := signIn(here); n != 0 {
			t.Errorf("the program of the first sign-in: %d letters", n)
		}

		ada := h.invited("ada@lumen.example", auth.AgentRole)
		h.mails = nil
		if _, err := h.auth.Enter(h.ctx, "ada@lumen.example", secret, laptop); err != nil || len(h.mails) != 1 || h.mails[0].To != "ada@lumen.example" {
			t.Errorf("a browser that somebody else is known by: %+v, %v", h.mails, err)
		}
		token, err := h.auth.Reinvite(h.ctx, h.owner, ada)
		h.must(err)
		_, err = h.auth.Enter(h.ctx, "ada@lumen.example", "not it at all", stolen)
		h.fails(err, errs.Denied, "a wrong password")
		h.mails = nil
		_, err = h.auth.Accept(h.ctx, token, auth.Joining{Password: "another quiet tide"}, stolen)
		h.must(err)
		if len(h.mails) != 2 { // the password, and the browser that was not let in before
			t.Errorf("after a reset: %+v", h.mails)
		}
	})
}

// TestFirstSignInsAreNotToldOf founds, invites and joins.
func TestFirstSignInsAreNotToldOf(t *testing.T) {
	quickly(t, nil, func(h *house) {
		h.invited("ada@lumen.example", auth.AgentRole)
		if len(h.mails) != 0 {
			t.Errorf("letters: %+v", h.mails)
		}
	})
}

// TestTokensThatEndAreToldOf lets tokens of several lives come to their end
// (OWASP ASVS 2.3.3).
func TestTokensThatEndAreToldOf(t *testing.T) {
	const day = 24 * time.Hour
	on(t, nil, func(h *house) {
		make := func(name string, life time.Duration) auth.Token {
			n := auth.NewToken{Name: name, Scopes: []auth.Permission{auth.ReadTickets}}
			if life > 0 {
				n.ExpiresAt = h.now().Add(life)
			}
			_, x, err := h.auth.CreateToken(h.ctx, h.owner, n)
			h.must(err)
			return x
		}
		make("quarter", 90*day)
		make("for ever", 0)
		make("an hour", time.Hour)
		revoked := make("revoked", 8*day)
		make("ten days", 10*day)
		h.must(h.auth.RevokeToken(h.ctx, h.owner, revoked.ID))
		told := func(want ...string) {
			h.Helper()
			h.mails = nil
			n, err := h.auth.WarnOfEnds(h.ctx)
			h.must(err)
			var got []string
			for _, m := range h.mails {
				got = append(got, m.Subject)
			}
			if n != len(want) || !slices.Equal(got, want) {
				t.Errorf("after %v told %d: %q, want %q", h.now(), n, got, want)
			}
		}
		told()
		h.later(4 * day)
		told()
		h.later(day)
		told("Your API token “ten days” ends soon")
		if !strings.Contains(h.mails[0].Text, "gwt_") || !strings.Contains(h.mails[0].Text, "Dec 2, 2026") || h.mails[0].To != "olga@lumen.example" {
			t.Errorf("the letter: %+v", h.mails[0])
		}
		told()
		h.later(77 * day)
		told()
		h.later(day)
		told("Your API token “quarter” ends soon")
		h.later(day)
		told()
		h.later(10 * day)
		told()
	})
}

// TestAnExposedPasswordIsToldOf lets somebody in whose password was taken under
// older rules, and says so (OWASP ASVS 2.1.7).
func TestAnExposedPasswordIsToldOf(t *testing.T) {
	quickly(t, nil, func(h *house) {
		e, err := h.auth.Enter(h.ctx, "olga@lumen.example", secret, here)
		if err != nil || e.Exposed {
			t.Errorf("a good password: %+v, %v", e, err)
		}
		p, err := h.store.Person(h.ctx, h.owner.Workspace, h.owner.Person())
		h.must(err)
		for _, old := range []string{"ten-gulls!", "qwerty123456"} {
			p.PasswordHash = auth.CheapHash(old)
			h.must(h.store.SavePerson(h.ctx, p))
			if e, err = h.auth.Enter(h.ctx, "olga@lumen.example", old, here); err != nil || e.Session == "" || !e.Exposed {
				t.Errorf("%q: %+v, %v", old, e, err)
			}
		}
	})
}
