package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// member adds somebody with a role to a workspace and returns their address.
func (d *door) member(m *merchant, name string, role auth.Role) string {
	d.t.Helper()
	ctx, email := context.Background(), name+"@acme.example"
	token, _, err := d.auth.Invite(ctx, m.owner, email, "", role, false, nil)
	must(d.t, err)
	_, err = d.auth.Accept(ctx, token, auth.Joining{Name: name, Password: password, Language: "en", Zone: "UTC"}, auth.Visit{Address: "127.0.0.1", UserAgent: "test"})
	must(d.t, err)
	return email
}

// skipped are the routes that a test does not walk: a stream that does not end,
// and what would end the walk.
func skipped(rt route) bool {
	return rt.pattern == "/live" || rt.pattern == "/sign-out" || strings.HasPrefix(rt.pattern, "/account/sessions")
}

// TestRoutesWithOnePermission asks for every route with a role that grants a
// single thing: what it names opens, and works; all else is refused.
func TestRoutesWithOnePermission(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ids := idsOf(t, d, m, d.mail(m, "anna@client.example", "Where is it?", "words that readers may read"))
	role, err := d.auth.SaveRole(context.Background(), m.owner, auth.CustomRole{Name: "One", Permissions: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	b := d.as(d.member(m, "one", role.Key))
	for _, p := range auth.Permissions() {
		role.Permissions = []auth.Permission{p}
		_, err := d.auth.SaveRole(context.Background(), m.owner, role)
		must(t, err)
		for _, rt := range routes() {
			if rt.rule.permission == "" || skipped(rt) {
				continue
			}
			if rt.rule.permission != p {
				if a := b.visit(rt, ids); a.status != http.StatusForbidden {
					t.Errorf("with %s: %s %s: %d, want 403", p, rt.method, rt.pattern, a.status)
				}
				continue
			}
			if rt.method != http.MethodGet {
				continue // might take away what the next route asks for
			}
			a := b.visit(rt, ids)
			if a.status == http.StatusForbidden || a.status == http.StatusInternalServerError {
				t.Errorf("with %s: GET %s: %d", p, rt.pattern, a.status)
			}
			if p != auth.ReadTickets {
				a.lacks("words that readers may read")
			}
		}
		home := b.get("/")
		to := home.to()
		for range 3 {
			a := b.get(to)
			if a.status != http.StatusSeeOther {
				if a.status != http.StatusOK {
					t.Errorf("with %s home is %s: %d", p, to, a.status)
				}
				break
			}
			to = a.to()
		}
	}
}

// TestRoutesOfARoleThatIsGone asks as somebody whose role grants nothing any more.
func TestRoutesOfARoleThatIsGone(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	role, err := d.auth.SaveRole(context.Background(), m.owner, auth.CustomRole{Name: "Brief", Permissions: auth.Permissions()})
	must(t, err)
	b := d.as(d.member(m, "brief", role.Key))
	b.get("/admin/people").want(http.StatusOK)
	must(t, d.store.DeleteRole(context.Background(), m.workspace.ID, role.Key))
	for _, rt := range routes() {
		if rt.rule.permission != "" {
			b.visit(rt, nil).want(http.StatusForbidden)
		}
	}
	b.get("/account").want(http.StatusOK)
}

// TestRoutesNeedALivingSession asks for every route with sessions that are over.
func TestRoutesNeedALivingSession(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx, now := context.Background(), time.Now()
	over := map[string]auth.Session{
		"expired": {CreatedAt: now.Add(-auth.LongestSession), SeenAt: now, ExpiresAt: now.Add(-time.Second), Idle: time.Hour, ProvedAt: now},
		"idle":    {CreatedAt: now.Add(-time.Hour), SeenAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour), Idle: time.Hour - time.Minute, ProvedAt: now},
	}
	u, err := url.Parse(d.server.URL)
	must(t, err)
	for name, x := range over {
		x.Hash, x.Workspace, x.Person = auth.TokenHash(name), m.workspace.ID, m.owner.Person()
		must(t, d.store.AddSession(ctx, x))
	}
	over["made up"] = auth.Session{}
	for name := range over {
		for _, rt := range routes() {
			if rt.rule.kind == public.kind {
				continue
			}
			b := d.browser()
			b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "godwit", Value: name, Path: "/"}})
			a := b.visit(rt, nil)
			if signIn := a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/sign-in"); !signIn && a.status != http.StatusUnauthorized {
				t.Errorf("%s %s with a session %s: %d to %q", rt.method, rt.pattern, name, a.status, a.header.Get("Location"))
			}
		}
	}
}

