package routing

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Setting is how a workspace gives out tickets, as it was saved.
type Setting struct {
	Workspace auth.WorkspaceID
	Version   int // from 1; 0 is what holds before anything was saved
	Book      route.Book
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Sheet is a person's sheet, as it was saved.
type Sheet struct {
	Workspace auth.WorkspaceID
	Person    auth.PersonID
	Version   int // from 1; 0 is none
	Sheet     route.Sheet
	SavedAt   time.Time
	SavedBy   auth.PersonID
	GivenAt   time.Time // when routing last gave them a ticket
}

// Wait is a ticket in the queue, with what rules ask of it.
type Wait struct {
	route.Ticket
	Number  int64
	Version int64     // of the ticket
	Start   time.Time // its place in the queue, as it is kept
}

// Held is an open ticket that routing gave to the person who has it.
type Held struct {
	Ticket ticket.ID
	Person auth.PersonID
	Due    time.Time
}

// Given says whom routing gave a ticket to last, and why.
type Given struct {
	Ticket ticket.ID
	Person auth.PersonID
	At     time.Time
	Why    []route.Reason
}

// Load is how many open tickets of a topic a person has.
type Load struct {
	Person auth.PersonID
	Topic  string
	Count  int
}

// Store keeps settings, sheets, the queue, and why tickets are where they are.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// Routing is errs.NotFound before anything was saved.
	Routing(context.Context, auth.WorkspaceID) (Setting, error)
	RoutingVersion(context.Context, auth.WorkspaceID) (int, error)
	// PutRouting reports false if the version before it is not the one that is kept.
	PutRouting(context.Context, Setting) (bool, error)
	Sheets(context.Context, auth.WorkspaceID) ([]Sheet, error)
	// PutSheet reports false if the version before it is not the one that is kept.
	PutSheet(context.Context, Sheet) (bool, error)
	// TakeTurn notes that a person is given a ticket and holds their sheet until the end of
	// the transaction in ctx. It reports false if the sheet has another version by now.
	TakeTurn(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, version int, at time.Time) (bool, error)

	// Traits returns what is known of a ticket's customer.
	Traits(ctx context.Context, w auth.WorkspaceID, t ticket.Ticket) (ticket.Traits, error)
	// EnterQueue puts a ticket into the queue. One that is in it keeps since when it waits.
	EnterQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID, since, start time.Time) error
	// LeaveQueue reports whether the ticket was in it.
	LeaveQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (bool, error)
	// FillQueue puts all open tickets that nobody has into the queue, as waiting since they
	// were opened; ClearQueue takes all out of it.
	FillQueue(context.Context, auth.WorkspaceID) error
	ClearQueue(context.Context, auth.WorkspaceID) error
	// TidyQueue takes a ticket out of the queue unless it is open and nobody has it.
	TidyQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID) error
	// QueueFront returns the first tickets of the queue, or those behind one of them;
	// QueuePlace returns one of it or errs.NotFound, QueueOf those of a customer.
	QueueFront(ctx context.Context, w auth.WorkspaceID, behind Wait, limit int) ([]Wait, error)
	QueueOf(ctx context.Context, w auth.WorkspaceID, c customer.ID, limit int) ([]Wait, error)
	// QueuePressing returns those whose next promise is due by an instant, the first due first.
	QueuePressing(ctx context.Context, w auth.WorkspaceID, due time.Time, limit int) ([]Wait, error)
	QueuePlace(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (Wait, error)
	// Carried counts the open tickets of those who have a sheet; of one person, if who is not 0.
	Carried(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) ([]Load, error)
	// HeldBy returns open tickets that routing gave to a person who still has them.
	HeldBy(ctx context.Context, w auth.WorkspaceID, who auth.PersonID, limit int) ([]Held, error)
	// Stranded returns open tickets of people who can no longer sign in, however they came to
	// have them.
	Stranded(ctx context.Context, w auth.WorkspaceID, limit int) ([]Held, error)
	// Worker returns a person's sheet, of version 0 if they have none, and whether they can
	// sign in.
	Worker(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) (sheet Sheet, active bool, err error)
	PutGiven(context.Context, auth.WorkspaceID, Given) error
	// Given is errs.NotFound for a ticket that routing never gave to anybody.
	Given(context.Context, auth.WorkspaceID, ticket.ID) (Given, error)
}

// Tickets is what this package needs of tickets.
type Tickets interface {
	Give(context.Context, auth.WorkspaceID, ticket.Gift) error
	TakeBack(ctx context.Context, w auth.WorkspaceID, t ticket.ID, from auth.PersonID) error
}

// People is what this package needs of people.
type People interface {
	Crew(context.Context, auth.WorkspaceID) ([]auth.Actor, error)
	Teams(context.Context, auth.Actor) ([]auth.Team, error)
}

