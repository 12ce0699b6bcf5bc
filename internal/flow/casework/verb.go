package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
)

// Open opens a case for a wish, hands it in, decides, and puts the offers before the customer. A withdrawal that the law
// gives is approved and acknowledged in the same transaction, and its refund taken at once if that is what was wanted;
// what was not bought here is declined, kindly. What is refused for want of evidence alone is asked for at once, by itself:
// see Advice.Asks. It fails as Advise does, and with errs.Conflict for units that another case
// holds.
func (s *Service) Open(ctx context.Context, a auth.Actor, w Wish) (cases.Case, Advice, error) {
	var c cases.Case
	var adv Advice
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		w, sc, parts, foreign, err := s.study(ctx, a, w)
		if err != nil {
			return err
		}
		d, err := frozen(parts)
		if err != nil {
			return err
		}
		adv = advice(parts, foreign, w.Kind)
		if s.Desk != nil {
			if w.Ticket, err = s.Desk.Begin(ctx, a, sc.order, w); err != nil {
				return fmt.Errorf("open the case's ticket: %w", err)
			}
		}
		n := cases.NewCase{Kind: w.Kind, Ticket: w.Ticket, Gift: w.Gift, Wants: w.Wants, Evidence: w.Evidence, Words: w.Words, Language: w.Language, OpenedAt: w.OpenedAt}
		var all []int
		for i, it := range w.Items {
			n.Items = append(n.Items, cases.Item{Order: w.Order, OrderRow: it.Row, Quantity: it.Quantity, Reason: it.Reason, Foreign: it.Foreign})
			all = append(all, i+1)
		}
		if c, err = s.Cases().Open(ctx, a, n); err != nil {
			return err
		}
		codes := adv.codes(w.Wants, all)
		switch {
		case adv.ByLaw:
			for _, n := range all {
				if codes[n] == "" && !slices.ContainsFunc(adv.Rights, func(r Right) bool { return r.Basis == decision.Withdraw && slices.Contains(r.Lines, n) }) {
					codes[n] = decision.NotApplicable.String()
				}
			}
			c, err = s.Cases().Withdraw(ctx, a, c.ID, d, adv.RefundBy, codes)
			d = cases.Decision{} // it is frozen
		default:
			var asks []string
			if w.Ticket != 0 && s.Desk != nil { // they learn that something is wanted
				asks = adv.Asks(w.Wants)
			}
			c, err = s.Cases().Submit(ctx, a, c.ID, asks)
		}
		if err != nil {
			return err
		}
		system := auth.ForSystem(a.Workspace)
		if len(foreign) == len(all) {
			c, err = s.Cases().Decline(ctx, system, c.ID, d, codes)
			return err
		}
		if c, err = s.offer(ctx, c, sc, &adv, d); err != nil || !adv.ByLaw || w.Wants != "" && w.Wants != decision.Refund.String() {
			return err
		}
		if w.Wants == "" {
			return nil // the customer compares, and the law's refund waits for nobody in the end: see Work
		}
		c, err = s.takeByLaw(ctx, c)
		return err
	})
	if err != nil {
		return cases.Case{}, Advice{}, fmt.Errorf("open case: %w", err)
	}
	adv.standing(c)
	return c, adv, nil
}

// offer puts the offers of an advice before the customer, and names the resolutions in it. Lines that are declined, or
// that something was taken for already, are passed over.
func (s *Service) offer(ctx context.Context, c cases.Case, sc *scene, adv *Advice, d cases.Decision) (cases.Case, error) {
	until := s.clock().Add(OfferLife)
	if adv.ByLaw {
		until = s.clock().Add(CompareLife)
	}
	var list []cases.Resolution
	var which []int
	for i, o := range adv.Offers {
		p := &adv.Parts[o.Part]
		r, err := c.FromOffer(0, o.Offer, o.Currency, trigger(p, o.Offer), until)
		if err != nil {
			return c, err
		}
		if r.Offer.Part = o.Part; slices.ContainsFunc(r.Units, func(g cases.Group) bool { return c.Lines[g.Line-1].Declined != "" }) || settled(c, r) {
			continue
		}
		r.Offer.SendDays, r.Offer.Zone, r.Offer.Hold, r.Offer.Held = p.Terms.SendDays, sc.market.Zone.String(), p.Terms.HoldCard && o.Remedy == decision.Exchange, p.Terms.HoldShare
		if k := p.Terms.Cap; k != nil && o.Capped() {
			r.Offer.Cap = new(cases.Cap(*k))
		}
		sc.clip(c, &r)
		list, which = append(list, r), append(which, i)
	}
	before := len(c.Resolutions)
	c, err := s.Cases().Offer(ctx, auth.ForSystem(c.Workspace), c.ID, d, adv.RefundBy, list)
	if err != nil {
		return c, err
	}
	for i, at := range which {
		adv.Offers[at].Resolution = c.Resolutions[before+i].Number
	}
	return c, nil
}

