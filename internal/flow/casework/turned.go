package casework

import (
	"context"
	"fmt"
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
// An order with an open case gets no second one: the parcel becomes that case's, and people are told. Which goods are in
// which of several parcels nobody tells, so that only an order in one parcel opens a case.
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
			if i := slices.IndexFunc(list, func(c cases.Case) bool { return c.Phase != cases.Closed && c.Phase != cases.Draft }); i >= 0 {
				f.Case = list[i].ID
				return s.joins(ctx, list[i], o, v)
			}
			f.Case, err = s.refused(ctx, o)
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

// refused opens the case of goods that come back by themselves, and takes the refund that the decision allows without a
// person. It returns 0 where nothing of the order is left to be decided, or it left in several parcels.
func (s *Service) refused(ctx context.Context, o order.Order) (cases.ID, error) {
	system := auth.ForSystem(o.Workspace)
	out, err := s.outbound(ctx, o)
	if err != nil {
		return 0, err
	}
	out = slices.DeleteFunc(out, func(v shipment.Shipment) bool { return v.Status == shipment.Cancelled })
	free, err := s.Cases().Free(ctx, o)
	if err != nil || len(out) > 1 || o.Status == order.Cancelled {
		return 0, err
	}
	w := Wish{Order: o.ID, Kind: cases.AtDoor, Wants: decision.Refund.String()}
	for _, l := range o.Lines {
		if n := free[l.ID]; n > 0 {
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
