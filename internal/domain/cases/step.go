package cases

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// NotBoughtHere is the code by which goods of others are declined.
const NotBoughtHere = "not_bought_here"

// byLaw marks the submission of a statutory withdrawal.
const byLaw = "withdrawal"

// Opening is what a case begins with.
type Opening struct {
	Number   int64        `json:"number"`
	Kind     Kind         `json:"kind"`
	Customer customer.ID  `json:"customer,omitzero"`
	Shop     order.ShopID `json:"shop,omitzero"`
	Ticket   ticket.ID    `json:"ticket,omitzero"`
	Gift     bool         `json:"gift,omitzero"`
	Wants    string       `json:"wants,omitempty"`
	Evidence []string     `json:"evidence,omitempty"`
	Words    string       `json:"words,omitempty"`
	Language string       `json:"language,omitempty"`
	OpenedAt time.Time    `json:"opened_at"` // when the customer told us
}

// tale is the events that a decider makes, one after the other.
type tale struct {
	c   Case
	by  auth.Actor
	at  time.Time
	out []Event
	err error
}

// plan begins a list of events that follow from a case.
func (c Case) plan(by auth.Actor, at time.Time) *tale { return &tale{c: c, by: by, at: at} }

// add appends an event and folds it at once, so that the next one is judged by what it led to.
func (s *tale) add(kind Happening, fill func(*Event)) *tale {
	if s.err != nil {
		return s
	}
	e := Event{Case: s.c.ID, Seq: s.c.Events + 1, Kind: kind, At: s.at, By: s.by, Phase: s.c.Phase}
	if fill != nil {
		fill(&e)
	}
	next, err := Apply(s.c, e)
	if err != nil {
		s.err = err
		return s
	}
	if e.Phase = next.Phase; next.Phase != s.c.Phase {
		e.Was = s.c.Phase
	}
	s.c, s.out = next, append(s.out, e)
	return s
}

func (s *tale) to(p Phase, code string) *tale {
	return s.add(Went, func(e *Event) { e.Phase, e.Code = p, code })
}

func (s *tale) step(number int64, to Stand, fill func(*Event)) *tale {
	return s.add(Stepped, func(e *Event) {
		e.About, e.Stand = number, to
		if fill != nil {
			fill(e)
		}
	})
}

func (s *tale) done() ([]Event, error) { return s.out, s.err }

// Open begins a case, a draft with its lines.
func Open(id ID, by auth.Actor, o Opening, lines []Line, at time.Time) ([]Event, error) {
	if !slices.Contains(Kinds(), o.Kind) {
		return nil, errs.Field("kind", "error.invalid")
	}
	s := Case{ID: id}.plan(by, at).add(WasOpened, func(e *Event) { e.Opening = &o })
	for _, l := range lines {
		s.add(LineAdded, func(e *Event) { e.Line = &l })
	}
	return s.done()
}

// Submit hands a draft in. With evidence, in the words of package decision, the case asks for it by itself in the same step.
func (c Case) Submit(by auth.Actor, evidence []string, at time.Time) ([]Event, error) {
	s := c.plan(by, at).to(Submitted, "")
	if len(evidence) == 0 {
		return s.done()
	}
	s.by = auth.ForSystem(c.Workspace)
	return s.ask(evidence, "").done()
}

// Withdraw hands a draft in as a withdrawal by law: all of it is authorised, decided and approved in the same step, and
// its receipt is acknowledged; whoever stores these events sends the acknowledgement in the same transaction. Lines that
// the right does not reach are declined by the codes given.
func (c Case) Withdraw(by auth.Actor, d Decision, deadline time.Time, codes map[int]string, at time.Time) ([]Event, error) {
	if c.Kind != Withdrawal {
		return nil, errs.Field("kind", "error.invalid")
	}
	s := c.plan(by, at).to(Submitted, byLaw)
	for _, l := range c.Lines {
		code := codes[l.Number]
		if l.OrderRow == 0 {
			code = NotBoughtHere
		}
		if code != "" {
			s.add(LineRefused, func(e *Event) { e.Number, e.Code = l.Number, code })
			continue
		}
		s.add(WasCounted, func(e *Event) { e.Number, e.Counter, e.Add = l.Number, Authorised, l.Count(Asked) })
	}
	s.decide(d, deadline).to(Approved, "").add(TriggerMet, func(e *Event) { e.Trigger = AtApproval })
	return s.add(Acknowledged, nil).done()
}

