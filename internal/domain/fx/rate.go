package fx

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
)

// Source is who says a rate.
type Source string

// The sources.
const (
	ECB    Source = "ecb"
	Manual Source = "manual"
)

// Euro is the currency through which others are crossed.
const Euro = "EUR"

const (
	// StaleAfter is the age in days beyond which a rate is called stale. The bank
	// publishes none from Good Friday to Easter Monday.
	StaleAfter = 5
	// UsableFor is the age in days beyond which a rate is not used.
	UsableFor = 60
)

// Rate says that one Base is worth Value of Quote.
type Rate struct {
	Workspace auth.WorkspaceID
	Base      string // ISO 4217
	Quote     string
	Source    Source
	Day       time.Time // that it is of: midnight in UTC
	Until     time.Time // its last day, zero for none; of Manual alone
	Value     Decimal
	AddedAt   time.Time
}

// Decimal is a positive decimal number as it was written: Digits / 10^Scale.
type Decimal struct {
	Digits int64
	Scale  int
}

// ParseDecimal reads "1.0163". It takes digits and one point, no more than 15
// digits; anything else, and nothing, fail with errs.Invalid.
func ParseDecimal(s string) (Decimal, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	digits := whole + fraction
	fail := errs.Field("value", "error.rate_value", "value", s)
	if whole == "" || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || strings.HasSuffix(s, ".") {
		return Decimal{}, fail
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n == 0 {
		return Decimal{}, fail
	}
	return Decimal{n, len(fraction)}, nil
}

// String writes the number as ParseDecimal reads it.
func (d Decimal) String() string {
	s := strconv.FormatInt(d.Digits, 10)
	if d.Scale == 0 {
		return s
	}
	if len(s) <= d.Scale {
		s = strings.Repeat("0", d.Scale-len(s)+1) + s
	}
	return s[:len(s)-d.Scale] + "." + s[len(s)-d.Scale:]
}

func (d Decimal) rat() *big.Rat {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil)
	return new(big.Rat).SetFrac(big.NewInt(d.Digits), ten)
}

// check brings a rate into the form in which rates are kept, or says with
// errs.Invalid why it cannot be one.
func (r Rate) check(now time.Time) (Rate, error) {
	r.Base, r.Quote = strings.ToUpper(strings.TrimSpace(r.Base)), strings.ToUpper(strings.TrimSpace(r.Quote))
	for _, c := range []struct{ field, code string }{{"base", r.Base}, {"quote", r.Quote}} {
		if _, ok := money.Digits(c.code); !ok {
			return r, errs.Field(c.field, "error.currency", "currency", c.code)
		}
	}
	if r.Base == r.Quote {
		return r, errs.Field("quote", "error.rate_same")
	}
	if r.Value.Digits <= 0 || r.Value.Scale < 0 || r.Value.Scale > 15 {
		return r, errs.Field("value", "error.rate_value", "value", r.Value.String())
	}
	r.Day, r.Until = Day(r.Day), Day(r.Until)
	if r.Day.IsZero() {
		r.Day = Day(now)
	}
	if r.Day.After(Day(now).AddDate(0, 0, 1)) { // east of Greenwich it may be tomorrow already
		return r, errs.Field("day", "error.rate_day")
	}
	if !r.Until.IsZero() && (r.Source != Manual || r.Until.Before(r.Day)) {
		return r, errs.Field("until", "error.rate_until")
	}
	return r, nil
}

// Day is the day of a time in UTC, as its midnight; the zero time has none.
func Day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
