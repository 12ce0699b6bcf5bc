package app

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
)

// loadTraces asks carriers about the parcels that are gone or silent for longest: a
// search that was answered, a claim that was sent, and one that must be sent soon.
func (l *demoLoader) loadTraces(ctx context.Context) error {
	var gone []shipment.Shipment
	for _, s := range []shipment.Status{shipment.Lost, shipment.InTransit} {
		list, err := l.core.Shipments.List(ctx, l.owner, shipment.Filter{Status: []shipment.Status{s}}, shipment.Cursor{}, len(demoTraces))
		if err != nil {
			return err
		}
		gone = append(gone, list...)
	}
	for i, want := range demoTraces {
		if i >= len(gone) {
			break
		}
		n := trace.NewTrace{Shipment: gone[i].ID, Kind: want.kind, Deadline: l.clock.now().Add(want.left), Note: want.note}
		if want.kind == trace.Claim {
			n.Amount = money.Amount{Minor: want.minor, Currency: "USD"}
		}
		t, err := l.core.Traces.Open(ctx, l.owner, n)
		if err != nil {
			return fmt.Errorf("open trace: %w", err)
		}
		for _, to := range want.moves {
			c := trace.Change{To: to}
			if to == trace.Sent {
				c.Reference = &want.reference
			}
			if _, err := l.core.Traces.Change(ctx, l.owner, t.ID, c); err != nil {
				return fmt.Errorf("move trace: %w", err)
			}
		}
	}
	return nil
}

// demoTraces are what carriers are asked.
var demoTraces = []struct {
	kind      trace.Kind
	left      time.Duration // until the deadline
	moves     []trace.State
	reference string
	minor     int64
	note      string
}{
	{trace.Claim, 40 * 24 * time.Hour, []trace.State{trace.Sent}, "CLM-204815", 8990, "Invoice and proof of posting are with the carrier."},
	{trace.Search, 55 * 24 * time.Hour, []trace.State{trace.Sent, trace.Answered}, "TRC-118204", 0, "The hub looks for it again on Monday."},
	{trace.Search, 5 * 24 * time.Hour, nil, "", 0, "To be sent with this week's batch."},
}
