package ticket

import (
	"time"
	"unicode"

	"godwit.dev/godwit/internal/platform/auth"
)

// MessageID identifies a message.
type MessageID int64

// IntakeID identifies a raw message as it came in.
type IntakeID int64

// Kind is the direction of a message.
type Kind string

// The kinds of message.
const (
	KindInbound  Kind = "inbound"
	KindOutbound Kind = "outbound"
	KindNote     Kind = "note"
)

// Form says what sort of mail an inbound message is.
type Form string

// The forms.
const (
	Plain     Form = "message"
	Bounce    Form = "bounce"
	AutoReply Form = "auto_reply"
	List      Form = "list"
	Report    Form = "report"
)

// fromPerson reports whether somebody wrote the message by hand. A mailing list,
// such as the group address of a team, only passes it on.
func (f Form) fromPerson() bool { return f == Plain || f == List }

// wakes reports whether a message of the form is news: an automatic answer or
// report is not, a bounce is, because the answer did not arrive.
func (f Form) wakes() bool { return f != AutoReply && f != Report }

// Delivery is how far an outbound message got.
type Delivery string

// The deliveries. A scheduled message can still be taken back. Unknown means
// that the server may or may not have taken it and a person must decide.
const (
	Scheduled Delivery = "scheduled"
	Sending   Delivery = "sending"
	Sent      Delivery = "sent"
	Bounced   Delivery = "bounced"
	Failed    Delivery = "failed"
	Unknown   Delivery = "unknown"
	Cancelled Delivery = "cancelled"
)

// Address is a mailbox of somebody.
type Address struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address"`
}

func (a Address) String() string {
	if a.Name == "" {
		return a.Address
	}
	return a.Name + " <" + a.Address + ">"
}

// Recipients are the addressees of a message.
type Recipients struct {
	To      []Address `json:"to,omitempty"`
	CC      []Address `json:"cc,omitempty"`
	ReplyTo []Address `json:"reply_to,omitempty"`
}

// File is an attachment; its content lies in the blob store under its hash.
type File struct {
	Name        string `json:"name"`
	ContentType string `json:"type"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	Inline      bool   `json:"inline,omitempty"`
	ContentID   string `json:"cid,omitempty"`
}

// Origin is what the checks of a mail's origin said: pass, fail, none, ...
type Origin struct {
	SPF     string `json:"spf,omitempty"`
	DKIM    string `json:"dkim,omitempty"`
	DMARC   string `json:"dmarc,omitempty"`
	Domain  string `json:"domain,omitempty"`
	Source  string `json:"source,omitempty"` // who checked
	Aligned bool   `json:"aligned,omitempty"`
}

// Message is one item of a ticket.
type Message struct {
	ID             MessageID
	Workspace      auth.WorkspaceID
	Ticket         ID
	Side           SideID // 0 in the conversation with the customer
	Intake         IntakeID
	Kind           Kind
	Form           Form
	Channel        Channel
	AuthorKind     auth.Kind
	AuthorID       int64
	AuthorName     string
	Verified       bool
	Address        string
	Recipients     Recipients
	Subject        string
	Body           string // what the author newly wrote, as plain text
	Quoted         string
	Signature      string
	HTML           string // as it came; to be made safe before it is shown
	Language       string
	Reading        *Reading // of a customer's message that was read, else nil
	Key            string   // Message-ID without brackets
	Digest         string
	Delivery       Delivery
	DeliveryDetail string
	Origin         Origin
	Warnings       []string
	Mentions       []auth.PersonID
	Files          []File
	SendAt         time.Time
	SentAt         time.Time
	At             time.Time
}

// previewLength is how much of a message a list row can show, in characters.
const previewLength = 140

// Preview returns the beginning of a text on one line.
func Preview(s string) string {
	out := make([]rune, 0, previewLength)
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = len(out) > 0
			continue
		}
		if len(out) >= previewLength-1 {
			return string(append(out, '…'))
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = append(out, r)
	}
	return string(out)
}

// Draft is a reply or note that somebody is writing.
type Draft struct {
	Ticket    ID
	Person    auth.PersonID
	Workspace auth.WorkspaceID
	Kind      Kind // outbound or note
	Data      DraftData
	UpdatedAt time.Time
}

// DraftData is the content of a draft.
type DraftData struct {
	Body string `json:"body"`
	To   string `json:"to,omitempty"`
	CC   string `json:"cc,omitempty"`
	// Macro is the one whose actions wait to be done with the reply; 0 for none.
	Macro MacroID `json:"macro,omitempty"`
	// Version tells what a window saw last from what another one saved since. It
	// never comes back, not even after the draft was sent or emptied.
	Version int64  `json:"version"`
	Files   []File `json:"files,omitempty"`
}

// next is the version of a draft that is saved now, after this one. It follows
// the clock, because a deleted draft leaves no version to count on from.
func (d DraftData) next(now time.Time) int64 { return max(d.Version+1, now.UnixMilli()) }
