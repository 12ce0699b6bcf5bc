package warranty

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// RepairID identifies a repair.
type RepairID int64

// Stage is how far a repair has come.
type Stage string

// The stages.
const (
	Awaiting     Stage = "awaiting_unit"
	Received     Stage = "received"
	Diagnosed    Stage = "diagnosed"
	Consent      Stage = "consent"    // the customer agrees to a price, or does not
	NotAgreed    Stage = "not_agreed" // they did not: the unit goes back as it came
	Parts        Stage = "parts_awaited"
	InRepair     Stage = "in_repair"
	Tested       Stage = "tested"
	SentBack     Stage = "sent_back"
	Done         Stage = "done"
	Unrepairable Stage = "not_repairable"
	Cancelled    Stage = "cancelled"
)

// Stages returns all of them in the order of a repair's life.
func Stages() []Stage {
	return []Stage{Awaiting, Received, Diagnosed, Consent, NotAgreed, Parts, InRepair, Tested, SentBack, Done, Unrepairable, Cancelled}
}

var ways = map[Stage][]Stage{
	Awaiting:  {Received, Cancelled},
	Received:  {Diagnosed, Unrepairable},
	Diagnosed: {Consent, Parts, InRepair, Unrepairable},
	Consent:   {InRepair, NotAgreed},
	NotAgreed: {SentBack},
	Parts:     {InRepair, Unrepairable},
	InRepair:  {Tested, Parts, Unrepairable},
	Tested:    {SentBack, InRepair, Unrepairable},
	SentBack:  {Done},
}

// Open reports whether something is still to happen.
func (s Stage) Open() bool { return len(ways[s]) > 0 }

// days are how long a stage should take; the customer's own stages are not bounded by the whole repair's day.
var days = map[Stage]int{Awaiting: 14, Received: 3, Diagnosed: 2, Consent: 14, NotAgreed: 2, Parts: 14, InRepair: 5, Tested: 2, SentBack: 7}

// Piece is units of one line of an order that are repaired.
type Piece struct {
	Row      int64  `json:"row"` // order.Line.ID
	First    int64  `json:"first"`
	Quantity int64  `json:"qty"`
	SKU      string `json:"sku,omitempty"`
	Title    string `json:"title,omitempty"`
	Serial   string `json:"serial,omitempty"` // of the first of them that is registered with one
}

// LoanKind says why a unit went out.
type LoanKind string

// The kinds.
const (
	Lent    LoanKind = "lent"    // comes back
	Swapped LoanKind = "swapped" // the customer keeps it instead of their own
)

// Loan is a unit that the customer has meanwhile, or instead.
type Loan struct {
	Kind       LoanKind  `json:"kind"`
	SKU        string    `json:"sku,omitempty"`
	Serial     string    `json:"serial"`
	SentAt     time.Time `json:"sent_at"`
	DueAt      time.Time `json:"due_at,omitzero"` // back
	ReturnedAt time.Time `json:"returned_at,omitzero"`
	ChargedAt  time.Time `json:"charged_at,omitzero"`
	Charge     int64     `json:"charge,omitzero"` // in minor units of the repair's currency, that the customer was asked for
}

// Out reports whether a lent unit is with the customer and owed.
func (l *Loan) Out() bool {
	return l != nil && l.Kind == Lent && l.ReturnedAt.IsZero() && l.ChargedAt.IsZero()
}

// CostKind says what a repair cost money for.
type CostKind string

// The kinds of cost.
const (
	ForParts   CostKind = "parts"
	ForLabour  CostKind = "labour"
	ForFreight CostKind = "freight"
	ForLoan    CostKind = "loan" // the unit that the customer had meanwhile: its wear, or what it was worth
)

// CostKinds returns all of them.
func CostKinds() []CostKind { return []CostKind{ForParts, ForLabour, ForFreight, ForLoan} }

// Spend is what a repair cost the merchant once.
type Spend struct {
	Key    string   `json:"key"` // of whoever wrote it down: what comes twice counts once
	Kind   CostKind `json:"kind"`
	Amount int64    `json:"amount"` // in minor units of the repair's currency
	Note   string   `json:"note,omitempty"`
}

// What a step tells.
const (
	wasOpened   = "opened"
	wentTo      = "went"
	wasLent     = "lent"
	wasReturned = "returned"
	wasCharged  = "charged"
	wasSpent    = "spent"
	wasLate     = "late" // people were told that a day has passed
)

// Who did something.
type Who struct {
	Kind auth.Kind `json:"kind"`
	ID   int64     `json:"id,omitzero"`
	Name string    `json:"name,omitempty"`
}

