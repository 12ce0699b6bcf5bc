package ticket

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/picture"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Config is what a Service needs.
type Config struct {
	Store     Store
	Journal   event.Journal
	Actions   *action.Engine
	Customers Customers
	Orders    Orders
	People    People
	IDs       *id.Source
	Now       func() time.Time
	// Footer returns what stands below the signature of a reply about an order, "" for
	// nothing; nil is nothing.
	Footer func(context.Context, Footing) (string, error)
	// UndoSend is how long a reply waits before it leaves, so that it can be taken
	// back.
	UndoSend time.Duration
	// Letters knows the mail about orders that left without a ticket; nil knows none.
	Letters Letters
	// Triage reads what customers write; nil reads nothing.
	Triage Triage
	// Clocks keeps the promises about tickets; nil keeps none.
	Clocks Clocks
	// Library are the macros that every workspace has until it changes them; see Library.
	Library []Macro
	// Habits tells how customers of a market are addressed; nil knows the profiles that come with Godwit.
	Habits Habits
	// Pictures draws previews; nil makes one with a budget of its own.
	Pictures *picture.Maker
}

// People is what this package needs of workspaces and their people.
type People interface {
	Workspace(context.Context, auth.WorkspaceID) (auth.Workspace, error)
	People(context.Context, auth.WorkspaceID) ([]auth.Person, error)
	Teams(context.Context, auth.WorkspaceID) ([]auth.Team, error)
}

// Letters knows the mail about orders that left without a ticket. What is not there is
// errs.NotFound.
type Letters interface {
	// LetterAbout returns what a letter was about and the address that it went to.
	LetterAbout(ctx context.Context, w auth.WorkspaceID, id MessageID) (order.ID, order.ShopID, string, error)
	// LetterReturned notes that a letter did not reach its reader.
	LetterReturned(ctx context.Context, w auth.WorkspaceID, id MessageID, problem string) error
}

// Service has the verbs of tickets.
type Service struct {
	Config
}

// NewService returns a Service.
func NewService(c Config) *Service {
	if c.Pictures == nil {
		c.Pictures = picture.NewMaker(0)
	}
	return &Service{c}
}

// The subjects of this package's events.
const (
	subjectTicket  = "ticket"
	subjectMessage = "message"
)

// change collects what one verb does to one ticket within one transaction.
type change struct {
	s      *Service
	actor  auth.Actor
	now    time.Time
	T      Ticket
	events []event.Event
	saved  bool
	shift  Shift
}

func (c *change) log(kind string, data any) event.ID {
	return c.logAbout(event.Subject{Kind: subjectTicket, ID: int64(c.T.ID)}, kind, data)
}

func (c *change) logAbout(s event.Subject, kind string, data any) event.ID {
	e := event.New(kind, c.actor, s, int64(c.T.ID), data)
	e.ID, e.At = event.ID(c.s.IDs.Next()), c.now
	c.events = append(c.events, e)
	return e.ID
}

// update runs fn on a ticket that the actor may change, and saves what fn did.
// A ticket that was merged away is refused with the number of its heir.
func (s *Service) update(ctx context.Context, actor auth.Actor, t ID, fn func(context.Context, *change) error) (Ticket, error) {
	if err := actor.Can(auth.WriteTickets); err != nil {
		return Ticket{}, err
	}
	var out Ticket
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		c := &change{s: s, actor: actor, now: s.Now()}
		var err error
		if c.T, err = s.load(ctx, actor, auth.WriteTickets, t); err != nil {
			return err
		}
		if c.T.MergedInto != 0 {
			return errs.New(errs.Conflict, "error.ticket_merged")
		}
		if err := fn(ctx, c); err != nil {
			return err
		}
		out = c.T
		return c.save(ctx, &out)
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("ticket %d: %w", t, err)
	}
	return out, nil
}

// save writes the ticket and the collected events; a verb that changed nothing
// writes nothing.
func (c *change) save(ctx context.Context, out *Ticket) error {
	if len(c.events) == 0 && !c.saved {
		return nil
	}
	if err := c.s.Store.SaveTicket(ctx, &c.T); err != nil {
		return err
	}
	if err := c.s.Journal.Append(ctx, c.events...); err != nil {
		return err
	}
	err := c.clock(ctx)
	*out = c.T
	return err
}

// Resource returns the ticket as rights see it.
func (t Ticket) Resource() auth.Resource {
	return auth.Resource{
		Kind: auth.OfTicket, Workspace: t.Workspace, Team: t.Team, Assignee: t.Assignee, Mailbox: int64(t.Mailbox), Shop: int64(t.Shop),
	}
}

// load reads a ticket to which the actor may do what a permission names; one that
// they may not see is errs.NotFound.
func (s *Service) load(ctx context.Context, actor auth.Actor, p auth.Permission, t ID) (Ticket, error) {
	if err := actor.Can(p); err != nil { // before anything is read
		return Ticket{}, err
	}
	tk, err := s.Store.Ticket(ctx, actor.Workspace, t)
	if err == nil {
		err = auth.Can(actor, p, tk.Resource())
	}
	if err != nil {
		return Ticket{}, err
	}
	return tk, nil
}

// Get returns a ticket that the actor may see.
func (s *Service) Get(ctx context.Context, actor auth.Actor, t ID) (Ticket, error) {
	return s.load(ctx, actor, auth.ReadTickets, t)
}

// ByNumber returns the ticket with a number, if the actor may see it.
func (s *Service) ByNumber(ctx context.Context, actor auth.Actor, n int64) (Ticket, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return Ticket{}, err
	}
	t, err := s.Store.TicketByNumber(ctx, actor.Workspace, n)
	if err == nil {
		err = auth.Can(actor, auth.ReadTickets, t.Resource())
	}
	if err != nil {
		return Ticket{}, err
	}
	return t, nil
}