// decide freezes a decision; the zero one leaves what was decided before.
func (s *tale) decide(d Decision, deadline time.Time) *tale {
	if d.Policy == "" {
		return s
	}
	return s.add(WasDecided, func(e *Event) { e.Decision, e.Deadline = &d, deadline })
}

// Offer freezes a decision and puts what it gives before the customer: these resolutions are offered until a time, and
// what was offered before and not taken lapses.
func (c Case) Offer(by auth.Actor, d Decision, deadline time.Time, list []Resolution, at time.Time) ([]Event, error) {
	s := c.plan(by, at).decide(d, deadline)
	for _, r := range c.Resolutions {
		if r.Stand == Proposed || r.Stand == Offered {
			s.step(r.Number, Lapsed, nil)
		}
	}
	for _, r := range list {
		r.Stand = Proposed
		s.add(WasProposed, func(e *Event) { e.Resolution = &r }).step(r.Number, Offered, nil)
	}
	return s.done()
}

// Lapse ends offers whose time is over, and leaves differences that nobody answered in time to a person.
func (c Case) Lapse(by auth.Actor, at time.Time) ([]Event, error) {
	s := c.plan(by, at)
	for _, r := range c.Resolutions {
		if r.Stand == Offered && !r.Until.IsZero() && !at.Before(r.Until) {
			s.step(r.Number, Lapsed, nil)
		}
	}
	for _, d := range c.Differences {
		if d.Stand == Asking && !at.Before(d.Until) {
			s.add(DifferenceOn, func(e *Event) { e.Difference = &Difference{Number: d.Number, Stand: Silent} })
		}
	}
	return s.done()
}

