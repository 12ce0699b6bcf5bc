package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"godwit.dev/godwit/internal/platform/auth"
)

// weighed asks how strong a password is, as the script does.
func (b *browser) weighed(password, about string) (level int, text string) {
	b.d.t.Helper()
	a := b.do("POST", "/password/strength", strings.NewReader(url.Values{"password": {password}, "about": {about}}.Encode()),
		"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json", "Accept-Language", "en").want(http.StatusOK)
	var v struct {
		Level int
		Text  string
	}
	must(b.d.t, json.Unmarshal([]byte(a.body), &v))
	return v.Level, v.Text
}

// TestPasswordsAreWeighedWhileTyped asks as somebody who has no account yet
// (OWASP ASVS 2.1.8).
func TestPasswordsAreWeighedWhileTyped(t *testing.T) {
	d := newDoor(t)
	b := d.browser()
	for _, tc := range []struct {
		password, about string
		level           int
		text            string
	}{
		{"", "", 0, "Too short"},
		{"qwerty", "", 0, "Too short"},
		{"gY7#pQ2!vN9", "", 0, "Too short"},
		{strings.Repeat("gY7#pQ2!", 17), "", 0, "Too long"},
		{"qwerty123456", "", 0, "Known or easy to guess"},
		{"Olga.Berg2026", "olga.berg@lumen.example Olga Berg Lumen", 0, "Known or easy to guess"},
		{"quiet tide over sand", "", 4, "Strong"},
	} {
		if level, text := b.weighed(tc.password, tc.about); level != tc.level || text != tc.text {
			t.Errorf("%q: %d %q, want %d %q", tc.password, level, text, tc.level, tc.text)
		}
	}
	d.found("acme")
	mine := d.as("owner@acme.example")
	if level, _ := mine.weighed("Owner.acme99", ""); level != 0 {
		t.Errorf("one's own name and address: %d", level)
	}
	old, _ := b.weighed("tidal wisp gate", "")
	for i, step := range []string{"tidal wisp gate vex", "tidal wisp gate vex quorn plumb"} {
		level, _ := b.weighed(step, "")
		if level < old {
			t.Errorf("%d: more of the same weighs less", i)
		}
		old = level
	}
}

// TestPasswordFields looks at every field for a password of a person: it can be
// shown, managers know what it is for, and nothing is cut off (OWASP ASVS 2.1.8,
// 2.1.11, 2.1.12).
func TestPasswordFields(t *testing.T) {
	d := newDoor(t)
	fields := func(page string) []string { return strings.Split(page, `type="password"`)[1:] }
	see := func(page answer, fresh, known int) {
		t.Helper()
		list := fields(page.body)
		if len(list) != fresh+known {
			t.Fatalf("%d fields, want %d", len(list), fresh+known)
		}
		for _, f := range list {
			f, _, _ = strings.Cut(f, "</div></div>")
			tag, rest, _ := strings.Cut(f, ">")
			if !strings.Contains(rest, "data-reveal=") || !strings.Contains(rest, `aria-pressed="false"`) || !strings.Contains(rest, "hidden") {
				t.Errorf("no button to show it, hidden without script: %s", f)
			}
			if strings.Contains(tag, "maxlength") {
				t.Errorf("it may be cut off: %s", tag)
			}
			switch {
			case strings.Contains(tag, `autocomplete="new-password"`):
				if fresh--; !strings.Contains(tag, `data-weigh="/password/strength"`) || !strings.Contains(rest, "data-weighed") {
					t.Errorf("a new one is not weighed: %s", f)
				}
			case strings.Contains(tag, `autocomplete="current-password"`):
				known--
			default:
				t.Errorf("for what is it? %s", tag)
			}
		}
		if fresh != 0 || known != 0 {
			t.Errorf("%d new and %d known ones are missing", fresh, known)
		}
	}
	see(d.browser().get("/setup").want(http.StatusOK), 1, 0)
	m := d.found("acme")
	token, _, err := d.auth.Invite(context.Background(), m.owner, "new@acme.example", "", auth.AgentRole, false, nil)
	must(t, err)
	see(d.browser().get("/sign-in").want(http.StatusOK), 0, 1)
	see(d.browser().get("/invite/"+token).want(http.StatusOK), 1, 0)
	see(d.as("owner@acme.example").get("/account").want(http.StatusOK), 1, 1)
	see(d.as("owner@acme.example").get("/confirm").want(http.StatusOK), 0, 1)
}

// TestBreachedPasswordsAtTheDoor sends what no script has looked at.
func TestBreachedPasswordsAtTheDoor(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("agent@acme.example")
	for _, bad := range []string{"qwerty123456", "Agent-acme-1", "password1234"} {
		b.post("/account/password", "current", password, "password", bad).want(http.StatusUnprocessableEntity, "known from breaches")
	}
	b.post("/account/password", "current", password, "password", strings.Repeat("gY7#pQ2!", 17)).want(http.StatusUnprocessableEntity, "at most")
	if to := b.post("/account/password", "current", password, "password", "quiet tide over sand").to(); to != "/account" {
		t.Errorf("a good one led to %q", to)
	}
}

