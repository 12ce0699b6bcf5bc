package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// world is the door on a database of its own.
type world struct {
	t         testing.TB
	store     *store.Store
	auth      *auth.Service
	tickets   *ticket.Service
	customers *customer.Service
	orders    *order.Service
	log       *bytes.Buffer
	late      time.Duration
	seq       int
	door      *Server
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
	ids := id.NewSource(3, w.now)
	v, err := vault.New(make([]byte, 32))
	must(t, err)
	s, err = store.New(s.DB, store.Config{IDs: ids, Now: w.now, Bus: event.NewBus(), Vault: v})
	must(t, err)
	w.store = s
	w.auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: ids, Now: w.now, Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
	}})
	w.customers = customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Now: w.now})
	w.orders = order.NewService(order.Config{Store: s, Customers: w.customers, Journal: s, IDs: ids, Now: w.now})
	engine := action.NewEngine(s, s, map[string]action.Runner{}, w.now, slog.New(slog.DiscardHandler))
	w.tickets = ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: engine, Customers: w.customers, Orders: w.orders, People: s, IDs: ids, Now: w.now, UndoSend: 10 * time.Second,
	})
	w.door = New(w.config())
	return w
}

func (w *world) config() Config {
	return Config{
		Auth: w.auth, Tickets: w.tickets, Customers: w.customers, Orders: w.orders, Journal: w.store, Store: w.store, Now: w.now,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Version: "test", Rate: rate.Rate{PerMinute: 600_000, Burst: 100_000},
	}
}

// merchant is one workspace of the world.
type merchant struct {
	w         *world
	mark      string
	workspace auth.Workspace
	owner     auth.Actor
	box       ticket.Mailbox
	shop      order.Shop
}

func (w *world) found(mark string) *merchant {
	w.t.Helper()
	ctx := context.Background()
	m := &merchant{w: w, mark: mark}
	host := strings.ToLower(mark) + ".example"
	space, owner, err := w.auth.Found(ctx, auth.Founding{Workspace: mark, Name: "Owner " + mark, Email: "owner@" + host, Password: "correct horse battery", Language: "en", Zone: "UTC"})
	must(w.t, err)
	m.workspace = space
	m.owner = auth.Actor{Kind: auth.Agent, ID: int64(owner.ID), Name: owner.Name, Workspace: space.ID, Role: auth.Owner, Zone: "UTC"}
	m.shop, _, err = w.orders.EnsureShop(ctx, m.owner, order.Shop{Name: mark + " shop", Currency: "EUR"})
	must(w.t, err)
	m.box, err = w.tickets.SaveMailbox(ctx, m.owner, ticket.Mailbox{
		Address: "help@" + host, Name: mark, Shop: m.shop.ID, Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	must(w.t, err)
	return m
}

// token makes a token of a person with some scopes.
func (m *merchant) token(who auth.PersonID, scopes ...auth.Permission) (string, auth.TokenID) {
	m.w.t.Helper()
	secret, t, err := m.w.auth.CreateToken(context.Background(), auth.ForSystem(m.workspace.ID), auth.NewToken{Name: m.mark + " token", Scopes: scopes, Person: who})
	must(m.w.t, err)
	return secret, t.ID
}

// whole is a token of the owner with every scope.
func (m *merchant) whole() string {
	secret, _ := m.token(auth.PersonID(m.owner.ID), auth.Permissions()...)
	return secret
}

// mail lets a message come in and returns its ticket.
func (m *merchant) mail(from, subject, body string) ticket.Ticket {
	w := m.w
	w.t.Helper()
	w.seq++
	key := fmt.Sprintf("%s-%d@client.example", m.mark, w.seq)
	got, err := w.tickets.Receive(context.Background(), m.workspace, []ticket.Inbound{{
		Channel: ticket.Email, Mailbox: m.box.ID, Form: ticket.Plain, From: ticket.Address{Name: "Anna", Address: from},
		Recipients: ticket.Recipients{To: []ticket.Address{{Address: m.box.Address}}}, Delivered: []string{m.box.Address}, Subject: subject, Body: body,
		Quoted: "SECRETQUOTE", Key: key, Language: "en", Origin: ticket.Origin{SPF: "pass", DKIM: "pass", DMARC: "pass"}, SentAt: w.now(), ReceivedAt: w.now(),
	}})
	must(w.t, err)
	t, err := w.tickets.Get(context.Background(), m.owner, got[0].Ticket)
	must(w.t, err)
	return t
}

// order saves an order of a customer.
func (m *merchant) order(number, address string) order.Order {
	m.w.t.Helper()
	o, _, err := m.w.orders.Save(context.Background(), m.owner, order.New{
		Shop: m.shop.ID, Number: number, Email: address, CustomerName: "Anna", Currency: "EUR", Goods: 5000, Shipping: 490, Total: 5490, PlacedAt: m.w.now(),
		Lines: []order.Line{{Title: "Tent", Quantity: 1, Price: 5000}}, Fulfillments: []order.Fulfillment{{Carrier: "DHL", Tracking: "00340434", Status: "in_transit"}},
	})
	must(m.w.t, err)
	return o
}

// person invites somebody who then joins.
func (m *merchant) person(name string, restricted bool, teams ...auth.TeamID) auth.PersonID {
	m.w.t.Helper()
	ctx := context.Background()
	link, p, err := m.w.auth.Invite(ctx, m.owner, strings.ToLower(name)+"@"+strings.ToLower(m.mark)+".example", name, auth.AgentRole, restricted, teams)
	must(m.w.t, err)
	_, err = m.w.auth.Accept(ctx, link, auth.Joining{Name: name, Password: "correct horse battery", Language: "en", Zone: "UTC"}, auth.Visit{Address: "127.0.0.1", UserAgent: "test"})
	must(m.w.t, err)
	return p.ID
}

// uses returns the events of calls, oldest first, as "tool outcome record".
func (m *merchant) uses() []string {
	m.w.t.Helper()
	all, err := m.w.store.EventsBetween(context.Background(), m.workspace.ID, 0, 0, 1<<62, 1000)
	must(m.w.t, err)
	var out []string
	for _, e := range all {
		if e.Kind != Used {
			continue
		}
		var d struct{ Tool, Outcome, Record string }
		must(m.w.t, json.Unmarshal(e.Data, &d))
		out = append(out, strings.TrimSpace(d.Tool+" "+d.Outcome+" "+d.Record))
		if e.TicketID != 0 {
			m.w.t.Errorf("%s stands in a ticket's timeline", e.Data)
		}
	}
	return out
}

// agent is a client of the door.
type agent struct {
	t testing.TB
	*sdk.ClientSession
}

func connect(t testing.TB, tr sdk.Transport) *agent {
	t.Helper()
	s, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), tr, nil)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return &agent{t, s}
}

