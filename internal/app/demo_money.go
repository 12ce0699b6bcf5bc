package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
)

// demoMarkets are the shops whose marketplace takes the money and gives it back.
var demoMarkets = map[string]bool{"amazon": true, "ozon": true}

// loadTill connects the provider that moves no money, and lets one person alone give back up to a sum.
func (l *demoLoader) loadTill(ctx context.Context) error {
	if _, _, err := l.core.Pay.Add(ctx, l.owner, pay.Input{Driver: sandbox.Name, Name: "Greywing Payments (sandbox)"}); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	_, err := l.core.Refunds.SetLimits(ctx, l.owner, []refund.Limit{{Currency: "EUR", Above: 50000}, {Currency: "USD", Above: 50000}, {Role: l.owner.Role, Currency: "EUR", Above: 500000}})
	return err
}

// demoPayments are what paid an order: its marketplace, or the sandbox.
func demoPayments(o *simulate.Order) []order.Payment {
	if o.Payment.Status != "paid" && o.Payment.Status != "refunded" || o.Total <= 0 {
		return nil
	}
	p := order.Payment{ID: o.Payment.Reference, Provider: sandbox.Name, Method: refund.MethodKey(o.Payment.Method), Amount: o.Total, PaidAt: o.PlacedAt, CapturedAt: o.PlacedAt.Add(time.Minute)}
	if demoMarkets[o.Shop] {
		p.Provider, p.Method = o.Shop, string(refund.ToMarketplace)
	}
	return []order.Payment{p}
}

// demoRefunds are goodwill refunds of the last weeks, by the magic amounts of the sandbox (see its doc), and whether
// somebody approved them.
var demoRefunds = []struct {
	sum      int64
	reason   string
	approved bool
}{
	{1200, "Late parcel", true}, {800 + sandbox.Fails, "Scratched lid", true}, {1500, "Wrong colour, customer keeps it", true}, {600 + sandbox.Late, "Late parcel", true},
	{2000, "Missing strap", false}, {900 + sandbox.WantsAction, "Dented case", true}, {700, "Late parcel", true}, {1900, "Zip is stiff", false}, {500 + sandbox.FailsLate, "Missing manual", true},
	{1000, "Loyal customer", true}, {2400, "Charger has no EU plug", false}, {1100, "Late parcel", true},
}

// loadRefunds asks for refunds without a case, of orders that have something left.
func (l *demoLoader) loadRefunds(ctx context.Context) error {
	lead := l.owner
	for _, a := range l.actors {
		if a.Role != l.owner.Role {
			lead = a
		}
	}
	at := 0
	for _, o := range slices.Backward(l.merchant.Orders) {
		if at == len(demoRefunds) {
			break
		}
		d := demoRefunds[at]
		if demoMarkets[o.Shop] || len(o.Fulfillments) == 0 || o.Payment.Status != "paid" || o.Total < 4*simulate.Price(d.sum, o.Currency) || demoHash(o.Number)%3 != 0 {
			continue
		}
		found, err := l.core.Orders.Find(ctx, l.owner, []string{order.Key(o.Number)})
		if err != nil || len(found) == 0 {
			return err
		}
		left, err := l.core.Refunds.Left(ctx, l.owner.Workspace, found[0])
		if err != nil {
			return err
		}
		r, err := l.core.Refunds.Request(ctx, lead, refund.NewRefund{
			Terms: refund.Terms{Order: found[0].ID, Currency: found[0].Currency, Components: ledger.Components{Goodwill: d.sum}, Reason: d.reason}, Payments: left,
		})
		if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Denied) {
			continue
		}
		if err == nil && d.approved {
			_, err = l.core.Refunds.Approve(ctx, l.owner, r.ID)
		}
		if err != nil {
			return fmt.Errorf("refund of order %s: %w", o.Number, err)
		}
		at++
	}
	return nil
}
