package bench

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
)

// frozenBy and triedBy are the policies of the replay: what was promised, and less.
const (
	frozenBy = `
currency: EUR
terms: {windows: {refund: 40, store_credit: 60, exchange: 60, replace: 40, partial_keep: 40}, label: 4.90, partial: 20%, bonus: 10%, keep_below: 12.00,
  evidence: {damaged: [photo]}, auto: {refund: 50.00, store_credit: 100.00}, fallback: {method: bank, days: 5}, trigger: receipt, review: {returns: 6}}
rules:
  - {name: gold, when: {tiers: [gold]}, windows: {refund: 90, store_credit: 90, exchange: 90}}
`
	triedBy = `
currency: EUR
terms: {windows: {refund: 31, store_credit: 60, exchange: 60, replace: 40, partial_keep: 40}, label: 5.90, partial: 15%, bonus: 15%, keep_below: 15.00,
  evidence: {damaged: [photo]}, auto: {refund: 80.00, store_credit: 100.00}, fallback: {method: bank, days: 5}, trigger: receipt, review: {returns: 5}}
rules:
  - {name: dear, when: {price: {from: 200.00}}, auto: {}}
`
	replayBatch = 10_000
)

// replay measures how fast a year of cases is decided again by another policy.
func (b *bench) replay(ctx context.Context) error {
	const name = "replay of a year of cases"
	if b.Cases == 0 || !b.wanted(name) {
		return nil
	}
	since := time.Now().UTC().Truncate(24*time.Hour).AddDate(-1, 0, 0)
	if err := b.loadCases(ctx, since); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	doc, err := policy.Parse(triedBy)
	if err != nil {
		return err
	}
	used, began := processorTime(), time.Now()
	did, err := b.core.Replay.Run(ctx, auth.ForSystem(b.space.ID), doc, since, nil)
	if err != nil {
		return fmt.Errorf("measure %s: %w", name, err)
	}
	spent := time.Since(began)
	r := summary([]time.Duration{spent}, spent)
	r.Name, r.Clients, r.PerSecond, r.CPU = name, 1, float64(did.Cases)/spent.Seconds(), perOp(processorTime()-used, int(did.Cases))
	b.Progress(fmt.Sprintf("%s: %d cases in %s, %d change, %d unread", name, did.Cases, spent.Round(time.Millisecond), did.Changed, did.Unread), 1, 1)
	b.results = append(b.results, r)
	return nil
}

// loadCases adds the inputs of cases that were opened over a year, unless an
// earlier run did.
func (b *bench) loadCases(ctx context.Context, since time.Time) error {
	if n, err := b.core.Store.CountInputs(ctx, b.space.ID, since); err != nil || n >= int64(b.Cases) {
		return err
	}
	doc, err := policy.Parse(frozenBy)
	if err != nil {
		return err
	}
	decider := policy.NewDecider(doc, fx.Table{})
	step := 365 * 24 * time.Hour / time.Duration(b.Cases)
	var size int64
	for done := 0; done < b.Cases; done += replayBatch {
		if err := b.core.Store.InTx(ctx, func(ctx context.Context) error {
			for i := done; i < min(done+replayBatch, b.Cases); i++ {
				c := pastCase(i, since.Add(time.Duration(i)*step))
				c.Policy = decider.Decide(replay.Facts(&c, 0, "")).Policy
				in := replay.Input{Case: cases.ID(b.core.IDs.Next()), OpenedAt: c.Claim.OpenedAt, Customer: customer.ID(i%(b.Cases/2+1) + 1), Data: decision.Pack(&c)}
				size += int64(len(in.Data))
				if err := b.core.Store.AddInput(ctx, b.space.ID, in); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		b.Progress("cases", min(done+replayBatch, b.Cases), b.Cases)
	}
	b.Say("loaded %d frozen cases of %d bytes each", b.Cases, size/int64(b.Cases))
	return nil
}

// pastCase is the i-th of a year of cases: eight markets, all reasons, 200
// articles, one to three lines, every tenth before delivery.
func pastCase(i int, opened time.Time) decision.Case {
	markets := []struct{ country, zone string }{
		{"DE", "Europe/Berlin"}, {"FR", "Europe/Paris"}, {"GB", "Europe/London"}, {"US", "America/New_York"}, {"RU", "Europe/Moscow"}, {"BR", "America/Sao_Paulo"}, {"JP", "Asia/Tokyo"}, {"ES", "Europe/Madrid"},
	}
	m := markets[i%len(markets)]
	zone, err := time.LoadLocation(m.zone)
	if err != nil {
		zone = time.UTC
	}
	opened = opened.Truncate(time.Second)
	placed := opened.AddDate(0, 0, -12-i%50)
	c := decision.Case{
		ID: "1", Now: opened, Market: decision.Market{Country: m.country, Zone: zone},
		Order: decision.Order{Currency: "EUR", PlacedAt: placed, Shipment: decision.Delivered, DeliveredAt: placed.AddDate(0, 0, 9), InformedAt: placed, Shipping: 490, Standard: 490},
		Claim: decision.Claim{Kind: decision.Return, Reason: decision.Reasons()[i%9], Wants: []decision.Remedy{decision.Refund, decision.Refund, decision.StoreCredit, decision.Replace}[i%4], OpenedAt: opened},
		Costs: decision.Costs{Handling: 150, Credit: decision.Whole, Items: map[string]decision.Item{}, Replace: []decision.Sender{{From: decision.Origin, Freight: 900, Days: 12}}},
		Buyer: decision.Buyer{Tier: []string{"", "", "gold"}[i%3], Returns: int64(i % 8)},
	}
	if i%10 == 0 {
		c.Order.Shipment, c.Order.DeliveredAt, c.Claim.Kind = decision.InTransit, time.Time{}, decision.NotReceived
	}
	if i%2 == 0 {
		c.Claim.Evidence = decision.Photo
	}
	c.Costs.Routes[decision.LocalHub] = &decision.RouteCost{Freight: 420, Fee: 80, Days: 4}
	c.Costs.Routes[decision.Origin] = &decision.RouteCost{Freight: 1600, Days: 24}
	var total int64
	for l := range 1 + i%3 {
		sku, price := fmt.Sprintf("ITEM-%03d", (i+l)%200), int64(900+(i+l)%200*150)
		line := fmt.Sprint(l + 1)
		c.Order.Lines = append(c.Order.Lines, decision.Line{Line: line, SKU: sku, Qty: int64(1 + l), Goods: price * int64(1+l), Tax: price / 5})
		c.Costs.Items[sku] = decision.Item{Cost: price / 3, Resale: [3]int64{price / 2, price / 3, price / 20}}
		total += price*int64(1+l) + price/5
		if l < 2 {
			c.Claim.Lines = append(c.Claim.Lines, decision.Asked{Line: line, Qty: 1})
		}
	}
	c.Order.Payments = []decision.Payment{{Method: "card", Left: total + 490, Until: decision.Never, Days: 5}}
	return c
}
