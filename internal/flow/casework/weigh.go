package casework

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

// Sample is an order that never was, to see what figures change.
type Sample struct {
	Shop     order.ShopID
	From     string // the customer's country
	To       string // where it was sent from
	SKU      string
	Qty      int64
	Grams    int64 // of one; 0: as the article weighs
	Price    int64 // of one
	Currency string
	Reason   string // in the words of package decision
}

// Weighed is what could be offered for a sample, and what that rests on.
type Weighed struct {
	Before, After  []decision.Offer // the cheapest for the merchant first
	Figures, Stood cost.Figures     // of After and of Before
	Case           decision.Case    // of After, to word its offers by
}

// check returns what is wrong with a sample.
func (x Sample) check() error {
	switch _, ok := decision.ReasonOf(x.Reason); {
	case len(x.From) != 2:
		return errs.Field("from", "error.country", "country", x.From)
	case len(x.To) != 2 && x.To != "":
		return errs.Field("to", "error.country", "country", x.To)
	case x.Qty < 1 || x.Qty > 1000:
		return errs.Field("qty", "error.case_quantity")
	case x.Price < 1 || x.Price > 1_000_000_000:
		return errs.Field("price", "error.cost_amount")
	case x.Grams < 0:
		return errs.Field("grams", "error.cost_amount")
	case !ok:
		return errs.Field("reason", "error.invalid")
	}
	if _, ok := money.Digits(x.Currency); !ok {
		return errs.Field("currency", "error.currency", "currency", x.Currency)
	}
	return nil
}

// Weigh decides about a sample that was delivered five days ago, with all evidence,
// by the policy in force: once by one book of costs and once by another. It writes
// nothing. It needs ReadCases or ManagePlans.
func (s *Service) Weigh(ctx context.Context, a auth.Actor, x Sample, before, after cost.Book) (Weighed, error) {
	var out Weighed
	if err := x.check(); err != nil {
		return out, err
	}
	f := cost.Facts{Shop: x.Shop, From: x.From, To: x.To, Currency: x.Currency, Items: []cost.Item{{SKU: x.SKU, Qty: x.Qty, Grams: x.Grams, Price: x.Price}}}
	var err error
	if out.Stood, err = s.Books.Try(ctx, a, f, before); err != nil {
		return out, err
	}
	if out.Figures, err = s.Books.Try(ctx, a, f, after); err != nil {
		return out, err
	}
	now := s.clock()
	delivered := now.AddDate(0, 0, -5)
	sc := &scene{market: market(order.Address{Country: x.From}), now: now, order: order.Order{Workspace: a.Workspace, Shop: x.Shop, Currency: x.Currency, PlacedAt: now.AddDate(0, 0, -12)}}
	reason, _ := decision.ReasonOf(x.Reason)
	kind := decision.Return
	if reason.Defect() {
		kind = decision.DamagedWrongMissing
	}
	facts := policy.Facts{Shop: x.Shop, Market: sc.market.Country, Kind: kind.String(), Reason: x.Reason, SKU: x.SKU, Price: x.Price, Currency: x.Currency, Days: 5, PlacedAt: sc.order.PlacedAt}
	if s.Category != nil {
		if facts.Category, err = s.Category(ctx, sc.order, x.SKU); err != nil {
			return out, err
		}
	}
	terms, err := s.Policies.Terms(ctx, a.Workspace, facts)
	if err != nil {
		return out, fmt.Errorf("terms: %w", err)
	}
	total := x.Price * x.Qty
	c := decision.Case{
		ID: "1", Now: now, Market: sc.market, Policy: terms.Policy,
		Order: decision.Order{
			Currency: x.Currency, PlacedAt: sc.order.PlacedAt, InformedAt: sc.order.PlacedAt, Shipment: decision.Delivered, DeliveredAt: delivered,
			Lines:    []decision.Line{{Line: "1", SKU: x.SKU, Qty: x.Qty, Goods: total, Flags: terms.Flags}},
			Payments: []decision.Payment{{Method: "card", Left: total, Until: decision.Never, Days: 5}},
		},
		Claim: decision.Claim{
			Kind: kind, Reason: reason, Wants: decision.Refund, OpenedAt: now.Add(-time.Minute), Evidence: decision.AllEvidence,
			Lines: []decision.Asked{{Line: "1", Qty: x.Qty}},
		},
	}
	for _, side := range []struct {
		costs  decision.Costs
		offers *[]decision.Offer
	}{{out.Stood.Costs, &out.Before}, {out.Figures.Costs, &out.After}} {
		c.Costs = side.costs
		d := decision.Decide(decision.Statute(), &c)
		*side.offers = d.Offers
	}
	out.Case = c
	return out, nil
}
