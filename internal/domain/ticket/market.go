package ticket

import (
	"context"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Places are the countries (ISO 3166-1) that a ticket is about, "" for those that are not known.
type Places struct {
	Order     string       // where its order goes
	OrderShop order.ShopID // of that order: whoever may not see it is not told where it goes
	Customer  string       // where its customer is
	Shop      string       // where its shop sells
}

// Market is the one whose habits hold for the ticket's customer; see MarketOf.
func (p Places) Market() string {
	market, _ := MarketOf(p.Order, p.Customer, p.Shop)
	return market
}

// Habits tells how the customers of a market are used to be served.
type Habits interface {
	Of(ctx context.Context, w auth.WorkspaceID, market string) (habit.Profile, error)
}

// Wanted says for whom the texts of a ticket are chosen: its customer's language, their market, and how they are addressed
// there. What the actor may not see of the order or the customer does not count. Whoever offers a macro, opens it or
// sends it asks here, so that all of them choose the same text. It needs ReadTickets.
func (s *Service) Wanted(ctx context.Context, actor auth.Actor, t Ticket) (Want, error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return Want{}, err
	}
	p, err := s.Store.PlacesOf(ctx, t.Workspace, t)
	if err != nil {
		return Want{}, err
	}
	of := auth.Resource{Kind: auth.OfOrder, Workspace: t.Workspace, Shop: int64(p.OrderShop)}
	if auth.Can(actor, auth.ReadOrders, of) != nil {
		p.Order = ""
	}
	if !actor.May(auth.ReadCustomers) {
		p.Customer = ""
	}
	w := Want{Language: t.Language, Market: p.Market()}
	if s.Habits == nil {
		shipped, _ := habit.Of(w.Market)
		w.Address = shipped.Formality
		return w, nil
	}
	h, err := s.Habits.Of(ctx, t.Workspace, w.Market)
	w.Address = h.Formality
	return w, err
}
