package api

import (
	"godwit.dev/godwit/internal/flow/sorting"

	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/commerce/generic"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	drawing "godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// world is the whole door on a database of its own.
type world struct {
	texts     map[string]string // TXT records
	t         testing.TB
	store     *store.Store
	auth      *auth.Service
	tickets   *ticket.Service
	customers *customer.Service
	orders    *order.Service
	products  *product.Service
	rates     *fx.Service
	plans     *plan.Service
	shipments *shipment.Service
	traces    *trace.Service
	cases     *cases.Service
	casework  *casework.Service
	goods     *goods.Service
	out       *outgoing.Service
	warranty  *warranty.Service
	webhooks  *webhook.Service
	hooks     *hook.Service
	shops     *commerce.Service
	tracking  *tracking.Service
	refunds   *refund.Service
	ledger    *ledger.Book
	pay       *pay.Service
	proactive *proactive.Service
	audit     *audit.Service
	ids       *id.Source
	log       *bytes.Buffer
	server    *httptest.Server
	late      time.Duration // how far the clock is ahead
	seq       int
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) now() time.Time { return time.Now().Add(w.late) }

func newWorld(t testing.TB, s *store.Store) *world {
	t.Helper()
	w := &world{t: t, log: &bytes.Buffer{}}
	w.ids = id.NewSource(3, w.now)
	v, err := vault.New(make([]byte, 32))
	must(t, err)
	s, err = store.New(s.DB, store.Config{IDs: w.ids, Now: w.now, Bus: event.NewBus(), Vault: v})
	must(t, err)
	w.store = s
	silent := slog.New(slog.DiscardHandler)
	w.auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: w.ids, Now: w.now, Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
	}})
	w.customers = customer.New(customer.Config{Store: s, Journal: s, IDs: w.ids, Now: w.now})
	w.shipments = shipment.New(shipment.Config{Store: s, Journal: s, IDs: w.ids, Now: w.now})
	w.traces = trace.New(trace.Config{Store: s, Shipments: w.shipments, Journal: s, IDs: w.ids, Now: w.now})
	w.products = product.NewService(product.Config{Store: s, Journal: s, IDs: w.ids, Now: w.now})
	w.rates = fx.New(fx.Config{Store: s, Journal: s, Now: w.now})
	w.plans = plan.New(plan.Config{Store: s, Products: w.products, Rates: w.rates, Journal: s, IDs: w.ids, Now: w.now})
	w.orders = order.NewService(order.Config{Store: s, Customers: w.customers, Parcels: w.shipments, Journal: s, IDs: w.ids, Now: w.now})
	w.ledger = ledger.New(ledger.Config{Store: s, IDs: w.ids, Now: w.now})
	refunds := refund.New(refund.Config{Store: s, Ledger: w.ledger, Journal: s, IDs: w.ids, Now: w.now})
	w.casework = casework.New(casework.Config{
		Store: s, Orders: w.orders, Parcels: w.shipments, Customers: w.customers, Policies: policy.New(policy.Config{Store: s, Rates: w.rates, Journal: s, Now: w.now}), Costs: w.costs(), Books: w.costs(),
		Cases: func() *cases.Service { return w.cases }, Refunds: refunds, Left: refunds.Left, IDs: w.ids, Now: w.now,
	})
	refunds.Moved = w.casework.Moved
	w.refunds = refunds
	w.cases = cases.New(cases.Config{Store: s, Orders: w.orders, Journal: s, IDs: w.ids, Now: w.now, Carry: w.casework.Carry, After: w.casework.Follow})
	w.warranty = warranty.New(warranty.Config{Store: s, Orders: w.orders, Delivered: w.casework.Delivered, Market: casework.Market, Journal: s, IDs: w.ids, Now: w.now})
	w.out = outgoing.New(outgoing.Config{Store: s, Cases: w.cases, Orders: w.orders, Products: w.products, Shipments: w.shipments, Journal: s, IDs: w.ids, Now: w.now})
	w.goods = goods.New(goods.Config{Store: s, Cases: w.cases, Orders: w.orders, Products: w.products, Shipments: w.shipments, Rates: w.rates, Journal: s, IDs: w.ids, Now: w.now})
	runners := map[string]action.Runner{}
	engine := action.NewEngine(s, s, runners, w.now, silent)
	w.tickets = ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: engine, Customers: w.customers, Orders: w.orders, People: s, IDs: w.ids, Now: w.now, UndoSend: 10 * time.Second,
	})
	runners[ticket.SendKind] = mailroom.NewSender(s, nil, w.tickets, w.now, time.Minute, silent) // nothing is sent here
	w.webhooks = webhook.NewService(webhook.Config{Store: s, Journal: s, Queue: s, IDs: w.ids, Now: w.now})
	w.hooks = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: w.ids, Now: w.now, Log: silent, Schemes: map[string]hook.Scheme{"standard": credulous{}}, Processors: map[string]hook.Processor{hook.Journal: hook.JustTell, tracking.HookKind: hook.JustTell},
	})
	quiet := generic.Driver("")
	quiet.Scheme = "" // a workspace has at most fifty places for hooks, and the tests want more
	w.shops = commerce.NewService(commerce.Config{
		Store: s, Orders: w.orders, Customers: w.customers, Products: w.products, Hooks: w.hooks, Journal: s, Queue: s, IDs: w.ids, Now: w.now, Log: silent, Client: &http.Client{},
		Drivers: []commerce.Driver{quiet},
	})
	w.hooks.Processors[commerce.HookKind] = w.shops.Receive
	w.tracking = tracking.New(tracking.Config{
		Store: s, Hooks: w.hooks, Parcels: w.shipments, Journal: s, Queue: s, IDs: w.ids, Now: w.now, Log: silent, Client: outbound.New(outbound.Options{}),
		Drivers: []tracking.Driver{{Name: "easypost", Title: "EasyPost", Docs: "https://docs.easypost.com", Options: []connector.Option{{Name: "api_key", Kind: connector.Secret, Required: true}}, Scheme: "standard"}},
	})
	w.proactive = proactive.New(proactive.Config{Store: s, Orders: w.orders, Shipments: w.shipments, Customers: w.customers, Actions: engine, Journal: s, Queue: s, IDs: w.ids, Now: w.now, Reachable: func() bool { return true }})
	w.pay = pay.New(pay.Config{
		Holding: pay.Holding{Store: s, Ledger: w.ledger, Moved: func(context.Context, hold.Hold, hold.State) error { return nil }},
		Store:   s, Refunds: refunds, Orders: w.orders, Hooks: w.hooks, Journal: s, Queue: s, IDs: w.ids, Now: w.now, Client: outbound.New(outbound.Options{}),
		Drivers: []pay.Driver{bankDriver, {Name: "stripe", Title: "Stripe", Docs: "https://docs.stripe.com/api/refunds", Options: []connector.Option{{Name: "secret_key", Kind: connector.Secret, Required: true}},
			Open: func(connector.Settings) (pay.Provider, error) { return deaf{}, nil }}},
	})
	w.audit = audit.NewService(audit.Config{Store: s, Journal: s, Signer: v, Now: w.now})
	w.server = httptest.NewServer(New(w.config()))
	t.Cleanup(func() { w.server.Close() })
	return w
}

