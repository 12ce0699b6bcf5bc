package shipment

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// round is what one transaction does to parcels: it holds those that are told of,
// gives each what is new, folds, and writes all of it.
type round struct {
	*Service
	patience Patience
	actor    auth.Actor
	now      time.Time
	source   string
	body     []byte
	payload  PayloadID
	did      Result

	homeward []Shipment // that turned out to be on their way back

	parcels []*parcel
	numbers map[string][]*parcel // by key of a number
	byID    map[ID]*parcel
	links   []Link // that reports made
}

func (s *Service) begin(actor auth.Actor, now time.Time) *round {
	return &round{Service: s, actor: actor, now: now, numbers: map[string][]*parcel{}, byID: map[ID]*parcel{}}
}

// parcel is a shipment within a round.
type parcel struct {
	Shipment
	isNew   bool
	kept    int   // so many of the legs are stored
	touched []int // and of those these were changed
	moved   bool  // the route is another one: old events must be read anew
	edited  bool  // something besides the state is another one
	saved   bool  // the state is another one
	onWay   bool  // and only in what nearly every scan changes; see onItsWay
	fresh   []Event
	told    []event.Event
}

// take adds reports.
func (b *round) take(ctx context.Context, list []Report) error {
	keys := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for i := range list {
		for _, n := range []string{list[i].Number.Number, list[i].Onward.Number} {
			if k := order.TrackingKey(n); k != "" && !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	if err := b.hold(ctx, keys); err != nil {
		return err
	}
	for i := range list {
		b.place(&list[i])
	}
	added, err := b.finish(ctx)
	b.did.Added, b.did.Known = added, len(list)-added
	if err == nil && len(b.links) > 0 {
		err = b.store.AddLinks(ctx, b.links)
	}
	if err != nil {
		return err
	}
	return b.tellTurned(ctx)
}

// tellTurned tells of parcels that turned back, once all is written.
func (b *round) tellTurned(ctx context.Context) error {
	for _, v := range b.homeward {
		if err := b.turned(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// hold reads and locks the shipments that go by the keys.
func (b *round) hold(ctx context.Context, keys []string) error {
	var err error
	if b.patience, err = b.Service.patience(ctx, b.actor.Workspace); err != nil {
		return err
	}
	held, err := b.store.HoldByNumbers(ctx, b.actor.Workspace, keys)
	for _, v := range held {
		b.know(&parcel{Shipment: v, kept: len(v.Legs)})
	}
	return err
}

func (b *round) know(p *parcel) {
	if b.byID[p.ID] != nil {
		return
	}
	b.parcels, b.byID[p.ID] = append(b.parcels, p), p
	for _, l := range p.Legs {
		b.index(p, l.Key)
	}
}

func (b *round) index(p *parcel, key string) {
	if key != "" && !slices.Contains(b.numbers[key], p) {
		b.numbers[key] = append(b.numbers[key], p)
	}
}

// place gives a report to its parcel and leg.
func (b *round) place(r *Report) {
	key, carrier := order.TrackingKey(r.Number.Number), b.carrier(r.Carrier)
	p, i := b.find(key, carrier, r.Event.At)
	if p == nil {
		p, i = b.add(r.Number, time.Time{}, r.Event.At), 0
		p.Direction = cmp.Or(r.Direction, Out)
	}
	if p.Legs[i].Carrier == "" && carrier != "" {
		p.Legs[i].Carrier, p.Legs[i].Name = carrier, r.Carrier
		p.touch(i)
		if i == 0 {
			p.Carrier, p.edited = carrier, true
		}
	}
	if o := r.Order; o != nil && p.Order == 0 {
		p.Order, p.Shop, p.edited = o.ID, o.Shop, true
		if to := placeOf(o.ShipTo); to != (Place{}) {
			p.To, p.moved = to, true
		}
		b.links = append(b.links, reported(b.actor.Workspace, o.ID, p.ID))
	}
	e := r.Event
	e.Shipment, e.Leg = p.ID, p.Legs[i].ID
	p.fresh = append(p.fresh, e)
	if r.Onward.Number != "" {
		b.onward(p, p.Legs[i].Seq, r.Onward, e.At)
	}
}

func (p *parcel) touch(i int) {
	if i < p.kept && !slices.Contains(p.touched, i) {
		p.touched = append(p.touched, i)
	}
}

// find returns the parcel that a number means at a time, and its leg. A number
// whose parcel ended long before is free for another one.
func (b *round) find(key, carrier string, at time.Time) (*parcel, int) {
	var best *parcel
	leg, rank := 0, 0
	for _, p := range b.numbers[key] {
		for i, l := range p.Legs {
			if l.Key != key || carrier != "" && l.Carrier != "" && l.Carrier != carrier {
				continue
			}
			if !l.Until.IsZero() && !at.Before(l.Until) {
				continue // it means another parcel since
			}
			n := 1
			if l.Carrier == carrier {
				n = 3
			}
			if !at.Before(l.From) {
				n++
			}
			if n > rank || n == rank && p.ID > best.ID {
				best, leg, rank = p, i, n
			}
		}
	}
	if best != nil && best.outlived(at) && best.Legs[leg].Until.IsZero() {
		best.Legs[leg].Until = at
		best.touch(leg)
		return nil, 0
	}
	return best, leg
}

// outlived reports whether the parcel's numbers may mean another one at a time.
func (p *parcel) outlived(at time.Time) bool {
	seen := p.Since
	for _, t := range []time.Time{p.LastScanAt, p.Through, p.CreatedAt} {
		if t.After(seen) && (t != p.CreatedAt || p.Through.IsZero()) {
			seen = t
		}
	}
	return at.Sub(seen) > ReuseAfter
}

// add makes a shipment. The number means it from a time on.
func (b *round) add(n Number, label, from time.Time) *parcel {
	p := &parcel{isNew: true, saved: true}
	key, carrier := order.TrackingKey(n.Number), b.carrier(n.Carrier)
	p.ID, p.Workspace, p.Direction, p.CreatedAt, p.UpdatedAt = ID(b.ids.Next()), b.actor.Workspace, Out, b.now, b.now
	p.Carrier, p.Number = carrier, n.Number
	if len(b.numbers[key]) == 0 {
		from = time.Time{} // nobody had it before
	}
	p.Legs = []Leg{{ID: LegID(b.ids.Next()), Shipment: p.ID, Seq: 1, Carrier: carrier, Name: n.Carrier, Number: n.Number, Key: key, Params: n.Params, LabelAt: label, From: from}}
	p.State = unseen(p.Route())
	b.know(p)
	b.did.Created++
	return p
}

// onward adds the leg of the next carrier, unless it is known. A number that is
// another parcel's stays that one's.
func (b *round) onward(p *parcel, seq int, n Number, at time.Time) {
	key, carrier := order.TrackingKey(n.Number), b.carrier(n.Carrier)
	for _, l := range p.Legs {
		if l.Key == key && (l.Carrier == carrier || carrier == "" || l.Carrier == "") {
			return
		}
	}
	from := time.Time{}
	if other, _ := b.find(key, carrier, at); other != nil {
		return
	}
	if len(b.numbers[key]) > 0 {
		from = at
	}
	p.Legs = append(p.Legs, Leg{ID: LegID(b.ids.Next()), Shipment: p.ID, Seq: seq + 1, Carrier: carrier, Name: n.Carrier, Number: n.Number, Key: key, Params: n.Params, From: from})
	p.moved, p.edited = true, true // the shipment counts its legs
	b.index(p, key)
}

// finish folds what is new, and writes it; it returns how many events were not
// known.
func (b *round) finish(ctx context.Context) (int, error) {
	stored, err := b.stored(ctx)
	if err == nil {
		err = b.setFree(ctx)
	}
	if err != nil {
		return 0, err
	}
	added := 0
	pages := b.pages(stored)
	if len(b.parcels) > stretch {
		pages = early(pages)
	}
	for page := range pages {
		added += len(page.added)
		if err := b.write(ctx, page); err != nil {
			return 0, err
		}
	}
	return added, nil
}

// stretch is how many parcels are folded before they are written.
const stretch = 1000

// page is what a stretch of parcels came to.
type page struct {
	payload                        PayloadID // to be kept with it, or 0
	created, edited, states, scans []Shipment
	legs                           []Leg
	added                          []Event
	told                           []event.Event
}

// pages folds the parcels, stretch by stretch. It asks nobody, so that the next
// stretch can be folded while the last one is being written.
func (b *round) pages(stored map[ID][]Event) iter.Seq[page] {
	return func(yield func(page) bool) {
		for part := range slices.Chunk(b.parcels, stretch) {
			if !yield(b.fold(part, stored)) {
				return
			}
		}
	}
}

func (b *round) fold(part []*parcel, stored map[ID][]Event) page {
	var out page
	for _, p := range part {
		out.added = append(out.added, b.advance(p, stored[p.ID])...)
		switch {
		case p.isNew:
			out.created = append(out.created, p.Shipment)
		case p.edited:
			out.edited = append(out.edited, p.Shipment)
		case p.saved && p.onWay:
			out.scans = append(out.scans, p.Shipment)
		case p.saved:
			out.states = append(out.states, p.Shipment)
		}
		out.legs, out.told = append(out.legs, p.Legs[p.kept:]...), append(out.told, p.told...)
	}
	if len(out.added) > 0 && len(b.body) > 0 && b.payload == 0 {
		b.payload = PayloadID(b.ids.Next())
		out.payload = b.payload
	}
	for i := range out.added {
		out.added[i].ID, out.added[i].Payload = EventID(b.ids.Next()), b.payload
	}
	return out
}

// stored reads the events of those parcels to which something came late, or whose
// route is another one now.
func (b *round) stored(ctx context.Context) (map[ID][]Event, error) {
	var behind []ID
	for _, p := range b.parcels {
		if !p.isNew && (p.moved || Late(p.State, p.fresh)) {
			behind = append(behind, p.ID)
		}
	}
	list, err := b.store.TrackingEvents(ctx, b.actor.Workspace, behind)
	out := make(map[ID][]Event, len(behind))
	for n := 0; len(list) > 0; list = list[n:] {
		for n = 1; n < len(list) && list[n].Shipment == list[0].Shipment; n++ {
		}
		out[list[0].Shipment] = list[:n:n]
	}
	return out, err
}

// advance folds one parcel and returns what was not known of it.
func (b *round) advance(p *parcel, stored []Event) []Event {
	route, was, before := p.Route(), p.Status, p.State
	back := p.Status.Returns()
	if p.isNew && was == Announced {
		p.told = append(p.told, announce(b.actor, p.Shipment, Unknown, Change{State: p.State}, b.now))
	}
	if p.moved && !p.isNew {
		p.State = Fold(route, stored)
	}
	var added []Event
	var changes []Change
	rerouted := Change{State: p.State}
	p.State, added, changes = Advance(route, p.State, stored, p.fresh)
	for _, c := range append([]Change{rerouted}, changes...) {
		if c.State.Status != was {
			p.told = append(p.told, announce(b.actor, p.Shipment, was, c, b.now))
			was = c.State.Status
			b.did.Changed++
		}
	}
	if p.Origin == (Place{}) {
		p.leaves(added)
	}
	old := p.Shipment
	old.State = before
	moved, graver := p.rejudge(b.patience, b.now)
	if moved || p.State != before {
		p.saved, p.UpdatedAt = true, b.now
	}
	p.keepSweep(old.SweepAt, b.now)
	p.onWay = onItsWay(old, p.Shipment)
	if !graver.IsZero() && !p.isNew { // of a parcel that was at risk before anybody knew of it the list tells
		p.told = append(p.told, announceRisk(b.actor, p.Shipment, graver, b.now))
	}
	if p.Status.Returns() && !back && p.Order != 0 && p.Direction == Out && b.turned != nil {
		b.homeward = append(b.homeward, p.Shipment)
	}
	return added
}

// leaves takes the country that a parcel was first heard of from for that of
// origin.
func (p *parcel) leaves(added []Event) {
	for _, e := range added {
		sure := e.Status == Announced || e.Status == PickedUp || e.Status == InTransit && e.Place.Country != p.To.Country
		if sure && e.Place.Country != "" {
			p.Origin, p.edited = Place{Country: e.Place.Country}, true
			return
		}
	}
}

// setFree stores which numbers mean another parcel from now on, before others take
// them.
func (b *round) setFree(ctx context.Context) error {
	for _, p := range b.parcels {
		for _, i := range p.touched {
			if err := b.store.SaveLeg(ctx, b.actor.Workspace, p.Legs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// write stores a page.
func (b *round) write(ctx context.Context, p page) error {
	w := b.actor.Workspace
	if p.payload != 0 {
		if err := b.store.AddPayload(ctx, w, p.payload, b.source, b.body, b.now); err != nil {
			return err
		}
	}
	for _, save := range []func() error{
		func() error { return b.store.AddShipments(ctx, p.created) },
		func() error { return b.store.AddLegs(ctx, w, p.legs) },
		func() error { return b.store.SaveShipments(ctx, w, p.edited) },
		func() error { return b.store.SaveStates(ctx, w, p.states) },
		func() error { return b.store.SaveScans(ctx, w, p.scans) },
		func() error { return b.store.AddTracking(ctx, w, p.added) },
	} {
		if err := save(); err != nil {
			return err
		}
	}
	if len(p.told) == 0 {
		return nil
	}
	return b.journal.Append(ctx, p.told...)
}
