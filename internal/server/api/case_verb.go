package api

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/casework"
)

// CaseItem is units of an order's line that a wish is about.
type CaseItem struct {
	Line     Ref[aLine] `json:"line_id,omitempty" doc:"Left out of what was not bought here."`
	Foreign  string     `json:"foreign,omitempty" maxLength:"200" doc:"What the customer calls what was not bought here."`
	Quantity int64      `json:"quantity" minimum:"1"`
	Reason   string     `json:"reason" enum:"changed_mind,size_fit,damaged,defective,not_as_described,wrong_item,missing_item,late,other"`
}

// CaseWish is what somebody asks for.
type CaseWish struct {
	Order    Ref[anOrder] `json:"order_id"`
	Kind     string       `json:"kind" enum:"withdrawal,return,exchange,warranty,not_received,damaged_wrong_missing,goodwill,refused_at_door"`
	Items    []CaseItem   `json:"items" nullable:"false" minItems:"1" maxItems:"200"`
	Wants    string       `json:"wants,omitempty" enum:"refund,full_keep,partial_keep,store_credit,exchange,replace,repair"`
	Evidence []string     `json:"evidence,omitempty" nullable:"false" maxItems:"7" example:"[\"photo\"]"`
	Words    string       `json:"words,omitempty" maxLength:"20000" doc:"What the customer wrote."`
	Gift     bool         `json:"gift,omitempty" doc:"Who asks is not who paid, and who paid is not told."`
	Ticket   Ref[aTicket] `json:"ticket_id,omitempty" doc:"The conversation that it is from; without it one is opened."`
	Language string       `json:"language,omitempty" maxLength:"35" example:"de"`
	OpenedAt *time.Time   `json:"opened_at,omitempty" doc:"When the customer told; now by default."`
}

func (w CaseWish) wish() casework.Wish {
	out := casework.Wish{
		Order: order.ID(w.Order.num()), Kind: cases.Kind(w.Kind), Wants: w.Wants, Evidence: w.Evidence, Words: w.Words, Gift: w.Gift, Ticket: ticket.ID(w.Ticket.num()), Language: w.Language,
	}
	for _, it := range w.Items {
		out.Items = append(out.Items, casework.Item{Row: it.Line.num(), Foreign: it.Foreign, Quantity: it.Quantity, Reason: it.Reason})
	}
	if w.OpenedAt != nil {
		out.OpenedAt = *w.OpenedAt
	}
	return out
}

// CaseOffer is one way out of a case.
type CaseOffer struct {
	Resolution *Ref[aResolution] `json:"resolution_id" nullable:"true" doc:"That stands for it in the case."`
	Remedy     string            `json:"remedy" example:"refund"`
	Units      []CaseUnits       `json:"units" nullable:"false"`
	Law        *string           `json:"law"`
	Total      Money             `json:"total" doc:"That the customer gets."`
	Goods      int64             `json:"goods"`
	Tax        int64             `json:"tax"`
	Duty       int64             `json:"duty"`
	Out        int64             `json:"shipping_out"`
	Back       int64             `json:"shipping_back"`
	Fee        int64             `json:"fee"`
	Bonus      int64             `json:"bonus"`
	Cost       int64             `json:"cost" doc:"That the merchant expects, in minor units; it may be negative."`
	Route      string            `json:"route" example:"local_hub"`
	Postage    *string           `json:"postage"`
	Days       int               `json:"days"`
	Needs      []string          `json:"needs" nullable:"false"`
	Auto       bool              `json:"auto"`
	Trigger    string            `json:"trigger"`
	Why        string            `json:"why" doc:"In English."`
}

// CaseRight is what the law gives for some lines.
type CaseRight struct {
	Right    string   `json:"right" enum:"late_delivery,withdraw,reject,conformity"`
	Law      string   `json:"law"`
	Until    *string  `json:"until" example:"2026-11-02"`
	Lines    []int    `json:"lines" nullable:"false"`
	Remedies []string `json:"remedies" nullable:"false"`
	RefundBy *string  `json:"refund_by" example:"2026-11-09"`
	Verified bool     `json:"verified" doc:"Its figures were read at their source."`
}

// CaseRefusal says why lines do not have a remedy.
type CaseRefusal struct {
	Remedy *string `json:"remedy" doc:"Null: none at all."`
	Lines  []int   `json:"lines" nullable:"false"`
	Code   string  `json:"code" example:"window_over"`
	Clause string  `json:"clause"`
}

