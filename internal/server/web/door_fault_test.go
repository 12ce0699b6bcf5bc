package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestFaultChildOfAnotherTicket names what belongs to one ticket under the address
// of another of the same workspace: it does not exist there, whoever may read both.
func TestFaultChildOfAnotherTicket(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	here := d.mail(m, "anna@client.example", "Here", "words of this ticket")
	there := d.mail(m, "bert@client.example", "There", "words of the other ticket")
	ids := idsOf(t, d, m, there)
	ids["number"] = id64(here.Number)
	b := d.as("owner@acme.example")
	b.get(path(here, "")).want(http.StatusOK)
	before := strings.Split(d.dump(m.workspace.ID), "\n")
	tried := 0
	for _, rt := range routes() {
		child := strings.Contains(rt.pattern, "{message}") || strings.Contains(rt.pattern, "{side}") || strings.Contains(rt.pattern, "{event}")
		if !child || !strings.Contains(rt.pattern, "{number}") {
			continue
		}
		tried++
		a := b.visit(rt, ids)
		if a.status != http.StatusNotFound {
			t.Errorf("%s %s of another ticket: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("Location"))
		}
		a.lacks("words of the other ticket")
	}
	if tried < 7 {
		t.Errorf("only %d routes name a child of a ticket", tried)
	}
	for name, a := range map[string]answer{
		"split":   b.post(path(here, "/split"), "messages", ids["message"], "subject", "Taken"),
		"enclose": b.post(path(here, "/side"), "party", "carrier", "to", "c@dhl.example", "subject", "s", "body", "b", "messages", ids["message"]),
	} {
		if a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s with a message of another ticket: %d to %q", name, a.status, a.header.Get("Location"))
		}
	}
	for _, row := range strings.Split(d.dump(m.workspace.ID), "\n") {
		if !slices.Contains(before, row) {
			t.Errorf("the workspace has changed: %.300s", row)
		}
	}
}

// forged are the headers by which proxies and sign-on gateways name who asks, from
// where and for what. Godwit sits behind none that it would believe.
var forged = []string{
	"X-Forwarded-For", "203.0.113.9", "X-Real-Ip", "203.0.113.9", "Forwarded", "for=203.0.113.9;proto=https;host=evil.example", "Cf-Connecting-Ip", "203.0.113.9",
	"True-Client-Ip", "203.0.113.9", "X-Forwarded-Proto", "https", "X-Forwarded-Ssl", "on", "X-Forwarded-Host", "evil.example", "X-Original-Url", "/static/app.css",
	"X-Rewrite-Url", "/static/app.css", "X-Http-Method-Override", "DELETE", "X-Remote-User", "owner@acme.example", "Remote-User", "owner@acme.example",
	"X-Forwarded-User", "owner@acme.example", "X-Forwarded-Email", "owner@acme.example", "X-Auth-Request-Email", "owner@acme.example", "X-Webauth-User", "owner@acme.example",
	"X-Authenticated-User", "owner@acme.example", "Cf-Access-Authenticated-User-Email", "owner@acme.example", "Tailscale-User-Login", "owner@acme.example",
	"X-Ms-Client-Principal-Name", "owner@acme.example", "X-Client-Cert-Dn", "CN=owner@acme.example", "Authorization", "Basic b3duZXJAYWNtZS5leGFtcGxlOng=",
}

// TestFaultForgedProxyHeaders sends what only a trusted proxy could vouch for.
// Nobody is signed in by it, no cookie or link changes, and the address of a
// session is the one that the connection came from.
func TestFaultForgedProxyHeaders(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	stranger := d.browser()
	for _, p := range []string{"/", "/inbox/all", "/admin/people", "/account", "/t/1"} {
		plain, told := stranger.get(p), stranger.get(p, forged...)
		if plain.status != http.StatusSeeOther || told.status != plain.status || told.header.Get("Location") != plain.header.Get("Location") {
			t.Errorf("%s: %d to %q, want %d to %q", p, told.status, told.header.Get("Location"), plain.status, plain.header.Get("Location"))
		}
	}
	form := url.Values{"email": {"owner@acme.example"}, "password": {password}}.Encode()
	in := stranger.do("POST", "/sign-in", strings.NewReader(form), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, forged...)...)
	if to := in.to(); to != "/" {
		t.Errorf("sign-in led to %q", to)
	}
	cookie := in.header.Get("Set-Cookie")
	if strings.Contains(cookie, "Secure") || strings.Contains(strings.ToLower(cookie), "domain=") {
		t.Errorf("the cookie follows a header: %s", strings.SplitN(cookie, ";", 2)[1])
	}
	sessions, err := d.auth.Sessions(context.Background(), m.owner)
	must(t, err)
	for _, s := range sessions {
		if s.Address != "127.0.0.1" {
			t.Errorf("a session from %s", s.Address)
		}
	}
	if a := stranger.get("/account", forged...).want(http.StatusOK); strings.Contains(a.body, "evil.example") {
		t.Error("a link follows X-Forwarded-Host")
	}
}

