package simulator

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/lane/lanesim"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/tracking"
)

const (
	hour      = time.Hour
	day       = 24 * hour
	chinaTime = 8 * hour // ahead of UTC, all year
)

// journey is all that happens to a number, on the simulated clock.
type journey struct {
	carrier, service string
	onward           shipment.Number // the second carrier's, or none
	expected         shipment.Window
	scans            []scan // in the order in which they happen
}

// scan is one thing that a carrier tells.
type scan struct {
	at     time.Time
	heard  time.Time // when the service tells of it
	side   side
	status shipment.Status
	reason shipment.Reason
	place  shipment.Place
	code   string
	text   string
	onward bool // made by the second carrier
	local  bool // its time is told as clocks in China show it, without a zone
}

// side is the end of a way at which a scan is made.
type side uint8

const (
	atOrigin side = iota
	atDest
)

// teller lays out one journey.
type teller struct {
	*rand.Rand
	fate         Fate
	faults       float64
	origin, dest string
	postcode     string
	journey
}

// journey lays out what happens to a number.
func (w world) journey(n tracking.Number, fate Fate) journey {
	h := fnv.New64a()
	_, _ = h.Write([]byte(order.TrackingKey(n.Number))) // cannot fail
	key := h.Sum64()
	t := teller{Rand: rand.New(rand.NewPCG(w.seed^0x6361727269657273, key)), fate: fate, faults: float64(w.faults) / 100, dest: cmp.Or(n.Country, "US"), postcode: n.Postcode}
	t.carrier = n.Carrier
	t.origin = cmp.Or(fate.Origin, home(n.Carrier, n.Number, t.dest))
	t.choose()
	way := lanesim.Between(t.origin, t.dest)
	t.service = way.Service
	p := lanesim.One(w.seed, key, way, w.start)
	for p.Lost { // losing is the fate's part
		key++
		p = lanesim.One(w.seed, key, way, w.start)
	}
	t.expected = shipment.Window{From: p.Promise, To: p.Promise.Add(2 * day)}
	for _, s := range p.Scans {
		t.scans = append(t.scans, read(s))
	}
	t.customs()
	t.end()
	t.fit(w.start)
	t.announce()
	t.explain()
	t.place(n)
	t.spoil()
	return t.journey
}

// choose settles what the fate leaves open: faults are what carriers do wrong too.
func (t *teller) choose() {
	chance := t.Float64()
	switch {
	case t.fate.End != ByChance:
	case chance < t.faults/4:
		t.fate.End = Lost
	case chance < t.faults/2:
		t.fate.End = Returned
	default:
		t.fate.End = Delivered
		t.fate.Stuck = t.fate.Stuck || chance < t.faults && t.origin != t.dest
	}
}

// read makes a scan of one of the invented world.
func read(s lane.Scan) scan {
	status := shipment.Status(s.Stage.Status())
	out := scan{at: s.At, status: status, side: atDest}
	switch s.Stage {
	case lane.Announced, lane.PickedUp, lane.Transit, "in_transit@origin":
		out.side = atOrigin
	}
	return out
}

// find returns the place of the first scan of a status at one end, or -1.
func (t *teller) find(status shipment.Status, at side) int {
	return slices.IndexFunc(t.scans, func(s scan) bool { return s.status == status && s.side == at })
}

// customs makes sure that a parcel which is to wait at customs comes there.
func (t *teller) customs() {
	if !t.fate.Stuck || t.origin == t.dest || t.find(shipment.InCustoms, atDest) >= 0 {
		return
	}
	i := t.find(shipment.InTransit, atDest)
	before := t.scans[i-1].at
	t.scans = slices.Insert(t.scans, i, scan{at: before.Add(t.scans[i].at.Sub(before) / 2), status: shipment.InCustoms, side: atDest})
}

