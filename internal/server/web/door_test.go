package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/adapter/carrier/generic"
	erp "godwit.dev/godwit/internal/adapter/commerce/generic"
	adapter "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/adapter/payment/sepa"
	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	drawing "godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
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
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const password = "correct horse battery"

// door is the whole console on a database of its own.
type door struct {
	t         testing.TB
	store     *store.Store
	auth      *auth.Service
	tickets   *ticket.Service
	clocks    *clocks.Service
	customers *customer.Service
	orders    *order.Service
	shipments *shipment.Service
	traces    *trace.Service
	goods     *goods.Service
	out       *outgoing.Service
	warranty  *warranty.Service
	rates     *fx.Service
	plans     *plan.Service
	products  *product.Service
	cases     *cases.Service
	casework  *casework.Service
	refunds   *refund.Service
	pay       *pay.Service
	webhooks  *webhook.Service
	hooks     *hook.Service
	shops     *commerce.Service
	tracking  *tracking.Service
	proactive *proactive.Service
	audit     *audit.Service
	bus       *event.Bus
	server    *httptest.Server
	done      chan struct{}
	now       func() time.Time // of the plans
	seq       int
}

// merchant is one workspace of the door.
type merchant struct {
	workspace auth.Workspace
	owner     auth.Actor
	people    map[auth.Role]auth.Actor
	hidden    auth.Actor // an agent who sees only the tickets of no team
	team      auth.Team
	shop      order.Shop
	box       ticket.Mailbox
	order     order.Order
	tag       string
}

func newDoor(t testing.TB) *door {
	t.Helper()
	return newDoorAt(t, storetest.File(t), 1)
}

