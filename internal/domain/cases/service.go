package cases

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// MaxCount is as far as waiting cases are counted.
const MaxCount = 999

// MaxPage is the most cases that one call returns.
const MaxPage = 200

// Filter narrows a list of cases; a zero field does not.
type Filter struct {
	Phase    Phase
	Kind     Kind
	Order    order.ID
	Customer customer.ID
	Ticket   ticket.ID
	Waits    Party // for whom; the list is then by what is due first
	Number   int64 // what people call it by
}

// Claimed is a unit of an order's line that a money-bearing resolution holds.
type Claimed struct {
	OrderRow   int64
	Unit       int64 // from 1
	Resolution int64
}

// Store keeps cases. A record of another workspace does not exist.
type Store interface {
	job.Setbacks
	FileStore
	InTx(context.Context, func(context.Context) error) error
	// NextCase returns the next number of the workspace.
	NextCase(context.Context, auth.WorkspaceID) (int64, error)
	// AppendCase writes events and the case that they led to. It fails with errs.Conflict if somebody else appended first.
	AppendCase(ctx context.Context, c Case, events []Event) error
	// ClaimUnits holds units for a money-bearing resolution. It fails with errs.Conflict if another one, of whichever case,
	// holds one of them.
	ClaimUnits(ctx context.Context, w auth.WorkspaceID, c ID, units []Claimed) error
	// FreeUnits lets go what a resolution holds.
	FreeUnits(ctx context.Context, w auth.WorkspaceID, resolution int64) error
	// UnitsHeld returns which units of an order's lines are held.
	UnitsHeld(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]Claimed, error)
	// HoldCase returns a case, locked until the transaction ends.
	HoldCase(context.Context, auth.WorkspaceID, ID) (Case, error)
	Case(context.Context, auth.WorkspaceID, ID) (Case, error)
	// CaseEvents returns the events of a case in order.
	CaseEvents(context.Context, auth.WorkspaceID, ID) ([]Event, error)
	// Cases returns what somebody sees under a filter, the newest first, before a case.
	Cases(ctx context.Context, s auth.Scope, f Filter, before ID, limit int) ([]Case, error)
	// CountCases counts what somebody sees of the cases that wait for a party, to a limit.
	CountCases(ctx context.Context, s auth.Scope, p Party, limit int64) (int64, error)
	// DueCases returns cases of which a resolution has come to its last day.
	DueCases(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]ID, error)
}

// Orders is what is asked of orders.
type Orders interface {
	Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Orders  Orders
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	Log     *slog.Logger // nil: silent
	// Acknowledge confirms the receipt of a withdrawal to the customer on a durable medium. It is called in the transaction
	// that approves it, and what it cannot do, the withdrawal cannot either; it must not talk to the world itself.
	Acknowledge func(ctx context.Context, c Case) error
	// Carry carries a resolution out whose trigger was met, in the transaction: it asks for the refund, or for the parcel.
	// Nil leaves it to people.
	Carry func(ctx context.Context, c Case, r Resolution) (Carried, error)
	// After is told, in the transaction, what a verb has led to, and may use verbs of its own on the case. Nil is nobody.
	After func(ctx context.Context, actor auth.Actor, c Case, events []Event) error
}

// Carried is what a resolution was carried out by.
type Carried struct {
	Refund  refund.ID
	Parcel  int64
	Hand    Hand   // in whose it is to begin with
	Problem string // a code: it could not be begun, and somebody has to look
}

// Service holds the verbs of cases. All of them write the events, the case and the journal in one transaction.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Item is what somebody asks about: units of an order's line, or something that was not bought here.
type Item struct {
	Order    order.ID
	OrderRow int64 // order.Line.ID
	Quantity int64
	Reason   string
	Foreign  string // what the customer calls what was not bought here
}

// NewCase is a case to be opened, about items of one or several orders.
type NewCase struct {
	Kind     Kind
	Ticket   ticket.ID
	Gift     bool
	Items    []Item
	Wants    string // the remedy that the customer named, or ""
	Evidence []string
	Words    string // what the customer wrote; cut at MostWords bytes
	Language string
	OpenedAt time.Time // when the customer told us; now if zero
}

// MostWords is how long the customer's words are at most that a case keeps, in bytes.
const MostWords = 20_000

// bounded is a text that a case keeps.
func bounded(text string) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD")
	for i := range text {
		if i > MostWords-utf8.UTFMax {
			return text[:i]
		}
	}
	return text
}