// inMemory connects a client without a network.
func (w *world) inMemory(secret string) *agent {
	w.t.Helper()
	near, far := sdk.NewInMemoryTransports()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.door.ServeOn(ctx, secret, far) }()
	w.t.Cleanup(func() { cancel(); <-ended })
	return connect(w.t, near)
}

// overHTTP connects a client to a server of the door.
func (w *world) overHTTP(secret string) *agent {
	w.t.Helper()
	mux := http.NewServeMux()
	mux.Handle(Path, w.door.Handler())
	srv := httptest.NewServer(mux)
	w.t.Cleanup(srv.Close)
	c := &http.Client{Transport: signed{http.DefaultTransport, secret}}
	return connect(w.t, &sdk.StreamableClientTransport{Endpoint: srv.URL + Path, HTTPClient: c, MaxRetries: -1, DisableStandaloneSSE: true})
}

func (a *agent) tools() []string {
	a.t.Helper()
	l, err := a.ListTools(context.Background(), nil)
	must(a.t, err)
	var names []string
	for _, x := range l.Tools {
		names = append(names, x.Name)
	}
	slices.Sort(names)
	return names
}

// call runs a tool and returns its answer as JSON, or what it refused with.
func (a *agent) call(tool string, args map[string]any) (answer, refusal string) {
	a.t.Helper()
	res, err := a.CallTool(context.Background(), &sdk.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		return "", err.Error()
	}
	text := ""
	for _, c := range res.Content {
		text += c.(*sdk.TextContent).Text
	}
	if res.IsError {
		return "", text
	}
	raw, err := json.Marshal(res.StructuredContent)
	must(a.t, err)
	return string(raw), ""
}

// get runs a tool that must succeed and decodes its answer.
func get[T any](a *agent, tool string, args map[string]any) T {
	a.t.Helper()
	raw, refusal := a.call(tool, args)
	if refusal != "" {
		a.t.Fatalf("%s: %s", tool, refusal)
	}
	var v T
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		a.t.Fatalf("%v: %s", err, raw)
	}
	return v
}

// refused runs a tool that must fail with a text.
func (a *agent) refused(tool string, args map[string]any, want string) {
	a.t.Helper()
	raw, refusal := a.call(tool, args)
	if refusal == "" || !strings.Contains(refusal, want) {
		a.t.Errorf("%s: answer %q, refusal %q, want %q", tool, raw, refusal, want)
	}
}

// sqlite is a world on SQLite alone.
func sqlite(t testing.TB) *world { return newWorld(t, storetest.SQLite(t)) }
