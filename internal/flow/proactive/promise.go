package proactive

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// over returns when a promised day, which its midnight in UTC names, is over wherever
// the customer lives: the westernmost clocks go twelve hours behind.
func over(day time.Time) time.Time { return day.Add(36 * time.Hour) }

// early returns the moment before which a parcel hardly arrives, zero if nobody knows.
func early(w shipment.Window) time.Time {
	if w.From.IsZero() {
		return w.To
	}
	return w.From
}

// misses reports whether a parcel is not there although the day on which it should have
// come at the latest is over, or hardly comes until then. A parcel that was sent later is
// not the one that was promised.
func misses(promised time.Time, v shipment.Shipment, early, now time.Time) bool {
	if promised.IsZero() || !v.CreatedAt.Before(over(promised)) {
		return false
	}
	return !now.Before(over(promised)) || early.After(over(promised))
}

// wanting reports whether a parcel is on its way and may be late. Of one that was never
// scanned as a rule nobody tells us at all, and one that waits to be fetched has come.
func wanting(v shipment.Shipment) bool {
	return v.Status.Open() && v.Status != shipment.Returning && v.Status != shipment.ReadyForPickup && !v.FirstScanAt.IsZero()
}

// PromisedOrder is an order with the last day that its customer was told.
type PromisedOrder struct {
	By    time.Time
	Order order.ID
}

// mark is a moment at which the orders of a promised day are looked at, from the midnight
// that names the day.
type mark struct {
	reader string
	at     time.Duration
	since  time.Duration // when it counts as having happened: what is foreseen twice is one occasion
}

// marks returns all of them: what is expected may grow worse until the eve, and once the
// day is over nothing has to be expected any more.
func marks() []mark {
	const ahead, eve = -72 * time.Hour, -24 * time.Hour
	end := over(time.Time{}).Sub(time.Time{})
	return []mark{{"proactive.promise.ahead", ahead, ahead}, {"proactive.promise.eve", eve, ahead}, {"proactive.promise.over", end, end}}
}

// keep looks at the orders whose mark has come since the last time, and plans letters of
// the parcels that miss the day. It may be repeated at any time.
func (s *Service) keep(ctx context.Context, w auth.WorkspaceID, policies map[order.ShopID]Policy) error {
	for _, m := range marks() {
		read, err := s.Store.EventCursor(ctx, w, m.reader)
		if err != nil {
			return err
		}
		until := s.Now().Add(-m.at).UTC()
		after := PromisedOrder{By: until.Add(-recent)}
		if at := id.Time(int64(read)); read != 0 && at.After(after.By) {
			after.By = at // the cursor is a time that an identifier tells
		}
		for {
			list, err := s.Store.PromisedOrders(ctx, w, after, until, batch)
			if err != nil {
				return fmt.Errorf("read promised orders: %w", err)
			}
			if err := s.keepSome(ctx, w, policies, m, list); err != nil {
				return err
			}
			if len(list) < batch {
				break
			}
			after = list[len(list)-1]
		}
		// A step back, so that what lands on the last moment later is looked at, too.
		if err := s.Store.MoveEventCursor(ctx, w, m.reader, event.ID(id.Floor(until.Add(-overlap)))); err != nil {
			return err
		}
	}
	return nil
}

// keepSome plans the letters of some orders at a mark.
func (s *Service) keepSome(ctx context.Context, w auth.WorkspaceID, policies map[order.ShopID]Policy, m mark, list []PromisedOrder) error {
	if len(list) == 0 {
		return nil
	}
	promised := make(map[order.ID]time.Time, len(list))
	orders := make([]order.ID, len(list))
	for i, p := range list {
		promised[p.Order], orders[i] = p.By, p.Order
	}
	links, err := s.Store.Links(ctx, w, orders)
	if err != nil {
		return fmt.Errorf("read parcels of promised orders: %w", err)
	}
	ids := make([]shipment.ID, len(links))
	for i, l := range links {
		ids[i] = l.Shipment
	}
	sent, err := s.Store.ShipmentsByID(ctx, w, ids)
	if err != nil {
		return fmt.Errorf("read parcels of promised orders: %w", err)
	}
	var open []shipment.Shipment
	for _, v := range sent {
		if _, ok := promised[v.Order]; ok && v.Direction == shipment.Out && wanting(v) {
			open = append(open, v)
		}
	}
	if len(open) == 0 {
		return nil
	}
	expected, err := s.Expected(ctx, w, open)
	if err != nil {
		return fmt.Errorf("expect parcels: %w", err)
	}
	for _, v := range open {
		day := promised[v.Order]
		if !misses(day, v, early(expected[v.ID]), s.Now()) {
			continue
		}
		if err := s.write(ctx, w, policies, v, Delay, "", day.Add(m.since)); err != nil {
			return fmt.Errorf("plan letter: %w", err)
		}
	}
	return nil
}
