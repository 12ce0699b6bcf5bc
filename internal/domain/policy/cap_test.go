package policy

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/fx"
)

func TestACapIsOfTheRuleWhereItStands(t *testing.T) {
	doc, err := Parse(small + "  cap: {amount: 500.00, per: week}\nrules: [{name: own, when: {markets: [US]}, cap: {amount: 20.00, per: day}}, {name: shared, when: {markets: [DE]}, label: 1.00}]")
	if err != nil {
		t.Fatal(err)
	}
	for market, want := range map[string]CapTerms{
		"US": {Rule: "own", Per: "day", Limit: 2000, Currency: "EUR", Of: 2000},
		"DE": {Per: "week", Limit: 50000, Currency: "EUR", Of: 50000},
		"FR": {Per: "week", Limit: 50000, Currency: "EUR", Of: 50000},
	} {
		got := doc.Decide(Facts{Market: market, Currency: "EUR"}, fx.Table{})
		if got.Cap == nil || *got.Cap != want || got.Policy.Cap.Limit != want.Of {
			t.Errorf("%s: %+v, %+v", market, got.Cap, got.Policy.Cap)
		}
	}
	// Without a rate nothing may go out.
	if got := doc.Decide(Facts{Market: "FR", Currency: "USD"}, fx.Table{}); got.Cap.Of != 0 || got.Policy.Cap.Limit != 0 {
		t.Errorf("without a rate %+v", got.Cap)
	}
	if got := problems(t, small+"  cap: {amount: x, per: year}\n"); len(got) != 2 || got[0] != "terms.cap.amount error.policy_amount" || got[1] != "terms.cap.per error.policy_word" {
		t.Errorf("%q", got)
	}
}

func TestPeriodsAndSumsOfCaps(t *testing.T) {
	at := time.Date(2027, 1, 1, 3, 0, 0, 0, time.FixedZone("", 8*3600)) // the last evening of 2026 in UTC
	for per, want := range map[string]string{"day": "2026-12-31", "week": "2026-W53", "month": "2026-12"} {
		if got := period(per, at); got != want {
			t.Errorf("%s: %s", per, got)
		}
	}
	if scaled(100, 3, 7) != 43 || scaled(-100, 3, 7) != -43 || scaled(5, 9, 0) != 5 || scaled(1<<50, 1<<20, 1<<30) != 1<<40 {
		t.Error("sums are scaled otherwise")
	}
	if b := (Budget{Spent: 79, Limit: 100}); b.Percent() != 79 || b.Near() || !(Budget{Spent: 80, Limit: 100}).Near() || (Budget{}).Percent() != 100 {
		t.Errorf("%d", b.Percent())
	}
}
