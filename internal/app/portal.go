package app

import (
	"net/http"
	"strings"

	flow "godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/portal"
)

// buildPortal makes what customers are told and what they begin.
func (c *Core) buildPortal() {
	c.Portal = flow.New(flow.Config{
		Orders: c.Orders, Shipments: c.Shipments, House: c.Store, Gate: auth.NewGate(c.Store, c.Now), Store: c.Store, Queue: c.Store, Post: c.customerLetter, Now: c.Now,
	})
}

// portalDoor puts the pages that shops show their customers in front of another
// handler.
func (c *Core) portalDoor(secure bool, next http.Handler) http.Handler {
	d := portal.New(portal.Config{Portal: c.Portal, Orders: c.Orders, Now: c.Now, Log: c.Log, Secure: secure})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, portal.Path) {
			d.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