// TestRoutesKeepForeignIDsOut sends the identifiers of another workspace in the
// query and in the body of every route, beside own ones in the path: nothing of
// the other workspace is shown or touched, and nothing own refers to it.
func TestRoutesKeepForeignIDsOut(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	for range 3 { // so that its last number is nobody's at the other
		d.mail(m, "anna@client.example", "Earlier", "words nobody else may read")
	}
	foreign := idsOf(t, d, m, d.mail(m, "bert@client.example", "Secret", "words nobody else may read"))
	before := d.dump(m.workspace.ID)

	rival := d.found("rival")
	tk := d.mail(rival, "carl@client.example", "Own", "own words")
	own := map[string]string{
		"number": id64(tk.Number), "order": id64(rival.order.ID), "customer": id64(tk.Customer), "person": id64(rival.people[auth.Lead].ID), "team": id64(rival.team.ID),
		"mailbox": id64(rival.box.ID), "verb": "identity", "view": "mine", "role": "lead", "tag": "own", "session": "00", "token": "none",
	}
	fields := url.Values{
		"status": {"open"}, "assignee": {foreign["person"]}, "members": {foreign["person"]}, "person": {foreign["person"]}, "team": {foreign["team"]}, "teams": {foreign["team"]},
		"order": {"DE-10482-A", foreign["order"]}, "into": {foreign["number"]}, "numbers": {foreign["number"]}, "ids": {foreign["number"]}, "other": {foreign["customer"]},
		"customer": {foreign["customer"]}, "message": {foreign["message"]}, "messages": {foreign["message"]}, "macro": {foreign["macro"]}, "side": {foreign["side"]},
		"event": {foreign["event"]}, "mailbox": {foreign["mailbox"]}, "mailboxes": {foreign["mailbox"]}, "mailboxes_only": {"1"}, "shop": {id64(m.shop.ID)},
		"shops": {id64(m.shop.ID)}, "shops_only": {"1"}, "limits": {"1"}, "role": {foreign["role"]}, "keep": {foreign["message"]}, "view": {foreign["view"]},
		"q": {"Secret OR order:DE-10482-A"}, "after": {foreign["message"]}, "before": {foreign["message"]}, "name": {"n"}, "subject": {"s"}, "body": {"b"},
		"to": {"carl@client.example"}, "party": {"carrier"}, "kind": {"reply"}, "permissions": {"tickets.read"}, "scopes": {"tickets.read"}, "expires": {"30"},
		"email": {"someone@rival.example"}, "do": {"save"}, "value": {"x@y.example"}, "priority": {"high"}, "until": {"tomorrow"}, "waiting": {"customer"}, "on": {"1"},
		"label": {"l"}, "address": {"new@rival.example"}, "in_kind": {"off"}, "out_kind": {"off"}, "version": {"0"}, "state": {"viewing"}, "tag": {foreign["tag"]}, "tags": {"own"},
	}
	b := d.as("owner@rival.example")
	for _, rt := range routes() {
		if rt.rule.kind == public.kind || skipped(rt) || strings.HasPrefix(rt.pattern, "/account") || strings.HasPrefix(rt.pattern, "/confirm") {
			continue
		}
		path := param.ReplaceAllStringFunc(strings.ReplaceAll(rt.pattern, "{$}", ""), func(p string) string {
			if v, ok := own[p[1:len(p)-1]]; ok {
				return v
			}
			return "9"
		})
		a := b.do(rt.method, path+"?"+fields.Encode(), strings.NewReader(fields.Encode()), "Content-Type", "application/x-www-form-urlencoded")
		a.lacks("words nobody else may read", "anna@client.example", "bert@client.example")
		if a.status == http.StatusInternalServerError {
			t.Errorf("%s %s: %d", rt.method, rt.pattern, a.status)
		}
	}
	if after := d.dump(m.workspace.ID); after != before {
		t.Error("the other workspace has changed")
	}
	mine := d.dump(rival.workspace.ID)
	for name, id := range foreign {
		if len(id) > 9 && !strings.HasPrefix(name, "batch") && strings.Contains(mine, id) {
			at := strings.Index(mine, id)
			t.Errorf("%s of the other workspace is referred to: …%s…", name, mine[max(0, at-300):at+len(id)])
		}
	}
	if id := id64(m.shop.ID); strings.Contains(mine, id) {
		t.Error("the other workspace's shop is referred to")
	}
}

