package replay

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

// past is a history in memory.
type past []Input

func (p past) CountInputs(context.Context, auth.WorkspaceID, time.Time) (int64, error) {
	return int64(len(p)), nil
}

func (p past) Inputs(_ context.Context, _ auth.WorkspaceID, after Place, limit int) ([]Input, error) {
	var out []Input
	for _, in := range p {
		if (in.OpenedAt.After(after.OpenedAt) || in.OpenedAt.Equal(after.OpenedAt) && in.Case > after.Case) && len(out) < limit {
			out = append(out, in)
		}
	}
	return out, nil
}

func (p past) PastInputs(_ context.Context, _ auth.WorkspaceID, limit int) ([]Input, error) {
	out := slices.Clone(p[max(len(p)-limit, 0):])
	slices.Reverse(out)
	return out, nil
}

type noRates struct{}

func (noRates) Table(context.Context, auth.Actor) (fx.Table, error) { return fx.Table{}, nil }

const text = `
currency: EUR
terms: {windows: {refund: 40}, fallback: {method: bank, days: 5}, trigger: receipt, auto: {refund: 100.00}}
`

var owner = auth.Actor{Kind: auth.Agent, ID: 1, Workspace: 1, Role: auth.Owner}

func history(doc policy.Document, n int) past {
	var out past
	for i := range n {
		c := frozen(doc, i)
		out = append(out, Input{Case: cases.ID(i + 1), OpenedAt: c.Claim.OpenedAt, Customer: customer.ID(i%7 + 1), Data: decision.Pack(&c)})
	}
	return out
}

// frozen is a return in Germany or the United States, ten to thirty days after delivery.
func frozen(doc policy.Document, i int) decision.Case {
	opened := time.Date(2026, 1, 5, 12, i, 0, 0, time.UTC)
	c := decision.Case{
		ID: "1", Now: opened, Market: decision.Market{Country: []string{"DE", "US"}[i%2], Zone: time.UTC},
		Order: decision.Order{
			Currency: "EUR", PlacedAt: opened.AddDate(0, 0, -40), Shipment: decision.Delivered, DeliveredAt: opened.AddDate(0, 0, -10-i%3*10), InformedAt: opened.AddDate(0, 0, -40),
			Lines: []decision.Line{{Line: "1", SKU: []string{"TENT", "MUG", "LAMP"}[i%3], Qty: 1, Goods: 5000, Tax: 950}}, Payments: []decision.Payment{{Method: "card", Left: 5950, Until: decision.Never}},
		},
		Claim: decision.Claim{Kind: decision.Return, Reason: decision.ChangedMind, Wants: decision.Refund, Lines: []decision.Asked{{Line: "1", Qty: 1}}, OpenedAt: opened},
		Costs: decision.Costs{Routes: [decision.Origin + 1]*decision.RouteCost{decision.Origin: {Freight: 700}}, Credit: decision.Whole},
	}
	c.Policy = policy.NewDecider(doc, fx.Table{}).Decide(Facts(&c, 0, "")).Policy
	return c
}

