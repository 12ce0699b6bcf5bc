package simulator

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
)

// End is how a journey ends.
type End string

// The ends of a journey.
const (
	ByChance  End = ""          // delivered, mostly
	Delivered End = "delivered" // to the recipient
	Pickup    End = "pickup"    // waits at a shop, and is fetched later
	Returned  End = "returned"
	Lost      End = "lost" // silence; half of the carriers say so after a month
)

// Fate is what is known of a journey beforehand. The zero Fate knows nothing.
type Fate struct {
	Origin string // where the parcel comes from; "" is where its carrier is at home
	End    End
	// Until is when the parcel arrives, waits to be fetched, is back, or would have
	// arrived; zero leaves it to the way.
	Until time.Time
	Stuck bool // most of the time is spent at customs
}

// Names are the beginnings of numbers that choose their fate, and two that fail on
// purpose: SIMUNKNOWN is never followed, SIMREFUSED not taken.
func Names() map[string]Fate {
	return map[string]Fate{
		"SIMDELIVERED": {End: Delivered},
		"SIMPICKUP":    {End: Pickup},
		"SIMRETURNED":  {End: Returned},
		"SIMLOST":      {End: Lost},
		"SIMCUSTOMS":   {End: Delivered, Stuck: true},
	}
}

const (
	unknown = "SIMUNKNOWN"
	refused = "SIMREFUSED"
)

func begins(number, with string) bool { return strings.HasPrefix(order.TrackingKey(number), with) }

// fateOf is what is known of a number's journey.
func (t *tracker) fateOf(number string) Fate {
	if t.told != nil {
		if f, ok := t.told(number); ok {
			return f
		}
	}
	for name, f := range Names() {
		if begins(number, name) {
			return f
		}
	}
	return Fate{}
}
