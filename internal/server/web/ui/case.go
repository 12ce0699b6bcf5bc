package ui

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// CaseBoard is the queue of after-sales cases, by whom they wait for.
type CaseBoard struct {
	Page
	Tab    string
	Tabs   []BoardTab
	Filter CaseFilter
	Rows   []CaseRow
	Next   string // cursor of the next page, the value of "after"; empty on the last
	First  bool   // no "after" was given
}

// CaseFilter is the state of the bar above the queue; every field is a query parameter of the same name.
type CaseFilter struct {
	Q     string // the number of an order or a case
	Kind  string
	Phase string

	Kinds  []Option
	Phases []Option
}

// Active reports whether the filter leaves anything out.
func (f CaseFilter) Active() bool { return f.Q+f.Kind+f.Phase != "" }

// path returns an address of the queue, with some of its query changed; an empty value takes it off.
func (v CaseBoard) path(base string, change ...string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": v.Filter.Q, "kind": v.Filter.Kind, "phase": v.Filter.Phase, "tab": v.Tab} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "" {
			q.Del(change[i])
		} else {
			q.Set(change[i], change[i+1])
		}
	}
	return withQuery(base, q)
}

// chips are the filters that are on; the link of each takes it off.
func (v CaseBoard) chips() []filterChip {
	var chips []filterChip
	add := func(name, label, value string, choices []Option) {
		if value == "" {
			return
		}
		text := value
		for _, o := range choices {
			if o.Value == value {
				text = o.Label
			}
		}
		chips = append(chips, filterChip{v.T(label) + ": " + text, v.path("/cases", name, "")})
	}
	add("q", "filter.q", v.Filter.Q, nil)
	add("kind", "cases.col.kind", v.Filter.Kind, v.Filter.Kinds)
	add("phase", "filter.status", v.Filter.Phase, v.Filter.Phases)
	return chips
}

// CaseRow is one case in a list.
type CaseRow struct {
	ID       int64
	Number   int64
	Kind     string
	Phase    string
	Waiting  string // whom it waits for: a tab of the queue
	Customer string
	Order    string // its number, of several the first
	Shop     string
	Country  string // the market, a code
	What     string // the goods that it is about, in short
	Means    string // what the customer takes or is offered first; empty while nothing is
	Worth    string // its money, written out
	Deadline time.Time
	Lawful   bool // the law names it, for the money
	Opened   time.Time
	Law      bool // a withdrawal by law
}

// until names the day on which a case is due.
func (r CaseRow) until() string {
	if r.Lawful {
		return "cases.deadline"
	}
	return "cases.due"
}

// CaseView is the page of one case.
type CaseView struct {
	Page
	Row         CaseRow
	CustomerID  int64
	OrderID     int64
	Ticket      TicketRef // zero if it has none
	Gift        bool
	Reason      string // why it is closed
	Words       string // what the customer wrote
	Claims      []RecoveryRow
	Asked       string // what the customer is asked for, while it waits for that
	Steps       []CaseStep
	Lines       []CaseLine
	Covers      []Cover // what covers the units that it is about
	Files       []CaseFile
	Rights      []CaseRight
	Offers      []CaseOffer
	Refused     []CaseRefusal
	Policy      string // name and number of the version that was applied
	Why         string // of a person who decided otherwise
	Resolutions []CaseResolution
	Parcels     []CaseParcel
	Timeline    []CaseEvent
	Codes       []Option // why a line may be declined
	Means       []Option // what a person may give
	Currency    string   // of what a person gives
	Evidence    []Option // what a customer may be asked for
	Can         CaseCan
	Differences []CaseDifference
	Odd         CaseOdd
	Repairs     []Repair
	Holds       []CaseHold
	MayCharge   bool // the reader may charge what never came
	MayDecide   bool // the reader may approve refunds
	Form        Form
}

// CaseCan is what the state of a case allows; what the reader may do, their rights say.
type CaseCan struct {
	Decide bool // an offer may be approved, or the case declined
	Choose bool // nobody has chosen yet: whoever opens the page is to
	Grant  bool
	Ask    bool
	Close  bool
	Reopen bool
}

// CaseStep is one stop on a case's way.
type CaseStep struct {
	Key  string // "asked", "decided", "goods", "checked", "settled"
	At   time.Time
	Done bool
	Here bool
}

// CaseLine is one line item of a case.
type CaseLine struct {
	Number   int
	Title    string
	SKU      string
	Quantity int64
	Reason   string
	Declined string // the code by which it was declined
	Foreign  bool   // not bought here
	Paid     string // what was paid for these units
	Counts   []CaseCount
}

// CaseCount is a quantity of a line.
type CaseCount struct {
	Key string
	N   int64
}

// CaseFile is a piece of evidence.
type CaseFile struct {
	Href    string
	Name    string
	Kind    string // "photo", "video", "document"
	Preview bool   // it can be shown as a picture
	At      time.Time
}

// CaseRight is a right that the law gives.
type CaseRight struct {
	Key      string
	Law      string
	Until    time.Time // zero: no last day
	RefundBy time.Time
	Verified bool
}

