package trace

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most traces that one call returns.
const MaxPage = 200

const maxNote, maxReference = 4000, 100

// Shipments is what is asked of parcels.
type Shipments interface {
	Get(ctx context.Context, actor auth.Actor, id shipment.ID) (shipment.Shipment, error)
}

// Store keeps traces. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// AddTrace fails with errs.Conflict if the parcel has an open trace.
	AddTrace(context.Context, Trace) error
	// SaveTrace writes what may change.
	SaveTrace(context.Context, Trace) error
	// HoldTrace returns a trace, locked until the transaction ends.
	HoldTrace(context.Context, auth.WorkspaceID, ID) (Trace, error)
	TraceByID(context.Context, auth.WorkspaceID, ID) (Trace, error)
	// Traces returns what somebody sees, in the order of the filter.
	Traces(ctx context.Context, s auth.Scope, f Filter, after Cursor, limit int) ([]Trace, error)
	// CountTraces counts the list of each filter up to a limit, in one statement.
	CountTraces(ctx context.Context, s auth.Scope, list []Filter, limit int) ([]int, error)
	// AddTraceNote adds a note.
	AddTraceNote(context.Context, Note) error
	// TraceNotes returns the notes of some traces, the newest first, after a note.
	TraceNotes(ctx context.Context, w auth.WorkspaceID, list []ID, after NoteID, limit int) ([]Note, error)
	// TraceEvents returns what was announced of some traces, the oldest first.
	TraceEvents(context.Context, auth.WorkspaceID, []ID) ([]event.Event, error)
	// DueTraces returns traces whose DueAt has come, locked.
	DueTraces(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]Trace, error)
}

// Filter narrows a list of traces; a zero field does not. A list of one state or
// of all that are open goes by deadline, the nearest first and those without one
// last; any other by age, the newest first.
type Filter struct {
	State    State
	Open     bool      // something is still to come of them
	Before   time.Time // their deadlines are known, and not later
	Shipment shipment.ID
	Among    []shipment.ID // of these parcels, if it is not nil
	Ticket   ticket.ID
	Parcels  shipment.Filter // of parcels under this filter
}

// Soon is how near a deadline is when people are warned of it.
const Soon = 7 * 24 * time.Hour

// DueSoon narrows a filter to the drafts whose deadline is near: those that must be
// sent now, or their money is gone.
func (f Filter) DueSoon(now time.Time) Filter {
	f.State, f.Open, f.Before = Draft, false, now.Add(Soon)
	return f
}

// ByDeadline reports whether a list under the filter goes by deadline.
func (f Filter) ByDeadline() bool { return f.State != "" || f.Open }

// Cursor is a place in a list: the last trace seen and its deadline.
type Cursor struct {
	At time.Time
	ID ID
}

// CursorAt returns the place of a trace in a list under the filter.
func (f Filter) CursorAt(t Trace) Cursor {
	if f.ByDeadline() {
		return Cursor{t.Deadline, t.ID}
	}
	return Cursor{ID: t.ID}
}

// Config is what a Service needs.
type Config struct {
	Store     Store
	Shipments Shipments
	Journal   event.Journal
	IDs       *id.Source
	Now       func() time.Time
}

// Service holds the verbs of traces.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// NewTrace is a trace to be opened.
type NewTrace struct {
	Shipment shipment.ID
	Kind     Kind // Search if ""
	Ticket   ticket.ID
	Amount   money.Amount
	Note     string
	Deadline time.Time // that of the carrier's window if zero
}

// Open drafts a trace of a parcel that the actor may see, with the carrier's
// window, papers and deadline. It is errs.Conflict if the parcel has an open trace
// (see HasOpen), has no number, or its carrier's window is over and no other
// deadline is given. It needs WriteTickets.
func (s *Service) Open(ctx context.Context, actor auth.Actor, n NewTrace) (Trace, error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return Trace{}, err
	}
	v, err := s.Shipments.Get(ctx, actor, n.Shipment)
	if err != nil {
		return Trace{}, err
	}
	if n.Kind == "" {
		n.Kind = Search
	}
	if n.Kind != Search && n.Kind != Claim {
		return Trace{}, errs.Field("kind", "error.invalid")
	}
	if v.Number == "" {
		return Trace{}, errs.New(errs.Conflict, "error.trace_number")
	}
	now := s.clock()
	t := Trace{
		ID: ID(s.IDs.Next()), Workspace: actor.Workspace, Shipment: v.ID, Order: v.Order, Shop: v.Shop, Ticket: n.Ticket, Kind: n.Kind, State: Draft,
		Carrier: v.Carrier, Number: v.Number, Amount: n.Amount, Deadline: n.Deadline.UTC().Truncate(time.Millisecond), CreatedAt: now, UpdatedAt: now,
	}
	if err := checkAmount(t.Amount); err != nil {
		return Trace{}, err
	}
	if w, ok := WindowOf(v); ok {
		t.OpensAt, t.Papers, t.Rule = w.OpensAt, w.Papers, w.Name
		if n.Deadline.IsZero() {
			t.Deadline = w.ClosesAt
		}
	}
	if !t.Deadline.IsZero() && !t.Deadline.After(now) {
		return Trace{}, errs.New(errs.Conflict, "error.trace_window", "date", t.Deadline.Format(time.DateOnly))
	}
	t.DueAt = t.dueAt(now)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		opened := t
		opened.Note = cut(n.Note, maxNote)
		if err := s.Store.AddTrace(ctx, opened); err != nil {
			return err
		}
		said, err := s.write(ctx, actor, &t, n.Note, now)
		if err != nil {
			return err
		}
		return s.Journal.Append(ctx, announce(actor, IsOpened, t, "", said.ID, now))
	})
	if err != nil {
		return Trace{}, fmt.Errorf("open trace: %w", err)
	}
	return t, nil
}

