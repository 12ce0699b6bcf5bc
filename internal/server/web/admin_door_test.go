package web_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/adapter/carrier/generic"
	adapter "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/server/web"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// adminHouse is the whole console over a database of its own.
type adminHouse struct {
	t         *testing.T
	store     *store.Store
	ids       *id.Source
	auth      *auth.Service
	tickets   *ticket.Service
	customers *customer.Service
	orders    *order.Service
	webhooks  *webhook.Service
	hooks     *hook.Service
	tracking  *tracking.Service
	address   string
	config    web.Config
}

func newAdminHouse(t *testing.T, change func(*web.Config)) *adminHouse {
	t.Helper()
	s := storetest.SQLite(t)
	h := &adminHouse{t: t, store: s, ids: id.NewSource(id.RandomNode(), time.Now)}
	h.auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: h.ids, Now: time.Now, Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
	}})
	h.customers = customer.New(customer.Config{Store: s, Journal: s, IDs: h.ids, Now: time.Now, People: s})
	h.orders = order.NewService(order.Config{Store: s, Customers: h.customers, Journal: s, IDs: h.ids, Now: time.Now})
	h.tickets = ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: action.NewEngine(s, s, map[string]action.Runner{}, time.Now, nil), Customers: h.customers, Orders: h.orders,
		People: s, IDs: h.ids, Now: time.Now, UndoSend: 10 * time.Second,
	})
	h.webhooks = webhook.NewService(webhook.Config{Store: s, Journal: s, Queue: s, IDs: h.ids, Now: time.Now, Check: outbound.Options{Allow: outbound.Loopback(), HTTPS: true}})
	h.hooks = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: h.ids, Now: time.Now, Schemes: adapter.Schemes(), Processors: map[string]hook.Processor{hook.Journal: hook.JustTell, tracking.HookKind: hook.JustTell},
	})
	h.tracking = tracking.New(tracking.Config{
		Store: s, Hooks: h.hooks, Journal: s, Queue: s, IDs: h.ids, Now: time.Now, Log: slog.New(slog.DiscardHandler), Client: outbound.New(outbound.Options{Allow: outbound.Loopback()}),
		Drivers: []tracking.Driver{generic.Driver(), easypost.Driver()},
	})
	parcels := shipment.New(shipment.Config{Store: s, Journal: s, IDs: h.ids, Now: time.Now})
	h.config = web.Config{Habits: habit.New(habit.Config{Store: s, Journal: s, Now: time.Now}), Auth: h.auth, Tickets: h.tickets, Customers: h.customers, Orders: h.orders, Shipments: parcels, Traces: trace.New(trace.Config{Store: s, Shipments: parcels, Journal: s, IDs: h.ids, Now: time.Now}), Products: product.NewService(product.Config{Store: s, Journal: s, IDs: h.ids, Now: time.Now}), Webhooks: h.webhooks, Hooks: h.hooks, Tracking: h.tracking, Bus: event.NewBus()}
	if change != nil {
		change(&h.config)
	}
	door := httptest.NewServer(web.New(h.config))
	t.Cleanup(door.Close)
	h.address = door.URL
	return h
}

// adminBrowser is one person's browser.
type adminBrowser struct {
	t       *testing.T
	address string
	client  *http.Client
}

// answer is a page as a browser has it after following redirects.
type answer struct {
	status int
	path   string
	body   string // without the entities of HTML
}

func (a answer) has(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			return false
		}
	}
	return true
}

