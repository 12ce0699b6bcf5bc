package simulator_test

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/simulator"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/tracking/trackingtest"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func settings(more ...string) map[string]string {
	out := map[string]string{"speed": "24", "faults": "5", "seed": "1"}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func TestConformance(t *testing.T) {
	trackingtest.Run(t, simulator.Driver(nil), trackingtest.Fixture{
		Settings: func(string) map[string]string { return settings() },
		Known:    tracking.Number{Number: "YT2400000000000001", Carrier: "YunExpress", Country: "DE", Since: start},
		Unknown:  tracking.Number{Number: "SIMUNKNOWN0001"},
		Refused:  tracking.Number{Number: "SIMREFUSED0001"},
		Quota:    -1,
	})
}

func TestRefusesSettingsThatMeanNothing(t *testing.T) {
	for name, bad := range map[string][]string{"speed": {"0", "-1", "fast", "12001"}, "faults": {"-1", "101", "x"}, "seed": {"-1", "x"}, "fast_from": {"yesterday"}} {
		for _, v := range bad {
			_, err := simulator.Driver(nil).Connect(settings(name, v), outbound.New(outbound.Options{}), time.Now)
			if list := errs.Fields(err); len(list) != 1 || list[0].Field != name {
				t.Errorf("%s %q: %v", name, v, err)
			}
		}
	}
}

// service is a simulated service with a clock of its own.
type service struct {
	tracking.Tracker
	now time.Time
}

func open(t *testing.T, told func(string) (simulator.Fate, bool), values map[string]string) *service {
	t.Helper()
	s := &service{now: start}
	var err error
	if s.Tracker, err = simulator.Driver(told).Connect(values, outbound.New(outbound.Options{}), func() time.Time { return s.now }); err != nil {
		t.Fatal(err)
	}
	return s
}

// events asks about a number at a time and returns what is known then, by what we
// make of it.
func (s *service) events(t *testing.T, n tracking.Number, at time.Time) ([]shipment.Report, time.Time) {
	t.Helper()
	s.now = at
	news, err := s.Poll(t.Context(), []tracking.Number{n})
	if err != nil || len(news.Shipments) > 1 {
		t.Fatal(len(news.Shipments), err)
	}
	if len(news.Shipments) == 0 {
		return nil, news.Next[n.Number]
	}
	return tracking.Reports("simulator", news.Shipments[0], tracking.Known{}, at), news.Next[n.Number]
}

// state folds reports as they are ingested.
func state(list []shipment.Report) shipment.State {
	v := shipment.Shipment{Legs: []shipment.Leg{{ID: 1, Seq: 1}}}
	var events []shipment.Event
	seen := map[int64]bool{}
	for _, r := range list {
		e := r.Event
		if e.Leg = 1; r.Number.Number != list[0].Number.Number {
			e.Leg = 2
			v.Legs = append(v.Legs[:1:1], shipment.Leg{ID: 2, Seq: 2})
		}
		if k := e.Key(); !seen[k] {
			seen[k] = true
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b shipment.Event) int { return a.At.Compare(b.At) })
	return shipment.Fold(v.Route(), events)
}

// What a service tells of a number at some time follows from seed, number and time
// alone, only ever grows, and never lies in the future.
func TestTheSameSeedTellsTheSame(t *testing.T) {
	for i := range 60 {
		n := tracking.Number{Number: "YT24000000000" + strconv.Itoa(10000+i), Carrier: "YunExpress", Country: []string{"DE", "US", "BR", "JP", "RU"}[i%5], Since: start}
		a, b := open(t, nil, settings()), open(t, nil, settings())
		var before []shipment.Report
		next := start
		for range 400 {
			was := next
			told, then := a.events(t, n, next)
			again, _ := b.events(t, n, next)
			if !reflect.DeepEqual(told, again) {
				t.Fatal("two services with one seed differ")
			}
			for _, r := range told {
				if r.Event.Zoned && r.Event.Code != "eta" && r.Event.At.After(next) {
					t.Fatalf("%v is told at %v", r.Event, next)
				}
			}
			for _, r := range before {
				if r.Event.Code != "eta" && r.Event.Reason != shipment.Delay && !slices.ContainsFunc(told, func(x shipment.Report) bool { return x.Event.Key() == r.Event.Key() }) {
					t.Fatalf("%+v is told no more", r.Event)
				}
			}
			before, next = told, then
			if next.IsZero() {
				break
			}
			if !next.After(was) {
				t.Fatalf("at %v the next look is at %v", was, next)
			}
		}
		if !next.IsZero() || len(before) < 5 {
			t.Fatalf("%s: %d events, next %v", n.Number, len(before), next)
		}
		other, _ := open(t, nil, settings("seed", "2")).events(t, n, start.AddDate(1, 0, 0))
		if reflect.DeepEqual(before, other) {
			t.Error("another seed tells the same")
		}
	}
}

// Every status, and every reason that a carrier gives for waiting, comes up.
func TestTellsOfAllThatHappens(t *testing.T) {
	s := open(t, nil, settings("speed", "1", "faults", "30"))
	statuses, reasons := map[shipment.Status]int{}, map[shipment.Reason]int{}
	unzoned, twice, late, legs := 0, 0, 0, 0
	for i := range 400 {
		n := tracking.Number{Number: "YT24000000000" + strconv.Itoa(20000+i), Carrier: []string{"YunExpress", "China Post", "DHL Paket"}[i%3], Country: []string{"DE", "US", "BR"}[i%3], Postcode: "10115", Since: start}
		known := map[int64]bool{}
		for at := start; i < 30 && at.Before(start.AddDate(0, 1, 0)); at = at.Add(12 * time.Hour) {
			told, _ := s.events(t, n, at)
			for _, r := range told {
				if key := r.Event.Key(); !known[key] {
					known[key] = true
					if r.Event.Zoned && r.Event.Code != "eta" && r.Event.At.Before(at.Add(-12*time.Hour)) {
						late++
					}
				}
			}
		}
		told, _ := s.events(t, n, start.AddDate(1, 0, 0))
		seen := map[string]bool{}
		for j, r := range told {
			statuses[r.Event.Status]++
			reasons[r.Event.Reason]++
			if !r.Event.Zoned {
				unzoned++
			}
			if key := r.Event.Code + r.Event.Place.City; seen[key] && j > 0 {
				twice++
			} else {
				seen[key] = true
			}
			if r.Onward.Number != "" {
				legs++
			}
		}
	}
	for _, want := range []shipment.Status{
		shipment.Announced, shipment.PickedUp, shipment.InTransit, shipment.InCustoms, shipment.OutForDelivery, shipment.ReadyForPickup, shipment.AttemptFailed,
		shipment.Held, shipment.Delivered, shipment.Returning, shipment.Returned, shipment.Lost,
	} {
		if statuses[want] == 0 {
			t.Errorf("nothing is %s: %v", want, statuses)
		}
	}
	for _, want := range []shipment.Reason{shipment.CustomsInspection, shipment.CustomsDocuments, shipment.CustomsDuty, shipment.CustomsReleased, shipment.HandedOver, shipment.Delay, shipment.RecipientAbsent, shipment.AddressWrong} {
		if reasons[want] == 0 {
			t.Errorf("never %s: %v", want, reasons)
		}
	}
	if unzoned == 0 || twice == 0 || late == 0 || legs == 0 {
		t.Errorf("%d without a zone, %d twice, %d late, %d handed on", unzoned, twice, late, legs)
	}
}

// A fate is kept: the parcel is where it says when it says so.
func TestKeepsFates(t *testing.T) {
	until := start.AddDate(0, 0, 12)
	for name, x := range map[string]struct {
		fate     simulator.Fate
		at       time.Time
		status   shipment.Status
		wantLast time.Time
	}{
		"delivered":  {simulator.Fate{End: simulator.Delivered, Until: until}, until.Add(time.Hour), shipment.Delivered, until},
		"on its way": {simulator.Fate{End: simulator.Delivered, Until: until, Stuck: true}, start.AddDate(0, 0, 9), "", time.Time{}},
		"pickup":     {simulator.Fate{End: simulator.Pickup, Until: until}, until.Add(time.Hour), shipment.ReadyForPickup, until},
		"returned":   {simulator.Fate{End: simulator.Returned, Until: until}, until.Add(time.Hour), shipment.Returned, until},
		"lost":       {simulator.Fate{End: simulator.Lost, Until: until}, until.AddDate(0, 0, 8), "", time.Time{}},
	} {
		for i := range 40 {
			s := open(t, func(string) (simulator.Fate, bool) { return x.fate, true }, settings("speed", "1", "faults", "0"))
			n := tracking.Number{Number: "LZ" + strconv.Itoa(10000000+i), Carrier: "YunExpress", Country: []string{"DE", "US", "BR", "RU"}[i%4], Since: start}
			told, _ := s.events(t, n, x.at)
			got := state(told)
			switch name {
			case "on its way":
				if got.Status != shipment.InCustoms && got.Status != shipment.Held {
					t.Errorf("a parcel stuck at customs is %s", got.Status)
				}
			case "lost":
				if silence := x.at.Sub(got.LastScanAt); !got.Status.Open() || silence < 10*24*time.Hour {
					t.Errorf("a lost parcel is %s, silent for %v", got.Status, silence)
				}
			default:
				if got.Status != x.status || !got.Since.Equal(x.wantLast) {
					t.Errorf("%s: %s since %v, want %s since %v", name, got.Status, got.Since, x.status, x.wantLast)
				}
			}
		}
	}
}

// Numbers choose their fate by name.
func TestNumbersChooseTheirFate(t *testing.T) {
	s := open(t, nil, settings("speed", "1", "faults", "0"))
	for number, want := range map[string]shipment.Status{"SIMDELIVERED0001": shipment.Delivered, "SIMPICKUP0001": shipment.Delivered, "SIMRETURNED0001": shipment.Returned, "SIMCUSTOMS0001": shipment.Delivered} {
		told, _ := s.events(t, tracking.Number{Number: number, Country: "DE", Since: start}, start.AddDate(1, 0, 0))
		if got := state(told).Status; got != want {
			t.Errorf("%s is %s", number, got)
		}
	}
	told, _ := s.events(t, tracking.Number{Number: "SIMLOST0001", Country: "DE", Since: start}, start.AddDate(1, 0, 0))
	if got := state(told).Status; got == shipment.Delivered || got == shipment.Returned {
		t.Errorf("a lost parcel is %s", got)
	}
}

// The fast clock takes up where the slow one ends, and a reference keeps its clock
// when settings change.
func TestTheClockGoesFasterFromThen(t *testing.T) {
	n := tracking.Number{Number: "SIMDELIVERED0002", Carrier: "YunExpress", Country: "DE", Since: start}
	slow := open(t, nil, settings("speed", "1", "faults", "0"))
	whole, _ := slow.events(t, n, start.AddDate(1, 0, 0))
	turn := start.AddDate(0, 0, 3)
	fast := open(t, nil, settings("speed", "24", "faults", "0", "fast_from", turn.Format(time.RFC3339)))
	out, err := fast.Register(t.Context(), []tracking.Number{n})
	if err != nil {
		t.Fatal(err)
	}
	told, _ := fast.events(t, n, start.AddDate(1, 0, 0))
	for i, r := range told {
		want := whole[i].Event.At
		if want.After(turn) {
			want = turn.Add(want.Sub(turn) / 24)
		}
		if d := r.Event.At.Sub(want); d < 0 || d > 2*time.Millisecond {
			t.Errorf("scan %d is at %v, want %v", i, r.Event.At, want)
		}
	}
	n.Ref = out[0].Ref
	again, _ := slow.events(t, n, start.AddDate(1, 0, 0))
	if !reflect.DeepEqual(again, told) {
		t.Error("other settings changed the way of a number that was followed already")
	}
}