// newDoorAt is the console of a node on a database.
func newDoorAt(t testing.TB, address string, node uint8) *door {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, address)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	d := &door{t: t, bus: event.NewBus(), done: make(chan struct{}), now: time.Now}
	ids := id.NewSource(node, time.Now)
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	must(t, err)
	d.store, err = store.New(db, store.Config{IDs: ids, Now: time.Now, Bus: d.bus, Vault: v})
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	d.auth = auth.NewService(auth.Config{Store: d.store, Hasher: auth.NewHasher(), IDs: ids, Now: time.Now, Signin: auth.Signin{HTTP: http.DefaultClient}, Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		return d.store.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
	}})
	d.customers = customer.New(customer.Config{Store: d.store, Journal: d.store, IDs: ids, Now: time.Now, People: d.store})
	d.shipments = shipment.New(shipment.Config{Store: d.store, Journal: d.store, IDs: ids, Now: time.Now})
	d.traces = trace.New(trace.Config{Store: d.store, Shipments: d.shipments, Journal: d.store, IDs: ids, Now: time.Now})
	d.rates = fx.New(fx.Config{Store: d.store, Journal: d.store, Now: time.Now})
	d.orders = order.NewService(order.Config{Store: d.store, Customers: d.customers, Parcels: d.shipments, Journal: d.store, IDs: ids, Now: time.Now})
	runners := map[string]action.Runner{}
	engine := action.NewEngine(d.store, d.store, runners, time.Now, log)
	d.clocks = clocks.New(clocks.Config{Store: d.store, Places: places{d}, Journal: d.store, Queue: d.store, Now: func() time.Time { return d.now() }})
	d.tickets = ticket.NewService(ticket.Config{
		Clocks: d.clocks,
		Store:  d.store, Journal: d.store, Actions: engine, Customers: d.customers, Orders: d.orders, People: d.store, IDs: ids, Now: time.Now, UndoSend: 10 * time.Second, Habits: d.habits(),
	})
	runners[ticket.SendKind] = mailroom.NewSender(d.store, nil, d.tickets, time.Now, time.Minute, log) // nothing is sent here
	d.webhooks = webhook.NewService(webhook.Config{
		Store: d.store, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Check: outbound.Options{Allow: outbound.Loopback(), HTTPS: true},
	})
	d.hooks = hook.NewService(hook.Config{
		Store: d.store, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Log: log, Schemes: adapter.Schemes(), Processors: map[string]hook.Processor{hook.Journal: hook.JustTell, tracking.HookKind: hook.JustTell, pay.HookKind: hook.JustTell},
	})
	d.products = product.NewService(product.Config{Store: d.store, Journal: d.store, IDs: ids, Now: time.Now})
	books := ledger.New(ledger.Config{Store: d.store, IDs: ids, Now: time.Now})
	d.refunds = refund.New(refund.Config{Store: d.store, Ledger: books, Journal: d.store, IDs: ids, Now: time.Now, Carry: func(ctx context.Context, f refund.Refund) error { return d.pay.Carry(ctx, f) }})
	d.pay = pay.New(pay.Config{Holding: pay.Holding{Store: d.store, Ledger: books, Moved: func(context.Context, hold.Hold, hold.State) error { return nil }}, Store: d.store, Refunds: d.refunds, Orders: d.orders, Hooks: d.hooks, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Client: outbound.New(outbound.Options{}), Drivers: []pay.Driver{stripe.Driver(), sepa.Driver(), sandbox.Driver(d.store)}})
	d.casework = casework.New(casework.Config{
		Store: d.store, Orders: d.orders, Parcels: d.shipments, Customers: d.customers, Policies: policy.New(policy.Config{Store: d.store, Rates: d.rates, Journal: d.store, Now: time.Now}),
		Costs: d.costs(), Books: d.costs(), Cases: func() *cases.Service { return d.cases }, Refunds: d.refunds, Left: d.refunds.Left, IDs: ids, Now: time.Now,
	})
	d.cases = cases.New(cases.Config{Store: d.store, Orders: d.orders, Journal: d.store, IDs: ids, Now: time.Now, Acknowledge: d.casework.Acknowledge, Carry: d.casework.Carry, After: d.casework.Follow})
	d.plans = plan.New(plan.Config{Store: d.store, Products: d.products, Rates: d.rates, Journal: d.store, IDs: ids, Now: func() time.Time { return d.now() }})
	d.warranty = warranty.New(warranty.Config{Store: d.store, Orders: d.orders, Delivered: d.casework.Delivered, Market: casework.Market, Journal: d.store, IDs: ids, Now: time.Now})
	d.out = outgoing.New(outgoing.Config{Store: d.store, Cases: d.cases, Orders: d.orders, Products: d.products, Shipments: d.shipments, Journal: d.store, IDs: ids, Now: time.Now})
	d.goods = goods.New(goods.Config{Store: d.store, Cases: d.cases, Orders: d.orders, Products: d.products, Shipments: d.shipments, Rates: d.rates, Journal: d.store, IDs: ids, Now: time.Now})
	d.shops = commerce.NewService(commerce.Config{
		Store: d.store, Orders: d.orders, Customers: d.customers, Products: d.products, Hooks: d.hooks, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Log: log, Client: &http.Client{},
		Drivers: []commerce.Driver{erp.Driver("")},
	})
	d.hooks.Processors[commerce.HookKind] = d.shops.Receive
	d.tracking = tracking.New(tracking.Config{
		Store: d.store, Hooks: d.hooks, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Log: log, Client: outbound.New(outbound.Options{}), Drivers: []tracking.Driver{generic.Driver(), easypost.Driver()},
	})
	d.proactive = proactive.New(proactive.Config{
		Store: d.store, Orders: d.orders, Shipments: d.shipments, Customers: d.customers, Actions: engine, Journal: d.store, Queue: d.store, IDs: ids, Now: time.Now, Reachable: func() bool { return true },
	})
	d.audit = audit.NewService(audit.Config{Store: d.store, Journal: d.store, Signer: v, Now: time.Now})
	d.server = httptest.NewServer(New(Config{
		Auth:         d.auth,
		Tickets:      d.tickets,
		Customers:    d.customers,
		Orders:       d.orders,
		Shipments:    d.shipments,
		Traces:       d.traces,
		Goods:        d.goods,
		Warranty:     d.warranty,
		Clocks:       d.clocks,
		Routing:      d.routing(),
		Automation:   d.automation(),
		Translations: d.translations(),
		Foresight:    d.foresight(),
		Habits:       d.habits(),
		Sorting:      d.sorting(),
		Recovery:     d.recoveries(),
		Recoup:       d.recoups(),
		Rates:        d.rates,
		Plans:        d.plans,
		Policies:     policy.New(policy.Config{Store: d.store, Rates: d.rates, Journal: d.store, Now: func() time.Time { return d.now() }}),
		Costs:        d.costs(),
		Outlays:      outlay.New(d.store, func() time.Time { return d.now() }),
		Replay:       d.replays(),
		Products:     d.products,
		Cases:        d.cases,
		Casework:     d.casework,
		Refunds:      d.refunds,
		Ledger:       books,
		Pay:          d.pay,
		Webhooks:     d.webhooks,
		Hooks:        d.hooks,
		Shops:        d.shops,
		Tracking:     d.tracking,
		Proactive:    d.proactive,
		Brands:       brand.New(brand.Config{Store: d.store, Journal: d.store, Pictures: drawing.NewMaker(0)}),
		Audit:        d.audit,
		Bus:          d.bus,
		Log:          slog.New(slog.NewTextHandler(testWriter{t}, nil)),
		Done:         d.done,
		Rate:         rate.Rate{PerMinute: 600_000, Burst: 600_000},
		Outgoing:     d.out,
	}))
	t.Cleanup(d.server.Close)
	return d
}