// Open begins a case, as a draft. Units of a line that are held by another case are passed over; when not enough are
// left it is errs.Conflict, but for goodwill, which may be about goods that were settled. It needs WriteCases, and all orders in sight; a customer needs orders of their own.
func (s *Service) Open(ctx context.Context, actor auth.Actor, n NewCase) (Case, error) {
	if err := actor.Can(auth.WriteCases); err != nil && actor.Kind != auth.Customer {
		return Case{}, err
	}
	now := s.clock()
	var c Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		o := Opening{Kind: n.Kind, Ticket: n.Ticket, Gift: n.Gift, Wants: n.Wants, Evidence: n.Evidence, Words: bounded(n.Words), Language: n.Language, OpenedAt: n.OpenedAt.UTC().Truncate(time.Millisecond)}
		if n.OpenedAt.IsZero() {
			o.OpenedAt = now
		}
		lines, err := s.lines(ctx, actor, n.Items, &o)
		if err != nil {
			return err
		}
		if o.Number, err = s.Store.NextCase(ctx, actor.Workspace); err != nil {
			return err
		}
		events, err := Open(ID(s.IDs.Next()), actor, o, lines, now)
		if err != nil {
			return err
		}
		c, err = s.record(ctx, actor, Case{}, events)
		return err
	})
	if err != nil {
		return Case{}, fmt.Errorf("open case: %w", err)
	}
	return c, nil
}

// lines looks the items up in their orders and chooses their units.
func (s *Service) lines(ctx context.Context, actor auth.Actor, items []Item, o *Opening) ([]Line, error) {
	known := map[order.ID]order.Order{}
	held, spoken := map[int64][]int64{}, map[int64][]int64{} // by resolutions, and for by open cases
	var out []Line
	for _, it := range items {
		l := Line{Order: it.Order, OrderRow: it.OrderRow, Reason: it.Reason, Foreign: it.Foreign, From: 1, Counts: map[Counter]int64{Asked: it.Quantity}}
		if it.Foreign != "" && it.Order == 0 {
			l.OrderRow = 0
			out = append(out, l)
			continue
		}
		x, ok := known[it.Order]
		if !ok {
			var err error
			if x, err = s.order(ctx, actor, it.Order); err != nil {
				return nil, err
			}
			units, err := s.Store.UnitsHeld(ctx, actor.Workspace, it.Order)
			if err != nil {
				return nil, err
			}
			for _, u := range units {
				held[u.OrderRow] = append(held[u.OrderRow], u.Unit)
			}
			if spoken, err = s.spoken(ctx, actor, it.Order, spoken); err != nil {
				return nil, err
			}
			known[it.Order] = x
		}
		if o.Shop != 0 && o.Shop != x.Shop || o.Customer != 0 && x.Customer != 0 && o.Customer != x.Customer && !o.Gift {
			return nil, errs.Field("orders", "error.case_orders")
		}
		o.Shop, o.Customer = x.Shop, max(o.Customer, x.Customer)
		if it.Foreign != "" { // it was said to belong to the order, and does not
			l.OrderRow = 0
			out = append(out, l)
			continue
		}
		i := slices.IndexFunc(x.Lines, func(y order.Line) bool { return y.ID == it.OrderRow })
		if i < 0 {
			return nil, errs.New(errs.NotFound, "error.not_found")
		}
		row := x.Lines[i]
		if l.SKU, l.Title = row.SKU, row.Title; it.Quantity < 1 || it.Quantity > row.Quantity {
			return nil, errs.Field("quantity", "error.case_quantity")
		}
		if l.From = FirstFree(slices.Concat(held[row.ID], spoken[row.ID]), row.Quantity, it.Quantity); l.From == 0 {
			l.From = FirstFree(held[row.ID], row.Quantity, it.Quantity)
		}
		if l.From == 0 {
			if o.Kind != Goodwill {
				return nil, errs.New(errs.Conflict, "error.case_units")
			}
			l.From = 1 // a gesture is about goods that may have been settled: what is given holds units, or does not
		}
		for u := range it.Quantity {
			held[row.ID] = append(held[row.ID], l.From+u)
		}
		out = append(out, l)
	}
	return out, nil
}

// spoken adds the units of an order that its open cases are about, though none of their resolutions may hold them yet: two
// cases about one unit each are about two, as long as there are two.
func (s *Service) spoken(ctx context.Context, actor auth.Actor, o order.ID, all map[int64][]int64) (map[int64][]int64, error) {
	list, err := s.Store.Cases(ctx, auth.ForSystem(actor.Workspace).Scope(), Filter{Order: o}, 0, MaxPage)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.Phase == Closed || c.Phase == Draft {
			continue
		}
		for _, l := range c.Lines {
			for u := range l.Count(Asked) {
				all[l.OrderRow] = append(all[l.OrderRow], l.From+u)
			}
		}
	}
	return all, nil
}

// order returns an order in the actor's sight; a customer sees their own.
func (s *Service) order(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error) {
	if actor.Kind != auth.Customer {
		return s.Orders.Get(ctx, actor, id)
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(actor.Workspace), id)
	if err == nil && (actor.ID == 0 || int64(o.Customer) != actor.ID) {
		return order.Order{}, errs.New(errs.NotFound, "error.not_found")
	}
	return o, err
}

// FirstFree returns the first of n units in a row, of all units of a line, that nobody holds, 0 if there are none: those
// that a new case is about.
func FirstFree(held []int64, all, n int64) int64 {
	for from := int64(1); from+n-1 <= all; from++ {
		if !slices.ContainsFunc(held, func(u int64) bool { return u >= from && u < from+n }) {
			return from
		}
	}
	return 0
}