// HasOpen reports whether an error says that a parcel has an open trace already.
func HasOpen(err error) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.Key == "error.trace_open"
}

// MaxMany is the most parcels that OpenMany takes.
const MaxMany = 200

// Outcome is what OpenMany did about one parcel.
type Outcome struct {
	Shipment shipment.ID
	Trace    Trace // drafted now, or the open one that it had; zero if Err is set
	Had      bool  // it had an open one, which stays as it was
	Err      error // why it has none
}

// OpenMany opens a trace of each of up to MaxMany parcels, each in a transaction
// of its own, and answers for each in their order. A parcel that has an open trace
// keeps it, so that a repeat opens nothing. It needs BulkTickets and WriteTickets.
func (s *Service) OpenMany(ctx context.Context, actor auth.Actor, parcels []shipment.ID, kind Kind) ([]Outcome, error) {
	for _, p := range []auth.Permission{auth.BulkTickets, auth.WriteTickets} {
		if err := actor.Can(p); err != nil {
			return nil, err
		}
	}
	if len(parcels) > MaxMany {
		return nil, errs.Field("parcels", "error.bulk_parcels", "max", MaxMany)
	}
	var out []Outcome
	for _, id := range slices.Compact(slices.Sorted(slices.Values(parcels))) {
		o := Outcome{Shipment: id}
		o.Trace, o.Err = s.Open(ctx, actor, NewTrace{Shipment: id, Kind: kind})
		if HasOpen(o.Err) {
			had, err := s.Store.Traces(ctx, actor.Scope(), Filter{Shipment: id, Open: true}, Cursor{}, 1)
			if err != nil {
				return out, fmt.Errorf("open traces: %w", err)
			}
			if len(had) > 0 { // it may have ended just now
				o.Trace, o.Had, o.Err = had[0], true, nil
			}
		}
		if k := errs.KindOf(o.Err); o.Err != nil && (k == errs.Internal || k == errs.Unavailable) {
			return out, fmt.Errorf("open traces: %w", o.Err)
		}
		out = append(out, o)
	}
	return out, nil
}

func checkAmount(a money.Amount) error {
	if a == (money.Amount{}) {
		return nil
	}
	if _, ok := money.Digits(a.Currency); !ok {
		return errs.Field("currency", "error.currency", "currency", a.Currency)
	}
	if a.Minor < 0 {
		return errs.Field("amount", "error.invalid")
	}
	return nil
}

func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	for i := range s {
		if i > most {
			return s[:i]
		}
	}
	return s
}

// Change is what becomes of a trace; a nil field stays as it is.
type Change struct {
	To        State // "" leaves the state
	Reference *string
	Amount    *money.Amount
	Deadline  *time.Time
	Ticket    *ticket.ID
	Note      *string // to be added to what was written before
}

// Change moves a trace on, or writes to it. A move that a trace in its state
// cannot make is errs.Conflict; what it says already changes nothing. It needs
// WriteTickets.
func (s *Service) Change(ctx context.Context, actor auth.Actor, id ID, c Change) (Trace, error) {
	t, _, err := s.change(ctx, actor, id, c)
	return t, err
}

