package ui

import (
	"slices"
	"time"
)

// Repairs is the board of repairs.
type Repairs struct {
	Page
	Stages []Option
	Rows   []Repair
}

// Repair is one repair.
type Repair struct {
	ID, Case, Number int64
	Resolution       int64
	Stage            string
	Open             bool
	Late             bool // a day has passed
	Due, By          time.Time
	Pieces           []RepairPiece
	Fault, Uncovered string
	Covered          bool
	Price, Cost      string // written out
	Currency         string
	Shipment         int64 // the parcel in which it goes back; 0 where nobody follows it
	Tracking         string
	Refused          bool // the customer did not agree to the price
	Asks             bool // the customer is asked for a price
	Looks            bool // what is wrong is to be found
	Sends            bool // it may be sent back
	Next             []Option
	Loan             *RepairLoan
	Lends            bool // a unit may go out
	Owed             bool // a unit may be charged
	Kinds            []Option
	Costs            []Option // what money goes for
}

// RepairPiece is units that are repaired.
type RepairPiece struct {
	Quantity      int64
	Title, Serial string
}

// RepairLoan is a unit that the customer has meanwhile, or instead.
type RepairLoan struct {
	Kind, Serial, SKU string
	Due, Back         time.Time
	Out               bool
	Charge            string
}

// tone colours the stage of a repair.
func (x Repair) tone() string {
	switch {
	case x.Late:
		return "late"
	case x.Stage == "done":
		return "good"
	case x.Stage == "consent" || x.Stage == "awaiting_unit":
		return "warn"
	case x.Open:
		return "info"
	}
	return ""
}

// mends reports whether a repair carries a resolution: it says itself when that is done.
func (v CaseView) mends(resolution int64) bool {
	return slices.ContainsFunc(v.Repairs, func(x Repair) bool { return x.Resolution == resolution })
}