// end gives a journey the end of its fate.
func (t *teller) end() {
	out := t.find(shipment.OutForDelivery, atDest)
	brought := t.scans[out].at
	switch t.fate.End {
	case Lost:
		whole := len(t.scans) - 3
		t.scans = t.scans[:3+int(float64(whole)*(.2+.6*t.Float64()))]
		if last := t.scans[len(t.scans)-1]; last.status == shipment.OutForDelivery || last.status == shipment.AttemptFailed {
			t.scans = t.scans[:out]
		}
	case Returned:
		why := []shipment.Reason{shipment.AddressWrong, shipment.RecipientRefused, shipment.RecipientMoved}[t.IntN(3)]
		back := t.scans[len(t.scans)-1].at.Sub(t.scans[0].at) / 2
		t.scans = append(t.scans[:out+1],
			scan{at: brought.Add(6 * hour), status: shipment.AttemptFailed, reason: why, side: atDest},
			scan{at: brought.Add(54 * hour), status: shipment.Returning, side: atDest},
			scan{at: brought.Add(54*hour + back), status: shipment.Returned, side: atOrigin})
	case Pickup:
		t.scans = append(t.scans[:out+1],
			scan{at: brought.Add(5 * hour), status: shipment.ReadyForPickup, side: atDest},
			scan{at: brought.Add(5*hour + time.Duration((1+4*t.Float64())*float64(day))), status: shipment.Delivered, side: atDest})
	default:
		last := &t.scans[len(t.scans)-1]
		last.reason = []shipment.Reason{"", "", shipment.Signed, shipment.AtNeighbour, shipment.AtSafePlace}[t.IntN(5)]
	}
}

// fit stretches a journey so that it ends when its fate says, and waits at customs
// for most of it if it is stuck.
func (t *teller) fit(start time.Time) {
	last := len(t.scans) - 1
	if t.fate.End == Pickup {
		last-- // what follows is up to the recipient
	}
	lost := t.fate.End == Lost
	stuck := -1
	if t.fate.Stuck && !lost {
		stuck = t.find(shipment.InCustoms, atDest)
	}
	if t.fate.Until.IsZero() && stuck < 0 {
		t.admit(lost)
		return
	}
	natural := t.scans[last].at.Sub(start)
	whole := natural
	switch {
	case !t.fate.Until.IsZero() && lost:
		whole = t.fate.Until.Sub(start) * 3 / 5 // the last sign of life
	case !t.fate.Until.IsZero():
		whole = t.fate.Until.Sub(start)
	default:
		whole += 9 * day
	}
	at := func(share float64) time.Time { return start.Add(time.Duration(share * float64(whole))) }
	share := func(i int) float64 { return float64(t.scans[i].at.Sub(start)) / float64(natural) }
	turn := 0.0
	if stuck >= 0 {
		turn = share(stuck)
	}
	after := t.scans[last].at
	for i := range t.scans {
		switch u := share(i); {
		case i > last:
			t.scans[i].at = at(1).Add(t.scans[i].at.Sub(after))
		case i == last:
			t.scans[i].at = at(1)
		case stuck < 0:
			t.scans[i].at = at(u)
		case i <= stuck:
			t.scans[i].at = at(u / turn * .4)
		default:
			t.scans[i].at = at(.94 + (u-turn)/(1-turn)*.06)
		}
	}
	t.admit(lost)
}

// admit lets half of the carriers say that a parcel is lost, a month later.
func (t *teller) admit(lost bool) {
	if !lost || t.IntN(2) > 0 {
		return
	}
	last := t.scans[len(t.scans)-1]
	t.scans = append(t.scans, scan{at: last.at.Add(30 * day), status: shipment.Lost, side: last.side})
}

// announce lets most carriers expect the day on which they will come; the others
// believe their table, and so do those of parcels that something happens to.
func (t *teller) announce() {
	if t.fate.End != Delivered && t.fate.End != Pickup || t.fate.Stuck || t.Float64() < .15 {
		return
	}
	arrives := t.scans[len(t.scans)-1].at
	if t.fate.End == Pickup {
		arrives = t.scans[len(t.scans)-2].at
	}
	to := arrives.Add(time.Duration((.2 + 2.5*t.Float64()) * float64(day))).Truncate(hour)
	t.expected = shipment.Window{From: to.Add(-3 * day), To: to}
}

