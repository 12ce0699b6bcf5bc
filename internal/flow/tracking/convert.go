package tracking

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
)

// Known is what we know of a parcel before a service tells of it.
type Known struct {
	Shipment *shipment.Shipment // nil if nobody told of it yet
	// EndedBy is the source of the event that ended the parcel's way, if it has one.
	EndedBy string
}

// Reports makes tracking events of what a service tells of one parcel, at a time
// at which it came in. source is the name of the driver.
//
// Each event of the service is one of ours, of the leg whose carrier made it. Legs
// follow one another in the order of the service; the first event of each tells of
// the next one's number. What a service says of the parcel as a whole becomes an
// event of its own only where no scan says so and we do not know it: a new date of
// arrival, that nobody asks the carrier any more, that the carrier does not know
// the number, that it will be late, that it arrived. If a service ended the way of
// a parcel and its whole history does not say so any more, the last event is a
// correction.
//
// Events without a time are left out, for nothing can be made of them; so is a
// parcel without a number.
func Reports(source string, s *intake.Shipment, known Known, now time.Time) []shipment.Report {
	c := conversion{Shipment: s, known: known, now: now}
	if !c.numbered() {
		return nil
	}
	list := c.scans()
	list = append(list, c.whole(source, list)...)
	return list
}

// conversion is one parcel on its way into events.
type conversion struct {
	*intake.Shipment
	known Known
	now   time.Time
	legs  []shipment.Number
}

// numbered finds the numbers of the legs, and reports whether there is one.
func (c *conversion) numbered() bool {
	main := ""
	for _, n := range append(slices.Clone(c.Numbers), c.Number) {
		if order.TrackingKey(n) != "" {
			main = n
			break
		}
	}
	if main == "" {
		return false
	}
	first := c.Carrier
	if len(c.Legs) > 0 {
		first = c.Legs[0].Carrier
	}
	c.legs = []shipment.Number{c.called(first, main)}
	for i, l := range c.Legs {
		if i == 0 {
			continue
		}
		number := main
		if len(l.Numbers) > 0 && order.TrackingKey(l.Numbers[0]) != "" {
			number = l.Numbers[0]
		}
		next, last := c.called(l.Carrier, number), c.legs[len(c.legs)-1]
		same := order.TrackingKey(next.Number) == order.TrackingKey(last.Number)
		if next.Carrier == "" && same || same && sameCarrier(next.Carrier, last.Carrier) {
			continue // another name of the same leg
		}
		c.legs = append(c.legs, next)
	}
	return true
}

// called names the carrier of a number as a parcel of ours has it already, else as
// everybody does, else as the service does. Services' own numbers for carriers are
// no names.
func (c *conversion) called(name, number string) shipment.Number {
	if _, err := strconv.Atoi(name); err == nil {
		name = ""
	}
	if c.known.Shipment != nil {
		key := order.TrackingKey(number)
		var only *shipment.Leg
		several := false
		for i, l := range c.known.Shipment.Legs {
			if l.Key != key {
				continue
			}
			if name == "" || l.Name == "" || sameCarrier(l.Name, name) {
				only, several = &c.known.Shipment.Legs[i], only != nil
			}
		}
		if only != nil && !several && only.Name != "" {
			return shipment.Number{Carrier: only.Name, Number: number}
		}
	}
	if key, ok := carrier.Named(name); ok {
		if usual, ok := carrier.ByKey(key); ok {
			name = usual.Name
		}
	}
	return shipment.Number{Carrier: name, Number: number}
}

// sameCarrier reports whether two names mean one carrier, whatever its product.
func sameCarrier(a, b string) bool {
	ka, oka := carrier.Named(a)
	kb, okb := carrier.Named(b)
	if oka && okb {
		return ka == kb
	}
	return shipment.CarrierKey(a) == shipment.CarrierKey(b)
}

// leg returns the place of an event's carrier among the legs: the last of that
// name, else the first of all.
func (c *conversion) leg(e intake.Event) int {
	for i := len(c.legs) - 1; i > 0; i-- {
		if e.Carrier != "" && sameCarrier(c.legs[i].Carrier, e.Carrier) {
			return i
		}
	}
	return 0
}

// scans makes a report of each event that has a time, leg by leg.
func (c *conversion) scans() []shipment.Report {
	newest := -1
	for i, e := range c.Events {
		if !e.At.IsZero() && (newest < 0 || !e.At.Before(c.Events[newest].At)) {
			newest = i
		}
	}
	type placed struct {
		leg int
		r   shipment.Report
	}
	var list []placed
	for i, e := range c.Events {
		if e.At.IsZero() {
			continue
		}
		r := c.scan(e)
		if i == newest && r.Event.Status == shipment.Unknown && r.Event.Reason == "" {
			// Some carriers' scans have no status, and the service judges them: what it
			// says of the parcel is what it made of the newest one.
			r.Event.Status, r.Event.Cause = statusOf(c.Status), causeOf(c.Cause)
		}
		list = append(list, placed{c.leg(e), r})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.leg, b.leg) })
	out := make([]shipment.Report, len(list))
	told := 0 // legs that an event has told of
	for i, p := range list {
		out[i] = p.r
		at := min(p.leg, told)
		out[i].Number = c.legs[at]
		if next := at + 1; at == told && next < len(c.legs) {
			out[i].Onward = c.legs[next]
			told++
		}
	}
	return out
}

func (c *conversion) scan(e intake.Event) shipment.Report {
	return shipment.Report{
		Direction: shipment.Direction(c.Direction),
		Event: shipment.Event{
			Status: statusOf(e.Status), Cause: causeOf(e.Cause), Reason: reasonOf(e.Reason), Code: code(e), Text: e.Text,
			At: e.At, Zoned: e.Local == "", Place: place(e.Place, e.Lat, e.Lon),
		},
	}
}

