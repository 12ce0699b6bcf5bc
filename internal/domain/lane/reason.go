package lane

import (
	"math"
	"time"
)

// Reason is why, as data: the catalogue has the words under Key, and Args are
// what stands in them.
type Reason struct {
	// Key is lane.silence.quiet, lane.silence.long, lane.silence.lost or lane.eta.
	Key     string
	Lane    Lane
	Stage   Stage
	Silence time.Duration // since the last scan, in the world's time
	// Of 100 parcels at this stage, Of are scanned again within Within; for
	// lane.silence.lost, Of parcels that were silent for so long ever are.
	Of     int
	Within time.Duration
	// From and To bound the arrival of eight parcels in ten, for lane.eta.
	From, To time.Time
	// Pool and Weight are whose history it is and how many gaps it holds, the
	// old counted less. Event is what slowed the lane meanwhile, or "".
	Pool   Pool
	Weight float64
	Event  string
}

// Args returns alternating names and values for the catalogue's sentence.
// Durations are whole days, rounded up, and at least one.
func (r Reason) Args() []any {
	days := func(d time.Duration) int { return max(int(math.Ceil(d.Hours()/24)), 1) }
	args := []any{"days", max(int(r.Silence.Hours()/24), 0), "origin", r.Lane.Origin, "dest", r.Lane.Dest, "service", r.Lane.Service,
		"stage", string(r.Stage.Status()), "pool", r.Pool.String(), "seen", int(r.Weight), "event", r.Event}
	switch r.Key {
	case "lane.eta":
		return append(args, "from", r.From, "to", r.To, "of", 80)
	case "lane.silence.lost":
		return append(args, "of", r.Of)
	}
	return append(args, "of", r.Of, "within", days(r.Within))
}

func outOf100(p float64) int { return int(math.Round(100 * min(max(p, 0), 1))) }
