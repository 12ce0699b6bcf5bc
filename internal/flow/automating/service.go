package automating

import (
	"context"
	"log/slog"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Due is an event that a rule is to answer.
type Due struct {
	Rule   automation.ID
	Event  event.ID
	Ticket ticket.ID // of a firing; 0 where the event tells
	At     time.Time
	Chain  automation.Chain
	Tries  int
}

// Version is what a rule said from a moment on.
type Version struct {
	Version int
	SavedAt time.Time
	SavedBy auth.PersonID
	automation.Definition
}

// DeedID identifies a Deed.
type DeedID int64

// Deed is what became of a rule that answered an event. An event that a rule's expression is not true of leaves none.
type Deed struct {
	ID      DeedID
	Rule    automation.ID
	Version int
	Event   event.ID
	Ticket  ticket.ID // 0 for none
	Number  int64     // of the ticket
	At      time.Time
	Outcome string
	Why     Why
}

// Why is why something was not done, as catalogues word it.
type Why struct {
	Key  string   `json:"key,omitempty"`
	Args []string `json:"args,omitempty"` // names and values
}

// Subject is a ticket with what rules ask about it.
type Subject struct {
	Ticket ticket.ID
	Number int64
	Order  order.ID // 0 for none
	Facts  automation.Facts
}

// Store keeps rules, what they are to answer, and what they did.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// Rules returns the rules of a workspace in their order.
	Rules(context.Context, auth.WorkspaceID) ([]automation.Rule, error)
	Rule(context.Context, auth.WorkspaceID, automation.ID) (automation.Rule, error)
	// HoldRule is Rule, and keeps others from the rule until the transaction ends.
	HoldRule(context.Context, auth.WorkspaceID, automation.ID) (automation.Rule, error)
	// PutRule writes a rule's head, and the version that it has unless that is kept.
	PutRule(context.Context, automation.Rule) error
	// DeleteRule deletes a rule with its versions, what it is to answer and what it did.
	DeleteRule(context.Context, auth.WorkspaceID, automation.ID) error
	// PlaceRule moves a rule within the order.
	PlaceRule(ctx context.Context, w auth.WorkspaceID, r automation.ID, place int) error
	Versions(context.Context, auth.WorkspaceID, automation.ID) ([]Version, error)

	// DueRules returns what is due, the oldest event first and the rules of one in their order.
	DueRules(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]Due, error)
	// NextRuleDue is when something is due or fires next, the zero time if nothing does.
	NextRuleDue(context.Context, auth.WorkspaceID) (time.Time, error)
	// TakeDue takes away what is owed; it reports false if that is gone.
	TakeDue(context.Context, auth.WorkspaceID, Due) (bool, error)
	// PutDue owes an event to a rule again, later.
	PutDue(context.Context, auth.WorkspaceID, Due) error
	// SkipDue takes what one rule was owed away from the rules that come after a place.
	SkipDue(ctx context.Context, w auth.WorkspaceID, d Due, place int) error

	AddDeed(context.Context, auth.WorkspaceID, Deed) error
	// Deeds returns what rules did, the newest first; of one rule, if r is not 0.
	Deeds(ctx context.Context, w auth.WorkspaceID, r automation.ID, before DeedID, limit int) ([]Deed, error)
	// Acted counts what a rule did since two instants: on all, and on a ticket.
	Acted(ctx context.Context, w auth.WorkspaceID, r automation.ID, t ticket.ID, all, one time.Time) (onAll, onOne int, err error)

	Event(context.Context, auth.WorkspaceID, event.ID) (event.Event, error)
	// RuleSubject returns a ticket with its facts, but those of the event and the time.
	RuleSubject(context.Context, auth.WorkspaceID, ticket.ID) (Subject, error)
	// NewestForm returns the form of the newest message that came in on a ticket, "" if none did.
	NewestForm(context.Context, auth.WorkspaceID, ticket.ID) (string, error)
	// OrderFacts returns what rules ask about an order, of which there may be no ticket.
	OrderFacts(context.Context, auth.WorkspaceID, order.ID) (automation.Facts, error)
	// TicketsOfOrder returns the newest tickets of an order.
	TicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]ticket.Ticket, error)
	Order(context.Context, auth.WorkspaceID, order.ID) (order.Order, error)

	FireStore
	PastStore
	TrialStore
}

// Tickets is what rules do to tickets.
type Tickets interface {
	Get(context.Context, auth.Actor, ticket.ID) (ticket.Ticket, error)
	ChangeTags(ctx context.Context, a auth.Actor, t ticket.ID, add, remove []string) (event.ID, error)
	SetTopic(context.Context, auth.Actor, ticket.ID, triage.Topic) (event.ID, error)
	SetPriority(context.Context, auth.Actor, ticket.ID, ticket.Priority) (event.ID, error)
	SetTeam(context.Context, auth.Actor, ticket.ID, auth.TeamID) (event.ID, error)
	Assign(context.Context, auth.Actor, ticket.ID, auth.PersonID) (event.ID, error)
	SetStatus(context.Context, auth.Actor, ticket.ID, ticket.Status, ticket.Waiting) (event.ID, error)
	Snooze(ctx context.Context, a auth.Actor, t ticket.ID, until time.Time, wake bool) (event.ID, error)
	Reply(context.Context, auth.Actor, ticket.ID, ticket.NewReply) (ticket.Message, error)
	Note(context.Context, auth.Actor, ticket.ID, ticket.NewNote) (ticket.Message, error)
	Raise(context.Context, auth.Actor, ticket.Case) (ticket.Ticket, error)
	Macros(context.Context, auth.Actor) ([]ticket.Macro, error)
	Wanted(context.Context, auth.Actor, ticket.Ticket) (ticket.Want, error)
}

// People is what this package needs of people.
type People interface {
	Workspace(context.Context, auth.WorkspaceID) (auth.Workspace, error)
	People(context.Context, auth.WorkspaceID) ([]auth.Person, error)
	Teams(context.Context, auth.WorkspaceID) ([]auth.Team, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Tickets Tickets
	People  People
	// Crew returns the people who can sign in, with what they may: a rule that answers customers or tells webhooks acts as long
	// as its owner may.
	Crew func(context.Context, auth.WorkspaceID) ([]auth.Actor, error)
	// Values are what the variables of a macro stand for in a ticket.
	Values  func(context.Context, auth.Actor, ticket.Ticket) (map[string]string, error)
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Now     func() time.Time
	Log     *slog.Logger
	// Disabled is told, within the transaction, of a rule that was switched off by itself.
	Disabled func(context.Context, automation.Rule) error
}

// Service has the rules of workspaces, and answers by them.
type Service struct{ Config }

// New returns a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{c}
}

// Job is the kind of job that answers what is due in a workspace, Queue the one that it waits on.
const (
	Job   = "rules.answer"
	Queue = "rules"
)

// Wake is the job that answers from an instant on.
func Wake(w auth.WorkspaceID, at time.Time) job.Job {
	return job.New(w, Job, struct{}{}).At(at).On(Queue).WithKey("answer")
}
