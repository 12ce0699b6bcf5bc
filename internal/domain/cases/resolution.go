package cases

import (
	"cmp"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// Means is what a customer gets.
type Means string

// The means of a resolution.
const (
	RefundOriginal  Means = "refund_original"
	RefundOther     Means = "refund_other"
	StoreCredit     Means = "store_credit"
	ExchangeVariant Means = "exchange_variant"
	ExchangeOther   Means = "exchange_other"
	Resend          Means = "resend" // 补发
	Repair          Means = "repair"
	SparePart       Means = "spare_part"
	PartialKeep     Means = "partial_keep"
	FullKeep        Means = "full_keep"
	Allowance       Means = "allowance"        // money beside the goods: postage, or a gesture
	AllowanceCredit Means = "allowance_credit" // the same as store credit
	Nothing         Means = "none"
)

// AllMeans returns all of them.
func AllMeans() []Means {
	return []Means{RefundOriginal, RefundOther, StoreCredit, ExchangeVariant, ExchangeOther, Resend, Repair, SparePart, PartialKeep, FullKeep, Allowance, AllowanceCredit, Nothing}
}

// BearsMoney reports whether it gives money or what was paid for in its place: such a one excludes every other for the
// same units, so that nobody gets both the refund and the exchange. An allowance pays nothing for units, and holds none.
func (m Means) BearsMoney() bool {
	return m != Repair && m != SparePart && m != Nothing && !m.Beside()
}

// Beside reports whether it pays money beside the goods.
func (m Means) Beside() bool { return m == Allowance || m == AllowanceCredit }

// Pays reports whether it is carried out by a refund.
func (m Means) Pays() bool {
	return m == RefundOriginal || m == RefundOther || m == StoreCredit || m == PartialKeep || m == FullKeep || m.Beside()
}

// Sends reports whether it is carried out by goods that are sent to the customer.
func (m Means) Sends() bool {
	return m == ExchangeVariant || m == ExchangeOther || m == Resend || m == SparePart
}

// Stand is how far a resolution has come.
type Stand string

// The stands.
const (
	Proposed  Stand = "proposed"
	Offered   Stand = "offered"
	Taken     Stand = "accepted"
	Refused   Stand = "refused"
	Lapsed    Stand = "lapsed"
	Waiting   Stand = "waiting" // for its trigger
	Executing Stand = "executing"
	Done      Stand = "done"
	Failed    Stand = "failed"
	Undone    Stand = "reversed"
)

// Stands returns all of them in the order of a resolution's life.
func Stands() []Stand {
	return []Stand{Proposed, Offered, Taken, Refused, Lapsed, Waiting, Executing, Done, Failed, Undone}
}

var steps = map[Stand][]Stand{
	Proposed:  {Offered, Taken, Lapsed},
	Offered:   {Taken, Refused, Lapsed},
	Taken:     {Waiting, Executing, Lapsed},
	Waiting:   {Executing, Lapsed},
	Executing: {Done, Failed},
	Failed:    {Executing, Lapsed},
	Done:      {Undone},
	Undone:    {Executing, Lapsed}, // the bank sent the money back: it is owed again
}

// CanStep reports whether a resolution may go from one stand to another.
func CanStep(from, to Stand) bool { return slices.Contains(steps[from], to) }

// Alive reports whether a customer has, or will have, what the resolution gives. What is only proposed or offered may
// stand beside other offers for the same units.
func (s Stand) Alive() bool {
	return s == Taken || s == Waiting || s == Executing || s == Done || s == Failed || s == Undone
}

// Trigger is what a resolution waits for.
type Trigger string

// The triggers.
const (
	AtApproval   Trigger = "approval"
	CounterCheck Trigger = "counter_check" // somebody looked at the goods where they were handed in
	FirstScan    Trigger = "first_scan"
	AtHub        Trigger = "hub"
	AtReceipt    Trigger = "receipt" // the carrier says that it delivered them back
	Counted      Trigger = "counted" // our warehouse has counted them, and all came
	Inspected    Trigger = "inspection"
)

// Triggers returns all of them in the order in which they happen.
func Triggers() []Trigger {
	return []Trigger{AtApproval, CounterCheck, FirstScan, AtHub, AtReceipt, Counted, Inspected}
}

// Resolution is what a customer gets for some units.
type Resolution struct {
	Number   int64     `json:"n"` // unique in the workspace: the refund and the units in the database refer to it
	Means    Means     `json:"means"`
	Units    []Group   `json:"units"`
	Money    Money     `json:"money,omitzero"`
	Law      string    `json:"law,omitempty"`
	Stand    Stand     `json:"stand"`
	Trigger  Trigger   `json:"trigger"`
	By       time.Time `json:"by,omitzero"` // the law's last day: then it is due whatever its trigger waits for
	Until    time.Time `json:"until,omitzero"`
	SendFrom time.Time `json:"send_from,omitzero"` // since when its goods are awaited
	SendBy   time.Time `json:"send_by,omitzero"`   // the customer's last day to send them; zero while none is awaited from them
	Nudged   int       `json:"nudged,omitzero"`    // how often they were written to about it
	Owed     bool      `json:"owed,omitzero"`      // they have what they get and did not send its goods: a person decides
	Forgone  bool      `json:"forgone,omitzero"`   // a person decided that its goods are not awaited any more
	Secured  bool      `json:"secured,omitzero"`   // a sum is held on the customer's card: its goods go out before theirs are here
	Refund   refund.ID `json:"refund,omitzero"`
	Parcel   int64     `json:"parcel,omitzero"` // of what is sent instead
	Hand     Hand      `json:"hand,omitzero"`   // in which it is while it is carried out
	Spent    int64     `json:"spent,omitzero"`  // that it has cost the merchant by bills, in minor units of its order's currency
	Code     string    `json:"code,omitempty"`  // why it failed, was refused or reversed
	Offer    *Offer    `json:"offer,omitempty"` // what it was offered with; nil for what a person gave by their own judgement

	Decider auth.PersonID `json:"decider,omitzero"` // who let it go on; 0: nobody had to
	Why     string        `json:"why,omitempty"`    // of them
}

// Offer is what package decision said of a resolution beside its money.
type Offer struct {
	Part     int            `json:"part,omitzero"` // of the case's decision
	Remedy   string         `json:"remedy"`
	Basis    string         `json:"basis,omitempty"`   // the right that it rests on
	Route    string         `json:"route,omitempty"`   // by which goods come back
	From     string         `json:"from,omitempty"`    // where a new unit is sent from
	Postage  string         `json:"postage,omitempty"` // who pays the way back
	Days     int            `json:"days,omitzero"`
	Needs    []string       `json:"needs,omitempty"`    // evidence that was missing
	Auto     bool           `json:"auto,omitzero"`      // it may run without a person
	Cap      *Cap           `json:"cap,omitempty"`      // that it counts against when it does
	Cost     int64          `json:"cost"`               // that the merchant expects
	SendDays int            `json:"send_days,omitzero"` // to send the goods, by the terms; 0: SendWithin
	Hold     bool           `json:"hold,omitzero"`      // the goods may go out at once, against a sum that is held on the customer's card
	Held     decision.Share `json:"held,omitzero"`      // of their price that is held then; 0: all of it
	Zone     string         `json:"zone,omitempty"`     // of the customer, IANA: their last day ends there
}

// Cap is a bound of the policy on what goes out without a person, in the words of package policy.
type Cap struct {
	Rule     string `json:"rule,omitempty"`
	Per      string `json:"per"`
	Limit    int64  `json:"limit"`
	Currency string `json:"currency"`
	Of       int64  `json:"of"` // Limit in the order's currency
}

// Decider returns the person whose judgement a resolution is carried out by: whoever let it go on, however far the case was
// by then, else whoever decided about the case; 0 is nobody.
func (c Case) Decider(r Resolution) auth.PersonID { return cmp.Or(r.Decider, c.Decision.By) }

// Comes reports whether goods have to be sent back for a resolution.
func (r Resolution) Comes() bool {
	return !r.Forgone && r.Offer != nil && r.Offer.Route != "" && r.Offer.Route != "none" && r.Offer.Route != "carrier"
}

// Returns reports whether goods come back with a resolution, by themselves or sent.
func (r Resolution) Returns() bool {
	return r.Comes() || !r.Forgone && r.Offer != nil && r.Offer.Route == "carrier"
}

// Due reports whether a resolution is to be carried out: its trigger was met, or one that happens later, or the law's
// last day has come, or a sum that is held secures it.
func (r Resolution) Due(met []Trigger, now time.Time) bool {
	if r.Stand != Waiting {
		return false
	}
	if r.Secured || !r.By.IsZero() && !now.Before(r.By) {
		return true
	}
	all := Triggers()
	wants := slices.Index(all, r.Trigger)
	return slices.ContainsFunc(met, func(t Trigger) bool { return slices.Index(all, t) >= wants })
}

// Overlaps reports whether two groups share a unit.
func (g Group) Overlaps(h Group) bool { return g.overlaps(h) }

func (g Group) overlaps(h Group) bool {
	return g.Line == h.Line && g.From < h.From+h.Quantity && h.From < g.From+g.Quantity
}
