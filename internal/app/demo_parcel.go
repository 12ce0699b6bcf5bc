package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/simulator"
	"godwit.dev/godwit/internal/app/simulate"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/job"
)

// demoTracked is how far back parcels of the demo were followed.
const demoTracked = 45 * 24 * time.Hour

// fates are what the invented merchant knows of its parcels, by number: what customers
// wrote about them must be so.
func fates(m *simulate.Merchant) map[string]simulator.Fate {
	out := map[string]simulator.Fate{}
	for i := range m.Orders {
		o := &m.Orders[i]
		for _, f := range o.Fulfillments {
			out[order.TrackingKey(f.Tracking)] = fate(o, f)
		}
	}
	return out
}

func fate(o *simulate.Order, f simulate.Fulfillment) simulator.Fate {
	out := simulator.Fate{Origin: "CN", Until: f.ArrivesAt}
	if o.Shop == "amazon" { // from the warehouse of the country
		out.Origin = o.Address.Country
	}
	switch {
	case o.State == "lost" || f.Status == "lost":
		out.End = simulator.Lost
	case f.Status == "ready_for_pickup":
		out.End = simulator.Pickup
	case !f.DeliveredAt.IsZero():
		out.End, out.Until = simulator.Delivered, f.DeliveredAt
	case o.State != "" && o.State != "transit":
		out.End = simulator.Delivered
	}
	out.Stuck = o.State == "customs" || f.Status == "in_customs"
	return out
}

// recent reports whether parcels of an order were followed.
func recent(o *simulate.Order, now time.Time) bool {
	for _, f := range o.Fulfillments {
		if now.Sub(f.ShippedAt) > demoTracked {
			return false
		}
	}
	return true
}

// speed is how many hours of the parcels pass in a real one, so that about one of them
// moves at the pace; each does once a day. Without a pace they take as long as real
// ones.
func speed(m *simulate.Merchant, pace time.Duration) int64 {
	open := int64(1)
	for i := range m.Orders {
		for _, f := range m.Orders[i].Fulfillments {
			if f.DeliveredAt.IsZero() && recent(&m.Orders[i], m.Now()) {
				open++
			}
		}
	}
	if pace <= 0 {
		return 1
	}
	return min(max(int64(24*time.Hour/pace)/open, 1), 10_000)
}

// follow connects the simulated tracking service.
func (l *demoLoader) follow(ctx context.Context) error {
	c, _, err := l.core.Tracking.Add(ctx, l.owner, tracking.Input{Driver: simulator.Name, Values: map[string]string{
		"speed": strconv.FormatInt(speed(l.merchant, l.pace), 10), "seed": strconv.FormatUint(l.seed, 10), "fast_from": l.merchant.Now().Format(time.RFC3339),
	}})
	if err != nil {
		return fmt.Errorf("connect simulated carriers: %w", err)
	}
	l.tracker = c.ID
	return nil
}

// loadParcels asks the simulated service about the parcels of the last weeks.
func (l *demoLoader) loadParcels(ctx context.Context) error {
	l.clock.to(time.Now().UTC())
	if err := l.core.Tracking.Handle(ctx, tracking.Wake(l.space.ID, l.tracker)); err != nil && !errors.As(err, new(job.Later)) {
		return fmt.Errorf("ask about parcels: %w", err)
	}
	if err := l.core.Lanes.Work(ctx, l.owner.Workspace); err != nil {
		return fmt.Errorf("learn from parcels: %w", err)
	}
	for _, shop := range l.shops { // the merchant of the demo has turned it on
		p := proactive.Default(l.space.ID, shop.ID)
		p.On = true
		if _, err := l.core.Proactive.Set(ctx, l.owner, p); err != nil {
			return fmt.Errorf("let shops write to customers: %w", err)
		}
	}
	if err := l.core.Proactive.Work(ctx, l.space.ID); err != nil {
		return fmt.Errorf("write to customers: %w", err)
	}
	return nil
}
