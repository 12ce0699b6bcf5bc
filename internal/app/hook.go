package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	adapter "godwit.dev/godwit/internal/adapter/hook"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	door "godwit.dev/godwit/internal/server/hook"
)

const (
	webhookWorkers = 16 // endpoints served at a time; most of it is waiting
	hookWorkers    = 4
	// webhookPatience is how long a receiver may take for its answer.
	webhookPatience = 15 * time.Second
)

// buildHooks builds what calls other programs and what they call.
func (c *Core) buildHooks() {
	s := c.Store
	out := outbound.Options{Allow: c.Networks, HTTPS: true}
	c.Transport.Client = outbound.New(out)
	c.Webhooks = webhook.NewService(webhook.Config{Store: s, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now, Check: out})
	out.MaxRedirects, out.Timeout = -1, webhookPatience
	c.courier = webhook.NewCourier(webhook.CourierConfig{
		Store: s, Journal: s, Queue: s, IDs: c.IDs, Client: outbound.New(out), Now: c.Now, Log: c.Log,
		Disabled: func(_ context.Context, e webhook.Endpoint) {
			c.Log.Warn("a webhook was switched off", "webhook", int64(e.ID), "workspace", int64(e.Workspace), "state", string(e.State))
		},
	})
	c.dispatcher = webhook.NewDispatcher(s, s, c.Now, c.Log)
	s.WhenOwed(c.dispatcher.Nudge)
	c.Hooks = hook.NewService(hook.Config{
		Store: s, Journal: s, Queue: s, IDs: c.IDs, Now: c.Now, Log: c.Log,
		Schemes: adapter.Schemes(), Processors: map[string]hook.Processor{hook.Journal: hook.JustTell},
	})
}

// hookDoor puts the door of hooks in front of another handler.
func (c *Core) hookDoor(next http.Handler, done <-chan struct{}) http.Handler {
	d := door.New(door.Config{Hooks: c.Hooks, Webhooks: c.Webhooks, Auth: c.Auth, Bus: c.Bus, Now: c.Now, Log: c.Log, Done: done})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/hooks/") || r.URL.Path == "/api/v1/listen" {
			d.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
