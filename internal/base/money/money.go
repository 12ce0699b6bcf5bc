package money

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// Amount is a sum of money. The zero Amount has no currency and is nothing but zero.
type Amount struct {
	Minor    int64  // in minor units of the currency
	Currency string // ISO 4217 code
}

// Digits returns the number of decimal digits of a currency's minor unit (ISO 4217), and whether the code is known.
func Digits(currency string) (int, bool) {
	d, ok := currencies[currency]
	return int(d), ok
}

// New returns a sum in minor units. It fails with errs.Invalid if the currency is not known.
func New(minor int64, currency string) (Amount, error) {
	if _, ok := currencies[currency]; !ok {
		return Amount{}, unknown(currency)
	}
	return Amount{minor, currency}, nil
}

// Parse reads a decimal number ("12.34", "-0.5", "1200") as a sum in a currency. It takes digits, one leading minus and
// one point alone, and at most as many decimals as the currency has; anything else, an unknown currency and a number too
// large fail with errs.Invalid.
func Parse(decimal, currency string) (Amount, error) {
	digits, ok := Digits(currency)
	if !ok {
		return Amount{}, unknown(currency)
	}
	text, negative := strings.CutPrefix(decimal, "-")
	whole, fraction, point := strings.Cut(text, ".")
	if !isDigits(whole) || point && !isDigits(fraction) || len(fraction) > digits {
		return Amount{}, invalid(decimal, currency, nil)
	}
	text = whole + fraction + strings.Repeat("0", digits-len(fraction))
	if negative {
		text = "-" + text
	}
	minor, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return Amount{}, invalid(decimal, currency, err)
	}
	return Amount{minor, currency}, nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func unknown(currency string) error {
	return errs.Wrap(errs.Invalid, fmt.Errorf("currency %.8q is not known", currency), "error.currency", "currency", currency)
}

func invalid(decimal, currency string, cause error) error {
	err := fmt.Errorf("%.40q is not an amount of %s", decimal, currency)
	return errs.Wrap(errs.Invalid, errors.Join(err, cause), "error.amount", "currency", currency)
}

// String returns the sum as a decimal number with all digits of its currency ("12.30"), without the currency.
func (a Amount) String() string {
	digits := int(currencies[a.Currency])
	return a.decimal(digits)
}

func (a Amount) decimal(digits int) string {
	sign, whole, fraction := a.split(digits)
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}

// split returns the sign, the whole units and the minor digits of a sum.
func (a Amount) split(digits int) (sign, whole, fraction string) {
	u := uint64(a.Minor)
	if a.Minor < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	return sign, s[:len(s)-digits], s[len(s)-digits:]
}

// IsZero reports whether the sum is nothing.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a.Minor < 0:
		return -1
	case a.Minor > 0:
		return 1
	}
	return 0
}

// same fails with errs.Conflict if two sums are of different currencies.
func (a Amount) same(b Amount) error {
	if a.Currency != b.Currency {
		return errs.Wrap(errs.Conflict, fmt.Errorf("%s and %s do not mix", a.Currency, b.Currency), "error.currencies", "a", a.Currency, "b", b.Currency)
	}
	return nil
}

var errOverflow = errors.New("the sum is beyond 64 bits")

func overflow() error { return errs.Wrap(errs.Invalid, errOverflow, "error.amount_too_large") }

// Add returns a + b. It fails with errs.Conflict if the currencies differ and with errs.Invalid on overflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if err := a.same(b); err != nil {
		return Amount{}, err
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) {
		if b.Minor != 0 {
			return Amount{}, overflow()
		}
	}
	return Amount{sum, a.Currency}, nil
}

// Sub returns a - b, with the errors of [Amount.Add].
func (a Amount) Sub(b Amount) (Amount, error) {
	if err := a.same(b); err != nil {
		return Amount{}, err
	}
	difference := a.Minor - b.Minor
	if (difference < a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, overflow()
	}
	return Amount{difference, a.Currency}, nil
}

// Neg returns -a. It fails with errs.Invalid for the least number of 64 bits, which has no opposite.
func (a Amount) Neg() (Amount, error) {
	if a.Minor == math.MinInt64 {
		return Amount{}, overflow()
	}
	return Amount{-a.Minor, a.Currency}, nil
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or more than b. It fails with errs.Conflict if the currencies differ.
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.same(b); err != nil {
		return 0, err
	}
	switch {
	case a.Minor < b.Minor:
		return -1, nil
	case a.Minor > b.Minor:
		return 1, nil
	}
	return 0, nil
}

// Sum adds sums of one currency. It fails as [Amount.Add] does; no sums at all are the zero of the currency.
func Sum(currency string, amounts ...Amount) (Amount, error) {
	total, err := New(0, currency)
	for _, a := range amounts {
		if err != nil {
			return Amount{}, err
		}
		total, err = total.Add(a)
	}
	return total, err
}

// Allocate divides the sum in the ratio of the parts, to the last minor unit: the results add up to it. What cannot be
// divided goes, a unit each, to the parts that were cut the most, the earlier ones first. Parts must not be negative,
// and must not all be zero unless the sum is; otherwise it fails with errs.Invalid.
func (a Amount) Allocate(parts ...int64) ([]Amount, error) {
	var total uint64
	for _, p := range parts {
		sum, carry := bits.Add64(total, uint64(p), 0)
		if p < 0 || carry != 0 {
			return nil, errs.Wrap(errs.Invalid, fmt.Errorf("allocate by %v", parts), "error.allocation")
		}
		total = sum
	}
	if total == 0 && (a.Minor != 0 || len(parts) == 0) {
		return nil, errs.Wrap(errs.Invalid, fmt.Errorf("allocate by %v", parts), "error.allocation")
	}
	out := make([]Amount, len(parts))
	for i := range out {
		out[i].Currency = a.Currency
	}
	if a.Minor == 0 {
		return out, nil
	}
	magnitude, sign := uint64(a.Minor), int64(1)
	if a.Minor < 0 {
		magnitude, sign = -magnitude, -1
	}
	left := magnitude
	cut := make([]uint64, len(parts))
	for i, p := range parts {
		hi, lo := bits.Mul64(magnitude, uint64(p))
		share, rest := bits.Div64(hi, lo, total)
		out[i].Minor, cut[i] = sign*int64(share), rest
		left -= share
	}
	for ; left > 0; left-- {
		most := 0
		for i := range cut {
			if cut[i] > cut[most] {
				most = i
			}
		}
		out[most].Minor += sign
		cut[most] = 0
	}
	return out, nil
}

type wire struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// MarshalJSON writes {"amount":"12.34","currency":"EUR"}.
func (a Amount) MarshalJSON() ([]byte, error) { return json.Marshal(wire{a.String(), a.Currency}) }

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [Parse].
func (a *Amount) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return errs.Wrap(errs.Invalid, fmt.Errorf("parse amount: %w", err), "error.amount", "currency", "")
	}
	if w.Currency == "" && (w.Amount == "" || w.Amount == "0") {
		*a = Amount{}
		return nil
	}
	parsed, err := Parse(w.Amount, w.Currency)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
