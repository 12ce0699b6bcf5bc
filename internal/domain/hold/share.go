package hold

import (
	"math/bits"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/decision"
)

// Share returns what is held of the price of one unit, in minor units: a share of it, of which 0 is all. It is rounded up to
// what a card can be charged with: to the currency's smallest unit, one yen of yen, and where that is a thousandth to ten of
// them, since cards take no third decimal. It is never nothing of a price, and never more than the price.
func Share(price money.Amount, s decision.Share) int64 {
	if price.Minor <= 0 {
		return 0
	}
	if s <= 0 || s >= decision.Whole {
		return price.Minor
	}
	hi, lo := bits.Mul64(uint64(price.Minor), uint64(s))
	q, rest := bits.Div64(hi, lo, uint64(decision.Whole))
	if rest > 0 {
		q++
	}
	step := int64(1)
	if digits, _ := money.Digits(price.Currency); digits > 2 {
		step = 10
	}
	return min((int64(q)+step-1)/step*step, price.Minor)
}
