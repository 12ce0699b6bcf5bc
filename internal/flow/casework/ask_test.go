package casework

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
)

// What a case asks for by itself is what the terms ask for and the customer has not given, stands between them and what
// they want, and is enough; and nobody who may withdraw is asked for anything.
func TestWhatIsAskedForIsWantedAndEnough(t *testing.T) {
	asked, spared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
		kind, _ := decision.KindOf(pick("kind", "return", "withdrawal", "exchange", "warranty", "damaged_wrong_missing", "not_received"))
		reason, _ := decision.ReasonOf(pick("reason", "changed_mind", "size_fit", "damaged", "defective", "wrong_item", "not_as_described", "other"))
		wants := pick("wants", "refund", "store_credit", "partial_keep", "replace", "exchange", "")
		wanted, ok := decision.RemedyOf(wants)
		if !ok {
			wanted = decision.Refund
		}
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		delivered := now.AddDate(0, 0, -rapid.IntRange(0, 60).Draw(t, "days"))
		needs := decision.Evidence(rapid.IntRange(0, 127).Draw(t, "needs"))
		windows := map[decision.Remedy]int{}
		for _, word := range []string{"refund", "store_credit", "partial_keep", "replace", "exchange"} {
			if r, _ := decision.RemedyOf(word); rapid.Bool().Draw(t, word) {
				windows[r] = 30
			}
		}
		x := decision.Case{
			ID: "1", Now: now, Market: decision.Market{Country: pick("country", "DE", "US", "CN", "JP", "RU", "GB", "BR"), Zone: time.UTC},
			Order: decision.Order{
				Currency: "EUR", PlacedAt: delivered.AddDate(0, 0, -5), InformedAt: delivered.AddDate(0, 0, -5), Shipment: decision.Delivered, DeliveredAt: delivered,
				Lines: []decision.Line{{Line: "1", SKU: "MUG", Qty: 2, Goods: 4000}}, Payments: []decision.Payment{{Method: "card", Left: 4000, Until: decision.Never}},
			},
			Policy: decision.Policy{Windows: windows, Evidence: map[decision.Reason]decision.Evidence{reason: needs}, Partial: 300_000_000, Fallback: decision.Fallback{Method: "bank", Days: 3}},
			Claim: decision.Claim{Kind: kind, Reason: reason, Wants: wanted, OpenedAt: now, Lines: []decision.Asked{{Line: "1", Qty: 1}},
				Evidence: decision.Evidence(rapid.IntRange(0, 127).Draw(t, "given"))},
		}
		x.Costs.Routes[decision.LocalHub] = &decision.RouteCost{Freight: 300, Days: 5}
		decide := func() Advice {
			return advice([]Part{{Lines: []int{1}, Case: x, Decision: decision.Decide(decision.Statute(), &x)}}, nil, cases.Kind(kind.String()))
		}
		a := decide()
		asks := a.Asks(wants)
		mayGo := slices.ContainsFunc(a.Rights, func(r Right) bool { return r.Basis == decision.Withdraw })
		switch {
		case mayGo:
			if spared++; len(asks) > 0 {
				t.Fatalf("asks %v of somebody who may withdraw", asks)
			}
		case len(asks) > 0:
			asked++
			word, ok := decision.EvidenceOf(asks)
			if !ok || word&^needs != 0 || word&x.Claim.Evidence != 0 {
				t.Fatalf("asks %v; the terms want %v, given is %v", asks, needs.Words(), x.Claim.Evidence.Words())
			}
			if slices.ContainsFunc(a.Offers, func(o Offer) bool { return o.Remedy == wanted }) {
				t.Fatalf("asks %v for what is offered", asks)
			}
			x.Claim.Evidence |= word
			then := decide()
			if !slices.ContainsFunc(then.Offers, func(o Offer) bool { return o.Remedy == wanted }) || len(then.Asks(wants)) > 0 {
				t.Fatalf("%v was given and %s is not offered: %+v", asks, wanted, then.Refused)
			}
		}
	})
	if !testing.Short() && (asked == 0 || spared == 0) { // a short run draws a fifth, and may miss either
		t.Fatalf("asked %d times, spared %d times", asked, spared)
	}
}
