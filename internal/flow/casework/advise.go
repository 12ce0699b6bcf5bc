package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/platform/auth"
)

var reader decision.Reader

// decide freezes each part and decides about what was frozen, so that whoever reads it later decides the same.
func decide(parts []Part) (input, output json.RawMessage, err error) {
	var in, out []json.RawMessage
	english := i18n.For(i18n.English)
	for i := range parts {
		p := &parts[i]
		frozen, err := decision.Freeze(&p.Case)
		if err != nil {
			return nil, nil, err
		}
		if p.Case, err = reader.Read(frozen); err != nil {
			return nil, nil, refuse(err)
		}
		p.Decision = decision.Decide(decision.Statute(), &p.Case)
		written, err := json.Marshal(decision.Write(&p.Case, &p.Decision, func(o *decision.Offer) string {
			why := decision.Explain(&p.Case, o)
			return english.T(why.Key, why.Args...)
		}))
		if err != nil {
			return nil, nil, err
		}
		in, out = append(in, frozen), append(out, written)
	}
	if input, err = json.Marshal(in); err != nil {
		return nil, nil, err
	}
	output, err = json.Marshal(out)
	return input, output, err
}

// refuse words what package decision could not read.
func refuse(err error) error {
	var p *decision.Problem
	if errors.As(err, &p) {
		return errs.Wrap(errs.Invalid, err, "error.case_facts")
	}
	return err
}

// frozen decides about all parts and returns what is frozen into the case.
func frozen(parts []Part) (cases.Decision, error) {
	in, out, err := decide(parts)
	var versions []string
	for _, p := range parts {
		if !slices.Contains(versions, p.Terms.Version) {
			versions = append(versions, p.Terms.Version)
		}
	}
	if len(versions) == 0 {
		versions = []string{"none"}
	}
	return cases.Decision{Policy: strings.Join(versions, " "), Input: in, Output: out}, err
}

// numbers are the lines of a case that places in a claim stand for.
func numbers(p *Part, places []int) []int {
	out := make([]int, 0, len(places))
	for _, i := range places {
		n, _ := strconv.Atoi(p.Case.Claim.Lines[i].Line)
		out = append(out, n)
	}
	return out
}

// advice gathers what was decided about all parts.
func advice(parts []Part, foreign []int, kind cases.Kind) Advice {
	a := Advice{Parts: parts}
	for i := range parts {
		p := &parts[i]
		for j, o := range p.Decision.Offers {
			x := Offer{Offer: o, Part: i, Index: j, Currency: p.Case.Order.Currency, Why: decision.Explain(&p.Case, &o)}
			if r, err := (cases.Case{}).FromOffer(0, o, x.Currency, trigger(p, o), time.Time{}); err == nil {
				x.Means, x.Units, x.Trigger = r.Means, r.Units, r.Trigger
			}
			if x.Means.Pays() && o.Money.Total <= 0 { // the law gives a part of the price back, and the policy names no part: a person does
				continue
			}
			a.Offers = append(a.Offers, x)
		}
		for _, r := range p.Decision.Rights {
			a.Rights = append(a.Rights, Right{r, numbers(p, r.Lines)})
			if r.Basis == decision.Withdraw && kind == cases.Withdrawal {
				a.ByLaw = true
			}
			if r.RefundBy != decision.Never && slices.Contains(r.Remedies, decision.Refund) {
				last := r.RefundBy.Time().AddDate(0, 0, 1)
				last = time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, p.Case.Market.Zone).Add(-time.Millisecond).UTC()
				if a.RefundBy.IsZero() || last.Before(a.RefundBy) {
					a.RefundBy = last
				}
			}
		}
		for _, r := range p.Decision.Refused {
			a.Refused = append(a.Refused, Refusal{r.Remedy.String(), numbers(p, r.Lines), r.Code.String(), r.Clause})
		}
	}
	if len(foreign) > 0 {
		a.Refused = append(a.Refused, Refusal{Lines: foreign, Code: cases.NotBoughtHere})
	}
	return a
}

// trigger is when an offer is carried out: at approval if nothing comes back; a repair once the goods are here; else when the terms say.
func trigger(p *Part, o decision.Offer) cases.Trigger {
	t := cases.Trigger(p.Terms.Trigger)
	if !slices.Contains(cases.Triggers(), t) {
		t = cases.AtReceipt
	}
	switch {
	case o.Route == decision.NoRoute:
		return cases.AtApproval
	case o.Remedy == decision.Repair, o.Remedy == decision.Exchange && p.Terms.HoldCard && t == cases.AtApproval: // at once only against a hold
		return cases.AtReceipt
	}
	return t
}

// codes are the reasons, by line, why lines have no offer: that for the remedy that was wanted, else the first.
func (a Advice) codes(wants string, all []int) map[int]string {
	out := map[int]string{}
	for _, n := range all {
		if slices.ContainsFunc(a.Offers, func(o Offer) bool {
			return slices.ContainsFunc(o.Units, func(g cases.Group) bool { return g.Line == n })
		}) {
			continue
		}
		for _, r := range a.Refused {
			if slices.Contains(r.Lines, n) && (out[n] == "" || r.Remedy == wants) {
				out[n] = r.Code
			}
		}
		if out[n] == "" {
			out[n] = decision.NotApplicable.String()
		}
	}
	return out
}