// Choose marks a resolution as the one that the customer takes for its units, without waiting for its trigger yet: whoever
// approves it does that by Accept. Offers for the same units lapse.
func (c Case) Choose(by auth.Actor, number int64, at time.Time) ([]Event, error) {
	r := c.find(number)
	if r == nil {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	return c.plan(by, at).take(*r).done()
}

// take takes a resolution; offers for the same units lapse.
func (s *tale) take(r Resolution) *tale {
	all := s.c.Resolutions
	s.step(r.Number, Taken, nil)
	for _, o := range all {
		if o.Number != r.Number && (o.Stand == Proposed || o.Stand == Offered) && shares(o.Units, r.Units) {
			s.step(o.Number, Lapsed, nil)
		}
	}
	return s
}

// Approve authorises units by line and freezes the decision; lines without any are declined by the codes given.
func (c Case) Approve(by auth.Actor, d Decision, deadline time.Time, units map[int]int64, codes map[int]string, at time.Time) ([]Event, error) {
	s := c.plan(by, at)
	for _, l := range c.Lines {
		if n := units[l.Number]; n > 0 {
			s.add(WasCounted, func(e *Event) { e.Number, e.Counter, e.Add = l.Number, Authorised, n })
			continue
		}
		s.add(LineRefused, func(e *Event) { e.Number, e.Code = l.Number, codes[l.Number] })
	}
	return s.decide(d, deadline).to(Approved, "").add(TriggerMet, func(e *Event) { e.Trigger = AtApproval }).done()
}

// Decline refuses all lines, each by a code that the customer reads, and freezes the decision.
func (c Case) Decline(by auth.Actor, d Decision, codes map[int]string, at time.Time) ([]Event, error) {
	s := c.plan(by, at)
	for _, l := range c.Lines {
		s.add(LineRefused, func(e *Event) { e.Number, e.Code = l.Number, codes[l.Number] })
	}
	return s.decide(d, time.Time{}).to(Declined, "").done()
}

// Ask asks the customer for evidence, and for what a note says. Asked for more while it waits, a case waits for all of it.
func (c Case) Ask(by auth.Actor, evidence []string, note string, at time.Time) ([]Event, error) {
	s := c.plan(by, at)
	if c.Phase == NeedsInfo {
		s.to(Submitted, "")
	}
	return s.ask(evidence, note).done()
}

func (s *tale) ask(evidence []string, note string) *tale {
	return s.add(Went, func(e *Event) {
		e.Phase, e.Code, e.Evidence, e.Note = NeedsInfo, strings.Join(evidence, " "), evidence, note
	})
}

// Answer takes what the customer gave: evidence by its words, and a text. A case that needs info is submitted again.
func (c Case) Answer(by auth.Actor, evidence []string, words string, at time.Time) ([]Event, error) {
	s := c.plan(by, at).add(WasAnswered, func(e *Event) { e.Evidence, e.Note = evidence, words })
	if c.Phase == NeedsInfo {
		s.to(Submitted, "")
	}
	return s.done()
}

// Appeal takes a declined case up again: it is decided anew, by somebody who reads why.
func (c Case) Appeal(by auth.Actor, why string, at time.Time) ([]Event, error) {
	return c.plan(by, at).add(Went, func(e *Event) { e.Phase, e.Note = Appealed, why }).to(Submitted, "").done()
}

// Go moves a case to a phase.
func (c Case) Go(by auth.Actor, to Phase, code string, at time.Time) ([]Event, error) {
	return c.plan(by, at).to(to, code).done()
}

// Count adds to a counter of a line. Goods that are first seen move the case on by themselves; they are received once all
// that was authorised has come, and is what was announced.
func (c Case) Count(by auth.Actor, line int, what Counter, add int64, at time.Time) ([]Event, error) {
	s := c.plan(by, at).add(WasCounted, func(e *Event) { e.Number, e.Counter, e.Add = line, what, add })
	switch {
	case what == Shipped && c.Phase == AwaitingGoods:
		s.to(GoodsMoving, "")
	case what == Received && CanGo(c.Phase, GoodsHere) && c.Phase != Inspecting:
		if s.to(GoodsHere, ""); !slices.Contains(c.Met, FirstScan) {
			s.add(TriggerMet, func(e *Event) { e.Trigger = FirstScan })
		}
	}
	if what == Received && s.err == nil && s.c.whole() && !slices.Contains(s.c.Met, Counted) {
		s.add(TriggerMet, func(e *Event) { e.Trigger = Counted })
	}
	return s.done()
}

// Arrived reports whether the goods are back: their carrier says so, they were counted, or looked at.
func (c Case) Arrived() bool {
	return slices.Contains(c.Met, AtReceipt) || slices.Contains(c.Met, Counted) || slices.Contains(c.Met, Inspected)
}

// whole reports whether all that was authorised has come, and nothing else in its place.
func (c Case) whole() bool {
	return !slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Count(Received)-l.Count(Unexpected) < l.Count(Authorised) })
}

// Dispose says what becomes of received units; it may be said again otherwise.
func (c Case) Dispose(by auth.Actor, p Placed, at time.Time) ([]Event, error) {
	p.At = at
	return c.plan(by, at).add(WasPlaced, func(e *Event) { e.Placed = &p }).done()
}

// Propose adds resolutions that the customer may be offered.
func (c Case) Propose(by auth.Actor, list []Resolution, at time.Time) ([]Event, error) {
	s := c.plan(by, at)
	for _, r := range list {
		r.Stand = Proposed
		s.add(WasProposed, func(e *Event) { e.Resolution = &r })
	}
	return s.done()
}

