package app

import (
	"context"
	"io"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/domain/shipment"
	flow "godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal"
)

// buildPortal makes what customers are told and what they begin.
func (c *Core) buildPortal() {
	c.Portal = flow.New(flow.Config{
		Orders: c.Orders, Shipments: c.Shipments, House: c.Store, Gate: auth.NewGate(c.Store, c.Now), Store: c.Store, Queue: c.Store, Post: c.customerLetter, Desk: c.Tickets,
		Address: strings.TrimRight(c.Address, "/"), Forecasts: c.forecasts, Now: c.Now,
	})
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

// portalDoor puts the pages that shops show their customers in front of another
// handler.
func (c *Core) portalDoor(secure bool, next http.Handler) http.Handler {
	d := portal.New(portal.Config{Portal: c.Portal, Orders: c.Orders, Now: c.Now, Log: c.Log, Secure: secure})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, portal.Path):
			d.ServeHTTP(w, r)
			return
		case r.URL.Path == "/robots.txt": // the form that finds an order is for everybody, the desk for nobody
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, "User-agent: *\nAllow: "+portal.Path+"\nDisallow: /\n") // a reader who went away is no failure
			return
		}
		next.ServeHTTP(w, r)
	})
}