// whole makes events of what the service says of the parcel and no scan does.
func (c *conversion) whole(source string, scans []shipment.Report) []shipment.Report {
	newest := time.Time{}
	arrived := false
	for _, r := range scans {
		if r.Event.At.After(newest) {
			newest = r.Event.At
		}
		arrived = arrived || r.Event.Status == shipment.Delivered || r.Event.Status == shipment.Returned
	}
	told := c.UpdatedAt // when the service last said something
	if told.Before(newest) {
		told = newest
	}
	if told.IsZero() {
		told = c.now
	}
	v := c.known.Shipment
	var out []shipment.Report
	say := func(e shipment.Event) {
		e.Zoned, e.Status, e.Code = true, cmp.Or(e.Status, shipment.Unknown), cmp.Or(e.Code, c.VendorStatus)
		out = append(out, shipment.Report{Number: c.legs[0], Direction: shipment.Direction(c.Direction), Event: e})
	}
	status := statusOf(c.Status)
	open := v == nil || v.Status.Open()
	switch {
	case len(scans) == 0 && c.has(intake.NumberUnknown):
		if v == nil || open && !v.NotFound && v.FirstScanAt.IsZero() {
			say(shipment.Event{Reason: shipment.NotFound, At: c.now})
		}
	case status.Ended() && !arrived && open && ended(scans) != status:
		at := c.DeliveredAt
		if at.IsZero() || status != shipment.Delivered {
			at = told
		}
		say(shipment.Event{Status: status, Cause: causeOf(c.Cause), At: at})
	case len(scans) == 0 && status != shipment.Unknown && (v == nil || v.Status == shipment.Unknown):
		say(shipment.Event{Status: status, Cause: causeOf(c.Cause), At: told})
	case v != nil && v.Status.Ended() && c.known.EndedBy == source && status.Open() && status != shipment.Unknown && len(scans) > 0 && ended(scans) == "":
		at := told
		if at.Before(v.Since) {
			at = v.Since
		}
		say(shipment.Event{Status: status, Cause: causeOf(c.Cause), At: at, Correction: true})
	}
	if w := window(c.Expected); !w.IsZero() && open && status.Open() && (v == nil || v.Expected != w) {
		say(shipment.Event{Expected: w, At: behind(newest, told), Code: "eta"})
	}
	if c.has(intake.PollingExpired) && open && status.Open() && (v == nil || !v.PollingExpired) {
		say(shipment.Event{Reason: shipment.PollingExpired, At: told})
	}
	if c.has(intake.Delayed) && open && status.Open() && len(scans) > 0 && (v == nil || !v.Delayed) {
		say(shipment.Event{Reason: shipment.Delay, At: behind(newest, told)})
	}
	return out
}

// behind places what a service thinks behind the scan that it thought so of, in the
// order in which it changed its mind, and so near that it is no sign of life.
func behind(scan, told time.Time) time.Time {
	if scan.IsZero() {
		return told
	}
	return scan.Add(told.Sub(scan) / 1000)
}

// ended returns the end that scans tell of, or "".
func ended(scans []shipment.Report) shipment.Status {
	for _, r := range scans {
		if r.Event.Status.Ended() {
			return r.Event.Status
		}
	}
	return ""
}

func (c *conversion) has(attribute string) bool { return slices.Contains(c.Attributes, attribute) }

// code joins a vendor's word with the one that says more.
func code(e intake.Event) string {
	switch {
	case e.Detail == "" || e.Detail == e.Code:
		return e.Code
	case e.Code == "" || strings.HasPrefix(e.Detail, e.Code):
		return e.Detail
	}
	return e.Code + " " + e.Detail
}

// statusOf, causeOf and reasonOf take a word for what it says, and one that is not
// ours for nothing said.
func statusOf(word string) shipment.Status {
	if s := shipment.Status(word); s.Valid() {
		return s
	}
	return shipment.Unknown
}

func causeOf(word string) shipment.Cause {
	if c := shipment.Cause(word); c.Valid() {
		return c
	}
	return ""
}

func reasonOf(word string) shipment.Reason {
	if r := shipment.Reason(word); r.Valid() {
		return r
	}
	return ""
}

// place keeps of an address what says where, and nobody's name or street. Where a
// service writes a place in one line, that is its town.
func place(a *intake.Address, lat, lon string) shipment.Place {
	var p shipment.Place
	if a != nil {
		p = shipment.Place{Country: strings.ToUpper(strings.TrimSpace(intake.Country(a.Country))), Region: a.Region, City: a.City, Postcode: a.Postcode}
		if p.City == "" {
			p.City = a.Line1
		}
		if len(p.Country) != 2 || p.Country[0] < 'A' || p.Country[0] > 'Z' || p.Country[1] < 'A' || p.Country[1] > 'Z' {
			p.Country = ""
		}
	}
	y, oky := micro(lat, 90)
	x, okx := micro(lon, 180)
	if oky && okx {
		p.Lat, p.Lon = y, x
	}
	return p
}

// micro reads degrees as millionths.
func micro(text string, most float64) (int32, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(f) || f > most || f < -most {
		return 0, false
	}
	return int32(math.Round(f * 1e6)), true
}

// window is what is expected; one that ends before it begins is none.
func window(w *intake.Window) shipment.Window {
	if w == nil || !w.To.IsZero() && w.From.After(w.To) {
		return shipment.Window{}
	}
	milli := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Time{}
		}
		return time.UnixMilli(t.UnixMilli()).UTC()
	}
	return shipment.Window{From: milli(w.From), To: milli(w.To)}
}
