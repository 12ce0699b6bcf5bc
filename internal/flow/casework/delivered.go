package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Market returns where an address is by law.
func Market(a order.Address) decision.Market { return market(a) }

// outbound returns the parcels in which an order went out, those of replacements aside.
func (s *Service) outbound(ctx context.Context, o order.Order) ([]shipment.Shipment, error) {
	list, err := s.Parcels.List(ctx, auth.ForSystem(o.Workspace), shipment.Filter{Order: o.ID, Direction: shipment.Out}, shipment.Cursor{}, shipment.MaxPage)
	if err != nil {
		return nil, fmt.Errorf("parcels of order %d: %w", o.ID, err)
	}
	if s.Sent == nil {
		return list, nil
	}
	sent, err := s.Sent(ctx, o.Workspace, o.ID)
	if err != nil {
		return nil, fmt.Errorf("replacements of order %d: %w", o.ID, err)
	}
	return slices.DeleteFunc(list, func(v shipment.Shipment) bool { return slices.Contains(sent, v.ID) }), nil
}

// Delivered returns when the last parcel of an order was delivered; zero while it was not.
func (s *Service) Delivered(ctx context.Context, o order.Order) (time.Time, error) {
	parcels, err := s.outbound(ctx, o)
	if err != nil {
		return time.Time{}, err
	}
	_, at := whereabouts(o, parcels)
	return at, nil
}

// guarantee lets the merchant's own promise for a unit reach further than the policy's windows: a remedy that it gives for
// goods that are not what was sold is given for as long as it holds. It only ever adds days.
func guarantee(p decision.Policy, reason decision.Reason, days map[decision.Remedy]int) decision.Policy {
	if !reason.Defect() || len(days) == 0 {
		return p
	}
	windows := make(map[decision.Remedy]int, len(p.Windows)+len(days))
	for r, n := range p.Windows {
		windows[r] = n
	}
	for r, n := range days {
		windows[r] = max(windows[r], n)
	}
	p.Windows = windows
	return p
}
