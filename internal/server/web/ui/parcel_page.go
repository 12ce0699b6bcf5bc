package ui

import (
	"github.com/a-h/templ"
	"slices"
	"strconv"
	"time"
)

// ParcelView is the page of one parcel.
type ParcelView struct {
	Page
	Claims    []RecoveryRow
	Row       ParcelRow
	Service   string // "express", "economy", ... or empty
	PickedUp  time.Time
	Delivered time.Time
	Seen      time.Time // the newest sign of life
	Arrival   Arrival
	Why       []string  // worded: what lanes know of it
	Window    time.Time // until when the carrier takes a claim; zero if unknown
	Legs      []ParcelLeg
	Events    []ParcelEvent // the newest first
	Order     *Order        // nil if none is known or open to the reader
	Tickets   []TicketRef
	Letter    ParcelLetter
	Statuses  []Option
	Letters   []Told      // what was written to its customer by itself
	Traces    []Trace     // the newest first
	NewTrace  *TraceForm  // nil while one is open
	Steps     []TraceStep // what happened to the traces, the oldest first
	TraceForm Form        // what was wrong with a trace's form; its fields are under "t" and the trace's number
	Refused   int64       // whose form it was
}

// Arrival is when a parcel is expected: by us, by its carrier, and by what was promised. Zero times are unknown.
type Arrival struct {
	Early, Likely, Late      time.Time // 10, 50 and 90 of 100 such parcels arrive before these
	CarrierFrom, CarrierTo   time.Time
	PromisedFrom, PromisedTo time.Time
}

// ParcelLeg is the part of a parcel's way that one carrier moves it.
type ParcelLeg struct {
	Seq     int
	Carrier string
	Number  string
	Href    string // the carrier's page; empty if unknown
	At      time.Time
	Here    bool // it was scanned on this one last
}

// ParcelEvent is one thing that a carrier told.
type ParcelEvent struct {
	ID         int64
	Status     ParcelStatus
	Why        string // worded
	Place      string
	Carrier    string // only where there are several
	At         time.Time
	Zoned      bool // the time came with its zone
	Code, Text string
	Source     string
	Arrived    time.Time
	Correction bool
	ByHand     bool
	Payload    string // path of what was sent, for those who may see it; empty for none
}

// ParcelLetter is the draft of a message to the customer.
type ParcelLetter struct {
	To, Name      string
	Subject, Body string
	Lang          string // that it is written in, by its own name
}

// happening is one line of a parcel's history: what a carrier told, or what happened to
// a trace.
type happening struct {
	event *ParcelEvent
	trace *TraceStep
}

// history is what carriers told and what became of traces, the newest first.
func (v ParcelView) history() []happening {
	var out []happening
	steps := v.Steps
	for i := range v.Events {
		for n := len(steps) - 1; n >= 0 && !steps[n].At.Before(v.Events[i].At); n-- {
			out, steps = append(out, happening{trace: &steps[n]}), steps[:n]
		}
		out = append(out, happening{event: &v.Events[i]})
	}
	for n := range slices.Backward(steps) {
		out = append(out, happening{trace: &steps[n]})
	}
	return out
}

// milestone is one of the five stops of a parcel's way, in words.
type milestone struct {
	key  string
	at   time.Time
	done bool
	here bool
}

// milestones are the stops of a parcel with the times at which it came there.
func (v ParcelView) milestones() []milestone {
	steps := []ParcelStatus{ParcelAnnounced, ParcelPicked, ParcelTransit, ParcelOut, ParcelDelivered}
	at := parcelStep(v.Row.Status)
	out := make([]milestone, len(steps))
	for i, s := range steps {
		out[i] = milestone{key: string(s), done: i <= at, here: i == at}
		if i == at && v.Row.Status != ParcelUnknown {
			out[i].key = string(v.Row.Status)
		}
	}
	for _, e := range slices.Backward(v.Events) { // the first time that it came there
		if i := parcelStep(e.Status); out[i].at.IsZero() && e.Status != ParcelUnknown && out[i].done {
			out[i].at = e.At
		}
	}
	return out
}

// span is one line of the picture of an arrival, in hundredths of its width.
type span struct {
	key          string
	from, to     time.Time
	x, w, likely float64
}

// spans places what is expected on a common line of time that begins today.
func (v ParcelView) spans() []span {
	a := v.Arrival
	var list []span
	add := func(key string, from, to, likely time.Time) {
		if to.IsZero() {
			to = from
		}
		if from.IsZero() {
			from = to
		}
		if to.IsZero() {
			return
		}
		s := span{key: key, from: from, to: to, likely: -1}
		if !likely.IsZero() {
			s.likely = float64(likely.Unix())
		}
		list = append(list, s)
	}
	add("ours", a.Early, a.Late, a.Likely)
	add("carrier", a.CarrierFrom, a.CarrierTo, time.Time{})
	add("promised", a.PromisedFrom, a.PromisedTo, time.Time{})
	if len(list) == 0 {
		return nil
	}
	first, last := v.Now, v.Now.Add(24*time.Hour)
	for _, s := range list {
		if s.from.Before(first) {
			first = s.from
		}
		if s.to.After(last) {
			last = s.to
		}
	}
	width := float64(last.Unix() - first.Unix())
	scale := func(sec float64) float64 { return (sec - float64(first.Unix())) / width * 100 }
	for i := range list {
		s := &list[i]
		s.x = scale(float64(s.from.Unix()))
		s.w = max(scale(float64(s.to.Unix()))-s.x, 1.5)
		s.x = min(s.x, 100-s.w)
		if s.likely >= 0 {
			s.likely = scale(s.likely)
		}
	}
	return list
}

// today is where the line of time has this day.
func (v ParcelView) today() float64 {
	first, last := v.Now, v.Now.Add(24*time.Hour)
	a := v.Arrival
	for _, t := range []time.Time{a.Early, a.Late, a.CarrierFrom, a.CarrierTo, a.PromisedFrom, a.PromisedTo} {
		if t.IsZero() {
			continue
		}
		if t.Before(first) {
			first = t
		}
		if t.After(last) {
			last = t
		}
	}
	return float64(v.Now.Unix()-first.Unix()) / float64(last.Unix()-first.Unix()) * 100
}

// pct writes a part of a picture's width.
func pct(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }

// milestoneTone colours the stop at which a parcel is.
func milestoneTone(v ParcelView, m milestone) templ.Attributes {
	if !m.here {
		return nil
	}
	return wayTone(v.Row)
}
