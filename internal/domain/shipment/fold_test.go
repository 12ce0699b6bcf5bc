package shipment

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var label = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// oneLeg is a parcel to Berlin, twoLegs one that a second carrier takes over.
var (
	oneLeg  = Route{Legs: []Leg{{ID: 1, Seq: 1, LabelAt: label}}, To: Place{Country: "DE", City: "Berlin", Postcode: "10115"}}
	twoLegs = Route{Legs: []Leg{{ID: 1, Seq: 1, LabelAt: label}, {ID: 2, Seq: 2}}, To: Place{Country: "DE", City: "Berlin", Postcode: "10115"}}
)

func on(hours int, s Status, more ...func(*Event)) Event {
	e := Event{Leg: 1, Status: s, Code: "c-" + string(s), At: label.Add(time.Duration(hours) * time.Hour), Zoned: true}
	for _, f := range more {
		f(&e)
	}
	return e
}

func leg(id LegID) func(*Event)    { return func(e *Event) { e.Leg = id } }
func place(p Place) func(*Event)   { return func(e *Event) { e.Place = p } }
func reason(r Reason) func(*Event) { return func(e *Event) { e.Reason = r } }
func correction(e *Event)          { e.Correction = true }
func hours(n int) time.Time        { return label.Add(time.Duration(n) * time.Hour) }
func expected(from, to int) func(*Event) {
	return func(e *Event) { e.Expected = Window{hours(from), hours(to)} }
}

func statusOf(t *testing.T, r Route, want Status, events ...Event) State {
	t.Helper()
	s := Fold(r, events)
	if s.Status != want {
		t.Errorf("status is %s, want %s", s.Status, want)
	}
	return s
}

func TestLateEventsLeaveDeliveredParcelsDelivered(t *testing.T) {
	s := Fold(oneLeg, []Event{on(10, PickedUp), on(80, Delivered)})
	s, added, changes := Advance(oneLeg, s, []Event{on(10, PickedUp), on(80, Delivered)}, []Event{on(40, InTransit)})
	if s.Status != Delivered || len(added) != 1 || len(changes) != 0 || !s.DeliveredAt.Equal(hours(80)) {
		t.Errorf("a late scan made %+v with %d changes", s, len(changes))
	}
}

func TestNotFoundAfterTheLabelIsAnnounced(t *testing.T) {
	s := statusOf(t, oneLeg, Announced, on(5, Unknown, reason(NotFound)), on(70, Unknown, reason(NotFound)))
	if s.NotFound || !s.FirstScanAt.IsZero() {
		t.Errorf("within the carrier's time the number counts as not found: %+v", s)
	}
	if s = statusOf(t, oneLeg, Announced, on(73, Unknown, reason(NotFound))); !s.NotFound {
		t.Error("after three days a number without scan is not marked")
	}
	if s = statusOf(t, oneLeg, InTransit, on(73, Unknown, reason(NotFound)), on(80, InTransit)); s.NotFound {
		t.Error("a scan did not take the mark away")
	}
	if s = statusOf(t, oneLeg, InTransit, on(20, InTransit), on(3000, Unknown, reason(NotFound))); s.NotFound {
		t.Error("a carrier that forgot the number made the parcel unknown")
	}
	if s = statusOf(t, Route{}, Unknown, on(1, Unknown, reason(NotFound))); !s.NotFound {
		t.Error("a number that nobody made a label for is not marked")
	}
}

func TestChangesCarryTheStateThatTheyCaused(t *testing.T) {
	_, _, changes := Advance(oneLeg, unseen(oneLeg), nil, []Event{on(90, Delivered), on(1, PickedUp), on(30, InTransit), on(31, InTransit, place(Place{City: "Leipzig"}))})
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s %s %t", c.Event.Status, c.State.Status, c.State.DeliveredAt.IsZero()))
	}
	want := []string{"picked_up picked_up true", "in_transit in_transit true", "delivered delivered false"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("changes are %q, want %q", got, want)
	}
}