// CaseAdvice is what may be done about a wish or a case.
type CaseAdvice struct {
	ByLaw    bool          `json:"by_law" doc:"It is a withdrawal that the law gives."`
	RefundBy *time.Time    `json:"refund_by"`
	Rights   []CaseRight   `json:"rights" nullable:"false"`
	Offers   []CaseOffer   `json:"offers" nullable:"false"`
	Refused  []CaseRefusal `json:"refused" nullable:"false"`
}

func caseAdvice(a casework.Advice) CaseAdvice {
	out := CaseAdvice{ByLaw: a.ByLaw, RefundBy: optTime(a.RefundBy), Rights: []CaseRight{}, Offers: []CaseOffer{}, Refused: []CaseRefusal{}}
	english := i18n.For(i18n.English)
	for _, r := range a.Rights {
		out.Rights = append(out.Rights, CaseRight{r.Basis.String(), r.Law, optText(r.Until.String()), append([]int{}, r.Lines...), convert(r.Remedies, decision.Remedy.String), optText(r.RefundBy.String()), r.Verified})
	}
	for _, o := range a.Offers {
		m := o.Money
		out.Offers = append(out.Offers, CaseOffer{
			Resolution: optRef[aResolution](o.Resolution), Remedy: o.Remedy.String(), Units: convert(o.Units, func(g cases.Group) CaseUnits { return CaseUnits(g) }), Law: optText(o.Law), Total: Money{m.Total, o.Currency},
			Goods: m.Goods, Tax: m.Tax, Duty: m.Duty, Out: m.Out, Back: m.Back, Fee: m.Fee, Bonus: m.Bonus, Cost: o.Cost, Route: o.Route.String(), Postage: optText(o.Postage.String()), Days: o.Days,
			Needs: append([]string{}, o.Needs.Words()...), Auto: o.Auto, Trigger: string(o.Trigger), Why: english.T(o.Why.Key, o.Why.Args...),
		})
	}
	for _, r := range a.Refused {
		out.Refused = append(out.Refused, CaseRefusal{optText(r.Remedy), append([]int{}, r.Lines...), r.Code, r.Clause})
	}
	return out
}

func (s *server) caseAdvise(c *call, in *struct{ Body CaseWish }) (*recordOut[CaseAdvice], error) {
	a, err := s.Casework.Advise(c, c.actor, in.Body.wish())
	if err != nil {
		return nil, err
	}
	return record(caseAdvice(a)), nil
}

func (s *server) caseOpen(c *call, in *struct{ Body CaseWish }) (*recordOut[Case], error) {
	w := in.Body.wish()
	if w.Ticket != 0 {
		if _, err := s.Tickets.Get(c, c.actor, w.Ticket); err != nil {
			return nil, err
		}
	}
	x, _, err := s.Casework.Open(c, c.actor, w)
	return caseOut(x, err)
}

