package shipment

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSigns(t *testing.T) {
	gb := Place{Country: "GB"}
	got := Signs(oneLeg, []Event{on(30, Delivered), on(10, PickedUp, place(gb)), on(20, InTransit), on(20, InTransit), on(25, Unknown, reason(PollingExpired)), on(40, InTransit)})
	want := []Sign{{label, Announced, ""}, {hours(10), PickedUp, "GB"}, {hours(20), InTransit, "GB"}, {hours(30), Delivered, "GB"}}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Signs rise in time, and only the last one may be an end.
func TestSignsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			e := on(rapid.IntRange(0, 30).Draw(t, "hour"), rapid.SampledFrom(Statuses()).Draw(t, "status"))
			e.Correction = e.Status != Unknown && rapid.IntRange(0, 9).Draw(t, "corrects") == 0
			events = append(events, e)
		}
		signs := Signs(oneLeg, events)
		state := Fold(oneLeg, events)
		for i, s := range signs {
			if i > 0 && !s.At.After(signs[i-1].At) {
				t.Fatalf("%v", signs)
			}
			if i < len(signs)-1 && s.Status.Ended() && !slices.ContainsFunc(events, func(e Event) bool { return e.Correction }) {
				t.Fatalf("an end in the middle: %v", signs)
			}
		}
		if n := len(signs); n > 0 && signs[n-1].Status != state.Status {
			t.Fatalf("%v ends in %s", signs, state.Status)
		}
	})
}