func TestOnlyACorrectionUndoesTheEnd(t *testing.T) {
	for _, end := range []Status{Delivered, Lost, Returned, Destroyed} {
		for _, later := range Statuses() {
			statusOf(t, oneLeg, end, on(1, PickedUp), on(50, end), on(100, later))
		}
		s := statusOf(t, oneLeg, InTransit, on(1, PickedUp), on(50, end), on(60, InTransit, correction))
		if !s.DeliveredAt.IsZero() || s.Doubtful {
			t.Errorf("what %s left behind: %+v", end, s)
		}
	}
	statusOf(t, oneLeg, Delivered, on(50, Lost), on(60, InTransit, correction), on(70, Delivered))
}

func TestDeliveryThatScansContradictIsDoubtful(t *testing.T) {
	for _, c := range []struct {
		e    Event
		want bool
	}{
		{on(51, AttemptFailed), true},
		{on(300, Returning), true},
		{on(51, OutForDelivery), false}, // a clock without zone
		{on(90, InTransit), true},
		{on(90, Delivered), false},
		{on(90, Unknown), false},
		{on(90, Announced), false},
		{on(90, InTransit, reason(NotFound)), false},
	} {
		if s := statusOf(t, oneLeg, Delivered, on(1, PickedUp), on(50, Delivered), c.e); s.Doubtful != c.want {
			t.Errorf("after %s at %v doubtful is %t", c.e.Status, c.e.At, s.Doubtful)
		}
	}
}

func TestDeliveredAtAHandOverIsNotDelivered(t *testing.T) {
	hub, door := Place{Country: "DE", City: "Frankfurt"}, Place{Country: "DE", City: "berlin", Postcode: "10 115"}
	s := statusOf(t, twoLegs, InTransit, on(1, PickedUp), on(50, Delivered, place(hub)))
	if !s.DeliveredAt.IsZero() {
		t.Error("the hand-over has a time of delivery")
	}
	statusOf(t, twoLegs, InTransit, on(50, Delivered), on(49, OutForDelivery))
	statusOf(t, twoLegs, Delivered, on(50, Delivered, place(door)))
	statusOf(t, twoLegs, OutForDelivery, on(50, Delivered), on(52, PickedUp, leg(2)), on(70, OutForDelivery, leg(2)))
	statusOf(t, twoLegs, Delivered, on(50, Delivered), on(70, Delivered, leg(2)))
	s = statusOf(t, twoLegs, OutForDelivery, on(52, PickedUp, leg(2)), on(70, OutForDelivery, leg(2)), on(71, InTransit))
	if !s.LastScanAt.Equal(hours(71)) {
		t.Error("the first carrier's scan is no sign of life")
	}
	statusOf(t, Route{Legs: oneLeg.Legs}, Delivered, on(50, Delivered, place(hub)))
}

func TestCustoms(t *testing.T) {
	s := statusOf(t, oneLeg, Held, on(1, PickedUp), on(50, InCustoms), on(60, Held, reason(CustomsDocuments)))
	if !s.CustomsSince.Equal(hours(50)) || s.Cause != ByCustoms || s.Reason != CustomsDocuments {
		t.Errorf("held at customs: %+v", s)
	}
	s = statusOf(t, oneLeg, InTransit, on(50, InCustoms), on(60, InCustoms, reason(CustomsInspection)), on(70, InTransit, reason(CustomsReleased)))
	if !s.CustomsSince.IsZero() {
		t.Error("a released parcel is at customs")
	}
	s = statusOf(t, oneLeg, Held, on(50, InCustoms), on(70, Held, reason(AddressWrong)))
	if !s.CustomsSince.IsZero() || s.Cause != ByShipper {
		t.Errorf("held for its address: %+v", s)
	}
}

