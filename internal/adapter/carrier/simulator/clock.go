package simulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// world is what the journey of a number follows from, besides the number. It stands
// in the number's reference, so that other settings concern later numbers alone.
type world struct {
	seed   uint64
	start  time.Time // when the parcel was announced
	from   time.Time // from when on the clock is fast
	speed  int64     // simulated hours in a real one
	faults int64     // percent
}

// real returns when the simulated clock shows a time, rounded up to a millisecond:
// never earlier.
func (w world) real(simulated time.Time) time.Time {
	if !simulated.After(w.from) {
		return simulated
	}
	step := time.Millisecond * time.Duration(w.speed)
	return w.from.Add((simulated.Sub(w.from) + step - 1) / step * time.Millisecond)
}

// version is of the form of references.
const version = "s1"

// ref writes a world.
func (w world) ref() string {
	return fmt.Sprintf("%s.%x.%x.%x.%d.%d", version, w.seed, w.start.UnixMilli(), w.from.UnixMilli(), w.speed, w.faults)
}

// parseRef reads a world; false if the reference is none of ours.
func parseRef(ref string) (world, bool) {
	p := strings.Split(ref, ".")
	if len(p) != 6 || p[0] != version {
		return world{}, false
	}
	seed, err1 := strconv.ParseUint(p[1], 16, 64)
	start, err2 := strconv.ParseInt(p[2], 16, 64)
	from, err3 := strconv.ParseInt(p[3], 16, 64)
	speed, err4 := strconv.ParseInt(p[4], 10, 64)
	faults, err5 := strconv.ParseInt(p[5], 10, 64)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			return world{}, false
		}
	}
	w := world{seed: seed, start: time.UnixMilli(start).UTC(), from: time.UnixMilli(from).UTC(), speed: speed, faults: faults}
	return w, speed >= 1 && speed <= fastest && faults >= 0 && faults <= 100
}