// record appends events to a case with all that follows from them: units are held and let go, and the journal told.
func (s *Service) record(ctx context.Context, actor auth.Actor, c Case, events []Event) (Case, error) {
	was := c
	var told []event.Event
	for _, e := range events {
		var err error
		before := c
		if c, err = Apply(c, e); err != nil {
			return c, err
		}
		told = append(told, announce(actor, c, e, e.At))
		if err := s.hold(ctx, before, c); err != nil {
			return c, err
		}
	}
	if len(events) == 0 {
		return c, nil
	}
	if err := s.Store.AppendCase(ctx, c, events); err != nil {
		return was, err
	}
	return c, s.Journal.Append(ctx, told...)
}

// holds reports whether a resolution keeps others from its units: a unit that was replaced may be returned in its turn.
func (r Resolution) holds() bool {
	return r.Means.BearsMoney() && r.Stand.Alive() && !(r.Means.Sends() && r.Stand == Done)
}

// hold claims the units of resolutions that came to life, and lets go those of resolutions that lapsed, or whose
// replacement has arrived.
func (s *Service) hold(ctx context.Context, before, after Case) error {
	for _, r := range after.Resolutions {
		held := false
		if i := slices.IndexFunc(before.Resolutions, func(x Resolution) bool { return x.Number == r.Number }); i >= 0 {
			held = before.Resolutions[i].holds()
		}
		if held == r.holds() {
			continue
		}
		if held {
			if err := s.Store.FreeUnits(ctx, after.Workspace, r.Number); err != nil {
				return err
			}
			continue
		}
		var units []Claimed
		for _, g := range r.Units {
			l, _ := after.line(g.Line)
			for u := range g.Quantity {
				units = append(units, Claimed{l.OrderRow, l.From + g.From - 1 + u, r.Number})
			}
		}
		if err := s.Store.ClaimUnits(ctx, after.Workspace, after.ID, units); err != nil {
			return err
		}
	}
	return nil
}

// change holds a case in the actor's sight, appends what decide returns, and carries out what is due by it.
func (s *Service) change(ctx context.Context, actor auth.Actor, number ID, decide func(c Case, now time.Time) ([]Event, error)) (c Case, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return c, err
	}
	return s.turn(ctx, actor, number, decide)
}

// turn is change for what a customer may do too, with a case of their own.
func (s *Service) turn(ctx context.Context, actor auth.Actor, number ID, decide func(c Case, now time.Time) ([]Event, error)) (c Case, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if c, err = s.Store.HoldCase(ctx, actor.Workspace, number); err == nil {
			err = c.allow(actor, auth.WriteCases)
		}
		if err != nil {
			return err
		}
		now := s.clock()
		events, err := decide(c, now)
		if err != nil {
			return err
		}
		if c, err = s.record(ctx, actor, c, events); err != nil {
			return err
		}
		if slices.ContainsFunc(events, func(e Event) bool { return e.Kind == Acknowledged }) {
			if err := s.Acknowledge(ctx, c); err != nil {
				return fmt.Errorf("acknowledge: %w", err)
			}
		}
		begun := c.Events
		if err := s.carry(ctx, actor, &c, now); err != nil || s.After == nil {
			return err
		}
		if c.Events > begun {
			all, err := s.Store.CaseEvents(ctx, actor.Workspace, number)
			if err != nil {
				return err
			}
			events = append(events, all[begun:]...)
		}
		if len(events) == 0 {
			return nil
		}
		if err := s.After(ctx, actor, c, events); err != nil {
			return err
		}
		c, err = s.Store.Case(ctx, actor.Workspace, number)
		return err
	})
	if err != nil {
		return Case{}, fmt.Errorf("case %d: %w", number, err)
	}
	return c, nil
}

// allow is auth.Can for the case, and lets the customer reach it whom it is about.
func (c Case) allow(actor auth.Actor, p auth.Permission) error {
	if c.Of(actor) {
		return nil
	}
	if actor.Kind == auth.Customer {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return auth.Can(actor, p, c.Resource())
}

// carry begins what is due.
func (s *Service) carry(ctx context.Context, actor auth.Actor, c *Case, now time.Time) error {
	for _, r := range c.Due(now) {
		if s.Carry == nil {
			return nil
		}
		by, err := s.Carry(ctx, *c, r)
		if err != nil {
			return fmt.Errorf("carry out resolution %d: %w", r.Number, err)
		}
		events, err := c.plan(actor, now).step(r.Number, Executing, func(e *Event) { e.Refund, e.Parcel = by.Refund, by.Parcel }).done()
		if err == nil && by.Problem == "" && !by.Hand.ours() {
			events, err = c.plan(actor, now).step(r.Number, Executing, func(e *Event) { e.Refund, e.Parcel = by.Refund, by.Parcel }).
				add(WasHanded, func(e *Event) { e.About, e.Code, e.Until = r.Number, string(by.Hand.By), by.Hand.Until }).done()
		}
		if err == nil && by.Problem != "" {
			events, err = c.plan(actor, now).step(r.Number, Executing, nil).step(r.Number, Failed, func(e *Event) { e.Code = by.Problem }).done()
		}
		if err != nil {
			return err
		}
		if *c, err = s.record(ctx, actor, *c, events); err != nil {
			return err
		}
	}
	return nil
}