// CaseOffer is one way out with its reason and what it costs.
type CaseOffer struct {
	Resolution int64 // 0 while it is only computed
	Remedy     string
	Stand      string // how far it has come: offered, accepted ...
	Lines      string // the lines that it is for, where it is not for all
	Gets       string // what the customer gets in money, written out; empty for goods
	Parts      []Sum
	Costs      string // what the merchant is expected to lose
	Share      float64
	Gain       bool // the cost is below zero
	Days       int64
	Route      string
	Payer      string
	Law        string
	Needs      []string
	Auto       bool
	Why        string
	To         []Sum // where the money goes
}

// Sum is an amount with its name.
type Sum struct{ Label, Text string }

// CaseRefusal is a remedy that cannot be had, with its reason.
type CaseRefusal struct{ Remedy, Code, Clause string }

// CaseResolution is what a customer gets, and how far that has come.
type CaseResolution struct {
	Number   int64
	Means    string
	Stand    string
	Trigger  string
	By       time.Time
	Money    string
	Refund   int64 // 0 if there is none
	RefundIs string
	Sending  int64 // the replacement; 0 if there is none
	Owed     bool  // the customer has both it and the goods that it was for
	Code     string
	Tone     Tone
}

// CaseParcel is a parcel that comes back.
type CaseParcel struct {
	RMA, State, Place string
	Carrier, Number   string
	Href              string
	Label             string // path of the label; empty for none
}

// CaseEvent is one line of a case's history, worded.
type CaseEvent struct {
	Icon string
	Text string
	Note string
	By   string
	At   time.Time
}

// open counts the offers that may still be taken.
func (v CaseView) open() (n int) {
	for _, o := range v.Offers {
		if o.Stand == "offered" {
			n++
		}
	}
	return n
}

// casePath leads to a case.
func casePath(id int64, rest string) string { return "/cases/" + id64(id) + rest }

// caseTone colours the phase of a case.
func caseTone(phase string) string {
	switch phase {
	case "submitted", "needs_info", "appealed":
		return string(ToneWarn)
	case "declined":
		return string(ToneBad)
	case "closed":
		return string(ToneGood)
	}
	return string(ToneInfo)
}

// caseIcon stands beside the phase of a case.
func caseIcon(phase string) string {
	switch phase {
	case "draft":
		return "pencil"
	case "submitted", "appealed":
		return "circle-dot"
	case "needs_info":
		return "circle-pause"
	case "declined":
		return "ban"
	case "awaiting_goods", "goods_moving":
		return "truck"
	case "goods_here", "inspecting":
		return "package"
	case "closed":
		return "circle-check"
	}
	return "circle"
}

// StandTone colours how far a resolution has come.
func StandTone(stand string) Tone {
	switch stand {
	case "done":
		return ToneGood
	case "failed", "reversed":
		return ToneBad
	case "executing", "waiting", "accepted":
		return ToneInfo
	}
	return ""
}

// waitIcon stands beside whom a case waits for.
func waitIcon(tab string) string {
	switch tab {
	case "us":
		return "inbox"
	case "customer":
		return "user"
	case "carrier":
		return "truck"
	case "warehouse":
		return "package"
	case "provider":
		return "credit-card"
	case "law":
		return "calendar-clock"
	case "closed":
		return "archive"
	}
	return "layers"
}

// stepTone marks the stop at which a case is.
func stepTone(v CaseView, s CaseStep) templ.Attributes {
	if !s.Here {
		return nil
	}
	return templ.Attributes{"data-tone": caseTone(v.Row.Phase)}
}

// cost is the width of an offer's bar.
func (o CaseOffer) cost() string { return strconv.FormatFloat(max(o.Share*100, 1), 'f', 1, 64) + "%" }

// countTone colours a quantity that somebody must look at.
func countTone(key string) templ.Attributes {
	switch key {
	case "unexpected", "missing", "rejected":
		return templ.Attributes{"data-tone": string(ToneBad)}
	case "accepted", "matched":
		return templ.Attributes{"data-tone": string(ToneGood)}
	}
	return nil
}

// proofIcon stands for evidence that is not shown as a picture.
func proofIcon(kind string) string {
	if kind == "video" {
		return "play"
	}
	return "file"
}

// payer says who pays the way back; nothing where nothing comes back.
func (p Page) payer(who string) string {
	if who == "" {
		return ""
	}
	return p.T("cases.payer." + who)
}

// CaseNew is the form of a case that a person opens from an order.
type CaseNew struct {
	Page
	OrderID  int64
	Order    string
	Key      string // under which the case is opened once
	Lines    []CasePick
	Kinds    []Option
	Wants    []Option
	Evidence []Option
	Words    string
	Gift     bool
	Advised  bool     // View holds the ways out of what was asked
	View     CaseView // its decision alone
	Form     Form
}

// CasePick is a line of an order that a case may be about.
type CasePick struct {
	Row     int64
	Title   string
	SKU     string
	Bought  int64
	Asked   int64
	Price   string
	Reasons []Option
}
