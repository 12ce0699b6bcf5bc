package ui

import (
	"net/url"
	"time"
)

// Desk is the inbox: views, the list of one view, and the ticket that is open, if any.
type Desk struct {
	Page
	Views  []View
	List   List
	Ticket *Ticket // nil on /inbox/{view}
}

// View is an entry of the views column.
type View struct {
	Key    string // in the URL
	Name   string // a saved view's own name; empty for a built-in key, which the console words
	Count  int64
	More   bool // the count stopped at Count and there are more
	Late   int64
	Shared bool // saved for the team
	Own    bool // the reader may edit it
}

// The keys of the built-in views.
const (
	ViewMine       = "mine"
	ViewUnassigned = "unassigned"
	ViewOpen       = "open"
	ViewPending    = "pending"
	ViewSnoozed    = "snoozed"
	ViewMentions   = "mentions"
	ViewSolved     = "solved"
	ViewAll        = "all"
	ViewSpam       = "spam"
)

// Filter is the state of the bar above a list; every field is a query parameter of the same name.
type Filter struct {
	Q        string
	Status   string
	Assignee string
	Team     string
	Tag      string
	Channel  string
	Shop     string
	Due      string // late, day, none
	Sort     Sort

	Statuses  []Option
	Assignees []Option
	Teams     []Option
	Tags      []Option
	Channels  []Option
	Shops     []Option
	Dues      []Option
}

// Sort is the order of a list.
type Sort string

// The orders of a list; SortNewest is by last activity and the default.
const (
	SortNewest Sort = "new"
	SortOldest Sort = "old"
	SortDue    Sort = "due"
)

// Query returns the filter as a query without the page cursor.
func (f Filter) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": f.Q, "status": f.Status, "assignee": f.Assignee, "team": f.Team, "tag": f.Tag, "channel": f.Channel, "shop": f.Shop, "due": f.Due,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Sort != "" && f.Sort != SortNewest {
		q.Set("sort", string(f.Sort))
	}
	return q
}

// Active reports whether the filter leaves anything out.
func (f Filter) Active() bool {
	return f.Q+f.Status+f.Assignee+f.Team+f.Tag+f.Channel+f.Shop+f.Due != ""
}

// List is one page of tickets.
type List struct {
	View     View
	Filter   Filter
	Rows     []Row
	Next     string // cursor of the next page, the value of "after"; empty on the last
	First    bool   // no "after" was given: new tickets may be announced above
	Selected int64  // number of the open ticket
	Untaught bool   // the workspace has no mailbox yet: the empty list says how to connect one
	Macros   []Option
	People   []Option // for bulk assignment
	Teams    []Option
}

// Row is one ticket in a list.
type Row struct {
	Number   int64
	Who      string
	Lang     string // language of Subject and Preview, for the reader's voice and fonts; empty if unknown
	Subject  string
	Preview  string
	Status   Status
	Channel  Channel
	Shop     string
	Market   string // two-letter code
	At       time.Time
	Due      *Due
	Reasons  []Reason
	Assignee *Person
	Team     string
	Tags     []Tag
	Unread   bool
	Priority Priority
	Snoozed  time.Time // wake time; zero if awake
	Draft    bool      // the reader has an unsent draft
	Messages int64
	Typing   string // someone else who is writing in it
}

// Status is the state of a ticket.
type Status string

// The states.
const (
	StatusNew     Status = "new"
	StatusOpen    Status = "open"
	StatusPending Status = "pending"
	StatusSolved  Status = "solved"
	StatusClosed  Status = "closed"
)

// Waiting says for whom a pending ticket waits.
type Waiting string

// The waiting reasons.
const (
	WaitCustomer    Waiting = "customer"
	WaitCarrier     Waiting = "carrier"
	WaitSupplier    Waiting = "supplier"
	WaitMarketplace Waiting = "marketplace"
	WaitColleague   Waiting = "colleague"
)

// Priority is how urgent a ticket is.
type Priority string

// The priorities.
const (
	PriorityLow    Priority = "low"
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
	PriorityUrgent Priority = "urgent"
)

// Channel is where messages travel: "email", "web", "chat", "whatsapp", "telegram", "phone", "marketplace", "sms", "api".
type Channel string

// Due is the next promise of a ticket.
type Due struct {
	At     time.Time
	Kind   string // "first", "next", "resolve", "update", "any"
	Paused bool
}

// Reason says why a ticket deserves attention: "vip", "reopened", "risk", "safety", "legal", "chargeback", "press", "haste", "mention", "unverified", "bounced", "followup", "failed".
type Reason string

// Tag labels a ticket; Color is one of the names of [TagColors].
type Tag struct {
	Name  string
	Color string
}

// TagColors lists the colours that a tag may have.
func TagColors() []string {
	return []string{"sand", "rust", "amber", "moss", "tide", "sky", "plum", "rose"}
}

// ListActed answers a bulk action on an open list: the list anew, the counts and the outcome.
type ListActed struct {
	Page
	Views []View
	List  List
	Toast *Toast
}
