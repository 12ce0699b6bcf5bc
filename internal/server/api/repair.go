package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

func repairGroup() group {
	read, write := may(auth.ReadCases), may(auth.ReadCases, auth.WriteCases)
	return group{"Repairs", "A repair is the life of a resolution `repair` of a case. It opens by itself when the resolution is taken, and with its end the resolution ends.", []operation{
		{"repairList", "GET", "/repairs", read, do((*server).repairList), "List repairs", "Repairs, newest first. With `open` those alone of which something is to happen still, by their next day: at most 200."},
		{"repairGet", "GET", "/repairs/{repair}", read, do((*server).repairGet), "Get a repair", "One repair with its steps."},
		{"repairMove", "POST", "/repairs/{repair}/move", write, do((*server).repairMove), "Bring a repair to another stage", "A repeat changes nothing. Goods that are expected at a warehouse are received there. A price for what the law or a promise covers needs the reason why it does not reach so far; work that costs the customer something begins once they agreed. `done` ends the resolution; `not_repairable` fails it, and its case is decided anew."},
		{"repairAnswer", "POST", "/repairs/{repair}/answer", write, do((*server).repairAnswer), "Answer for the customer", "Takes the customer's answer to the price, which they told you: the work begins, or the unit is to go back as it came. The portal asks them itself."},
		{"repairLend", "POST", "/repairs/{repair}/loan", write, do((*server).repairLend), "Lend or swap a unit", "Notes which unit went out, and until when it is due back. A serial number is out once."},
		{"repairReturned", "POST", "/repairs/{repair}/loan/returned", write, do((*server).repairReturned), "Take a lent unit back", "The unit is here again. A repeat changes nothing."},
		{"repairCharged", "POST", "/repairs/{repair}/loan/charged", may(auth.ReadCases, auth.WriteCases, auth.ApproveRefunds), do((*server).repairCharged), "Charge a unit that never came", "Notes what the customer was asked for: the lent unit did not come back, or theirs did not come after a swap. No money moves by it."},
		{"repairSpend", "POST", "/repairs/{repair}/costs", write, do((*server).repairSpend), "Write down what a repair cost", "Parts, labour, freight or the lent unit, once by its key: a repeat changes nothing. Bills may come after the end."},
	}}
}

// RepairPiece is units of a line that are repaired.
type RepairPiece struct {
	Line     Ref[aLine] `json:"line_id"`
	First    int64      `json:"first" doc:"The first of the line's units, from 1."`
	Quantity int64      `json:"quantity"`
	SKU      string     `json:"sku"`
	Title    string     `json:"title"`
	Serial   string     `json:"serial" doc:"As it was registered; empty if it was not."`
}

// RepairLoan is a unit that the customer has meanwhile, or instead.
type RepairLoan struct {
	Kind       string     `json:"kind" enum:"lent,swapped" doc:"A swapped one stays with the customer."`
	SKU        string     `json:"sku"`
	Serial     string     `json:"serial"`
	SentAt     time.Time  `json:"sent_at"`
	DueAt      *time.Time `json:"due_at" doc:"Back."`
	ReturnedAt *time.Time `json:"returned_at"`
	ChargedAt  *time.Time `json:"charged_at"`
	Charge     int64      `json:"charge" doc:"In minor units of the repair's currency."`
}

// RepairCost is what a repair cost once.
type RepairCost struct {
	Key    string `json:"key" minLength:"1" maxLength:"200" example:"bill-2026-114" doc:"Of the bill: what comes twice counts once."`
	Kind   string `json:"kind" enum:"parts,labour,freight,loan"`
	Amount int64  `json:"amount" minimum:"1" example:"1250" doc:"In minor units of the repair's currency."`
	Note   string `json:"note,omitempty" maxLength:"4000"`
}

// RepairStep is one thing that happened.
type RepairStep struct {
	What  string    `json:"what" enum:"opened,went,lent,returned,charged,spent,late"`
	Stage string    `json:"stage" doc:"To which it led, with opened and went."`
	At    time.Time `json:"at"`
	By    string    `json:"by" enum:"agent,customer,bot,system"`
	Note  string    `json:"note" doc:"For people."`
}