// explain says why a parcel waits: at customs, for the recipient, for the weather.
func (t *teller) explain() {
	var out []scan
	for i, s := range t.scans {
		var before scan
		if i > 0 {
			before = t.scans[i-1]
		}
		gap := s.at.Sub(before.at)
		later := func(share float64, status shipment.Status, why shipment.Reason) {
			out = append(out, scan{at: before.at.Add(time.Duration(share * float64(gap))), status: status, reason: why, side: before.side})
		}
		switch {
		case s.status == shipment.Lost: // nobody knows why
		case before.status == shipment.InCustoms && gap > 2*day:
			later(.2, shipment.InCustoms, shipment.CustomsInspection)
			if why := []shipment.Reason{shipment.CustomsDocuments, shipment.CustomsDuty, ""}[t.IntN(3)]; why != "" {
				later(.35, shipment.Held, why)
			}
		case before.status == shipment.InTransit && gap > 3*day && t.Float64() < .5:
			later(.6, shipment.InTransit, shipment.Delay)
		case before.status == shipment.InTransit && before.side == atDest && gap > 20*hour && t.Float64() < t.faults:
			later(.5, shipment.Held, []shipment.Reason{shipment.Weather, shipment.Capacity, shipment.Strike}[t.IntN(3)])
		}
		if before.status == shipment.InCustoms && s.status == shipment.InTransit {
			s.reason = shipment.CustomsReleased
		}
		if s.status == shipment.AttemptFailed && s.reason == "" {
			s.reason = []shipment.Reason{shipment.RecipientAbsent, shipment.RecipientAbsent, shipment.AddressWrong, shipment.PaymentDue}[t.IntN(4)]
		}
		out = append(out, s)
	}
	t.scans = out
}

// place gives scans their places, their words and their carrier.
func (t *teller) place(n tracking.Number) {
	from := origins[t.origin]
	if len(from) == 0 {
		from = []string{hubs[t.origin]}
	}
	first, moved := t.IntN(len(from)), 0
	handed := false
	next, number := onwardOf(t.origin, t.dest, n)
	for i := range t.scans {
		s := &t.scans[i]
		switch {
		case s.status == shipment.Announced || s.status == shipment.Lost:
		case s.side == atOrigin:
			s.place = shipment.Place{Country: t.origin, City: from[(first+moved)%len(from)]}
			moved = min(moved+1, 1)
		case s.status == shipment.OutForDelivery || s.status == shipment.Delivered || s.status == shipment.AttemptFailed || s.status == shipment.ReadyForPickup:
			s.place = shipment.Place{Country: t.dest, Postcode: t.postcode}
		default:
			s.place = shipment.Place{Country: t.dest, City: hubs[t.dest]}
		}
		if next != "" && s.side == atDest && !handed && (s.status == shipment.InTransit && s.reason == "" || s.status == shipment.OutForDelivery) {
			handed = true
			t.onward = shipment.Number{Carrier: next, Number: number}
			if s.status == shipment.InTransit {
				s.reason = shipment.HandedOver
			}
		}
		s.onward = handed && s.status != shipment.Lost
		s.code, s.text = words(*s, t.origin)
		s.heard = s.at
	}
}

// spoil does what services do wrong: a scan comes late or twice, or its time without
// a zone.
func (t *teller) spoil() {
	zoneless := t.Float64() < t.faults && t.origin == "CN"
	var out []scan
	for i, s := range t.scans {
		s.local = zoneless && s.side == atOrigin
		if i > 0 && i < len(t.scans)-1 && t.Float64() < t.faults {
			s.heard = s.at.Add(time.Duration(2+38*t.Float64()) * hour)
		}
		out = append(out, s)
		if i > 0 && t.Float64() < t.faults {
			again := s
			again.at, again.heard = s.at.Add(time.Duration(1+t.IntN(20))*time.Minute), s.heard.Add(20*time.Minute)
			if s.status.Ended() {
				again = s // the very same
			}
			out = append(out, again)
		}
	}
	t.scans = out
}
