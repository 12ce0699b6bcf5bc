package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
)

// sweepLanes is how many lanes the parcels of a sweep are on, by ten carriers.
const sweepLanes = 500

// sweep measures how fast all open parcels are judged: first when the time of each
// has moved, as on the first day, and then when none has.
func (b *bench) sweep(ctx context.Context) error {
	const name = "sweep of parcels"
	if b.Parcels == 0 || !b.wanted(name) && !b.wanted("tracking sweep") {
		return nil
	}
	if err := b.core.Lanes.Work(ctx, b.space.ID); err != nil { // so that the app's own pass is an hour off
		return err
	}
	if err := b.loadParcels(ctx); err != nil {
		return fmt.Errorf("load parcels: %w", err)
	}
	for _, part := range []string{"all moved", "none moved"} {
		used, began := processorTime(), time.Now()
		did, err := b.core.Shipments.Rejudge(ctx, b.space.ID, nil)
		if err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
		spent := time.Since(began)
		r := summary([]time.Duration{spent}, spent)
		r.Name, r.Clients, r.PerSecond, r.CPU = "tracking "+name+", "+part, 1, float64(did.Judged)/spent.Seconds(), perOp(processorTime()-used, did.Judged)
		b.Progress(fmt.Sprintf("%s: %d parcels in %s, %d moved, %d told", r.Name, did.Judged, spent.Round(time.Millisecond), did.Moved, did.Raised), 1, 1)
		b.results = append(b.results, r)
	}
	return nil
}

// loadParcels adds open parcels that nobody has judged. Nineteen of twenty were
// scanned within nine days, the others fell silent before.
func (b *bench) loadParcels(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	countries := []string{"CN", "DE", "PL", "BR", "US", "FR", "GB", "MX"}
	for done := 0; done < b.Parcels; done += trackingBatch {
		list := make([]shipment.Shipment, 0, trackingBatch)
		for i := done; i < min(done+trackingBatch, b.Parcels); i++ {
			l := i % sweepLanes
			silent := time.Duration(i%(9*24)) * time.Hour
			if i%20 == 0 {
				silent += 40 * 24 * time.Hour
			}
			seen := now.Add(-silent)
			list = append(list, shipment.Shipment{
				ID: shipment.ID(b.core.IDs.Next()), Workspace: b.space.ID, Direction: shipment.Out, Carrier: "carrier" + strconv.Itoa(l%10), Number: "GS" + strconv.Itoa(i),
				Origin: shipment.Place{Country: countries[l%7]}, To: shipment.Place{Country: countries[1+l%5]}, Service: []string{"", "economy", "express"}[l%3],
				CreatedAt: seen, UpdatedAt: seen,
				State: shipment.State{Status: shipment.InTransit, Since: seen, FirstScanAt: seen, LastScanAt: seen, Through: seen, Place: shipment.Place{Country: "DE"}},
			})
		}
		if err := b.core.Store.InTx(ctx, func(ctx context.Context) error { return b.core.Store.AddShipments(ctx, list) }); err != nil {
			return err
		}
	}
	return b.core.Store.Settle(ctx)
}
