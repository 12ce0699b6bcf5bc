package store_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// house is a workspace with people, a mailbox and all verbs of tickets, on a
// clock of its own.
type house struct {
	desk
	tickets *ticket.Service
	clocks  *clocks.Service
	engine  *action.Engine
	ws      auth.Workspace
	box     ticket.Mailbox
	order   order.Order
	team    auth.TeamID
	lead    auth.Actor
	agent   auth.Actor // not in the team
	hidden  auth.Actor // not in the team, and sees only what is nobody's or their own

	clock sync.Mutex
	now   time.Time
	seq   int
}

// post stands for the mail server: it takes every mail and keeps what it took.
type post struct {
	tickets *ticket.Service
	mu      sync.Mutex
	took    map[ticket.MessageID]int
	closed  bool // it refuses all mail
}

func (p *post) Run(ctx context.Context, a action.Action, mark func(context.Context) error) action.Outcome {
	var sent ticket.SendPayload
	if err := a.Decode(&sent); err != nil {
		return action.Outcome{Verdict: action.Refused, Detail: err.Error()}
	}
	if err := mark(ctx); err != nil {
		return action.Outcome{Verdict: action.NotYet, Detail: err.Error()}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return action.Outcome{Verdict: action.Refused, Detail: "550 closed"}
	}
	p.took[sent.Message]++
	return action.Outcome{Verdict: action.Happened}
}

func (p *post) Resolve(context.Context, action.Action) action.Outcome {
	return action.Outcome{Verdict: action.Happened}
}

func (p *post) Settled(ctx context.Context, a action.Action) error {
	var sent ticket.SendPayload
	if err := a.Decode(&sent); err != nil {
		return err
	}
	return p.tickets.SetDelivery(ctx, a.Workspace, sent.Message, a.State, a.Detail)
}

func (p *post) count(m ticket.MessageID) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.took[m]
}

// newHouse founds a workspace of its own in a store, and the mail server beside it.
func newHouse(t testing.TB, s *store.Store) (*house, *post) {
	t.Helper()
	ctx := context.Background()
	ids := id.NewSource(storetest.OtherNode(), time.Now)
	h := &house{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	h.ws = auth.Workspace{ID: auth.WorkspaceID(ids.Next()), Name: "Shop", Language: "en", Zone: "UTC", Secret: []byte("a secret of thirty-two bytes ..."), CreatedAt: h.now}
	h.ws.Slug = fmt.Sprint("w", h.ws.ID)
	must(t, s.AddWorkspace(ctx, h.ws))
	c := customer.New(customer.Config{Store: s, Journal: s, IDs: ids, Placed: func(ctx context.Context, w auth.WorkspaceID, list ...customer.ID) error {
		return h.clocks.OfCustomers(ctx, w, list...)
	}})
	o := order.NewService(order.Config{Store: s, Customers: c, Journal: s, IDs: ids, Elsewhere: func(ctx context.Context, w auth.WorkspaceID, list ...order.ID) error {
		return h.clocks.OfOrders(ctx, w, list...)
	}})
	h.desk = desk{Store: s, w: h.ws.ID, ids: ids, customers: c, orders: o}
	mail := &post{took: map[ticket.MessageID]int{}}
	h.engine = action.NewEngine(s, s, map[string]action.Runner{ticket.SendKind: mail}, h.time, slog.New(slog.NewTextHandler(io.Discard, nil)))
	h.clocks = clocks.New(clocks.Config{Store: s, Places: places{s, h.orders}, Journal: s, Queue: s, Now: h.time})
	h.tickets = ticket.NewService(ticket.Config{
		Clocks: h.clocks, Store: s, Journal: s, Actions: h.engine, Customers: h.customers, Orders: h.orders, People: s, IDs: h.ids, Now: h.time, UndoSend: 10 * time.Second,
		Triage: sorting.New(sorting.Config{Orders: h.orders, Shipments: shipment.New(shipment.Config{Store: s, Journal: s, IDs: ids, Now: h.time}), Now: h.time}),
	})
	mail.tickets = h.tickets
	h.owner = h.actor(t, "olga", auth.Owner)
	h.lead = h.actor(t, "lea", auth.Lead)
	h.agent = h.actor(t, "mia", auth.AgentRole)
	h.hidden = h.actor(t, "bo", auth.AgentRole)
	h.hidden.Restricted = true
	team := auth.Team{ID: auth.TeamID(h.ids.Next()), Workspace: h.w, Name: "Returns", Members: []auth.PersonID{h.lead.Person()}, CreatedAt: h.now}
	must(t, s.AddTeam(ctx, team))
	h.team = team.ID
	var err error
	h.box, err = h.tickets.SaveMailbox(ctx, h.owner, ticket.Mailbox{
		Address: fmt.Sprintf("help@shop%d.example", h.w), Name: "Shop", Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "off", PlusAddress: true},
	})
	must(t, err)
	h.order = h.save(t, h.shop(t, "EUR"), "GW-1042", "buyer@client.example")
	return h, mail
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) actor(t testing.TB, name string, role auth.Role) auth.Actor {
	t.Helper()
	p := auth.Person{ID: auth.PersonID(h.ids.Next()), Workspace: h.w, Email: name + "@example.com", Name: name, Role: role, Status: auth.Active}
	must(t, h.AddPerson(context.Background(), p))
	return auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: name, Workspace: h.w, Role: role}
}

