package ui

import (
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/portal"
)

// Back is how the goods of a case come back.
type Back struct {
	Case
	Parcel  goods.Parcel
	Place   goods.Place   // its ID is 0 where nobody knows yet
	Near    []goods.Place // other counters that take it
	Customs bool          // the way leads through customs
	Way     portal.Parcel // its Number is "" until a tracking number is known
	Said    Said
}

// Said is what was entered about a parcel, and what is wrong with it.
type Said struct {
	Parcel                   goods.ParcelID
	Tracking, Carrier, Wrong string
}

// Sendable reports whether the parcel's carrier does not have it yet.
func (b Back) Sendable() bool {
	return b.Parcel.State == goods.Expected || b.Parcel.State == goods.Sent
}

// own is a path of the parcel.
func (b Back) own(rest string) string {
	return b.At("/back/" + number64(int64(b.Parcel.ID)) + rest)
}

// paper is the path of something to print, in the language that was chosen.
func (b Back) paper(name string) string {
	path := b.own("/" + name)
	if b.Chosen != "" {
		path += "?lang=" + string(b.Chosen)
	}
	return path
}

// counter reports whether the goods are handed in at a counter.
func (b Back) counter() bool { return b.Parcel.Route == decision.DropOff.String() }

// how says in a few words where the parcel is sent to.
func (b Back) how() string {
	switch {
	case b.counter():
		return b.T("portal.route.drop_off")
	case b.Place.Address.Country == b.Parcel.Sender.Country || b.Parcel.Route != decision.Origin.String():
		return b.T("portal.route.local_hub")
	}
	return b.T("portal.route.origin")
}

// who pays the way, and what to keep.
func (b Back) postage() string {
	if b.counter() {
		return b.T("portal.slip.counter")
	}
	return b.T("portal.slip.postage")
}

// entered is what a field shows: what was wrong with it, or what is known.
func (b Back) entered() (tracking, carrier string) {
	if b.Said.Parcel == b.Parcel.ID && b.Said.Wrong != "" {
		return b.Said.Tracking, b.Said.Carrier
	}
	return b.Parcel.Tracking, b.Parcel.Carrier
}

// wrongNumber says what is wrong with what was entered about this parcel.
func (b Back) wrongNumber() string {
	if b.Said.Parcel != b.Parcel.ID {
		return ""
	}
	return b.Said.Wrong
}

// lines are an address with the place's own name where the address has none.
func (b Back) lines(p goods.Place) []string {
	a := p.Address
	if a.Company == "" && a.Name == "" {
		a.Company = p.Name
	}
	return b.address(a)
}

// describes names what stands beside the field of the tracking number.
func (b Back) describes(field string) string {
	if b.wrongNumber() != "" {
		return "wrong-" + field + " hint-" + field
	}
	return "hint-" + field
}