func (h *adminHouse) browser() *adminBrowser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &adminBrowser{h.t, h.address, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (b *adminBrowser) do(method, path string, form url.Values, htmx bool) answer {
	b.t.Helper()
	r, err := http.NewRequest(method, b.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if htmx {
		r.Header.Set("HX-Request", "true")
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Request.URL.RequestURI(), html.UnescapeString(string(body))}
}

func (b *adminBrowser) get(path string) answer { b.t.Helper(); return b.do("GET", path, nil, false) }

// post sends a form of names and values in turn.
func (b *adminBrowser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do("POST", path, form, false)
}

func (b *adminBrowser) want(a answer, status int, words ...string) answer {
	b.t.Helper()
	if a.status != status {
		b.t.Fatalf("%s: status %d, want %d\n%s", a.path, a.status, status, shortened(a.body))
	}
	for _, w := range words {
		if !a.has(w) {
			b.t.Fatalf("%s lacks %q\n%s", a.path, w, shortened(a.body))
		}
	}
	return a
}

var tagged = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>|\s+`)

func shortened(page string) string {
	page = tagged.ReplaceAllString(page, " ")
	return page[:min(len(page), 3000)]
}

const goodPassword = "quiet tide over sand"

// founded is a house with an owner signed in.
func founded(t *testing.T, change func(*web.Config)) (*adminHouse, *adminBrowser) {
	t.Helper()
	h := newAdminHouse(t, change)
	b := h.browser()
	b.want(b.post("/setup", "workspace", "Lumen Home", "name", "Olga Owner", "email", "Olga@Example.com", "password", goodPassword, "lang", "en", "zone", "Europe/Berlin"), 200)
	return h, b
}

// invited is the browser of somebody who has just taken an invitation up.
func (h *adminHouse) invited(owner *adminBrowser, email, role string) *adminBrowser {
	h.t.Helper()
	page := owner.want(owner.post("/admin/people/invite", "email", email, "role", role), 200, "/invite/")
	link := regexp.MustCompile(regexp.QuoteMeta(h.address) + `(/invite/[A-Za-z0-9_-]+)`).FindStringSubmatch(page.body)
	if link == nil {
		h.t.Fatalf("no link in the page:\n%s", shortened(page.body))
	}
	b := h.browser()
	b.want(b.get(link[1]), 200, email)
	name, _, _ := strings.Cut(email, "@")
	b.want(b.post(link[1], "name", strings.ToUpper(name[:1])+name[1:], "password", goodPassword, "lang", "en", "zone", "UTC"), 200)
	again := h.browser()
	again.want(again.post(link[1], "name", "Thief", "password", goodPassword), 404)
	return b
}

// owner is the first person, as the actor of verbs.
func (h *adminHouse) owner() auth.Actor {
	h.t.Helper()
	list, err := h.store.Workspaces(context.Background())
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d workspaces, %v", len(list), err)
	}
	people, err := h.store.People(context.Background(), list[0].ID)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range people {
		if p.Role == auth.Owner {
			return auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: p.Workspace, Role: auth.Owner}
		}
	}
	h.t.Fatal("no owner")
	return auth.Actor{}
}

// customer makes a customer with an address.
func (h *adminHouse) customer(name, email string) customer.Customer {
	h.t.Helper()
	c, _, err := h.customers.Ensure(context.Background(), h.owner().Workspace, customer.Identity{Kind: customer.Email, Value: email, Verified: true}, name, "en")
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// ticket makes a ticket of a customer.
func (h *adminHouse) ticket(c customer.Customer, subject string, change func(*ticket.Ticket)) ticket.Ticket {
	h.t.Helper()
	ctx, w := context.Background(), h.owner().Workspace
	n, err := h.store.NextNumber(ctx, w)
	if err != nil {
		h.t.Fatal(err)
	}
	now := time.Now().UTC()
	t := ticket.Ticket{
		ID: ticket.ID(h.ids.Next()), Workspace: w, Number: n, Channel: ticket.Email, Customer: c.ID, Subject: subject, Status: ticket.Open,
		CreatedAt: now, LastAt: now, Language: "en",
	}
	if change != nil {
		change(&t)
	}
	if err := h.store.AddTicket(ctx, t); err != nil {
		h.t.Fatal(err)
	}
	return t
}

func formValues(pairs []string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// found returns the first group of a pattern in a page.
func found(t *testing.T, a answer, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("%s: no %s\n%s", a.path, pattern, shortened(a.body))
	}
	return m[1]
}

func allFound(a answer, pattern string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(a.body, -1) {
		out = append(out, m[1])
	}
	return out
}
