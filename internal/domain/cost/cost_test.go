package cost

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
)

type shelf map[string]product.Product

func (s shelf) BySKU(context.Context, auth.Actor, order.ShopID, []string) (map[string]product.Product, error) {
	return s, nil
}

type bank []fx.Rate

func (b bank) Table(context.Context, auth.Actor) (fx.Table, error) {
	return fx.NewTable(day, b), nil
}

func TestFiguresNobodyGaveAreCareful(t *testing.T) {
	s := New(Config{Products: shelf{}, Rates: bank{}})
	f := Facts{From: "DE", To: "CN", Currency: "JPY", Items: []Item{{SKU: "A", Qty: 2, Price: 1001}}}
	far, err := s.figures(t.Context(), 1, f, Book{})
	if err != nil {
		t.Fatal(err)
	}
	f.To = "DE"
	near, err := s.figures(t.Context(), 1, f, Book{})
	if err != nil {
		t.Fatal(err)
	}
	if far.Costs.Routes[decision.Origin].Freight != 1001 || near.Costs.Routes[decision.Origin].Freight != 401 || far.Costs.Routes[decision.LocalHub] != nil {
		t.Errorf("ways back %+v and %+v", far.Costs.Routes[decision.Origin], near.Costs.Routes[decision.Origin])
	}
	if i := far.Items["A"]; i.Cost != 601 || i.Resale[0] > 501 || far.Costs.TaxBack != 0 || far.Costs.Credit != decision.Whole || far.Costs.Repair != nil {
		t.Errorf("figures %+v, %+v", i, far)
	}
}

func TestWhatAProductCostsIsTakenWhereItIsKnown(t *testing.T) {
	eur, _ := fx.ParseDecimal("8")
	s := New(Config{
		Products: shelf{"A": {Currency: "CNY", Variants: []product.Variant{{SKU: "a", Cost: 4001}}}, "B": {Currency: "TRY", Variants: []product.Variant{{SKU: "B", Cost: 100}}}},
		Rates:    bank{{Base: "EUR", Quote: "CNY", Source: fx.ECB, Day: day, Value: eur}},
	})
	c, err := s.figures(t.Context(), 1, Facts{Currency: "EUR", Items: []Item{{SKU: "a", Qty: 1, Price: 2000}, {SKU: "B", Qty: 1, Price: 1000}}}, Book{})
	if err != nil || c.Items["a"].Cost != 501 || c.Items["B"].Cost != 600 {
		t.Errorf("costs %+v, %v: want 501 by the rate, and a share of the price where there is no rate", c.Items, err)
	}
}

var day = time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)
