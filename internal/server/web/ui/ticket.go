package ui

import "time"

// Ticket is an open ticket: its state, its thread, the composer and the panel beside it. It carries the page's Page so that
// its parts can be drawn alone.
type Ticket struct {
	Page
	Number    int64
	Subject   string
	Lang      string
	Status    Status
	Waiting   Waiting
	Priority  Priority
	Topic     string   // empty if nobody said
	Topics    []Option // that it may have
	Spoken    []Option // languages that its customer may write
	Assignee  *Person
	Team      string
	TeamID    int64
	Channel   Channel
	Shop      string
	Market    string
	Mailbox   string
	Tags      []Tag
	Due       []Due
	Reasons   []Reason
	Snoozed   time.Time
	Spam      bool
	OpenedAt  time.Time
	MergedIn  int64   // number of the ticket it was merged into; 0 if it stands alone
	FollowsUp int64   // number of the closed ticket it follows up
	FollowUps []int64 // tickets that follow this one up
	BackQuery string  // the list's view and query, for links back: "view=mine&status=open"; empty for none

	People    []Option // assignable, the reader first
	Teams     []Option
	AllTags   []Option
	Near      []TicketRef // likely targets of a merge
	Present   []Presence
	Items     []Item
	Older     string // cursor of older items, the value of "before"; empty if the thread is whole
	Composer  Composer
	Context   Context
	Speech    *Speech // how it stands with translation; nil if nothing is to be translated
	Truncated bool
}

// TicketRef names another ticket.
type TicketRef struct {
	Number  int64
	Subject string
	Status  Status
	At      time.Time
}

// Presence is someone else who has the ticket open.
type Presence struct {
	Person Person
	Typing bool
}

// Item is one entry of the timeline; exactly one of its fields is set.
type Item struct {
	Message *Message
	Event   *EventLine
	Side    *Side
}

// EventLine is a thin line between messages: who changed what.
type EventLine struct {
	ID   int64
	At   time.Time
	Text string // worded
	By   string
	Icon string // an icon of [Icons]; empty for a dot
	Undo string // POST path while it can be undone
}

// MessageKind tells a message's direction.
type MessageKind string

// The kinds of message.
const (
	Inbound  MessageKind = "inbound"
	Outbound MessageKind = "outbound"
	Note     MessageKind = "note"
)

// Message is one message of the thread.
type Message struct {
	ID        int64
	Kind      MessageKind
	Author    string
	Address   string
	Initials  string
	Agent     bool   // a colleague rather than a customer
	Verified  bool   // of an inbound author: a known participant of this ticket
	Stranger  bool   // joined by answering a leaked thread: shown with a warning
	Auto      string // "reply", "notice", "bounce", "list" for automatic mail; empty for a person's
	At        time.Time
	To, Cc    []string
	Subject   string // shown if it differs from the ticket's
	Channel   Channel
	Lang      string
	Text      string // the new text, plain
	Quoted    string // the quoted rest, folded
	HasHTML   bool   // the mail's own layout can be opened in a frame
	Remote    int    // remote pictures held back
	Redacted  int    // card numbers removed on the way in
	Auth      []AuthResult
	Delivery  *Delivery
	Read      *Read // of a customer's message that was read
	Files     []File
	Mentions  []string
	Other     *Other // the text in the reader's language, if it is there
	Foreign   string // name of the language, if it is not the reader's
	Mail      bool   // has a raw original
	Highlight bool   // the message the reader was led to
	Collapsed bool
}

// Read is what a message was read as when it came in.
type Read struct {
	Topics []string // worded, the likeliest first
	Model  bool     // an outside model told the topic
	Words  []string // those that decided the topic
	Mood   string   // "negative", "neutral" or "positive"
	Alarms []string // worded, the gravest first
	Signs  []string // the words that decided mood and alarms
}

// AuthResult is one check of a mail's origin.
type AuthResult struct {
	Method string // "SPF", "DKIM", "DMARC", "ARC"
	Result string // "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"
	Detail string
}

// DeliveryState is how far a reply got.
type DeliveryState string

// The delivery states. A held reply can still be undone.
const (
	Scheduled DeliveryState = "scheduled"
	Held      DeliveryState = "held"
	Sending   DeliveryState = "sending"
	Sent      DeliveryState = "sent"
	Delivered DeliveryState = "delivered"
	Bounced   DeliveryState = "bounced"
	Failed    DeliveryState = "failed"
)

