package warranty

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
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
	Consent      Stage = "consent" // the customer agrees to a price, or does not
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
	return []Stage{Awaiting, Received, Diagnosed, Consent, Parts, InRepair, Tested, SentBack, Done, Unrepairable, Cancelled}
}

var ways = map[Stage][]Stage{
	Awaiting:  {Received, Cancelled},
	Received:  {Diagnosed, Unrepairable},
	Diagnosed: {Consent, Parts, InRepair, Unrepairable},
	Consent:   {Parts, InRepair, SentBack}, // back as it came: the customer does not agree
	Parts:     {InRepair, Unrepairable},
	InRepair:  {Tested, Parts, Unrepairable},
	Tested:    {SentBack, InRepair, Unrepairable},
	SentBack:  {Done},
}

// Next returns the stages to which a repair may go.
func (s Stage) Next() []Stage { return slices.Clone(ways[s]) }

// Open reports whether something is still to happen.
func (s Stage) Open() bool { return len(ways[s]) > 0 }

// days are how long a stage should take; the customer's own stages are not bounded by the whole repair's day.
var days = map[Stage]int{Awaiting: 14, Received: 3, Diagnosed: 2, Consent: 14, Parts: 14, InRepair: 5, Tested: 2, SentBack: 7}

// Piece is units of one line of an order that are repaired.
type Piece struct {
	Row      int64  `json:"row"` // order.Line.ID
	First    int64  `json:"first"`
	Quantity int64  `json:"qty"`
	SKU      string `json:"sku,omitempty"`
	Title    string `json:"title,omitempty"`
	Serial   string `json:"serial,omitempty"`
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

// Out reports whether the unit is with the customer and owed.
func (l *Loan) Out() bool {
	return l != nil && l.Kind == Lent && l.ReturnedAt.IsZero() && l.ChargedAt.IsZero()
}

// What a step tells.
const (
	wasOpened   = "opened"
	wentTo      = "went"
	wasLent     = "lent"
	wasReturned = "returned"
	wasCharged  = "charged"
)

// Step is one thing that happened to a repair. Steps are only ever appended.
type Step struct {
	What     string     `json:"what"`
	Stage    Stage      `json:"stage,omitempty"` // to which it led
	At       time.Time  `json:"at"`
	By       auth.Actor `json:"by"`
	Note     string     `json:"note,omitempty"`     // for people
	Fault    string     `json:"fault,omitempty"`    // what was found, for the customer
	Estimate int64      `json:"estimate,omitzero"`  // what the customer is asked to pay
	Agreed   *bool      `json:"agreed,omitempty"`   // the customer's answer
	Tracking string     `json:"tracking,omitempty"` // of the way back
	Loan     *Loan      `json:"loan,omitempty"`
	DueBack  time.Time  `json:"due_back,omitzero"`
	Charge   int64      `json:"charge,omitzero"`
}

// Repair is the life of a resolution "repair".
type Repair struct {
	ID         RepairID
	Workspace  auth.WorkspaceID
	Case       cases.ID
	CaseNumber int64
	Resolution int64
	Shop       order.ShopID
	Order      order.ID
	Customer   customer.ID
	Currency   string
	Country    string // whose law says how long it may take
	Pieces     []Piece
	Stage      Stage
	DueAt      time.Time // of the stage; zero once nothing is to happen
	ByAt       time.Time // of the whole repair; zero until the unit is here
	Fault      string
	Estimate   int64
	Agreed     *bool // the customer's answer to the estimate; nil: none was needed, or it is not there yet
	Tracking   string
	Loan       *Loan
	ClaimedAt  time.Time // when the customer told us of the defect
	OpenedAt   time.Time
	UpdatedAt  time.Time
	DoneAt     time.Time
	Steps      []Step
}

// Resource returns the repair as rights see it: with the orders of its shop.
func (r Repair) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: r.Workspace, Shop: int64(r.Shop)}
}

// Mended reports whether the repair was done: one that ended because the customer did not agree was not.
func (r Repair) Mended() bool { return r.Stage == Done && (r.Agreed == nil || *r.Agreed) }

// Of reports whether a repair is of a unit.
func (r Repair) Of(row, unit int64) bool {
	return slices.ContainsFunc(r.Pieces, func(p Piece) bool { return p.Row == row && unit >= p.First && unit < p.First+p.Quantity })
}

// Apply folds a step, and refuses what cannot be. It is pure.
func Apply(r Repair, s Step) (Repair, error) {
	bad := errs.New(errs.Conflict, "error.repair_stage")
	switch s.What {
	case wasOpened:
		if len(r.Steps) > 0 {
			return r, bad
		}
		r.Stage, r.OpenedAt = s.Stage, s.At
		r.due(s.At)
	case wentTo:
		if !slices.Contains(ways[r.Stage], s.Stage) {
			return r, bad
		}
		if err := r.leave(s); err != nil {
			return r, err
		}
		r.Stage = s.Stage
		r.due(s.At)
	case wasLent:
		if r.Loan != nil && (r.Loan.Out() || r.Loan.Kind == Swapped) || r.Stage == Cancelled || s.Loan == nil {
			return r, errs.New(errs.Conflict, "error.repair_loan")
		}
		loan := *s.Loan
		r.Loan = &loan
	case wasReturned, wasCharged:
		if !r.Loan.Out() {
			return r, errs.New(errs.Conflict, "error.repair_loan")
		}
		loan := *r.Loan
		if s.What == wasReturned {
			loan.ReturnedAt = s.At
		} else {
			loan.ChargedAt, loan.Charge = s.At, s.Charge
		}
		r.Loan = &loan
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
		r.Tracking = s.Tracking
	}
	switch {
	case s.Stage == Received:
		days, _ := Cure(r.Country)
		r.ByAt = s.At.AddDate(0, 0, days)
	case r.Stage == Received && s.Stage == Diagnosed:
		if s.Fault == "" {
			return errs.Field("fault", "error.required")
		}
		r.Estimate = s.Estimate
	case r.Stage == Diagnosed && s.Stage == Consent:
		if r.Estimate <= 0 {
			return errs.New(errs.Conflict, "error.repair_price")
		}
	case r.Stage == Diagnosed && (s.Stage == Parts || s.Stage == InRepair):
		if r.Estimate > 0 {
			return errs.New(errs.Conflict, "error.repair_consent")
		}
	case r.Stage == Consent:
		if s.Agreed == nil || *s.Agreed == (s.Stage == SentBack) {
			return errs.New(errs.Conflict, "error.repair_consent")
		}
		answer := *s.Agreed
		r.Agreed = &answer
		r.ByAt = r.ByAt.Add(s.At.Sub(r.since())) // while they thought about it nothing could be done
	}
	if s.Stage == Done || s.Stage == Unrepairable {
		r.DoneAt = s.At
	}
	return nil
}

// since is when the repair came to its stage.
func (r Repair) since() time.Time {
	for _, s := range slices.Backward(r.Steps) {
		if s.What == wentTo || s.What == wasOpened {
			return s.At
		}
	}
	return r.OpenedAt
}

// due sets the last day of the stage: its own, but not after the whole repair's, unless it waits for the customer.
func (r *Repair) due(now time.Time) {
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
	r.Steps, r.Loan, r.Agreed = nil, nil, nil
	for _, s := range steps {
		var err error
		if r, err = Apply(r, s); err != nil {
			return r, err
		}
	}
	return r, nil
}