func (w *world) config() Config {
	return Config{
		Auth: w.auth, Tickets: w.tickets, Customers: w.customers, Orders: w.orders, Products: w.products, Rates: w.rates, Plans: w.plans, Policies: policy.New(policy.Config{Store: w.store, Rates: w.rates, Journal: w.store, Now: w.now}), Costs: w.costs(), Outlays: outlay.New(w.store, w.now), Replay: w.replays(), Shipments: w.shipments, Traces: w.traces, Cases: w.cases, Casework: w.casework, Goods: w.goods, Warranty: w.warranty, Recovery: w.recoveries(), Recoup: w.recoups(), Lanes: lanes.New(lanes.Config{Store: w.store, Now: w.now}), Webhooks: w.webhooks, Hooks: w.hooks, Shops: w.shops, Tracking: w.tracking, Refunds: w.refunds, Ledger: w.ledger, Pay: w.pay, Proactive: w.proactive, Brands: brand.New(brand.Config{Store: w.store, Journal: w.store, Pictures: drawing.NewMaker(0), Records: w, Host: "desk.example", Now: w.now}), Audit: w.audit, Store: w.store, Now: w.now, Rate: rate.Rate{PerMinute: 600_000, Burst: 100_000},
		Outgoing: w.out, Clocks: w.clocks(), Routing: w.routing(), Automation: w.automation(), Translations: w.translations(), Foresight: w.foresight(), Sorting: sorting.New(sorting.Config{Store: w.store, Journal: w.store, Queue: w.store, Now: w.now}),
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Presence: empty{}, MailTest: func(context.Context, ticket.Mailbox) []MailStep {
			return []MailStep{{Name: "outgoing", Code: "auth_failed", Detail: "535 5.7.8 no"}}
		},
	}
}