func (h *house) time() time.Time {
	h.clock.Lock()
	defer h.clock.Unlock()
	return h.now
}

// pass lets time go by.
func (h *house) pass(d time.Duration) {
	h.clock.Lock()
	defer h.clock.Unlock()
	h.now = h.now.Add(d)
}

// mail lets a customer write; in holds what the mail is besides.
func (h *house) mail(from string, in ticket.Inbound) (ticket.Received, error) {
	h.seq++
	in.Channel, in.Mailbox, in.From = ticket.Email, h.box.ID, ticket.Address{Name: "Anna", Address: from}
	in.Recipients.To, in.Key = []ticket.Address{{Address: h.box.Address}}, fmt.Sprintf("in-%d-%d@client.example", h.w, h.seq)
	in.SentAt, in.ReceivedAt, in.MayReply = h.time(), h.time(), true
	if in.Form == "" {
		in.Form = ticket.Plain
	}
	if in.Subject == "" {
		in.Subject = fmt.Sprint("Question ", h.seq)
	}
	if in.Body == "" {
		in.Body = fmt.Sprint("Words ", h.seq)
	}
	got, err := h.tickets.Receive(context.Background(), h.ws, []ticket.Inbound{in})
	if err != nil {
		return ticket.Received{}, err
	}
	return got[0], nil
}

// asked opens a ticket by a customer's mail.
func (h *house) asked(t testing.TB) ticket.Ticket {
	t.Helper()
	r, err := h.mail("anna@client.example", ticket.Inbound{})
	must(t, err)
	return h.get(t, r.Ticket)
}

func (h *house) get(t testing.TB, id ticket.ID) ticket.Ticket {
	t.Helper()
	tk, err := h.Ticket(context.Background(), h.w, id)
	must(t, err)
	return tk
}

// send runs the action of a message as its job would.
func (h *house) send(m ticket.MessageID) error {
	ctx := context.Background()
	a, err := h.ActionByKey(ctx, h.w, ticket.SendKey(m))
	if err != nil {
		return err
	}
	return h.engine.Handle(ctx, job.New(h.w, action.JobKind, map[string]any{"action": a.ID}))
}

// TestVerbs runs the stories of tickets on each engine, each in a house of its own.
func TestVerbs(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		for name, story := range map[string]func(*testing.T, *house, *post){
			"older drafts yield": olderDraftsYield, "macros wait for the reply": macrosWaitForTheReply, "one macro, many texts": oneMacroManyTexts, "markets are the merchant’s": marketsAreTheMerchants, "languages are said": languagesAreSaid, "shipped macros are copied when changed": shippedMacrosAreCopied, "unsending keeps drafts": unsendingKeepsDrafts,
			"sent or taken back": sentOrTakenBack, "bulk does what it can": bulkDoesWhatItCan,
			"undo leaves what came later": undoLeavesWhatCameLater, "what is written is read": whatIsWrittenIsRead,
		} {
			t.Run(name, func(t *testing.T) {
				h, p := newHouse(t, s)
				story(t, h, p)
			})
		}
	})
}
