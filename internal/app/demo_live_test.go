package app

import (
	"math/rand/v2"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
)

// Every parcel that moves comes to its end, in steps that the state model takes.
func TestParcelsOfTheDemoArrive(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	ends := map[shipment.Status]int{}
	for range 300 {
		v := shipment.Shipment{To: shipment.Place{Country: "DE", City: "Kiel"}, Legs: []shipment.Leg{{Seq: 1, Name: "DHL", Number: "1"}}}
		var told []shipment.Event
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		v.Status = shipment.Announced
		for range 100 {
			now = now.Add(time.Hour)
			r, ok := onward(v, now, dice)
			if !ok {
				break
			}
			r.Event.Leg = v.Legs[0].ID
			told = append(told, r.Event)
			was := v.Status
			v.State = shipment.Fold(v.Route(), told)
			if v.Status != r.Event.Status {
				t.Fatalf("%s said of a parcel that is %s left it %s", r.Event.Status, was, v.Status)
			}
		}
		if v.Status.Open() {
			t.Fatalf("a parcel is %s after %d steps", v.Status, len(told))
		}
		ends[v.Status]++
	}
	if ends[shipment.Delivered] == 0 {
		t.Error(ends)
	}
	if _, ok := onward(shipment.Shipment{}, time.Now(), dice); ok {
		t.Error("a parcel without a carrier is told of")
	}
}
