package app

import (
	"context"
	"math/rand/v2"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// moveParcels lets carriers go on telling of parcels, one at a time, until ctx
// ends: most move on, some are held, missed or told of twice, as in life.
func (d *Demo) moveParcels(ctx context.Context, w auth.WorkspaceID, seed uint64, pace time.Duration) {
	dice := rand.New(rand.NewPCG(seed, 0x6361727269657273))
	carrier := auth.ForSystem(w)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		open, err := d.Core.Shipments.List(ctx, carrier, shipment.Filter{Open: true}, shipment.Cursor{}, shipment.MaxPage)
		if err == nil && len(open) > 0 {
			if r, ok := onward(open[dice.IntN(len(open))], d.Core.Now(), dice); ok {
				_, err = d.Core.Shipments.Ingest(ctx, carrier, shipment.Delivery{Source: "demo", Reports: []shipment.Report{r}})
			}
		}
		if err != nil && ctx.Err() == nil {
			d.Core.Log.Warn("demo parcels", "error", err)
		}
	}
}

// onward is what the carrier of an open parcel tells next; false if it tells
// nothing, as of parcels that are lost to the world.
func onward(v shipment.Shipment, now time.Time, dice *rand.Rand) (shipment.Report, bool) {
	if len(v.Legs) == 0 {
		return shipment.Report{}, false
	}
	leg := v.Legs[len(v.Legs)-1]
	to := v.To
	hub := shipment.Place{Country: to.Country, City: hubs[to.Country]}
	e := shipment.Event{At: now, Zoned: true, Place: hub}
	chance := dice.IntN(100)
	switch v.Status {
	case shipment.Unknown, shipment.Announced:
		e.Status, e.Place = shipment.PickedUp, shipment.Place{Country: "CN", City: "深圳"}
	case shipment.PickedUp:
		e.Status, e.Place = shipment.InTransit, shipment.Place{Country: "CN", City: "广州"}
	case shipment.InTransit, shipment.Held:
		switch {
		case chance < 15 && v.CustomsSince.IsZero() && v.Status == shipment.InTransit:
			e.Status, e.Reason = shipment.InCustoms, shipment.CustomsInspection
		case chance < 25:
			e.Status, e.Reason = shipment.InTransit, shipment.Delay
		default:
			e.Status, e.Place = shipment.OutForDelivery, to
		}
	case shipment.InCustoms:
		e.Status, e.Reason = shipment.InTransit, shipment.CustomsReleased
		if chance < 20 {
			e.Status, e.Reason = shipment.Held, shipment.CustomsDocuments
		}
	case shipment.OutForDelivery:
		e.Status, e.Place = shipment.Delivered, to
		switch {
		case chance < 15:
			e.Status, e.Reason = shipment.AttemptFailed, shipment.RecipientAbsent
		case chance < 25:
			e.Status = shipment.ReadyForPickup
		}
	case shipment.AttemptFailed, shipment.ReadyForPickup:
		e.Status, e.Place = shipment.Delivered, to
	case shipment.Returning:
		e.Status, e.Place = shipment.Returned, shipment.Place{Country: "CN", City: "深圳"}
	default:
		return shipment.Report{}, false
	}
	return shipment.Report{Number: shipment.Number{Carrier: leg.Name, Number: leg.Number}, Event: e}, true
}
