package warranty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

// TermID and PlanID identify a term and a plan.
type (
	TermID int64
	PlanID int64
)

// Bounds of what a merchant may write.
const (
	MaxTerms  = 2000 // terms, and plans, of a workspace
	maxMonths = 600
	maxText   = 4000
	maxName   = 200
	maxList   = 500
)

// Start says from when a guarantee runs.
type Start string

// The starts.
const (
	FromDelivery     Start = "delivery"
	FromRegistration Start = "registration"
)

// Starts returns all of them.
func Starts() []Start { return []Start{FromDelivery, FromRegistration} }

// Scope says which goods something is for: all that are given must hold, of a list one. The zero Scope is everything.
type Scope struct {
	Shop       order.ShopID `json:"shop,omitzero"`
	Markets    []string     `json:"markets,omitempty"`    // DE, US-CA; EU is its members
	SKUs       []string     `json:"skus,omitempty"`       // one may end with *, for all that begin so
	Categories []string     `json:"categories,omitempty"` // the merchant's words, without regard to case
}

// Term is the commercial guarantee for some goods.
type Term struct {
	ID        TermID
	Workspace auth.WorkspaceID
	Name      string
	Scope     Scope
	Months    int // from Start; 0: no guarantee beyond the law, for goods of the scope
	Start     Start
	Register  int // days after delivery within which a unit is registered, where Start is FromRegistration; 0: at any time
	Guarantor string
	Covered   string
	Excluded  string
	Remedies  []decision.Remedy // repair, replace, refund: in the order in which they are given
	Postage   decision.Payer    // who pays the ways
	Transfer  bool              // it passes on with the unit
	Group     string            // product group of the right to repair; "" is none
	LastMade  decision.Day      // when the last unit of the model was put on the market; Never: not known, or it still is
	Off       bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Plan is an extension that is sold with an order.
type Plan struct {
	ID        PlanID
	Workspace auth.WorkspaceID
	Name      string
	SKUs      []string // of the order's line that it is; one may end with *
	Scope     Scope    // the units that it can prolong
	Months    int
	Covered   string
	Off       bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Goods is what a Scope is asked of.
type Goods struct {
	Shop     order.ShopID
	Country  string
	Region   string
	SKU      string
	Category string
}

// fits reports whether a pattern names an SKU.
func fits(pattern, sku string) bool {
	pattern, sku = product.Key(pattern), product.Key(sku)
	if head, all := strings.CutSuffix(pattern, "*"); all {
		return strings.HasPrefix(sku, head)
	}
	return pattern == sku && sku != ""
}

// rank returns how narrow a scope holds goods: SKU before category before shop before market, and -1 if it does not.
func (s Scope) rank(g Goods) int {
	rank := 0
	if len(s.Markets) > 0 {
		best := 0
		for _, m := range s.Markets {
			switch {
			case g.Region != "" && m == g.Country+"-"+g.Region:
				best = max(best, 3)
			case m == g.Country:
				best = max(best, 2)
			case m == "EU" && decision.InUnion(g.Country):
				best = max(best, 1)
			}
		}
		if best == 0 {
			return -1
		}
		rank += best
	}
	if s.Shop != 0 {
		if s.Shop != g.Shop {
			return -1
		}
		rank += 4
	}
	if len(s.Categories) > 0 {
		if !slices.ContainsFunc(s.Categories, func(c string) bool { return g.Category != "" && strings.EqualFold(c, g.Category) }) {
			return -1
		}
		rank += 8
	}
	if len(s.SKUs) > 0 {
		best := -1
		for _, p := range s.SKUs {
			if fits(p, g.SKU) {
				best = max(best, min(len(p), 200))
				if !strings.HasSuffix(p, "*") {
					best = 300
				}
			}
		}
		if best < 0 {
			return -1
		}
		rank += 16 + 16*best
	}
	return rank
}

// TermFor returns the term that holds for goods: the narrowest one, among those alike the oldest.
func TermFor(list []Term, g Goods) (Term, bool) {
	var found Term
	best := -1
	for _, t := range list {
		if r := t.Scope.rank(g); !t.Off && (r > best || r == best && r >= 0 && t.ID < found.ID) {
			found, best = t, r
		}
	}
	return found, best >= 0
}

// line puts a text on one line, without spaces at either end.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// list cleans a list: no empty entries, none twice.
func list(in []string, fold func(string) string) []string {
	var out []string
	for _, s := range in {
		if s = fold(line(s)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (s Scope) check() (Scope, error) {
	s.Markets, s.SKUs = list(s.Markets, strings.ToUpper), list(s.SKUs, product.Key)
	s.Categories = list(s.Categories, func(c string) string { return c })
	if len(s.Markets) > maxList || len(s.SKUs) > maxList || len(s.Categories) > maxList {
		return s, errs.Field("skus", "error.goods_long", "max", maxList)
	}
	for _, m := range s.Markets {
		country, region, named := strings.Cut(m, "-")
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || named && (region == "" || len(region) > 3) {
			return s, errs.Field("markets", "error.country", "country", m)
		}
	}
	for _, x := range s.SKUs {
		if len(x) > maxName || x == "*" || strings.Contains(strings.TrimSuffix(x, "*"), "*") {
			return s, errs.Field("skus", "error.invalid")
		}
	}
	return s, nil
}

// check returns a term as it is kept, or what is wrong with it. A commercial guarantee names who gives it, as 2019/771
// art. 17(2) wants.
func (t Term) check() (Term, error) {
	var err error
	t.Name, t.Guarantor, t.Covered, t.Excluded = line(t.Name), strings.TrimSpace(t.Guarantor), strings.TrimSpace(t.Covered), strings.TrimSpace(t.Excluded)
	t.Start = cmp.Or(t.Start, FromDelivery)
	if t.Start == FromDelivery {
		t.Register = 0
	}
	if t.Postage == 0 {
		t.Postage = decision.Merchant
	}
	if t.Scope, err = t.Scope.check(); err != nil {
		return t, err
	}
	switch {
	case t.Name == "" || len(t.Name) > maxName:
		return t, errs.Field("name", "error.required")
	case t.Months < 0 || t.Months > maxMonths:
		return t, errs.Field("months", "error.warranty_months")
	case !slices.Contains(Starts(), t.Start):
		return t, errs.Field("start", "error.invalid")
	case t.Register < 0 || t.Register > 3650:
		return t, errs.Field("register", "error.invalid")
	case t.Months > 0 && t.Guarantor == "":
		return t, errs.Field("guarantor", "error.warranty_guarantor")
	case len(t.Guarantor) > maxText || len(t.Covered) > maxText || len(t.Excluded) > maxText:
		return t, errs.Field("covered", "error.goods_long", "max", maxText)
	case t.Postage != decision.Merchant && t.Postage != decision.Customer:
		return t, errs.Field("postage", "error.invalid")
	}
	for i, r := range t.Remedies {
		if r != decision.Repair && r != decision.Replace && r != decision.Refund || slices.Contains(t.Remedies[:i], r) {
			return t, errs.Field("remedies", "error.invalid")
		}
	}
	if t.Months > 0 && len(t.Remedies) == 0 {
		t.Remedies = []decision.Remedy{decision.Repair, decision.Replace, decision.Refund}
	}
	if _, ok := GroupOf(t.Group); !ok && t.Group != "" {
		return t, errs.Field("group", "error.invalid")
	}
	if t.Group == "" {
		t.LastMade = decision.Never
	}
	return t, nil
}

// check returns a plan as it is kept, or what is wrong with it.
func (p Plan) check() (Plan, error) {
	var err error
	p.Name, p.Covered, p.SKUs = line(p.Name), strings.TrimSpace(p.Covered), list(p.SKUs, product.Key)
	if p.Scope, err = p.Scope.check(); err != nil {
		return p, err
	}
	switch {
	case p.Name == "" || len(p.Name) > maxName:
		return p, errs.Field("name", "error.required")
	case len(p.SKUs) == 0 || len(p.SKUs) > maxList || slices.ContainsFunc(p.SKUs, func(s string) bool { return s == "*" || len(s) > maxName }):
		return p, errs.Field("plan_skus", "error.warranty_plan_sku")
	case p.Months < 1 || p.Months > maxMonths:
		return p, errs.Field("months", "error.warranty_months")
	case len(p.Covered) > maxText:
		return p, errs.Field("covered", "error.goods_long", "max", maxText)
	}
	return p, nil
}

// TermsFor returns the terms that hold for an article in some market, the narrowest one for each list of markets.
func TermsFor(list []Term, g Goods) []Term {
	var out []Term
	best := map[string]int{}
	for _, t := range list {
		bare := t.Scope
		bare.Markets = nil
		r := bare.rank(g)
		if t.Off || r < 0 {
			continue
		}
		key := strings.Join(t.Scope.Markets, " ")
		i := slices.IndexFunc(out, func(x Term) bool { return strings.Join(x.Scope.Markets, " ") == key })
		switch {
		case i < 0:
			out, best[key] = append(out, t), r
		case r > best[key]:
			out[i], best[key] = t, r
		}
	}
	return out
}
