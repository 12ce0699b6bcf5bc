package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
)

var param = regexp.MustCompile(`\{([a-z]+)\}`)

// goodForm holds a good value for every field, so that what is refused is
// refused for whom it concerns and not for its form.
var goodForm = url.Values{
	"status": {"pending"}, "waiting": {"customer"}, "assignee": {"me"}, "team": {""}, "priority": {"high"}, "tags": {"a"}, "subject": {"s"}, "body": {"b"},
	"until": {"tomorrow"}, "into": {"1"}, "to": {"a@b.example"}, "party": {"carrier"}, "order": {"DE-10482"}, "on": {"1"}, "state": {"viewing"}, "kind": {"reply"},
	"version": {"0"}, "name": {"n"}, "do": {"save"}, "role": {"agent"}, "label": {"l"}, "value": {"a@b.example"}, "other": {"1"}, "customer": {"a@b.example"},
}

// visit asks for a route with its parameters filled in.
func (b *browser) visit(rt route, ids map[string]string) answer {
	path := param.ReplaceAllStringFunc(strings.ReplaceAll(rt.pattern, "{$}", ""), func(p string) string {
		name := p[1 : len(p)-1]
		if v, ok := ids[name]; ok {
			return v
		}
		return "9"
	})
	if rt.method == "GET" {
		return b.get(path)
	}
	return b.do(rt.method, path, strings.NewReader(goodForm.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func TestRoutesNeedASession(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.browser()
	for _, rt := range routes() {
		if rt.rule.kind == public.kind {
			continue
		}
		a := b.visit(rt, nil)
		switch {
		case rt.method == "PUT" && a.status == http.StatusUnauthorized:
		case a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/sign-in"):
		default:
			t.Errorf("%s %s without a session: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("Location"))
		}
	}
}

func TestRoutesJudgeRoles(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	for role, actor := range m.people {
		b := d.as(string(role) + "@acme.example")
		for _, rt := range routes() {
			if rt.rule.permission == "" || actor.May(rt.rule.permission) {
				continue
			}
			if a := b.visit(rt, nil); a.status != http.StatusForbidden {
				t.Errorf("%s: %s %s: %d, want 403", role, rt.method, rt.pattern, a.status)
			}
		}
	}
}

// idsOf returns, for every parameter of the table, something that exists.
func idsOf(t *testing.T, d *door, m *merchant, tk ticket.Ticket) map[string]string {
	t.Helper()
	ctx := context.Background()
	msg, err := d.tickets.Reply(ctx, m.owner, tk.ID, ticket.NewReply{Body: "An answer", Files: []ticket.InboundFile{inboundFile("a.txt", "text/plain", []byte("a"))}})
	must(t, err)
	side, err := d.tickets.OpenSide(ctx, m.owner, tk.ID, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "c@dhl.example"}, Subject: "s", Body: "b"})
	must(t, err)
	ev, err := d.tickets.SetPriority(ctx, m.owner, tk.ID, ticket.High)
	must(t, err)
	mac, err := d.tickets.SaveMacro(ctx, m.owner, ticket.Macro{Name: "Hello", Bodies: map[string]string{"": "Hello"}})
	must(t, err)
	f, err := d.tickets.SaveField(ctx, m.owner, ticket.Field{Key: "colour", Label: "Colour", Type: ticket.TextField})
	must(t, err)
	v, err := d.tickets.SaveView(ctx, m.owner, ticket.View{Name: "All of it", Condition: ticket.Condition{Group: true, All: true}})
	must(t, err)
	_, waiting, err := d.auth.Invite(ctx, m.owner, "new@acme.example", "New", auth.AgentRole, false, nil)
	must(t, err)
	passkey := auth.Passkey{ID: 77, Workspace: m.workspace.ID, Person: waiting.ID, Credential: []byte("credential"), Name: "Key", CreatedAt: time.Now()}
	must(t, d.store.AddPasskey(ctx, passkey))
	end, _, err := d.webhooks.Add(ctx, m.owner, webhook.New{URL: "https://receiver.example/hook"})
	must(t, err)
	con, _, err := d.hooks.Add(ctx, m.owner, hook.New{Name: "Shop", Scheme: "standard"})
	must(t, err)
	trk, _, err := d.tracking.Add(ctx, m.owner, tracking.Input{Driver: "webhook"})
	must(t, err)
	shop, err := d.shops.Connect(ctx, m.owner, commerce.New{Driver: "generic", Settings: map[string]string{"name": "ERP", "currency": "EUR"}})
	must(t, err)
	role, err := d.auth.SaveRole(ctx, m.owner, auth.CustomRole{Name: "Returns desk", Permissions: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	_, secretKey, err := d.auth.CreateToken(ctx, m.owner, auth.NewToken{Name: "Sync", Scopes: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	_, err = d.shipments.Ingest(ctx, m.owner, shipment.Delivery{Source: "test", Payload: []byte("as it was sent"), Reports: []shipment.Report{
		{Number: shipment.Number{Carrier: "DHL", Number: "00340434"}, Event: shipment.Event{Status: shipment.InTransit, At: time.Now().Add(-time.Hour)}},
	}})
	must(t, err)
	sent, err := d.shipments.List(ctx, m.owner, shipment.Filter{Order: m.order.ID}, shipment.Cursor{}, 1)
	must(t, err)
	told, err := d.shipments.Events(ctx, m.owner, sent[0].ID)
	must(t, err)
	sold, _, err := d.products.Save(ctx, m.owner, product.New{Shop: m.shop.ID, ExternalID: "88012", Title: "Tent", Variants: []product.Variant{{SKU: "T"}}})
	must(t, err)
	asked, err := d.traces.Open(ctx, m.owner, trace.NewTrace{Shipment: sent[0].ID})
	must(t, err)
	complaint, _ := d.complaint(m)
	shown, err := d.cases.Attach(ctx, m.owner, complaint.ID, cases.NewFile{Name: "broken.jpg", Data: photo(t)})
	must(t, err)
	owed := d.owes(m, 1500)
	till, _, err := d.pay.Add(ctx, m.owner, pay.Input{Driver: "stripe", Values: map[string]string{"api_key": "sk_test_1", "address": "https://api.stripe.com"}})
	must(t, err)
	claim := d.claims(m)
	proof, err := d.recoveries().AddDocument(ctx, m.owner, claim.ID, recovery.NewDocument{Name: "order.png", Data: photo(t)})
	must(t, err)
	tried, err := d.replays().Start(ctx, m.owner, "standard", policyStart, time.Now().AddDate(-1, 0, 0))
	must(t, err)
	return map[string]string{
		"trial":       id64(int64(tried.ID)),
		"tried":       id64(int64(d.tries(m).ID)),
		"account":     id64(int64(till.ID)),
		"refund":      id64(owed.ID),
		"recovery":    id64(int64(claim.ID)),
		"document":    id64(int64(proof.ID)),
		"back":        id64(int64(d.comesBack(t, m).ID)),
		"replacement": id64(int64(d.goesOut(t, m).ID)),
		"case":        id64(complaint.ID), "file": id64(shown.ID),
		"parcel": id64(sent[0].ID), "trace": id64(asked.ID), "product": id64(sold.ID), "payload": id64(told[0].Payload),
		"role": string(role.Key), "key": id64(secretKey.ID),
		"webhook": id64(end.ID), "hook": id64(con.ID), "received": "1", "connection": id64(shop.Connection.ID), "tracker": id64(int64(trk.ID)), "shop": id64(m.shop.ID),
		"number": id64(tk.Number), "message": id64(msg.ID), "name": "a.txt", "side": id64(side.ID), "event": id64(ev), "macro": id64(mac.ID), "field": id64(f.ID),
		"view": viewKey(v.ID), "batch": batchOf(map[int64]event.ID{1: ev}), "order": id64(m.order.ID), "customer": id64(tk.Customer), "person": id64(waiting.ID),
		"team": id64(m.team.ID), "mailbox": id64(m.box.ID), "verb": "identity", "tag": "customs", "passkey": id64(passkey.ID), "workspace": "nobody", "session": "00", "token": "none",
	}
}

// TestRoutesKeepWorkspacesApart asks as the owner of one workspace for the
// records of another, by every parameter there is.
func TestRoutesKeepWorkspacesApart(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.found("rival")
	ids := idsOf(t, d, m, d.mail(m, "anna@client.example", "Secret", "words nobody else may read"))
	b := d.as("owner@rival.example")
	for _, rt := range routes() {
		if rt.rule.kind == public.kind || !param.MatchString(rt.pattern) || strings.Contains(rt.pattern, "{session}") || strings.Contains(rt.pattern, "{tag}") {
			continue // a session is named by its hash and a tag by its name, and those of others are not reached
		}
		a := b.visit(rt, ids)
		if a.status != http.StatusNotFound && a.status != http.StatusForbidden {
			t.Errorf("%s %s of another workspace: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("Location"))
		}
		a.lacks("words nobody else may read")
	}
	own, err := d.tickets.ByNumber(context.Background(), m.owner, 1)
	if err != nil || own.Priority != ticket.High || own.Subject != "Secret" {
		t.Fatalf("the ticket was touched: %+v, %v", own, err)
	}
}

// TestRoutesHideTickets asks as somebody restricted for a ticket of a team that
// they are not in.
func TestRoutesHideTickets(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "anna@client.example", "Secret", "words nobody else may read")
	ids := idsOf(t, d, m, tk)
	_, err := d.tickets.SetTeam(context.Background(), m.owner, tk.ID, m.team.ID)
	must(t, err)
	b := d.as("hidden@acme.example")
	for _, rt := range routes() {
		if rt.pattern == "/live" {
			continue // does not end; TestLive listens as somebody restricted
		}
		ours := strings.Contains(rt.pattern, "{number}") || strings.Contains(rt.pattern, "{batch}") || strings.HasPrefix(rt.pattern, "/f/")
		a := b.visit(rt, ids)
		if strings.HasPrefix(a.header.Get("Location"), "/sign-in") && rt.rule.kind != public.kind {
			b = d.as("hidden@acme.example") // an earlier route signed them out
			a = b.visit(rt, ids)
		}
		if ours && a.status != http.StatusNotFound {
			t.Errorf("%s %s of a hidden ticket: %d to %q", rt.method, rt.pattern, a.status, a.header.Get("Location"))
		}
		if a.status == http.StatusInternalServerError {
			t.Errorf("%s %s: %d", rt.method, rt.pattern, a.status)
		}
		if rt.method == "GET" {
			a.lacks("words nobody else may read")
		}
	}
}

func TestCrossOriginIsRefused(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	b.do("POST", "/t/1/status", strings.NewReader("status=open"), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
}

func TestLocalPaths(t *testing.T) {
	for in, want := range map[string]string{
		"/inbox/mine?a=1": "/inbox/mine?a=1", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/", "": "/", "inbox": "/", "/\tx": "/",
	} {
		if got := local(in, "/"); got != want {
			t.Errorf("local(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHalfARouteIsRefused(t *testing.T) {
	for _, rt := range routes() {
		if rt.rule == (rule{}) || rt.handle == nil || rt.limit == 0 || rt.method == "" {
			t.Errorf("the route %s %s is not whole", rt.method, rt.pattern)
		}
	}
}
