package lanes_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

var start = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// yard is a workspace with parcels, and its clock.
type yard struct {
	t       testing.TB
	w       auth.WorkspaceID
	store   *store.Store
	ids     *id.Source
	now     time.Time
	lanes   *lanes.Service
	parcels *shipment.Service
	options lane.Options
}

// yards counts them: no two give the same identifiers.
var yards atomic.Uint32

func newYard(t testing.TB, s *store.Store, o lane.Options) *yard {
	y := &yard{t: t, store: s, now: start, options: o, ids: id.NewSource(uint8(yards.Add(1)%200), time.Now)}
	y.w = auth.WorkspaceID(y.ids.Next())
	name := "w" + strconv.FormatInt(int64(y.w), 36)
	if err := s.AddWorkspace(t.Context(), auth.Workspace{ID: y.w, Slug: name, Name: name, Language: "en", Zone: "UTC", CreatedAt: y.now}); err != nil {
		t.Fatal(err)
	}
	y.restart()
	return y
}

// restart forgets all that is not in the store.
func (y *yard) restart() {
	y.lanes = lanes.New(lanes.Config{Store: y.store, Parcels: func() lanes.Parcels { return y.parcels }, Options: y.options, Now: y.clock})
	y.parcels = shipment.New(shipment.Config{Store: y.store, Journal: y.store, IDs: y.ids, Now: y.clock, Patience: y.lanes.Patience})
}

func (y *yard) clock() time.Time { return y.now }

func (y *yard) ingest(reports ...shipment.Report) {
	y.t.Helper()
	res, err := y.parcels.Ingest(y.t.Context(), auth.ForSystem(y.w), shipment.Delivery{Source: "test", Reports: reports})
	if err != nil || len(res.Refused) > 0 {
		y.t.Fatal(err, res)
	}
}

