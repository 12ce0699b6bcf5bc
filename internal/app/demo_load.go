package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// demoLoader tells the merchant's history to a Core through its own verbs, in
// the order in which it happened.
type demoLoader struct {
	core     *Core
	clock    *demoClock
	merchant *simulate.Merchant
	seed     uint64
	pace     time.Duration
	progress func(step string, done, total int)

	space  auth.Workspace
	owner  auth.Actor
	people []auth.Person
	actors map[string]auth.Actor // by agent key
	teams  map[string]auth.TeamID
	shops  map[string]order.Shop
	boxes  map[string]ticket.Mailbox
	states []threadState

	moments []demoMoment      // that have not come, the first first
	taken   map[order.ID]bool // orders that something has befallen

	tracker tracking.ID
	drop    *demoDrop
}

// threadState is how far one thread has been told.
type threadState struct {
	ticket ticket.ID
	last   string // Message-ID of the last answer
}

func (l *demoLoader) step(name string, done, total int) {
	if l.progress != nil {
		l.progress(name, done, total)
	}
}

func (l *demoLoader) load(ctx context.Context) error {
	begin := time.Now().Add(-365 * 24 * time.Hour)
	if len(l.merchant.Orders) > 0 {
		begin = l.merchant.Orders[0].PlacedAt.Add(-time.Hour)
	}
	l.clock.to(begin)
	for _, f := range []func(context.Context) error{
		l.loadPeople, l.loadSheets, l.loadDesk, l.loadPromises, l.loadTrade, l.loadTill, l.loadOrders, l.plan, l.loadThreads, l.loadParcels, l.loadTraces, l.loadRates, l.loadCases, l.loadRecoveries, l.loadRefunds, l.loadDrop, l.loadTranslation,
	} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *demoLoader) loadPeople(ctx context.Context) error {
	l.actors, l.teams = map[string]auth.Actor{}, map[string]auth.TeamID{}
	agents := slices.Clone(l.merchant.Agents)
	slices.SortStableFunc(agents, func(a, b simulate.Agent) int {
		return cmp.Compare(slices.Index(auth.Roles(), demoRole(a.Role)), slices.Index(auth.Roles(), demoRole(b.Role)))
	})
	for i, a := range agents {
		lang := "en"
		if slices.Contains(a.Languages, "zh") || slices.Contains(a.Languages, "zh-Hans") {
			lang = "zh-Hans"
		} else if slices.Contains(a.Languages, "ru") {
			lang = "ru"
		}
		if i == 0 {
			w, p, err := l.core.Auth.Found(ctx, auth.Founding{Workspace: l.merchant.Name, Name: a.Name, Email: a.Email, Password: demoPassword, Language: "en", Zone: a.TimeZone})
			if err != nil {
				return err
			}
			l.space = w
			l.owner = auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: w.ID, Role: auth.Owner}
			l.actors[a.Key] = l.owner
			l.people = append(l.people, p)
			continue
		}
		token, p, err := l.core.Auth.Invite(ctx, l.owner, a.Email, a.Name, demoRole(a.Role), false, nil)
		if err != nil {
			return err
		}
		if a.Role != "agent" {
			lang = "en"
		}
		if _, err := l.core.Auth.Accept(ctx, token, auth.Joining{Name: a.Name, Password: demoPassword, Language: lang, Zone: a.TimeZone}, auth.Visit{Address: "127.0.0.1", UserAgent: "demo"}); err != nil {
			return err
		}
		l.actors[a.Key] = auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: l.space.ID, Role: p.Role}
		l.people = append(l.people, p)
		l.step("people", i+1, len(agents))
	}
	for _, t := range l.merchant.Teams {
		var members []auth.PersonID
		for _, a := range l.merchant.Agents {
			if a.Team == t.Key {
				members = append(members, l.actors[a.Key].Person())
			}
		}
		saved, err := l.core.Auth.SaveTeam(ctx, l.owner, auth.Team{Name: t.Name, Members: members})
		if err != nil {
			return err
		}
		l.teams[t.Key] = saved.ID
	}
	return nil
}