// settled reports whether something was taken for units of a resolution already, unless that failed; what failed is not
// offered again.
func settled(c cases.Case, r cases.Resolution) bool {
	return slices.ContainsFunc(c.Resolutions, func(x cases.Resolution) bool {
		failed := x.Stand == cases.Failed || x.Stand == cases.Lapsed && x.Code == notMended
		if !x.Stand.Alive() && !failed || failed && (x.Means != r.Means || x.Means.Pays()) {
			return false
		}
		return slices.ContainsFunc(x.Units, func(g cases.Group) bool { return slices.ContainsFunc(r.Units, g.Overlaps) })
	})
}

// standing tells an advice how far its resolutions have come.
func (adv *Advice) standing(c cases.Case) {
	for i := range adv.Offers {
		for _, r := range c.Resolutions {
			if r.Number == adv.Offers[i].Resolution {
				adv.Offers[i].Stand = r.Stand
			}
		}
	}
}

// takeByLaw takes the refunds that a withdrawal by law gives and nobody has taken.
func (s *Service) takeByLaw(ctx context.Context, c cases.Case) (cases.Case, error) {
	for _, r := range c.Resolutions {
		if r.Stand != cases.Offered || r.Offer == nil || r.Offer.Basis != decision.Withdraw.String() || r.Offer.Remedy != decision.Refund.String() {
			continue
		}
		var err error
		if c, err = s.Cases().Accept(ctx, auth.ForSystem(c.Workspace), c.ID, r.Number, ""); err != nil {
			return c, err
		}
	}
	return c, nil
}

// find returns a resolution of a case.
func find(c cases.Case, number int64) (cases.Resolution, error) {
	i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == number })
	if i < 0 {
		return cases.Resolution{}, errs.New(errs.NotFound, "error.not_found")
	}
	return c.Resolutions[i], nil
}

// Choose takes an offer for the customer: they themselves, or a person with WriteCases in their name. It goes on by itself
// where the offer may, as soon as something is chosen for every line that has an offer; else it waits for a person with the
// choice marked, or first, once, for the evidence that the terms want for it. A repeat changes nothing.
func (s *Service) Choose(ctx context.Context, a auth.Actor, number cases.ID, resolution int64) (cases.Case, error) {
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Cases().Choose(ctx, a, number, resolution); err != nil {
			return err
		}
		r, err := find(c, resolution)
		if err != nil || r.Stand != cases.Taken {
			return err
		}
		system := auth.ForSystem(a.Workspace)
		switch {
		case c.Phase == cases.Submitted && settledChoice(c):
			if ok, err := s.spend(ctx, c, 0); err != nil || !ok {
				return err // a person decides, with the choice marked
			}
			if c, err = s.Cases().Approve(ctx, system, number, cases.Decision{}, c.Deadline, units(c), s.codes(c)); err != nil {
				return err
			}
			c, err = s.accept(ctx, system, c)
		case c.Phase == cases.Submitted:
			c, err = s.demand(ctx, c)
		case c.Phase != cases.NeedsInfo && r.Offer != nil && r.Offer.Auto:
			if ok, err := s.spend(ctx, c, resolution); err != nil || !ok {
				return err
			}
			c, err = s.Cases().Accept(ctx, system, number, resolution, "")
		}
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("choose: %w", err)
	}
	return c, nil
}

