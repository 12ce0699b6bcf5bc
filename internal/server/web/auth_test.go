package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestFirstRun(t *testing.T) {
	h := newAdminHouse(t, nil)
	b := h.browser()
	for _, path := range []string{"/", "/inbox/mine", "/sign-in", "/admin/people", "/nowhere"} {
		if a := b.get(path); a.status != 200 || a.path != "/setup" {
			t.Errorf("%s led to %s (%d), want /setup", path, a.path, a.status)
		}
	}
	b.want(b.post("/setup", "workspace", "", "name", "Olga", "email", "olga", "password", "short", "lang", "en", "zone", "Mars/Olympus"), 422,
		"Give it a name.", "is not an email address", "at least 12 characters", "is not a time zone")

	var wait sync.WaitGroup
	status := make([]int, 4)
	for i := range status {
		wait.Go(func() {
			b := h.browser()
			b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			res, err := b.client.PostForm(h.address+"/setup", url.Values{"workspace": {"Lumen"}, "name": {"Olga"}, "email": {"olga@example.com"}, "password": {goodPassword}})
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
			status[i] = res.StatusCode
		})
	}
	wait.Wait()
	made := 0
	for _, s := range status {
		switch s {
		case http.StatusSeeOther:
			made++
		case http.StatusNotFound:
		default:
			t.Errorf("set-up answered %d", s)
		}
	}
	if made != 1 {
		t.Errorf("%d of the set-ups at once succeeded (%v), want 1", made, status)
	}
	h.owner()
	b.want(b.get("/setup"), 404)
	b.want(b.post("/setup", "workspace", "Other", "name", "Eve", "email", "eve@example.com", "password", goodPassword), 404)
	if a := b.get("/admin/people"); a.path != "/sign-in?next=%2Fadmin%2Fpeople" {
		t.Errorf("after set-up /admin/people leads to %s", a.path)
	}
}

func TestSignIn(t *testing.T) {
	h, owner := founded(t, nil)
	if a := owner.get("/"); a.path != "/inbox/mine" {
		t.Errorf("the owner is signed in by set-up, but / led to %s", a.path)
	}
	b := h.browser()
	wrong := b.want(b.post("/sign-in", "email", "olga@example.com", "password", "not the password"), 422, "do not match")
	unknown := b.want(b.post("/sign-in", "email", "nobody@example.com", "password", "not the password"), 422, "do not match")
	if got := strings.ReplaceAll(unknown.body, "nobody@example.com", "olga@example.com"); got != wrong.body {
		t.Error("the answer tells whether the address is known")
	}
	if a := b.post("/sign-in", "email", "OLGA@example.com ", "password", goodPassword, "next", "//evil.example/x"); strings.Contains(a.path, "evil") {
		t.Errorf("sign-in led to %s", a.path)
	}
	if a := b.get("/account"); a.status != 200 || a.path != "/account" {
		t.Errorf("signed in, /account answered %d at %s", a.status, a.path)
	}
	if a := b.post("/sign-out"); a.path != "/sign-in" || !a.has("You are signed out.") {
		t.Errorf("sign-out led to %s", a.path)
	}
	if a := b.get("/account"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("signed out, /account is at %s", a.path)
	}
	for range 6 {
		b.post("/sign-in", "email", "olga@example.com", "password", "guess")
	}
	b.want(b.post("/sign-in", "email", "olga@example.com", "password", goodPassword), 429, "Too many attempts")
}

func TestRoles(t *testing.T) {
	h, owner := founded(t, nil)
	agent, lead := h.invited(owner, "ada@example.com", "agent"), h.invited(owner, "leo@example.com", "lead")
	for _, x := range []struct {
		path              string
		owner, lead, mere int
	}{
		{"/admin/people", 200, 403, 403}, {"/admin/mailboxes", 200, 403, 403}, {"/admin/mailboxes/new", 200, 403, 403}, {"/admin/teams", 200, 200, 403},
		{"/admin/macros", 200, 200, 403}, {"/admin/macros/new", 200, 200, 403}, {"/admin/tags", 200, 200, 403}, {"/admin/fields", 200, 200, 403},
		{"/reports", 200, 200, 403}, {"/admin", 200, 200, 403}, {"/orders", 200, 200, 200}, {"/views", 200, 200, 200}, {"/views/new", 200, 200, 200},
		{"/account", 200, 200, 200}, {"/customers/1", 404, 404, 404}, {"/orders/1", 404, 404, 404}, {"/orders/x", 404, 404, 404}, {"/views/77", 404, 404, 404},
		{"/admin/macros/77", 404, 404, 403},
	} {
		for b, want := range map[*adminBrowser]int{owner: x.owner, lead: x.lead, agent: x.mere} {
			if a := b.get(x.path); a.status != want {
				t.Errorf("%s: %d, want %d\n%s", x.path, a.status, want, shortened(a.body))
			}
		}
	}
	menu := lead.want(lead.get("/admin"), 200, `href="/admin/teams"`, `href="/admin/macros"`)
	if menu.path != "/admin/teams" || menu.has(`href="/admin/people"`) || menu.has(`href="/admin/mailboxes"`) {
		t.Errorf("a lead is led to %s and offered what only owners may open", menu.path)
	}
	owner.want(owner.get("/admin"), 200, `href="/admin/people"`, `href="/admin/mailboxes"`, `href="/admin/fields"`)
	if agent.get("/account").has(`href="/admin"`) {
		t.Error("an agent is offered the settings")
	}
	for _, path := range []string{"/admin/people/invite", "/admin/teams", "/admin/tags", "/admin/fields", "/admin/macros", "/admin/mailboxes"} {
		agent.want(agent.post(path, "name", "x", "email", "x@example.com", "role", "owner"), 403)
	}
	anyone := h.browser()
	if a := anyone.post("/admin/people/invite", "email", "x@example.com", "role", "owner"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("an anonymous invitation went to %s", a.path)
	}
}

func TestAccount(t *testing.T) {
	h, here := founded(t, nil)
	there := h.browser()
	there.want(there.post("/sign-in", "email", "olga@example.com", "password", goodPassword), 200)
	here.want(here.post("/account/password", "current", "wrong", "password", "another good one"), 422, "current password is wrong")
	here.want(here.post("/account/password", "current", goodPassword, "password", "short"), 422, "at least 12")
	here.want(here.post("/account/password", "current", goodPassword, "password", "another good one"), 200, "Your password is changed")
	if a := there.get("/account"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("another session outlived the change of the password: %s", a.path)
	}
	if a := here.get("/account"); a.path != "/account" {
		t.Errorf("one's own session ended: %s", a.path)
	}
	there.want(there.post("/sign-in", "email", "olga@example.com", "password", "another good one"), 200)
	here.want(here.post("/account/sessions/end-others"), 200, "All other sessions have ended")
	if a := there.get("/account"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("the other session goes on: %s", a.path)
	}
	page := here.want(here.post("/account", "name", "Olga Berg", "lang", "ru", "zone", "Asia/Tokyo", "theme", "dark", "signature", "Olga\nLumen"), 200, "Сохранено.", "Olga Berg")
	if !page.has(`<option value="Asia/Tokyo" selected`, "Olga\nLumen") {
		t.Error("the page does not show what was saved")
	}
	here.want(here.post("/account", "name", " ", "lang", "en", "zone", "UTC"), 422)
	here.want(here.post("/account/theme", "theme", "light"), 204)
	here.want(here.post("/account/theme", "theme", "pink"), 422)
}
