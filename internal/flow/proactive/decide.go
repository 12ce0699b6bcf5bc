package proactive

import (
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/zone"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
)

// Wish is what a customer said about letters on their order.
type Wish uint8

// The wishes.
const (
	Silent Wish = iota // nothing
	Wanted
	Ended
)

// Talk is what people said in the tickets of an order.
type Talk struct {
	AnsweredAt time.Time // when somebody of the shop last wrote; zero is never
	WroteAt    time.Time // when the customer last wrote in a ticket that is not done
	Open       bool      // somebody of the shop wrote in a ticket that is not done
}

// Sent is a letter about the order that has left or is leaving.
type Sent struct {
	Shipment shipment.ID
	Occasion Occasion
	Detail   string
	At       time.Time
}

// Facts is all that a decision rests on.
type Facts struct {
	Shipment  shipment.Shipment
	Order     order.Order
	Occasion  Occasion
	Detail    string    // see Of
	At        time.Time // when it happened
	Early     time.Time // the parcel hardly arrives before; zero if nobody knows
	Zones     []*time.Location
	Wish      Wish
	Talk      Talk
	Sent      []Sent
	Reachable bool // there is a mailbox that sends, and an address for the links of the letter
}

// Verdict is what becomes of a letter.
type Verdict uint8

// The verdicts.
const (
	Drop Verdict = iota // never
	Wait                // decide again at a later time
	Send
)

// Why is the reason of a verdict; the texts of the console begin with "proactive.why.".
type Why string

// The reasons.
const (
	Fine    Why = ""
	Off     Why = "off"      // the shop does not write on this occasion
	Stopped Why = "stopped"  // the customer wants no such letters
	Nobody  Why = "nobody"   // no address, no order, or the order was cancelled
	Mute    Why = "mute"     // no mailbox that sends, or no public address
	Over    Why = "over"     // it is not so any more
	Late    Why = "late"     // it would be old news
	Told    Why = "told"     // a letter said so already
	Person  Why = "person"   // a person of the shop is in conversation with the customer
	TooMany Why = "too_many" // as many letters about this order as policy allows
	TooSoon Why = "too_soon" // the letter before is too young
	AtNight Why = "night"    // it is no decent hour where the customer lives
)

// Decision is what becomes of a letter, and when.
type Decision struct {
	Verdict Verdict
	At      time.Time // of Wait
	Why     Why
}

// Decide says what becomes of a letter now. It depends on its arguments alone.
//
// A letter never leaves outside the hours of its policy, sooner than the gap after the
// one before, beyond the most letters of an order, twice about the same thing, after a
// person of the shop wrote about it, to whoever ended letters, or when what it says is
// no longer so.
func Decide(p Policy, f Facts, now time.Time) Decision {
	drop := func(why Why) Decision { return Decision{Verdict: Drop, Why: why} }
	v := f.Shipment
	switch {
	case v.Direction != shipment.Out, v.Order == 0, f.Order.ID == 0, f.Order.Status == order.Cancelled, f.Order.Email == "":
		return drop(Nobody)
	case f.Wish == Ended:
		return drop(Stopped)
	case f.Wish != Wanted && !p.Wants(f.Occasion):
		return drop(Off)
	case !f.Reachable:
		return drop(Mute)
	case !still(f, now):
		return drop(Over)
	case now.Sub(f.At) > f.Occasion.fresh():
		return drop(Late)
	case told(f, now):
		return drop(Told)
	case taken(f):
		return drop(Person)
	case len(f.Sent) >= p.Most:
		return drop(TooMany)
	}
	at, why := now, Fine
	for _, s := range f.Sent {
		if free := s.At.Add(p.Gap); free.After(at) {
			at, why = free, TooSoon
		}
	}
	if decent := zone.Next(at, f.Zones, p.From, p.Until); decent.After(at) {
		at, why = decent, AtNight
	}
	switch {
	case !at.After(now):
		return Decision{Verdict: Send}
	case at.Sub(f.At) > f.Occasion.fresh():
		return drop(Late)
	}
	return Decision{Verdict: Wait, At: at, Why: why}
}

// still reports whether what the letter would say is so now.
func still(f Facts, now time.Time) bool {
	v := f.Shipment
	seen := !v.FirstScanAt.IsZero() // as a rule nobody tells us at all of a parcel that was never scanned
	switch f.Occasion {
	case Delay:
		return wanting(v) && (v.Risk == shipment.Overdue || v.Risk == shipment.Stalled || misses(f.Order.Promise.To, v, f.Early, now))
	case Customs:
		return holds(v.Status, v.Reason) && string(v.Reason) == f.Detail
	case Attempt:
		return v.Status == shipment.AttemptFailed && count(v.Attempts) == f.Detail
	case Pickup:
		return v.Status == shipment.ReadyForPickup
	case Delivered:
		return v.Status == shipment.Delivered && v.Risk != shipment.Contradicted && !v.Doubtful
	case Lost:
		return v.Risk == shipment.PresumedLost && v.Status.Open() && seen || v.Status == shipment.Lost
	}
	return false
}

// told reports whether a letter that still counts said the same.
func told(f Facts, now time.Time) bool {
	for _, s := range f.Sent {
		if s.Shipment == f.Shipment.ID && s.Occasion == f.Occasion && s.Detail == f.Detail && now.Sub(s.At) < f.Occasion.again() {
			return true
		}
	}
	return false
}

// taken reports whether people have taken the matter over: somebody of the shop wrote
// after it happened, or is in conversation with a customer who asked for no letters, or
// such a customer has answered one.
func taken(f Facts) bool {
	if !f.Talk.AnsweredAt.Before(f.At) {
		return true
	}
	if f.Wish == Wanted {
		return false
	}
	if f.Talk.Open {
		return true
	}
	for _, s := range f.Sent {
		if f.Talk.WroteAt.After(s.At) {
			return true
		}
	}
	return false
}

func count(n int) string { return strconv.Itoa(n) }