// TXT and Addresses are the DNS, where all names lead to one address.
func (w *world) TXT(_ context.Context, name string) ([]string, error) {
	return []string{w.texts[name]}, nil
}

func (w *world) Addresses(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
}

// empty is a house in which nobody ever is.
type empty struct{}

func (empty) Seen(auth.WorkspaceID, int64, auth.PersonID, bool)       {}
func (empty) Left(auth.WorkspaceID, int64, auth.PersonID)             {}
func (empty) Others(auth.WorkspaceID, int64, auth.PersonID) []Present { return nil }

// credulous believes every sender.
type credulous struct{}

func (credulous) Verify(h http.Header, _ []byte, _ []string, _ time.Time) (hook.Proof, error) {
	return hook.Proof{Key: h.Get("Webhook-Id"), Topic: "order.created"}, nil
}
func (credulous) NewSecret() string        { return "whsec_made" }
func (credulous) CheckSecret(string) error { return nil }

// merchant is one workspace of the world. Its mark stands in every record.
type merchant struct {
	w         *world
	mark      string
	workspace auth.Workspace
	owner     auth.Actor
	secret    string // of a token with every scope
	shop      order.Shop
	read      event.ID // how far its journal was read
}

const password = "correct horse battery"

func (w *world) found(mark string) *merchant {
	w.t.Helper()
	ctx := context.Background()
	m := &merchant{w: w, mark: mark}
	email := "owner@" + strings.ToLower(mark) + ".example"
	space, owner, err := w.auth.Found(ctx, auth.Founding{Workspace: mark, Name: "Owner " + mark, Email: email, Password: password, Language: "en", Zone: "UTC"})
	must(w.t, err)
	m.workspace = space
	m.owner = auth.Actor{Kind: auth.Agent, ID: int64(owner.ID), Name: owner.Name, Workspace: space.ID, Role: auth.Owner, Zone: "UTC"}
	m.secret = m.token(auth.Permissions()...)
	m.shop, _, err = w.orders.EnsureShop(ctx, m.owner, order.Shop{Name: mark + " shop", Currency: "EUR"})
	must(w.t, err)
	return m
}

// proved returns the owner as somebody who proved themself just now.
func (m *merchant) proved() auth.Actor {
	by := m.owner
	by.Proved = m.w.now()
	return by
}

// token makes a token of the owner with some scopes.
func (m *merchant) token(scopes ...auth.Permission) string {
	m.w.t.Helper()
	secret, _, err := m.w.auth.CreateToken(context.Background(), m.proved(), auth.NewToken{Name: m.mark + " token", Scopes: scopes})
	must(m.w.t, err)
	return secret
}

// mail lets a message come in and returns its ticket and itself.
func (m *merchant) mail(box ticket.Mailbox, from, subject string) (ticket.ID, ticket.MessageID) {
	w, ctx := m.w, context.Background()
	w.t.Helper()
	w.seq++
	source := fmt.Sprintf("%s-%d", m.mark, w.seq)
	raw := "From: " + from + "\r\nSubject: " + subject + "\r\n\r\n" + m.mark + "\r\n"
	_, err := w.store.AcceptMail(ctx, m.workspace.ID, box.ID, []mailroom.Raw{{Source: source, Body: []byte(raw), ReceivedAt: w.now()}}, nil)
	must(w.t, err)
	taken, err := w.store.NewMail(ctx, m.workspace.ID, 1)
	must(w.t, err)
	_, err = w.store.TakeMail(ctx, m.workspace.ID, taken[0].ID, "")
	must(w.t, err)
	label := []byte("label of " + m.mark)
	got, err := w.tickets.Receive(ctx, m.workspace, []ticket.Inbound{{
		Channel: ticket.Email, Mailbox: box.ID, Intake: taken[0].ID, Form: ticket.Plain, From: ticket.Address{Name: m.mark + " customer", Address: from},
		Recipients: ticket.Recipients{To: []ticket.Address{{Address: box.Address}}}, Delivered: []string{box.Address}, Subject: subject,
		Body: "Where is my parcel? " + m.mark, HTML: "<p>Where is my parcel? " + m.mark + `</p><script>alert(1)</script>`, Key: source + "@client.example", Language: "en",
		Origin: ticket.Origin{SPF: "pass", DKIM: "pass", DMARC: "pass"}, SentAt: w.now(), ReceivedAt: w.now(),
		Files: []ticket.InboundFile{{Data: label, File: ticket.File{Name: "label.txt", ContentType: "text/plain", Size: int64(len(label)), SHA256: fmt.Sprintf("%064d", w.seq)}}},
	}})
	must(w.t, err)
	return got[0].Ticket, got[0].Message
}

