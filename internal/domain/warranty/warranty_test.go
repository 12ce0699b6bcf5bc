package warranty

import (
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
)

func day(s string) decision.Day {
	if s == "" {
		return decision.Never
	}
	d, err := decision.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func show(p *Part) string {
	switch {
	case p == nil:
		return "-"
	case p.Waiting:
		return "waiting until " + p.Until.String()
	case p.Until == decision.Never:
		return p.From.String() + " .. open"
	}
	return p.From.String() + " .. " + p.Until.String()
}

// The days below were counted by hand from the table of rights and the clauses that doc.go names.
func TestWhatCoversAUnit(t *testing.T) {
	two := &Term{Name: "two years", Months: 24, Start: FromDelivery}
	three := &Term{Name: "three years", Months: 36, Start: FromDelivery, Group: "phone_tablet", LastMade: day("2026-12-31")}
	registered := &Term{Name: "five", Months: 60, Start: FromRegistration, Register: 30, Group: "washing_machine", LastMade: decision.Never}
	plus := &Plan{Name: "plus one", Months: 12}
	tests := []struct {
		name                                       string
		country, delivered, registered             string
		passed                                     bool
		term                                       *Term
		plan                                       *Plan
		repairs                                    [][2]string
		statutory, commercial, prolonged, repaired string
	}{
		{name: "Germany, nothing promised", country: "DE", delivered: "2026-03-04", statutory: "2026-03-04 .. 2028-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "a leap day", country: "DE", delivered: "2028-02-29", statutory: "2028-02-29 .. 2030-02-28", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "not delivered", country: "DE", term: two, plan: plus, statutory: "-", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "Spain, three years by law and two promised", country: "ES", delivered: "2026-03-04", term: two, statutory: "2026-03-04 .. 2029-03-04", commercial: "2026-03-04 .. 2028-03-04", prolonged: "-", repaired: "-"},
		{name: "the Netherlands have no fixed end", country: "NL", delivered: "2026-03-04", term: two, statutory: "2026-03-04 .. open", commercial: "2026-03-04 .. 2028-03-04", prolonged: "-", repaired: "-"},
		{name: "the plan begins where the guarantee ends", country: "DE", delivered: "2026-03-04", term: two, plan: plus, statutory: "2026-03-04 .. 2028-03-04", commercial: "2026-03-04 .. 2028-03-04", prolonged: "2026-03-04 .. 2029-03-04", repaired: "-"},
		{name: "a plan alone", country: "US", delivered: "2026-03-04", plan: plus, statutory: "-", commercial: "-", prolonged: "2026-03-04 .. 2027-03-04", repaired: "-"},
		{name: "a telephone that is still made", country: "FR", delivered: "2026-03-04", term: three, statutory: "2026-03-04 .. 2028-03-04", commercial: "2026-03-04 .. 2029-03-04", prolonged: "-", repaired: "2026-07-31 .. 2033-12-31"},
		{name: "the same in Japan", country: "JP", delivered: "2026-03-04", term: three, statutory: "2026-03-04 .. open", commercial: "2026-03-04 .. 2029-03-04", prolonged: "-", repaired: "-"},
		{name: "to be registered", country: "DE", delivered: "2026-03-04", term: registered, plan: plus, statutory: "2026-03-04 .. 2028-03-04", commercial: "waiting until 2026-04-03", prolonged: "-", repaired: "2026-07-31 .. 2036-03-01"},
		{name: "registered", country: "DE", delivered: "2026-03-04", registered: "2026-04-03", term: registered, statutory: "2026-03-04 .. 2028-03-04", commercial: "2026-03-04 .. 2031-04-03", prolonged: "-", repaired: "2026-07-31 .. 2036-03-01"},
		{name: "registered too late", country: "DE", delivered: "2026-03-04", registered: "2026-04-04", term: registered, statutory: "2026-03-04 .. 2028-03-04", commercial: "-", prolonged: "-", repaired: "2026-07-31 .. 2036-03-01"},
		{name: "repaired after the rule began", country: "DE", delivered: "2026-03-04", repairs: [][2]string{{"2026-08-01", "2026-08-20"}}, statutory: "2026-03-04 .. 2029-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "repaired twice counts once", country: "DE", delivered: "2026-03-04", repairs: [][2]string{{"2026-08-01", "2026-08-20"}, {"2027-08-01", "2027-08-20"}}, statutory: "2026-03-04 .. 2029-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "repaired the day before the rule", country: "DE", delivered: "2026-03-04", repairs: [][2]string{{"2026-07-01", "2026-07-30"}}, statutory: "2026-03-04 .. 2028-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "claimed in time, repaired after it", country: "DE", delivered: "2026-03-04", repairs: [][2]string{{"2028-03-04", "2028-04-01"}}, statutory: "2026-03-04 .. 2029-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "claimed too late", country: "DE", delivered: "2026-03-04", repairs: [][2]string{{"2028-03-05", "2028-04-01"}}, statutory: "2026-03-04 .. 2028-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "Britain has no such rule", country: "GB", delivered: "2026-03-04", repairs: [][2]string{{"2026-08-01", "2026-08-20"}}, statutory: "2026-03-04 .. 2032-03-04", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "Brazil counts days", country: "BR", delivered: "2026-03-04", statutory: "2026-03-04 .. 2026-06-02", commercial: "-", prolonged: "-", repaired: "-"},
		{name: "passed on, and the guarantee does not", country: "DE", delivered: "2026-03-04", passed: true, term: two, statutory: "2026-03-04 .. 2028-03-04", commercial: "-", prolonged: "-", repaired: "-"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			s := Sold{Goods: Goods{Country: x.country}, Placed: day("2026-03-01"), Delivered: day(x.delivered), Registered: day(x.registered), Passed: x.passed, Term: x.term, Plan: x.plan}
			for _, r := range x.repairs {
				s.Repairs = append(s.Repairs, decision.RepairedTerm{Claimed: day(r[0]), Done: day(r[1])})
			}
			c := Cover(decision.Statute(), s)
			got := []string{show(c.Statutory), show(c.Commercial), show(c.Plan), show(c.Repair)}
			want := []string{x.statutory, x.commercial, x.prolonged, x.repaired}
			for i, name := range []string{"statutory", "commercial", "plan", "repair"} {
				if got[i] != want[i] {
					t.Errorf("%s: %s, want %s", name, got[i], want[i])
				}
			}
		})
	}
}

func drawSold(t *rapid.T) Sold {
	s := Sold{Placed: day("2026-03-01"), Delivered: day("2026-03-04") + decision.Day(rapid.IntRange(0, 900).Draw(t, "delivered")), Registered: decision.Never}
	s.Goods.Country = rapid.SampledFrom([]string{"DE", "ES", "NL", "GB", "US", "BR", "RU", "CN", "JP", "XX"}).Draw(t, "country")
	if rapid.Bool().Draw(t, "registered") {
		s.Registered = s.Delivered + decision.Day(rapid.IntRange(-5, 90).Draw(t, "after"))
	}
	if rapid.Bool().Draw(t, "term") {
		s.Term = &Term{Months: rapid.IntRange(0, 120).Draw(t, "months"), Start: rapid.SampledFrom(Starts()).Draw(t, "start"), Register: rapid.IntRange(0, 60).Draw(t, "register"), LastMade: decision.Never,
			Remedies: []decision.Remedy{decision.Repair, decision.Replace, decision.Refund}, Group: rapid.SampledFrom([]string{"", "display", "server"}).Draw(t, "group")}
	}
	if rapid.Bool().Draw(t, "plan") {
		s.Plan = &Plan{Months: rapid.IntRange(1, 60).Draw(t, "plan months")}
	}
	if rapid.Bool().Draw(t, "repair") {
		claimed := s.Delivered + decision.Day(rapid.IntRange(0, 1500).Draw(t, "claimed"))
		s.Repairs = append(s.Repairs, decision.RepairedTerm{Claimed: claimed, Done: claimed + decision.Day(rapid.IntRange(0, 60).Draw(t, "took"))})
	}
	return s
}

// Whatever a merchant promises or does not, the law's term is never shorter than its figure, and does not depend on it.
func TestCoverIsNeverBelowTheLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSold(t)
		c, bare := Cover(decision.Statute(), s), s
		bare.Term, bare.Plan, bare.Registered = nil, nil, decision.Never
		if show(c.Statutory) != show(Cover(decision.Statute(), bare).Statutory) {
			t.Fatalf("a promise changed the law's term: %s", show(c.Statutory))
		}
		f := decision.Statute().Floor(s.Goods.Country).Conform
		if f == nil {
			return
		}
		if c.Statutory == nil || f.Months > 0 && c.Statutory.Until < s.Delivered.AddMonths(f.Months) || f.Days > 0 && c.Statutory.Until < s.Delivered+decision.Day(f.Days) {
			t.Fatalf("%s: %s is less than the law's", s.Goods.Country, show(c.Statutory))
		}
	})
}

func TestMoreMonthsNeverCoverLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSold(t)
		if s.Term == nil || s.Term.Months == 0 {
			return
		}
		more := s
		term := *s.Term
		term.Months += rapid.IntRange(1, 36).Draw(t, "more")
		more.Term = &term
		a, b := Cover(decision.Statute(), s), Cover(decision.Statute(), more)
		was, held := a.Guaranteed()
		is, holds := b.Guaranteed()
		if held && (!holds || is < was) {
			t.Fatalf("%d months reach %s, %d only %s", s.Term.Months, was, term.Months, is)
		}
		for r, n := range a.Windows(s.Delivered) {
			if b.Windows(s.Delivered)[r] < n {
				t.Fatalf("%s: %d days became %d", r, n, b.Windows(s.Delivered)[r])
			}
		}
	})
}

func TestTheNarrowestTermHolds(t *testing.T) {
	terms := []Term{
		{ID: 1, Name: "all"}, {ID: 2, Name: "EU", Scope: Scope{Markets: []string{"EU"}}}, {ID: 3, Name: "Germany", Scope: Scope{Markets: []string{"DE"}}},
		{ID: 4, Name: "shop", Scope: Scope{Shop: 7}}, {ID: 5, Name: "drills", Scope: Scope{Categories: []string{"Drills"}}},
		{ID: 6, Name: "D-", Scope: Scope{SKUs: []string{"D-*"}}}, {ID: 7, Name: "D-1", Scope: Scope{SKUs: []string{"D-1"}}}, {ID: 8, Name: "off", Off: true, Scope: Scope{SKUs: []string{"D-1"}, Shop: 7}},
		{ID: 9, Name: "D-1 again", Scope: Scope{SKUs: []string{"D-1"}}},
	}
	for _, x := range []struct {
		goods Goods
		want  string
	}{
		{Goods{Country: "US"}, "all"}, {Goods{Country: "FR"}, "EU"}, {Goods{Country: "DE"}, "Germany"}, {Goods{Country: "DE", Shop: 7}, "shop"},
		{Goods{Country: "DE", Shop: 7, Category: "drills"}, "drills"}, {Goods{Country: "US", Category: "drills", SKU: "d-22"}, "D-"}, {Goods{SKU: " d-1 ", Shop: 7}, "D-1"},
	} {
		if got, ok := TermFor(terms, x.goods); !ok || got.Name != x.want {
			t.Errorf("%+v: %s, want %s", x.goods, got.Name, x.want)
		}
	}
	if _, ok := TermFor(terms[1:2], Goods{Country: "US"}); ok {
		t.Error("a term of the EU holds in the United States")
	}
}

func TestAPlanProlongsAsManyUnitsAsWereBought(t *testing.T) {
	plans := []Plan{{ID: 1, Name: "drills", SKUs: []string{"PLUS-*"}, Months: 12, Scope: Scope{SKUs: []string{"D-*"}}}}
	o := order.Order{Lines: []order.Line{{ID: 1, SKU: "PLUS-12", Quantity: 3}, {ID: 2, SKU: "BAG", Quantity: 5}, {ID: 3, SKU: "D-1", Quantity: 2}, {ID: 4, SKU: "D-2", Quantity: 4}}}
	got := planned(o, plans, func(l order.Line) Goods { return Goods{SKU: l.SKU} })
	for _, key := range [][2]int64{{3, 1}, {3, 2}, {4, 1}} {
		if got[key] == nil {
			t.Errorf("unit %v has no plan", key)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d units have a plan, want 3", len(got))
	}
}

func TestSerialNumbersAreComparedByWhatCounts(t *testing.T) {
	if SerialKey(" ab-12 / 3 ") != "AB123" || SerialKey("--") != "" {
		t.Error("a serial number is not told by its letters and digits")
	}
	if _, err := serial("---"); err == nil {
		t.Error("a serial number without letters and digits was taken")
	}
}
