package ui

import (
	"strings"
	"time"
)

// OutgoingTab is a state of replacements with how many there are; below 0 they are not counted.
type OutgoingTab struct {
	State string
	Count int64
	More  bool
}

// OutgoingLine is goods of one line that go out.
type OutgoingLine struct {
	Line            int
	Had, SKU, Title string
	Quantity        int64
}

// OutgoingAddress is where they go.
type OutgoingAddress struct {
	Name, Company, Line1, Line2, City, Region, Postcode, Country, Phone string
}

func (a OutgoingAddress) lines() []string {
	var out []string
	for _, x := range []string{a.Name, a.Company, a.Line1, a.Line2, strings.TrimSpace(a.Postcode + " " + a.City), a.Region, a.Country, a.Phone} {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

// Outgoing is a replacement.
type Outgoing struct {
	ID, Case, CaseID  int64
	Means, State      string
	Customer          string
	To                OutgoingAddress
	Confirm, Ready    bool
	Lines             []OutgoingLine
	From, Note        string
	Expected          time.Time
	Attempt           int
	Carrier, Tracking string
	Shipment          int64
	At                time.Time
}

// Outgoings is the board of replacements in one state.
type Outgoings struct {
	Page
	Form  Form
	State string
	Tabs  []OutgoingTab
	Rows  []Outgoing
	Next  int64 // 0: nothing follows
}

// OutgoingNumber is a tracking number of a sheet, and what becomes of it.
type OutgoingNumber struct {
	Line              int64
	Code              string // of the replacement, as the sheet has it
	ID, Case          int64  // 0: the reader sees none
	Customer          string
	Carrier, Tracking string
	Known             bool
	Wrong             string // why it cannot be
}

// OutgoingSheet is the page of a sheet that came back: what it would do, or did.
type OutgoingSheet struct {
	Page
	Rows        []OutgoingNumber
	Good, Wrong int64
	Done        bool
	Numbers     string // the sheet
}

// OutgoingView is the page of one replacement.
type OutgoingView struct {
	Page
	Outgoing
	Form       Form
	MayWrite   bool
	Difference string // what an exchange costs more or less; "" if nothing, or not known
	Dearer     bool
	Open       bool // it may still be changed
	Again      bool // it may be sent once more
	Ends       []Option
}

func outgoingPath(id int64) string { return "/replacements/" + id64(id) }

func outgoingTone(state string) Tone {
	switch state {
	case "delivered":
		return ToneGood
	case "short", "came_back":
		return ToneWarn
	case "lost":
		return ToneBad
	case "sent":
		return ToneInfo
	}
	return ""
}

// dayValue is a day as a field takes it, "" of none. A day of stock is kept as its midnight in UTC.
func dayValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
