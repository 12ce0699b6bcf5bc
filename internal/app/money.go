package app

import (
	"context"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
)

// payWorkers is how many refunds are carried at a time: most of it is waiting for providers.
const payWorkers = 4

// buildMoney makes what follows a sale: cases, refunds, the ledger, and who carries refunds to providers. None is
// connected yet, so that approved refunds stay for people.
func (c *Core) buildMoney() {
	s := c.Store
	c.Ledger = ledger.New(ledger.Config{Store: s, IDs: c.IDs, Now: c.Now})
	c.Refunds = refund.New(refund.Config{Store: s, Ledger: c.Ledger, Journal: s, IDs: c.IDs, Now: c.Now,
		Carry: func(ctx context.Context, r refund.Refund) error { return c.Pay.Carry(ctx, r) }})
	c.Pay = pay.New(pay.Config{Refunds: c.Refunds, Queue: s, Now: c.Now})
	c.Cases = cases.New(cases.Config{Store: s, Orders: c.Orders, Journal: s, IDs: c.IDs, Now: c.Now})
}
