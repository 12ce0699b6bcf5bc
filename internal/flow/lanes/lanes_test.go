package lanes_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/lanes"
)

var now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

func parcel(id shipment.ID, status shipment.Status, silent time.Duration) shipment.Shipment {
	return shipment.Shipment{
		ID: id, Workspace: 1, Direction: shipment.Out, Carrier: "acme", Number: "X1", Service: "eco",
		Origin: shipment.Place{Country: "CN"}, To: shipment.Place{Country: "BR"}, CreatedAt: now.AddDate(0, 0, -90),
		State: shipment.State{Status: status, Since: now.Add(-silent), LastScanAt: now.Add(-silent)},
	}
}

func TestOutlookWithoutHistory(t *testing.T) {
	const day = 24 * time.Hour
	s := lanes.New(lanes.Config{Now: func() time.Time { return now }})
	list := []shipment.Shipment{
		parcel(1, shipment.InTransit, day), parcel(2, shipment.InTransit, 20*day), parcel(3, shipment.Delivered, day), parcel(4, shipment.Returning, day),
	}
	list[0].Number = "A1"
	out, err := s.Outlook(t.Context(), 1, list)
	if err != nil {
		t.Fatal(err)
	}
	if o := out[1]; o.Level != lane.Quiet || !o.Early.After(now) || o.Likely.Before(o.Early) || o.Late.Before(o.Likely) || len(o.Why) != 2 {
		t.Errorf("moving: %+v", o)
	}
	if o := out[2]; o.Level != lane.Stalled || o.Why[0].Key != "lane.silence.long" || o.Why[0].Args["days"] != 20 {
		t.Errorf("silent: %+v", o)
	}
	if o := out[3]; o.Level != lane.Quiet || !o.Likely.IsZero() || len(o.Why) != 0 {
		t.Errorf("delivered: %+v", o)
	}
	if o := out[4]; !o.Likely.IsZero() {
		t.Errorf("on its way back: %+v", o)
	}
	if out, err := s.Outlook(t.Context(), 2, list); err != nil || len(out) != 0 {
		t.Errorf("of another workspace: %v, %v", out, err)
	}
}
