package commerce_test

import (
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// A telephone number proves who somebody is once its country is known: by itself, or by where the order goes.
func TestCustomersAreRecognisedByTheirNumber(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		shelf := commercetest.NewShelf()
		x := newWorld(t, s, shelf, storetest.Workspace(t, s), noon)
		x.clear()
		for n, c := range map[int]struct{ phone, country string }{
			1: {"+48 512 345 678", "PL"}, 2: {"512345678", "PL"}, 3: {"0048-512-345-678", "DE"}, // one person
			4: {"512345678", "DE"}, 5: {"512345678", ""}, // who knows
		} {
			o := anOrder(n, noon.Add(-time.Hour), 1990)
			o.Email = ""
			o.Customer = &intake.Customer{Head: intake.Head{ID: fmt.Sprint(n)}, Name: "Anna", Phone: c.phone}
			o.ShipTo = &intake.Address{Name: "Anna", Country: c.country}
			x.put(o)
		}
		x.look(x.connect())
		at := func(n int) int64 { return int64(x.known(fmt.Sprint(1000 + n)).Customer) }
		if at(1) == 0 || at(2) != at(1) || at(3) != at(1) {
			t.Errorf("one person is %d, %d and %d", at(1), at(2), at(3))
		}
		if at(4) == at(1) || at(5) == at(1) || at(4) == at(5) {
			t.Errorf("a number without its country makes %d and %d of %d", at(4), at(5), at(1))
		}
	})
}
