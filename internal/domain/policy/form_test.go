package policy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
)

// anyClauses draws clauses as a rule may have them: tables may be there and empty.
func anyClauses(t *rapid.T, rule bool) Clauses {
	var c Clauses
	may := func(what string) bool { return rapid.Bool().Draw(t, what) }
	amount := func(what string) Amount {
		return Amount(fmt.Sprintf("%d.%02d", rapid.IntRange(0, 999).Draw(t, what), rapid.IntRange(0, 99).Draw(t, what+" cents")))
	}
	table := func(what string, fill func()) bool {
		n := rapid.IntRange(0, 2).Draw(t, what)
		if n == 2 {
			fill()
		}
		return n > 0
	}
	flag := func(what string) *bool {
		if !may(what) {
			return nil
		}
		return new(may(what + " is"))
	}
	windows := map[string]int{}
	if table("windows", func() {
		for _, r := range decision.Remedies() {
			if may("window of " + r.String()) {
				windows[r.String()] = rapid.IntRange(0, 400).Draw(t, "days")
			}
		}
	}) {
		c.Windows = windows
	}
	postage, evidence := map[string]string{}, map[string][]string{}
	if table("postage", func() {
		for _, r := range decision.Reasons() {
			if may("postage of " + r.String()) {
				postage[r.String()] = rapid.SampledFrom([]string{"customer", "merchant"}).Draw(t, "payer")
			}
		}
	}) {
		c.Postage = postage
	}
	if table("evidence", func() {
		for _, r := range decision.Reasons() {
			if may("evidence of " + r.String()) {
				evidence[r.String()] = decision.Evidence(rapid.IntRange(1, int(decision.AllEvidence)).Draw(t, "evidence")).Words()
			}
		}
	}) {
		c.Evidence = evidence
	}
	auto, tiers := map[string]Amount{}, map[string]Tier{}
	if table("auto", func() { auto["refund"], auto["repair"] = amount("refund"), amount("repair") }) {
		c.Auto = auto
	}
	if table("tiers", func() {
		tiers["gold"] = Tier{Days: rapid.IntRange(0, 60).Draw(t, "more"), Fee: "0%", Auto: amount("tier")}
		tiers["VIP 2"] = Tier{}
	}) {
		c.Tiers = tiers
	}
	if may("no_return") {
		c.NoReturn = append([]string{}, strings.Fields(decision.Flags(rapid.IntRange(0, int(decision.AllFlags)).Draw(t, "goods")).String())...)
	}
	if may("review") {
		c.Review = &Review{}
		if may("returns") {
			c.Review.Returns = new(rapid.Int64Range(0, 9).Draw(t, "returns from"))
		}
	}
	if may("fallback") {
		c.Fallback = &Fallback{Method: rapid.SampledFrom([]string{"bank", "store_credit"}).Draw(t, "to"), Days: rapid.IntRange(0, 9).Draw(t, "arrives")}
	}
	if may("sums") {
		c.Label, c.KeepBelow, c.Fee, c.Partial, c.Bonus, c.HoldShare = amount("label"), amount("keep"), "12.5%", "20%", "10%", "50%"
	}
	if may("cap") {
		c.Cap = &Cap{Amount: amount("cap"), Per: rapid.SampledFrom(Periods()).Draw(t, "per")}
	}
	if may("trigger") {
		c.Trigger, c.SendWithin = string(rapid.SampledFrom(cases.Triggers()).Draw(t, "when")), rapid.IntRange(0, 90).Draw(t, "send")
	}
	c.Duty, c.FinalSale = flag("duty"), flag("final sale")
	if !rule {
		c.lean()
	}
	return c
}

func anyWhen(t *rapid.T) When {
	var w When
	list := func(what string, of ...string) []string {
		n := rapid.IntRange(0, len(of)).Draw(t, what)
		if n == 0 {
			return nil
		}
		return of[:n]
	}
	span := func(what string) *Span {
		switch rapid.IntRange(0, 2).Draw(t, what) {
		case 1:
			return &Span{From: rapid.IntRange(0, 9).Draw(t, "from")}
		case 2:
			return &Span{From: 1, To: new(rapid.IntRange(0, 90).Draw(t, "to"))}
		}
		return nil
	}
	w.Markets, w.Except, w.Shops = list("markets", "EU", "US-CA"), list("except", "BR"), list("shops", "shp_01h8xk3m5q0vg")
	w.Categories, w.SKUs, w.Tiers = list("categories", "Hats, caps", "Made to measure"), list("skus", "A-1", "SALE-*"), list("tiers", "gold")
	w.Kinds, w.Reasons = list("kinds", "return", "warranty"), list("reasons", "changed_mind", "damaged")
	w.Days, w.Returns, w.Disputes = span("days"), span("returns"), span("disputes")
	if rapid.Bool().Draw(t, "priced") {
		w.Price = &Range{From: "1.50", To: rapid.SampledFrom([]Amount{"", "99.00"}).Draw(t, "to")}
	}
	return w
}

// Whatever a document says, a form of it says the same, and so does its text.
func TestAFormLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Document{Currency: "EUR", Terms: anyClauses(t, false)}
		for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
			r := Rule{Name: fmt.Sprintf("r%d", i), When: anyWhen(t), Clauses: anyClauses(t, true)}
			if rapid.Bool().Draw(t, "goods") {
				r.Goods = []string{"custom_made", "used"}
			}
			d.Rules = append(d.Rules, r)
		}
		back, err := FromFields(d.Fields())
		if err != nil || !reflect.DeepEqual(back, d) {
			t.Fatalf("the form says something else: %v\n%+v\n%+v", err, d, back)
		}
		again, err := Parse(back.Text())
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("the text says something else: %v\n%s\n%+v\n%+v", err, back.Text(), d, again)
		}
	})
}

func TestAFormSaysWhatIsNoNumber(t *testing.T) {
	doc, err := FromFields(Fields{"currency": {"eur"}, "terms.windows.refund": {"forty"}, "terms.windows.repair": {" 30 "}, "terms.bonus": {"15"}, "rules": {"1"}, "rules.0.name": {"sale"}, "rules.0.when.days.to": {"x"}})
	var places []string
	for _, p := range Problems(err) {
		places = append(places, p.Field)
	}
	if got := strings.Join(places, " "); got != "terms.windows.refund rules.sale.when.days.to" || doc.Currency != "EUR" || doc.Terms.Bonus != "15%" || doc.Terms.Windows["repair"] != 30 || len(doc.Terms.Windows) != 1 {
		t.Errorf("%s\n%+v", got, doc)
	}
	if HasRemarks(small) || !HasRemarks(small+"# why\n") || !HasRemarks("currency: EUR # ours\n") {
		t.Error("remarks are not seen")
	}
}