func (l *demoLoader) loadDesk(ctx context.Context) error {
	l.shops, l.boxes = map[string]order.Shop{}, map[string]ticket.Mailbox{}
	for _, s := range l.merchant.Shops {
		market := ""
		if len(s.Countries) == 1 {
			market = s.Countries[0]
		}
		shop, _, err := l.core.Orders.EnsureShop(ctx, l.owner, order.Shop{Name: s.Name, Platform: s.Platform, Market: market, Currency: s.Currency})
		if err != nil {
			return err
		}
		l.shops[s.Key] = shop
	}
	for _, b := range l.merchant.Mailboxes {
		box, err := l.core.Tickets.SaveMailbox(ctx, l.owner, ticket.Mailbox{
			Address: b.Address, Name: b.Name, Shop: l.shops[b.Shop].ID, Signature: b.Name,
			Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none", PlusAddress: true},
		})
		if err != nil {
			return err
		}
		l.boxes[b.Key] = box
	}
	colors := []string{"sand", "rust", "amber", "moss", "tide", "sky", "plum", "rose"}
	for i, tag := range l.merchant.Tags {
		if err := l.core.Tickets.SaveTag(ctx, l.owner, ticket.Tag{Name: tag, Color: colors[i%len(colors)]}); err != nil {
			return err
		}
	}
	variables := strings.NewReplacer(
		"{first}", "{{customer.first_name}}", "{agent}", "{{agent.name}}", "{order}", "{{order.number}}", "{total}", "{{order.total}}",
		"{tracking}", "{{order.tracking}}",
	)
	for _, m := range l.merchant.Macros {
		bodies := map[string]string{}
		for lang, body := range m.Bodies {
			bodies[lang] = variables.Replace(body)
		}
		_, err := l.core.Tickets.SaveMacro(ctx, l.owner, ticket.Macro{Name: m.Title, Folder: m.Topic, Bodies: bodies, Fits: ticket.Fits{Topics: []triage.Topic{triage.Topic(m.Topic)}}, Actions: ticket.MacroActions{Status: ticket.Status(m.Status), AddTags: m.Tags}})
		if err != nil {
			return err
		}
	}
	kinds := map[string]ticket.FieldType{"choice": ticket.SelectField, "number": ticket.NumberField, "date": ticket.DateField, "check": ticket.CheckField}
	for _, f := range l.merchant.Fields {
		if _, err := l.core.Tickets.SaveField(ctx, l.owner, ticket.Field{Key: f.Key, Label: f.Label, Type: cmp.Or(kinds[f.Kind], ticket.TextField), Options: f.Options}); err != nil {
			return err
		}
	}
	for _, v := range l.merchant.Views {
		cond, ok := ticket.Condition{Group: true, All: v.Match != "any"}, true
		for _, c := range v.Conditions {
			child, known := l.condition(c)
			cond.Children, ok = append(cond.Children, child), ok && known
		}
		if !ok {
			continue
		}
		if _, err := l.core.Tickets.SaveView(ctx, l.owner, ticket.View{Name: v.Name, Condition: cond, Sort: "new"}); err != nil {
			return err
		}
	}
	return nil
}

// condition says a condition of the invented merchant in the desk's words, and
// whether the desk knows what it is about.
func (l *demoLoader) condition(c simulate.Condition) (ticket.Condition, bool) {
	out := ticket.Condition{Field: c.Field, Op: c.Op, Value: c.Value}
	switch {
	case c.Field == "language": // hardly a mail says in which language it is
		return out, false
	case c.Op == "in":
		any := ticket.Condition{Group: true}
		for value := range strings.SplitSeq(c.Value, ",") {
			any.Children = append(any.Children, ticket.Condition{Field: c.Field, Op: "is", Value: value})
		}
		return any, any.Check() == nil
	case c.Field == "team":
		out.Value = strconv.FormatInt(int64(l.teams[c.Value]), 10)
	case c.Op == "is" && c.Value == "":
		out.Op = "empty"
	}
	return out, out.Check() == nil
}

// demoBatch is how many orders are saved in one transaction.
const demoBatch = 400