// stage makes fresh records for every sample of the examples, fit for one
// operation, and returns which real identifier stands for which sample.
func (m *merchant) stage(op string) map[string]string {
	w, ctx, out := m.w, context.Background(), map[string]string{}
	w.t.Helper()
	w.seq++
	n := fmt.Sprintf("%s %d", m.mark, w.seq)
	host := fmt.Sprintf("%s%d.example", strings.ToLower(m.mark), w.seq)
	put := func(k kind, other bool, v int64) { out[sample(k, other)] = id.Format(k.prefix(), v) }

	_, guest, err := w.auth.Invite(ctx, m.owner, "guest@"+host, n, auth.AgentRole, false, nil)
	must(w.t, err)
	put(aPerson{}, false, m.owner.ID)
	if strings.HasPrefix(op, "person") && !strings.Contains(op, "Session") {
		put(aPerson{}, false, int64(guest.ID))
	}
	team, err := w.auth.SaveTeam(ctx, m.owner, auth.Team{Name: n})
	must(w.t, err)
	put(aTeam{}, false, int64(team.ID))
	put(aShop{}, false, int64(m.shop.ID))
	box, err := w.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{
		Address: "help@" + host, Name: n, Shop: m.shop.ID, Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	must(w.t, err)
	put(aMailbox{}, false, int64(box.ID))
	if op == "mailboxDelete" { // one without mail
		spare, err := w.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{Address: "spare@" + host, Settings: ticket.MailSettings{InKind: "off", OutKind: "off"}})
		must(w.t, err)
		put(aMailbox{}, false, int64(spare.ID))
	}
	for _, tag := range []string{"customs", "vip"} {
		must(w.t, w.tickets.SaveTag(ctx, m.owner, ticket.Tag{Name: tag, Color: "sand"}))
	}
	macro, err := w.tickets.SaveMacro(ctx, m.owner, ticket.Macro{Name: n, Bodies: map[string]string{"": "Hello {{ customer.first_name }} " + m.mark}, Actions: ticket.MacroActions{AddTags: []string{"vip"}}})
	must(w.t, err)
	put(aMacro{}, false, int64(macro.ID))
	fields, err := w.tickets.Fields(ctx, m.owner)
	must(w.t, err)
	i := slices.IndexFunc(fields, func(f ticket.Field) bool { return f.Key == "defect" })
	if i < 0 {
		f, err := w.tickets.SaveField(ctx, m.owner, ticket.Field{Key: "defect", Label: m.mark + " defect", Type: ticket.SelectField, Options: []string{"zip", "seam"}})
		must(w.t, err)
		fields, i = append(fields, f), len(fields)
	}
	put(aField{}, false, int64(fields[i].ID))
	if op == "fieldCreate" {
		for _, f := range fields {
			if f.Key == "batch" {
				must(w.t, w.tickets.DeleteField(ctx, m.owner, f.ID))
			}
		}
	}
	views, err := w.tickets.Views(ctx, m.owner)
	must(w.t, err)
	if len(views) > 100 { // those of earlier stages: only so many are listed
		for _, v := range views {
			must(w.t, w.tickets.DeleteView(ctx, m.owner, v.ID))
		}
	}
	view, err := w.tickets.SaveView(ctx, m.owner, ticket.View{Name: n, Sort: sortNewest, Condition: ticket.Condition{Field: "status", Op: "is", Value: "open"}})
	must(w.t, err)
	put(aView{}, false, int64(view.ID))
	_, tok, err := w.auth.CreateToken(ctx, m.owner, auth.NewToken{Name: n, Scopes: []auth.Permission{auth.ReadTickets}})
	must(w.t, err)
	put(aToken{}, false, int64(tok.ID))
	roles, err := w.auth.Roles(ctx, m.owner)
	must(w.t, err)
	if !slices.ContainsFunc(roles, func(r auth.CustomRole) bool { return r.Key == "claims-desk" }) {
		r, err := w.auth.SaveRole(ctx, m.owner, auth.CustomRole{Name: "Claims desk", Permissions: []auth.Permission{auth.ReadTickets}})
		must(w.t, err)
		out["claims-desk"] = string(r.Key)
	}
	o, _, err := w.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: n, Number: "DE-10482", Email: "anna@" + host, CustomerName: n, Currency: "EUR", Goods: 5000, Total: 5490, Shipping: 490, PlacedAt: w.now(),
		Lines: []order.Line{{Title: m.mark + " tent", Quantity: 1, Price: 5000}}, Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: "00340434", Status: "in_transit"}},
	})
	must(w.t, err)
	put(anOrder{}, false, int64(o.ID))
	goods, _, err := w.products.Save(ctx, m.owner, product.New{
		Shop: m.shop.ID, ExternalID: n, Title: m.mark + " tent", Currency: "EUR", Variants: []product.Variant{{ExternalID: n, SKU: "TENT-2P", Price: 5000}},
	})
	must(w.t, err)
	put(aProduct{}, false, int64(goods.ID))
	sending, err := plan.Parse([]byte(`{"currency": "EUR", "warehouses": [{"key": "cn", "name": "Shenzhen", "country": "CN", "zone": "Asia/Shanghai", "cut_off": "16:00", "handling_days": 1}], "zones": [{"key": "eu", "name": "EU", "countries": ["DE", "PL"]}], "services": [{"key": "economy", "name": {"default": "Economy"}, "from": ["cn"], "rates": [{"zone": "eu", "days": [7, 12], "steps": [{"to_grams": 2000, "price": 490}]}]}], "returns": {"days": 30}}`))
	must(w.t, err)
	_, err = w.plans.Save(ctx, m.owner, plan.Main, sending)
	must(w.t, err)
	_, err = policy.New(policy.Config{Store: w.store, Rates: w.rates, Journal: w.store, Now: w.now}).Save(ctx, m.owner, "standard", "currency: EUR\nterms: {windows: {refund: 41}, fallback: {method: bank, days: 5}, trigger: receipt}\n")
	must(w.t, err)
	_, err = w.rates.Put(ctx, m.owner, fx.Rate{Base: "USD", Quote: "CNY", Value: fx.Decimal{Digits: 72, Scale: 1}})
	must(w.t, err)
	sent, err := w.shipments.List(ctx, m.owner, shipment.Filter{Order: o.ID}, shipment.Cursor{}, 1)
	must(w.t, err)
	put(aShipment{}, false, int64(sent[0].ID))
	_, err = w.shipments.Ingest(ctx, m.owner, shipment.Delivery{Source: "api", Payload: []byte("told " + m.mark), Reports: []shipment.Report{
		{Number: shipment.Number{Carrier: "DHL", Number: "00340434"}, Event: shipment.Event{Status: shipment.InTransit, At: w.now()}},
	}})
	must(w.t, err)
	told, err := w.shipments.Events(ctx, m.owner, sent[0].ID)
	must(w.t, err)
	put(aPayload{}, false, int64(told[0].Payload))
	traced, err := w.traces.List(ctx, m.owner, trace.Filter{Shipment: sent[0].ID}, trace.Cursor{}, 1)
	must(w.t, err)
	if len(traced) == 0 { // a parcel has one
		one, err := w.traces.Open(ctx, m.owner, trace.NewTrace{Shipment: sent[0].ID})
		must(w.t, err)
		traced = append(traced, one)
	}
	if op == "traceOpen" {
		_, err = w.traces.Close(ctx, m.owner, traced[0].ID, trace.Found)
		must(w.t, err)
	}
	put(aTrace{}, false, int64(traced[0].ID))

	first, msg := m.mail(box, "anna@"+host, n+" parcel")
	_, err = w.tickets.Note(ctx, m.owner, first, ticket.NewNote{Body: "note " + m.mark})
	must(w.t, err)
	second, _ := m.mail(box, "maria@"+host, n+" other parcel")
	reply, err := w.tickets.Reply(ctx, m.owner, first, ticket.NewReply{Body: "answer " + m.mark})
	must(w.t, err)
	put(aTicket{}, false, int64(first))
	put(aTicket{}, true, int64(second))
	put(aMessage{}, false, int64(msg))
	put(aMessage{}, true, int64(reply.ID))
	side, err := w.tickets.OpenSide(ctx, m.owner, first, ticket.NewSide{Kind: "carrier", To: ticket.Address{Address: "claims@carrier.example"}, Subject: n, Body: m.mark})
	must(w.t, err)
	put(aSide{}, false, int64(side.ID))
	_, err = w.tickets.ChangeTags(ctx, m.owner, first, []string{"customs"}, nil)
	must(w.t, err)
	done, err := w.tickets.SetPriority(ctx, m.owner, first, ticket.High)
	must(w.t, err)
	put(anEvent{}, false, int64(done))
	if op == "messageRetry" {
		a, err := w.store.ActionByKey(ctx, m.workspace.ID, ticket.SendKey(reply.ID))
		must(w.t, err)
		_, err = w.store.MoveAction(ctx, a, []action.State{action.Ready}, action.Failed)
		must(w.t, err)
		must(w.t, w.tickets.SetDelivery(ctx, m.workspace.ID, reply.ID, action.Failed, "550 no"))
	}
	if op == "ticketFollowUp" {
		_, err := w.tickets.SetStatus(ctx, m.owner, first, ticket.Closed, "")
		must(w.t, err)
	}

	tk, err := w.tickets.Get(ctx, m.owner, first)
	must(w.t, err)
	other, err := w.tickets.Get(ctx, m.owner, second)
	must(w.t, err)
	put(aCustomer{}, false, int64(tk.Customer))
	put(aCustomer{}, true, int64(other.Customer))
	_, err = w.customers.Link(ctx, m.owner, tk.Customer, customer.Identity{Kind: "email", Value: "work@" + host})
	must(w.t, err)
	out["anna%40work.example"] = "work%40" + host
	third, _, err := w.customers.Ensure(ctx, m.workspace.ID, customer.Identity{Kind: "email", Value: "third@" + host}, n, "")
	must(w.t, err)
	merge, err := w.customers.Merge(ctx, m.owner, third.ID, tk.Customer)
	must(w.t, err)
	put(anEvent{}, true, int64(merge))
	out["+48 22 555 01 23"] = fmt.Sprintf("+48 22 555 %d", 10000+w.seq)
	for _, name := range []string{"jonas@acme.example", "returns@acme.example", "help@acme.example"} {
		out[name] = strings.Replace(name, "acme.example", host, 1)
	}
	for _, name := range []string{"Stuck at customs", "Parcel on its way", "Parcel delayed", "Claims\"", "Returns and claims", "Night shift", "Warszawa", "Lager"} {
		out[name] = name[:len(name)-1] + fmt.Sprint(w.seq) + name[len(name)-1:]
	}
	out["lost-parcel\", \"color"] = fmt.Sprintf("lost-parcel-%d\", \"color", w.seq)
	if strings.HasPrefix(op, "webhook") || strings.HasPrefix(op, "delivery") || strings.HasPrefix(op, "hook") || strings.HasPrefix(op, "received") {
		e, _, err := w.webhooks.Add(ctx, m.owner, webhook.New{URL: "https://" + host + "/", Description: n})
		must(w.t, err)
		d, err := w.webhooks.Test(ctx, m.owner, e.ID)
		must(w.t, err)
		put(aWebhook{}, false, int64(e.ID))
		put(anEvent{}, true, int64(d.Event))
		x, _, err := w.hooks.Add(ctx, m.owner, hook.New{Name: n, Scheme: "standard"})
		must(w.t, err)
		_, err = w.hooks.Accept(ctx, x.ID, http.Header{"Webhook-Id": {n}}, []byte(m.mark))
		must(w.t, err)
		got, err := w.hooks.History(ctx, m.owner, x.ID, "", 0, 1)
		must(w.t, err)
		put(aHook{}, false, int64(x.ID))
		put(aReceived{}, false, int64(got[0].ID))
	}
	if op == "hostCheck" {
		brands := w.config().Brands
		b, err := brands.SetDomain(ctx, m.owner, m.shop.ID, "track-"+strings.ToLower(m.mark)+".shop.example")
		must(w.t, err)
		record, err := brands.RecordOf(ctx, b)
		must(w.t, err)
		w.texts = map[string]string{record.Name: record.Value}
	}
	w.stageAfterSale(m, n, op, put)
	w.stageMoney(m, n, op, put)
	if strings.HasPrefix(op, "transfer") || strings.HasPrefix(op, "payee") {
		w.stageTransfer(m, n, op, put)
	}
	if strings.HasPrefix(op, "translator") {
		x, err := w.translations().Add(ctx, m.owner, translating.Input{Driver: "apertium", Name: n})
		must(w.t, err)
		put(aTranslator{}, false, int64(x.ID))
	}
	if strings.HasPrefix(op, "tracker") {
		x, _, err := w.tracking.Add(ctx, m.owner, tracking.Input{Driver: "easypost", Name: n, Values: map[string]string{"api_key": "key " + m.mark}})
		must(w.t, err)
		put(aTracker{}, false, int64(x.ID))
	}
	if strings.HasPrefix(op, "connection") {
		made, err := w.shops.Connect(ctx, m.owner, commerce.New{Driver: "generic", Settings: map[string]string{"name": n + " " + m.mark, "currency": "EUR"}})
		must(w.t, err)
		put(aConnection{}, false, int64(made.Connection.ID))
	}
	if strings.Contains(strings.ToLower(op), "session") {
		_, _, err := w.auth.SignIn(ctx, "owner@"+strings.ToLower(m.mark)+".example", password, "127.0.0.1", "test "+m.mark)
		must(w.t, err)
		sessions, err := w.auth.Sessions(ctx, m.owner)
		must(w.t, err)
		out["9mQ0Vq0d7cX3"] = sessionID(sessions[0])
	}
	return out
}