// testWriter logs what fails inside the door.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// found makes a workspace with an owner, a lead, two agents, a team, a shop, an
// order and a mailbox.
func (d *door) found(name string) *merchant {
	d.t.Helper()
	ctx := context.Background()
	m := &merchant{people: map[auth.Role]auth.Actor{}, tag: "customs"}
	w, _, err := d.auth.Found(ctx, auth.Founding{Workspace: name, Name: "Owner " + name, Email: "owner@" + name + ".example", Password: password, Language: "en", Zone: "UTC"})
	must(d.t, err)
	m.workspace = w
	m.owner = d.actor("owner@" + name + ".example")
	m.people[auth.Owner] = m.owner
	m.team, err = d.auth.SaveTeam(ctx, m.owner, auth.Team{Name: "Returns"})
	must(d.t, err)
	for _, p := range []struct {
		email      string
		role       auth.Role
		restricted bool
	}{{"lead", auth.Lead, false}, {"agent", auth.AgentRole, false}, {"hidden", auth.AgentRole, true}} {
		token, _, err := d.auth.Invite(ctx, m.owner, p.email+"@"+name+".example", "", p.role, p.restricted, nil)
		must(d.t, err)
		_, err = d.auth.Accept(ctx, token, auth.Joining{Name: strings.ToUpper(p.email[:1]) + p.email[1:] + " " + name, Password: password, Language: "en", Zone: "UTC"}, auth.Visit{Address: "127.0.0.1", UserAgent: "test"})
		must(d.t, err)
		a := d.actor(p.email + "@" + name + ".example")
		if p.restricted {
			m.hidden = a
		} else {
			m.people[p.role] = a
		}
	}
	m.shop, _, err = d.orders.EnsureShop(ctx, m.owner, order.Shop{Name: "Berlin", Market: "DE", Currency: "EUR"})
	must(d.t, err)
	m.box, err = d.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{
		Address: "help@" + name + ".example", Name: name, Shop: m.shop.ID,
		Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	must(d.t, err)
	m.order, _, err = d.orders.Save(ctx, m.owner, order.New{
		Shop: m.shop.ID, ExternalID: "1", Number: "DE-10482", Email: "anna@client.example", CustomerName: "Anna Kowalska", Currency: "EUR", Goods: 5000, Total: 5490, Shipping: 490,
		PlacedAt: time.Now().Add(-48 * time.Hour), Lines: []order.Line{{Title: "Tent", SKU: "T", Quantity: 1, Price: 5000}},
		Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: "00340434", Status: "in_transit", ShippedAt: time.Now().Add(-24 * time.Hour)}},
	})
	must(d.t, err)
	return m
}

func (d *door) actor(email string) auth.Actor {
	d.t.Helper()
	token, _, err := d.auth.SignIn(context.Background(), email, password, "127.0.0.1", "test")
	must(d.t, err)
	a, _, err := d.auth.Authenticate(context.Background(), token)
	must(d.t, err)
	return a
}

// mail lets a message come in and returns its ticket.
func (d *door) mail(m *merchant, from, subject, body string, files ...ticket.InboundFile) ticket.Ticket {
	d.t.Helper()
	d.seq++
	got, err := d.tickets.Receive(context.Background(), m.workspace, []ticket.Inbound{{
		Channel: ticket.Email, Mailbox: m.box.ID, Form: ticket.Plain, From: ticket.Address{Name: "Anna Kowalska", Address: from},
		Recipients: ticket.Recipients{To: []ticket.Address{{Address: m.box.Address}}}, Delivered: []string{m.box.Address}, Subject: subject, Body: body,
		HTML: "<p>" + html.EscapeString(body) + `</p><img src="https://track.example/a.png" width="200" height="80"><script>alert(1)</script>`,
		Key:  fmt.Sprintf("in-%d@client.example", d.seq), Language: "en", Files: files, Origin: ticket.Origin{SPF: "pass", DKIM: "pass", DMARC: "pass"},
		SentAt: time.Now(), ReceivedAt: time.Now(),
	}})
	must(d.t, err)
	tk, err := d.tickets.Get(context.Background(), m.owner, got[0].Ticket)
	must(d.t, err)
	return tk
}

