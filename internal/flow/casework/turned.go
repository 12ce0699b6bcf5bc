package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// TurnedLately is how old the news may be that a parcel turned back for it to open a case: a history that is imported opens
// none.
const TurnedLately = 7 * 24 * time.Hour

// Turned is shipment.Config.Turned: a parcel that was refused at the door, not picked up or sent to a wrong address, and
// turns back, opens a case of kind AtDoor by itself, once, in the transaction that moves the parcel. Its goods are awaited
// in that very parcel, and what the decision allows without a person is chosen: a refund, paid when the goods are counted.
// The case is about what the shop tells is in the parcel, or about the whole order where it tells nothing and the order left
// in one parcel; of one of several, people are asked. What an open case is about gets no second one: the parcel becomes
// that case's, and people are told.
func (s *Service) Turned(ctx context.Context, v shipment.Shipment) error {
	system, now := auth.ForSystem(v.Workspace), s.clock()
	if v.Order == 0 || v.Direction != shipment.Out || !v.Status.Returns() || now.Sub(v.Since) > TurnedLately {
		return nil
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		o, err := s.Orders.Get(ctx, system, v.Order)
		if err != nil {
			return err
		}
		if s.Sent != nil { // a replacement has a life of its own
			if sent, err := s.Sent(ctx, v.Workspace, v.Order); err != nil || slices.Contains(sent, v.ID) {
				return err
			}
		}
		f, err := s.Cases().Begin(ctx, system, o.Shop, 0, fmt.Sprintf("turned %d", v.ID), nil)
		if err != nil {
			return err
		}
		_, err = s.Cases().Become(ctx, system, f.ID, func(ctx context.Context, f *cases.Form) error {
			f.Order = o.ID
			list, err := s.Store.Cases(ctx, system.Scope(), cases.Filter{Order: o.ID}, 0, cases.MaxPage)
			if err != nil {
				return err
			}
			inside := o.Inside(trackings(v)...)
			if c, ok := about(o, list, inside); ok {
				f.Case = c.ID
				return s.joins(ctx, c, o, v)
			}
			f.Case, err = s.refused(ctx, o, v, inside)
			return err
		})
		return err
	})
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Conflict || k == errs.Invalid) {
		return nil // there is nothing left that could come back, or the order is not to be seen: people see the parcel all the same
	}
	if err != nil {
		return fmt.Errorf("parcel %d turned back: %w", v.ID, err)
	}
	return nil
}

// about returns the open case that what is inside of a parcel belongs to: one about a line of which the open cases leave
// too few units for the parcel to be about others; any one where nobody tells what is inside.
func about(o order.Order, list []cases.Case, inside map[int64]int64) (cases.Case, bool) {
	left := make(map[int64]int64, len(o.Lines))
	for _, l := range o.Lines {
		left[l.ID] = l.Quantity
	}
	list = slices.DeleteFunc(list, func(c cases.Case) bool { return c.Phase == cases.Closed || c.Phase == cases.Draft })
	for _, c := range list {
		for _, l := range c.Lines {
			left[l.OrderRow] -= l.Count(cases.Asked)
		}
	}
	i := slices.IndexFunc(list, func(c cases.Case) bool {
		return inside == nil || slices.ContainsFunc(c.Lines, func(l cases.Line) bool { return inside[l.OrderRow] > max(left[l.OrderRow], 0) })
	})
	if i < 0 {
		return cases.Case{}, false
	}
	return list[i], true
}

// trackings are the numbers under which carriers move a parcel.
func trackings(v shipment.Shipment) []string {
	out := []string{v.Number}
	for _, l := range v.Legs {
		out = append(out, l.Number)
	}
	return out
}