// Step is one thing that happened to a repair. Steps are only ever appended.
type Step struct {
	What      string      `json:"what"`
	Stage     Stage       `json:"stage,omitempty"` // to which it led
	At        time.Time   `json:"at"`
	By        Who         `json:"by"`
	Note      string      `json:"note,omitempty"`      // for people
	Fault     string      `json:"fault,omitempty"`     // what was found, for the customer
	Estimate  int64       `json:"estimate,omitzero"`   // what the customer is asked to pay
	Uncovered string      `json:"uncovered,omitempty"` // why neither law nor promise makes it free, for the customer
	Agreed    *bool       `json:"agreed,omitempty"`    // the customer's answer
	Carrier   string      `json:"carrier,omitempty"`   // of the way back
	Tracking  string      `json:"tracking,omitempty"`
	Shipment  shipment.ID `json:"shipment,omitzero"` // under that number
	Loan      *Loan       `json:"loan,omitempty"`
	Charge    int64       `json:"charge,omitzero"`
	Spend     *Spend      `json:"spend,omitempty"`
	OfLoan    bool        `json:"of_loan,omitzero"` // what is late is the lent unit
}

// Repair is the life of a resolution "repair".
type Repair struct {
	ID         RepairID
	Workspace  auth.WorkspaceID
	Case       cases.ID
	CaseNumber int64
	Ticket     ticket.ID
	Resolution int64
	Shop       order.ShopID
	Order      order.ID
	Customer   customer.ID
	Currency   string
	Country    string // whose law says how long it may take
	Covered    bool   // the law, a guarantee or the policy gives it: no price may be asked without saying why they do not
	Pieces     []Piece
	Stage      Stage
	DueAt      time.Time // of the stage; zero once nothing is to happen
	ByAt       time.Time // of the whole repair; zero until the unit is here
	Fault      string
	Estimate   int64
	Uncovered  string
	Agreed     *bool // the customer's answer to the estimate; nil: none was needed, or it is not there yet
	Carrier    string
	Tracking   string
	Shipment   shipment.ID // of the way back; 0 where nobody follows it
	Loan       *Loan
	Spent      []Spend
	ClaimedAt  time.Time // when the customer told us of the defect
	OpenedAt   time.Time
	UpdatedAt  time.Time
	EndedAt    time.Time
	Steps      []Step

	told, toldLoan bool // people know that the stage, or the loan, is late
}

// Resource returns the repair as rights see it: with the orders of its shop.
func (r Repair) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: r.Workspace, Shop: int64(r.Shop)}
}

// Replaced reports whether the customer keeps another unit instead of theirs.
func (r Repair) Replaced() bool { return r.Loan != nil && r.Loan.Kind == Swapped }

// Mended reports whether the repair was done: one that ended because the customer did not agree, or got another unit, was not.
func (r Repair) Mended() bool {
	return r.Stage == Done && !r.Replaced() && (r.Agreed == nil || *r.Agreed)
}

// Cost is what the repair has cost the merchant so far.
func (r Repair) Cost() int64 {
	var sum int64
	for _, s := range r.Spent {
		sum += s.Amount
	}
	return sum
}

// Owed reports whether the customer has a unit that they may be charged for: a lent one that is not back, or one instead of
// theirs, while theirs has not come.
func (r Repair) Owed() bool {
	return r.Loan.Out() || r.Replaced() && r.Loan.ChargedAt.IsZero() && (r.Stage == Awaiting || r.Stage == Cancelled)
}

// Of reports whether a repair is of a unit.
func (r Repair) Of(row, unit int64) bool {
	return slices.ContainsFunc(r.Pieces, func(p Piece) bool { return p.Row == row && unit >= p.First && unit < p.First+p.Quantity })
}

// Next returns the stages to which the repair may go. A customer who keeps another unit waits for nothing any more: once
// theirs is here the repair ends.
func (r Repair) Next() []Stage {
	if r.Replaced() && r.Stage.Open() && r.Stage != Awaiting && r.Stage != SentBack {
		return []Stage{Done}
	}
	return slices.Clone(ways[r.Stage])
}

// NextAt is when something of the repair is to have happened: its stage, or that the lent unit is back; zero if nothing is.
func (r Repair) NextAt() time.Time { return earlier(r.DueAt, r.loanDue()) }

// TellAt is the first of these days that people have not been told of having passed; zero if there is none.
func (r Repair) TellAt() time.Time {
	stage, loan := r.DueAt, r.loanDue()
	if r.told {
		stage = time.Time{}
	}
	if r.toldLoan {
		loan = time.Time{}
	}
	return earlier(stage, loan)
}

