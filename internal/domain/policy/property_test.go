package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
)

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(small + "rules: [{name: r, when: {price: {from: 1.00}, days: {to: 3}}, tiers: {a: {fee: 3%}}}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := Parse(text)
		if err != nil || doc.Check(decision.Statute()) != nil {
			return
		}
		again, err := Parse(doc.Text())
		if err != nil || again.Text() != doc.Text() {
			t.Fatalf("it reads back differently: %v\n%s", err, doc.Text())
		}
		doc.Decide(Facts{Market: "DE", Currency: "EUR", Reason: "damaged", SKU: "A", Price: 100}, fx.Table{})
	})
}

// drawn is a document of clauses that may or may not be allowed.
func drawn(t *rapid.T) string {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	clauses := func(name string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "windows: {%s}", pick(name+" windows", "refund: 40", "refund: 41", "refund: 14, repair: 4000", "refund: 7", "store_credit: 60", "refund: 400, replace: 4000, repair: 4000"))
		for _, c := range []struct {
			clause string
			values []string
		}{
			{"postage", []string{"", "", "{size_fit: merchant}", "{changed_mind: customer}", "{changed_mind: merchant, damaged: merchant}", "{damaged: customer}"}},
			{"label", []string{"", "4.90"}}, {"fee", []string{"", "15%"}}, {"final_sale", []string{"", "", "", "true", "false"}}, {"no_return", []string{"", "", "", "[custom_made]", "[used]"}},
			{"evidence", []string{"", "", "{damaged: [photo, video]}", "{damaged: [photo]}", "{damaged: [expert_report]}", "{changed_mind: [photo]}"}},
		} {
			if v := pick(name+" "+c.clause, c.values...); v != "" {
				fmt.Fprintf(&b, ", %s: %s", c.clause, v)
			}
		}
		return b.String()
	}
	text := "currency: EUR\nterms: {" + clauses("terms") + ", fallback: {method: store_credit, days: 3}, trigger: receipt}\nrules:\n"
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		name := fmt.Sprintf("r%d", i)
		when := pick(name+" when", "", "markets: [DE]", "markets: [EU, GB, GB-SCT]", "reasons: [damaged]", "reasons: [changed_mind], days: {from: 15}", "except: [BR]", "tiers: [gold]", "markets: [BR, RU]")
		text += fmt.Sprintf("  - {name: %s, when: {%s}, %s}\n", name, when, clauses(name))
	}
	return text
}

// truthful takes out of a document what Check refuses, rule by rule; it reports
// whether a rule is left.
func truthful(doc Document, law *decision.Law) (Document, bool) {
	rules := doc.Rules
	if doc.Rules = nil; doc.Check(law) != nil {
		doc, _ = Parse(small)
	}
	for _, r := range rules {
		kept := doc.Rules
		if doc.Rules = append(slices.Clip(kept), r); doc.Check(law) != nil {
			doc.Rules = kept
		}
	}
	return doc, len(doc.Rules) > 0
}

// Whatever Check lets pass never makes a decision that gives less than the law
// alone would, and never says less to a customer who has the right.
func TestWhatIsAllowedNeverGivesLessThanTheLaw(t *testing.T) {
	law, allowed := decision.Statute(), 0
	rapid.Check(t, func(t *rapid.T) {
		doc, err := Parse(drawn(t))
		if err != nil {
			t.Fatal(err)
		}
		doc, ok := truthful(doc, law)
		if ok {
			allowed++
		}
		market := rapid.SampledFrom([]string{"DE", "GB", "BR", "US", "RU", "IE"}).Draw(t, "market")
		reason := rapid.SampledFrom([]decision.Reason{decision.ChangedMind, decision.Damaged}).Draw(t, "reason")
		days := rapid.SampledFrom([]int{0, 7, 13, 20, 100, 500}).Draw(t, "days")
		f := Facts{Market: market, Reason: reason.String(), Kind: "return", Currency: "EUR", SKU: "A", Price: 5000, Days: days, Tier: rapid.SampledFrom([]string{"", "gold"}).Draw(t, "tier")}
		c := sample(market, reason, days)
		c.Policy = doc.Decide(f, fx.Table{}).Policy
		got := decision.Decide(law, &c)
		bare := sample(market, reason, days)
		bare.Policy = decision.Policy{Windows: map[decision.Remedy]int{}, Fallback: decision.Fallback{Method: "bank", Days: 3}}
		for _, least := range decision.Decide(law, &bare).Offers {
			if least.Law == "" {
				continue
			}
			i := slices.IndexFunc(got.Offers, func(o decision.Offer) bool { return o.Remedy == least.Remedy && o.Law == least.Law })
			if i < 0 {
				t.Fatalf("%s by %s is gone", least.Remedy, least.Law)
			}
			o, m := got.Offers[i], got.Offers[i].Money
			if m.Goods < least.Money.Goods && o.Remedy != decision.PartialKeep || m.Tax < least.Money.Tax && o.Remedy != decision.PartialKeep || m.Fee != 0 || o.Postage == decision.Customer && least.Postage == decision.Merchant ||
				o.Needs&decision.ExpertReport&^least.Needs != 0 || least.Auto && !o.Auto || slices.ContainsFunc(o.To, func(a decision.Allocation) bool { return a.Method == "store_credit" }) {
				t.Fatalf("%s by %s: %+v is less than %+v", o.Remedy, o.Law, o, least)
			}
			if floor := law.Floor(market).Withdraw; floor != nil && o.Basis == decision.Withdraw {
				if w, ok := c.Policy.Windows[decision.Refund]; !ok || w < floor.Days || len(c.Policy.FinalSale) > 0 || c.Policy.Evidence[decision.ChangedMind] != 0 { // what is asked for a fault is asked by conformity alone
					t.Fatalf("the text is false for a customer in %s: %+v", market, c.Policy)
				}
			}
		}
	})
	t.Logf("%d documents were allowed", allowed)
	if allowed == 0 && !testing.Short() { // a short run draws a fifth
		t.Fatal("no document was allowed: the property holds of nothing")
	}
}

func sample(market string, reason decision.Reason, days int) decision.Case {
	delivered := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	opened := delivered.AddDate(0, 0, days)
	return decision.Case{
		Now: opened, Market: decision.Market{Country: market, Zone: time.UTC},
		Order: decision.Order{
			Currency: "EUR", PlacedAt: delivered.AddDate(0, 0, -9), Shipment: decision.Delivered, DeliveredAt: delivered, InformedAt: delivered.AddDate(0, 0, -9),
			Lines: []decision.Line{{Line: "1", SKU: "A", Qty: 1, Goods: 5000, Tax: 950, Duty: 300}}, Shipping: 490, Standard: 490,
			Payments: []decision.Payment{{Method: "card", Left: 6740, Until: decision.Never}},
		},
		Claim: decision.Claim{Kind: decision.Return, Reason: reason, Lines: []decision.Asked{{Line: "1", Qty: 1}}, Wants: decision.Refund, OpenedAt: opened, Evidence: decision.AllEvidence},
		Costs: decision.Costs{
			Routes: [decision.Origin + 1]*decision.RouteCost{decision.Origin: {Freight: 900}}, Credit: decision.Whole,
			Replace: []decision.Sender{{From: decision.Origin}}, Repair: &decision.RepairCost{Cost: 100},
		},
	}
}