func (l *demoLoader) loadOrders(ctx context.Context) error {
	type pile struct {
		shop   string
		recent bool
	}
	piles := map[pile][]order.New{}
	for i := range l.merchant.Orders {
		o := &l.merchant.Orders[i]
		at := pile{o.Shop, recent(o, l.merchant.Now())}
		piles[at] = append(piles[at], l.order(o))
	}
	done := 0
	for _, recent := range []bool{false, true} {
		if recent { // only parcels that come from here on are followed
			if err := l.follow(ctx); err != nil {
				return err
			}
		}
		for _, s := range l.merchant.Shops {
			for part := range slices.Chunk(piles[pile{s.Key, recent}], demoBatch) {
				if _, _, err := l.core.Orders.SaveAll(ctx, l.owner, l.shops[s.Key], part); err != nil {
					return err
				}
				done += len(part)
				l.step("orders", done, len(l.merchant.Orders))
			}
		}
	}
	return nil
}

func (l *demoLoader) order(o *simulate.Order) order.New {
	c := l.merchant.Customers[o.Customer]
	n := order.New{
		Shop: l.shops[o.Shop].ID, Number: o.Number, CustomerName: c.Name, Language: c.Language, Email: c.Email, Status: order.Open,
		PaymentStatus: o.Payment.Status, PaymentMethod: o.Payment.Method, Currency: o.Currency, Goods: o.Subtotal, Discount: o.Discount,
		Shipping: o.Shipping, Tax: o.Tax, Duty: o.Duty, Total: o.Total, Refunded: o.Refunded, PlacedAt: o.PlacedAt,
		ShipTo: order.Address{
			Name: o.Address.Name, Line1: o.Address.Line1, Line2: o.Address.Line2, City: o.Address.City, Region: o.Address.Region,
			Postcode: o.Address.PostalCode, Country: o.Address.Country, Phone: o.Address.Phone,
		},
	}
	if !o.PromisedAt.IsZero() {
		n.Promise = promised(o)
	}
	switch o.Status {
	case "cancelled":
		n.Status = order.Cancelled
	case "delivered", "refunded":
		n.Status = order.Closed
	}
	n.Payments = demoPayments(o)
	n.FulfillmentStatus = "unfulfilled"
	if len(o.Fulfillments) > 0 {
		n.FulfillmentStatus = "fulfilled"
	}
	for _, x := range o.Lines {
		n.Lines = append(n.Lines, order.Line{SKU: x.SKU, Title: x.Title, Variant: x.Variant, Quantity: int64(x.Qty), Price: x.UnitPrice, Discount: x.Discount, Tax: x.Tax, Duty: x.Duty})
	}
	for _, f := range o.Fulfillments {
		n.Fulfillments = append(n.Fulfillments, order.Fulfillment{Carrier: f.Carrier, Tracking: f.Tracking, Status: f.Status, ShippedAt: f.ShippedAt, DeliveredAt: f.DeliveredAt})
	}
	return n
}

// loadThreads tells every message of every thread, the oldest first.
func (l *demoLoader) loadThreads(ctx context.Context) error {
	type place struct{ thread, mail int }
	var all []place
	for t := range l.merchant.Threads {
		for i := range l.merchant.Threads[t].Messages {
			all = append(all, place{t, i})
		}
	}
	at := func(p place) time.Time { return l.merchant.Threads[p.thread].Messages[p.mail].At }
	slices.SortStableFunc(all, func(a, b place) int { return at(a).Compare(at(b)) })
	l.states = make([]threadState, len(l.merchant.Threads))
	for n, p := range all {
		if err := l.happen(ctx, at(p)); err != nil {
			return err
		}
		l.clock.to(at(p))
		if err := l.tell(ctx, p.thread, p.mail); err != nil {
			return fmt.Errorf("thread %s, message %d: %w", l.merchant.Threads[p.thread].Key, p.mail, err)
		}
		if t := &l.merchant.Threads[p.thread]; p.mail == len(t.Messages)-1 && l.states[p.thread].ticket != 0 {
			l.clock.to(at(p).Add(time.Minute))
			if err := l.finish(ctx, t, l.states[p.thread].ticket); err != nil && !errs.Is(err, errs.Conflict) {
				return fmt.Errorf("finish thread %s: %w", t.Key, err)
			}
		}
		if n%20 == 0 || n == len(all)-1 {
			l.step("messages", n+1, len(all))
		}
	}
	return l.happen(ctx, l.merchant.Now())
}

