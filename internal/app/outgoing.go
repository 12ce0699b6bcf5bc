package app

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/outgoing"
)

// buildOutgoing makes what sends goods out for cases. It comes after the cases that it sends for.
func (c *Core) buildOutgoing() {
	c.Outgoing = outgoing.New(outgoing.Config{
		Store: c.Store, Cases: c.Cases, Orders: c.Orders, Products: c.Products, Shipments: c.Shipments, Tell: c.tellOutgoing, Journal: c.Store, IDs: c.IDs, Now: c.Now,
	})
}

// sendGoods makes the replacement of a resolution that is carried out by goods.
func (c *Core) sendGoods(ctx context.Context, x cases.Case, r cases.Resolution) (cases.Carried, error) {
	p, err := c.Outgoing.Make(ctx, x, r)
	return cases.Carried{Parcel: int64(p.ID), Hand: p.Hand()}, err
}

// tellOutgoing writes to the customer what became of a replacement, as far as they have to know: that it was delivered they
// see.
func (c *Core) tellOutgoing(ctx context.Context, p outgoing.Parcel) error {
	what, ok := map[outgoing.State]casework.Occasion{outgoing.Sent: casework.Replaced, outgoing.Short: casework.Lacking, outgoing.Lost: casework.Astray, outgoing.CameBack: casework.Back}[p.State]
	if p.State == outgoing.ToSend && p.Confirm && p.Attempt == 1 { // of one that came back they were asked then
		what, ok = casework.Where, true
	}
	if !ok {
		return nil
	}
	x := casework.Sending{Carrier: p.Carrier, Tracking: p.Tracking, Expected: p.Expected}
	for _, l := range p.Lines {
		x.Goods = append(x.Goods, fmt.Sprintf("%d × %s", l.Quantity, l.Title))
	}
	key := fmt.Sprintf("replacement.%d.%d.%s", p.ID, p.Attempt, p.State)
	if p.State == outgoing.Short && !p.Expected.IsZero() {
		key += p.Expected.Format(".20060102")
	}
	return c.Casework.Tell(ctx, p.Workspace, p.Case, what, x, key)
}
