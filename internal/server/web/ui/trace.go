package ui

import (
	"math"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Trace is a search request or claim to a carrier, on the page of its parcel.
type Trace struct {
	ID        int64
	Kind      string // "search", "claim"
	State     string // "draft", "sent", "answered", "paid", "rejected", "found", "expired"
	Open      bool   // something is still to come of it
	Reference string // the carrier's own
	Papers    []string
	OpensAt   time.Time // the carrier takes it from then
	Deadline  time.Time // and until then
	Source    string    // of both, worded
	Amount    string    // worded; empty for none
	Minor     string    // the same as a form has it
	Currency  string
	SentAt    time.Time
	Moves     []string    // states that it may go to
	Notes     []TraceNote // the newest first
}

// TraceNote is what somebody wrote to a trace.
type TraceNote struct {
	At   time.Time
	By   string // empty leaves it unsaid
	Text string
}

// TraceStep is one thing that happened to a trace.
type TraceStep struct {
	At       time.Time
	Shipment int64
	Number   string // of the parcel
	Kind     string // "search", "claim"
	State    string // that it came to; empty if it stayed
	Text     string // worded
	By       string // who did it; empty leaves it unsaid
	Note     string // what was written with it
}

// TraceBrief is what a list says of a parcel's trace.
type TraceBrief struct {
	Kind     string
	State    string
	Deadline time.Time
	Amount   string // worded; of one that was paid
}

// TraceForm is what a new trace begins with.
type TraceForm struct {
	OpensAt  time.Time
	Deadline time.Time
	Over     bool // the carrier takes it no more
	Source   string
	Papers   []string
	Currency string

	Given                   bool // it was refused, and this is what was given
	Kind, Amount, Note, Day string
}

// left counts down to a deadline, in days.
func (p Page) left(deadline time.Time) (string, Tone) {
	d := deadline.Sub(p.Now)
	days := int64(math.Floor(d.Hours() / 24))
	switch {
	case d <= 0:
		return p.T("trace.over", "Day", p.date(deadline)), ToneBad
	case days == 0:
		return p.T("trace.left_hours", "Age", p.age(deadline)), ToneBad
	case days < 7:
		return p.N("trace.left", days), ToneWarn
	}
	return p.N("trace.left", days), ToneNone
}

func traceTone(state string) Tone {
	switch state {
	case "":
		return ToneNone
	case "paid", "found":
		return ToneGood
	case "rejected", "expired":
		return ToneBad
	case "sent", "answered":
		return ToneInfo
	}
	return ToneWarn
}

func traceIcon(state string) string {
	switch state {
	case "":
		return "sticky-note"
	case "sent":
		return "send"
	case "answered":
		return "reply"
	case "paid":
		return "credit-card"
	case "found":
		return "circle-check"
	case "rejected":
		return "ban"
	case "expired":
		return "clock"
	}
	return "file-text"
}

// isoDay writes a day as the field of a form has it.
func (p Page) isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.here(t).Format(time.DateOnly)
}

// traceKinds are what may be asked of a carrier.
func (v ParcelView) traceKinds() []Option {
	var out []Option
	for _, k := range []string{"search", "claim"} {
		out = append(out, Option{Value: k, Label: v.T("trace.kind." + k), Selected: v.NewTrace.Kind == k})
	}
	return out
}

// amountOf says what the amount of a trace is.
func amountOf(t Trace) string {
	if t.State == "paid" {
		return "paid"
	}
	return "claimed"
}

func joinComma(list []string) string { return strings.Join(list, ", ") }

// liveUnless marks a part that is drawn anew when something happens, unless
// somebody is about to mend what they wrote in it.
func liveUnless(mending bool) templ.Attributes {
	if mending {
		return nil
	}
	return templ.Attributes{"data-live-part": true}
}
