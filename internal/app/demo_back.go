package app

import (
	"context"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/platform/auth"
)

// demoCount lets a case's goods be sent, or come to the warehouse's door.
func (c *Core) demoCount(ctx context.Context, by auth.Actor, x cases.Case, what cases.Counter) error {
	parcels, err := c.Goods.OfCase(ctx, by, x.ID)
	if err != nil {
		return err
	}
	for _, p := range parcels {
		switch {
		case !p.State.Open():
			continue
		case what == cases.Shipped && p.State == goods.Expected:
			_, err = c.Goods.Sent(ctx, by, p.ID, "USPS", fmt.Sprintf("LZ%09dUS", int64(p.ID)%1_000_000_000))
		case what == cases.Received:
			var all []goods.Counted
			for _, l := range p.Lines {
				all = append(all, goods.Counted{Line: l.Case, Matched: l.Quantity - l.Matched - l.Unexpected})
			}
			_, err = c.Goods.Receive(ctx, by, p.ID, "demo-"+p.RMA, all)
		}
		if err != nil {
			return err
		}
	}
	if x, err = c.Cases.Get(ctx, by, x.ID); err != nil {
		return err
	}
	for _, l := range x.Lines { // the carrier's word, and what comes without a parcel of its own
		if n := l.Count(cases.Authorised) - l.Count(what); n > 0 && err == nil {
			_, err = c.Cases.Count(ctx, by, x.ID, l.Number, what, n)
		}
	}
	if err == nil && what == cases.Shipped {
		_, err = c.Cases.Meet(ctx, by, x.ID, cases.FirstScan)
	}
	return err
}

// demoPlace grades what came and puts it on a shelf.
func (c *Core) demoPlace(ctx context.Context, by auth.Actor, x cases.Case) error {
	parcels, err := c.Goods.OfCase(ctx, by, x.ID)
	if err != nil {
		return err
	}
	placed := func(line int) bool {
		return slices.ContainsFunc(x.Placed, func(p cases.Placed) bool { return p.Line == line })
	}
	for _, p := range parcels {
		for _, l := range p.Lines {
			if n := l.Matched + l.Unexpected; p.Opened() && n > 0 && !placed(l.Case) {
				if _, err := c.Goods.Inspect(ctx, by, p.ID, l.Case, 1, n, goods.GradeA, cases.RestockSecond); err != nil {
					return err
				}
			}
		}
	}
	if x, err = c.Cases.Get(ctx, by, x.ID); err != nil {
		return err
	}
	for _, l := range x.Lines {
		if n := l.Count(cases.Received); n > 0 && !placed(l.Number) {
			if _, err := c.Cases.Dispose(ctx, by, x.ID, cases.Placed{Group: cases.Group{Line: l.Number, From: 1, Quantity: n}, As: cases.RestockSecond, Grade: "A"}); err != nil {
				return err
			}
		}
	}
	return nil
}
