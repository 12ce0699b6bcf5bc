package sorting_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/flow/sorting"
)

func TestEvidence(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	parcel := func(d shipment.Direction, s shipment.Status) shipment.Shipment {
		p := shipment.Shipment{Direction: d}
		p.Status = s
		return p
	}
	due := func(d int) order.Order {
		return order.Order{Promise: order.Promise{To: time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC)}}
	}
	risky := parcel(shipment.Out, shipment.InTransit)
	risky.Risk, risky.RiskAt = "stalled", now.Add(-time.Hour)
	later := risky
	later.RiskAt = now.Add(time.Hour)
	for name, c := range map[string]struct {
		order   order.Order
		parcels []shipment.Shipment
		want    triage.Evidence
	}{
		"nothing has left":         {order.Order{}, nil, triage.Evidence{Unshipped: true}},
		"nothing leaves any more":  {order.Order{Status: order.Cancelled}, nil, triage.Evidence{}},
		"not paid":                 {order.Order{PaymentStatus: "pending"}, nil, triage.Evidence{Unshipped: true, Unpaid: true}},
		"on its last day":          {due(22), []shipment.Shipment{parcel(shipment.Out, shipment.InTransit)}, triage.Evidence{Shipment: shipment.InTransit}},
		"after its last day":       {due(21), []shipment.Shipment{parcel(shipment.Out, shipment.InTransit)}, triage.Evidence{Shipment: shipment.InTransit, Late: true}},
		"came":                     {due(21), []shipment.Shipment{parcel(shipment.Out, shipment.Delivered)}, triage.Evidence{Shipment: shipment.Delivered}},
		"the one that has not yet": {order.Order{}, []shipment.Shipment{parcel(shipment.Out, shipment.Delivered), parcel(shipment.Out, shipment.InCustoms)}, triage.Evidence{Shipment: shipment.InCustoms}},
		"stands still":             {order.Order{}, []shipment.Shipment{risky}, triage.Evidence{Shipment: shipment.InTransit, Late: true}},
		"not yet for too long":     {order.Order{}, []shipment.Shipment{later}, triage.Evidence{Shipment: shipment.InTransit}},
		"goes back": {order.Order{}, []shipment.Shipment{parcel(shipment.Out, shipment.Delivered), parcel(shipment.Back, shipment.InTransit)},
			triage.Evidence{Shipment: shipment.Delivered, Returning: true, Refunding: true}},
		"went back and was paid": {order.Order{Refunded: 100}, []shipment.Shipment{parcel(shipment.Out, shipment.Delivered), parcel(shipment.Back, shipment.Delivered)},
			triage.Evidence{Shipment: shipment.Delivered, Returning: true}},
	} {
		if got := sorting.Evidence(c.order, c.parcels, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