func (y *yard) do(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

func (y *yard) learn() int {
	y.t.Helper()
	n, err := y.lanes.Learn(y.t.Context(), y.w)
	y.do(err)
	return n
}

// model is the evidence as the store has it.
func (y *yard) model() *lane.Model {
	y.t.Helper()
	rows, err := y.store.LaneRows(y.t.Context(), y.w, 0)
	y.do(err)
	m := lane.New(y.options, y.now)
	for _, r := range rows {
		y.do(m.Load(r))
	}
	m.Advance(y.now)
	return m
}

// kinds are the kinds of the journal's events of parcels.
func (y *yard) kinds() []string {
	y.t.Helper()
	list, err := y.store.EventsAfter(y.t.Context(), y.w, 0, 10000)
	y.do(err)
	var out []string
	for _, e := range list {
		if strings.HasPrefix(e.Kind, "shipment.") {
			out = append(out, strings.TrimPrefix(e.Kind, "shipment."))
		}
	}
	return out
}

func scan(number string, at time.Time, status shipment.Status, country string) shipment.Report {
	return shipment.Report{
		Number: shipment.Number{Carrier: "Acme", Number: number},
		Event:  shipment.Event{Status: status, Code: string(status), At: at, Zoned: true, Place: shipment.Place{Country: country}},
	}
}

// history tells of parcels that move slowly or are lost, in the order of time.
func history(r *rand.Rand, parcels int) []shipment.Report {
	var out []shipment.Report
	for i := range parcels {
		number, at := fmt.Sprintf("P%04d%06d", r.IntN(9999), i), start.Add(time.Duration(r.IntN(20*24))*time.Hour)
		for _, s := range []shipment.Status{shipment.PickedUp, shipment.InTransit, shipment.InTransit, shipment.OutForDelivery, shipment.Delivered} {
			if r.IntN(12) == 0 {
				break
			}
			if r.IntN(15) == 0 {
				s = shipment.Lost
			}
			out = append(out, scan(number, at, s, []string{"CN", "BR"}[r.IntN(2)]))
			at = at.Add(time.Duration(1+r.IntN(100)) * time.Hour)
			if s == shipment.Lost {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b shipment.Report) int { return a.Event.At.Compare(b.Event.At) })
	return out
}

// evidence writes what a model knows of some silences, as numbers to compare.
func evidence(m *lane.Model) []float64 {
	var out []float64
	for _, p := range m.Performance() {
		out = append(out, p.Arrived, p.Lost, p.Median.Hours(), p.Ninetieth.Hours())
	}
	for _, stage := range []lane.Stage{lane.PickedUp, lane.Transit, "in_transit@origin", "in_transit@dest", lane.Out} {
		for _, l := range []lane.Lane{{Origin: "CN", Service: "acme"}, {Origin: "BR", Service: "acme"}} {
			for h := 6; h < 2000; h *= 3 {
				p := lane.Parcel{Lane: l, Stage: stage, Last: start}
				o := m.Odds(p, start.Add(time.Duration(h)*time.Hour))
				out = append(out, o.Longer, o.Never)
			}
		}
	}
	return out
}

// However the history is divided, with restarts and repeats between, and whoever
// learns it: the evidence is that of learning all of it at once. Evidence keeps its
// weight here, since a silence that is counted in pieces is counted at their age.
func TestLearningInStepsIsLearningAtOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		forever := lane.Options{HalfLife: 200 * year}
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 7))
			told := history(r, 9) // too few for seasons to be learned, which depends on when
			whole, parts := newYard(t, s, forever), newYard(t, s, forever)
			whole.now = start.Add(60 * day)
			whole.ingest(told...)
			for len(told) > 0 {
				n := 1 + r.IntN(len(told))
				parts.now = told[n-1].Event.At.Add(time.Minute)
				parts.ingest(told[:n]...)
				parts.ingest(told[n/2 : n]...) // told twice
				for range 1 + r.IntN(2) {
					if r.IntN(2) == 0 {
						parts.restart()
					}
					parts.learn()
				}
				if r.IntN(3) == 0 {
					parts.do(parts.lanes.Work(t.Context(), parts.w))
				}
				told = told[n:]
			}
			for _, y := range []*yard{whole, parts} {
				y.now = start.Add(60 * day)
				y.do(y.lanes.Work(t.Context(), y.w))
			}
			a, b := evidence(whole.model()), evidence(parts.model())
			if len(a) < 20 || len(a) != len(b) {
				t.Fatalf("%d and %d numbers", len(a), len(b))
			}
			for i := range a {
				if math.Abs(a[i]-b[i]) > 1e-4*max(1, math.Abs(a[i])) {
					t.Errorf("history %d, number %d: %g at once, %g in steps", seed, i, a[i], b[i])
				}
			}
			x, _ := whole.lanes.Performance(t.Context(), auth.ForSystem(whole.w), lanes.Filter{})
			z, _ := parts.lanes.Performance(t.Context(), auth.ForSystem(parts.w), lanes.Filter{})
			if len(x) == 0 || !slices.Equal(x, z) {
				t.Errorf("performance\n%+v at once\n%+v in steps", x, z)
			}
		}
	})
}

// forgetful reads the whole history of every parcel of which something is new, as
// marks without a trail make learning do, and counts the parcels so read.
type forgetful struct {
	*store.Store
	trails bool // marks keep theirs
	read   int
}

func (f *forgetful) LaneMarks(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]lanes.Mark, error) {
	list, err := f.Store.LaneMarks(ctx, w, ids)
	for i := range list {
		if !f.trails {
			list[i].Trail, list[i].Read = "", 0
		}
	}
	return list, err
}

func (f *forgetful) TrackingEvents(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) ([]shipment.Event, error) {
	f.read += len(ids)
	return f.Store.TrackingEvents(ctx, w, ids)
}

