package bench

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
)

// PerTicket is how many messages a loaded ticket has.
const PerTicket = 3

const (
	loadBatch = 2000 // tickets in one transaction
	loadSpan  = 400 * 24 * time.Hour
	email     = "owner@bench.example"
	password  = "a bench for godwits to rest on"
	boxName   = "support@bench.example"
)

// house is the merchant that the load makes.
type house struct {
	core   *app.Core
	space  auth.Workspace
	owner  auth.Actor
	agents []auth.Actor
	box    ticket.Mailbox
	shop   order.Shop
}

// found makes a workspace with people, a team, a shop and a mailbox. One that an
// earlier run has loaded with as many tickets is taken as it is: loaded is true.
func found(ctx context.Context, core *app.Core, tickets int) (h *house, loaded bool, err error) {
	h = &house{core: core}
	name := fmt.Sprintf("Bench of %d tickets", tickets)
	known, err := core.Store.Workspaces(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, w := range known {
		if w.Name == name {
			h.space = w
			return h, true, h.recall(ctx)
		}
	}
	owner := strings.Replace(email, "@", fmt.Sprintf("+%d@", tickets), 1)
	w, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: name, Name: "Olga Bench", Email: owner, Password: password, Language: "en", Zone: "UTC"})
	if err != nil {
		return nil, false, err
	}
	h.space, h.owner = w, actorOf(p)
	for i := range 7 {
		token, p, err := core.Auth.Invite(ctx, h.owner, fmt.Sprintf("agent%d+%d@bench.example", i, tickets), fmt.Sprintf("Agent %c", 'A'+i), auth.AgentRole, false, nil)
		if err != nil {
			return nil, false, err
		}
		if _, err := core.Auth.Accept(ctx, token, auth.Joining{Name: p.Name, Password: password, Language: "en", Zone: "UTC"}, auth.Visit{Address: "127.0.0.1", UserAgent: "bench"}); err != nil {
			return nil, false, err
		}
		h.agents = append(h.agents, actorOf(p))
	}
	if h.shop, _, err = core.Orders.EnsureShop(ctx, h.owner, order.Shop{Name: "Bench shop", Currency: "EUR"}); err != nil {
		return nil, false, err
	}
	h.box, err = core.Tickets.SaveMailbox(ctx, h.owner, ticket.Mailbox{
		Address: strings.Replace(boxName, "@", fmt.Sprintf("+%d@", tickets), 1), Name: "Bench support", Shop: h.shop.ID, Signature: "Bench support",
		Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"},
	})
	if err != nil {
		return nil, false, err
	}
	for _, tag := range tagNames {
		if err := core.Tickets.SaveTag(ctx, h.owner, ticket.Tag{Name: tag}); err != nil {
			return nil, false, err
		}
	}
	for i, status := range []string{"new", "pending", "solved"} {
		cond := ticket.Condition{Group: true, All: true, Children: []ticket.Condition{
			{Field: "status", Op: "is", Value: status}, {Field: "tag", Op: "has", Value: tagNames[i]},
		}}
		if _, err := core.Tickets.SaveView(ctx, h.owner, ticket.View{Name: "View " + status, Condition: cond, Sort: "new"}); err != nil {
			return nil, false, err
		}
	}
	return h, false, nil
}

// recall finds what found made in an earlier run.
func (h *house) recall(ctx context.Context) error {
	system := auth.ForSystem(h.space.ID)
	people, err := h.core.Auth.People(ctx, system)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Role == auth.Owner {
			h.owner = actorOf(p)
		} else {
			h.agents = append(h.agents, actorOf(p))
		}
	}
	boxes, err := h.core.Store.Mailboxes(ctx, h.space.ID)
	if err != nil || len(boxes) == 0 {
		return err
	}
	h.box = boxes[0]
	return nil
}

func actorOf(p auth.Person) auth.Actor {
	return auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: p.Workspace, Role: p.Role}
}

var tagNames = []string{"late", "damaged", "refund", "size", "customs", "warranty", "vip", "address"}

// loader turns simulated messages into records.
type loader struct {
	*house
	begin     time.Time
	step      time.Duration
	customers map[string]customer.ID
	orders    map[string]order.ID
	bulk      store.Bulk
	number    int64
}

