package portal

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Holder is who has proven to read the mail of an order, as an actor who reaches that customer's own cases and nothing
// else.
type Holder struct {
	Order order.Order
	Actor auth.Actor
}

// Hold returns to whom a session on the order behind a link belongs. Without one it fails with errs.Denied, and for a link
// that shows nothing with errs.NotFound.
func (s *Service) Hold(ctx context.Context, shop order.Shop, token, session string) (Holder, error) {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return Holder{}, err
	}
	g, err := s.read(ctx, shop, session, forSession)
	if errs.Is(err, errs.NotFound) || err == nil && order.ID(g.about) != o.ID {
		return Holder{}, errs.New(errs.Denied, "portal.code.wrong")
	}
	if err != nil {
		return Holder{}, err
	}
	return Holder{o, actorOf(o)}, nil
}

// actorOf is the customer of an order.
func actorOf(o order.Order) auth.Actor {
	return auth.Actor{Kind: auth.Customer, ID: int64(o.Customer), Name: o.ShipTo.Name, Workspace: o.Workspace}
}
