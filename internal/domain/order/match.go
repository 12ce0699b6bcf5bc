package order

import (
	"context"
	"slices"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// By says how an order was found for a ticket.
type By string

// How an order is found, best first.
const (
	ByNumberAndSender By = "number+sender"
	BySender          By = "sender"
	ByNumber          By = "number"
)

// Match is an order that a ticket may be about. One that is not trusted belongs
// to somebody other than the writer: an agent may see it, the writer and
// whatever answers the writer must not.
type Match struct {
	Order   Order
	By      By
	Trusted bool
}

// maxOwn is how many of a sender's own orders are offered beside a ticket.
const maxOwn = 20

// ForTicket returns the orders that a ticket of a customer, who wrote from an
// address, may be about, most likely first: own orders named in the text, in
// the order of the text; own orders, newest first; other people's orders named
// in the text, which are not trusted. Whether the address is proven is the
// caller's to know.
func (s *Service) ForTicket(ctx context.Context, actor auth.Actor, c customer.ID, email, text string) ([]Match, error) {
	if err := actor.Can(auth.ReadOrders); err != nil {
		return nil, err
	}
	keys := Numbers(text, maxKeys/2)
	named, err := s.Find(ctx, actor, keys)
	if err != nil {
		return nil, err
	}
	own, err := s.ForCustomer(ctx, actor, c, email, maxOwn)
	if err != nil {
		return nil, err
	}
	if email != "" {
		email = customer.FoldEmail(email)
	}
	return rank(keys, named, own, c, email), nil
}

func rank(keys []string, named, own []Order, c customer.ID, email string) []Match {
	place := func(o Order) int {
		first := slices.Index(keys, o.NumberKey)
		if alt := slices.Index(keys, o.NumberAlt); first < 0 || alt >= 0 && o.NumberAlt != "" && alt < first {
			first = alt
		}
		return first
	}
	slices.SortStableFunc(named, func(a, b Order) int { return place(a) - place(b) })
	var mine, others []Match
	seen := map[ID]bool{}
	for _, o := range named {
		if c != 0 && o.Customer == c || email != "" && o.Email == email {
			mine = append(mine, Match{o, ByNumberAndSender, true})
			seen[o.ID] = true
			continue
		}
		others = append(others, Match{o, ByNumber, false})
	}
	for _, o := range own {
		if !seen[o.ID] {
			mine = append(mine, Match{o, BySender, true})
		}
	}
	return append(mine, others...)
}
