package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/auth/authtest"
)

// age makes all sessions so much older since their people proved themselves.
func (d *door) age(by time.Duration) {
	d.t.Helper()
	write, _ := d.store.Pools()
	_, err := write.Exec(`UPDATE session SET proved_at=proved_at-?1`, by.Milliseconds())
	must(d.t, err)
}

// TestRoutesNeedAProof asks for every route that asks for a proof with a session
// whose proof is too old: none does anything, and all ask.
func TestRoutesNeedAProof(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ids := idsOf(t, d, m, d.mail(m, "anna@client.example", "Tent", "Where is it?"))
	b := d.as("owner@acme.example")
	d.age(auth.FreshFor + time.Second)
	asked := 0
	for _, rt := range routes() {
		if !rt.rule.proof {
			continue
		}
		asked++
		switch a := b.visit(rt, ids); {
		case rt.method == "GET" && strings.HasPrefix(a.to(), "/confirm?next="):
		case rt.method == "POST" && a.status == http.StatusForbidden && strings.Contains(a.body, `name="proof_to"`):
		default:
			t.Errorf("%s %s: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("Location"))
		}
		if rt.method == "POST" {
			a := b.do("POST", strings.ReplaceAll(rt.pattern, "{person}", ids["person"]), nil, "HX-Request", "true", "Referer", d.server.URL+"/admin/people")
			if a.status != http.StatusForbidden || a.header.Get("HX-Redirect") != "/confirm?next=%2Fadmin%2Fpeople" {
				t.Errorf("%s %s by script: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("HX-Redirect"))
			}
		}
	}
	for _, must := range []string{"/admin/people/{person}", "/admin/security", "/admin/mailboxes/{mailbox}", "/account/security/passkeys", "/admin/people/{person}/reset"} {
		if !slices.ContainsFunc(routes(), func(rt route) bool { return rt.method == "POST" && rt.pattern == must && rt.rule.proof }) {
			t.Errorf("POST %s asks for no proof", must)
		}
	}
	if asked < 15 {
		t.Errorf("only %d routes ask", asked)
	}
}

// TestAFormIsCarriedThroughTheProof sends a form with an old session, proves
// oneself, and finds the form's work done.
func TestAFormIsCarriedThroughTheProof(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	d.age(auth.FreshFor + time.Second)
	page := b.post("/admin/people/invite", "email", "new@acme.example", "role", "agent")
	page.want(http.StatusForbidden, "Is it you?")
	fields := []string{"proof_to", "/admin/people/invite", "proof_send", "1", "email", "new@acme.example", "role", "agent"}
	for _, hidden := range []string{`name="email" value="new@acme.example"`, `name="role" value="agent"`, `name="proof_to" value="/admin/people/invite"`} {
		if !strings.Contains(page.body, hidden) {
			t.Errorf("the page does not carry %s", hidden)
		}
	}
	b.post("/confirm", append(fields, "proof_password", "not it at all")...).want(http.StatusUnprocessableEntity, "wrong")
	u, _ := url.Parse(d.server.URL)
	before := b.client.Jar.Cookies(u)
	a := b.post("/confirm", append(fields, "proof_password", password)...)
	if a.status != http.StatusTemporaryRedirect || a.header.Get("Location") != "/admin/people/invite" {
		t.Fatalf("%d to %q", a.status, a.header.Get("Location"))
	}
	b.post("/admin/people/invite", append(fields, "proof_password", password)...).want(http.StatusOK, "/invite/")

	old := d.browser()
	old.client.Jar.SetCookies(u, before)
	if to := old.get("/account").to(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("the token of before the proof leads to %s", to)
	}
	for _, evil := range []string{"//evil.example", "https://evil.example/", "/\\evil.example"} {
		if to := b.post("/confirm", "proof_to", evil, "proof_password", password).to(); to != "/" {
			t.Errorf("a proof leads to %q", to)
		}
	}
}

// faces are the parts of an answer that anybody sees, with what is the asker's own
// taken out.
func faces(a answer, email string) (int, http.Header, string) {
	h := maps.Clone(a.header)
	for _, own := range []string{"Date", "X-Request-Id", "Set-Cookie", "Content-Length"} {
		h.Del(own)
	}
	return a.status, h, strings.ReplaceAll(a.body, email, "somebody")
}

// TestAnswersTellNothing compares what a stranger sees of an address that is known,
// one that is not, one that is disabled, and one with a second factor.
func TestAnswersTellNothing(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	off := false
	must(t, d.auth.UpdatePerson(ctx, m.owner, m.hidden.Person(), auth.PersonUpdate{Active: &off}))
	d.arm("agent@acme.example")
	d.server.URL = strings.Replace(d.server.URL, "127.0.0.1", "localhost", 1) // passkeys need a name
	random := regexp.MustCompile(`"challenge":"[^"]+"`)
	for name, ask := range map[string]func(b *browser, email string) answer{
		"sign-in": func(b *browser, email string) answer {
			return b.post("/sign-in", "email", email, "password", "not the password")
		},
		"reset":         func(b *browser, email string) answer { return b.post("/forgot", "email", email) },
		"passkey start": func(b *browser, email string) answer { return b.post("/sign-in/passkey/options", "email", email) },
		"passkey end": func(b *browser, email string) answer {
			return b.post("/sign-in/passkey", "email", email, "passkey", "{}")
		},
	} {
		status, header, body := faces(ask(d.browser(), "nobody@acme.example"), "nobody@acme.example")
		if name == "passkey start" && status != http.StatusOK {
			t.Fatalf("no passkey can be asked for: %d %s", status, body)
		}
		for _, email := range []string{"owner@acme.example", "agent@acme.example", "hidden@acme.example"} {
			s, h, b := faces(ask(d.browser(), email), email)
			if s != status || !maps.EqualFunc(h, header, slices.Equal[[]string]) || random.ReplaceAllString(b, "") != random.ReplaceAllString(body, "") {
				t.Errorf("%s tells %s from nobody: %d %v, want %d %v", name, email, s, h, status, header)
			}
		}
	}
}

// arm gives somebody an authenticator app and returns its key.
func (d *door) arm(email string) string {
	d.t.Helper()
	ctx := context.Background()
	token, _, err := d.auth.SignIn(ctx, email, password, "127.0.0.1", "test")
	must(d.t, err)
	a, _, err := d.auth.Authenticate(ctx, token)
	must(d.t, err)
	draft, err := d.auth.DraftApp(ctx, a)
	must(d.t, err)
	code, err := totp.GenerateCode(draft.Secret, time.Now().Add(-30*time.Second))
	must(d.t, err)
	_, _, err = d.auth.ConfirmApp(ctx, a, token, code, auth.Visit{Address: "127.0.0.1"})
	must(d.t, err)
	return draft.Secret
}

func TestTheSecondStepAtTheDoor(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	key := d.arm("agent@acme.example")
	b := d.browser()
	if to := b.get("/sign-in/factor").to(); to != "/sign-in" {
		t.Errorf("a second step without a first leads to %s", to)
	}
	to := b.post("/sign-in", "email", "agent@acme.example", "password", password, "next", "/orders").to()
	if to != "/sign-in/factor?next=%2Forders" {
		t.Fatalf("a password led to %s", to)
	}
	if to := b.get("/orders").to(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("half a sign-in reaches /orders: %s", to)
	}
	if to := b.get("/sign-in/enrol").to(); !strings.HasPrefix(to, "/sign-in/factor") {
		t.Errorf("enrolment beside a factor: %s", to)
	}
	b.get(to).want(http.StatusOK, "Second step")
	b.post("/sign-in/factor", "code", "000000", "next", "/orders").want(http.StatusUnprocessableEntity, "not right")
	code, err := totp.GenerateCode(key, time.Now())
	must(t, err)
	stolen := d.browser() // another browser with the code, without the cookie
	if to := stolen.post("/sign-in/factor", "code", code).to(); to != "/sign-in" {
		t.Errorf("a code in another browser leads to %s", to)
	}
	if to := b.post("/sign-in/factor", "code", code, "next", "//evil.example").to(); to != "/" {
		t.Errorf("signed in, led to %s", to)
	}
	b.get("/orders").want(http.StatusOK)
	b.get("/account/security").want(http.StatusOK, "Authenticator app", "10 codes left")
}

func TestEnrolmentAtTheDoor(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	owner := d.as("owner@acme.example")
	owner.post("/admin/security", "way", "any", "factor", "roles", "roles", "agent").to()
	owner.get("/admin/security").want(http.StatusOK, "None yet")
	d.as("owner@acme.example") // owners need none
	b := d.browser()
	to := b.post("/sign-in", "email", "agent@acme.example", "password", password, "next", "/orders").to()
	if to != "/sign-in/enrol?next=%2Forders" {
		t.Fatalf("led to %s", to)
	}
	page := b.get(to).want(http.StatusOK, "Protect your sign-in")
	secret := regexp.MustCompile(`<code class="secret">([A-Z2-7 ]+)<`).FindStringSubmatch(page.body)
	if secret == nil || !strings.Contains(page.body, `class="qr"`) {
		t.Fatalf("no secret in the page")
	}
	b.post("/sign-in/enrol", "code", "000000").want(http.StatusUnprocessableEntity, "not right")
	code, err := totp.GenerateCode(strings.ReplaceAll(secret[1], " ", ""), time.Now())
	must(t, err)
	codes := b.post("/sign-in/enrol", "code", code, "next", "/orders").want(http.StatusOK, "Recovery codes")
	if !strings.Contains(codes.body, `href="/orders"`) {
		t.Error("the codes lead nowhere")
	}
	b.get("/orders").want(http.StatusOK)
	b.post("/account/security/app/remove").want(http.StatusUnprocessableEntity, "asks for a second factor")

	agent := id64(m.people[auth.AgentRole].ID)
	owner.get("/admin/people/"+agent+"/sessions").want(http.StatusOK, "Agent acme")
	owner.post("/admin/people/" + agent + "/sessions/end").to()
	if to := b.get("/orders").to(); !strings.HasPrefix(to, "/sign-in") {
		t.Errorf("an ended session leads to %s", to)
	}
	owner.post("/admin/people/" + agent + "/factors/remove").to()
	if to := b.post("/sign-in", "email", "agent@acme.example", "password", password).to(); !strings.HasPrefix(to, "/sign-in/enrol") {
		t.Errorf("after the removal led to %s", to)
	}
}

// TestSingleSignOnAtTheDoor sets single sign-on up on its page and comes in by it,
// as a browser does.
func TestSingleSignOnAtTheDoor(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	x := authtest.NewIssuer(t, time.Now)
	x.Claims["email"] = "agent@lumen.example"
	owner, b := d.as("owner@acme.example"), d.browser()
	b.get("/sign-in").want(http.StatusOK).lacks("Single sign-on")
	b.get("/sign-in/sso/to/"+m.workspace.Slug).want(http.StatusUnprocessableEntity, "no single sign-on")
	p := x.Policy()
	form := []string{"way", "sso", "factor", "none", "sso", "1", "issuer", p.SSO.Issuer, "client_id", p.SSO.ClientID, "secret", p.SSO.Secret, "domains", "lumen.example, lumen.test", "role", "agent"}
	owner.post("/admin/security", append(form, "create", "1", "issuer", "")...).to() // the first issuer counts
	page := owner.get("/admin/security").want(http.StatusOK, d.server.URL+auth.SSOBack)
	if strings.Contains(page.body, p.SSO.Secret) {
		t.Error("the page shows the secret")
	}
	owner.post("/admin/security", "way", "sso", "factor", "none", "sso", "1", "issuer", "http://id.example", "client_id", "x", "domains", "*").want(http.StatusUnprocessableEntity, "https://")

	b.get("/sign-in").want(http.StatusOK, "Single sign-on")
	b.post("/sign-in", "email", "agent@acme.example", "password", password).want(http.StatusUnprocessableEntity, "do not match")
	to := b.get("/sign-in/sso/to/" + m.workspace.Slug + "?next=%2Forders").to()
	if !strings.HasPrefix(to, p.SSO.Issuer) {
		t.Fatalf("led to %s", to)
	}
	q := x.Visit(to).Encode()
	d.browser().get(auth.SSOBack+"?"+q).want(http.StatusUnprocessableEntity, "too long")
	if to := b.get(auth.SSOBack + "?" + q).to(); to != "/orders" {
		t.Fatalf("back from the issuer, led to %s", to)
	}
	b.get("/orders").want(http.StatusOK)
	b.get(auth.SSOBack+"?"+q).want(http.StatusUnprocessableEntity, "too long")

	d.age(auth.FreshFor + time.Minute)
	to = b.get("/account/security/app").to()
	b.get(to).want(http.StatusOK, "Confirm with single sign-on").lacks("Password")
	to = b.get("/confirm/sso?next=%2Faccount%2Fsecurity%2Fapp").to()
	if to = b.get(auth.SSOBack + "?" + x.Visit(to).Encode()).to(); to != "/account/security/app" {
		t.Fatalf("a proof led to %s", to)
	}
	b.get(to).want(http.StatusOK, "Scan this picture")
}
