package shipment

import (
	"slices"
	"time"
)

// LabelPatience is how long after the label a carrier that does not know the
// number says nothing bad: the parcel is announced. Services themselves ask for
// some three days.
const LabelPatience = 72 * time.Hour

const (
	// oneVisit is how far apart two failed attempts are at the least. Carriers tell
	// one visit by two codes, minutes apart.
	oneVisit = time.Hour
	// zoneSlack is how far a time without zone may be off (UTC+14).
	zoneSlack = 14 * time.Hour
)

// Route is what must be known of a parcel to read its events.
type Route struct {
	Legs []Leg
	To   Place // where it goes, as far as known
}

// Route returns the way of the shipment.
func (s Shipment) Route() Route { return Route{Legs: s.Legs, To: s.To} }

// seq returns the place of a leg on the way; an unknown one is the last.
func (r Route) seq(id LegID) int {
	for _, l := range r.Legs {
		if l.ID == id {
			return l.Seq
		}
	}
	return r.last()
}

func (r Route) last() int {
	n := 1
	for _, l := range r.Legs {
		n = max(n, l.Seq)
	}
	return n
}

// labelAt is when the first label was made; zero if there is none.
func (r Route) labelAt() time.Time {
	var at time.Time
	for _, l := range r.Legs {
		if !l.LabelAt.IsZero() && (at.IsZero() || l.LabelAt.Before(at)) {
			at = l.LabelAt
		}
	}
	return at
}

// State is what the events of a parcel add up to.
type State struct {
	Status Status
	Since  time.Time // of the status: the time of the event that caused it
	Cause  Cause
	Reason Reason

	FirstScanAt  time.Time // when somebody first had it in their hands
	PickedUpAt   time.Time
	DeliveredAt  time.Time
	LastScanAt   time.Time // the newest sign of life
	CustomsSince time.Time // zero unless customs has it, or it is held for customs
	Expected     Window    // as the carrier last said
	Place        Place     // of the newest event that told one

	Attempts  int // visits of the courier in vain
	AttemptAt time.Time

	Delayed        bool // the carrier said so, and nothing since
	PollingExpired bool // nobody asks the carrier any more
	NotFound       bool // the carrier does not know the number, longer than LabelPatience allows
	Doubtful       bool // it ended, and a later scan contradicts that

	Leg     int       // how far along the legs it was scanned
	Through time.Time // the time of the newest event in this state
}

// keyed is an event with its key, which costs a hash.
type keyed struct {
	Event
	key int64
}

// Fold returns the state that events add up to, in whatever order and however
// often they are given.
func Fold(r Route, events []Event) State {
	s := unseen(r)
	for _, e := range sorted(r, events) {
		s.step(r, e.Event)
	}
	return s
}

// unseen is the state of a parcel without events.
func unseen(r Route) State {
	if at := r.labelAt(); !at.IsZero() {
		return State{Status: Announced, Since: at}
	}
	return State{Status: Unknown}
}

func sorted(r Route, events []Event) []keyed {
	list := make([]keyed, len(events))
	for i, e := range events {
		list[i] = keyed{e, e.Key()}
	}
	slices.SortFunc(list, r.before)
	seen := make(map[int64]bool, len(list))
	return slices.DeleteFunc(list, func(e keyed) bool {
		known := seen[e.key]
		seen[e.key] = true
		return known
	})
}

// step adds an event that is not older than any in the state.
func (s *State) step(r Route, e Event) {
	s.Through = e.At
	if !e.Expected.IsZero() {
		s.Expected = e.Expected
	}
	seq := r.seq(e.Leg)
	if e.Correction {
		s.correct(e, seq)
		return
	}
	switch e.Reason {
	case NotFound:
		s.unknownNumber(r, e)
		return
	case PollingExpired:
		s.PollingExpired = s.Status.Open()
		return
	}
	said := s.reads(r, e, seq)
	if s.Status.Ended() {
		s.contradict(e, said)
		return
	}
	next := Next(s.Status, said)
	if s.Status == Returning && said == Delivered && e.Place.at(r.To) {
		next = Delivered // it was turned round once more
	}
	if next != s.Status {
		s.enter(next, e)
	} else if said == next && e.Reason != "" {
		s.because(e)
	}
	s.note(e, seq)
}

// reads returns what an event of one leg says of the whole parcel.
func (s *State) reads(r Route, e Event, seq int) Status {
	said := e.Status
	switch said {
	case Delivered, OutForDelivery, ReadyForPickup:
		if seq < r.last() && !e.Place.at(r.To) {
			said = InTransit // at the next carrier's door
		}
	case Cancelled:
		if len(r.Legs) > 1 {
			return Unknown // one label of several
		}
	}
	if seq < s.Leg {
		switch said {
		case PickedUp, InTransit, InCustoms, Announced:
			return Unknown // the carrier before repeats what it hears
		}
	}
	return said
}

// enter changes the status.
func (s *State) enter(next Status, e Event) {
	if s.Status == Returning && next == Returned && e.Status == Delivered {
		e.Reason = "" // signed for by the sender
	}
	s.Status, s.Since, s.Cause, s.Reason = next, e.At, "", ""
	s.because(e)
	switch next {
	case InCustoms:
		if s.CustomsSince.IsZero() {
			s.CustomsSince = e.At
		}
	case Held:
		if s.Cause != ByCustoms {
			s.CustomsSince = time.Time{}
		} else if s.CustomsSince.IsZero() {
			s.CustomsSince = e.At
		}
	default:
		s.CustomsSince = time.Time{}
	}
	if next == Delivered {
		s.DeliveredAt = e.At
	}
	if !next.Open() {
		s.Delayed, s.PollingExpired = false, false
	}
}

