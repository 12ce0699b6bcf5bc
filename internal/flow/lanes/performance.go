package lanes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Filter narrows the lanes of a performance; a zero field does not.
type Filter struct {
	From, To     string    // countries
	Carrier      string    // shipment.CarrierKey
	Since, Until time.Time // of delivery or loss; whole weeks are counted
}

// Row is what one lane did.
type Row struct {
	Lane     lane.Lane
	Carrier  string // key of the carrier
	Service  string // of the carrier, or ""
	Arrived  int    // parcels delivered
	Lost     int    // parcels that their carriers gave up
	LossRate float64
	// Promised is how long these parcels were to take by what their customers were
	// told, on average; zero if nothing was promised. Kept is how many of Due, which
	// had a promise, arrived within it.
	Promised  time.Duration
	Due, Kept int
	Median    time.Duration // from the first scan to delivery
	Ninetieth time.Duration // the same for the slowest parcel of ten
}

// Due is what was promised of an order: when it was placed, and by when it was to
// arrive; and what was promised in full, by which shop.
type Due struct {
	Placed, By time.Time
	Shop       order.ShopID
	Promise    order.Promise
}

// week returns the week of an instant: weeks since that of Thursday, 1970-01-01,
// which begin on Monday.
func week(t time.Time) int { return int((t.Unix()/86400 + 3) / 7) }

// WeekStart returns the Monday on which a week begins.
func WeekStart(n int) time.Time { return time.Unix(int64(n*7-3)*86400, 0).UTC() }

// part is the unit in which ways are counted.
const part = 6 * time.Hour

// longest is the longest way that is told apart from longer ones, in parts.
const longest = 4 * 365

type weekKey struct {
	lane lane.Lane
	week int
}

// count adds a parcel that has ended to what its lane did. Parcels that come back
// are not the lane's doing, and one that nobody scanned was not on it.
func count(weeks map[weekKey]*Week, v shipment.Shipment, due Due) {
	lost := v.Status == shipment.Lost || v.Status == shipment.Destroyed
	if v.Direction != shipment.Out || v.FirstScanAt.IsZero() || !lost && v.Status != shipment.Delivered {
		return
	}
	if !lost && !v.FirstScanAt.Before(v.DeliveredAt) { // nobody told of its way
		return
	}
	key := weekKey{LaneOf(v), week(v.Since)}
	x := weeks[key]
	if x == nil {
		x = &Week{Lane: key.lane, Week: key.week, Spans: map[int]int{}}
		weeks[key] = x
	}
	if lost {
		x.Lost++
		return
	}
	x.Arrived++
	x.Spans[min(int(max(v.DeliveredAt.Sub(v.FirstScanAt), 0)/part), longest)]++
	if !due.By.IsZero() && due.By.After(due.Placed) {
		x.Due++
		x.Promised += due.By.Sub(due.Placed)
		if v.DeliveredAt.Before(due.By) {
			x.Kept++
		}
	}
}

// Add adds another week's counts.
func (x *Week) Add(o Week) {
	x.Arrived, x.Lost, x.Due, x.Kept, x.Promised = x.Arrived+o.Arrived, x.Lost+o.Lost, x.Due+o.Due, x.Kept+o.Kept, x.Promised+o.Promised
	if x.Spans == nil {
		x.Spans = map[int]int{}
	}
	for k, n := range o.Spans {
		x.Spans[k] += n
	}
}

// Performance returns what lanes did, in the order of their names. It needs
// ReadShipments, and is of the whole workspace.
func (s *Service) Performance(ctx context.Context, actor auth.Actor, f Filter) ([]Row, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	from, to := f.weeks(s.Now())
	weeks, err := s.Store.LaneWeeks(ctx, actor.Workspace, f, from, to)
	if err != nil {
		return nil, fmt.Errorf("read performance: %w", err)
	}
	var out []Row
	for len(weeks) > 0 {
		sum := Week{Lane: weeks[0].Lane}
		n := 0
		for ; n < len(weeks) && weeks[n].Lane == sum.Lane; n++ {
			sum.Add(weeks[n])
		}
		weeks = weeks[n:]
		if r := sum.row(); f.Carrier == "" || r.Carrier == f.Carrier {
			out = append(out, r)
		}
	}
	return out, nil
}

// weeks returns the weeks of the filter's period, the first and the last.
func (f Filter) weeks(now time.Time) (from, to int) {
	if !f.Since.IsZero() {
		from = week(f.Since)
	}
	if f.Until.IsZero() {
		f.Until = now
	}
	return from, week(f.Until)
}

func (x *Week) row() Row {
	r := Row{Lane: x.Lane, Arrived: x.Arrived, Lost: x.Lost, Due: x.Due, Kept: x.Kept}
	r.Carrier, r.Service, _ = strings.Cut(x.Lane.Service, "/")
	if all := x.Arrived + x.Lost; all > 0 {
		r.LossRate = float64(x.Lost) / float64(all)
	}
	if x.Due > 0 {
		r.Promised = x.Promised / time.Duration(x.Due)
	}
	r.Median, r.Ninetieth = x.quantile(0.5), x.quantile(0.9)
	return r
}

// quantile reads the time off within which a share of the parcels arrived.
func (x *Week) quantile(q float64) time.Duration {
	want, below := q*float64(x.Arrived), 0.0
	for k := range longest + 1 {
		n := float64(x.Spans[k])
		if n > 0 && below+n >= want {
			return time.Duration((float64(k) + (want-below)/n) * float64(part))
		}
		below += n
	}
	return 0
}