// settledChoice reports whether a case may go on without a person: all that was chosen may, and nothing is left to choose.
func settledChoice(c cases.Case) bool {
	chosen := false
	for _, r := range c.Resolutions {
		switch r.Stand {
		case cases.Offered:
			return false
		case cases.Taken:
			if chosen = true; r.Offer == nil || !r.Offer.Auto {
				return false
			}
		}
	}
	return chosen
}

// accept lets go on what was chosen and may.
func (s *Service) accept(ctx context.Context, by auth.Actor, c cases.Case) (cases.Case, error) {
	for _, r := range c.Resolutions {
		if r.Stand != cases.Taken || r.Offer == nil || !r.Offer.Auto {
			continue
		}
		var err error
		if c, err = s.Cases().Accept(ctx, by, c.ID, r.Number, ""); err != nil {
			return c, err
		}
	}
	return c, nil
}

// units are what an approval authorises by line: all of a line for which something is offered or taken.
func units(c cases.Case) map[int]int64 {
	out := map[int]int64{}
	for _, r := range c.Resolutions {
		if r.Stand != cases.Offered && !r.Stand.Alive() {
			continue
		}
		for _, g := range r.Units {
			if l := c.Lines[g.Line-1]; l.Declined == "" {
				out[g.Line] = l.Count(cases.Asked)
			}
		}
	}
	return out
}

// codes are the reasons why lines of a case have no offer, as they were decided.
func (s *Service) codes(c cases.Case) map[int]string {
	out := map[int]string{}
	for _, l := range c.Lines {
		if l.OrderRow == 0 {
			out[l.Number] = cases.NotBoughtHere
			continue
		}
		out[l.Number] = decision.NotApplicable.String()
	}
	for _, x := range refusals(c.Decision.Output) {
		for _, n := range x.lines {
			if x.remedy == c.Wants || out[n] == decision.NotApplicable.String() {
				out[n] = x.code
			}
		}
	}
	return out
}

// Approve lets a resolution go on by the judgement of a person, who needs WriteCases, and ApproveRefunds where it pays. A
// reason is needed where the customer has not chosen it, or the evidence that the policy asks for is missing. What is open
// beside it for other lines stays open; lines without any offer are declined by the reasons of the decision.
func (s *Service) Approve(ctx context.Context, a auth.Actor, number cases.ID, resolution int64, why string) (cases.Case, error) {
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Cases().Get(ctx, a, number); err != nil {
			return err
		}
		r, err := find(c, resolution)
		if err != nil {
			return err
		}
		c, err = s.approve(ctx, a, c, r, strings.TrimSpace(why))
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("approve: %w", err)
	}
	return c, nil
}

func (s *Service) approve(ctx context.Context, a auth.Actor, c cases.Case, r cases.Resolution, why string) (cases.Case, error) {
	if err := a.Can(auth.WriteCases); err != nil {
		return c, err
	}
	if r.Means.Pays() {
		if err := a.Can(auth.ApproveRefunds); err != nil {
			return c, err
		}
	}
	if why == "" && (r.Stand != cases.Taken || r.Offer == nil || len(r.Offer.Needs) > 0) && !c.Statutory {
		return c, errs.Field("why", "error.case_why")
	}
	var err error
	if r.Stand != cases.Taken {
		if c, err = s.Cases().Choose(ctx, a, c.ID, r.Number); err != nil {
			return c, err
		}
	}
	if c.Phase == cases.NeedsInfo {
		if c, err = s.Cases().Go(ctx, a, c.ID, cases.Submitted, ""); err != nil {
			return c, err
		}
	}
	if c.Phase == cases.Submitted {
		d := cases.Decision{}
		if why != "" || a.Person() != 0 { // whoever lets it go has decided, and no second one approves the refund unless the limits say so
			d = c.Decision
			d.Why = why
		}
		if c, err = s.Cases().Approve(ctx, a, c.ID, d, c.Deadline, units(c), s.codes(c)); err != nil {
			return c, err
		}
		why = "" // it is said
	}
	if c, err = s.Cases().Accept(ctx, a, c.ID, r.Number, why); err != nil {
		return c, err
	}
	return s.accept(ctx, a, c)
}

