package casework

import (
	"encoding/json"
	"fmt"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/policy"
)

// Kept returns what was decided about a case, with how far each offer has come since. It decides anew from the frozen
// input, so that it can word the reasons in any language; what was written down then stands in the case's own decision. A
// case about which nothing was decided gives the zero Advice.
func (s *Service) Kept(c cases.Case) (Advice, error) {
	var inputs []json.RawMessage
	if len(c.Decision.Input) > 0 {
		if err := json.Unmarshal(c.Decision.Input, &inputs); err != nil {
			return Advice{}, fmt.Errorf("read what case %d was decided by: %w", c.ID, err)
		}
	}
	var foreign []int
	for _, l := range c.Lines {
		if l.OrderRow == 0 {
			foreign = append(foreign, l.Number)
		}
	}
	parts := make([]Part, len(inputs))
	for i, in := range inputs {
		frozen, err := reader.Read(in)
		if err != nil {
			return Advice{}, fmt.Errorf("read what case %d was decided by: %w", c.ID, err)
		}
		p := &parts[i]
		p.Case, p.Terms = frozen, policy.Terms{Policy: frozen.Policy}
		p.Decision = decision.Decide(decision.Statute(), &p.Case)
		all := make([]int, len(frozen.Claim.Lines))
		for j := range all {
			all[j] = j
		}
		p.Lines = numbers(p, all)
	}
	out := advice(parts, foreign, c.Kind)
	out.match(c)
	return out, nil
}

// match finds the resolutions of a case that stand for offers of an advice, the newest where offers were made again.
func (a *Advice) match(c cases.Case) {
	for i := range a.Offers {
		o := &a.Offers[i]
		for _, r := range c.Resolutions {
			if r.Offer == nil || r.Offer.Part != o.Part || r.Offer.Remedy != o.Remedy.String() || r.Offer.Basis != o.Basis.String() || r.Offer.Route != o.Route.String() {
				continue
			}
			if len(r.Units) > 0 && len(o.Units) > 0 && r.Units[0].Line == o.Units[0].Line {
				o.Resolution, o.Stand, o.Trigger = r.Number, r.Stand, r.Trigger
			}
		}
	}
}