// TestFaultForgedAddressesShareOneGate guesses at a password with a new forged
// address for each guess: all count for the connection's own.
func TestFaultForgedAddressesShareOneGate(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.browser()
	guess := func(n int) answer {
		form := url.Values{"email": {"agent@acme.example"}, "password": {"guess"}}.Encode()
		return b.do("POST", "/sign-in", strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", "203.0.113."+strconv.Itoa(n+1))
	}
	for n := range 6 {
		guess(n)
	}
	guess(7).want(http.StatusTooManyRequests)
}

// TestFaultInvitesEnd opens an invitation that is too old, by its link.
func TestFaultInvitesEnd(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	token, p, err := d.auth.Invite(ctx, m.owner, "late@acme.example", "Late", auth.AgentRole, false, nil)
	must(t, err)
	d.browser().get("/invite/" + token).want(http.StatusOK)
	write, _ := d.store.Pools()
	_, err = write.ExecContext(ctx, `UPDATE invite SET expires_at=?1 WHERE person_id=?2`, time.Now().Add(-time.Second).UnixMilli(), int64(p.ID))
	must(t, err)
	for _, a := range []answer{
		d.browser().get("/invite/" + token), d.browser().post("/invite/"+token, "name", "Late", "password", password),
	} {
		if a.status == http.StatusOK || a.header.Get("Set-Cookie") != "" {
			t.Errorf("an old invitation: %d", a.status)
		}
	}
	if _, _, err := d.auth.SignIn(ctx, "late@acme.example", password, "127.0.0.1", "test"); err == nil {
		t.Error("somebody came in by an old invitation")
	}
}

// TestFaultSearchAsksRights searches for words and numbers of a ticket that the
// searcher may not open, by every way there is to search.
func TestFaultSearchAsksRights(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Xylophone", "marimba")
	_, err := d.tickets.SetTeam(context.Background(), m.owner, tk.ID, m.team.ID)
	must(t, err)
	b := d.as("hidden@acme.example")
	for _, p := range []string{"/search?q=xylophone", "/search?q=marimba", "/search?q=%231", "/search?q=anna", "/palette?q=xylophone", "/palette?q=1", "/inbox/all", "/inbox/all?q=marimba", "/inbox/all/rows", "/inbox/counts"} {
		a := b.get(p)
		if a.status == http.StatusInternalServerError || strings.Contains(a.body, `/t/1"`) {
			t.Errorf("%s finds it: %d", p, a.status)
		}
		a.lacks("Xylophone", "marimba!")
	}
	must(t, d.auth.UpdatePerson(context.Background(), m.owner, m.hidden.Person(), auth.PersonUpdate{Teams: &[]auth.TeamID{m.team.ID}}))
	b.get("/search?q=xylophone").want(http.StatusOK, "Xylophone")
}

// active are files that a browser would run, if it were let.
var active = []struct {
	name, claimed, data string
	shown               bool // a picture, and shown as one
}{
	{"a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`, false},
	{"b.svg", "image/png", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, false},
	{"c.png", "image/svg+xml; charset=utf-8", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, false},
	{"d.html", "text/html", `<script>alert(1)</script>`, false},
	{"e.png", "image/png", `<!doctype html><script>alert(1)</script>`, false},
	{"f.png", "IMAGE/PNG", "\x00\x00\x00<html><script>alert(1)</script>", false},
	{"g.xhtml", "application/xhtml+xml", `<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`, false},
	{"h.xml", "text/xml", `<?xml-stylesheet href="javascript:alert(1)"?><x/>`, false},
	{"i.js", "text/javascript", `alert(1)`, false},
	{"j.pdf", "application/pdf", "%PDF-1.7 /JS (app.alert(1))", false},
	{"k.gif", "text/html", "GIF89a/*<script>alert(1)</script>*/", false},
	{"l.avif", "image/avif", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, false},
	{"m\r\nSet-Cookie: a=b.html", "text/html", "x", false},
	{"n.gif", "image/gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;", true},
}

// TestFaultActiveFiles asks for files that came by mail, with the type that the
// mail claims, to be shown in the page. What is no picture by its own bytes is
// saved; nothing has a type that a browser would run, and all of it is boxed in.
func TestFaultActiveFiles(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	var files []ticket.InboundFile
	for _, x := range active {
		f := inboundFile(x.name, "application/octet-stream", []byte(x.data))
		f.Name, f.ContentType = x.name, x.claimed // as a mail gives it, not as our form does
		files = append(files, f)
	}
	tk := d.mail(m, "anna@client.example", "Files", "see enclosed", files...)
	th, err := d.tickets.Thread(context.Background(), m.owner, tk.Number, 0)
	must(t, err)
	b, names := d.as("owner@acme.example"), ticket.FileNames(th.Messages[0].Files)
	for i, x := range active {
		a := b.get("/f/" + id64(th.Messages[0].ID) + "/" + url.PathEscape(names[i]) + "?inline=1").want(http.StatusOK)
		kind := "application/octet-stream"
		if x.shown {
			kind = "image/gif"
		}
		h := a.header
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("Content-Type") != kind {
			t.Errorf("%s as %s: %s, %s", x.name, x.claimed, h.Get("Content-Disposition"), h.Get("Content-Type"))
		}
		policy := h.Get("Content-Security-Policy")
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(policy, "default-src 'none'") || !strings.HasSuffix(policy, "sandbox") || h.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", x.name, h)
		}
		if a.body != x.data && !x.shown {
			t.Errorf("%s is not what came", x.name)
		}
		drawn := b.get("/f/" + id64(th.Messages[0].ID) + "/" + url.PathEscape(names[i]) + "/preview").want(http.StatusNotFound)
		if drawn.body == x.data {
			t.Errorf("%s is shown as it came", x.name)
		}
	}
	page := b.get(path(tk, "")).want(http.StatusOK)
	if strings.Contains(page.body, "alert(1)") {
		t.Error("the ticket's page holds a file's text")
	}
}

// TestFaultSessionCookie reads what browsers are told of the session's cookie
// behind TLS.
func TestFaultSessionCookie(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	form := url.Values{"email": {"owner@acme.example"}, "password": {password}}.Encode()
	req := httptest.NewRequest(http.MethodPost, "https://desk.example/sign-in", strings.NewReader(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	New(Config{Auth: d.auth, Tickets: d.tickets, Customers: d.customers, Orders: d.orders, Webhooks: d.webhooks, Hooks: d.hooks, Bus: d.bus, Secure: true}).ServeHTTP(rec, req)
	i := slices.IndexFunc(rec.Result().Cookies(), func(c *http.Cookie) bool { return c.Name == "__Host-godwit" })
	if rec.Code != http.StatusSeeOther || i < 0 {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if c := rec.Result().Cookies()[i]; !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 43 {
		t.Errorf("%+v", c)
	}
	h := rec.Header()
	if h.Get("Strict-Transport-Security") == "" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("%v", h)
	}
	if strings.Contains(h.Get("Location"), rec.Result().Cookies()[i].Value) {
		t.Error("the token is in an address")
	}
}

// TestFaultStaticFiles asks for folders, for files that are none of ours to serve,
// and for paths out of the folder of assets.
func TestFaultStaticFiles(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	for _, p := range []string{
		"/static/", "/static/js/", "/static/css", "/static/vendor/", "/static/..%2fdoc.go", "/static/%2e%2e/%2e%2e/web.go", "/static/....//web.go", "/.git/config", "/.env",
		"/static/.DS_Store", "/godwit.db", "/backup.zip", "/static/js/1-core.js.bak", "/debug/pprof/", "/metrics",
	} {
		if a := b.get(p); a.status < 400 && a.status != http.StatusTemporaryRedirect && a.status != http.StatusMovedPermanently {
			t.Errorf("%s: %d %q", p, a.status, clip(words(a.body)))
		}
	}
}

// TestFaultPagesLoadTheirOwn looks at what pages load: nothing from elsewhere.
func TestFaultPagesLoadTheirOwn(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Hello", "words")
	b := d.as("owner@acme.example")
	for _, p := range []string{"/inbox/all", path(tk, ""), "/admin/people", "/account", "/reports", "/keys"} {
		a := b.get(p).want(http.StatusOK)
		for _, src := range append(a.attrs("src"), a.attrs("srcset")...) {
			if !strings.HasPrefix(src, "/") || strings.HasPrefix(src, "//") {
				t.Errorf("%s loads %q", p, src)
			}
		}
		if h := a.header.Get("Content-Security-Policy"); !strings.Contains(h, "script-src 'self';") || strings.Contains(h, "unsafe") {
			t.Errorf("%s: %s", p, h)
		}
	}
}