// put replaces the samples of a text.
func staged(text string, real map[string]string) string {
	keys := make([]string, 0, len(real))
	for k := range real {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	for _, k := range keys {
		text = strings.ReplaceAll(text, k, real[k])
	}
	return text
}

// answered is what the door said.
type answered struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (w *world) call(method, path, secret, body string, header ...string) answered {
	w.t.Helper()
	req, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	must(w.t, err)
	if body == "" {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.server.Client().Do(req)
	must(w.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	must(w.t, err)
	return answered{w.t, res.StatusCode, res.Header, string(raw)}
}

// want fails unless the answer has a status.
func (a answered) want(status int) answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %.600s", a.status, status, a.body)
	}
	return a
}

// problem reads a refusal, which must be whole.
func (a answered) problem(status int, code string) Problem {
	a.t.Helper()
	a.want(status)
	var p Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Fatalf("no problem: %s %s", a.header.Get("Content-Type"), a.body)
	}
	if code != "" && p.Code != code {
		a.t.Fatalf("code %q, want %q: %s", p.Code, code, a.body)
	}
	if p.Type == "" || p.Title == "" || p.Detail == "" || p.Status != status || p.Instance != "urn:godwit:request:"+a.header.Get("Request-Id") {
		a.t.Errorf("the problem is not whole: %s", a.body)
	}
	return p
}

// read decodes the answer into a value.
func read[T any](a answered) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// allOperations lists the operations of the tables.
func allOperations() []operation {
	var out []operation
	for _, g := range groups() {
		out = append(out, g.operations...)
	}
	return out
}

// request returns the address and the body of an operation's example.
func (op operation) request(real map[string]string) (path, body string) {
	x := examples()[op.id]
	path = Prefix + op.samplePath()
	if x.query != "" {
		path += "?" + x.query
	}
	return staged(path, real), staged(x.body, real)
}

func sqlite(t testing.TB) *world { return newWorld(t, storetest.SQLite(t)) }
