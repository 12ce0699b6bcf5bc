package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/casework"
	flow "godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal"
)

// buildPortal makes what customers are told and what they begin.
func (c *Core) buildPortal() {
	c.Portal = flow.New(flow.Config{
		Orders: c.Orders, Shipments: c.Shipments, House: c.Store, Gate: auth.NewGate(c.Store, c.Now), Store: c.Store, Queue: c.Store, Post: c.customerLetter, Desk: c.Tickets, Brands: c.Brands,
		Address: strings.TrimRight(c.Address, "/"), Forecasts: c.forecasts, Usuals: c.usuals, Now: c.Now,
		Forms: c.Cases, Withdraw: c.withdraw, Habits: c.Habits, Hours: c.Clocks.Hours,
	})
}

// withdraw opens the withdrawal that somebody declared: of all that is left of the order, unless their words say what.
func (c *Core) withdraw(ctx context.Context, actor auth.Actor, o order.Order, d flow.Declaration) (cases.ID, error) {
	free, err := c.Cases.Free(ctx, o)
	if err != nil {
		return 0, err
	}
	w := casework.Wish{
		Order: o.ID, Kind: cases.Withdrawal, Wants: decision.Refund.String(), Words: d.Words, Language: string(d.Language), OpenedAt: d.At,
	}
	if d.Words != "" {
		return 0, errs.New(errs.Unsupported, "error.invalid") // which items words name, people read
	}
	for _, l := range o.Lines {
		if n := free[l.ID]; n > 0 {
			w.Items = append(w.Items, casework.Item{Row: l.ID, Quantity: n, Reason: decision.ChangedMind.String()})
		}
	}
	x, _, err := c.Casework.Open(ctx, actor, w)
	return x.ID, err
}

// forecasts tells what lanes have learnt, in the words of the portal.
func (c *Core) forecasts(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]flow.Forecast, error) {
	known, err := c.Lanes.Outlook(ctx, w, list)
	out := make(map[shipment.ID]flow.Forecast, len(known))
	for id, o := range known {
		out[id] = flow.Forecast{Early: o.Early, Late: o.Late}
	}
	return out, err
}

// usuals tells what is usual on lanes, in the words of the portal.
func (c *Core) usuals(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]flow.Usual, error) {
	known, err := c.Lanes.Usual(ctx, w, list)
	out := make(map[shipment.ID]flow.Usual, len(known))
	for id, u := range known {
		out[id] = flow.Usual(u)
	}
	return out, err
}

// portalDoor puts the pages that shops show their customers in front of another
// handler.
func (c *Core) portalDoor(cfg ServeConfig, next http.Handler) http.Handler {
	var hosts []string
	if h := hostOf(c.Address); h != "" {
		hosts = append(append(hosts, h), cfg.ACME.Domains...)
	}
	return portal.New(portal.Config{Portal: c.Portal, Orders: c.Orders, Brands: c.Brands, Cases: c.Cases, Casework: c.Casework, Goods: c.Goods, Outgoing: c.Outgoing, Holds: HoldDesk{c}, Refunds: c.Refunds, Payees: c.Pay, Warranty: c.Warranty, Policies: c.Policies, Plans: c.Plans, Rates: c.Rates, Country: c.Country, Nodes: c.Node.Peers, Now: c.Now, Log: c.Log, Secure: cfg.secure(), Hosts: hosts, Next: next})
}

// hostOf is the host of a public address, "" if it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return brand.Host(u.Host)
}
