package ticket

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a ticket.
type ID int64

// MailboxID identifies a mailbox.
type MailboxID int64

// SideID identifies a side conversation.
type SideID int64

// Channel is where a conversation takes place.
type Channel string

// Email is the mail channel.
const Email Channel = "email"

// Priority orders tickets within a queue.
type Priority int

// The priorities.
const (
	Low    Priority = -1
	Normal Priority = 0
	High   Priority = 1
	Urgent Priority = 2
)

var priorityNames = map[Priority]string{Low: "low", Normal: "normal", High: "high", Urgent: "urgent"}

func (p Priority) String() string { return priorityNames[p] }

// ParsePriority reads a priority's name.
func ParsePriority(s string) (Priority, bool) {
	for p, name := range priorityNames {
		if name == s {
			return p, true
		}
	}
	return Normal, false
}

// Ticket is a conversation with a customer.
type Ticket struct {
	ID             ID
	Workspace      auth.WorkspaceID
	Number         int64 // what people call it, from 1 in each workspace
	Version        int64 // rises with every change
	Channel        Channel
	Mailbox        MailboxID
	Shop           order.ShopID
	Customer       customer.ID
	Order          order.ID
	Subject        string
	Preview        string       // the beginning of the last message
	Language       string       // of the customer's last message; "" if unknown
	Topic          string       // a triage.Topic, or what an import called it; "" if nobody said
	Mood           triage.Mood  // of the customer's last message; "" if it was not read
	Alarm          triage.Alarm // the gravest of it; "" for none
	Status         Status
	Spam           bool
	Waiting        Waiting
	Priority       Priority
	Assignee       auth.PersonID
	Team           auth.TeamID
	Tags           []string // sorted
	Fields         map[string]string
	SnoozedUntil   time.Time
	WakeOnReply    bool
	MergedInto     ID
	FollowUpOf     ID
	Messages       int64
	Unread         bool
	Reopened       int64
	LastAt         time.Time // of the last message
	LastInboundAt  time.Time
	LastOutboundAt time.Time
	CreatedAt      time.Time
	SolvedAt       time.Time
	DueAt          time.Time // when the next promise is due; zero for none. Clocks write it, and nobody else
}

// HasTag reports whether the ticket carries a tag.
func (t *Ticket) HasTag(name string) bool {
	_, ok := slices.BinarySearch(t.Tags, name)
	return ok
}

func (t *Ticket) addTag(name string) bool {
	i, ok := slices.BinarySearch(t.Tags, name)
	if !ok {
		t.Tags = slices.Insert(slices.Clone(t.Tags), i, name)
	}
	return !ok
}

func (t *Ticket) removeTag(name string) bool {
	i, ok := slices.BinarySearch(t.Tags, name)
	if ok {
		t.Tags = slices.Delete(slices.Clone(t.Tags), i, i+1)
	}
	return ok
}

// Participant is an address that takes part in a ticket.
type Participant struct {
	Address  string // folded
	Name     string
	Verified bool
}

// Side is a conversation with somebody else about a ticket.
type Side struct {
	ID        SideID
	Workspace auth.WorkspaceID
	Ticket    ID
	Kind      string // carrier, supplier, marketplace, other
	Address   string
	Name      string
	Subject   string
	CreatedAt time.Time
}