// change returns the note that it wrote, too.
func (s *Service) change(ctx context.Context, actor auth.Actor, id ID, c Change) (t Trace, said Note, err error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return t, said, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.Store.HoldTrace(ctx, actor.Workspace, id)
		if err == nil {
			err = auth.Can(actor, auth.ReadShipments, was.Resource())
		}
		if err != nil {
			return err
		}
		now := s.clock()
		t = was
		if err := t.apply(c, now); err != nil {
			return err
		}
		if c.Note != nil {
			if said, err = s.write(ctx, actor, &t, *c.Note, now); err != nil {
				return err
			}
		}
		if same(was, t) {
			t = was
			return nil
		}
		if err := s.Store.SaveTrace(ctx, t); err != nil {
			return err
		}
		kind := IsNoted
		if was.State != t.State {
			kind = IsMoved
		}
		return s.Journal.Append(ctx, announce(actor, kind, t, was.State, said.ID, now))
	})
	if err != nil {
		return Trace{}, Note{}, fmt.Errorf("change trace: %w", err)
	}
	return t, said, nil
}

// same reports whether nothing became of a trace but the time.
func same(was, is Trace) bool {
	was.UpdatedAt, was.DueAt = is.UpdatedAt, is.DueAt
	return reflect.DeepEqual(was, is)
}

func (t *Trace) apply(c Change, now time.Time) error {
	if c.To != "" && c.To != t.State {
		if !CanMove(t.State, c.To) {
			return errs.New(errs.Conflict, "error.trace_state", "from", string(t.State), "to", string(c.To))
		}
		if t.State = c.To; c.To == Sent {
			t.SentAt = now
		}
	}
	if c.Reference != nil {
		t.Reference = cut(*c.Reference, maxReference)
	}
	if c.Amount != nil {
		if err := checkAmount(*c.Amount); err != nil {
			return err
		}
		t.Amount = *c.Amount
	}
	if c.Deadline != nil {
		t.Deadline = c.Deadline.UTC().Truncate(time.Millisecond)
		if c.Deadline.IsZero() {
			t.Deadline = time.Time{}
		}
	}
	if c.Ticket != nil {
		t.Ticket = *c.Ticket
	}
	t.UpdatedAt, t.DueAt = now, t.dueAt(now)
	return nil
}

// Close ends a trace: as paid, rejected or found.
func (s *Service) Close(ctx context.Context, actor auth.Actor, id ID, as State) (Trace, error) {
	if as != Paid && as != Rejected && as != Found {
		return Trace{}, errs.Field("state", "error.invalid")
	}
	return s.Change(ctx, actor, id, Change{To: as})
}

// Get returns a trace of an order that the actor may see; any other is
// errs.NotFound. It needs ReadShipments.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Trace, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return Trace{}, err
	}
	t, err := s.Store.TraceByID(ctx, actor.Workspace, id)
	if err == nil {
		err = auth.Can(actor, auth.ReadShipments, t.Resource())
	}
	if err != nil {
		return Trace{}, err
	}
	return t, nil
}

// List returns the traces under a filter that the actor may see, after a cursor,
// at most MaxPage.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after Cursor, limit int) ([]Trace, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.Traces(ctx, actor.Scope(), f, after, limit)
}

// Counts counts the lists of some filters up to a limit. It needs ReadShipments.
func (s *Service) Counts(ctx context.Context, actor auth.Actor, list []Filter, limit int) ([]int, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	return s.Store.CountTraces(ctx, actor.Scope(), list, limit)
}

// History returns what was announced of traces that the actor read before, the
// oldest first. It needs ReadShipments.
func (s *Service) History(ctx context.Context, actor auth.Actor, list []Trace) ([]event.Event, error) {
	ids, err := seen(actor, list)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return s.Store.TraceEvents(ctx, actor.Workspace, ids)
}

// sweepBatch is how many traces one transaction looks at.
const sweepBatch = 500

// Sweep warns of drafts whose deadline is near, once each, and lets those expire
// whose deadline is over. A repeat finds nothing left.
func (s *Service) Sweep(ctx context.Context, w auth.WorkspaceID) error {
	for {
		n, now := 0, s.clock()
		err := s.Store.InTx(ctx, func(ctx context.Context) error {
			due, err := s.Store.DueTraces(ctx, w, now, sweepBatch)
			if err != nil {
				return err
			}
			n = len(due)
			var told []event.Event
			for _, t := range due {
				kind, was := IsDue, t.State
				if t.State == Draft && !t.Deadline.After(now) {
					kind, t.State, t.UpdatedAt = IsMoved, Expired, now
				}
				t.DueAt = t.dueAt(now)
				if err := s.Store.SaveTrace(ctx, t); err != nil {
					return err
				}
				told = append(told, announce(auth.ForSystem(w), kind, t, was, 0, now))
			}
			if len(told) == 0 {
				return nil
			}
			return s.Journal.Append(ctx, told...)
		})
		if err != nil {
			return fmt.Errorf("sweep traces: %w", err)
		}
		if n < sweepBatch {
			return nil
		}
	}
}