func TestReturnAfterAttempts(t *testing.T) {
	way := []Event{
		on(1, PickedUp), on(40, OutForDelivery), on(44, AttemptFailed, reason(RecipientAbsent)),
		on(44, AttemptFailed, func(e *Event) { e.At = e.At.Add(5 * time.Minute) }), on(68, AttemptFailed),
		on(90, Returning, reason(NotCollected)), on(100, InTransit), on(120, OutForDelivery),
	}
	s := statusOf(t, oneLeg, Returning, way...)
	if s.Attempts != 2 || s.Reason != NotCollected || s.Cause != ByRecipient {
		t.Errorf("returning: %+v", s)
	}
	s = statusOf(t, oneLeg, Returned, append(way, on(130, Delivered, place(Place{Country: "CN", City: "Shenzhen"})))...)
	if !s.DeliveredAt.IsZero() {
		t.Error("delivered to its sender counts as delivered")
	}
	statusOf(t, oneLeg, Delivered, append(way, on(130, Delivered, place(Place{Country: "DE", Postcode: "10115"})))...)
	statusOf(t, oneLeg, Returned, append(way, on(130, Returned))...)
}

func TestAttributes(t *testing.T) {
	s := statusOf(t, oneLeg, InTransit, on(1, PickedUp), on(20, InTransit, reason(Weather)))
	if !s.Delayed || s.Cause != ForceMajeure {
		t.Errorf("delayed by weather: %+v", s)
	}
	if s = Fold(oneLeg, []Event{on(20, InTransit, reason(Weather)), on(30, InTransit)}); s.Delayed {
		t.Error("a scan did not end the delay")
	}
	if s = Fold(oneLeg, []Event{on(20, InTransit), on(800, Unknown, reason(PollingExpired))}); !s.PollingExpired || !s.LastScanAt.Equal(hours(20)) {
		t.Errorf("polling ended: %+v", s)
	}
	if s = Fold(oneLeg, []Event{on(20, InTransit, expected(60, 80)), on(30, InTransit), on(31, Unknown, expected(90, 99))}); !s.Expected.To.Equal(hours(99)) {
		t.Errorf("expected %v", s.Expected)
	}
	if s = Fold(oneLeg, []Event{on(1, Cancelled)}); s.Status != Cancelled {
		t.Errorf("cancelled label: %s", s.Status)
	}
	statusOf(t, oneLeg, PickedUp, on(1, Cancelled), on(5, PickedUp))
	statusOf(t, oneLeg, PickedUp, on(1, PickedUp), on(5, Cancelled))
}

func TestRisk(t *testing.T) {
	parcel := func(events ...Event) Shipment {
		return Shipment{Number: "1Z", CreatedAt: label, State: Fold(oneLeg, events)}
	}
	for _, c := range []struct {
		name string
		of   Shipment
		want time.Time
	}{
		{"only a label", parcel(), label.Add(LabelPatience)},
		{"moving", parcel(on(10, InTransit)), hours(10 + 7*24)},
		{"expected sooner", parcel(on(10, InTransit, expected(20, 40))), hours(40)},
		{"delayed", parcel(on(10, InTransit, reason(Strike))), hours(10)},
		{"delivered", parcel(on(10, Delivered)), time.Time{}},
		{"doubtful", parcel(on(10, Delivered), on(40, AttemptFailed)), hours(40)},
		{"lost", parcel(on(10, Lost)), time.Time{}},
	} {
		if got := judge(c.of, DefaultPatience, time.Time{}).riskAt; !got.Equal(c.want) {
			t.Errorf("%s: at risk at %v, want %v", c.name, got, c.want)
		}
	}
	if d := parcel(on(10, InTransit)).Silent(hours(10 + 50)); d != 2 {
		t.Errorf("silent for %d days", d)
	}
}

func TestKeys(t *testing.T) {
	a := on(1, InTransit)
	same := []func(*Event){func(e *Event) { e.Status = PickedUp }, func(e *Event) { e.Source = "csv" }, func(e *Event) { e.ID = 9 }, reason(Delay)}
	for i, f := range same {
		if b := on(1, InTransit, f); a.Key() != b.Key() {
			t.Errorf("change %d made another event", i)
		}
	}
	other := []func(*Event){leg(2), func(e *Event) { e.Text = "x" }, place(Place{City: "x"}), correction, expected(1, 2), func(e *Event) { e.At = e.At.Add(time.Millisecond) }}
	for i, f := range other {
		if b := on(1, InTransit, f); a.Key() == b.Key() {
			t.Errorf("change %d made the same event", i)
		}
	}
	if (Event{Status: InTransit}).Key() == (Event{Status: Delivered}).Key() {
		t.Error("events without code are told by nothing")
	}
}

