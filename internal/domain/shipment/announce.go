package shipment

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Announce notes the number under which a parcel left that goes to the customer of an order for an after-sales case, and
// returns the parcel: from then on it is followed as all parcels of the order are. A number that cannot be one, or that is
// known already, is errs.Invalid. The right is that of Ingest; it joins the transaction in ctx.
func (s *Service) Announce(ctx context.Context, actor auth.Actor, o order.Order, source, carrier, number string) (Shipment, error) {
	f := Filter{Key: order.TrackingKey(number)}
	known, err := s.List(ctx, actor, f, Cursor{}, 1)
	if err != nil {
		return Shipment{}, err
	}
	if len(known) > 0 || f.Key == "" { // it went out before, or comes back
		return Shipment{}, errs.Field("tracking", "error.goods_tracking")
	}
	got, err := s.Ingest(ctx, actor, Delivery{Source: source, Reports: []Report{{
		Number: Number{Carrier: carrier, Number: number}, Order: &o, Event: Event{Status: Announced, At: s.now().UTC(), Zoned: true},
	}}})
	if err != nil {
		return Shipment{}, err
	}
	if len(got.Refused) > 0 {
		return Shipment{}, got.Refused[0].Err
	}
	found, err := s.List(ctx, actor, f, Cursor{}, 1)
	if err != nil || len(found) == 0 {
		return Shipment{}, errs.Wrap(errs.Unavailable, err, "error.busy")
	}
	return found[0], nil
}