// Asks returns the evidence, in the words of package decision, that stands between the customer and the remedy that they
// want, a refund if they name none: that for whose want alone lines do not have it, so that they would with it. It is pure,
// and empty where the law lets the customer go without a reason: nothing is asked of somebody who may withdraw.
func (a Advice) Asks(wants string) []string {
	if a.ByLaw || slices.ContainsFunc(a.Offers, func(o Offer) bool { return o.Basis == decision.Withdraw }) ||
		slices.ContainsFunc(a.Rights, func(r Right) bool { return r.Basis == decision.Withdraw }) {
		return nil
	}
	wanted, ok := decision.RemedyOf(wants)
	if !ok {
		wanted = decision.Refund
	}
	var missing decision.Evidence
	for _, p := range a.Parts {
		if !slices.ContainsFunc(p.Decision.Refused, func(r decision.Refusal) bool { return r.Remedy == wanted && r.Code == decision.EvidenceMissing }) {
			continue
		}
		with := p.Case
		with.Claim.Evidence |= p.Case.Policy.Evidence[p.Case.Claim.Reason]
		then := decision.Decide(decision.Statute(), &with)
		if slices.ContainsFunc(then.Offers, func(o decision.Offer) bool { return o.Remedy == wanted }) {
			missing |= with.Claim.Evidence &^ p.Case.Claim.Evidence
		}
	}
	return missing.Words()
}

// Advise decides about a wish and writes nothing. Whoever may open the case may ask: the customer whose order it is, or a
// person with WriteCases.
func (s *Service) Advise(ctx context.Context, a auth.Actor, w Wish) (Advice, error) {
	w, _, parts, foreign, err := s.study(ctx, a, w)
	if err != nil {
		return Advice{}, fmt.Errorf("advise: %w", err)
	}
	if _, _, err := decide(parts); err != nil {
		return Advice{}, fmt.Errorf("advise: %w", err)
	}
	return advice(parts, foreign, w.Kind), nil
}

// study checks a wish and gathers its facts. Items are the lines of the case that it will be, from 1.
func (s *Service) study(ctx context.Context, a auth.Actor, w Wish) (Wish, *scene, []Part, []int, error) {
	if err := a.Can(auth.WriteCases); err != nil && a.Kind != auth.Customer {
		return w, nil, nil, nil, err
	}
	w, err := w.check()
	if err != nil {
		return w, nil, nil, nil, err
	}
	o, err := s.orderOf(ctx, a, w.Order)
	if err != nil {
		return w, nil, nil, nil, err
	}
	now := s.clock()
	if w.OpenedAt.IsZero() || w.OpenedAt.After(now) {
		w.OpenedAt = now
	}
	sc, err := s.look(ctx, o, 0, w.Gift, now)
	if err != nil {
		return w, nil, nil, nil, err
	}
	cl := claim{openedAt: w.OpenedAt, wants: decision.Refund}
	cl.kind, _ = decision.KindOf(string(w.Kind))
	cl.evidence, _ = decision.EvidenceOf(w.Evidence)
	if r, ok := decision.RemedyOf(w.Wants); ok {
		cl.wants = r
	}
	var asks []ask
	var foreign []int
	for i, it := range w.Items {
		if it.Row == 0 {
			foreign = append(foreign, i+1)
			continue
		}
		reason, _ := decision.ReasonOf(it.Reason)
		asks = append(asks, ask{i + 1, it.Row, it.Quantity, reason})
	}
	parts, err := s.parts(ctx, sc, cl, asks)
	return w, sc, parts, foreign, err
}

// Again decides about a case by what is known now, and writes nothing. It needs ReadCases, or to be the customer.
func (s *Service) Again(ctx context.Context, a auth.Actor, number cases.ID) (Advice, error) {
	c, err := s.Cases().Get(ctx, a, number)
	if err != nil {
		return Advice{}, err
	}
	parts, foreign, _, err := s.review(ctx, c)
	if err == nil {
		_, _, err = decide(parts)
	}
	if err != nil {
		return Advice{}, fmt.Errorf("decide case %d again: %w", number, err)
	}
	return advice(parts, foreign, c.Kind), nil
}

// review gathers the facts of a case as they are now.
func (s *Service) review(ctx context.Context, c cases.Case) ([]Part, []int, *scene, error) {
	cl := claim{openedAt: c.OpenedAt, wants: decision.Refund, except: c.ID}
	cl.kind, _ = decision.KindOf(string(c.Kind))
	cl.evidence, _ = decision.EvidenceOf(c.Evidence)
	if r, ok := decision.RemedyOf(c.Wants); ok {
		cl.wants = r
	}
	now := s.clock()
	if slices.ContainsFunc(c.Met, func(t cases.Trigger) bool { return t != cases.AtApproval }) {
		cl.returned = now
	}
	var foreign []int
	var asks []ask
	orders := c.Orders()
	for _, l := range c.Lines {
		if l.OrderRow == 0 {
			foreign = append(foreign, l.Number)
			continue
		}
		if l.Order != orders[0] {
			continue
		}
		reason, _ := decision.ReasonOf(l.Reason)
		asks = append(asks, ask{l.Number, l.OrderRow, l.Count(cases.Asked), reason})
	}
	if len(orders) == 0 {
		return nil, foreign, nil, nil
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(c.Workspace), orders[0])
	if err != nil {
		return nil, nil, nil, err
	}
	sc, err := s.look(ctx, o, c.ID, c.Gift, now)
	if err != nil {
		return nil, nil, nil, err
	}
	parts, err := s.parts(ctx, sc, cl, asks)
	return parts, foreign, sc, err
}