// drawEvents draws what carriers may say of a parcel, with many events in the
// same instant.
func drawEvents(t *rapid.T, name string) []Event {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Event {
		s := rapid.SampledFrom(Statuses()).Draw(t, "status")
		e := on(rapid.IntRange(0, 30).Draw(t, "hour")*5, s, leg(LegID(rapid.IntRange(1, 2).Draw(t, "leg"))))
		if s == Unknown || rapid.IntRange(0, 4).Draw(t, "has reason") == 0 {
			e.Reason = rapid.SampledFrom([]Reason{NotFound, PollingExpired, Delay, CustomsDocuments, RecipientAbsent, ""}).Draw(t, "reason")
		}
		e.Code += string(e.Reason)
		e.Correction = rapid.IntRange(0, 12).Draw(t, "correction") == 0
		e.Place = rapid.SampledFrom([]Place{{}, {Country: "DE", City: "Berlin"}, {Country: "CN", City: "Shenzhen"}}).Draw(t, "place")
		if rapid.IntRange(0, 6).Draw(t, "expects") == 0 {
			e.Expected = Window{e.At.Add(time.Hour), e.At.Add(30 * time.Hour)}
		}
		return e
	}), 0, 14).Draw(t, name)
}

func drawRoute(t *rapid.T) Route {
	return rapid.SampledFrom([]Route{oneLeg, twoLegs, {}, {Legs: twoLegs.Legs}}).Draw(t, "route")
}

func TestArrivalOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, list := drawRoute(t), drawEvents(t, "events")
		want := Fold(r, list)
		mixed := rapid.Permutation(list).Draw(t, "order")
		if got := Fold(r, mixed); got != want {
			t.Fatalf("in another order\n%+v\nnot\n%+v", got, want)
		}
		again := append(mixed, list...)
		if got := Fold(r, again); got != want {
			t.Fatalf("told twice\n%+v\nnot\n%+v", got, want)
		}
	})
}

func TestFoldingOnIsFoldingTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoute(t)
		s, told := unseen(r), Unknown
		told = s.Status
		var stored []Event
		known := map[int64]bool{}
		for i := range rapid.IntRange(1, 5).Draw(t, "deliveries") {
			fresh := drawEvents(t, fmt.Sprint("delivery ", i))
			if len(stored) > 0 && rapid.Bool().Draw(t, "repeat") { // a superset of what was told before
				fresh = append(fresh, stored...)
			}
			var given []Event
			if Late(s, fresh) {
				given = stored
			}
			was := s
			next, added, changes := Advance(r, s, given, fresh)
			for _, e := range added {
				if known[e.Key()] {
					t.Fatalf("%+v was added twice", e)
				}
				known[e.Key()] = true
			}
			stored = append(stored, added...)
			rand.Shuffle(len(stored), func(i, j int) { stored[i], stored[j] = stored[j], stored[i] })
			if want := Fold(r, stored); next != want {
				t.Fatalf("folding on gives\n%+v\nnot\n%+v", next, want)
			}
			if len(added) == 0 && (next != was || len(changes) > 0) {
				t.Fatalf("nothing new made %+v of %+v", next, was)
			}
			for _, c := range changes {
				if c.State.Status == told {
					t.Fatalf("%s was told twice running", told)
				}
				told = c.State.Status
			}
			if s = next; told != s.Status {
				t.Fatalf("told last was %s, and the status is %s", told, s.Status)
			}
		}
	})
}

func TestOldEventsNeverReopenTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, list := drawRoute(t), drawEvents(t, "events")
		s := Fold(r, list)
		if !s.Status.Ended() {
			t.Skip("still open")
		}
		later := on(1000, rapid.SampledFrom(Statuses()).Draw(t, "later"), leg(2))
		if got := Fold(r, append(list, later)); got.Status != s.Status {
			t.Fatalf("%s made %s of %s", later.Status, got.Status, s.Status)
		}
	})
}
