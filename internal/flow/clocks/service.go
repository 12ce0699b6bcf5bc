package clocks

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Version is a book of promises as it was saved. It never changes.
type Version struct {
	Workspace auth.WorkspaceID
	Number    int // from 1; 0 is what holds before anything was saved
	Book      promise.Book
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Store keeps books, records and clocks.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// Ticket reads a ticket, locked until the end of the transaction in ctx.
	Ticket(context.Context, auth.WorkspaceID, ticket.ID) (ticket.Ticket, error)

	// PromiseVersion returns the number of the newest book, 0 if none was saved.
	PromiseVersion(context.Context, auth.WorkspaceID) (int, error)
	PromiseBook(ctx context.Context, w auth.WorkspaceID, number int) (Version, error)
	// PromiseBooks returns the books before one, newest first.
	PromiseBooks(ctx context.Context, w auth.WorkspaceID, before, limit int) ([]Version, error)
	// AddPromiseBook reports false if the number is taken.
	AddPromiseBook(context.Context, Version) (bool, error)

	// Traits returns what is known of a ticket's customer.
	Traits(ctx context.Context, w auth.WorkspaceID, t ticket.Ticket) (ticket.Traits, error)
	// Marks returns the messages after one that count for clocks, in their order.
	Marks(ctx context.Context, w auth.WorkspaceID, t ticket.ID, after int64) ([]promise.Mark, error)
	// ClockRecord is errs.NotFound for a ticket that has none.
	ClockRecord(context.Context, auth.WorkspaceID, ticket.ID) (promise.Record, error)
	PutClockRecord(context.Context, auth.WorkspaceID, ticket.ID, promise.Record) error
	Clocks(context.Context, auth.WorkspaceID, ticket.ID) ([]Row, error)
	PutClock(context.Context, Row) error
	DeleteClock(context.Context, auth.WorkspaceID, ticket.ID, promise.Target) error
	// SetDue writes the nearest due instant into a ticket, zero for none, if it has another.
	SetDue(ctx context.Context, w auth.WorkspaceID, t ticket.ID, due time.Time) error

	// Ringing returns the clocks of all workspaces that have something to tell before an
	// instant, the earliest first.
	Ringing(ctx context.Context, before time.Time, limit int) ([]Ring, error)
	// Rung moves a clock on if it stands as it was read, and reports whether it did.
	Rung(ctx context.Context, was Ring, stage Stage, next time.Time) (bool, error)
	// AddMoves keeps what came to a desk and what left it, until somebody counts it.
	AddMoves(context.Context, auth.WorkspaceID, ...forecast.Move) error
	// OpenTickets walks through a bucket of tickets, the one that moved last at the end.
	OpenTickets(ctx context.Context, w auth.WorkspaceID, b ticket.Bucket, after ticket.Cursor, limit int) ([]ticket.Cursor, error)
	// OpenTicketsOfCustomer and OpenTicketsOfOrder walk in the same order through those that are
	// not solved, of all these buckets: open, waiting and snoozed.
	OpenTicketsOfCustomer(ctx context.Context, w auth.WorkspaceID, c customer.ID, after ticket.Cursor, limit int) ([]ticket.Cursor, error)
	OpenTicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, after ticket.Cursor, limit int) ([]ticket.Cursor, error)
}

// Stage is how much of a clock was told.
type Stage int

// The stages.
const (
	Silent Stage = iota
	ToldSoon
	ToldLate
)

// Row is a clock that runs or is paused, as it is kept.
type Row struct {
	Workspace auth.WorkspaceID
	Ticket    ticket.ID
	promise.Clock
	Stage Stage
	Next  time.Time // when the next thing is to be told, zero for never
}

// Ring is a clock that has something to tell.
type Ring struct {
	Row
	Number int64 // the ticket's
}

// Places is what a book may speak of.
type Places interface {
	Teams(context.Context, auth.WorkspaceID) ([]auth.Team, error)
	Shops(context.Context, auth.Actor) ([]order.Shop, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Places  Places
	Journal event.Journal
	Queue   job.Queue
	// Moved joins a transaction in which what is promised about tickets changes, or what that
	// rests on; nil: nobody is to know.
	Moved func(context.Context, auth.WorkspaceID) error
	Log   *slog.Logger
	Now   func() time.Time
}

// Service keeps clocks.
type Service struct {
	Config
	desks sync.Map // auth.WorkspaceID to *desk
}

// desk is the book of a workspace, ready to be asked.
type desk struct {
	version Version
	open    *promise.Desk
}

// New returns a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c}
}

