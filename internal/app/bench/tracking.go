package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/domain/shipment"
)

const (
	trackingBatch = 5000 // events in one delivery
	scansOfParcel = 8
)

// way is what is told of each parcel, from its label to the door.
var way = [scansOfParcel]struct {
	status        shipment.Status
	code, text    string
	country, city string
}{
	{shipment.Announced, "INFO", "Shipping information received by the carrier", "CN", "Shenzhen"},
	{shipment.PickedUp, "PU", "Picked up from the sender", "CN", "Shenzhen"},
	{shipment.InTransit, "DEP", "Departed from the sorting centre", "CN", "Guangzhou"},
	{shipment.InTransit, "ARR", "Arrived at the airport of destination", "DE", "Leipzig"},
	{shipment.InCustoms, "CUS", "Presented to customs", "DE", "Leipzig"},
	{shipment.InTransit, "REL", "Released by customs", "DE", "Leipzig"},
	{shipment.OutForDelivery, "OFD", "Out for delivery", "DE", "Berlin"},
	{shipment.Delivered, "DEL", "Delivered to the recipient", "DE", "Berlin"},
}

// fleet tells events of parcels in the order in which they happen: parcel i is
// scanned for the kth time at tick i+k*gap, so that gap parcels stand in each
// stage at any moment, and all events of a delivery are of different parcels.
type fleet struct {
	mark  string // in numbers, so that each run has parcels of its own
	begin time.Time
	step  time.Duration // of a tick
	gap   int
	tick  int
}

func (f *fleet) report(i, k int) shipment.Report {
	w := &way[k]
	return shipment.Report{
		Number: shipment.Number{Carrier: "DHL eCommerce", Number: "GW" + f.mark + strconv.Itoa(1e8+i) + "DE"},
		Event: shipment.Event{
			Status: w.status, Code: w.code, Text: w.text, At: f.begin.Add(time.Duration(i+k*f.gap) * f.step), Zoned: true,
			Place: shipment.Place{Country: w.country, City: w.city},
		},
	}
}

// take returns the next n events. Two of a hundred come late, as their parcel's
// next scan is told before them, and two have been told before.
func (f *fleet) take(n int) []shipment.Report {
	out := make([]shipment.Report, 0, n)
	for len(out) < n {
		for k := range scansOfParcel {
			i := f.tick - k*f.gap
			if i < 0 {
				break
			}
			switch {
			case i%400 == 7 && k%4 == 2: // told after the next one
				continue
			case i%400 == 7 && k%4 == 3:
				out = append(out, f.report(i, k), f.report(i, k-1))
			case i%50 == 3 && k > 0:
				out = append(out, f.report(i, k), f.report(i, k-1))
			default:
				out = append(out, f.report(i, k))
			}
		}
		f.tick++
	}
	return out
}

// tracking measures how fast tracking events become durable states, at the
// beginning and when the table has grown.
func (b *bench) tracking(ctx context.Context) error {
	const name = "tracking ingest"
	if !b.wanted(name) && !b.wanted("raw: "+name) {
		return nil
	}
	parcels := b.Events / scansOfParcel
	f := &fleet{
		mark: strconv.FormatInt(time.Now().UnixMilli()%1e9, 36), gap: max(parcels/10, trackingBatch),
		begin: time.Now().Add(-60 * 24 * time.Hour), step: 59 * 24 * time.Hour / time.Duration(b.Events),
	}
	for _, n := range b.Clients {
		if n > 4 {
			continue // more deliveries at once only wait for each other
		}
		tenth := b.Events / 10 / len(b.Clients)
		for part := range 10 {
			r, err := b.ingestTracking(ctx, f, n, tenth)
			if err != nil {
				return fmt.Errorf("measure %s: %w", name, err)
			}
			r.Name, r.Clients = fmt.Sprintf("%s, tenth %d", name, part+1), n
			b.Progress(fmt.Sprintf("%s, %d clients: %.0f/s", r.Name, n, r.PerSecond), 1, 1)
			b.results = append(b.results, r)
		}
		r, err := b.rawTracking(ctx, min(tenth, 20*trackingBatch))
		if err != nil {
			return fmt.Errorf("measure raw: %s: %w", name, err)
		}
		b.Progress(fmt.Sprintf("%s: %.0f/s", r.Name, r.PerSecond), 1, 1)
		b.results = append(b.results, r)
	}
	return nil
}

// ingestTracking takes n events in deliveries, by some callers at once.
func (b *bench) ingestTracking(ctx context.Context, f *fleet, clients, n int) (Result, error) {
	var deliveries []shipment.Delivery
	for told := 0; told < n; told += trackingBatch {
		reports := f.take(trackingBatch)
		raw, err := json.Marshal(reports)
		if err != nil {
			return Result{}, err
		}
		deliveries = append(deliveries, shipment.Delivery{Source: "bench", Payload: raw, Reports: reports})
	}
	took := make([]time.Duration, len(deliveries))
	used, began := processorTime(), time.Now()
	g, run := errgroup.WithContext(ctx)
	g.SetLimit(clients)
	for i, d := range deliveries {
		g.Go(func() error {
			at := time.Now()
			_, err := b.core.Shipments.Ingest(run, b.owner, d)
			took[i] = time.Since(at)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Result{}, err
	}
	all := time.Since(began)
	events := 0
	for _, d := range deliveries {
		events += len(d.Reports)
	}
	r := summary(took, all)
	r.PerSecond, r.CPU = float64(events)/all.Seconds(), perOp(processorTime()-used, events)
	return r, nil
}