// Grant is what a person gives by their own judgement: another remedy, another sum, goodwill.
type Grant struct {
	Means      cases.Means
	Lines      map[int]int64     // units by line of the case; nil is all of all lines
	Components ledger.Components // of one that pays, in the order's currency
	Route      string            // by which goods come back, of package decision; "" is none
	Trigger    cases.Trigger     // when it is carried out; "" is at approval
}

// Grant gives what the decision did not offer. It needs a reason, which is frozen into the case, and ApproveRefunds where
// it pays.
func (s *Service) Grant(ctx context.Context, a auth.Actor, number cases.ID, g Grant, why string) (cases.Case, error) {
	if why = strings.TrimSpace(why); why == "" {
		return cases.Case{}, errs.Field("why", "error.case_why")
	}
	if !slices.Contains(cases.AllMeans(), g.Means) {
		return cases.Case{}, errs.Field("means", "error.invalid")
	}
	if err := a.Can(auth.WriteCases); err != nil {
		return cases.Case{}, err
	}
	if g.Means.Pays() {
		if err := a.Can(auth.ApproveRefunds); err != nil {
			return cases.Case{}, err
		}
	}
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Cases().Get(ctx, a, number); err == nil {
			c, err = s.grant(ctx, a, c, g, why)
		}
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("grant: %w", err)
	}
	return c, nil
}

// grant is Grant of a case that was read in the transaction in ctx.
func (s *Service) grant(ctx context.Context, a auth.Actor, c cases.Case, g Grant, why string) (cases.Case, error) {
	r := cases.Resolution{Means: g.Means, Trigger: g.Trigger, Offer: &cases.Offer{Remedy: string(g.Means), Route: g.Route}}
	if r.Trigger == "" {
		r.Trigger = cases.AtApproval
	}
	for _, l := range c.Lines {
		n := l.Count(cases.Asked)
		if g.Lines != nil {
			n = g.Lines[l.Number]
		}
		if n > 0 && l.OrderRow != 0 && l.Declined == "" {
			r.Units = append(r.Units, cases.Group{Line: l.Number, From: 1, Quantity: n})
		}
	}
	if len(r.Units) == 0 {
		return c, errs.Field("lines", "error.case_quantity")
	}
	if g.Means.Pays() {
		o, err := s.Orders.Get(ctx, a, c.Lines[r.Units[0].Line-1].Order)
		if err != nil {
			return c, err
		}
		r.Money = cases.Money{Currency: o.Currency, Components: g.Components}
	}
	var err error
	for _, old := range c.Resolutions { // what was chosen and not begun makes room
		if old.Stand != cases.Taken && old.Stand != cases.Waiting || !old.Means.BearsMoney() && old.Means != cases.Repair || !r.Means.BearsMoney() {
			continue
		}
		if slices.ContainsFunc(old.Units, func(g cases.Group) bool { return slices.ContainsFunc(r.Units, g.Overlaps) }) {
			if c, err = s.Cases().Step(ctx, a, c.ID, old.Number, cases.Lapsed, "overridden"); err != nil {
				return c, err
			}
		}
	}
	if c, err = s.Cases().Propose(ctx, a, c.ID, []cases.Resolution{r}); err != nil {
		return c, err
	}
	return s.approve(ctx, a, c, c.Resolutions[len(c.Resolutions)-1], why)
}