// Waits are the waiting reasons for which a rule may pause.
func Waits() []string {
	var out []string
	for _, w := range ticket.Waits() {
		out = append(out, string(w))
	}
	return out
}

// desk returns the newest book of a workspace, ready to be asked. It is made ready once
// for each version and node.
func (s *Service) desk(ctx context.Context, w auth.WorkspaceID) (*desk, error) {
	n, err := s.Store.PromiseVersion(ctx, w)
	if err != nil {
		return nil, err
	}
	if d, ok := s.desks.Load(w); ok && d.(*desk).version.Number == n {
		return d.(*desk), nil
	}
	v := Version{Workspace: w, Book: promise.Default()}
	if n > 0 {
		if v, err = s.Store.PromiseBook(ctx, w, n); err != nil {
			return nil, err
		}
	}
	d := &desk{version: v}
	if d.open, err = promise.Open(v.Book, Waits()); err != nil {
		return nil, fmt.Errorf("book of promises %d of workspace %d: %w", n, w, err)
	}
	s.desks.Store(w, d)
	return d, nil
}

// subject is what rules ask of a ticket.
func subject(t ticket.Ticket, x ticket.Traits) promise.Subject {
	return promise.Subject{Channel: string(t.Channel), Topic: t.Topic, Tier: x.Tier, Market: x.Market, Shop: int64(t.Shop), Team: int64(t.Team)}
}

// asksTraits reports whether a book asks for what only a ticket's customer or order tells.
func asksTraits(b promise.Book) bool { return b.Asks(promise.ByTier) || b.Asks(promise.ByMarket) }

// standing is for whom a ticket waits, as records say it.
func standing(t ticket.Ticket) string {
	switch t.Status {
	case ticket.Solved, ticket.Closed:
		return promise.Solved
	case ticket.Pending:
		return string(t.Waiting)
	}
	return ""
}

// Keep implements ticket.Clocks.
func (s *Service) Keep(ctx context.Context, t *ticket.Ticket, shift ticket.Shift) error {
	d, err := s.desk(ctx, t.Workspace)
	if err != nil {
		return err
	}
	now := s.Now()
	if t.MergedInto != 0 { // its record waits, in case the merge is taken back
		return s.put(ctx, t, nil, now, false, withdrawn)
	}
	was, err := s.Store.ClockRecord(ctx, t.Workspace, t.ID)
	fresh := errs.Is(err, errs.NotFound)
	if err != nil && !fresh {
		return err
	}
	r, err := s.grow(ctx, *t, was, fresh, shift)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(r, was) {
		if err := s.Store.PutClockRecord(ctx, t.Workspace, t.ID, r); err != nil {
			return err
		}
	}
	// What was late before anybody kept its clock, or happened in an archive, is told to nobody.
	quiet := now.Sub(shift.At) > time.Minute || fresh && shift.From == 0 && now.Sub(t.CreatedAt) > time.Minute
	how := worked
	if shift.Anew {
		how = undone
	}
	return s.set(ctx, d, t, r, now, quiet, how)
}

// grow brings a record in line with what happened.
func (s *Service) grow(ctx context.Context, t ticket.Ticket, r promise.Record, fresh bool, shift ticket.Shift) (promise.Record, error) {
	at := shift.At.UTC().Truncate(time.Millisecond)
	after := int64(0)
	if !fresh && !shift.Anew && !shift.Moved {
		after = r.Through
	}
	var marks []promise.Mark
	if fresh || shift.Joined == 0 { // messages that come with a thread were counted in it
		var err error
		if marks, err = s.Store.Marks(ctx, t.Workspace, t.ID, after); err != nil {
			return r, err
		}
	}
	own := int64(t.ID)
	switch {
	case fresh && shift.From != 0:
		from, err := s.record(ctx, t.Workspace, shift.From)
		if err != nil {
			return r, err
		}
		r = from.Split(own, t.CreatedAt, marks)
	case fresh || shift.Moved:
		r = r.Moved(own, t.CreatedAt, marks)
	case shift.Anew:
		r = r.Anew(own, t.CreatedAt, marks)
	default:
		r = r.With(marks...)
	}
	for _, other := range []ticket.ID{shift.Joined, shift.Parted} {
		if other == 0 || fresh {
			continue
		}
		o, err := s.record(ctx, t.Workspace, other)
		if err != nil {
			return r, err
		}
		if other == shift.Joined {
			r = r.Join(o, at)
		} else {
			r = r.Part(o)
		}
	}
	if !shift.Undone.IsZero() {
		r.Recall(shift.Undone.UTC().Truncate(time.Millisecond))
	}
	if fresh && !t.LastAt.IsZero() && t.LastAt.Before(at) && shift.From == 0 {
		at = t.LastAt // it has stood so since its last message, as far as can be known
	}
	r.Stand(standing(t), at)
	return r, nil
}

