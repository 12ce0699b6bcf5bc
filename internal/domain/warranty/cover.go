package warranty

import (
	"slices"

	"godwit.dev/godwit/internal/domain/decision"
)

// Sold is all that coverage of one unit goes by. Days are dates in the market's zone; Never is not known, or not yet.
type Sold struct {
	Goods      Goods
	Placed     decision.Day
	Delivered  decision.Day
	Registered decision.Day
	Passed     bool // who has the unit now is not who bought it
	Repairs    []decision.RepairedTerm
	Term       *Term // nil: the merchant promises nothing beyond the law
	Plan       *Plan // nil: none was sold with the unit
}

// Part is one thing that covers a unit.
type Part struct {
	From    decision.Day
	Until   decision.Day // the last day; Never: no fixed end
	Law     string       // of what the law gives
	Name    string       // of a term or a plan
	Waiting bool         // it begins with the registration of the unit, by Until at the latest
}

// Holds reports whether it covers the unit on a day.
func (p *Part) Holds(day decision.Day) bool {
	return p != nil && !p.Waiting && day >= p.From && (p.Until == decision.Never || day <= p.Until)
}

// Coverage is what covers a unit; a part that is nil does not.
type Coverage struct {
	Statutory  *Part
	Burden     decision.Day // until then the seller shows that the goods were right; Never: no such day
	Extended   bool         // the statutory guarantee, after a repair
	Hidden     bool         // hidden defects count from their discovery
	Verified   bool         // the law's figures were read at their source
	Commercial *Part
	Plan       *Part
	Repair     *Part
	Estimated  bool // Repair is counted from the order: when the last unit of the model was made is not known
	Group      string
	Remedies   []decision.Remedy // of the commercial guarantee and the plan, in their order
	Postage    decision.Payer    // likewise
}

// marketOf names a market as package decision does.
func marketOf(g Goods) string {
	if g.Region == "" {
		return g.Country
	}
	return g.Country + "-" + g.Region
}

// Cover says what covers a unit. It is pure.
func Cover(law *decision.Law, s Sold) Coverage {
	c := Coverage{Burden: decision.Never}
	if s.Delivered != decision.Never {
		if t, ok := law.ConformTerm(marketOf(s.Goods), s.Delivered, s.Repairs); ok {
			c.Statutory = &Part{From: s.Delivered, Until: t.Until, Law: t.Law}
			c.Burden, c.Extended, c.Hidden, c.Verified = t.Burden, t.Extended, t.Hidden, t.Verified
		}
	}
	t := s.Term
	if t == nil {
		t = &Term{}
	}
	begin := s.Delivered
	if t.Months > 0 && s.Delivered != decision.Never && (t.Transfer || !s.Passed) {
		c.Remedies, c.Postage = slices.Clone(t.Remedies), t.Postage
		c.Commercial = t.part(s)
		if p := c.Commercial; p != nil && !p.Waiting {
			begin = p.Until
		}
	}
	if s.Plan != nil && s.Delivered != decision.Never && (c.Commercial == nil || !c.Commercial.Waiting) {
		c.Plan = &Part{From: s.Delivered, Until: begin.AddMonths(s.Plan.Months), Name: s.Plan.Name}
		if len(c.Remedies) == 0 {
			c.Remedies, c.Postage = []decision.Remedy{decision.Repair, decision.Replace, decision.Refund}, decision.Merchant
		}
	}
	c.repair(t, s)
	return c
}

// part is the commercial guarantee of a unit; nil if it was not registered in time.
func (t *Term) part(s Sold) *Part {
	from := s.Delivered
	if t.Start == FromRegistration {
		last := decision.Never
		if t.Register > 0 {
			last = s.Delivered + decision.Day(t.Register)
		}
		if s.Registered == decision.Never {
			return &Part{From: s.Delivered, Until: last, Name: t.Name, Waiting: true}
		}
		if from = max(s.Registered, s.Delivered); last != decision.Never && from > last {
			return nil
		}
	}
	return &Part{From: s.Delivered, Until: from.AddMonths(t.Months), Name: t.Name}
}

// repair adds the right to repair.
func (c *Coverage) repair(t *Term, s Sold) {
	g, ok := GroupOf(t.Group)
	if !ok || !decision.InUnion(s.Goods.Country) || s.Delivered == decision.Never {
		return
	}
	c.Group = g.Name
	p := &Part{From: max(decision.RepairRuleFrom(), s.Delivered), Until: decision.Never, Law: RepairLaw + ", " + g.Law}
	if g.Years > 0 {
		last := t.LastMade
		if last == decision.Never {
			c.Estimated, last = true, s.Placed
		}
		if p.Until = last.AddMonths(12 * g.Years); p.Until < p.From {
			return // it was over before such a right was
		}
	}
	c.Repair = p
}

// Guaranteed returns the last day on which the merchant's own promise covers a unit, and false if none does.
func (c Coverage) Guaranteed() (decision.Day, bool) {
	until, ok := decision.Never, false
	for _, p := range []*Part{c.Commercial, c.Plan} {
		if p != nil && !p.Waiting && (!ok || p.Until > until) {
			until, ok = p.Until, true
		}
	}
	return until, ok
}

// Windows returns for each remedy of the merchant's own promise how many days after delivery it reaches.
func (c Coverage) Windows(delivered decision.Day) map[decision.Remedy]int {
	until, ok := c.Guaranteed()
	if !ok || delivered == decision.Never || until < delivered {
		return nil
	}
	out := map[decision.Remedy]int{}
	for _, r := range c.Remedies {
		if r != decision.Refund { // for the time that is left, which a person works out
			out[r] = int(until - delivered)
		}
	}
	return out
}
