package shipment

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// sourceOrder is the source of what a shop's platform says of its parcels.
const sourceOrder = "order"

// Follow brings the shipments of orders up to what the orders say: a parcel that
// is new in one becomes a shipment, or is found by its number among those that
// carriers told of first, or shared with another order; one that an order has no
// longer, and that nobody ever scanned, is cancelled. It joins the transaction in
// which the orders are saved, and a repeat changes nothing. The actor needs
// ImportOrders.
func (s *Service) Follow(ctx context.Context, actor auth.Actor, orders []order.Order) error {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return err
	}
	b := s.begin(actor, s.now().UTC().Truncate(time.Millisecond))
	b.source = sourceOrder
	err := s.store.InTx(ctx, func(ctx context.Context) error { return b.follow(ctx, orders) })
	if err != nil {
		return fmt.Errorf("follow orders: %w", err)
	}
	return nil
}

func (b *round) follow(ctx context.Context, orders []order.Order) error {
	orders = newest(orders)
	ids := make([]order.ID, 0, len(orders))
	var keys []string
	for _, o := range orders {
		ids = append(ids, o.ID)
		for _, f := range o.Fulfillments {
			if k := order.TrackingKey(f.Tracking); k != "" {
				keys = append(keys, k)
			}
		}
	}
	links, err := b.store.Links(ctx, b.actor.Workspace, ids)
	if err != nil || len(links)+len(keys) == 0 && !anyParcel(orders) {
		return err
	}
	if err := b.hold(ctx, keys); err != nil {
		return err
	}
	if err := b.holdLinked(ctx, links); err != nil {
		return err
	}
	of := map[order.ID][]Link{}
	for _, l := range links {
		of[l.Order] = append(of[l.Order], l)
	}
	var made []Link
	var dropped []Link
	for i := range orders {
		add, drop := b.match(&orders[i], of[orders[i].ID])
		made, dropped = append(made, add...), append(dropped, drop...)
	}
	if err := b.release(ctx, dropped); err != nil {
		return err
	}
	if _, err := b.finish(ctx); err != nil {
		return err
	}
	if err := b.store.AddLinks(ctx, made); err != nil {
		return err
	}
	return b.tellTurned(ctx)
}

// newest leaves the last of each order: one save may bring it twice.
func newest(orders []order.Order) []order.Order {
	at := make(map[order.ID]int, len(orders))
	for i, o := range orders {
		at[o.ID] = i
	}
	out := make([]order.Order, 0, len(at))
	for i, o := range orders {
		if at[o.ID] == i {
			out = append(out, o)
		}
	}
	return out
}

func anyParcel(orders []order.Order) bool {
	for _, o := range orders {
		if len(o.Fulfillments) > 0 {
			return true
		}
	}
	return false
}