// Whatever the order in which events come, however they are divided, with repeats and
// restarts between: learning from what marks keep is learning from whole histories. In
// the order of time hardly any history is read.
func TestLearningFromTrailsIsLearningFromHistories(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		forever := lane.Options{HalfLife: 200 * year}
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 21))
			told := history(r, 10)
			ordered := seed%2 == 0
			if !ordered { // couriers whose devices are offline, services that are late
				for i := range told {
					if j := i + r.IntN(12); r.IntN(4) == 0 && j < len(told) {
						told[i], told[j] = told[j], told[i]
					}
				}
			}
			var yards [2]*yard
			var stores [2]*forgetful
			for i := range yards {
				yards[i], stores[i] = newYard(t, s, forever), &forgetful{Store: s, trails: i == 0}
			}
			restart := func() {
				for i, y := range yards {
					y.lanes = lanes.New(lanes.Config{Store: stores[i], Parcels: func() lanes.Parcels { return y.parcels }, Options: y.options, Now: y.clock})
				}
			}
			restart()
			events := len(told)
			for n := 0; len(told) > 0; told = told[n:] {
				n = min(1+r.IntN(5), len(told))
				again, anew := r.IntN(4) == 0, r.IntN(3) == 0
				for _, y := range yards {
					y.now = start.Add(200 * day) // the clock stands, so that silences count alike
					for _, one := range told[:n] {
						y.ingest(one)
					}
					if again {
						y.ingest(told[:n]...)
					}
				}
				if anew {
					restart()
				}
				for _, y := range yards {
					y.learn()
				}
			}
			a, b := evidence(yards[0].model()), evidence(yards[1].model())
			if !slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-6*max(1, math.Abs(x)) }) {
				t.Errorf("history %d: from trails %v\nfrom histories %v", seed, a, b)
			}
			if trails, whole := stores[0].read, stores[1].read; trails >= whole {
				t.Errorf("history %d of %d events: %d parcels read with trails, %d without", seed, events, trails, whole)
			}
		}
	})
}

// A lone new sign of each parcel is learned without reading a single history.
func TestLoneSignsAreLearnedFromTheirMarks(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y, kept := newYard(t, s, lane.Options{}), &forgetful{Store: s, trails: true}
		y.lanes = lanes.New(lanes.Config{Store: kept, Parcels: func() lanes.Parcels { return y.parcels }, Now: y.clock})
		for i, status := range []shipment.Status{shipment.PickedUp, shipment.InTransit, shipment.InTransit, shipment.OutForDelivery, shipment.Delivered} {
			y.now = start.Add(time.Duration(i) * day)
			for p := range 20 {
				y.ingest(scan(fmt.Sprintf("LONE%06d", p), y.now, status, "CN"))
			}
			if n := y.learn(); n != 20 {
				t.Errorf("%d parcels learned of %s", n, status)
			}
		}
		if kept.read != 0 {
			t.Errorf("%d histories read", kept.read)
		}
		list, err := y.lanes.Performance(t.Context(), auth.ForSystem(y.w), lanes.Filter{})
		if y.do(err); len(list) != 1 || list[0].Arrived != 20 || list[0].Median < 4*day-6*time.Hour || list[0].Median > 4*day+6*time.Hour {
			t.Errorf("performance %+v", list)
		}
		y.ingest(scan("LONE000000", start.Add(day/2), shipment.InTransit, "CN")) // late, of a parcel that has ended
		if y.learn() != 0 || kept.read != 0 {
			t.Errorf("%d histories read of a parcel that has ended", kept.read)
		}
	})
}

// Nodes that learn the same events at the same time count them once.
func TestNodesLearnOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		forever := lane.Options{HalfLife: 200 * year}
		told := history(rand.New(rand.NewPCG(9, 9)), 40)
		alone, shared := newYard(t, s, forever), newYard(t, s, forever)
		for _, y := range []*yard{alone, shared} {
			y.now = start.Add(70 * day)
			y.ingest(told...)
		}
		var nodes sync.WaitGroup
		for range 4 {
			node := lanes.New(lanes.Config{Store: s, Parcels: func() lanes.Parcels { return shared.parcels }, Options: forever, Now: shared.clock})
			nodes.Go(func() {
				if _, err := node.Learn(t.Context(), shared.w); err != nil && !errs.Is(err, errs.Conflict) {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		alone.learn()
		shared.learn()
		a, b := evidence(alone.model()), evidence(shared.model())
		if !slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-4*max(1, math.Abs(x)) }) {
			t.Errorf("one node %v\nfour nodes %v", a, b)
		}
	})
}

