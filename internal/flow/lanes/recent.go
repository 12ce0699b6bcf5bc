package lanes

import (
	"slices"

	"godwit.dev/godwit/internal/domain/shipment"
)

// mostRecent bounds what is remembered, eight bytes each and at times twice as many:
// what comes in the overlap at more than eight thousand events a second.
const mostRecent = 1 << 20

// recent remembers, in order, which events behind the cursor this process has
// learned: the overlap is read again for what others commit late, and what is known
// in it need not be learned again. It may forget, since marks know too, at the price
// of reading the parcel.
type recent struct{ ids []shipment.EventID }

// unknown returns those events that are not known, by parcel.
func (r *recent) unknown(list []Fresh) map[shipment.ID][]Fresh {
	out := make(map[shipment.ID][]Fresh, len(list))
	for _, f := range list {
		if _, known := slices.BinarySearch(r.ids, f.ID); !known {
			out[f.Shipment] = append(out[f.Shipment], f)
		}
	}
	return out
}

// note remembers events, which come in order, and forgets those up to the cursor.
func (r *recent) note(list []Fresh, cursor shipment.EventID) {
	ids := make([]shipment.EventID, 0, len(list))
	for _, f := range list {
		if _, known := slices.BinarySearch(r.ids, f.ID); !known {
			ids = append(ids, f.ID)
		}
	}
	sorted := len(r.ids) == 0 || len(ids) == 0 || ids[0] > r.ids[len(r.ids)-1]
	if r.ids = append(r.ids, ids...); !sorted {
		slices.Sort(r.ids)
	}
	from, known := slices.BinarySearch(r.ids, cursor)
	if known {
		from++
	}
	from = max(from, len(r.ids)-mostRecent)
	if from > len(r.ids)/2 { // or else it would be copied for little
		r.ids = slices.Clone(r.ids[from:])
	}
}
