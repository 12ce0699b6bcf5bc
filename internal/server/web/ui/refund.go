package ui

import (
	"cmp"
	"net/url"
	"strings"
	"time"
)

// RefundBoard is the board of refunds, by what they wait for.
type RefundBoard struct {
	Page
	Tab    string
	Tabs   []BoardTab
	Sums   []RefundSum // what is owed on the board that is shown
	Filter RefundFilter
	Rows   []RefundRow
	Next   string // cursor of the next page, the value of "after"; empty on the last
	First  bool   // no "after" was given
}

// RefundSum is what a board owes in a currency, written out.
type RefundSum struct {
	Currency string
	Owed     string
	Stuck    string // of all that waits, what somebody must see to; empty for none
	Out      string // what customers got twice; empty for nothing
}

// RefundFilter is the state of the bar above the board; every field is a query parameter of the same name.
type RefundFilter struct {
	Q        string // the number of an order
	State    string
	Shop     string
	Way      string
	Currency string
	Age      string // days that it has waited
	Person   string // who asked for it

	States, Shops, Ways, Currencies, Ages, People []Option
}

// Active reports whether the filter leaves anything out.
func (f RefundFilter) Active() bool {
	return f.Q+f.State+f.Shop+f.Way+f.Currency+f.Age+f.Person != ""
}

// path returns an address of the board, with some of its query changed; an empty value takes it off.
func (v RefundBoard) path(base string, change ...string) string {
	f, q := v.Filter, url.Values{}
	for name, value := range map[string]string{"q": f.Q, "state": f.State, "shop": f.Shop, "way": f.Way, "currency": f.Currency, "age": f.Age, "person": f.Person, "tab": v.Tab} {
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
func (v RefundBoard) chips() []filterChip {
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
		chips = append(chips, filterChip{v.T(label) + ": " + text, v.path("/refunds", name, "")})
	}
	f := v.Filter
	add("q", "refunds.order", f.Q, nil)
	add("state", "filter.status", f.State, f.States)
	add("shop", "filter.shop", f.Shop, f.Shops)
	add("way", "refunds.col.way", f.Way, f.Ways)
	add("currency", "refunds.currency", f.Currency, f.Currencies)
	add("age", "refunds.waiting_for", f.Age, f.Ages)
	add("person", "refunds.asked_by", f.Person, f.People)
	return chips
}

// RefundRow is one refund in a list.
type RefundRow struct {
	ID         int64
	Seen       int // how much had happened to it when it was drawn
	State      string
	Lane       string // a tab of the board
	Since      time.Time
	Amount     string
	Owed       string // of it, what has not arrived, where that is not all
	Ways       []string
	Why        string // in a word that the catalogue explains
	Code       string // in the provider's words
	Reason     string
	Customer   string
	CustomerID int64
	Order      string
	Shop       string
	Country    string
}

// RefundView is the page of one refund.
type RefundView struct {
	Page
	Row         RefundRow
	OrderID     int64
	Case        int64
	NotAfter    time.Time
	Disputes    []string
	RequestedBy string
	ApprovedBy  string
	CreatedAt   time.Time
	Parts       []Sum
	Allocations []RefundAllocation
	Entries     []RefundEntry
	Books       []RefundLine // both sides by currency
	Timeline    []CaseEvent
	Can         RefundCan
	Form        Form
}

// wrong is what was wrong with a form that does not say so beside its field.
func (v RefundView) wrong() string {
	text := cmp.Or(v.Form.Err(""), v.Form.Err("to"), v.Form.Err("amount"))
	if !v.Can.Cancel { // whose form shows it
		text = cmp.Or(text, v.Form.Err("reason"))
	}
	return text
}

// RefundCan is what the state of a refund allows; what the reader may do, their rights say.
type RefundCan struct{ Approve, Cancel bool }

// RefundAllocation is a part of a refund that goes one way.
type RefundAllocation struct {
	Number      int
	To          string
	Method      string
	Payment     string // the provider's name of the payment
	Why         string // why it does not go back to the payment
	Amount      string
	Plain       string // the amount, as it is typed
	State       string
	Doubt       bool
	Code        string
	Reference   string
	Payer       string
	Twice       []RefundTwice
	CanTwice    bool   // somebody else may have paid it as well
	Held        string // why it has not left
	NotBefore   time.Time
	EndedAt     time.Time
	ArrivesFrom time.Time // as the customer is told; zero where nobody says
	ArrivesTo   time.Time
	Attempts    []RefundAttempt
	CanAsk      bool
	CanSend     bool
	CanHand     bool
	Again       bool
}

// RefundTwice is what a customer got beside an allocation that pays the same.
type RefundTwice struct {
	Number     int
	State      string
	Tone       Tone
	Amount     string
	Out        string // of it, what they still have; empty for nothing
	OutPlain   string // that, as it is typed
	Payer      string // who else paid; empty: an attempt of ours that had been given up
	Attempt    int
	Reference  string
	Note       string
	At         time.Time
	EndedAt    time.Time
	Live       bool
	CanAsk     bool
	CanDismiss bool
}

// RefundAttempt is one asking of a provider.
type RefundAttempt struct {
	Number  int
	Key     string
	To      string
	Asked   string
	At      time.Time
	Answers []RefundAnswer
}

// RefundAnswer is what a provider said.
type RefundAnswer struct {
	Kind      string
	Tone      Tone
	Reference string
	Code      string
	Moved     string
	At        time.Time
}

// RefundEntry is one entry of the books.
type RefundEntry struct {
	Kind  string
	At    time.Time
	Lines []RefundLine
}

// RefundLine is one line of an entry, or both sides of a currency.
type RefundLine struct {
	Account string
	Debit   string
	Credit  string
	Even    bool
}

// refundPath leads to a refund.
func refundPath(id int64, rest string) string { return "/refunds/" + id64(id) + rest }

// laneTone colours what a refund waits for.
func laneTone(lane string) string {
	switch lane {
	case "twice", "reversed", "stuck":
		return string(ToneBad)
	case "action", "hand", "approve", "second", "unknown":
		return string(ToneWarn)
	case "done":
		return string(ToneGood)
	}
	return string(ToneInfo)
}

// laneIcon stands beside what a refund waits for.
func laneIcon(lane string) string {
	switch lane {
	case "open":
		return "layers"
	case "approve":
		return "shield-question-mark"
	case "second":
		return "users"
	case "twice":
		return "layers"
	case "reversed":
		return "undo-2"
	case "stuck":
		return "triangle-alert"
	case "action":
		return "circle-pause"
	case "hand":
		return "pencil"
	case "unknown":
		return "circle-alert"
	case "leave":
		return "calendar-clock"
	case "done":
		return "circle-check"
	}
	return "credit-card"
}

// urgent reports whether somebody must see to a refund, so that its row says what to do.
func (r RefundRow) urgent() bool {
	switch r.Lane {
	case "twice", "reversed", "stuck", "action", "hand":
		return true
	}
	return r.Why == "no_account" || r.Why == "paused" || r.Why == "broken"
}

// ways names where a refund goes.
func (r RefundRow) ways() string { return strings.Join(r.Ways, " + ") }

// refundStateTone colours the state of an allocation.
func refundStateTone(state string) string {
	switch state {
	case "succeeded":
		return string(ToneGood)
	case "failed", "reversed":
		return string(ToneBad)
	case "needs_action", "requested", "partial":
		return string(ToneWarn)
	case "cancelled":
		return ""
	}
	return string(ToneInfo)
}
