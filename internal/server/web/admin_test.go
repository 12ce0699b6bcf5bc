package web_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/server/web"
)

// form returns the action of the form that holds some words.
func formAction(t *testing.T, a answer, path, words string) string {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?s)action="(`+path+`)".*?</form>`).FindAllStringSubmatch(a.body, -1) {
		if strings.Contains(m[0], words) {
			return m[1]
		}
	}
	t.Fatalf("no form to %s with %q\n%s", path, words, shortened(a.body))
	return ""
}

func TestPeople(t *testing.T) {
	h, owner := founded(t, nil)
	ada := h.invited(owner, "ada@example.com", "agent")
	page := owner.want(owner.get("/admin/people"), 200, "ada@example.com", "Olga Owner")
	adaForm := formAction(t, page, `/admin/people/\d+`, "<bdi>Ada</bdi>")
	ownForm := formAction(t, page, `/admin/people/\d+`, "<bdi>Olga Owner</bdi>")

	owner.want(owner.post(ownForm, "role", "agent", "active", "1"), 422, "A workspace needs an owner")
	owner.want(owner.post(ownForm, "role", "owner", "active", "1", "active", "0"), 422, "cannot disable yourself")
	owner.want(owner.post(adaForm, "role", "lead", "active", "1"), 200, "role and teams saved")
	ada.want(ada.get("/admin/tags"), 200)
	owner.want(owner.post(adaForm, "role", "lead", "active", "1", "active", "0"), 200, "can no longer sign in", "Disabled")
	if a := ada.get("/account"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("a disabled person goes on at %s", a.path)
	}
	owner.want(owner.post(adaForm, "role", "agent", "active", "0", "active", "1"), 200, "can sign in again")
	owner.want(owner.post("/admin/people/12345", "role", "agent"), 404)

	owner.want(owner.post("/admin/people/invite", "email", "ada@example.com", "role", "agent"), 422, "in use already")
	owner.want(owner.post("/admin/people/invite", "email", "no address", "role", "agent"), 422, "is not an email address")
	owner.want(owner.post("/admin/people/invite", "email", "ben@example.com", "role", "king"), 422, "one of the roles")

	page = owner.want(owner.post("/admin/people/invite", "email", "ben@example.com", "role", "agent"), 200, "/invite/")
	link := regexp.MustCompile(`/invite/[A-Za-z0-9_-]{20,}`).FindString(page.body)
	revoke := formAction(t, page, `/admin/people/invite/\d+/revoke`, "")
	if a := owner.get("/admin/people"); a.has(link) || !a.has("ben@example.com") {
		t.Error("the link is shown again, or the invitation is not listed")
	}
	if a := owner.want(owner.post(revoke), 200, "taken back"); a.has("ben@example.com") {
		t.Error("a revoked invitation is listed")
	}
	ben := h.browser()
	ben.want(ben.get(link), 404)
	owner.want(owner.post(revoke), 422)
	page = owner.want(owner.post("/admin/people/invite", "email", "ben@example.com", "role", "lead"), 200, "/invite/")
	link = regexp.MustCompile(`/invite/[A-Za-z0-9_-]{20,}`).FindString(page.body)
	ben.want(ben.post(link, "name", "Ben", "password", "short"), 422, "at least 12", "ben@example.com")
	ben.want(ben.post(link, "name", "Ben", "password", goodPassword), 200)
	ben.want(ben.get("/admin/teams"), 200)
}

func TestPasswordReset(t *testing.T) {
	h, owner := founded(t, nil)
	ada := h.invited(owner, "ada@example.com", "agent")
	form := formAction(t, owner.get("/admin/people"), `/admin/people/\d+/reset`, "Ada sets a new password")
	page := owner.want(owner.post(form), 200, "The link by which Ada sets a new password. It is shown this once.")
	link := regexp.MustCompile(`/invite/[A-Za-z0-9_-]{20,}`).FindString(page.body)
	if owner.get("/admin/people").has(link) {
		t.Error("the link is shown again")
	}
	ada.want(ada.post(form), 403)
	fresh := h.browser()
	fresh.want(fresh.get(link), 200, "Set a new password", "ada@example.com")
	fresh.want(fresh.post(link, "name", "Ada", "password", "short"), 422, "Set a new password", "at least 12")
	fresh.want(fresh.post(link, "name", "Ada", "password", "another good one"), 200)
	if a := ada.get("/account"); !strings.HasPrefix(a.path, "/sign-in") {
		t.Errorf("an older session goes on at %s", a.path)
	}
	fresh.want(h.browser().get(link), 404)
	owner.want(owner.post("/admin/people/12345/reset"), 404)
}

func TestTeams(t *testing.T) {
	h, owner := founded(t, nil)
	h.invited(owner, "ada@example.com", "agent")
	ada := regexp.MustCompile(`name="members" value="(\d+)"[^>]*>\s*<bdi>Ada`).FindStringSubmatch(owner.get("/admin/teams").body)
	if ada == nil {
		t.Fatal("Ada cannot be chosen")
	}
	page := owner.want(owner.post("/admin/teams", "name", " Nordics  team", "members", ada[1]), 200, "The team Nordics team was created.")
	form := formAction(t, page, `/admin/teams/\d+`, "Nordics team")
	owner.want(owner.post("/admin/teams", "name", "Nordics team"), 422, "has this name already")
	owner.want(owner.post("/admin/teams", "name", ""), 422, "Give it a name.")
	page = owner.want(owner.post(form, "name", "Nordics", "do", "save"), 200, "Saved.", `value="Nordics"`)
	if page.has(`value="` + ada[1] + `" checked`) {
		t.Error("Ada is still a member")
	}
	owner.want(owner.post(form, "name", "", "do", "save"), 422)
	if a := owner.want(owner.post(form, "do", "delete"), 200, "Nordics was deleted."); a.has(form) {
		t.Error("the team is still there")
	}
	owner.want(owner.post(form, "name", "x", "do", "save"), 404)
}

func TestMacros(t *testing.T) {
	h, owner := founded(t, nil)
	owner.want(owner.get("/admin/macros"), 200, "Write it once")
	owner.want(owner.get("/admin/macros/new"), 200, "made-up values", "{{customer.first_name}}")
	h.ticket(h.customer("Grace Hopper", "grace@example.com"), "Where is it?", nil)
	fields := []string{
		"name", "Late parcel", "folder", "Shipping", "body", "Hello {{customer.first_name}}, about {{ order.number }}.", "then", "pending", "waiting", "carrier",
		"add_tags", "Customs, late", "assignee", "me", "priority", "high",
	}
	owner.want(owner.post("/admin/macros", append(fields, "do", "preview")...), 200,
		"Hello Grace, about {{ order.number }}.", "ticket #1", "Not filled in this example: order.number", "Assigns to whoever sends it", "Priority: High")
	owner.want(owner.post("/admin/macros", "name", "", "body", "x"), 422, "Give it a name.")
	page := owner.want(owner.post("/admin/macros", append(fields, "do", "save")...), 200, "Saved.", "Late parcel", "Shipping")
	path := regexp.MustCompile(`/admin/macros/\d+`).FindString(page.body)
	page = owner.want(owner.get(path), 200, `value="Late parcel"`, "Hello {{customer.first_name}}", `<option value="pending" selected`, `<option value="me" selected`)
	owner.want(owner.post("/admin/macros", "name", "Late parcel", "body", "x"), 422, "has this name already")
	owner.want(owner.post(path, "name", "Late", "body", "Sorry."), 200, "Saved.")
	if a := owner.want(owner.get(path), 200, "Sorry."); a.has("Customs, late") {
		t.Error("the tags of the macro stayed")
	}
	owner.want(owner.post(path, "do", "delete"), 200, "Late was deleted.", "Write it once")
	owner.want(owner.get(path), 404)
}

func TestTags(t *testing.T) {
	h, owner := founded(t, nil)
	owner.want(owner.post("/admin/tags", "name", "Customs", "color", "plum"), 200, "Saved.", `data-color="plum"`)
	owner.want(owner.post("/admin/tags", "name", "customs ", "color", "plum"), 422, "has this name already")
	owner.want(owner.post("/admin/tags", "name", " "), 422, "Give it a name.")
	owner.want(owner.post("/admin/tags", "name", "toll", "color", "neon"), 200)
	actor, ctx := h.owner(), context.Background()
	c := h.customer("Ada", "ada@example.com")
	for range 3 {
		tk := h.ticket(c, "Toll", nil)
		if _, err := h.tickets.ChangeTags(ctx, actor, tk.ID, []string{"toll"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	page := owner.get("/admin/tags")
	toll, customs := formAction(t, page, `/admin/tags/\d+`, `value="toll"`), formAction(t, page, `/admin/tags/\d+`, `value="customs"`)
	owner.want(owner.post(toll, "name", "customs", "color", "sand"), 422, "has this name already")
	owner.want(owner.post(toll, "do", "merge", "into", strings.TrimPrefix(toll, "/admin/tags/")), 422)
	owner.want(owner.post(toll, "do", "merge", "into", strings.TrimPrefix(customs, "/admin/tags/")), 200, "Every ticket with toll now has customs.")
	owner.want(owner.post(toll, "do", "merge", "into", "5"), 404)
	_, counts, err := h.tickets.Tags(ctx, actor)
	if err != nil || counts["customs"] != 3 || counts["toll"] != 0 {
		t.Errorf("counts = %v, %v", counts, err)
	}
	page = owner.want(owner.post(customs, "name", "Customs duty", "color", "rose"), 200, "Saved.", "customs-duty", `data-color="rose"`)
	_, counts, _ = h.tickets.Tags(ctx, actor)
	if counts["customs-duty"] != 3 || len(counts) != 1 {
		t.Errorf("after the new name: %v", counts)
	}
	owner.want(owner.post(formAction(t, page, `/admin/tags/\d+`, `customs-duty`), "do", "delete"), 200, "customs-duty was deleted.", "No tags yet")
}

func TestFields(t *testing.T) {
	h, owner := founded(t, nil)
	for _, kind := range []string{"text", "number", "date", "select", "check"} {
		options := ""
		if kind == "select" {
			options = "Red\r\n\r\nBlue\r\nRed"
		}
		owner.want(owner.post("/admin/fields", "label", "A "+kind, "key", "a_"+kind, "kind", kind, "options", options, "required", "1"), 200, "Saved.", "a_"+kind)
	}
	fields, err := h.tickets.Fields(context.Background(), h.owner())
	if err != nil || len(fields) != 5 || len(fields[3].Options) != 2 || !fields[0].Required {
		t.Fatalf("fields = %+v, %v", fields, err)
	}
	owner.want(owner.post("/admin/fields", "label", "", "key", "x", "kind", "text"), 422, "Give it a name.")
	owner.want(owner.post("/admin/fields", "label", "X", "key", "1x", "kind", "text"), 422, "small Latin letters", `value="1x"`)
	owner.want(owner.post("/admin/fields", "label", "X", "key", "x", "kind", "select"), 422, "Give the choices")
	owner.want(owner.post("/admin/fields", "label", "X", "key", "a_text", "kind", "text"), 422, "has this name already")
	owner.want(owner.post("/admin/fields", "label", "X", "key", "x", "kind", "blob"), 422, "kinds of field")
	path := fmt.Sprintf("/admin/fields/%d", fields[0].ID)
	owner.want(owner.post(path, "label", "Renamed", "key", "other", "kind", "date"), 200, "Renamed", "a_text")
	fields, _ = h.tickets.Fields(context.Background(), h.owner())
	if f := fields[0]; f.Key != "a_text" || f.Type != ticket.TextField || f.Required || f.Label != "Renamed" {
		t.Errorf("field = %+v", f)
	}
	h.ticket(h.customer("Ada", "ada@example.com"), "Size", func(t *ticket.Ticket) { t.Fields = map[string]string{"a_number": "4"} })
	owner.want(owner.get("/admin/fields"), 200)
	owner.want(owner.post(path, "do", "delete", "label", "Renamed"), 200, "Renamed was deleted.")
	owner.want(owner.post(path, "do", "delete"), 404)
}

func TestMailboxes(t *testing.T) {
	var tried []ticket.Mailbox
	_, owner := founded(t, func(c *web.Config) {
		c.MailTest = func(ctx context.Context, m ticket.Mailbox) []web.TestStep {
			tried = append(tried, m)
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("the test has no bound")
			}
			return []web.TestStep{
				{Name: "incoming", Key: "mailtest.auth_failed", Detail: "NO [AUTHENTICATIONFAILED] <b>"},
				{Name: "outgoing", OK: true, Key: "mailtest.ok", Took: time.Millisecond},
			}
		}
	})
	owner.want(owner.get("/admin/mailboxes"), 200, "No mailbox yet")
	owner.want(owner.get("/admin/mailboxes/new"), 200, `value="993"`)
	form := func(change ...string) []string {
		values := map[string]string{
			"name": "Lumen support", "address": "Help@Lumen.example", "signature": "Lumen", "in_kind": "imap", "in_host": "imap.lumen.example", "in_port": "993",
			"in_tls": "tls", "in_user": "help", "in_auth": "password", "in_password": "s3cret-in", "out_kind": "smtp", "out_host": "smtp.lumen.example",
			"out_port": "465", "out_tls": "tls", "out_auth": "password", "out_password": "s3cret-out", "folder": "INBOX, Spam",
		}
		for i := 0; i+1 < len(change); i += 2 {
			values[change[i]] = change[i+1]
		}
		var out []string
		for k, v := range values {
			out = append(out, k, v)
		}
		return out
	}
	for _, x := range []struct{ field, value, text string }{
		{"address", "help", "is not an email address"}, {"in_host", "", "Fill in the mail server."}, {"in_port", "70000", "1 to 65535"},
		{"out_host", "", "Fill in the mail server."}, {"out_port", "x", "1 to 65535"},
	} {
		a := owner.want(owner.post("/admin/mailboxes", form(x.field, x.value)...), 422, x.text, `value="Lumen support"`)
		if a.has("s3cret") {
			t.Errorf("%s: a secret comes back", x.field)
		}
	}
	a := owner.want(owner.do("POST", "/admin/mailboxes", formValues(form("do", "test")), true), 200,
		"Connect to imap.lumen.example:993", "Sign in as help", "refused the user name or password", "NO [AUTHENTICATIONFAILED] <b>",
		"Open the folder INBOX, Spam", "Connect to smtp.lumen.example:465", "This side works.")
	if n := strings.Count(a.body, `data-tone="bad"`); n != 1 {
		t.Errorf("%d steps failed, want 1", n)
	}
	if a.has("<html") || a.has("s3cret") {
		t.Error("the result of the test is more than its steps")
	}
	page := owner.want(owner.post("/admin/mailboxes", form()...), 200, "Saved.", "help@lumen.example")
	path := regexp.MustCompile(`/admin/mailboxes/\d+`).FindString(page.body)
	if page = owner.want(owner.get(path), 200, "A secret is stored", "Lumen support <help@lumen.example>"); page.has("s3cret") {
		t.Error("a secret is sent to the browser")
	}
	owner.want(owner.post("/admin/mailboxes", form()...), 422, "in use already")

	test := func(change ...string) ticket.MailSecrets {
		t.Helper()
		owner.want(owner.post(path, form(append(change, "do", "test", "in_password", "", "out_password", "")...)...), 200, "Sign in as help")
		return tried[len(tried)-1].Secrets
	}
	if s := test(); s.InPassword != "s3cret-in" || s.OutPassword != "s3cret-out" {
		t.Error("the test does not use the stored secrets")
	}
	if s := test("in_host", "imap.evil.example"); s.InPassword != "" || s.OutPassword != "s3cret-out" {
		t.Errorf("a stored secret would go to another server")
	}
	owner.want(owner.post(path, form("in_password", "", "out_password", "", "name", "Lumen", "disabled", "1")...), 200, "Saved.", "paused")
	if s := test("name", "Lumen"); s.InPassword != "s3cret-in" {
		t.Error("saving without a secret lost it")
	}
	owner.want(owner.post("/admin/mailboxes", form("do", "test", "in_kind", "off", "out_kind", "off")...), 200, "Nothing to try")
	owner.want(owner.post(path, "do", "delete"), 200, "was deleted", "No mailbox yet")
	owner.want(owner.get(path), 404)
}