// browser is somebody at the console.
type browser struct {
	t      testing.TB
	d      *door
	client *http.Client
}

func (d *door) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(d.t, err)
	return &browser{d.t, d, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as returns a browser that has a session of somebody.
func (d *door) as(email string) *browser {
	d.t.Helper()
	b := d.browser()
	token, _, err := d.auth.SignIn(context.Background(), email, password, "127.0.0.1", "test")
	must(d.t, err)
	u, _ := url.Parse(d.server.URL)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "godwit", Value: token, Path: "/"}})
	return b
}

// answer is what the door said.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, body io.Reader, header ...string) answer {
	b.t.Helper()
	req, err := http.NewRequest(method, b.d.server.URL+path, body)
	must(b.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(req)
	must(b.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	must(b.t, err)
	return answer{b.t, res.StatusCode, res.Header, string(raw)}
}

func (b *browser) get(path string, header ...string) answer {
	b.t.Helper()
	return b.do("GET", path, nil, header...)
}

// post sends a form as a page without script does.
func (b *browser) post(path string, fields ...string) answer {
	b.t.Helper()
	return b.do("POST", path, strings.NewReader(values(fields).Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// script sends a form as the script does.
func (b *browser) script(path string, fields ...string) answer {
	b.t.Helper()
	return b.do("POST", path, strings.NewReader(values(fields).Encode()), "Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true")
}

func (b *browser) put(path string, fields ...string) answer {
	b.t.Helper()
	return b.do("PUT", path, strings.NewReader(values(fields).Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// upload sends a form with a file in one of its fields.
func (b *browser) upload(path, field, name string, data []byte, fields ...string) answer {
	b.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for k, v := range values(fields) {
		for _, x := range v {
			must(b.t, w.WriteField(k, x))
		}
	}
	f, err := w.CreateFormFile(field, name)
	must(b.t, err)
	_, err = f.Write(data)
	must(b.t, err)
	must(b.t, w.Close())
	return b.do("POST", path, &buf, "Content-Type", w.FormDataContentType())
}

func values(fields []string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return v
}

// want fails unless the answer has a status, and the texts in it.
func (a answer) want(status int, texts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d; to %q\n%s", a.status, status, a.header.Get("Location"), clip(words(a.body)))
	}
	for _, x := range texts {
		if !strings.Contains(words(a.body), x) {
			a.t.Fatalf("%q is not in:\n%s", x, clip(words(a.body)))
		}
	}
	return a
}

// lacks fails if one of the texts is in the answer.
func (a answer) lacks(texts ...string) answer {
	a.t.Helper()
	for _, x := range texts {
		if strings.Contains(words(a.body), x) {
			a.t.Fatalf("%q is in:\n%s", x, clip(words(a.body)))
		}
	}
	return a
}

// to returns where a redirect leads and fails if there is none.
func (a answer) to() string {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	return a.header.Get("Location")
}

func clip(s string) string {
	if len(s) > 3000 {
		return s[:3000] + "…"
	}
	return s
}

// words returns the text of a page as a reader sees it, on one line; what is no
// page is returned as it is.
func words(body string) string {
	if !strings.Contains(body, "<") {
		return body
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return body
	}
	var b strings.Builder
	walk(doc, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

// attrs returns the values of an attribute of all elements that have it.
func (a answer) attrs(name string) []string {
	a.t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body))
	must(a.t, err)
	var out []string
	walk(doc, func(n *html.Node) {
		for _, at := range n.Attr {
			if at.Key == name {
				out = append(out, at.Val)
			}
		}
	})
	return out
}

// action returns the first form target with a part.
func (a answer) action(part string) string {
	a.t.Helper()
	for _, v := range a.attrs("action") {
		if strings.Contains(v, part) {
			return v
		}
	}
	a.t.Fatalf("no form leads to %q: %v", part, a.attrs("action"))
	return ""
}

// costs is what ways out of cases cost.
func (d *door) costs() *cost.Service {
	return cost.New(cost.Config{Store: d.store, Products: d.products, Rates: d.rates, Journal: d.store, Now: func() time.Time { return d.now() }})
}
