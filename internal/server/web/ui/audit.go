package ui

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Audit is the admin page of the audit trail.
type Audit struct {
	Page
	Form
	Chain   AuditChain
	Rows    []AuditRow
	People  []Option
	Kinds   []Option
	From    string // a date, of the filter
	Until   string // the last day, of the filter
	Subject string // what the filter narrows to, as the address says it: "token.17"; "" for none
	About   string // the same, worded
	Query   url.Values
	Older   string // path of the next page; "" at the end
	First   bool   // whether this is the newest page
}

// Filtered reports whether anything narrows the trail.
func (v Audit) Filtered() bool { return len(v.Query) > 0 }

// AuditChain is what is known of the chain.
type AuditChain struct {
	Whole     bool
	Through   int64
	CheckedAt time.Time
	Anchor    int64 // the number of the newest one; 0 for none
	AnchorAt  time.Time
	Faults    []AuditFault
	More      int // faults that are not listed
}

// AuditFault is one thing that is wrong with the chain.
type AuditFault struct {
	Kind string
	Seq  int64
}

// AuditRow is one entry.
type AuditRow struct {
	Seq     int64
	At      time.Time
	Kind    string
	Family  string
	By      string
	ByHref  string // the trail of this person; "" for none
	Token   string // by which token; "" for none
	Address string // from where, if that was written down
	Inside  bool   // the server itself did it
	What    string // worded
	Object  string // its name; "" for none
	Href    string // the object's page, if the reader may open it
	Trail   string // the object's own trail; "" for none
	Facts   []Fact
	Erased  bool
	Gone    bool // the event is missing
	Hash    string
}

// Fact is a name and what stands under it.
type Fact struct{ Name, Value string }

func auditIcon(family string) string {
	switch family {
	case "person", "session", "factor", "passkey":
		return "user"
	case "team":
		return "users"
	case "role":
		return "lock"
	case "token":
		return "code"
	case "mailbox":
		return "mail"
	case "webhook", "hook":
		return "webhook"
	case "data":
		return "archive"
	case "refund", "payment", "credit", "dispute":
		return "credit-card"
	}
	return "shield-check"
}

// auditTone marks what a reader looks for first.
func auditTone(r AuditRow) string {
	switch {
	case r.Gone:
		return string(ToneBad)
	case r.Family == "data", r.Family == "audit", strings.HasSuffix(r.Kind, "_removed"), strings.HasSuffix(r.Kind, ".deleted"), r.Kind == "person.passkey_cloned":
		return string(ToneWarn)
	}
	return ""
}

func chainTone(c AuditChain) string {
	if c.Whole {
		return string(ToneGood)
	}
	return string(ToneBad)
}

func chainIcon(c AuditChain) string {
	if c.Whole {
		return "shield-check"
	}
	return "shield-alert"
}

// chainX is where a link stands in the picture of the chain.
func chainX(seq, through int64) string {
	if through <= 1 {
		return "98%"
	}
	return strconv.FormatFloat(2+96*float64(max(seq-1, 0))/float64(through-1), 'f', 1, 64) + "%"
}

func chainAlt(v Audit) string {
	if v.Chain.Anchor == 0 {
		return v.T("audit.chain.through", "Number", v.number(v.Chain.Through))
	}
	return v.T("audit.chain.drawn", "Number", v.number(v.Chain.Through), "Anchor", v.number(v.Chain.Anchor))
}
