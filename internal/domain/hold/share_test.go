package hold

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
)

// What is held of a price is something and at most the price, at least the share and less than one step above it, the more
// the dearer and the larger the share, and a sum that a card can be charged with.
func TestAShareOfAPriceIsHeld(t *testing.T) {
	for _, x := range []struct {
		price    int64
		currency string
		percent  int64
		want     int64
	}{
		{1999, "JPY", 30, 600}, {1, "JPY", 1, 1}, {10_000, "EUR", 50, 5000}, {9999, "EUR", 50, 5000}, {9999, "EUR", 100, 9999}, {9999, "EUR", 0, 9999},
		{12_340, "KWD", 50, 6170}, {12_340, "KWD", 33, 4080}, {7, "KWD", 50, 7}, {0, "EUR", 50, 0}, {math.MaxInt64, "EUR", 50, math.MaxInt64/2 + 1},
	} {
		if n := Share(money.Amount{Minor: x.price, Currency: x.currency}, decision.Share(x.percent)*decision.Whole/100); n != x.want {
			t.Errorf("%d%% of %d %s: %d, want %d", x.percent, x.price, x.currency, n, x.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"JPY", "KRW", "EUR", "USD", "KWD", "BHD"}).Draw(t, "currency")
		price, s := rapid.Int64Range(1, 10_000_000).Draw(t, "price"), decision.Share(rapid.Int64Range(1, int64(decision.Whole)).Draw(t, "share"))
		step := int64(1)
		if currency == "KWD" || currency == "BHD" {
			step = 10
		}
		of := func(price int64, s decision.Share) int64 {
			return Share(money.Amount{Minor: price, Currency: currency}, s)
		}
		n, exact := of(price, s), float64(price)*float64(s)/float64(decision.Whole)
		if n < 1 || n > price || n != price && (n%step != 0 || float64(n) < exact-1e-6 || float64(n) >= exact+float64(step)+1e-6) {
			t.Fatalf("%d of %d %s, exactly %f", n, price, currency, exact)
		}
		if of(price+1, s) < n || s < decision.Whole && of(price, s+1) < n {
			t.Fatal("more of it is less")
		}
	})
}
