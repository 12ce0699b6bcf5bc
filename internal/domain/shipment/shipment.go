package shipment

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a shipment.
type ID int64

// LegID identifies a leg of a shipment.
type LegID int64

// EventID identifies a tracking event.
type EventID int64

// PayloadID identifies what a carrier or service sent, as it was sent.
type PayloadID int64

// Shipment is one parcel with the state that its events add up to.
type Shipment struct {
	ID        ID
	Workspace auth.WorkspaceID
	Shop      order.ShopID // 0 of a parcel that no order is known of
	Order     order.ID     // the order that it first belonged to, or 0
	Direction Direction
	Carrier   string // key of the first leg's carrier
	Number    string // of the first leg, as people write it
	Origin    Place
	To        Place
	Service   string // the lane's service: express, standard, economy, ... or ""
	CreatedAt time.Time
	UpdatedAt time.Time // when the state last changed
	Legs      []Leg     // in order
	State
	// Risk is why somebody should look after it, as of the last look. RiskAt is when
	// it counts as at risk unless news come before, and SweepAt when to look again at
	// the latest; zero means never.
	Risk    Risk
	RiskAt  time.Time
	SweepAt time.Time
}

// Leg is the part of a parcel's way that one carrier moves it under one number.
type Leg struct {
	ID       LegID
	Shipment ID
	Seq      int    // legs follow one another by it, from 1; two with the same one are two names of one leg
	Carrier  string // CarrierKey; "" is not known
	Name     string // of the carrier, as it was told
	Number   string // as it was told
	Key      string // order.TrackingKey of the number
	Params   map[string]string
	LabelAt  time.Time // when the label was made or the number told
	From     time.Time // the number means this parcel from then,
	Until    time.Time // until then; zero is still
}

// Place is where something happened or is to go, as far as it is known.
type Place struct {
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region   string `json:"region,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	// Lat and Lon are millionths of a degree, WGS 84; both 0 are unknown, since
	// nothing is delivered to that point in the Gulf of Guinea.
	Lat int32 `json:"lat,omitempty"`
	Lon int32 `json:"lon,omitempty"`
}

// at reports whether p is surely the place to: its town or its postcode.
func (p Place) at(to Place) bool {
	if p.Country != "" && to.Country != "" && p.Country != to.Country {
		return false
	}
	same := func(a, b string) bool { return a != "" && placeKey(a) == placeKey(b) }
	return same(p.Postcode, to.Postcode) || same(p.City, to.City)
}

func placeKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' || r == '\'' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// Window is a span of time in which something is expected.
type Window struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// IsZero reports whether nothing is expected.
func (w Window) IsZero() bool { return w.From.IsZero() && w.To.IsZero() }

// Event is one thing that a carrier told of a parcel. It never changes.
type Event struct {
	ID       EventID
	Shipment ID
	Leg      LegID
	Status   Status
	Cause    Cause
	Reason   Reason
	Code     string // the carrier's own
	Text     string // the carrier's own words
	At       time.Time
	Zoned    bool // the time came with its zone; else it is taken as UTC and may be 14 hours off
	Place    Place
	Expected Window // when the carrier thinks to deliver, or zero
	// Correction says that the event tells what is, against what was said before.
	Correction bool
	Source     string // through which it came: api, csv, or a driver's name
	Payload    PayloadID
	ArrivedAt  time.Time
}

// Key tells an event from all others of its shipment: leg, time, the carrier's
// code and text, place and what is expected. What we make of a code is not part
// of it, so that a better reading of codes does not double a history. Events
// without code and text are told by their status and reason.
func (e Event) Key() int64 {
	b := make([]byte, 0, 192)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Leg))
	b = binary.BigEndian.AppendUint64(b, uint64(milli(e.At)))
	b = binary.BigEndian.AppendUint64(b, uint64(milli(e.Expected.From)))
	b = binary.BigEndian.AppendUint64(b, uint64(milli(e.Expected.To)))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Place.Lat))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Place.Lon))
	correction := byte(0)
	if e.Correction {
		correction = 1
	}
	b = append(b, correction)
	parts := [...]string{e.Code, e.Text, e.Place.Country, e.Place.Region, e.Place.City, e.Place.Postcode}
	if e.Code == "" && e.Text == "" {
		parts[0], parts[1] = "\x00"+string(e.Status), string(e.Reason)
	}
	for _, s := range parts {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	sum := sha256.Sum256(b)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// CarrierKey brings a carrier's name to the form in which names are compared:
// small letters and digits. "Royal Mail", "royal-mail" and "ROYALMAIL" are one.
func CarrierKey(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, name)
}

// ReuseAfter is how long after its last sign of life a number may be another
// parcel's. Posts give S10 numbers out again after 12 months (UPU S10, section
// "Uniqueness"), some carriers sooner.
const ReuseAfter = 120 * 24 * time.Hour

// before orders events: by time, what happened in the same instant by leg and
// by its place on the way, and the rest in a way that is always the same.
func (r Route) before(a, b keyed) int {
	return cmp.Or(
		a.At.Compare(b.At),
		cmp.Compare(last(a.Correction), last(b.Correction)),
		cmp.Compare(r.seq(a.Leg), r.seq(b.Leg)),
		cmp.Compare(a.Status.rank(), b.Status.rank()),
		cmp.Compare(a.key, b.key),
		cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Cause, b.Cause),
	)
}

func last(b bool) int {
	if b {
		return 1
	}
	return 0
}
