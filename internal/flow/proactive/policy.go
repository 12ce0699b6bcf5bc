package proactive

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Occasion is a kind of thing that customers are told of.
type Occasion string

// The occasions, in the order in which pages show them.
const (
	Delay     Occasion = "delay"     // the day it was expected on is over, or was promised for will not be kept, or it is silent for longer than its lane explains
	Customs   Occasion = "customs"   // customs holds it, mostly because the recipient has to do something
	Attempt   Occasion = "attempt"   // the courier came in vain
	Pickup    Occasion = "pickup"    // it waits for the recipient
	Delivered Occasion = "delivered" // the carrier says so
	Lost      Occasion = "lost"      // it is lost, or hardly any that was silent for so long is seen again
)

// Occasions returns all of them.
func Occasions() []Occasion {
	return []Occasion{Delay, Customs, Attempt, Pickup, Delivered, Lost}
}

// Valid reports whether o is one of the occasions.
func (o Occasion) Valid() bool { return slices.Contains(Occasions(), o) }

// fresh is for how long an occasion is worth a letter.
func (o Occasion) fresh() time.Duration {
	switch o {
	case Attempt, Delivered:
		return 48 * time.Hour
	case Lost:
		return 14 * 24 * time.Hour
	}
	return 5 * 24 * time.Hour
}

// again is for how long a letter about the same thing says it all; forever where such
// a thing happens once.
func (o Occasion) again() time.Duration {
	switch o {
	case Delivered, Lost:
		return 1<<63 - 1
	}
	return 7 * 24 * time.Hour
}

// Of returns the occasion that an event of a shipment is, and what tells it from others
// of its kind: which attempt, which reason of customs, which town to pick it up in.
func Of(kind string, told shipment.Summary) (o Occasion, detail string, ok bool) {
	switch kind {
	case shipment.IsOverdue, shipment.IsStalled:
		return Delay, "", true
	case shipment.IsPresumedLost, shipment.IsLost:
		return Lost, "", true
	case shipment.IsInCustoms, shipment.IsHeld:
		return Customs, string(told.Reason), holds(told.Status, told.Reason)
	case shipment.IsAttemptFailed:
		return Attempt, count(told.Attempts), true
	case shipment.IsReadyForPickup:
		return Pickup, told.City, true
	case shipment.IsDelivered:
		return Delivered, "", true
	}
	return "", "", false
}

// holds reports whether customs keeps a parcel back. That it passes through customs, or
// is looked into there, is the usual way and no news.
func holds(s shipment.Status, r shipment.Reason) bool {
	switch r {
	case shipment.CustomsDocuments, shipment.CustomsDuty, shipment.CustomsRefused:
		return s == shipment.InCustoms || s == shipment.Held
	case shipment.CustomsInspection:
		return s == shipment.Held
	}
	return false
}

// Policy is what a shop writes to its customers by itself.
type Policy struct {
	Workspace auth.WorkspaceID
	Shop      order.ShopID
	On        bool // false: nothing but what customers ask for
	Occasions []Occasion
	Gap       time.Duration // the least between two letters about one order
	Most      int           // letters about one order, at most
	From      int           // the hour of the customer's day from which letters may leave, 0 to 23
	Until     int           // the hour from which they may not any more, up to 24
	UpdatedAt time.Time
}

// Default is the policy of a shop that said nothing: off, and sensible once it is on.
func Default(w auth.WorkspaceID, shop order.ShopID) Policy {
	return Policy{Workspace: w, Shop: shop, Occasions: Occasions(), Gap: 12 * time.Hour, Most: 6, From: 9, Until: 20}
}

// Limits of what a policy may say.
const (
	MaxGap     = 14 * 24 * time.Hour
	MaxLetters = 50
)

// Has reports whether an occasion is one of the shop's.
func (p Policy) Has(o Occasion) bool { return slices.Contains(p.Occasions, o) }

// Wants reports whether the shop writes on an occasion.
func (p Policy) Wants(o Occasion) bool { return p.On && p.Has(o) }

// Check returns what is wrong with a policy, as errs.Invalid with its field.
func (p Policy) Check() error {
	switch {
	case slices.ContainsFunc(p.Occasions, func(o Occasion) bool { return !o.Valid() }):
		return errs.Field("occasions", "error.proactive.occasion")
	case p.Gap < 0 || p.Gap > MaxGap:
		return errs.Field("gap_hours", "error.proactive.gap", "Hours", int64(MaxGap/time.Hour))
	case p.Most < 1 || p.Most > MaxLetters:
		return errs.Field("most", "error.proactive.most", "Count", int64(MaxLetters))
	case p.From < 0 || p.Until > 24 || p.Until-p.From < 2:
		return errs.Field("from_hour", "error.proactive.hours")
	}
	return nil
}

// tidy brings the occasions of a policy into their order, each once.
func (p Policy) tidy() Policy {
	p.Occasions = slices.DeleteFunc(Occasions(), func(o Occasion) bool { return !slices.Contains(p.Occasions, o) })
	return p
}

// Words writes a list of occasions for a column, and ReadOccasions reads it.
func Words(list []Occasion) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = string(o)
	}
	return strings.Join(out, " ")
}

// ReadOccasions reads what Words wrote.
func ReadOccasions(s string) []Occasion {
	var out []Occasion
	for w := range strings.FieldsSeq(s) {
		out = append(out, Occasion(w))
	}
	return out
}
