package commerce_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// quotes are what is remembered of quotes, by quote and service.
type quotes map[string]order.Promise

func (q quotes) Promise(_ context.Context, _ auth.Actor, quote, service string) (order.Promise, error) {
	p, ok := q[quote+"/"+service]
	if !ok {
		return p, errs.New(errs.NotFound, "error.not_found")
	}
	return p, nil
}

func TestAnOrderKeepsThePromiseOfItsQuote(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		shelf := commercetest.NewShelf()
		x := newWorld(t, s, shelf, storetest.Workspace(t, s), noon)
		x.clear()
		day := time.Date(2046, 3, 12, 0, 0, 0, 0, time.UTC)
		known := quotes{"quo_1/economy": {Quote: "quo_1", Service: "economy", Currency: "EUR", Price: 490, From: day, To: day.AddDate(0, 0, 5), Source: "main 3", QuotedAt: noon}}
		x.svc.Promises = known

		bound, elsewhere := anOrder(1, noon.Add(-time.Hour), 1990), anOrder(2, noon.Add(-time.Hour), 1990)
		bound.Promise = &intake.Promise{Quote: "quo_1"}
		bound.ShippingLines = []intake.ShippingLine{{Code: "economy", Title: "Economy"}}
		elsewhere.Promise = &intake.Promise{Quote: "quo_of_another", Service: "express", DaysTo: 3, Price: eur(900)}
		x.put(bound)
		x.put(elsewhere)
		c := x.look(x.connect())
		if got := x.known(bound.Number).Promise; got != known["quo_1/economy"] {
			t.Errorf("the promise is %+v", got)
		}
		if got := x.known(elsewhere.Number).Promise; got.DaysTo != 3 || got.Price != 900 || !got.To.Equal(time.Date(2046, 3, 8, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("what the order itself says is %+v", got)
		}

		delete(known, "quo_1/economy") // quotes are forgotten, orders are not
		again := *bound
		again.UpdatedAt, again.Total = x.clock, eur(2090)
		x.put(&again)
		x.look(c)
		if got := x.known(bound.Number); got.Total != 2090 || got.Promise.Service != "economy" || !got.Promise.To.Equal(day.AddDate(0, 0, 5)) {
			t.Errorf("after the quote was forgotten: %+v", got)
		}
	})
}
