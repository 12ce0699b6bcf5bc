package api

import (
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func caseGroup() group {
	read, write, pay := may(auth.ReadCases), may(auth.ReadCases, auth.WriteCases), may(auth.ReadCases, auth.WriteCases)
	give := may(auth.ReadOrders, auth.ReadCases, auth.WriteCases, auth.ApproveRefunds)
	return group{"Cases", "A case is a withdrawal, return, exchange, warranty claim, or a parcel that never came, from the wish to money, goods and letters.", []operation{
		{"caseList", "GET", "/cases", read, do((*server).caseList), "List cases", "Cases, newest first; with `waits_for` what is due first."},
		{"caseAdvise", "POST", "/cases/advice", write, do((*server).caseAdvise), "Decide about a wish", "What the law gives, what may be offered with its money, days and cost, and why anything else is refused. Nothing is written."},
		{"caseOpen", "POST", "/cases", write, do((*server).caseOpen).created(), "Open a case",
			"Opens a case, hands it in, decides, and puts the offers before the customer. A withdrawal that the law gives is approved and acknowledged by mail at once. Send an Idempotency-Key: a second case would be about other units."},
		{"caseGet", "GET", "/cases/{case}", read, do((*server).caseGet), "Get a case", "One case with its lines and resolutions."},
		{"caseEvents", "GET", "/cases/{case}/events", read, do((*server).caseEvents), "List a case's events", "What happened to a case, oldest first."},
		{"caseFileList", "GET", "/cases/{case}/files", read, do((*server).caseFileList), "List a case's evidence", "Photos, short videos and papers that the customer showed, in the order in which they came."},
		{"caseFile", "GET", "/cases/{case}/files/{case_file}", read, do((*server).caseFile).as("application/octet-stream"), "Get a piece of evidence", "A photo has lost the place where it was taken. It always comes as a download."},
		{"caseDecision", "GET", "/cases/{case}/decision", read, do((*server).caseDecision), "Get a case's decision", "What was decided about a case and by what: the version of the policy, and input and output as they were frozen."},
		{"caseAgain", "GET", "/cases/{case}/advice", read, do((*server).caseAgain), "Decide about a case again", "What would be decided by what is known now. Nothing is written."},
		{"caseChoose", "POST", "/cases/{case}/choose", write, do((*server).caseChoose), "Choose an offer", "Takes an offer in the customer's name. It goes on by itself where it may, else it waits for a person."},
		{"caseApprove", "POST", "/cases/{case}/approve", pay, do((*server).caseApprove), "Approve a resolution", "Lets a resolution go on. One that pays needs `refunds.approve`; one that the customer has not chosen, or for which evidence is missing, needs a reason."},
		{"caseGrant", "POST", "/cases/{case}/grant", pay, do((*server).caseGrant), "Give something else", "Gives what the decision did not offer: another remedy, another sum, goodwill. It needs a reason, and `refunds.approve` where it pays."},
		{"casePaybackQuote", "POST", "/orders/{order}/refunds/quote", give, do((*server).casePaybackQuote), "Quote money back of an order", "What giving back units of an order's lines, its postage or a gesture comes to, by component, and where it would go. Nothing is written."},
		{"casePayback", "POST", "/orders/{order}/refunds", give, do((*server).casePayback).created(), "Give money back of an order", "Opens a case of goodwill and gives the money at once; nothing comes back. It waits for another person where your role, or the sum for four eyes, wants one. Send an Idempotency-Key: a second call is another refund."},
		{"caseDecline", "POST", "/cases/{case}/decline", write, do((*server).caseDecline), "Decline a case", "Refuses a case; the customer reads the reason of each line. What the law gives to whoever changes their mind is not declined."},
		{"caseAsk", "POST", "/cases/{case}/ask", write, do((*server).caseAsk), "Ask the customer", "Asks for evidence; the case waits for it."},
		{"caseAnswer", "POST", "/cases/{case}/answer", write, do((*server).caseAnswer), "Take the customer's answer", "Takes what the customer gave, and decides anew unless something was chosen already."},
		{"caseFinish", "POST", "/cases/{case}/finish", write, do((*server).caseFinish), "Tell that work is done", "Tells that a replacement was sent or a repair is done, or could not be."},
		{"caseCount", "POST", "/cases/{case}/count", write, do((*server).caseCount), "Count goods", "Adds to a counter of a line. Goods that are first seen move the case on."},
		{"caseDispose", "POST", "/cases/{case}/dispose", write, do((*server).caseDispose), "Say what becomes of goods", "Says what becomes of received units; it may be said again otherwise."},
		{"caseCancel", "POST", "/cases/{case}/cancel", write, do((*server).caseCancel), "Give a case up", "Closes a case that the customer does not want any more. Once something is being carried out it is refused."},
		{"caseReopen", "POST", "/cases/{case}/reopen", write, do((*server).caseReopen), "Reopen a case", "Takes a closed case up where it was, with a reason."},
		{"caseAgree", "POST", "/cases/{case}/agree", write, do((*server).caseAgree), "Agree to a difference", "Takes that the customer agrees with what their refund becomes; what waited goes on by that."},
		{"caseDisagree", "POST", "/cases/{case}/disagree", write, do((*server).caseDisagree), "Disagree with a difference", "Takes that the customer does not agree, and why; a person decides."},
		{"caseSettle", "POST", "/cases/{case}/settle", pay, do((*server).caseSettle), "Decide a difference", "Decides what the customer did not agree to: between what they were asked for and what was promised. It needs `refunds.approve`."},
		{"caseForgo", "POST", "/cases/{case}/forgo", pay, do((*server).caseForgo), "Await goods no more", "Decides, with a reason, that the customer keeps goods for which they were given something before they came back. It needs `refunds.approve`."},
		{"caseHolds", "GET", "/cases/{case}/holds", read, do((*server).caseHolds), "List what is held on the customer's card", "Sums that secure an exchange which goes out before the customer's goods are back, newest first."},
		{"caseHold", "POST", "/cases/{case}/hold", pay, do((*server).caseHold), "Release, take or pay back what is held", "Does so with the newest hold of the case. What the customer agreed to is taken by itself and on its day; here it is asked for again after a refusal. It needs `refunds.approve`."},
		{"caseAppeal", "POST", "/cases/{case}/appeal", write, do((*server).caseAppeal), "Appeal", "Takes a declined case up again in the customer's words, and decides anew."},
	}}
}

// CaseLine is goods that a case is about.
type CaseLine struct {
	Line       int            `json:"line" doc:"From 1, within the case."`
	OrderID    *Ref[anOrder]  `json:"order_id" nullable:"true"`
	LineID     *Ref[aLine]    `json:"line_id" nullable:"true" doc:"Null of what was not bought here."`
	Foreign    string         `json:"foreign" doc:"What the customer calls what was not bought here."`
	SKU        string         `json:"sku" example:"TENT-2P"`
	Title      string         `json:"title"`
	Reason     string         `json:"reason" example:"changed_mind"`
	Declined   *string        `json:"declined" example:"window_over" doc:"Why, once it is."`
	Asked      int64          `json:"asked" example:"1"`
	Authorised int64          `json:"authorised"`
	Shipped    int64          `json:"shipped"`
	Received   int64          `json:"received"`
	Matched    int64          `json:"matched"`
	Unexpected int64          `json:"unexpected"`
	Missing    int64          `json:"missing"`
	Accepted   int64          `json:"accepted"`
	Rejected   int64          `json:"rejected"`
	Placed     []CaseDisposal `json:"placed" nullable:"false"`
}

// CaseDisposal is what becomes of some units.
type CaseDisposal struct {
	From     int64  `json:"from" minimum:"1" doc:"The first unit, from 1 within the line."`
	Quantity int64  `json:"quantity" minimum:"1"`
	As       string `json:"as" enum:"hub_hold,restock_new,restock_second,refurbish,repair,to_supplier,redispatch,relabel,consolidate_home,donate,destroy,back_to_buyer,missing"`
	Grade    string `json:"grade,omitempty" enum:"A,B,C"`
}

// CaseSum is money by what it is for: plus goes to the customer.
type CaseSum struct {
	Currency     string `json:"currency,omitempty" example:"EUR" doc:"ISO 4217; the order's by default."`
	Goods        int64  `json:"goods,omitempty" doc:"In minor units, as all of them."`
	Tax          int64  `json:"tax,omitempty"`
	Duty         int64  `json:"duty,omitempty"`
	ShippingOut  int64  `json:"shipping_out,omitempty"`
	ShippingBack int64  `json:"shipping_back,omitempty"`
	Fee          int64  `json:"fee,omitempty"`
	Bonus        int64  `json:"bonus,omitempty"`
	Goodwill     int64  `json:"goodwill,omitempty"`
}

func caseSum(m cases.Money) *CaseSum {
	if m.Currency == "" {
		return nil
	}
	c := m.Components
	return &CaseSum{m.Currency, c.Goods, c.Tax, c.Duty, c.ShippingOut, c.ShippingBack, c.Fee, c.Bonus, c.Goodwill}
}

func (m CaseSum) components() ledger.Components {
	return ledger.Components{Goods: m.Goods, Tax: m.Tax, Duty: m.Duty, ShippingOut: m.ShippingOut, ShippingBack: m.ShippingBack, Fee: m.Fee, Bonus: m.Bonus, Goodwill: m.Goodwill}
}

// CaseResolution is what the customer gets, or may choose, for some units.
type CaseResolution struct {
	ID      Ref[aResolution] `json:"id"`
	Means   string           `json:"means" enum:"refund_original,refund_other,store_credit,exchange_variant,exchange_other,resend,repair,spare_part,partial_keep,full_keep,none"`
	State   string           `json:"state" enum:"proposed,offered,accepted,refused,lapsed,waiting,executing,done,failed,reversed"`
	Units   []CaseUnits      `json:"units" nullable:"false"`
	Money   *CaseSum         `json:"money,omitempty" doc:"What the customer gets; left out of what gives goods."`
	Law     *string          `json:"law" example:"2011/83/EU art. 9" doc:"That gives it; null: the policy or a person."`
	Trigger string           `json:"trigger" enum:"approval,counter_check,first_scan,hub,receipt,counted,inspection" doc:"When it is carried out."`
	Route   *string          `json:"route" example:"local_hub" doc:"By which goods come back."`
	Postage *string          `json:"postage" example:"merchant" doc:"Who pays the way back."`
	Days    int              `json:"days"`
	Needs   []string         `json:"needs" nullable:"false" doc:"Evidence that was missing when it was decided."`
	Auto    bool             `json:"auto" doc:"It may go on without a person."`
	Cost    int64            `json:"cost" doc:"That the merchant expects, in minor units."`
	DueBy   *time.Time       `json:"due_by" doc:"The law's last day."`
	Until   *time.Time       `json:"offered_until"`
	SendBy  *time.Time       `json:"send_by" doc:"The customer's last day to send its goods; null while none are awaited from them."`
	Owed    bool             `json:"owed" doc:"The customer has what they get and did not send its goods: a person decides."`
	Code    *string          `json:"code" doc:"Why it failed, was refused or reversed."`
	Spent   int64            `json:"spent" doc:"That it has cost by bills, in minor units; 0 while none came."`
	Person  *Ref[aPerson]    `json:"decided_by" nullable:"true" doc:"Who let it go on; null: nobody had to."`
	Why     *string          `json:"why" doc:"Of who let it go on when the case was decided already."`
}

// CaseUnits is units of a line of a case.
type CaseUnits struct {
	Line     int   `json:"line"`
	From     int64 `json:"from"`
	Quantity int64 `json:"quantity"`
}

// Case is an after-sales case.
type Case struct {
	ID          Ref[aCase]       `json:"id"`
	Number      int64            `json:"number" example:"104"`
	Kind        string           `json:"kind" enum:"withdrawal,return,exchange,warranty,not_received,damaged_wrong_missing,goodwill,refused_at_door"`
	Phase       string           `json:"phase" enum:"draft,submitted,approved,declined,needs_info,appealed,awaiting_goods,goods_moving,goods_here,inspecting,no_goods_needed,resolving,closed"`
	Reason      *string          `json:"close_reason" example:"completed"`
	CustomerID  *Ref[aCustomer]  `json:"customer_id" nullable:"true"`
	ShopID      *Ref[aShop]      `json:"shop_id" nullable:"true"`
	TicketID    *Ref[aTicket]    `json:"ticket_id" nullable:"true"`
	Gift        bool             `json:"gift"`
	ByLaw       bool             `json:"by_law" doc:"A withdrawal that the law gives."`
	Wants       *string          `json:"wants" example:"refund"`
	Evidence    []string         `json:"evidence" nullable:"false"`
	AskedFor    *string          `json:"asked_for" doc:"Evidence that the customer is asked for, apart by blanks."`
	WaitsFor    *string          `json:"waits_for" enum:"customer,us,carrier,warehouse,provider,law"`
	WaitsUntil  *time.Time       `json:"waits_until"`
	RefundBy    *time.Time       `json:"refund_by" doc:"By law."`
	Policy      *string          `json:"policy" example:"standard/7"`
	Lines       []CaseLine       `json:"lines" nullable:"false"`
	Resolutions []CaseResolution `json:"resolutions" nullable:"false"`
	Differences []CaseDifference `json:"differences" nullable:"false" doc:"What came otherwise than it was announced."`
	OpenedAt    time.Time        `json:"opened_at"`
	UpdatedAt   time.Time        `json:"updated_at"`
}

func caseRecord(x cases.Case) Case {
	who, until := x.Waits()
	out := Case{
		ID: refTo[aCase](x.ID), Number: x.Number, Kind: string(x.Kind), Phase: string(x.Phase), Reason: optText(string(x.Reason)), CustomerID: optRef[aCustomer](x.Customer), ShopID: optRef[aShop](x.Shop),
		TicketID: optRef[aTicket](x.Ticket), Gift: x.Gift, ByLaw: x.Statutory, Wants: optText(x.Wants), Evidence: append([]string{}, x.Evidence...), AskedFor: optText(x.Waiting), WaitsFor: optText(string(who)),
		WaitsUntil: optTime(until), RefundBy: optTime(x.Deadline), Policy: optText(x.Decision.Policy), Lines: []CaseLine{}, Resolutions: []CaseResolution{}, Differences: append([]CaseDifference{}, convert(x.Differences, caseDifference)...), OpenedAt: at(x.OpenedAt), UpdatedAt: at(x.UpdatedAt),
	}
	for _, l := range x.Lines {
		n := l.Count
		line := CaseLine{
			Line: l.Number, OrderID: optRef[anOrder](l.Order), LineID: optRef[aLine](l.OrderRow), Foreign: l.Foreign, SKU: l.SKU, Title: l.Title, Reason: l.Reason, Declined: optText(l.Declined),
			Asked: n(cases.Asked), Authorised: n(cases.Authorised), Shipped: n(cases.Shipped), Received: n(cases.Received), Matched: n(cases.Matched), Unexpected: n(cases.Unexpected),
			Missing: n(cases.Missing), Accepted: n(cases.Accepted), Rejected: n(cases.Rejected), Placed: []CaseDisposal{},
		}
		for _, p := range x.Placed {
			if p.Line == l.Number {
				line.Placed = append(line.Placed, CaseDisposal{p.From, p.Quantity, string(p.As), p.Grade})
			}
		}
		out.Lines = append(out.Lines, line)
	}
	for _, r := range x.Resolutions {
		res := CaseResolution{
			ID: refTo[aResolution](r.Number), Means: string(r.Means), State: string(r.Stand), Money: caseSum(r.Money), Law: optText(r.Law), Trigger: string(r.Trigger), Needs: []string{},
			DueBy: optTime(r.By), Until: optTime(r.Until), SendBy: optTime(r.SendBy), Owed: r.Owed, Spent: r.Spent, Code: optText(r.Code), Units: convert(r.Units, func(g cases.Group) CaseUnits { return CaseUnits(g) }),
			Person: optRef[aPerson](r.Decider), Why: optText(r.Why),
		}
		if o := r.Offer; o != nil {
			res.Route, res.Postage, res.Days, res.Auto, res.Cost, res.Needs = optText(o.Route), optText(o.Postage), o.Days, o.Auto, o.Cost, append(res.Needs, o.Needs...)
		}
		out.Resolutions = append(out.Resolutions, res)
	}
	return out
}

func (s *server) caseList(c *call, in *struct {
	Phase    string         `query:"phase" enum:"draft,submitted,approved,declined,needs_info,appealed,awaiting_goods,goods_moving,goods_here,inspecting,no_goods_needed,resolving,closed"`
	Kind     string         `query:"kind" enum:"withdrawal,return,exchange,warranty,not_received,damaged_wrong_missing,goodwill,refused_at_door"`
	WaitsFor string         `query:"waits_for" enum:"customer,us,carrier,warehouse,provider,law"`
	Order    Ref[anOrder]   `query:"order"`
	Customer Ref[aCustomer] `query:"customer"`
	Ticket   Ref[aTicket]   `query:"ticket"`
	Paging
	Picking
}) (*pageOut[Case], error) {
	var before int64
	if err := readCursor('c', in.Cursor, &before); err != nil {
		return nil, err
	}
	f := cases.Filter{
		Phase: cases.Phase(in.Phase), Kind: cases.Kind(in.Kind), Waits: cases.Party(in.WaitsFor), Order: order.ID(in.Order.num()), Customer: customer.ID(in.Customer.num()), Ticket: ticket.ID(in.Ticket.num()),
	}
	list, err := s.Cases.List(c, c.actor, f, cases.ID(before), min(in.Limit+1, cases.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > in.Limit || len(list) == cases.MaxPage {
		list = list[:min(len(list), in.Limit)]
		next = writeCursor('c', int64(list[len(list)-1].ID))
	}
	return page(c, convert(list, caseRecord), next), nil
}

// CasePath names a case.
type CasePath struct {
	Case Ref[aCase] `path:"case" doc:"The case's id."`
}

func (p CasePath) id() cases.ID { return cases.ID(p.Case.num()) }

func (s *server) caseGet(c *call, in *struct {
	CasePath
	Picking
}) (*recordOut[Case], error) {
	return caseOut(s.Cases.Get(c, c.actor, in.id()))
}

func caseOut(x cases.Case, err error) (*recordOut[Case], error) {
	if err != nil {
		return nil, err
	}
	return record(caseRecord(x)), nil
}

// CaseEvent is one thing that happened to a case.
type CaseEvent struct {
	Number     int               `json:"number" doc:"From 1, within the case."`
	Kind       string            `json:"kind" enum:"opened,line_added,went,decided,line_declined,counted,disposition,proposed,resolution,trigger,closed,reopened,answered,acknowledged,differed,difference,nudged,handed,spent"`
	Phase      string            `json:"phase" doc:"After it."`
	Was        *string           `json:"was" doc:"The phase before it, if that was another one."`
	At         time.Time         `json:"at"`
	ActorKind  string            `json:"actor_kind" enum:"customer,agent,bot,system"`
	ActorName  string            `json:"actor_name"`
	Line       *int              `json:"line"`
	Counter    *string           `json:"counter" example:"received"`
	Add        int64             `json:"add"`
	Resolution *Ref[aResolution] `json:"resolution_id" nullable:"true"`
	State      *string           `json:"state" doc:"Of the resolution, after it."`
	Trigger    *string           `json:"trigger"`
	Code       *string           `json:"code"`
	Evidence   []string          `json:"evidence" nullable:"false"`
	Note       *string           `json:"note"`
}

func caseEventRecord(e cases.Event) CaseEvent {
	out := CaseEvent{
		Number: e.Seq, Kind: string(e.Kind), Phase: string(e.Phase), Was: optText(string(e.Was)), At: at(e.At), ActorKind: string(e.By.Kind), ActorName: e.By.Name, Counter: optText(string(e.Counter)),
		Add: e.Add, Resolution: optRef[aResolution](e.About), State: optText(string(e.Stand)), Trigger: optText(string(e.Trigger)), Code: optText(e.Code), Evidence: append([]string{}, e.Evidence...), Note: optText(e.Note),
	}
	if e.Number != 0 {
		out.Line = &e.Number
	}
	return out
}

func (s *server) caseEvents(c *call, in *struct {
	CasePath
	Picking
}) (*pageOut[CaseEvent], error) {
	list, err := s.Cases.History(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, caseEventRecord), ""), nil
}

// CaseDecision is what was decided about a case, frozen.
type CaseDecision struct {
	Policy string           `json:"policy" example:"standard/7"`
	Why    *string          `json:"why" doc:"Of a person who decided otherwise."`
	Person *Ref[aPerson]    `json:"person_id" nullable:"true" doc:"Who decided; null: nobody had to."`
	Input  []map[string]any `json:"input" nullable:"false" doc:"A case for each part, as docs/decisions.md describes it."`
	Output []map[string]any `json:"output" nullable:"false" doc:"Rights, offers and refusals of each part, likewise."`
}

func (s *server) caseDecision(c *call, in *struct {
	CasePath
	Picking
}) (*recordOut[CaseDecision], error) {
	x, err := s.Cases.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	d := x.Decision
	out := CaseDecision{Policy: d.Policy, Why: optText(d.Why), Person: optRef[aPerson](d.By), Input: []map[string]any{}, Output: []map[string]any{}}
	if len(d.Input) > 0 {
		if err := json.Unmarshal(d.Input, &out.Input); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(d.Output, &out.Output); err != nil {
			return nil, err
		}
	}
	return record(out), nil
}
