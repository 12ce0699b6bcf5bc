package lanes

import (
	"time"

	"godwit.dev/godwit/internal/domain/lane"
)

// Outlook is what is expected of one parcel.
type Outlook struct {
	// Early, Likely and Late are the instants before which 10, 50 and 90 of 100
	// such parcels arrive; zero where nothing is known, as of one that has arrived.
	Early, Likely, Late time.Time
	// Level says how unusual its silence is.
	Level lane.Level
	// Why explains both, the most important sentence first.
	Why []Sentence
	// Window is the end of the carrier's time for search requests and claims, zero
	// if none is known.
	Window time.Time
}

// Sentence is a key of the catalogue and the values in its text. Times are
// time.Time, in UTC; the page writes them in its reader's language.
type Sentence struct {
	Key  string
	Args map[string]any
}

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