// A node that only answers follows what another one has learned.
func TestNodesFollow(t *testing.T) {
	s := storetest.SQLite(t)
	y := newYard(t, s, lane.Options{})
	other := lanes.New(lanes.Config{Store: s, Now: y.clock})
	patience := func() time.Time {
		f, err := other.Patience(t.Context(), y.w)
		y.do(err)
		v := shipment.Shipment{Workspace: y.w, Carrier: "acme", Number: "X", Origin: shipment.Place{Country: "CN"}, State: shipment.State{Status: shipment.InTransit, Since: start}}
		return f(v).Stalled
	}
	before := patience()
	y.now = start.Add(40 * day)
	var told []shipment.Report
	for i := range 200 { // scanned each twelve hours
		for k := range 6 {
			told = append(told, scan(fmt.Sprintf("F%09d", i), start.Add(time.Duration(12*k+i)*time.Hour), []shipment.Status{shipment.PickedUp, shipment.InTransit}[min(k, 1)], "CN"))
		}
		told[len(told)-1].Event.Status = shipment.Delivered
	}
	y.ingest(told...)
	y.learn()
	y.now = y.now.Add(2 * time.Minute)
	if after := patience(); !after.Before(before.Add(-3 * day)) {
		t.Errorf("stalled at %v before and %v after", before, after)
	}
}

// What is silent for too long is announced once, first as stalled and then as
// presumed lost, and is well again with the next scan.
func TestSweepAnnounces(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		y.ingest(scan("SILENT000001", start, shipment.InTransit, "CN"), scan("MOVING000001", start, shipment.InTransit, "CN"))
		var stalled, lost time.Time
		for range 100 {
			y.now = y.now.Add(day)
			y.ingest(scan("MOVING000001", y.now, shipment.InTransit, "CN"))
			if y.now.Sub(start) == 50*day {
				y.restart()
			}
			y.do(y.lanes.Work(t.Context(), y.w))
			y.do(y.lanes.Work(t.Context(), y.w)) // nothing is left to do
			for _, k := range y.kinds() {
				switch {
				case k == "stalled" && stalled.IsZero():
					stalled = y.now
				case k == "presumed_lost" && lost.IsZero():
					lost = y.now
				}
			}
		}
		if got := strings.Join(y.kinds(), " "); got != "in_transit in_transit stalled presumed_lost" {
			t.Errorf("told %s", got)
		}
		if d := stalled.Sub(start) / day; d < 10 || d > 25 || !lost.After(stalled) {
			t.Errorf("stalled after %d days, lost at %v", d, lost)
		}
		list, err := y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{AtRisk: y.now}, shipment.Cursor{}, 10)
		if err != nil || len(list) != 1 || list[0].Risk != shipment.PresumedLost {
			t.Fatalf("at risk: %+v, %v", list, err)
		}
		y.ingest(scan("SILENT000001", y.now, shipment.InTransit, "BR"))
		if list, _ = y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{AtRisk: y.now}, shipment.Cursor{}, 10); len(list) != 0 {
			t.Errorf("still at risk: %+v", list)
		}
	})
}

// When more is known of a lane, parcels on it that nobody tells of are looked at at
// another time.
func TestParcelsAreJudgedAnewWhenTheLaneIsKnown(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		y.ingest(scan("WAITS0000001", start, shipment.InTransit, "CN"))
		sweepAt := func() time.Time {
			list, err := y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{Key: order.TrackingKey("WAITS0000001")}, shipment.Cursor{}, 1)
			y.do(err)
			return list[0].SweepAt
		}
		before := sweepAt()
		var told []shipment.Report
		for i := range 300 {
			for k := range 5 {
				told = append(told, scan(fmt.Sprintf("Q%09d", i), start.Add(time.Duration(i/10+k*8)*time.Hour), shipment.InTransit, "CN"))
			}
			told[len(told)-1].Event.Status = shipment.Delivered
		}
		y.now = start.Add(3 * day)
		y.ingest(told...)
		y.do(y.lanes.Work(t.Context(), y.w))
		if after := sweepAt(); after.Sub(before).Abs() < day || after.Before(y.now) {
			t.Errorf("looked at again at %v, and %v when the lane is known", before, after)
		}
	})
}

