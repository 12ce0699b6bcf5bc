package ticket

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Store keeps what this package owns. Every method but the ones by ID alone
// takes the workspace, and those that read for a person take a Scope.
type Store interface {
	DeskStore
	InTx(context.Context, func(context.Context) error) error

	NextNumber(context.Context, auth.WorkspaceID) (int64, error)
	AddTicket(context.Context, Ticket) error
	// SaveTicket writes a ticket if its version is still the one given, and
	// raises it; else it fails with errs.Conflict.
	SaveTicket(context.Context, *Ticket) error
	// Ticket reads a ticket, locked until the end of the transaction in ctx.
	Ticket(context.Context, auth.WorkspaceID, ID) (Ticket, error)
	TicketByNumber(context.Context, auth.WorkspaceID, int64) (Ticket, error)
	TicketsByID(context.Context, auth.WorkspaceID, []ID) ([]Ticket, error)
	Tickets(context.Context, ListQuery) ([]Ticket, error)
	CountTickets(ctx context.Context, q ListQuery, limit int) (int, error)
	TicketsOfCustomer(ctx context.Context, s auth.Scope, c customer.ID, limit int) ([]Ticket, error)
	// TicketsOfOrder returns the tickets of an order, the one that moved last first.
	TicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]Ticket, error)
	// RaiseOnce notes that a case is raised; ErrRaised says that it was before.
	RaiseOnce(ctx context.Context, w auth.WorkspaceID, o order.ID, key string) error
	OpenTicketFor(ctx context.Context, w auth.WorkspaceID, c customer.ID, since time.Time, limit int) ([]Ticket, error)
	FollowUps(context.Context, auth.WorkspaceID, ID) ([]int64, error)
	DueSnoozed(ctx context.Context, now time.Time, limit int) ([]Ticket, error)

	AddParticipants(ctx context.Context, w auth.WorkspaceID, t ID, p []Participant) error
	Participants(context.Context, auth.WorkspaceID, ID) ([]Participant, error)
	MoveParticipants(ctx context.Context, w auth.WorkspaceID, from, to ID) ([]Participant, error)
	RemoveParticipants(ctx context.Context, w auth.WorkspaceID, t ID, addresses []string) error

	AddMessage(context.Context, Message) error
	SaveMessage(context.Context, Message) error
	// PutReading writes what a message was read as.
	PutReading(context.Context, Message) error
	// TopicSaid reports whether somebody said what a ticket is about, or took that away.
	TopicSaid(context.Context, auth.WorkspaceID, ID) (bool, error)
	Message(context.Context, auth.WorkspaceID, MessageID) (Message, error)
	// Messages returns up to limit messages of a ticket, newest last, before an
	// identifier if it is not 0. Text that no list shows is included.
	Messages(ctx context.Context, w auth.WorkspaceID, t ID, before MessageID, limit int) ([]Message, error)
	// MessageOnce returns the message of a ticket with a digest.
	MessageOnce(ctx context.Context, w auth.WorkspaceID, t ID, digest string) (Message, error)
	MessagesByKey(ctx context.Context, w auth.WorkspaceID, keys []string) ([]Message, error)
	MoveMessages(ctx context.Context, w auth.WorkspaceID, ids []MessageID, to ID) error
	MessageIDs(context.Context, auth.WorkspaceID, ID) ([]MessageID, error)
	// LastMessage returns the newest message with the customer, notes left out.
	LastMessage(ctx context.Context, w auth.WorkspaceID, t ID) (Message, error)

	PutBlob(ctx context.Context, w auth.WorkspaceID, sha256 string, data []byte, at time.Time) error
	Blob(ctx context.Context, w auth.WorkspaceID, sha256 string) ([]byte, error)
	// Picture returns what was drawn of a content, in whichever edition.
	Picture(ctx context.Context, w auth.WorkspaceID, sha256 string) (Picture, error)
	PutPicture(context.Context, Picture) error
	Raw(ctx context.Context, w auth.WorkspaceID, id IntakeID) ([]byte, error)

	AddSide(context.Context, Side) error
	Side(context.Context, auth.WorkspaceID, SideID) (Side, error)
	Sides(context.Context, auth.WorkspaceID, ID) ([]Side, error)

	AddMentions(ctx context.Context, w auth.WorkspaceID, t ID, m MessageID, people []auth.PersonID) error
	DeleteMention(ctx context.Context, w auth.WorkspaceID, t ID, p auth.PersonID) error

	PutDraft(ctx context.Context, d Draft) error
	Draft(ctx context.Context, w auth.WorkspaceID, t ID, p auth.PersonID, k Kind) (Draft, error)
	DeleteDraft(ctx context.Context, w auth.WorkspaceID, t ID, p auth.PersonID, k Kind) error
	DraftsOf(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, tickets []ID) (map[ID]bool, error)

	Timeline(ctx context.Context, w auth.WorkspaceID, t ID, from, to time.Time, limit int) ([]event.Event, error)
	Event(ctx context.Context, w auth.WorkspaceID, id event.ID) (event.Event, error)
	// Undone reports whether an event was undone by a later one of this kind.
	Undone(ctx context.Context, w auth.WorkspaceID, t ID, id event.ID) (bool, error)

	Search(context.Context, SearchQuery) (SearchPage, error)

	AddMailbox(context.Context, Mailbox) error
	SaveMailbox(context.Context, Mailbox) error
	DeleteMailbox(context.Context, auth.WorkspaceID, MailboxID) error
	Mailbox(context.Context, auth.WorkspaceID, MailboxID) (Mailbox, error)
	Mailboxes(context.Context, auth.WorkspaceID) ([]Mailbox, error)
	MailTraffic(context.Context, auth.WorkspaceID) (map[MailboxID]MailTraffic, error)
	// Overdue returns the oldest messages of a mailbox that should have left by now.
	Overdue(ctx context.Context, w auth.WorkspaceID, box MailboxID, now time.Time, limit int) ([]MessageID, error)

	PutTag(context.Context, auth.WorkspaceID, Tag) error
	DeleteTag(ctx context.Context, w auth.WorkspaceID, name string) error
	Tags(context.Context, auth.WorkspaceID) ([]Tag, error)
	TagCounts(ctx context.Context, w auth.WorkspaceID, limit int) (map[string]int64, error)
	TicketsWithTag(ctx context.Context, w auth.WorkspaceID, name string, limit int) ([]ID, error)

	// PlacesOf returns the countries that a ticket is about.
	PlacesOf(context.Context, auth.WorkspaceID, Ticket) (Places, error)

	PutMacro(context.Context, Macro) error
	DeleteMacro(context.Context, auth.WorkspaceID, MacroID) error
	Macro(context.Context, auth.WorkspaceID, MacroID) (Macro, error)
	Macros(context.Context, auth.WorkspaceID) ([]Macro, error)
	// MacroFor returns what a workspace made of a shipped macro, by its key.
	MacroFor(context.Context, auth.WorkspaceID, string) (Macro, error)
	MacroUsed(context.Context, auth.WorkspaceID, MacroID) error
	// LibraryUsed counts a use of a shipped macro, and LibraryUses returns the counts.
	LibraryUsed(context.Context, auth.WorkspaceID, MacroID) error
	LibraryUses(context.Context, auth.WorkspaceID) (map[MacroID]int64, error)

	PutField(context.Context, Field) error
	DeleteField(context.Context, auth.WorkspaceID, FieldID) error
	Fields(context.Context, auth.WorkspaceID) ([]Field, error)

	PutView(context.Context, View) error
	DeleteView(context.Context, auth.WorkspaceID, ViewID) error
	Views(context.Context, auth.WorkspaceID, auth.PersonID) ([]View, error)

	ReportStore
}

// ListQuery selects and orders tickets. The zero value of a field does not
// restrict. Cond further restricts; see Condition.
type ListQuery struct {
	Scope     auth.Scope
	Bucket    Bucket
	Status    Status
	Assignee  auth.PersonID
	Nobody    bool // without an assignee
	Team      auth.TeamID
	Tag       string
	Channel   Channel
	Shop      order.ShopID
	Mentions  auth.PersonID
	Order     order.ID
	Sold      *order.Sold // about the newest orders of a product
	Cond      *Condition
	Oldest    bool // oldest activity first; default is newest first
	Due       bool // the promise that is due next first, tickets without one at the end
	AfterTime time.Time
	AfterID   ID
	Limit     int
}

// Customers is what this package needs of customers.
type Customers interface {
	Ensure(ctx context.Context, w auth.WorkspaceID, i customer.Identity, name, language string) (customer.Customer, bool, error)
	// Speak keeps which language a customer writes and returns them as they were.
	Speak(ctx context.Context, a auth.Actor, id customer.ID, language string, said bool) (customer.Customer, error)
}

// Orders is what this package needs of orders.
type Orders interface {
	Find(ctx context.Context, a auth.Actor, keys []string) ([]order.Order, error)
	Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error)
}
