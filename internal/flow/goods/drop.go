package goods

import (
	"context"
	"fmt"
	"slices"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// Drop says that a parcel will not come, before its time is over: what its customer was to get for the goods lapses, they are
// written to, and a case in which nothing else lives closes as expired; goods that come after all take it up again. A parcel
// that moves or came, and one whose goods a law lets the customer send for as long as they like, is errs.Conflict; a repeat
// changes nothing. It needs WriteCases.
func (s *Service) Drop(ctx context.Context, actor auth.Actor, number ParcelID) (p Parcel, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return p, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Store.HoldReturn(ctx, actor.Workspace, number); err == nil {
			err = auth.Can(actor, auth.WriteCases, p.Resource())
		}
		if err != nil || p.State == Cancelled {
			return err
		}
		c, err := s.Cases.Get(ctx, actor, p.Case)
		if err != nil {
			return err
		}
		switch law, ok := p.Droppable(c); {
		case law != "":
			return errs.New(errs.Conflict, "error.goods_law", "Law", law)
		case !ok:
			return errs.New(errs.Conflict, "error.goods_state")
		}
		if slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution && r.Stand == cases.Waiting }) {
			if _, err := s.Cases.Nudge(ctx, actor, c.ID, p.Resolution, cases.GiveUp); err != nil {
				return err
			}
		}
		p, err = s.Cancel(ctx, actor, number) // unless its case did
		return err
	})
	if err != nil {
		return Parcel{}, fmt.Errorf("drop return %d: %w", number, err)
	}
	return p, nil
}

// Droppable reports whether a parcel may be said not to come, given its case, and the law that forbids it, if one does. What
// nothing waits for any more may.
func (p Parcel) Droppable(c cases.Case) (law string, ok bool) {
	if p.State != Expected && p.State != Sent {
		return "", false
	}
	if c.Phase == cases.Closed || !slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution && r.Stand.Alive() }) {
		return "", true
	}
	return c.MayDrop(p.Resolution)
}

// mostNamed is the most customers of a name whose parcels are looked for.
const mostNamed = 50

// named returns the open parcels of customers of whom a name begins with a word; a code, which has digits, is no name.
func (s *Service) named(ctx context.Context, actor auth.Actor, word string) ([]Parcel, error) {
	letters := 0
	for _, r := range word {
		if unicode.IsDigit(r) {
			return nil, nil
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if s.Customers == nil || letters < 2 {
		return nil, nil
	}
	list, err := s.Customers.Search(ctx, auth.ForSystem(actor.Workspace), word, mostNamed) // whoever sees a parcel sees its sender
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var of []customer.ID
	for _, c := range list {
		of = append(of, c.ID)
	}
	return s.List(ctx, actor, Filter{Open: true, Of: of}, 0, MaxPage)
}
