package translating

import (
	"testing"

	"godwit.dev/godwit/internal/base/money"
)

// A price has the minor units of its currency: yen have none, dinars a thousand. What a currency cannot write is refused
// and never rounded, and what is shown of a price is read as the same.
func TestPricesAreOfTheirCurrency(t *testing.T) {
	for _, c := range []struct {
		typed, currency string
		minor, million  int64 // the price, and the cost of one and a half million
		ok              bool
	}{
		{"20", "EUR", 2000, 3000, true}, {"4,99", "usd", 499, 749, true}, {"2500", "JPY", 2500, 3750, true}, {"1.5", "KWD", 1500, 2250, true},
		{"2,500", "JPY", 0, 0, false}, {"2,500", "EUR", 0, 0, false}, {"20.5", "JPY", 0, 0, false}, {"20", "", 0, 0, false},
	} {
		p, err := PriceOf(c.typed, c.currency)
		if (err == nil) != c.ok || p.Minor != c.minor {
			t.Errorf("%s %s: %+v, %v", c.typed, c.currency, p, err)
		}
		if !c.ok {
			continue
		}
		if got := (Terms{Price: p}).Cost(1_500_000); got != (money.Amount{Minor: c.million, Currency: p.Currency}) {
			t.Errorf("%s %s: costs %+v", c.typed, c.currency, got)
		}
		if again, err := PriceOf(p.String(), p.Currency); err != nil || again != p {
			t.Errorf("%s %s is shown as %s, which is %+v, %v", c.typed, c.currency, p, again, err)
		}
	}
}