func parsed(t testing.TB, s string) policy.Document {
	t.Helper()
	doc, err := policy.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheSamePolicyChangesNothing(t *testing.T) {
	doc := parsed(t, text)
	r, err := New(Config{Store: history(doc, 100), Rates: noRates{}}).Run(t.Context(), owner, doc, time.Time{}, nil)
	if err != nil || r.Cases != 100 || r.Changed != 0 || r.Money[0].PaidBefore != r.Money[0].PaidAfter || r.Unread != 0 || r.Stopped {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhatAShorterWindowTakesAndWhatTheLawKeeps(t *testing.T) {
	doc := parsed(t, text)
	short := parsed(t, strings.Replace(text, "refund: 40", "refund: 14", 1))
	var told int64
	r, err := New(Config{Store: history(doc, 600), Rates: noRates{}, Workers: 3}).Run(t.Context(), owner, short, time.Time{}, func(done, total int64) { told = done })
	if err != nil {
		t.Fatal(err)
	}
	// Of six cases the days since delivery are 10, 20, 30: four lose, in either market; the law of Germany keeps the other two.
	if r.Changed != 400 || r.Refused != 400 || r.Granted != 0 || r.Looked != 400 || r.Customers != 7 || r.Worse != 7 || told != 600 {
		t.Errorf("%+v", r)
	}
	if len(r.Markets) != 2 || r.Markets[0].Cases != 300 || r.Markets[0].Changed != 200 || len(r.Products) != 2 || r.Products[0].Money[0].PaidAfter != 0 {
		t.Errorf("markets %+v\nproducts %+v", r.Markets, r.Products)
	}
	if m := r.Money[0]; m.PaidBefore != 600*5950 || m.PaidAfter != 200*5950 || m.Currency != "EUR" {
		t.Errorf("money %+v", m)
	}
	if len(r.Examples) != mostExamples || r.Examples[0].Case != 2 || r.Examples[0].Before.Remedy != "refund" || r.Examples[0].After.Remedy != "" {
		t.Errorf("examples %+v", r.Examples)
	}
	one, err := New(Config{Store: history(doc, 600), Rates: noRates{}, Workers: 1}).Run(t.Context(), owner, short, time.Time{}, nil)
	one.Took, r.Took = 0, 0
	if err != nil || !reflect.DeepEqual(one, r) {
		t.Errorf("one worker finds something else:\n%+v\n%+v", one, r)
	}
}

func TestAReplayCanBeStopped(t *testing.T) {
	doc := parsed(t, text)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := New(Config{Store: history(doc, 3*pageSize), Rates: noRates{}, Workers: 1}).Run(ctx, owner, doc, time.Time{}, func(int64, int64) { cancel() })
	if err != nil || !r.Stopped || r.Cases >= r.Total {
		t.Errorf("%d of %d, stopped %v, %v", r.Cases, r.Total, r.Stopped, err)
	}
	if _, err := New(Config{Store: past{}, Rates: noRates{}}).Run(t.Context(), auth.Actor{Kind: auth.Customer, Workspace: 1}, doc, time.Time{}, nil); !errs.Is(err, errs.Denied) {
		t.Errorf("a customer may: %v", err)
	}
}

func TestASampleShowsTheNewestOfEachKindAndMarket(t *testing.T) {
	doc := parsed(t, text)
	short := parsed(t, strings.Replace(text, "refund: 40", "refund: 14", 1))
	s := New(Config{Store: history(doc, 60), Rates: noRates{}})
	list, err := s.Sample(t.Context(), owner, short, 8)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	// The sixtieth was sent to the United States thirty days after delivery, the one before to Germany after twenty.
	if us, de := list[0], list[1]; us.Case != 60 || us.Market != "US" || us.Kind != "return" || us.SKU != "LAMP" || us.Before.Remedy != "refund" || us.After.Remedy != "" || !us.Changed ||
		de.Case != 59 || de.Market != "DE" || de.After.Paid != de.Before.Paid-5950 || !de.Changed {
		t.Errorf("%+v", list)
	}
	if list, err = s.Sample(t.Context(), owner, doc, 1); err != nil || len(list) != 1 || list[0].Changed || list[0].Before != list[0].After {
		t.Errorf("the same policy: %+v, %v", list, err)
	}
	if _, err := s.Sample(t.Context(), auth.Actor{Kind: auth.Customer, Workspace: 1}, doc, 1); !errs.Is(err, errs.Denied) {
		t.Errorf("a customer may: %v", err)
	}
}

func BenchmarkReplay(b *testing.B) {
	doc := parsed(b, text)
	tried := policy.NewDecider(parsed(b, strings.Replace(text, "refund: 40", "refund: 14", 1)), fx.Table{})
	p := page{inputs: history(doc, 1000)}
	s := newSum(decision.Statute(), tried)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.replay(p.inputs[i%1000], nil)
	}
}