// Repair is the life of a resolution "repair".
type Repair struct {
	ID         Ref[aRepair]     `json:"id"`
	CaseID     Ref[aCase]       `json:"case_id"`
	Case       int64            `json:"case" doc:"The case's number."`
	Resolution Ref[aResolution] `json:"resolution_id"`
	Order      Ref[anOrder]     `json:"order_id"`
	Stage      string           `json:"stage" enum:"awaiting_unit,received,diagnosed,consent,not_agreed,parts_awaited,in_repair,tested,sent_back,done,not_repairable,cancelled"`
	Next       []string         `json:"next" nullable:"false" doc:"Stages to which it may go."`
	DueAt      *time.Time       `json:"due_at" doc:"The last day of the stage."`
	ByAt       *time.Time       `json:"by_at" doc:"The last day of the whole repair, by the market's law or custom, once the unit is here."`
	Covered    bool             `json:"covered" doc:"The law, a guarantee or the policy gives it."`
	Pieces     []RepairPiece    `json:"pieces" nullable:"false"`
	Currency   string           `json:"currency"`
	Fault      string           `json:"fault" doc:"What was found, as the customer reads it."`
	Price      int64            `json:"price" doc:"What the customer is asked to pay, in minor units."`
	Uncovered  string           `json:"uncovered" doc:"Why nothing makes it free, as the customer reads it."`
	Agreed     *bool            `json:"agreed" nullable:"true" doc:"Their answer."`
	Carrier    string           `json:"carrier" doc:"Of the way back."`
	Tracking   string           `json:"tracking"`
	Loan       *RepairLoan      `json:"loan,omitempty" doc:"Left out where none went out."`
	Costs      []RepairCost     `json:"costs" nullable:"false"`
	Cost       int64            `json:"cost" doc:"What it has cost the merchant so far, in minor units."`
	Mended     bool             `json:"mended"`
	Steps      []RepairStep     `json:"steps" nullable:"false"`
	OpenedAt   time.Time        `json:"opened_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
	EndedAt    *time.Time       `json:"ended_at"`
}

func repairRecord(r warranty.Repair) Repair {
	out := Repair{
		ID: refTo[aRepair](r.ID), CaseID: refTo[aCase](r.Case), Case: r.CaseNumber, Resolution: refTo[aResolution](r.Resolution), Order: refTo[anOrder](r.Order), Stage: string(r.Stage), DueAt: optTime(r.DueAt), ByAt: optTime(r.ByAt),
		Covered: r.Covered, Currency: r.Currency, Fault: r.Fault, Price: r.Estimate, Uncovered: r.Uncovered, Agreed: r.Agreed, Carrier: r.Carrier, Tracking: r.Tracking, Cost: r.Cost(), Mended: r.Mended(),
		OpenedAt: at(r.OpenedAt), UpdatedAt: at(r.UpdatedAt), EndedAt: optTime(r.EndedAt),
		Next: append([]string{}, convert(r.Next(), func(s warranty.Stage) string { return string(s) })...),
		Pieces: append([]RepairPiece{}, convert(r.Pieces, func(p warranty.Piece) RepairPiece {
			return RepairPiece{refTo[aLine](p.Row), p.First, p.Quantity, p.SKU, p.Title, p.Serial}
		})...),
		Costs: append([]RepairCost{}, convert(r.Spent, func(s warranty.Spend) RepairCost {
			return RepairCost{s.Key, string(s.Kind), s.Amount, s.Note}
		})...),
		Steps: append([]RepairStep{}, convert(r.Steps, func(s warranty.Step) RepairStep {
			return RepairStep{s.What, string(s.Stage), at(s.At), string(s.By.Kind), s.Note}
		})...),
	}
	if l := r.Loan; l != nil {
		out.Loan = &RepairLoan{string(l.Kind), l.SKU, l.Serial, at(l.SentAt), optTime(l.DueAt), optTime(l.ReturnedAt), optTime(l.ChargedAt), l.Charge}
	}
	return out
}

func (s *server) repairList(c *call, in *struct {
	Paging
	Stage string       `query:"stage" enum:"awaiting_unit,received,diagnosed,consent,not_agreed,parts_awaited,in_repair,tested,sent_back,done,not_repairable,cancelled"`
	Open  bool         `query:"open" doc:"Those alone of which something is still to happen, if only that a lent unit comes back."`
	Order Ref[anOrder] `query:"order_id"`
	Case  Ref[aCase]   `query:"case_id"`
}) (*pageOut[Repair], error) {
	f := warranty.RepairFilter{Stage: warranty.Stage(in.Stage), Open: in.Open, Order: order.ID(in.Order.num()), Case: cases.ID(in.Case.num())}
	id := func(r warranty.Repair) int64 { return int64(r.ID) }
	if in.Open {
		list, err := s.Warranty.Repairs(c, c.actor, f, 0, warranty.MaxPage)
		if err != nil {
			return nil, err
		}
		list, next, err := part(list, id, in.Paging)
		if err != nil {
			return nil, err
		}
		return page(c, convert(list, repairRecord), next), nil
	}
	var before int64
	if err := readCursor('m', in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := s.Warranty.Repairs(c, c.actor, f, warranty.RepairID(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit {
		list = list[:in.Limit]
		next = writeCursor('m', id(list[len(list)-1]))
	}
	return page(c, convert(list, repairRecord), next), nil
}

// RepairPath names a repair.
type RepairPath struct {
	Repair Ref[aRepair] `path:"repair" doc:"The repair's id."`
}

func (p RepairPath) id() warranty.RepairID { return warranty.RepairID(p.Repair.num()) }

func (s *server) repairGet(c *call, in *struct{ RepairPath }) (*recordOut[Repair], error) {
	return repairOut(s.Warranty.GetRepair(c, c.actor, in.id()))
}

func repairOut(r warranty.Repair, err error) (*recordOut[Repair], error) {
	if err != nil {
		return nil, err
	}
	return record(repairRecord(r)), nil
}

// RepairMove is what somebody says of a repair.
type RepairMove struct {
	To        string `json:"to" enum:"received,diagnosed,consent,parts_awaited,in_repair,tested,sent_back,done,not_repairable,cancelled"`
	Fault     string `json:"fault,omitempty" maxLength:"4000" doc:"What was found, for the customer. Needed with diagnosed."`
	Price     int64  `json:"price,omitempty" minimum:"0" doc:"What the customer is asked to pay, with diagnosed; in minor units of the repair's currency."`
	Uncovered string `json:"uncovered,omitempty" maxLength:"4000" doc:"Why neither law nor promise makes it free, for the customer. Needed with a price for what is covered."`
	Carrier   string `json:"carrier,omitempty" maxLength:"200" doc:"Of the way back."`
	Tracking  string `json:"tracking,omitempty" maxLength:"200"`
	Note      string `json:"note,omitempty" maxLength:"4000" doc:"For people."`
}

func (s *server) repairMove(c *call, in *struct {
	RepairPath
	Body RepairMove
}) (*recordOut[Repair], error) {
	m := in.Body
	return repairOut(s.Warranty.MoveRepair(c, c.actor, in.id(), warranty.Move{To: warranty.Stage(m.To), Fault: m.Fault, Estimate: m.Price, Uncovered: m.Uncovered, Carrier: m.Carrier, Tracking: m.Tracking, Note: m.Note}))
}

// RepairAnswer is the customer's answer to a price.
type RepairAnswer struct {
	Agreed bool   `json:"agreed"`
	Note   string `json:"note,omitempty" maxLength:"4000" doc:"How you know, for people."`
}

func (s *server) repairAnswer(c *call, in *struct {
	RepairPath
	Body RepairAnswer
}) (*recordOut[Repair], error) {
	return repairOut(s.Warranty.AnswerPrice(c, c.actor, in.id(), in.Body.Agreed, in.Body.Note))
}

// RepairLoanDraft is a unit that goes out.
type RepairLoanDraft struct {
	Kind   string     `json:"kind" enum:"lent,swapped" doc:"A swapped one stays with the customer."`
	SKU    string     `json:"sku,omitempty" maxLength:"200"`
	Serial string     `json:"serial" minLength:"1" maxLength:"80" example:"L-0042"`
	DueAt  *time.Time `json:"due_at,omitempty" doc:"Needed with lent."`
}

func (s *server) repairLend(c *call, in *struct {
	RepairPath
	Body RepairLoanDraft
}) (*recordOut[Repair], error) {
	l := warranty.Loan{Kind: warranty.LoanKind(in.Body.Kind), SKU: in.Body.SKU, Serial: in.Body.Serial}
	if in.Body.DueAt != nil {
		l.DueAt = *in.Body.DueAt
	}
	return repairOut(s.Warranty.Lend(c, c.actor, in.id(), l))
}

func (s *server) repairReturned(c *call, in *struct{ RepairPath }) (*recordOut[Repair], error) {
	return repairOut(s.Warranty.TakeBack(c, c.actor, in.id()))
}

// RepairCharge is what the customer was asked for.
type RepairCharge struct {
	Charge int64 `json:"charge" minimum:"1" example:"4900" doc:"In minor units of the repair's currency."`
}

func (s *server) repairCharged(c *call, in *struct {
	RepairPath
	Body RepairCharge
}) (*recordOut[Repair], error) {
	return repairOut(s.Warranty.ChargeLoan(c, c.actor, in.id(), in.Body.Charge))
}

func (s *server) repairSpend(c *call, in *struct {
	RepairPath
	Body RepairCost
}) (*recordOut[Repair], error) {
	b := in.Body
	return repairOut(s.Warranty.SpendOn(c, c.actor, in.id(), warranty.Spend{Key: b.Key, Kind: warranty.CostKind(b.Kind), Amount: b.Amount, Note: b.Note}))
}