// Accept takes a resolution for its units, if the customer has not: it waits for its trigger, and offers for the same units
// that nobody took lapse. A person who accepts it has decided on it, with why as their reason, if they have one. The law's
// last day goes with it, unless goods have to be sent first and are not on their way.
func (c Case) Accept(by auth.Actor, number int64, why string, at time.Time) ([]Event, error) {
	r := c.find(number)
	if r == nil {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	s := c.plan(by, at)
	if r.Stand != Taken {
		s.take(*r)
	}
	return s.step(number, Waiting, func(e *Event) {
		if withheld := r.Comes() && r.Law != "" && !slices.ContainsFunc(c.Met, func(t Trigger) bool { return t != AtApproval }); !withheld {
			e.LastDay = c.Deadline
		}
		e.SendBy, e.Note = c.sendBy(*r, at), why
	}).done()
}

// Step moves a resolution on.
func (c Case) Step(by auth.Actor, number int64, to Stand, code string, at time.Time) ([]Event, error) {
	return c.plan(by, at).step(number, to, func(e *Event) { e.Code = code }).done()
}

// Meet tells that something happened which triggers wait for.
func (c Case) Meet(by auth.Actor, t Trigger, at time.Time) ([]Event, error) {
	return c.plan(by, at).add(TriggerMet, func(e *Event) { e.Trigger = t }).done()
}

// Due returns the resolutions that are to be carried out now.
// One that a difference keeps back is not among them before the law's last day.
func (c Case) Due(now time.Time) []Resolution {
	return slices.DeleteFunc(slices.Clone(c.Resolutions), func(r Resolution) bool {
		return c.Phase == Closed || !r.Due(c.Met, now) || c.held(r) && (r.By.IsZero() || now.Before(r.By))
	})
}

// Close ends a case. What was offered or waits lapses; while something is being carried out it is errs.Conflict, except
// that a dispute takes everything over.
func (c Case) Close(by auth.Actor, reason CloseReason, into ID, at time.Time) ([]Event, error) {
	return c.plan(by, at).add(WasClosed, func(e *Event) { e.Reason, e.Into = reason, into }).done()
}

// Reopen takes a closed case up where it was, with a reason. One that was merged stays closed.
func (c Case) Reopen(by auth.Actor, why string, at time.Time) ([]Event, error) {
	return c.plan(by, at).add(WasReopened, func(e *Event) { e.Note = why }).done()
}

// DueAt returns when a waiting resolution comes to its last day, zero if none does.
func (c Case) DueAt() time.Time {
	var at time.Time
	for _, r := range c.Resolutions {
		if c.Phase != Closed && r.Stand == Waiting && !r.By.IsZero() && (at.IsZero() || r.By.Before(at)) {
			at = r.By
		}
	}
	return at
}

// meansOf are the means by which remedies of package decision are carried out.
var meansOf = map[decision.Remedy]Means{
	decision.Refund: RefundOriginal, decision.FullKeep: FullKeep, decision.PartialKeep: PartialKeep, decision.StoreCredit: StoreCredit,
	decision.Exchange: ExchangeVariant, decision.Replace: Resend, decision.Repair: Repair,
}

// FromOffer returns the resolution that an offer of package decision stands for, whose lines are named by their numbers in
// the case. A refund that does not all go back to the payments is RefundOther.
func (c Case) FromOffer(number int64, o decision.Offer, currency string, trigger Trigger, until time.Time) (Resolution, error) {
	r := Resolution{Number: number, Means: meansOf[o.Remedy], Law: o.Law, Stand: Proposed, Trigger: trigger, Until: until, Offer: &Offer{
		Remedy: o.Remedy.String(), Basis: o.Basis.String(), Route: o.Route.String(), Postage: o.Postage.String(), Days: o.Days, Needs: o.Needs.Words(), Auto: o.Auto, Cost: o.Cost}}
	if o.From != decision.NoRoute {
		r.Offer.From = o.From.String()
	}
	if r.Means.Pays() {
		m := o.Money
		r.Money = Money{currency, ledger.Components{Goods: m.Goods, Tax: m.Tax, Duty: m.Duty, ShippingOut: m.Out, ShippingBack: m.Back, Fee: m.Fee, Bonus: m.Bonus}}
	}
	if r.Means == RefundOriginal && slices.ContainsFunc(o.To, func(a decision.Allocation) bool { return a.Method == "bank" || a.Method == "store_credit" }) {
		r.Means = RefundOther
	}
	for _, l := range o.Lines {
		n, err := strconv.Atoi(l.Line)
		if err != nil {
			return r, errs.Field("lines", "error.invalid")
		}
		r.Units = append(r.Units, Group{Line: n, From: 1, Quantity: l.Qty})
	}
	return r, nil
}
