package app

import (
	"context"

	"godwit.dev/godwit/internal/adapter/payment/adyen"
	"godwit.dev/godwit/internal/adapter/payment/paypal"
	"godwit.dev/godwit/internal/adapter/payment/sandbox"
	"godwit.dev/godwit/internal/adapter/payment/sepa"
	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
)

// payWorkers is how many refunds are carried at a time: most of it is waiting for providers.
const payWorkers = 4

// Providers lists the providers of payments, in the order in which people see them.
func Providers(m sandbox.Memory) []pay.Driver {
	return []pay.Driver{stripe.Driver(), paypal.Driver(), adyen.Driver(), sepa.Driver(), sandbox.Driver(m)}
}

// buildMoney makes what follows a sale: cases, refunds, the ledger, and who carries refunds to providers.
func (c *Core) buildMoney() {
	s := c.Store
	c.Ledger = ledger.New(ledger.Config{Store: s, IDs: c.IDs, Now: c.Now})
	c.Refunds = refund.New(refund.Config{Store: s, Ledger: c.Ledger, Journal: s, IDs: c.IDs, Now: c.Now,
		Carry: func(ctx context.Context, r refund.Refund) error { return c.Pay.Carry(ctx, r) }})
	c.Credit = credit.New(credit.Config{Store: s, Ledger: c.Ledger, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Pay = pay.New(pay.Config{
		Store: s, Refunds: c.Refunds, Orders: c.Orders, Credit: c.Credit, Hooks: c.Hooks, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now,
		Told: func(ctx context.Context, o order.Order, p pay.Payee) error {
			return c.Casework.TellAccount(ctx, o, p.Name, p.Mask())
		},
		Client: outbound.New(outbound.Options{Allow: c.Networks, HTTPS: true, MaxRedirects: -1}), Drivers: Providers(s), Holding: c.holding(),
	})
	c.Hooks.Processors[pay.HookKind] = c.Pay.Receive
	c.Policies = policy.New(policy.Config{Store: s, Rates: c.Rates, Journal: s, Now: c.Now, Holds: c.canHold, Warned: c.budgetWarned})
	c.Replay = replay.New(replay.Config{Store: s, Rates: c.Rates, Categories: c.categories, Jobs: replay.Jobs{Store: s, Queue: s, Journal: s, IDs: c.IDs, Now: c.Now}})
	c.Outlays = outlay.New(s, c.Now)
	c.Costs = cost.New(cost.Config{Store: s, Products: c.Products, Rates: c.Rates, Journal: s, Now: c.Now})
}

// categories returns the merchant's own kinds of articles, by SKU.
func (c *Core) categories(ctx context.Context, w auth.WorkspaceID, skus []string) (map[string]string, error) {
	known, err := c.Products.BySKU(ctx, auth.ForSystem(w), 0, skus)
	out := make(map[string]string, len(skus))
	for _, sku := range skus {
		if p, ok := known[product.Key(sku)]; ok {
			out[sku] = p.Type
		}
	}
	return out, err
}
