package lanes

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/shipment"
)

// What was noted behind the cursor is known, and nothing else is, in whatever order
// nodes commit: each event is learned once.
func TestRecentKnowsWhatWasLearned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r recent
		noted := map[shipment.EventID]bool{}
		cursor := shipment.EventID(0)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			var list []Fresh
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(int(cursor)+1, int(cursor)+60), 0, 20, rapid.ID).Draw(t, "read") {
				list = append(list, Fresh{ID: shipment.EventID(n), Shipment: shipment.ID(1000 + n)})
			}
			slices.SortFunc(list, func(a, b Fresh) int { return int(a.ID - b.ID) })
			var want []shipment.ID
			for _, f := range list {
				if !noted[f.ID] {
					want = append(want, f.Shipment)
				}
			}
			if got := slices.Sorted(maps.Keys(r.unknown(list))); !slices.Equal(got, want) {
				t.Fatalf("of %v unknown %v, want %v", list, got, want)
			}
			cursor += shipment.EventID(rapid.IntRange(0, 25).Draw(t, "cursor"))
			r.note(list, cursor)
			for _, f := range list {
				noted[f.ID] = true
			}
			if !slices.IsSorted(r.ids) || len(slices.Compact(slices.Clone(r.ids))) != len(r.ids) {
				t.Fatalf("out of order: %v", r.ids)
			}
		}
	})
}

// What is remembered stays bounded.
func TestRecentForgets(t *testing.T) {
	var r recent
	for from := 0; from < 5*mostRecent; from += 1 << 16 {
		list := make([]Fresh, 1<<16)
		for i := range list {
			list[i].ID = shipment.EventID(from + i + 1)
		}
		if r.note(list, 0); len(r.ids) > 2*mostRecent {
			t.Fatalf("%d remembered", len(r.ids))
		}
	}
}
