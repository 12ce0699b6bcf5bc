package migrate

import "sort"

// Reason says why something does not fit as it is.
type Reason string

// The reasons.
const (
	Unreadable   Reason = "unreadable"    // no record of this system
	NoID         Reason = "no_id"         // a record without an identifier
	NoCustomer   Reason = "no_customer"   // nobody to whom the ticket belongs
	NoAddress    Reason = "no_address"    // the customer cannot be answered by mail
	NoAuthor     Reason = "no_author"     // a message whose author is not in the source
	NoTime       Reason = "no_time"       // a record without a time
	Empty        Reason = "empty"         // a message without text and files
	Orphan       Reason = "orphan"        // a message whose ticket is not in the source
	OtherChannel Reason = "channel"       // it did not come by mail
	FileAway     Reason = "file_away"     // an attachment that is not in the source
	FileLarge    Reason = "file_large"    // an attachment past the limit
	Assignee     Reason = "assignee"      // nobody here has that address
	StatusMapped Reason = "status_mapped" // a state that has no exact counterpart
	FieldLeft    Reason = "field_left"    // a field without a counterpart
	Cut          Reason = "cut"           // a text past the limit
	CardNumber   Reason = "card_number"   // a payment card number was taken out
	Deleted      Reason = "deleted"       // deleted there, left out here
	Activity     Reason = "activity"      // an entry of the log, not of the conversation
)

var said = map[Reason]string{
	Unreadable: "cannot be read and is left out", NoID: "has no identifier and is left out", NoCustomer: "names no customer and is left out",
	NoAddress: "has a customer without a mail address: it cannot be answered by mail", NoAuthor: "has an author who is not in the source: they stay unnamed",
	NoTime: "has no time: that of the ticket stands in", Empty: "has neither text nor files and is left out", Orphan: "belongs to a ticket that is not in the source and is left out",
	OtherChannel: "did not come by mail: the note names the channel, answers go by mail", FileAway: "has a file that is not in the source: the note names it and its address",
	FileLarge: "has a file past the limit: the note names it", Assignee: "is assigned to somebody who is not here: nobody owns it",
	StatusMapped: "has a state without an exact counterpart", FieldLeft: "has a field without a counterpart: it is left out", Cut: "has a text past the limit: it is cut",
	CardNumber: "holds a payment card number: it is taken out", Deleted: "was deleted there and is left out", Activity: "is an entry of the log and is left out",
}

// English says the reason as the end of a sentence about a record.
func (r Reason) English() string { return said[r] }

// Finding is something that does not fit as it is.
type Finding struct {
	Place
	Record string `json:"record,omitempty"` // ticket 35436, message 12
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// maxFindings bounds how many findings a report lists; all are counted.
const maxFindings = 500

// Report says what an import did, or would do.
type Report struct {
	System        string         `json:"system"`
	DryRun        bool           `json:"dry_run"`
	Read          int            `json:"read"`     // tickets in the source
	Tickets       int            `json:"tickets"`  // new here
	Grown         int            `json:"grown"`    // here before, with new messages
	Known         int            `json:"known"`    // here before, as they are
	Left          int            `json:"left_out"` // see the findings
	Messages      int            `json:"messages"` // new here
	Customers     int            `json:"customers"`
	Files         int            `json:"files"`
	Statuses      map[string]int `json:"statuses"` // tickets by their state here
	Reasons       map[Reason]int `json:"reasons"`
	Findings      []Finding      `json:"findings"`
	FindingsTotal int            `json:"findings_total"`
}

// NewReport returns an empty report.
func NewReport(system string, dry bool) *Report {
	return &Report{System: system, DryRun: dry, Statuses: map[string]int{}, Reasons: map[Reason]int{}, Findings: []Finding{}}
}

// Find adds a finding.
func (r *Report) Find(f Finding) {
	r.FindingsTotal++
	r.Reasons[f.Reason]++
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// ByReason returns the reasons that occurred, the most frequent first.
func (r *Report) ByReason() []Reason {
	out := make([]Reason, 0, len(r.Reasons))
	for k := range r.Reasons {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		if r.Reasons[out[i]] != r.Reasons[out[j]] {
			return r.Reasons[out[i]] > r.Reasons[out[j]]
		}
		return out[i] < out[j]
	})
	return out
}