// load writes the tickets: one goroutine makes rows while another writes them.
// It returns how many rows there were.
func (h *house) load(ctx context.Context, tickets int, progress func(step string, done, total int)) (int, error) {
	l := &loader{house: h, customers: map[string]customer.ID{}, orders: map[string]order.ID{}, step: loadSpan / time.Duration(tickets+1)}
	l.begin = h.core.Now().Add(-loadSpan).UTC()
	g, run := errgroup.WithContext(ctx)
	batches := make(chan store.BulkRows, 2)
	g.Go(func() error {
		defer close(batches)
		var lines [PerTicket]line
		simulate.Bulk(simulate.Config{Seed: 7, Now: h.core.Now().UTC()}, tickets*PerTicket, func(i int, subject, text, from, number string) {
			lines[i%PerTicket] = line{subject, text, from, number}
			if i%PerTicket < PerTicket-1 || run.Err() != nil {
				return
			}
			l.ticket(lines)
			if len(l.bulk.Tickets) == loadBatch || i == tickets*PerTicket-1 {
				select {
				case batches <- h.core.Store.BulkRows(l.bulk):
				case <-run.Done():
				}
				l.bulk = store.Bulk{}
			}
		})
		return run.Err()
	})
	rows, done := 0, 0
	g.Go(func() error {
		for b := range batches {
			if err := h.core.Store.PutBulk(run, b); err != nil {
				return err
			}
			rows += b.Count()
			done = min(done+loadBatch, tickets)
			progress("tickets", done, tickets)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return rows, fmt.Errorf("load: %w", err)
	}
	return rows, h.core.Store.Settle(ctx)
}

type line struct{ subject, text, from, number string }

// ticket makes one conversation: the customer writes, an agent answers, and the
// customer writes again or the agent leaves a note.
func (l *loader) ticket(lines [PerTicket]line) {
	if l.bulk.Participants == nil {
		l.bulk.Workspace, l.bulk.Participants = l.space.ID, map[ticket.ID][]ticket.Participant{}
	}
	n := l.number
	l.number++
	created := l.begin.Add(time.Duration(n) * l.step)
	first := lines[0]
	name, _, _ := strings.Cut(first.from, "@")
	cust := l.customer(first.from, name, created)
	t := ticket.Ticket{
		ID: ticket.ID(l.core.IDs.Next()), Workspace: l.space.ID, Number: l.number, Version: 3, Channel: ticket.Email, Mailbox: l.box.ID, Shop: l.shop.ID,
		Customer: cust, Order: l.order(first.number, cust, first.from, created), Subject: first.subject, CreatedAt: created, Messages: PerTicket,
		Tags: []string{tagNames[n%8]},
	}
	agent := l.agents[n%int64(len(l.agents))]
	customerActor := auth.Actor{Kind: auth.Customer, ID: int64(cust), Name: name, Workspace: l.space.ID}
	t.LastAt = created
	about := event.Subject{Kind: "ticket", ID: int64(t.ID)}
	l.log(&t, "ticket.opened", customerActor, about, map[string]any{"number": t.Number, "channel": "email", "subject": t.Subject})
	l.log(&t, "ticket.tags", auth.ForSystem(l.space.ID), about, map[string]any{"added": t.Tags, "removed": []string{}, "number": t.Number})
	for i, x := range lines {
		m := ticket.Message{
			ID: ticket.MessageID(l.core.IDs.Next()), Workspace: l.space.ID, Ticket: t.ID, Kind: ticket.KindInbound, Form: ticket.Plain, Channel: ticket.Email,
			AuthorKind: auth.Customer, AuthorID: int64(cust), AuthorName: name, Verified: true, Address: first.from,
			Recipients: ticket.Recipients{To: []ticket.Address{{Address: l.box.Address}}}, Subject: first.subject, Body: x.text,
			Key: strconv.FormatInt(n, 36) + "." + strconv.Itoa(i) + "@bench.example", At: created.Add(time.Duration(i) * 3 * time.Hour),
		}
		kind, by := "ticket.received", customerActor
		if i == 1 || i == 2 && n%3 == 0 {
			kind, by = "ticket.replied", agent
			m.AuthorKind, m.AuthorID, m.AuthorName, m.Address = auth.Agent, agent.ID, agent.Name, l.box.Address
			m.Kind, m.Delivery, m.SentAt = ticket.KindOutbound, ticket.Sent, m.At
			m.Recipients = ticket.Recipients{To: []ticket.Address{{Name: name, Address: first.from}}}
			t.LastOutboundAt = m.At
			if i == 2 {
				kind, m.Kind, m.Delivery, m.SentAt = "ticket.noted", ticket.KindNote, "", time.Time{}
			}
		} else {
			t.LastInboundAt = m.At
		}
		if m.Kind != ticket.KindNote {
			t.LastAt, t.Preview = m.At, ticket.Preview(m.Body)
		}
		l.bulk.Messages = append(l.bulk.Messages, m)
		l.log(&t, kind, by, event.Subject{Kind: "message", ID: int64(m.ID)}, map[string]any{"message": int64(m.ID), "number": t.Number})
	}
	l.settle(&t, n, agent)
	l.bulk.Tickets = append(l.bulk.Tickets, t)
	l.bulk.Participants[t.ID] = []ticket.Participant{{Address: first.from, Name: name, Verified: true}}
}

// settle gives a ticket its place: of ten, six are open, one waits, one is put
// aside or spam, and two are done. The journal tells how it came there.
func (l *loader) settle(t *ticket.Ticket, n int64, agent auth.Actor) {
	about := event.Subject{Kind: "ticket", ID: int64(t.ID)}
	switch x := n % 20; {
	case x < 4:
		t.Status, t.Unread = ticket.New, true
	case x < 12:
		t.Status, t.Unread = ticket.Open, x%2 == 0
	case x < 14:
		t.Status, t.Waiting = ticket.Pending, ticket.ForCustomer
	case x == 14:
		t.Status, t.SnoozedUntil, t.WakeOnReply = ticket.Open, l.core.Now().Add(30*24*time.Hour), true
	case x == 15:
		t.Status, t.Spam = ticket.Open, n%100 == 15
	case x < 18:
		t.Status = ticket.Solved
	default:
		t.Status = ticket.Closed
	}
	if t.Status != ticket.New {
		t.Assignee = agent.Person()
		l.log(t, "ticket.assigned", agent, about, map[string]any{"from": 0, "to": agent.ID, "number": t.Number})
		l.log(t, "ticket.status", agent, about, map[string]any{"from": ticket.New, "to": t.Status, "waiting": t.Waiting, "number": t.Number})
	}
	if t.Bucket() == ticket.InDone {
		t.SolvedAt = t.LastAt.Add(time.Hour)
	}
}

func (l *loader) log(t *ticket.Ticket, kind string, by auth.Actor, about event.Subject, data any) {
	e := event.New(kind, by, about, int64(t.ID), data)
	e.ID, e.At = event.ID(l.core.IDs.Next()), t.LastAt
	l.bulk.Events = append(l.bulk.Events, e)
}

func (l *loader) customer(address, name string, at time.Time) customer.ID {
	id := l.customers[address]
	if id == 0 {
		id = customer.ID(l.core.IDs.Next())
		l.customers[address] = id
		l.bulk.Customers = append(l.bulk.Customers, customer.Customer{
			ID: id, Workspace: l.space.ID, Name: name, CreatedAt: at, UpdatedAt: at,
			Identities: []customer.Identity{{Kind: customer.Email, Value: address, Verified: true}},
		})
	}
	return id
}

// order returns the order that a message names; it is the customer's who names
// it first.
func (l *loader) order(number string, cust customer.ID, address string, at time.Time) order.ID {
	if number == "" {
		return 0
	}
	id := l.orders[number]
	if id != 0 {
		return id
	}
	id = order.ID(l.core.IDs.Next())
	l.orders[number] = id
	placed := at.Add(-5 * 24 * time.Hour)
	l.bulk.Orders = append(l.bulk.Orders, order.Order{
		ID: id, Workspace: l.space.ID, Shop: l.shop.ID, ExternalID: number, Number: number, NumberKey: order.Key(number), Customer: cust, Email: address,
		Status: order.Open, PaymentStatus: "paid", FulfillmentStatus: "fulfilled", PaymentMethod: "card", Currency: "EUR", Goods: 4900, Shipping: 490, Tax: 980, Total: 6370,
		ShipTo: order.Address{Line1: "1 Shore Road", City: "Texel", Country: "NL"}, PlacedAt: placed, UpdatedAt: placed,
		Lines:        []order.Line{{ID: l.core.IDs.Next(), SKU: "GW-1", Title: "Travel kettle", Quantity: 1, Price: 4900, Tax: 980}},
		Fulfillments: []order.Fulfillment{{ID: l.core.IDs.Next(), Carrier: "PostNL", Tracking: "3S" + strings.TrimLeft(number, "#GW"), Status: "in_transit", ShippedAt: placed.Add(24 * time.Hour)}},
	})
	return id
}
