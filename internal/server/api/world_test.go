package api

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
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
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/flow/tracking"
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
	w.customers = customer.New(customer.Config{Store: s, Journal: s, IDs: w.ids, Now: w.now, People: s})
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
		Store: s, Journal: s, Actions: engine, Customers: w.customers, Orders: w.orders, People: s, IDs: w.ids, Now: w.now, UndoSend: 10 * time.Second, Habits: w.habits(),
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
		Auth:         w.auth,
		Tickets:      w.tickets,
		Customers:    w.customers,
		Orders:       w.orders,
		Products:     w.products,
		Rates:        w.rates,
		Plans:        w.plans,
		Policies:     policy.New(policy.Config{Store: w.store, Rates: w.rates, Journal: w.store, Now: w.now}),
		Costs:        w.costs(),
		Outlays:      outlay.New(w.store, w.now),
		Replay:       w.replays(),
		Shipments:    w.shipments,
		Traces:       w.traces,
		Cases:        w.cases,
		Casework:     w.casework,
		Goods:        w.goods,
		Warranty:     w.warranty,
		Recovery:     w.recoveries(),
		Recoup:       w.recoups(),
		Lanes:        lanes.New(lanes.Config{Store: w.store, Now: w.now}),
		Webhooks:     w.webhooks,
		Hooks:        w.hooks,
		Shops:        w.shops,
		Tracking:     w.tracking,
		Refunds:      w.refunds,
		Ledger:       w.ledger,
		Pay:          w.pay,
		Proactive:    w.proactive,
		Brands:       brand.New(brand.Config{Store: w.store, Journal: w.store, Pictures: drawing.NewMaker(0), Records: w, Host: "desk.example", Now: w.now}),
		Audit:        w.audit,
		Store:        w.store,
		Now:          w.now,
		Rate:         rate.Rate{PerMinute: 600_000, Burst: 100_000},
		Outgoing:     w.out,
		Clocks:       w.clocks(),
		Routing:      w.routing(),
		Automation:   w.automation(),
		Translations: w.translations(),
		Foresight:    w.foresight(),
		Habits:       w.habits(),
		Sorting:      sorting.New(sorting.Config{Store: w.store, Outside: w.translations(), Journal: w.store, Queue: w.store, Now: w.now}),
		Log:          slog.New(slog.NewTextHandler(w.log, nil)), Presence: empty{}, MailTest: func(context.Context, ticket.Mailbox) []MailStep {
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