// dump writes everything that a workspace has, but its journal and its sessions:
// a refused request may be noted, and reading moves the time of a session.
func (d *door) dump(w auth.WorkspaceID) string {
	d.t.Helper()
	_, read := d.store.Pools()
	var out strings.Builder
	texts := func(query string, args ...any) []string {
		rows, err := read.Query(query, args...)
		must(d.t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(d.t, err)
		var list []string
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			must(d.t, rows.Scan(dest...))
			list = append(list, fmt.Sprint(values...))
		}
		must(d.t, rows.Err())
		return list
	}
	for _, table := range texts(`SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND c.name='workspace_id' ORDER BY m.name`) {
		if slices.Contains([]string{"event", "session", "audit", "audit_entry", "counter"}, table) {
			continue
		}
		list := texts(`SELECT * FROM "`+table+`" WHERE workspace_id=?1`, int64(w))
		slices.Sort(list)
		fmt.Fprintf(&out, "%s\n%s\n", table, strings.Join(list, "\n"))
	}
	return out.String()
}

// TestLimitsAtTheDoor asks as somebody limited to a mailbox or a shop for tickets
// and orders beyond.
func TestLimitsAtTheDoor(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	ctx := context.Background()
	near := d.mail(m, "anna@client.example", "Near by", "words of the near")
	shop, _, err := d.orders.EnsureShop(ctx, m.owner, order.Shop{Name: "Lyon", Market: "FR", Currency: "EUR"})
	must(t, err)
	box, err := d.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{
		Address: "aide@acme.example", Name: "Lyon", Shop: shop.ID, Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	must(t, err)
	away := *m
	away.box = box
	far := d.mail(&away, "bert@client.example", "Far away", "words of the far")
	mine := d.mail(&away, "cora@client.example", "Far but mine", "words of the far")
	must(t, func() error {
		_, err := d.tickets.Assign(ctx, m.owner, mine.ID, m.people[auth.AgentRole].Person())
		return err
	}())
	farOrder, _, err := d.orders.Save(ctx, m.owner, order.New{
		Shop: shop.ID, ExternalID: "9", Number: "FR-77001", Email: "anna@client.example", CustomerName: "Anna Kowalska", Currency: "EUR", Goods: 100, Total: 100, PlacedAt: time.Now(),
	})
	must(t, err)
	b := d.as("agent@acme.example")
	b.get("/inbox/all").want(http.StatusOK, "Near by", "Far away")
	for name, l := range map[string]auth.Limits{
		"mailbox": {Mailboxes: []int64{int64(m.box.ID)}}, "shop": {Shops: []int64{int64(m.shop.ID)}},
		"both": {Mailboxes: []int64{int64(m.box.ID)}, Shops: []int64{int64(m.shop.ID)}},
	} {
		t.Log(name)
		must(t, d.auth.UpdatePerson(ctx, m.owner, m.people[auth.AgentRole].Person(), auth.PersonUpdate{Limits: &l}))
		for _, view := range []string{"all", "unassigned", "open"} {
			a := b.get("/inbox/" + view)
			if a.status == http.StatusOK {
				a.lacks("Far away")
			}
		}
		b.get("/inbox/all").want(http.StatusOK, "Near by", "Far but mine").lacks("Far away")
		b.get("/search?q=words").want(http.StatusOK, "Near by", "Far but mine").lacks("Far away")
		page := b.get("/t/"+id64(near.Number)).want(http.StatusOK, "words of the near").lacks("Far away")
		b.get("/t/" + id64(mine.Number)).want(http.StatusOK)
		b.get("/t/" + id64(far.Number)).want(http.StatusNotFound)
		b.post("/t/"+id64(far.Number)+"/note", "body", "seen").want(http.StatusNotFound)
		b.post("/t/"+id64(near.Number)+"/merge", "into", id64(far.Number)).lacks("Far away")
		if l.Shops == nil {
			b.get("/orders").want(http.StatusOK, "DE-10482", "FR-77001")
			continue
		}
		page.lacks("FR-77001")
		b.get("/orders").want(http.StatusOK, "DE-10482").lacks("FR-77001", "Lyon")
		b.get("/orders?q=FR-77001").want(http.StatusOK).lacks("Anna Kowalska")
		b.get("/orders/" + id64(farOrder.ID)).want(http.StatusNotFound)
		b.get("/palette?q=FR-77001").want(http.StatusOK).lacks("/orders/")
		b.get("/customers/"+id64(near.Customer)).want(http.StatusOK, "DE-10482").lacks("FR-77001")
		b.post("/t/"+id64(near.Number)+"/order", "order", "FR-77001")
		if now, err := d.tickets.Get(ctx, m.owner, near.ID); err != nil || now.Order == farOrder.ID {
			t.Errorf("an order beyond the limits is linked: %v", err)
		}
	}
}

// TestRolePages makes, changes, gives and deletes a role at the console.
func TestRolePages(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/roles").want(http.StatusOK, "Owner", "Lead", "Agent", "Built in")
	b.get("/admin/roles/lead").want(http.StatusOK, "This role is built in").lacks("Create role")
	b.get("/admin/roles/new").want(http.StatusOK, "Create role", "Send mail", "Berlin", m.box.Address)
	b.post("/admin/roles", "name", "Bookkeeping", "permissions", "vault.open").want(http.StatusUnprocessableEntity, "does not exist")
	b.post("/admin/roles", "name", "Bookkeeping").want(http.StatusUnprocessableEntity, "Choose at least one permission")
	if to := b.post("/admin/roles", "name", "Bookkeeping", "permissions", "tickets.read", "permissions", "orders.read", "restricted", "1", "shops_only", "1", "shops", id64(m.shop.ID)).to(); to != "/admin/roles" {
		t.Errorf("to %s", to)
	}
	b.get("/admin/roles").want(http.StatusOK, "Bookkeeping", "Read tickets · See orders", "Own teams · 1 shop")
	b.get("/admin/roles/bookkeeping").want(http.StatusOK, "Nobody")
	agent := id64(m.people[auth.AgentRole].ID)
	b.post("/admin/people/"+agent, "role", "bookkeeping", "limits", "1", "mailboxes_only", "1").to()
	b.get("/admin/people").want(http.StatusOK, "Bookkeeping", "0 mailboxes")
	b.get("/admin/roles/bookkeeping").want(http.StatusOK, "Agent acme", "Somebody has this role")
	b.post("/admin/roles/bookkeeping", "do", "delete").want(http.StatusUnprocessableEntity, "Somebody still has this role")
	a := d.as("agent@acme.example")
	a.get("/account").want(http.StatusOK, "Bookkeeping")
	a.get("/reports").want(http.StatusForbidden)
	a.get("/orders").want(http.StatusOK)
	b.post("/admin/people/"+agent, "role", "agent", "limits", "1").to()
	b.post("/admin/roles/bookkeeping", "name", "Books", "permissions", "orders.read").to()
	b.get("/admin/roles/bookkeeping").want(http.StatusOK, "Books")
	b.post("/admin/roles/bookkeeping", "do", "delete").to()
	b.get("/admin/roles/bookkeeping").want(http.StatusNotFound)
	b.post("/admin/roles/owner", "name", "Serf", "permissions", "orders.read").want(http.StatusConflict)
}

// TestTokenPages makes a token, which is shown once, and revokes it.
func TestTokenPages(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	b.get("/admin/tokens").want(http.StatusOK, "No tokens yet")
	b.post("/admin/tokens", "name", "Sync").want(http.StatusUnprocessableEntity, "Choose at least one thing")
	page := b.post("/admin/tokens", "name", "Sync", "scopes", "tickets.read", "scopes", "tickets.send", "expires", "30").want(http.StatusOK, "shown this once")
	var secret string
	for _, w := range strings.Fields(words(page.body)) {
		if auth.IsToken(w) {
			secret = w
		}
	}
	a, tok, err := d.auth.AuthenticateToken(context.Background(), secret)
	must(t, err)
	if !a.May(auth.SendMail) || a.May(auth.WriteTickets) || time.Until(tok.ExpiresAt) > 31*24*time.Hour {
		t.Errorf("%+v %+v", a, tok)
	}
	b.get("/admin/tokens").want(http.StatusOK, "Sync", tok.Prefix, "2 permissions", "Owner acme").lacks(secret)
	d.as("lead@acme.example").get("/admin/tokens").want(http.StatusForbidden)
	b.post("/admin/tokens/" + id64(tok.ID) + "/revoke").to()
	b.get("/admin/tokens").want(http.StatusOK, "Revoked")
	if _, _, err := d.auth.AuthenticateToken(context.Background(), secret); err == nil {
		t.Error("a revoked token works")
	}
}
