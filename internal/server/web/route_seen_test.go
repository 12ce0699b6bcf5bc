package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/platform/auth"
)

// offers are what a page lets its reader ask for: the method and the path of each
// form, button, link and of whatever the script calls.
func offers(t *testing.T, body string) map[string]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	must(t, err)
	out := map[string]string{}
	attr := func(n *html.Node, name string) (string, bool) {
		i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
		if i < 0 {
			return "", false
		}
		return n.Attr[i].Val, true
	}
	offer := func(method, path, by string) {
		u, err := url.Parse(path)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/static/") {
			return
		}
		out[strings.ToUpper(method)+" "+u.Path] = by
	}
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		for name, method := range map[string]string{
			"hx-get": "GET", "hx-post": "POST", "hx-put": "PUT", "data-draft": "PUT", "data-presence": "POST", "data-live": "GET", "data-rows": "GET", "data-frame": "GET",
			"data-preview": "POST", "data-options": "POST",
		} {
			if path, ok := attr(n, name); ok {
				offer(method, path, name)
			}
		}
		switch n.Data {
		case "form":
			method, ok := attr(n, "method")
			if !ok {
				method = "GET"
			}
			if path, ok := attr(n, "action"); ok {
				offer(method, path, "a form")
			}
		case "button", "input":
			if path, ok := attr(n, "formaction"); ok {
				method, own := attr(n, "formmethod")
				for f := n.Parent; f != nil && !own; f = f.Parent {
					if f.Data == "form" {
						method, own = attr(f, "method")
					}
				}
				offer(cmp.Or(method, "GET"), path, "a button")
			}
		case "a":
			if path, ok := attr(n, "href"); ok {
				offer("GET", path, "a link")
			}
		case "img", "iframe":
			if path, ok := attr(n, "src"); ok {
				offer("GET", path, "a picture")
			}
		}
	})
	return out
}

// TestPagesOfferNothingThatIsRefused draws every page as each built-in role, as
// somebody who may only read, and with each permission alone: nothing on it leads
// to a route that its reader may not call. A form that is added is covered by its
// route's own rule.
func TestPagesOfferNothingThatIsRefused(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Where is it?", "order DE-10482", inboundFile("a.txt", "text/plain", []byte("a")))
	ids := idsOf(t, d, m, tk)
	closed := d.mail(m, "anna@client.example", "Done", "thanks")
	_, err := d.tickets.SetOrder(context.Background(), m.owner, tk.ID, m.order.Number)
	must(t, err)
	role, err := d.auth.SaveRole(context.Background(), m.owner, auth.CustomRole{Name: "Variable", Permissions: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	variable := d.as(d.member(m, "variable", role.Key))
	table := ruleTable()
	look := func(name string, b *browser, may auth.Set) {
		t.Helper()
		pages := []string{"/t/" + id64(closed.Number), "/t/" + id64(tk.Number) + "?view=all", "/search?q=order", "/palette?q=a", "/inbox/all?q=where"}
		for _, rt := range routes() {
			if rt.method == http.MethodGet && rt.pattern != "/live" && (rt.rule.permission == "" && rt.rule.kind != public.kind || may[rt.rule.permission]) {
				pages = append(pages, param.ReplaceAllStringFunc(strings.ReplaceAll(rt.pattern, "{$}", ""), func(p string) string {
					if v, ok := ids[p[1:len(p)-1]]; ok {
						return v
					}
					return "9"
				}))
			}
		}
		for _, page := range pages {
			a := b.get(page)
			if a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Type"), "html") {
				continue
			}
			for what, by := range offers(t, a.body) {
				method, path, _ := strings.Cut(what, " ")
				if strings.HasPrefix(path, "/p/") { // a shop's page for its customers: another door, open to all
					continue
				}
				h, pattern := table.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}})
				rl, ok := h.(rule)
				switch {
				case !ok:
					t.Errorf("%s: %s offers %s, which no route knows (%s)", name, page, what, by)
				case rl.permission != "" && !may[rl.permission]:
					t.Errorf("%s: %s offers %s by %s; %s needs %s", name, page, what, by, pattern, rl.permission)
				}
			}
		}
	}
	for _, r := range auth.Roles() {
		look(string(r), d.as(string(r)+"@acme.example"), r.Grants())
	}
	kinds := map[string][]auth.Permission{
		"read only":       {auth.ReadTickets},
		"reads all":       {auth.ReadTickets, auth.ReadCustomers, auth.ReadOrders, auth.SeeReports, auth.ReadAudit},
		"writes":          {auth.ReadTickets, auth.WriteTickets, auth.ReadCustomers},
		"sends":           {auth.ReadTickets, auth.SendMail, auth.ReadOrders},
		"many at once":    {auth.ReadTickets, auth.BulkTickets},
		"of people alone": {auth.ManagePeople},
	}
	for _, p := range auth.Permissions() {
		kinds[string(p)] = []auth.Permission{p}
	}
	for name, ps := range kinds {
		role.Permissions = ps
		_, err := d.auth.SaveRole(context.Background(), m.owner, role)
		must(t, err)
		look(name, variable, auth.NewSet(ps...))
	}
}

// TestReadersAreToldWhy draws a ticket for somebody who may only read: it says so,
// and there is nothing that a key of the keyboard would press.
func TestReadersAreToldWhy(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Where is it?", "words to read")
	role, err := d.auth.SaveRole(context.Background(), m.owner, auth.CustomRole{Name: "Reader", Permissions: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	b := d.as(d.member(m, "reader", role.Key))
	a := b.get("/t/"+id64(tk.Number)).want(http.StatusOK, "words to read", "takes a right that your role does not have")
	for _, mark := range regexp.MustCompile(`data-key="[a-z]"|id="(tab-reply|tab-note|reply-body|note-body|bulk)"|class="pick"|data-compose|data-send|data-draft=`).FindAllString(a.body, -1) {
		if mark != `data-key="f"` { // opens the filter
			t.Errorf("%s is on the page", mark)
		}
	}
	keys := words(b.get("/keys").want(http.StatusOK).body)
	for _, text := range []string{"Reply", "Solve", "Assign"} {
		if strings.Contains(keys, text) {
			t.Errorf("the list of keys offers %q", text)
		}
	}
	if all := words(d.as("owner@acme.example").get("/keys").body); !strings.Contains(all, "Assign") {
		t.Error("the owner's list of keys lacks what they may press")
	}
}

// TestWhatAsksForAProofIsGrave compares the console with tokens: a permission whose
// routes ask for a fresh proof is one that tokens carry for a time and by proof.
func TestWhatAsksForAProofIsGrave(t *testing.T) {
	asks := map[auth.Permission]bool{}
	for _, rt := range routes() {
		if rt.rule.proof && rt.rule.permission != "" {
			asks[rt.rule.permission] = true
		}
	}
	for p := range asks {
		if !slices.Contains(auth.Grave(), p) {
			t.Errorf("routes with %s ask for a proof, and a token needs none for it", p)
		}
	}
	for _, p := range auth.Grave() {
		if !asks[p] {
			t.Errorf("%s is grave, and no route asks for a proof", p)
		}
	}
}