func (s *server) caseAgain(c *call, in *struct {
	CasePath
	Picking
}) (*recordOut[CaseAdvice], error) {
	a, err := s.Casework.Again(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(caseAdvice(a)), nil
}

// CaseChoice names a resolution.
type CaseChoice struct {
	Resolution Ref[aResolution] `json:"resolution_id"`
	Why        string           `json:"why,omitempty" maxLength:"4000"`
}

func (s *server) caseChoose(c *call, in *struct {
	CasePath
	Body CaseChoice
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Choose(c, c.actor, in.id(), in.Body.Resolution.num()))
}

func (s *server) caseApprove(c *call, in *struct {
	CasePath
	Body CaseChoice
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Approve(c, c.actor, in.id(), in.Body.Resolution.num(), in.Body.Why))
}

// CaseGift is what a person gives by their own judgement.
type CaseGift struct {
	Means   string   `json:"means" enum:"refund_original,refund_other,store_credit,exchange_variant,exchange_other,resend,repair,spare_part,partial_keep,full_keep,allowance,allowance_credit,none"`
	Line    int      `json:"line,omitempty" doc:"Of the case; all lines by default."`
	Units   int64    `json:"units,omitempty" doc:"Of the line; all of it by default."`
	Money   *CaseSum `json:"money,omitempty"`
	Route   string   `json:"route,omitempty" enum:"drop_off,local_hub,local_warehouse,origin" doc:"By which goods come back; nothing does by default."`
	Trigger string   `json:"trigger,omitempty" enum:"approval,counter_check,first_scan,hub,receipt,counted,inspection"`
	Why     string   `json:"why" minLength:"1" maxLength:"4000"`
}

func (s *server) caseGrant(c *call, in *struct {
	CasePath
	Body CaseGift
}) (*recordOut[Case], error) {
	b := in.Body
	g := casework.Grant{Means: cases.Means(b.Means), Route: b.Route, Trigger: cases.Trigger(b.Trigger)}
	if b.Money != nil {
		g.Components = b.Money.components()
	}
	if b.Line != 0 {
		g.Lines = map[int]int64{b.Line: max(b.Units, 1)}
	}
	return caseOut(s.Casework.Grant(c, c.actor, in.id(), g, b.Why))
}

// CaseNo says why a case is declined.
type CaseNo struct {
	Lines []CaseNoLine `json:"lines,omitempty" nullable:"false" maxItems:"200" doc:"Lines that are not named are declined by the reasons of the decision."`
	Why   string       `json:"why,omitempty" maxLength:"4000" doc:"Needed where the decision gives the customer something."`
}

// CaseNoLine says why a line is declined.
type CaseNoLine struct {
	Line int    `json:"line"`
	Code string `json:"code" example:"evidence_missing"`
}

func (s *server) caseDecline(c *call, in *struct {
	CasePath
	Body CaseNo
}) (*recordOut[Case], error) {
	codes := map[int]string{}
	for _, l := range in.Body.Lines {
		codes[l.Line] = l.Code
	}
	return caseOut(s.Casework.Decline(c, c.actor, in.id(), codes, in.Body.Why))
}

// CaseEvidence is evidence that is asked for or given.
type CaseEvidence struct {
	Evidence []string `json:"evidence,omitempty" nullable:"false" maxItems:"7" example:"[\"photo\"]"`
	Words    string   `json:"words,omitempty" maxLength:"20000"`
}

func (s *server) caseAsk(c *call, in *struct {
	CasePath
	Body CaseEvidence
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Ask(c, c.actor, in.id(), in.Body.Evidence, in.Body.Words))
}

func (s *server) caseAnswer(c *call, in *struct {
	CasePath
	Body CaseEvidence
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Answer(c, c.actor, in.id(), in.Body.Evidence, in.Body.Words))
}

// CaseWork is what came of work for people.
type CaseWork struct {
	Resolution Ref[aResolution] `json:"resolution_id"`
	Failed     bool             `json:"failed,omitempty"`
	Code       string           `json:"code,omitempty" maxLength:"100" doc:"Why it failed."`
}

func (s *server) caseFinish(c *call, in *struct {
	CasePath
	Body CaseWork
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Finish(c, c.actor, in.id(), in.Body.Resolution.num(), !in.Body.Failed, in.Body.Code))
}

// CaseCounting is goods that were counted.
type CaseCounting struct {
	Line    int    `json:"line" minimum:"1"`
	Counter string `json:"counter" enum:"shipped,received,matched,unexpected,missing,accepted,rejected"`
	Add     int64  `json:"add" minimum:"1"`
}

func (s *server) caseCount(c *call, in *struct {
	CasePath
	Body CaseCounting
}) (*recordOut[Case], error) {
	return caseOut(s.Cases.Count(c, c.actor, in.id(), in.Body.Line, cases.Counter(in.Body.Counter), in.Body.Add))
}

// CasePlacing is what becomes of units of a line.
type CasePlacing struct {
	Line int `json:"line" minimum:"1"`
	CaseDisposal
}

func (s *server) caseDispose(c *call, in *struct {
	CasePath
	Body CasePlacing
}) (*recordOut[Case], error) {
	b := in.Body
	return caseOut(s.Cases.Dispose(c, c.actor, in.id(), cases.Placed{Group: cases.Group{Line: b.Line, From: b.From, Quantity: b.Quantity}, As: cases.Disposition(b.As), Grade: b.Grade}))
}

func (s *server) caseCancel(c *call, in *struct{ CasePath }) (*recordOut[Case], error) {
	return caseOut(s.Casework.Cancel(c, c.actor, in.id()))
}

// CaseWords is a reason or what the customer says.
type CaseWords struct {
	Words string `json:"words" minLength:"1" maxLength:"20000"`
}

func (s *server) caseReopen(c *call, in *struct {
	CasePath
	Body CaseWords
}) (*recordOut[Case], error) {
	return caseOut(s.Cases.Reopen(c, c.actor, in.id(), in.Body.Words))
}

func (s *server) caseAppeal(c *call, in *struct {
	CasePath
	Body CaseWords
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Appeal(c, c.actor, in.id(), in.Body.Words))
}

// CaseForgo names the resolution whose goods are not awaited any more.
type CaseForgo struct {
	Resolution Ref[aResolution] `json:"resolution_id"`
	Why        string           `json:"why" minLength:"1" maxLength:"300" doc:"For the record."`
}

func (s *server) caseForgo(c *call, in *struct {
	CasePath
	Body CaseForgo
}) (*recordOut[Case], error) {
	return caseOut(s.Cases.Forgo(c, c.actor, in.id(), in.Body.Resolution.num(), in.Body.Why))
}