// TurnedParcels returns the parcels of an order that have turned back in which goods of a resolution may be, those that
// hold them by what the shop tells first: just them, then them among others, then some of them, then those of which it
// tells nothing. There is none while none has turned back.
func (s *Service) TurnedParcels(ctx context.Context, c cases.Case, r cases.Resolution) ([]shipment.Shipment, error) {
	system, of := auth.ForSystem(c.Workspace), c.Lines[r.Units[0].Line-1].Order
	list, err := s.Parcels.List(ctx, system, shipment.Filter{Order: of, Direction: shipment.Out, Status: []shipment.Status{shipment.Returning, shipment.Returned}}, shipment.Cursor{}, shipment.MaxPage)
	if err != nil {
		return nil, fmt.Errorf("parcels of order %d: %w", of, err)
	}
	o, err := s.Orders.Get(ctx, system, of)
	if err != nil {
		return nil, err
	}
	want := map[int64]int64{}
	for _, u := range r.Units {
		want[c.Lines[u.Line-1].OrderRow] += u.Quantity
	}
	fit := map[shipment.ID]int{}
	for _, v := range list {
		fit[v.ID] = fits(o.Inside(trackings(v)...), want)
	}
	list = slices.DeleteFunc(list, func(v shipment.Shipment) bool { return fit[v.ID] == 0 })
	slices.SortStableFunc(list, func(a, b shipment.Shipment) int { return fit[b.ID] - fit[a.ID] })
	return list, nil
}

// fits says how well what is inside of a parcel is what is wanted of each line: 0 is not at all.
func fits(inside, want map[int64]int64) int {
	if inside == nil {
		return 1
	}
	all, some := true, false
	for row, n := range want {
		all, some = all && inside[row] >= n, some || inside[row] > 0
	}
	switch {
	case maps.Equal(inside, want):
		return 4
	case all:
		return 3
	case some:
		return 2
	}
	return 0
}

// joins hands a parcel that turned back to a case that is open: what waits there for goods with their carrier awaits them
// in it.
func (s *Service) joins(ctx context.Context, c cases.Case, o order.Order, v shipment.Shipment) error {
	for _, r := range c.Resolutions {
		if s.Expect == nil || r.Stand != cases.Waiting || !r.Returns() || r.Comes() {
			continue
		}
		if err := s.Expect(ctx, c, r, r.Offer.Route); err != nil {
			return err
		}
	}
	if s.Desk == nil {
		return nil
	}
	t := i18n.For(i18n.English)
	return s.Desk.Task(ctx, c, fmt.Sprintf("case.%d.turned.%d", c.ID, v.ID), t.T("case.task.turned", "Case", c.Number, "Number", v.Number, "Order", o.Number))
}

// refused opens the case of goods that come back by themselves in a parcel, and takes the refund that the decision allows
// without a person. It returns 0 where nothing of it is left to be decided, and where nobody tells which goods of an order
// in several parcels it has: people are asked then.
func (s *Service) refused(ctx context.Context, o order.Order, v shipment.Shipment, inside map[int64]int64) (cases.ID, error) {
	system := auth.ForSystem(o.Workspace)
	out, err := s.outbound(ctx, o)
	if err != nil {
		return 0, err
	}
	out = slices.DeleteFunc(out, func(v shipment.Shipment) bool { return v.Status == shipment.Cancelled })
	free, err := s.Cases().Free(ctx, o)
	if err != nil || o.Status == order.Cancelled {
		return 0, err
	}
	if inside == nil && len(out) > 1 {
		if s.Desk == nil {
			return 0, nil
		}
		t := i18n.For(i18n.English)
		return 0, s.Desk.Raise(ctx, o, fmt.Sprintf("turned %d", v.ID), t.T("case.task.turned_part", "Number", v.Number, "Order", o.Number, "Count", len(out)))
	}
	w := Wish{Order: o.ID, Kind: cases.AtDoor, Wants: decision.Refund.String()}
	for _, l := range o.Lines {
		n := free[l.ID]
		if inside != nil {
			n = min(n, inside[l.ID])
		}
		if n > 0 {
			w.Items = append(w.Items, Item{Row: l.ID, Quantity: n, Reason: decision.OtherReason.String()})
		}
	}
	if len(w.Items) == 0 {
		return 0, nil
	}
	c, _, err := s.Open(ctx, system, w)
	if err != nil {
		return 0, err
	}
	for _, r := range c.Resolutions {
		if r.Stand == cases.Offered && r.Offer != nil && r.Offer.Auto && r.Offer.Remedy == decision.Refund.String() {
			if c, err = s.Choose(ctx, system, c.ID, r.Number); err != nil {
				return 0, err
			}
		}
	}
	return c.ID, nil
}