// holdLinked holds shipments that orders had before and that no number led to.
func (b *round) holdLinked(ctx context.Context, links []Link) error {
	var ids []ID
	for _, l := range links {
		if b.byID[l.Shipment] == nil {
			ids = append(ids, l.Shipment)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	held, err := b.store.HoldShipments(ctx, b.actor.Workspace, ids)
	for _, v := range held {
		b.know(&parcel{Shipment: v, kept: len(v.Legs)})
	}
	return err
}

// match finds or makes the shipment of each parcel of an order.
func (b *round) match(o *order.Order, links []Link) (made, dropped []Link) {
	linked := make(map[int64]*parcel, len(links))
	for _, l := range links {
		linked[l.Fulfillment] = b.byID[l.Shipment]
	}
	here := make(map[int64]bool, len(o.Fulfillments))
	for _, f := range o.Fulfillments {
		here[f.ID] = true
	}
	var waiting []*parcel // without a number yet, and their fulfillment is gone
	for _, l := range links {
		if l.Fulfillment < 0 { // a report's: the order need not know of it
			continue
		}
		if p := linked[l.Fulfillment]; !here[l.Fulfillment] {
			if dropped = append(dropped, l); p != nil && p.nameless() {
				waiting = append(waiting, p)
			}
		}
	}
	for _, f := range o.Fulfillments {
		p := linked[f.ID]
		if p == nil {
			p, waiting = b.claim(o, f, waiting)
			made = append(made, Link{Workspace: b.actor.Workspace, Fulfillment: f.ID, Order: o.ID, Shipment: p.ID})
		}
		b.adopt(p, o, f)
	}
	return made, dropped
}

// nameless reports whether the parcel has no number and was never seen.
func (p *parcel) nameless() bool {
	return len(p.Legs) == 1 && p.Legs[0].Key == "" && p.FirstScanAt.IsZero()
}

// claim returns the shipment for a parcel that is new in an order.
func (b *round) claim(o *order.Order, f order.Fulfillment, waiting []*parcel) (*parcel, []*parcel) {
	n := Number{Carrier: f.Carrier, Number: f.Tracking}
	key := order.TrackingKey(f.Tracking)
	label := labelAt(o, f)
	if key != "" {
		if p, _ := b.find(key, b.carrier(f.Carrier), label); p != nil {
			return p, waiting
		}
		if len(waiting) > 0 { // it has its number now
			p := waiting[0]
			l := &p.Legs[0]
			l.Carrier, l.Name, l.Number, l.Key = b.carrier(n.Carrier), n.Carrier, n.Number, key
			p.touch(0)
			p.Carrier, p.Number, p.edited = l.Carrier, l.Number, true
			b.index(p, key)
			return p, waiting[1:]
		}
	}
	p := b.add(n, label, label)
	p.Order, p.Shop, p.To = o.ID, o.Shop, placeOf(o.ShipTo)
	return p, waiting
}

// labelAt is when a parcel of an order was announced, as far as is known.
func labelAt(o *order.Order, f order.Fulfillment) time.Time {
	for _, t := range []time.Time{f.ShippedAt, o.UpdatedAt, o.PlacedAt} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// adopt takes over what an order says of its parcel.
func (b *round) adopt(p *parcel, o *order.Order, f order.Fulfillment) {
	if p.Order == 0 {
		p.Order, p.Shop, p.edited = o.ID, o.Shop, true
	}
	if p.Order == o.ID {
		if to := placeOf(o.ShipTo); to != p.To && to != (Place{}) {
			p.To, p.edited, p.moved = to, true, true
		}
	}
	key := order.TrackingKey(f.Tracking)
	for i := range p.Legs {
		l := &p.Legs[i]
		if l.Key != key {
			continue
		}
		if l.LabelAt.IsZero() {
			l.LabelAt, p.moved = labelAt(o, f), true
			p.touch(i)
		}
		if l.Carrier == "" && f.Carrier != "" {
			l.Carrier, l.Name = b.carrier(f.Carrier), f.Carrier
			p.touch(i)
			if i == 0 {
				p.Carrier, p.edited = l.Carrier, true
			}
		}
		if !f.DeliveredAt.IsZero() && p.DeliveredAt.IsZero() && !p.Status.Ended() {
			p.fresh = append(p.fresh, Event{
				Shipment: p.ID, Leg: l.ID, Status: Delivered, At: toMilli(f.DeliveredAt), Zoned: true, Place: p.To, Source: sourceOrder, ArrivedAt: b.now,
			})
		}
	}
}

// release drops links, and cancels what nobody ever scanned and no order has.
func (b *round) release(ctx context.Context, links []Link) error {
	if len(links) == 0 {
		return nil
	}
	gone := make([]int64, len(links))
	ids := make([]ID, len(links))
	for i, l := range links {
		gone[i], ids[i] = l.Fulfillment, l.Shipment
	}
	if err := b.store.DropLinks(ctx, b.actor.Workspace, gone); err != nil {
		return err
	}
	left, err := b.store.LinksOf(ctx, b.actor.Workspace, ids)
	if err != nil {
		return err
	}
	shared := map[ID]bool{}
	for _, l := range left {
		shared[l.Shipment] = true
	}
	for _, id := range ids {
		p := b.byID[id]
		if p == nil || shared[id] || !p.FirstScanAt.IsZero() || len(p.Legs) != 1 || p.edited {
			continue
		}
		p.fresh = append(p.fresh, Event{Shipment: id, Leg: p.Legs[0].ID, Status: Cancelled, At: b.now, Zoned: true, Source: sourceOrder, ArrivedAt: b.now})
	}
	return nil
}

func placeOf(a order.Address) Place {
	return Place{Country: a.Country, Region: a.Region, City: a.City, Postcode: a.Postcode}
}
