package policy

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/decision"
)

// of returns the part of a notice that speaks of some facts: the first whose conditions they meet.
func (n Notice) of(f Facts) Terms {
	i := slices.IndexFunc(n.Says, func(s Said) bool {
		x := exchange{from: n.Currency, to: f.Currency, rates: rates}
		price, priced := x.convert(f.Price, f.Currency, n.Currency)
		return s.When.meets(f, price, priced, n.Currency)
	})
	return n.Says[i].Terms
}

// What is published of a policy is what decides: for any policy, place and case.
func TestANoticeSaysWhatDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc, err := Parse(drawn(t))
		if err != nil {
			t.Fatal(err)
		}
		at := Facts{Currency: rapid.SampledFrom([]string{"EUR", "JPY"}).Draw(t, "currency"), Market: rapid.SampledFrom([]string{"DE", "GB", "BR", "US", "RU"}).Draw(t, "market")}
		if at.Market == "GB" {
			at.Region = rapid.SampledFrom([]string{"", "SCT"}).Draw(t, "region")
		}
		n := doc.Notice(at, rates)
		f := at
		f.Reason = rapid.SampledFrom(decision.Reasons()).Draw(t, "reason").String()
		f.Days, f.Tier, f.SKU, f.Price = rapid.IntRange(0, 60).Draw(t, "days"), rapid.SampledFrom([]string{"", "gold"}).Draw(t, "tier"), "", 5000
		if want, got := doc.Decide(f, rates), n.of(f); !reflect.DeepEqual(got, want) {
			t.Fatalf("it says %+v, and decides %+v", got, want)
		}
	})
}

func TestANoticeLeavesOutWhatCannotDecideThere(t *testing.T) {
	doc := standard(t)
	rules := func(f Facts) (out []string) {
		for _, s := range doc.Notice(f, rates).Says {
			if len(s.When.Markets)+len(s.When.Shops) > 0 {
				t.Errorf("%s asks for a place again", s.Rule)
			}
			out = append(out, s.Rule)
		}
		return out
	}
	if got := rules(Facts{Market: "BR", Currency: "EUR"}); !slices.Equal(got, []string{"brazil"}) {
		t.Errorf("a rule that always decides hides what comes after it: %v", got)
	}
	if got := rules(Facts{Market: "DE", Currency: "EUR"}); slices.Contains(got, "brazil") || slices.Contains(got, "sale") || got[len(got)-1] != "" {
		t.Errorf("Germany: %v", got)
	}
}