// record returns the record of a ticket, that of nothing if it has none.
func (s *Service) record(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (promise.Record, error) {
	r, err := s.Store.ClockRecord(ctx, w, t)
	if errs.Is(err, errs.NotFound) {
		return promise.Record{}, nil
	}
	return r, err
}

// set brings the clocks of a ticket in line with its record.
func (s *Service) set(ctx context.Context, d *desk, t *ticket.Ticket, r promise.Record, now time.Time, quiet bool, how manner) error {
	if t.Spam {
		return s.put(ctx, t, nil, now, quiet, withdrawn)
	}
	var who ticket.Traits
	if asksTraits(d.version.Book) {
		var err error
		if who, err = s.Store.Traits(ctx, t.Workspace, *t); err != nil {
			return err
		}
	}
	return s.put(ctx, t, d.open.Clocks(subject(*t, who), r), now, quiet, how)
}

// put keeps those of the clocks that run or are paused, and no others.
func (s *Service) put(ctx context.Context, t *ticket.Ticket, clocks []promise.Clock, now time.Time, quiet bool, how manner) error {
	had, err := s.Store.Clocks(ctx, t.Workspace, t.ID)
	if err != nil {
		return err
	}
	var have []Row
	old := map[promise.Target]Row{}
	for _, row := range had {
		old[row.Target] = row
	}
	for _, c := range clocks {
		if !c.Ended.IsZero() || c.Due.IsZero() && c.Paused == "" {
			continue
		}
		was, known := old[c.Target]
		delete(old, c.Target)
		row := next(Row{Workspace: t.Workspace, Ticket: t.ID, Clock: kept(c)}, was, now, quiet)
		have = append(have, row)
		if known && row == was {
			continue
		}
		if err := s.Store.PutClock(ctx, row); err != nil {
			return err
		}
	}
	for target := range old {
		if err := s.Store.DeleteClock(ctx, t.Workspace, t.ID, target); err != nil {
			return err
		}
	}
	if moves := moved(t.Team, owes(had), owes(have), now, how); len(moves) > 0 {
		if err := s.Store.AddMoves(ctx, t.Workspace, moves...); err != nil {
			return err
		}
	}
	if t.DueAt = promise.NextDue(clocks); !t.DueAt.IsZero() {
		t.DueAt = t.DueAt.Truncate(time.Millisecond)
	}
	return s.Store.SetDue(ctx, t.Workspace, t.ID, t.DueAt)
}

// kept is a clock as a row keeps it: to the millisecond.
func kept(c promise.Clock) promise.Clock {
	for _, t := range []*time.Time{&c.From, &c.Soon, &c.Due} {
		if !t.IsZero() {
			*t = t.UTC().Truncate(time.Millisecond)
		}
	}
	c.Left = c.Left.Truncate(time.Millisecond)
	return c
}

// next says what is to be told of a clock, and when. What was told of it is not told
// again, unless the instant at which it is late or soon due has moved into the future: then
// that is a new thing.
func next(row, was Row, now time.Time, quiet bool) Row {
	same := was.Target == row.Target && was.From.Equal(row.From)
	late := row.Runs() && !now.Before(row.Due)
	soon := row.Runs() && !row.Soon.IsZero() && !now.Before(row.Soon)
	if same {
		row.Stage = was.Stage
	}
	switch {
	case late && quiet:
		row.Stage = ToldLate
	case soon && quiet:
		row.Stage = max(row.Stage, ToldSoon)
	case row.Runs() && !late && row.Stage == ToldLate:
		row.Stage = Silent
		if soon {
			row.Stage = ToldSoon
		}
	case row.Runs() && !soon && row.Stage == ToldSoon: // other promises hold now
		row.Stage = Silent
	}
	row.Next = row.tells()
	return row
}

// tells returns when the next thing is to be told of a clock, zero for never.
func (r Row) tells() time.Time {
	switch {
	case !r.Runs() || r.Stage == ToldLate:
		return time.Time{}
	case r.Stage == Silent && !r.Soon.IsZero():
		return r.Soon
	}
	return r.Due
}