// Delivery is the state of an outbound message.
type Delivery struct {
	State  DeliveryState
	At     time.Time // when it was sent, or will be
	Until  time.Time // of a held reply: when undo ends
	Detail string    // the server's own words on a failure
}

// File is an attachment.
type File struct {
	ID      int64
	Name    string
	Size    string // written for the reader
	Type    string // media type
	Preview bool   // a picture of which a preview is drawn
	Unseen  bool   // a picture of a kind that has no preview
	Width   int    // of a picture, in pixels; 0 if unknown
	Height  int
}

// Side is a conversation with a carrier or supplier that the customer does not see.
type Side struct {
	ID       int64
	Party    string // "carrier", "supplier", "marketplace", "other"
	To       string
	Subject  string
	Open     bool
	Messages []Message
}

// Composer is the state of the reply and note forms.
type Composer struct {
	Closed      bool // the ticket takes no reply; a follow-up is offered
	DraftOnly   bool // the reader may write replies and not send them
	Reply       Draft
	Note        Draft
	Tab         string // "reply" or "note"
	To, Cc      string // comma separated
	From        string // the mailbox that sends
	Then        Status // what "send and …" did last
	Placeholder string // whom the reply goes to
	Signature   string
	Macros      []MacroRef
	Suggested   []MacroRef    // what answers the last message; none once something is written
	Macro       *MacroPending // what the reply was made of; nil for none
	People      []string      // names that can be mentioned
	Undelivered string        // why replies cannot leave now (mailbox broken); empty if they can
	MaxUpload   string        // written for the reader
}

// Draft is a text being written.
type Draft struct {
	Body    string
	Version int64
	SavedAt time.Time
	Files   []File
}

// MacroRef is an entry of the macro picker.
type MacroRef struct {
	ID      int64
	Name    string
	Folder  string
	Preview string
	Other   string // the language of its text where that is not the customer's
	Why     string // why it is suggested; empty for one that is not
	Alarm   bool   // an alarm or an unhappy customer says so
}

// MacroPending is a macro whose actions wait for the reply to be sent.
type MacroPending struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Then Status `json:"then,omitempty"` // the state it proposes
	Note string `json:"note,omitempty"` // what sending will also do, worded
}

// MacroApplied is the JSON answer when a macro is put into a reply.
type MacroApplied struct {
	MacroPending
	Body string `json:"body"`
}

// Context is the panel beside the thread.
type Context struct {
	Customer    *Customer
	Clocks      []Clock
	Where       *Whereabouts // nil if routing has no part in it
	Orders      []Order      // the order of the ticket first
	MoreOrders  int64
	Told        []Told      // what was written about the ticket's order, by itself
	Tickets     []TicketRef // the customer's other tickets
	MoreTickets int64
	Habit       *Habit // of the customer's market
	Fields      []FieldValue
	Sides       []Side
}

// Customer is the person who wrote.
type Customer struct {
	ID         int64
	Name       string
	Initials   string
	Lang       string // named for the reader
	Market     string
	Tier       string // "vip" or empty
	LocalTime  time.Time
	Since      time.Time
	Identities []Identity
	Orders     int64
	Spent      string
	Tickets    int64
	Notes      string
	Suggested  *Customer // probably the same person: merge is offered
}

// Identity is an address of a customer on a channel.
type Identity struct {
	Kind     string // "email", "phone", "whatsapp", "marketplace", ...
	Value    string
	Verified bool
}

// FieldKind is the kind of a custom field.
type FieldKind string

// The kinds of custom field.
const (
	FieldText   FieldKind = "text"
	FieldNumber FieldKind = "number"
	FieldDate   FieldKind = "date"
	FieldSelect FieldKind = "select"
	FieldCheck  FieldKind = "check"
)

// FieldValue is a custom field of a ticket with its value.
type FieldValue struct {
	Key      string
	Label    string
	Kind     FieldKind
	Value    string // a date as 2006-01-02, a check as "1" or empty
	Options  []string
	Required bool
}

// TicketActed answers a verb on an open ticket: its parts anew, the views' counts and the outcome. Row, if set, redraws
// the ticket's row in the list beside it. Composer is redrawn, its text replaced, only when Compose is set: after a reply or note
// was taken, or an undo returned a text. The panel beside the thread is then left as it is, and its Context not read.
type TicketActed struct {
	Ticket  Ticket
	Views   []View
	Row     *Row
	Toast   *Toast
	Compose bool
}
