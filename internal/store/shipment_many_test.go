package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A delivery of many parcels is folded while it is written, and ends in what the
// same reports one part after the other end in: states, journal and payload.
func TestADeliveryOfManyParcels(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		const parcels = 2200 // several stretches
		var reports []shipment.Report
		whole, parts := newDock(t, s), newDock(t, s)
		for i := range parcels {
			number := fmt.Sprintf("MANY%08d", i)
			reports = append(reports, whole.report(number, shipment.PickedUp, 50), whole.report(number, shipment.InTransit, 40))
		}
		rand.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		out := whole.ingest(t, reports...)
		if out.Added != 2*parcels || out.Created != parcels || out.Changed < parcels {
			t.Fatalf("at once %+v", out)
		}
		if again := whole.ingest(t, reports...); again.Added != 0 || again.Changed != 0 {
			t.Errorf("again %+v", again)
		}
		for part := range slices.Chunk(reports, 700) {
			parts.ingest(t, part...)
		}
		if a, b := states(t, whole), states(t, parts); len(a) != parcels || !slices.Equal(a, b) {
			t.Errorf("%d parcels at once, %d in parts, or other states", len(a), len(b))
		}
		payloads := map[shipment.PayloadID]bool{}
		ids := whole.list(t, shipment.Filter{})
		for _, v := range ids {
			events, err := whole.parcels.Events(context.Background(), whole.owner, v.ID)
			if err != nil || len(events) != 2 {
				t.Fatal(events, err)
			}
			payloads[events[0].Payload], payloads[events[1].Payload] = true, true
		}
		if len(payloads) != 1 || payloads[0] {
			t.Errorf("one payload is kept as %v", payloads)
		}
	})
}

// states writes what all parcels came to, by number.
func states(t *testing.T, d dock) []string {
	var out []string
	var after shipment.Cursor
	for {
		list, err := d.parcels.List(context.Background(), d.owner, shipment.Filter{}, after, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			slices.Sort(out)
			return out
		}
		for _, v := range list {
			out = append(out, fmt.Sprint(v.Number, v.Status, v.Since.UnixMilli(), v.FirstScanAt.UnixMilli(), v.Through.UnixMilli(), v.Origin, v.RiskAt.UnixMilli()-v.UpdatedAt.UnixMilli() > 0))
		}
		after = shipment.Filter{}.CursorAt(list[len(list)-1])
	}
}

// lateFailure is a journal that breaks at its second page.
type lateFailure struct {
	event.Journal
	left int
}

var errTorn = errors.New("torn")

func (j *lateFailure) Append(ctx context.Context, events ...event.Event) error {
	if j.left--; j.left < 0 {
		return errTorn
	}
	return j.Journal.Append(ctx, events...)
}

// A delivery that breaks in the middle leaves nothing, and can be told again.
func TestADeliveryThatBreaksLeavesNothing(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDock(t, s)
		torn := shipment.New(shipment.Config{Store: s, Journal: &lateFailure{s, 1}, IDs: d.ids})
		var reports []shipment.Report
		for i := range 2200 {
			reports = append(reports, d.report(fmt.Sprintf("TORN%08d", i), shipment.InTransit, 40))
		}
		_, err := torn.Ingest(context.Background(), d.owner, shipment.Delivery{Source: "test", Payload: []byte("{}"), Reports: reports})
		if !errors.Is(err, errTorn) || len(d.list(t, shipment.Filter{})) != 0 || len(d.told(t)) != 0 {
			t.Fatalf("%v, and %d parcels are there", err, len(d.list(t, shipment.Filter{})))
		}
		if out := d.ingest(t, reports...); out.Added != len(reports) {
			t.Errorf("told again: %+v", out)
		}
	})
}
