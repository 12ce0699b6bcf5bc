package decision

import (
	"fmt"
	"math/bits"
	"strings"
)

// Share is a part of one, counted in billionths.
type Share int64

// Whole is all of it.
const Whole Share = 1_000_000_000

// ParseShare reads a decimal from 0 to 1 with at most nine places: "0.15".
func ParseShare(s string) (Share, error) {
	units, places, _ := strings.Cut(s, ".")
	if units == "" || len(units) > 1 || len(places) > 9 || strings.HasSuffix(s, ".") {
		return 0, fmt.Errorf("share %q is not a decimal from 0 to 1", s)
	}
	var n Share
	for _, c := range units + places + strings.Repeat("0", 9-len(places)) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("share %q is not a decimal from 0 to 1", s)
		}
		n = n*10 + Share(c-'0')
	}
	if n > Whole {
		return 0, fmt.Errorf("share %q is above 1", s)
	}
	return n, nil
}

// of returns the share of an amount, rounded half away from zero to the minor unit.
func (s Share) of(amount int64) int64 { return scale(amount, int64(s), int64(Whole)) }

// scale returns amount·n/d rounded half away from zero; n and d are not negative
// and n is at most d, so that the result fits.
func scale(amount, n, d int64) int64 {
	abs := uint64(amount)
	if amount < 0 {
		abs = -abs
	}
	hi, lo := bits.Mul64(abs, uint64(n))
	q, r := bits.Div64(hi, lo, uint64(d))
	if r >= uint64(d)-r {
		q++
	}
	if amount < 0 {
		return -int64(q)
	}
	return int64(q)
}

// part returns what the units from+1 to from+n of qty are of an amount.
func part(amount, from, n, qty int64) int64 {
	return scale(amount, from+n, qty) - scale(amount, from, qty)
}