// Decline refuses a case. Lines that no code is given for are declined by the reasons of the decision; where that gives the
// customer something, and so no reason, a person says why. What the law gives to whoever changes their mind nobody
// declines: errs.Conflict.
func (s *Service) Decline(ctx context.Context, a auth.Actor, number cases.ID, codes map[int]string, why string) (cases.Case, error) {
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := a.Can(auth.WriteCases); err != nil {
			return err
		}
		var err error
		if c, err = s.Cases().Get(ctx, a, number); err != nil {
			return err
		}
		for _, code := range codes {
			if !slices.Contains(decision.Codes(), code) && code != cases.NotBoughtHere {
				return errs.Field("codes", "error.invalid")
			}
		}
		offered := len(units(c)) > 0
		if why = strings.TrimSpace(why); offered && why == "" {
			return errs.Field("why", "error.case_why")
		}
		if slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool {
			return r.Offer != nil && r.Offer.Basis == decision.Withdraw.String() && (r.Stand == cases.Offered || r.Stand.Alive())
		}) {
			return errs.New(errs.Conflict, "error.case_right")
		}
		if c.Phase == cases.NeedsInfo {
			if c, err = s.Cases().Go(ctx, a, number, cases.Submitted, ""); err != nil {
				return err
			}
		}
		all := s.codes(c)
		maps.Copy(all, codes)
		d := c.Decision
		d.Why = why
		for _, r := range c.Resolutions {
			if r.Stand == cases.Taken {
				if _, err := s.Cases().Step(ctx, a, number, r.Number, cases.Lapsed, "declined"); err != nil {
					return err
				}
			}
		}
		if c, err = s.Cases().Decline(ctx, a, number, d, all); err != nil {
			return err
		}
		c, err = s.Cases().Offer(ctx, a, number, cases.Decision{}, time.Time{}, nil) // what was offered lapses
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("decline: %w", err)
	}
	return c, nil
}

// Ask asks the customer for evidence, in the words of package decision, with a note; the case waits for it. A withdrawal by
// law waits for nobody: errs.Conflict.
func (s *Service) Ask(ctx context.Context, a auth.Actor, number cases.ID, evidence []string, note string) (cases.Case, error) {
	if _, ok := decision.EvidenceOf(evidence); !ok || len(evidence) == 0 && strings.TrimSpace(note) == "" {
		return cases.Case{}, errs.Field("evidence", "error.invalid")
	}
	c, err := s.Cases().Ask(ctx, a, number, evidence, strings.TrimSpace(note))
	if err != nil {
		return c, fmt.Errorf("ask: %w", err)
	}
	return c, nil
}

// Answer takes what the customer gave and decides anew; what was chosen already, and waited for it, is chosen again by it and
// goes on where it may. What is missing still is asked for by a person, if at all: a case asks by itself once.
func (s *Service) Answer(ctx context.Context, a auth.Actor, number cases.ID, evidence []string, words string) (cases.Case, error) {
	if _, ok := decision.EvidenceOf(evidence); !ok {
		return cases.Case{}, errs.Field("evidence", "error.invalid")
	}
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Cases().Answer(ctx, a, number, evidence, strings.TrimSpace(words)); err != nil {
			return err
		}
		if s.Desk != nil && strings.TrimSpace(words) != "" {
			if err := s.Desk.Said(ctx, a, c, words); err != nil {
				return err
			}
		}
		if c.Phase == cases.Submitted && !slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand.Alive() }) {
			c, err = s.renew(ctx, c)
			return err
		}
		c, err = s.proven(ctx, c)
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("answer: %w", err)
	}
	return c, nil
}

// renew decides about a case anew and offers what follows in place of what was offered.
func (s *Service) renew(ctx context.Context, c cases.Case) (cases.Case, error) {
	parts, foreign, sc, err := s.review(ctx, c)
	if err != nil {
		return c, err
	}
	d, err := frozen(parts)
	if err != nil {
		return c, err
	}
	adv := advice(parts, foreign, c.Kind)
	return s.offer(ctx, c, sc, &adv, d)
}

// Appeal takes a declined case up again in the customer's words, and decides anew.
func (s *Service) Appeal(ctx context.Context, a auth.Actor, number cases.ID, words string) (cases.Case, error) {
	if words = strings.TrimSpace(words); words == "" {
		return cases.Case{}, errs.Field("words", "error.case_why")
	}
	var c cases.Case
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Cases().Appeal(ctx, a, number, words); err != nil {
			return err
		}
		c, err = s.renew(ctx, c)
		return err
	})
	if err != nil {
		return cases.Case{}, fmt.Errorf("appeal: %w", err)
	}
	return c, nil
}

// Cancel closes a case that the customer gives up. Once something is being carried out it is errs.Conflict.
func (s *Service) Cancel(ctx context.Context, a auth.Actor, number cases.ID) (cases.Case, error) {
	c, err := s.Cases().GiveUp(ctx, a, number)
	if err != nil {
		return c, fmt.Errorf("cancel: %w", err)
	}
	return c, nil
}