func (r Repair) loanDue() time.Time {
	if r.Loan.Out() {
		return r.Loan.DueAt
	}
	return time.Time{}
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// mostSteps bounds the steps of one repair.
const mostSteps = 500

// Apply folds a step, and refuses what cannot be. It is pure.
func Apply(r Repair, s Step) (Repair, error) {
	bad := errs.New(errs.Conflict, "error.repair_stage")
	if (s.What == wasOpened) != (len(r.Steps) == 0) || len(r.Steps) >= mostSteps {
		return r, bad
	}
	switch s.What {
	case wasOpened:
		r.Stage, r.OpenedAt = Awaiting, s.At
		r.due(s.At)
	case wentTo:
		if !slices.Contains(r.Next(), s.Stage) {
			return r, bad
		}
		if err := r.leave(s); err != nil {
			return r, err
		}
		r.Stage = s.Stage
		r.due(s.At)
	case wasLent:
		if s.Loan == nil || r.Loan.Out() || r.Replaced() || !r.Stage.Open() || r.Stage == SentBack || r.Stage == NotAgreed {
			return r, errs.New(errs.Conflict, "error.repair_loan")
		}
		loan := *s.Loan
		r.Loan, r.toldLoan = &loan, false
	case wasReturned:
		if !r.Loan.Out() {
			return r, errs.New(errs.Conflict, "error.repair_loan")
		}
		loan := *r.Loan
		loan.ReturnedAt = s.At
		r.Loan = &loan
	case wasCharged:
		if !r.Owed() {
			return r, errs.New(errs.Conflict, "error.repair_loan")
		}
		loan := *r.Loan
		loan.ChargedAt, loan.Charge = s.At, s.Charge
		r.Loan = &loan
	case wasSpent:
		if s.Spend == nil || slices.ContainsFunc(r.Spent, func(x Spend) bool { return x.Key == s.Spend.Key }) {
			return r, bad
		}
		r.Spent = append(slices.Clip(r.Spent), *s.Spend)
	case wasLate:
		if s.OfLoan {
			r.toldLoan = true
		} else {
			r.told = true
		}
	default:
		return r, bad
	}
	r.UpdatedAt = s.At
	r.Steps = append(slices.Clip(r.Steps), s)
	return r, nil
}

// leave takes over what a step to another stage tells.
func (r *Repair) leave(s Step) error {
	if s.Fault != "" {
		r.Fault = s.Fault
	}
	if s.Tracking != "" {
		r.Carrier, r.Tracking, r.Shipment = s.Carrier, s.Tracking, s.Shipment
	}
	switch {
	case s.Stage == Received:
		days, _ := Cure(r.Country)
		r.ByAt = s.At.AddDate(0, 0, days)
	case s.Stage == Diagnosed:
		if s.Fault == "" {
			return errs.Field("fault", "error.required")
		}
		if s.Estimate > 0 && r.Covered && s.Uncovered == "" {
			return errs.Field("uncovered", "error.repair_free")
		}
		r.Estimate, r.Uncovered = s.Estimate, s.Uncovered
	case s.Stage == Consent:
		if r.Estimate <= 0 {
			return errs.New(errs.Conflict, "error.repair_price")
		}
	case r.Stage == Diagnosed && (s.Stage == Parts || s.Stage == InRepair):
		if r.Estimate > 0 {
			return errs.New(errs.Conflict, "error.repair_consent")
		}
	case r.Stage == Consent && s.Stage != Done:
		if s.Agreed == nil || *s.Agreed != (s.Stage == InRepair) {
			return errs.New(errs.Conflict, "error.repair_consent")
		}
		answer := *s.Agreed
		r.Agreed = &answer
		r.ByAt = r.ByAt.Add(s.At.Sub(r.since())) // while they thought about it nothing could be done
	}
	if !s.Stage.Open() {
		r.EndedAt = s.At
	}
	return nil
}

// since is when the repair came to its stage.
func (r Repair) since() time.Time {
	for _, s := range slices.Backward(r.Steps) {
		if s.What == wentTo {
			return s.At
		}
	}
	return r.OpenedAt
}

// due sets the last day of the stage: its own, but not after the whole repair's, unless it waits for the customer.
func (r *Repair) due(now time.Time) {
	r.told = false
	n, ok := days[r.Stage]
	if !ok {
		r.DueAt = time.Time{}
		return
	}
	r.DueAt = now.AddDate(0, 0, n)
	if r.Stage != Awaiting && r.Stage != Consent && !r.ByAt.IsZero() && r.DueAt.After(r.ByAt) {
		r.DueAt = r.ByAt
	}
}

// Fold makes a repair of what it was opened with and its steps.
func Fold(opened Repair, steps []Step) (Repair, error) {
	r := opened
	r.Steps = nil
	for _, s := range steps {
		var err error
		if r, err = Apply(r, s); err != nil {
			return r, err
		}
	}
	return r, nil
}