func (s *State) because(e Event) {
	s.Reason, s.Cause = e.Reason, e.Cause
	if s.Cause == "" {
		s.Cause = e.Reason.Cause()
	}
}

// note keeps what an event tells beside the status.
func (s *State) note(e Event, seq int) {
	scan := e.Status.scan()
	if scan {
		if s.FirstScanAt.IsZero() {
			s.FirstScanAt = e.At
		}
		if s.PickedUpAt.IsZero() && e.Status == PickedUp {
			s.PickedUpAt = e.At
		}
		s.Leg = max(s.Leg, seq)
	}
	if scan || e.Status == Unknown && !s.FirstScanAt.IsZero() {
		s.LastScanAt = e.At
		s.Delayed, s.PollingExpired, s.NotFound = false, false, false
	}
	if e.Status == Announced {
		s.NotFound = false
	}
	if e.Status == AttemptFailed && (s.AttemptAt.IsZero() || e.At.Sub(s.AttemptAt) >= oneVisit) {
		s.Attempts++
		s.AttemptAt = e.At
	}
	if s.Status.Open() && late(e.Reason) {
		s.Delayed = true
	}
	if e.Place != (Place{}) {
		s.Place = e.Place
	}
}

func late(r Reason) bool {
	switch r {
	case Delay, Weather, Strike, Disaster, Misrouted, Capacity:
		return true
	}
	return false
}

// unknownNumber notes that the carrier does not know the number. Once anything
// was heard of a parcel that means nothing: carriers forget old numbers.
func (s *State) unknownNumber(r Route, e Event) {
	if !s.FirstScanAt.IsZero() || !s.Status.Open() {
		return
	}
	label := r.labelAt()
	if label.IsZero() && s.Status == Announced {
		label = s.Since // the carrier knew it then
	}
	if !label.IsZero() && e.At.Sub(label) <= LabelPatience {
		return
	}
	s.NotFound = true
}

// contradict judges a scan after the end. Times without zone may put a courier's
// morning behind the delivery, so what happens on every way must come later than
// that.
func (s *State) contradict(e Event, said Status) {
	if said == s.Status || !e.Status.scan() {
		return
	}
	switch said {
	case AttemptFailed, Held, Returning, Returned, Delivered:
		s.Doubtful = true
	default:
		s.Doubtful = s.Doubtful || said != Unknown && e.At.Sub(s.Since) > zoneSlack
	}
	if s.Doubtful {
		s.LastScanAt = e.At
		if e.Place != (Place{}) {
			s.Place = e.Place
		}
	}
}

// correct makes the state what a correction says.
func (s *State) correct(e Event, seq int) {
	if e.Status == Unknown {
		return
	}
	if s.Status != e.Status {
		if s.Status == Delivered {
			s.DeliveredAt = time.Time{}
		}
		s.enter(e.Status, e)
	} else {
		s.because(e)
	}
	s.Doubtful = false
	s.note(e, seq)
}

// Change is a state that an event caused.
type Change struct {
	Event Event
	State State
}

// Advance adds events to a kept state. It returns the new state, those of fresh
// that were not known, oldest first, and the states that they caused. stored are
// all events in s; they are needed only if late reports so, and may be nil
// otherwise.
//
// The result is that of Fold over all events. A change is told of every event
// that moved the status forward from s; of late ones at most one is told: the
// status that the whole adds up to, if it is another one now.
func Advance(r Route, s State, stored, fresh []Event) (State, []Event, []Change) {
	if !Late(s, fresh) {
		return s.forward(r, sorted(r, fresh))
	}
	known := make(map[int64]bool, len(stored))
	for _, e := range stored {
		known[e.Key()] = true
	}
	list := slices.DeleteFunc(sorted(r, fresh), func(e keyed) bool { return known[e.key] })
	if len(list) == 0 {
		return s, nil, nil
	}
	// What is older than the state is folded in first; the rest goes on from there.
	n, _ := slices.BinarySearchFunc(list, s.Through, func(e keyed, t time.Time) int {
		if e.At.After(t) {
			return 1
		}
		return -1
	})
	if n == 0 {
		return s.forward(r, list)
	}
	all := slices.Concat(stored, events(list[:n]))
	mended, cause := unseen(r), Event{}
	for _, e := range sorted(r, all) {
		was := mended.Status
		mended.step(r, e.Event)
		if mended.Status != was {
			cause = e.Event
		}
	}
	var changes []Change
	if mended.Status != s.Status {
		changes = append(changes, Change{cause, mended})
	}
	out, _, more := mended.forward(r, list[n:])
	return out, events(list), append(changes, more...)
}

// Late reports whether events must be folded together with those that are in a
// state already: one of them is not newer than all of those.
func Late(s State, fresh []Event) bool {
	return !s.Through.IsZero() && slices.ContainsFunc(fresh, func(e Event) bool { return !e.At.After(s.Through) })
}

func (s State) forward(r Route, list []keyed) (State, []Event, []Change) {
	var changes []Change
	for _, e := range list {
		was := s.Status
		s.step(r, e.Event)
		if s.Status != was {
			changes = append(changes, Change{e.Event, s})
		}
	}
	return s, events(list), changes
}

func events(list []keyed) []Event {
	out := make([]Event, len(list))
	for i, e := range list {
		out[i] = e.Event
	}
	return out
}