// Config is what a Service needs. Tickets and People are asked for when they are needed:
// tickets are built with what this package keeps.
type Config struct {
	Store   Store
	Tickets func() Tickets
	People  People
	Journal event.Journal
	Queue   job.Queue
	Log     *slog.Logger
	Now     func() time.Time
	Front   int // how many tickets are decided about at once; 0: a thousand
}

// Service gives tickets to people.
type Service struct {
	Config
	settings sync.Map // auth.WorkspaceID to Setting
}

// New returns a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Front == 0 {
		c.Front = 1000
	}
	return &Service{Config: c}
}

// setting returns how a workspace gives out tickets. It is read once for each version and
// node.
func (s *Service) setting(ctx context.Context, w auth.WorkspaceID) (Setting, error) {
	n, err := s.Store.RoutingVersion(ctx, w)
	if err != nil {
		return Setting{}, err
	}
	if n == 0 {
		return Setting{Workspace: w, Book: route.Default()}, nil
	}
	if v, ok := s.settings.Load(w); ok && v.(Setting).Version == n {
		return v.(Setting), nil
	}
	v, err := s.Store.Routing(ctx, w)
	if err == nil {
		s.settings.Store(w, v)
	}
	return v, err
}

// Keep brings the queue in line with a ticket, within the transaction in which that changed,
// and asks for the job if there may be something to give.
func (s *Service) Keep(ctx context.Context, t *ticket.Ticket) error {
	v, err := s.setting(ctx, t.Workspace)
	if err != nil || !v.Book.On {
		return err
	}
	if t.MergedInto != 0 || t.Bucket() != ticket.InOpen || t.Assignee != 0 {
		left, err := s.Store.LeaveQueue(ctx, t.Workspace, t.ID)
		if err != nil || left || t.Assignee == 0 {
			return err
		}
		if t.MergedInto == 0 && t.Bucket() == ticket.InOpen {
			if here, err := s.here(ctx, t.Workspace, t.Assignee); err != nil || here {
				return err // they have it, and can go on with it
			}
		}
		return s.ask(ctx, t.Workspace) // somebody may have room now, or is to hand it over
	}
	since := s.Now()
	if t.LastInboundAt.After(t.LastOutboundAt) && t.LastInboundAt.Before(since) {
		since = t.LastInboundAt // the customer has waited since
	}
	since = since.UTC().Truncate(time.Millisecond)
	who, err := s.Store.Traits(ctx, t.Workspace, *t)
	if err != nil {
		return err
	}
	x := route.Ticket{Priority: int(t.Priority), Since: since, Tier: who.Tier}
	if err := s.Store.EnterQueue(ctx, t.Workspace, t.ID, since, v.Book.Start(x)); err != nil {
		return err
	}
	return s.ask(ctx, t.Workspace) // its topic, language, team, order or next due instant may be another one
}

// here reports whether a person is on shift, as far as routing knows: without a sheet they are.
func (s *Service) here(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) (bool, error) {
	sheet, active, err := s.Store.Worker(ctx, w, who)
	if err != nil || !active || sheet.Version == 0 {
		return active, err
	}
	now := s.Now()
	return route.Person{On: s.on(sheet, now)}.There(now), nil
}

// Job is the kind of job that gives out the tickets of a workspace, and Queue the one that
// it waits on.
const (
	Job   = "routing.give"
	Queue = "routing"
)

// Wake has a workspace's queue decided about anew, if routing is on. It joins the transaction
// in ctx, in which something has changed that decisions rest on.
func (s *Service) Wake(ctx context.Context, w auth.WorkspaceID) error {
	v, err := s.setting(ctx, w)
	if err != nil || !v.Book.On {
		return err
	}
	return s.ask(ctx, w)
}

// Follow puts the waiting tickets of customers where they belong by what is now known of
// them, and has the queue decided about anew, if routing is on. It joins the transaction
// in ctx, in which the customers have changed.
func (s *Service) Follow(ctx context.Context, w auth.WorkspaceID, customers ...customer.ID) error {
	v, err := s.setting(ctx, w)
	if err != nil || !v.Book.On {
		return err
	}
	for _, c := range customers {
		list, err := s.Store.QueueOf(ctx, w, c, s.Front)
		if err != nil {
			return err
		}
		if err := s.place(ctx, w, v.Book, list); err != nil {
			return err
		}
	}
	return s.ask(ctx, w)
}

// place writes down where tickets stand in the queue, if that is not what is kept.
func (s *Service) place(ctx context.Context, w auth.WorkspaceID, b route.Book, list []Wait) error {
	for _, x := range list {
		if start := b.Start(x.Ticket); !start.Equal(x.Start) { // its tier or the book has changed
			if err := s.Store.EnterQueue(ctx, w, ticket.ID(x.ID), x.Since, start); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask asks for the job of a workspace. It joins the transaction in ctx.
func (s *Service) ask(ctx context.Context, w auth.WorkspaceID) error {
	return s.Queue.Enqueue(ctx, job.New(w, Job, struct{}{}).On(Queue).WithKey("give"))
}
