package ui

import (
	"net/url"
	"time"
)

// Recoveries is the board of claims against carriers, insurers, suppliers and marketplaces.
type Recoveries struct {
	Page
	Tab    string
	Tabs   []BoardTab
	Sums   []RecoverySum
	Filter RecoveryFilter
	Rows   []RecoveryRow
	Next   string // cursor of the next page, the value of "after"; empty on the last
	Form   Form
	New    RecoveryNew
}

// RecoverySum is what the claims under the filter come to in a currency, written out; Asked of the open ones, the others empty
// for nothing.
type RecoverySum struct {
	Currency, Asked, Due, Received, Lost string
}

// RecoveryFilter is the state of the bar above the board; every field is a query parameter of the same name.
type RecoveryFilter struct {
	Party, Batch, Against string
	Parties               []Option // kinds of them
}

// RecoveryNew is the form of a claim for a parcel.
type RecoveryNew struct {
	Number, Party, Amount, Deadline string
	Against, Causes                 []Option
}

// RecoveryRow is one claim in a list.
type RecoveryRow struct {
	ID       int64
	Against  string
	Party    string
	Cause    string
	State    string
	What     string // the parcel, or how many units of which batch
	Clock    time.Time
	Late     bool
	Asked    string
	Received string // empty for nothing
	Missing  int64
}

// RecoveryView is the page of one claim.
type RecoveryView struct {
	Page
	Row       RecoveryRow
	Reference string
	Batch     string
	Owner     string
	Why       string
	Source    string // of the rule
	Agreed    string // with the party, in words
	OpensAt   time.Time
	Deadline  time.Time
	ReplyBy   time.Time
	Sums      []Sum
	Papers    []RecoveryPaper
	Documents []RecoveryDocument
	Missing   string   // papers, in words
	Languages []Option // of the letter
	Items     []RecoveryItem
	Payments  []RecoveryPaid
	Timeline  []CaseEvent
	Moves     []string // states that people may move it to now
	Unsent    bool
	Open      bool
	CanPay    bool
	Currency  string
	Form      Form
	Fields    RecoveryFields
	People    []Option
}

// RecoveryFields are what the forms of a claim hold.
type RecoveryFields struct {
	Asked, Granted, Reference, Why, Deadline string
	Paid, Currency, Bank                     string
	Papers                                   []Option // that a file may be
}

// RecoveryDocument is a file of a claim.
type RecoveryDocument struct {
	ID                            int64
	Href, Kind, Name, Paper, Size string
	Preview                       bool // browsers draw it
}

// RecoveryPaper is something that the party wants to see.
type RecoveryPaper struct {
	Kind, Label string
	From        string // empty while it is missing
}

// RecoveryItem is what happened.
type RecoveryItem struct {
	Label, Href     string
	What            string
	Case            int64
	Value, Refunded string
}

// RecoveryPaid is a payment.
type RecoveryPaid struct {
	Reference, Paid, Counts string
	At                      time.Time
}

// recoveryPath leads to a claim.
func recoveryPath(id int64, rest string) string { return "/recoveries/" + id64(id) + rest }

// recoveryTone colours the state of a claim.
func recoveryTone(state string) string {
	switch state {
	case "paid", "accepted":
		return string(ToneGood)
	case "refused", "lapsed", "written_off":
		return string(ToneBad)
	case "collecting", "asked", "partly":
		return string(ToneWarn)
	}
	return string(ToneInfo)
}

// recoveryIcon stands beside the state of a claim.
func recoveryIcon(state string) string {
	switch state {
	case "paid":
		return "circle-check"
	case "accepted", "partly":
		return "shield-check"
	case "refused", "lapsed", "written_off":
		return "ban"
	case "collecting":
		return "circle-pause"
	case "asked":
		return "circle-alert"
	case "ready":
		return "check"
	}
	return "send"
}

// path returns an address of the board, with some of its query changed; an empty value takes it off.
func (v Recoveries) path(base string, change ...string) string {
	q := url.Values{}
	for _, x := range [][2]string{{"tab", v.Tab}, {"party", v.Filter.Party}, {"batch", v.Filter.Batch}, {"against", v.Filter.Against}} {
		if x[1] != "" {
			q.Set(x[0], x[1])
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