func (l *demoLoader) tell(ctx context.Context, thread, i int) error {
	t := &l.merchant.Threads[thread]
	state := &l.states[thread]
	m := t.Messages[i]
	switch m.From {
	case simulate.FromAgent:
		if state.ticket == 0 {
			return nil
		}
		out, err := l.core.Tickets.Reply(ctx, l.actor(m.Agent), state.ticket, ticket.NewReply{Body: m.Text, Then: ticket.Pending})
		if errs.Is(err, errs.Conflict) {
			return nil // somebody closed it in the story
		}
		if err != nil {
			return err
		}
		state.last = out.Key
		l.clock.to(m.At.Add(l.core.UndoSend + time.Second))
		return l.drain(ctx)
	case simulate.FromNote:
		if state.ticket == 0 {
			return nil
		}
		_, err := l.core.Tickets.Note(ctx, l.actor(m.Agent), state.ticket, ticket.NewNote{Body: m.Text})
		return err
	}
	raw := l.merchant.Raw(t, i, state.last)
	key := message.Parse(raw, message.DefaultLimits()).MessageID
	box := l.boxes[t.Mailbox]
	source := fmt.Sprintf("demo:%s:%d", t.Key, i)
	if _, err := l.core.Mailroom.Accept(ctx, l.space.ID, box.ID, []mailroom.Raw{{Source: source, Body: raw, ReceivedAt: m.At}}, nil); err != nil {
		return err
	}
	if err := l.core.Mailroom.Process(ctx, job.Job{Workspace: l.space.ID}); err != nil {
		return err
	}
	found, err := l.core.Store.MessagesByKey(ctx, l.space.ID, []string{key})
	if err != nil {
		return err
	}
	if len(found) > 0 && (state.ticket == 0 || m.From == simulate.FromCustomer) {
		state.ticket = found[len(found)-1].Ticket
	}
	return nil
}

func (l *demoLoader) actor(key string) auth.Actor {
	if a, ok := l.actors[key]; ok {
		return a
	}
	return l.owner
}

// finish gives a ticket the state that its thread ends in.
func (l *demoLoader) finish(ctx context.Context, t *simulate.Thread, id ticket.ID) error {
	tk, err := l.core.Tickets.Get(ctx, l.owner, id)
	if err != nil || tk.Status == ticket.Closed {
		return err
	}
	by := auth.ForSystem(l.space.ID)
	if t.Assignee != "" {
		by = l.actor(t.Assignee)
	}
	tickets := l.core.Tickets
	if len(t.Tags) > 0 {
		if _, err := tickets.ChangeTags(ctx, by, id, t.Tags, nil); err != nil {
			return err
		}
	}
	if team := l.teams[t.Team]; team != 0 {
		if _, err := tickets.SetTeam(ctx, by, id, team); err != nil {
			return err
		}
	}
	if p, ok := ticket.ParsePriority(t.Priority); ok && p != ticket.Normal {
		if _, err := tickets.SetPriority(ctx, by, id, p); err != nil {
			return err
		}
	}
	if t.Assignee != "" {
		if _, err := tickets.Assign(ctx, by, id, by.Person()); err != nil {
			return err
		}
	}
	if t.OrderNumber != "" && tk.Order == 0 {
		if _, err := tickets.SetOrder(ctx, by, id, t.OrderNumber); err != nil {
			return err
		}
	}
	status := ticket.Status(t.Status)
	if status == ticket.New {
		return nil
	}
	if status == ticket.Solved || status == ticket.Closed {
		if err := tickets.MarkRead(ctx, by, id, true); err != nil {
			return err
		}
	}
	_, err = tickets.SetStatus(ctx, by, id, status, "")
	return err
}
