package policy

import (
	"os"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
)

func TestWithoutAPolicyAPersonLooksAtEverything(t *testing.T) {
	terms := builtIn()
	p := terms.Policy
	if p.Windows[decision.Refund] < 14 || len(p.Auto) != 0 || p.KeepBelow != 0 || p.Label != nil || p.Fee != 0 || p.Fallback.Method != "bank" || terms.Version != BuiltIn {
		t.Errorf("the built-in policy is not safe: %+v", terms)
	}
}

func standard(t *testing.T) Document {
	t.Helper()
	text, err := os.ReadFile("testdata/standard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheFirstRuleThatIsMetDecides(t *testing.T) {
	doc := standard(t)
	base := Facts{Market: "DE", Reason: "changed_mind", Kind: "return", SKU: "TENT", Price: 2000, Currency: "EUR"}
	for name, c := range map[string]struct {
		change func(*Facts)
		rule   string
	}{
		"none":                            {func(*Facts) {}, ""},
		"a market":                        {func(f *Facts) { f.Market = "BR" }, "brazil"},
		"a region":                        {func(f *Facts) { f.Market, f.Region = "CA", "ON" }, "brazil"},
		"the market without it":           {func(f *Facts) { f.Market = "CA" }, ""},
		"a category, however written":     {func(f *Facts) { f.Category = "made to measure " }, "made-to-measure"},
		"the beginning of an SKU":         {func(f *Facts) { f.Market, f.SKU = "US", "sale-1" }, "sale"},
		"not in markets left out":         {func(f *Facts) { f.SKU = "SALE-1" }, ""},
		"a price":                         {func(f *Facts) { f.Price = 50000 }, "dear"},
		"a price for another reason":      {func(f *Facts) { f.Price, f.Reason = 50000, "damaged" }, ""},
		"a price in another currency":     {func(f *Facts) { f.Price, f.Currency = 500*165, "JPY" }, "dear"},
		"a price that cannot be compared": {func(f *Facts) { f.Price, f.Currency = 5_000_000, "ARS" }, ""},
		"the first of two":                {func(f *Facts) { f.Market, f.SKU = "BR", "SALE-1" }, "brazil"},
	} {
		f := base
		c.change(&f)
		if got := doc.Decide(f, rates).Rule; got != c.rule {
			t.Errorf("%s: rule %q, want %q", name, got, c.rule)
		}
	}
}

var rates = func() fx.Table {
	yen, _ := fx.ParseDecimal("165")
	day := time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)
	return fx.NewTable(day.Add(15*time.Hour), []fx.Rate{{Base: "EUR", Quote: "JPY", Source: fx.ECB, Day: day, Value: yen}})
}()

func TestAmountsAreOfTheOrdersCurrency(t *testing.T) {
	doc := standard(t)
	yen := doc.Decide(Facts{Market: "JP", Currency: "JPY", Reason: "changed_mind"}, rates)
	if yen.Policy.KeepBelow != 1980 || *yen.Policy.Label != 809 || yen.Policy.Auto[decision.Refund] != 8250 || *yen.Policy.Tiers["gold"].Auto != 33000 {
		t.Errorf("amounts %+v", yen.Policy)
	}
	if r := yen.Rate; r == nil || r.From != "EUR" || r.To != "JPY" || len(r.Sources) != 1 || r.Day.IsZero() {
		t.Errorf("the rate is not kept: %+v", r)
	}
	// Without a rate nothing stays, runs or is charged unseen.
	peso := doc.Decide(Facts{Market: "AR", Currency: "ARS", Reason: "changed_mind"}, rates)
	if p := peso.Policy; p.KeepBelow != 0 || *p.Label != 0 || len(p.Auto) != 0 || p.Tiers["gold"].Auto != nil || peso.Rate != nil {
		t.Errorf("without a rate: %+v", p)
	}
	euro := doc.Decide(Facts{Market: "DE", Currency: "EUR", Reason: "changed_mind", Price: 60000}, fx.Table{})
	if euro.Policy.KeepBelow != 1200 || euro.Rate != nil || euro.Trigger != "inspection" || len(euro.Policy.Auto) != 0 || euro.Policy.Windows[decision.Exchange] != 60 {
		t.Errorf("a rule over the terms: %+v", euro)
	}
}