// A scan leaves when its parcel is looked at, as long as that is soon enough: the
// look finds nothing, and moves it to when the silence will be too long.
func TestAScanLeavesWhenItsParcelIsLookedAt(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		parcel := func() shipment.Shipment {
			list, err := y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{}, shipment.Cursor{}, 1)
			y.do(err)
			return list[0]
		}
		y.ingest(scan("MOVING000001", start, shipment.InTransit, "CN"))
		first := parcel()
		y.now = start.Add(day)
		y.ingest(scan("MOVING000001", y.now, shipment.InTransit, "CN"))
		if v := parcel(); !v.SweepAt.Equal(first.SweepAt) || !v.RiskAt.After(first.RiskAt) {
			t.Errorf("looked at again at %v and at risk at %v, before the scan at %v and %v", v.SweepAt, v.RiskAt, first.SweepAt, first.RiskAt)
		}
		y.now = first.SweepAt
		y.do(y.lanes.Work(t.Context(), y.w))
		if v := parcel(); !v.SweepAt.Equal(v.RiskAt) || !v.SweepAt.After(y.now) || v.Risk != shipment.NoRisk {
			t.Errorf("after the look: %+v", v)
		}
		for range 60 { // its own silence is evidence, which moves the time
			y.now = y.now.Add(day)
			y.do(y.lanes.Work(t.Context(), y.w))
		}
		if v := parcel(); v.Risk == shipment.NoRisk {
			t.Errorf("silent for too long: %+v", v)
		}
	})
}

func TestOutlook(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		y := newYard(t, s, lane.Options{})
		y.ingest(scan("MOVES0000001", start, shipment.InTransit, "CN"), scan("SILENT000001", start.Add(-30*day), shipment.InTransit, "CN"), scan("THERE0000001", start, shipment.Delivered, "BR"), scan("BACK00000001", start, shipment.Returning, "BR"))
		y.now = start.Add(day)
		all, err := y.parcels.List(t.Context(), auth.ForSystem(y.w), shipment.Filter{}, shipment.Cursor{}, 10)
		y.do(err)
		out, err := y.lanes.Outlook(t.Context(), y.w, all)
		y.do(err)
		by := map[string]lanes.Outlook{}
		for _, v := range all {
			by[v.Number] = out[v.ID]
		}
		if o := by["MOVES0000001"]; o.Level != lane.Quiet || !o.Early.After(y.now) || o.Likely.Before(o.Early) || o.Late.Before(o.Likely) || len(o.Why) != 2 {
			t.Errorf("moving: %+v", o)
		}
		if o := by["SILENT000001"]; o.Level < lane.Stalled || o.Why[0].Args["days"] != 31 {
			t.Errorf("silent: %+v", o)
		}
		if o := by["THERE0000001"]; o.Level != lane.Quiet || !o.Likely.IsZero() || len(o.Why) != 0 {
			t.Errorf("delivered: %+v", o)
		}
		if o := by["BACK00000001"]; !o.Likely.IsZero() || len(o.Why) != 1 {
			t.Errorf("on its way back: %+v", o)
		}
		for number, o := range by {
			for _, why := range o.Why {
				for _, lang := range i18n.Console() {
					var args []any
					for name, value := range why.Args {
						args = append(args, name, value)
					}
					if say := i18n.For(lang); !say.Has(why.Key) || strings.Contains(say.T(why.Key, args...), "{{") {
						t.Errorf("%s, %s: %s", number, lang, say.T(why.Key, args...))
					}
				}
			}
		}
		if out, err := y.lanes.Outlook(t.Context(), y.w+1, all); err != nil || len(out) != 0 {
			t.Errorf("of another workspace: %v, %v", out, err)
		}
	})
}

func TestWeeksBeginOnMonday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5000).Draw(t, "week")
		if d := lanes.WeekStart(n); d.Weekday() != time.Monday || !lanes.WeekStart(n+1).Equal(d.AddDate(0, 0, 7)) {
			t.Fatalf("week %d begins at %v", n, d)
		}
	})
}
