package commercetest_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestShelf(t *testing.T) {
	s := commercetest.NewShelf()
	for i := range 25 {
		h := intake.Head{ID: strconv.Itoa(i), UpdatedAt: time.UnixMilli(1e12 + int64(i/3)*60_000)} // several changed at one time
		s.Put(&intake.Product{Head: h})
		s.Put(&intake.Customer{Head: h})
		s.Put(&intake.Order{Head: h, Currency: "EUR", Total: intake.Money{Amount: money.Amount{Minor: 100, Currency: "EUR"}}})
	}
	commercetest.Run(t, s.Driver(), commercetest.Fixture{
		Settings: map[string]string{"token": "hidden"}, Client: &http.Client{}, About: s.About,
		Want: map[string]int{intake.KindOrder: 25, intake.KindProduct: 25, intake.KindCustomer: 25},
	})
}