// TestSessionsEndAfterAProof ends one's own sessions with a proof that is too old
// (OWASP ASVS 3.3.4).
func TestSessionsEndAfterAProof(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	here, there := d.as("agent@acme.example"), d.as("agent@acme.example")
	d.age(auth.FreshFor + time.Second)
	end := "/account/sessions/end-others"
	here.post(end).want(http.StatusForbidden, "Is it you?")
	there.get("/account").want(http.StatusOK)
	if a := here.post("/confirm", "proof_to", end, "proof_send", "1", "proof_password", password); a.header.Get("Location") != end {
		t.Fatalf("a proof led to %d, %q", a.status, a.header.Get("Location"))
	}
	if to := here.post(end).to(); to != "/account" {
		t.Fatalf("ending the others led to %q", to)
	}
	if to := there.get("/account").to(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("the other session goes on: %s", to)
	}
}

// TestOpenPagesDoNotLast lets pages ask what they ask by themselves, and their
// readers do nothing (OWASP ASVS 3.3.2).
func TestOpenPagesDoNotLast(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Tent", "Where is it?")
	write, _ := d.store.Pools()
	idle := func(by time.Duration) {
		t.Helper()
		_, err := write.Exec(`UPDATE session SET seen_at=?1`, time.Now().Add(-by).UnixMilli())
		must(t, err)
	}
	ours := "/t/" + id64(tk.Number)
	for _, self := range []string{"/inbox/counts", "/inbox/open/rows", ours + "/parts", ours + "/presence", "/live", "POST " + ours + "/presence"} {
		b := d.as("owner@acme.example")
		idle(20 * time.Minute)
		ctx, stop := context.WithTimeout(context.Background(), 300*time.Millisecond)
		method, path := "GET", self
		if p, ok := strings.CutPrefix(self, "POST "); ok {
			method, path = "POST", p
		}
		req, err := http.NewRequestWithContext(ctx, method, d.server.URL+path, strings.NewReader("state=viewing"))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if res, err := b.client.Do(req); err == nil {
			if res.StatusCode >= 300 {
				t.Errorf("%s: %d", self, res.StatusCode)
			}
			_ = res.Body.Close()
		}
		stop()
		var fresh int
		must(t, write.QueryRow(`SELECT count(*) FROM session WHERE seen_at>?1`, time.Now().Add(-10*time.Minute).UnixMilli()).Scan(&fresh))
		if fresh != 0 {
			t.Errorf("%s keeps the session alive", self)
		}
		b.get(ours).want(http.StatusOK)
		must(t, write.QueryRow(`SELECT count(*) FROM session WHERE seen_at>?1`, time.Now().Add(-10*time.Minute).UnixMilli()).Scan(&fresh))
		if fresh != 1 {
			t.Errorf("opening a ticket does not keep the session alive")
		}
	}
	b := d.as("owner@acme.example")
	idle(31 * time.Minute)
	if to := b.get("/orders").to(); to != "/sign-in?next=%2Forders" {
		t.Errorf("after half an hour led to %q", to)
	}
}

// TestTheSessionRuleAtTheDoor changes the rule on its page.
func TestTheSessionRuleAtTheDoor(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	chosen := func(want string) {
		t.Helper()
		if page := b.get("/admin/security").want(http.StatusOK); !strings.Contains(page.body, `<option value="`+want+`" selected`) {
			t.Errorf("%s is not chosen", want)
		}
	}
	chosen("strict")
	b.post("/admin/security", "way", "any", "factor", "none", "lasting", "week").to()
	chosen("week")
	b.post("/admin/security", "way", "any", "factor", "none", "lasting", "century").want(http.StatusUnprocessableEntity, "not one of the choices")
}

// TestManagersAreToldToEnrol shows the standing notice to whom it concerns until
// they have a second factor (OWASP ASVS 4.3.1).
func TestManagersAreToldToEnrol(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	const notice = "Your sign-in has no second factor"
	for _, path := range []string{"/inbox/mine", "/admin/people", "/account"} {
		d.as("owner@acme.example").get(path).want(http.StatusOK, notice)
		d.as("agent@acme.example").get("/account").want(http.StatusOK).lacks(notice)
	}
	owner := d.as("owner@acme.example")
	page := owner.get("/account/security/app").want(http.StatusOK, notice).body
	_, page, _ = strings.Cut(page, `class="secret">`)
	secret, _, _ := strings.Cut(page, "<")
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), time.Now())
	must(t, err)
	owner.post("/account/security/app", "code", code).want(http.StatusOK, "Recovery codes")
	owner.get("/account").want(http.StatusOK).lacks(notice)
}

// TestBrowsersAreKnownAgain signs in twice from one browser and once from another,
// and counts the browsers that are known (OWASP ASVS 2.2.3).
func TestBrowsersAreKnownAgain(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	write, _ := d.store.Pools()
	count := func() (n int) {
		t.Helper()
		must(t, write.QueryRow(`SELECT count(*) FROM browser`).Scan(&n))
		return n
	}
	before := count()
	in := func(b *browser) {
		t.Helper()
		if to := b.post("/sign-in", "email", "agent@acme.example", "password", password).to(); to != "/" {
			t.Fatalf("led to %q", to)
		}
	}
	b := d.browser()
	in(b)
	if n := count() - before; n != 1 {
		t.Errorf("a new browser: %d", n)
	}
	u, err := url.Parse(d.server.URL)
	must(t, err)
	token := ""
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == "godwit-browser" {
			token = c.Value
		}
	}
	if len(token) < 40 {
		t.Errorf("the browser keeps %q", token)
	}
	b.post("/sign-out").to()
	in(b)
	if n := count() - before; n != 1 {
		t.Errorf("the same browser again: %d", n)
	}
	in(d.browser())
	if n := count() - before; n != 2 {
		t.Errorf("another browser: %d", n)
	}
}
