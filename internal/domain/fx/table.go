package fx

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
)

// Rounding names how a sum is brought to whole minor units.
type Rounding string

// The ways of rounding.
const (
	HalfUp   Rounding = "half_up"   // to the nearest, halves away from zero: what invoices do
	HalfEven Rounding = "half_even" // to the nearest, halves to the even one: what long sums want
	Up       Rounding = "up"        // away from zero: an estimate that must not fall short
	Down     Rounding = "down"      // towards zero
)

// Round brings an exact number to a whole one. It reports false beyond 64 bits.
func (r Rounding) Round(x *big.Rat) (int64, bool) {
	sign := int64(x.Sign())
	q, rest := new(big.Int).QuoRem(new(big.Int).Abs(x.Num()), x.Denom(), new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(x.Denom())
	if rest.Sign() > 0 && (r == Up || r == HalfUp && half >= 0 || r == HalfEven && (half > 0 || half == 0 && q.Bit(0) == 1)) {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return 0, false
	}
	return sign * q.Int64(), true
}

// Table is the rates as they stood at one moment. The zero Table knows none.
type Table struct {
	at    time.Time
	rates map[[2]string]Rate
}

// NewTable returns the table of a moment: of each pair and source the newest rate
// that had come by then, if it is usable still. The merchant's go before the
// bank's.
func NewTable(at time.Time, rates []Rate) Table {
	t := Table{at: at, rates: map[[2]string]Rate{}}
	today := Day(at)
	for _, r := range rates {
		if r.Day.After(today.AddDate(0, 0, 1)) || r.Source != Manual && age(today, r.Day) > UsableFor || !r.Until.IsZero() && r.Until.Before(today) {
			continue
		}
		pair := pairOf(r.Base, r.Quote)
		known, ok := t.rates[pair]
		if !ok || r.Source == Manual && known.Source != Manual || (r.Source == Manual) == (known.Source == Manual) && r.Day.After(known.Day) {
			t.rates[pair] = r
		}
	}
	return t
}

func pairOf(a, b string) [2]string {
	if b < a {
		a, b = b, a
	}
	return [2]string{a, b}
}

func age(today, day time.Time) int { return max(0, int(today.Sub(day)/(24*time.Hour))) }

// At returns the moment of the table.
func (t Table) At() time.Time { return t.at }

// Rates returns the rates of the table, by their currencies.
func (t Table) Rates() []Rate {
	out := make([]Rate, 0, len(t.rates))
	for _, r := range t.rates {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Rate) int { return strings.Compare(a.Base+a.Quote, b.Base+b.Quote) })
	return out
}

// Age returns how many days old a rate is at the table's moment, and whether that
// is stale.
func (t Table) Age(r Rate) (days int, stale bool) {
	days = age(Day(t.at), r.Day)
	return days, days > StaleAfter
}

// Cross is the rate between two currencies with what it was made from. Nothing
// was needed between a currency and itself.
type Cross struct {
	From, To string
	Legs     []Rate    // one, or two through the euro; none for the same currency
	Day      time.Time // of the oldest leg
	AgeDays  int
	Stale    bool
	value    *big.Rat
}

// Value returns how many of To one From is worth, exactly.
func (c Cross) Value() *big.Rat { return new(big.Rat).Set(c.value) }

// Sources names who says the rate, each once.
func (c Cross) Sources() []Source {
	var out []Source
	for _, l := range c.Legs {
		if !slices.Contains(out, l.Source) {
			out = append(out, l.Source)
		}
	}
	return out
}

// Between returns the rate between two currencies; without one it is
// errs.Unavailable.
func (t Table) Between(from, to string) (Cross, error) {
	c := Cross{From: from, To: to, value: big.NewRat(1, 1)}
	if from == to {
		if _, ok := money.Digits(from); !ok {
			return c, errs.Field("currency", "error.currency", "currency", from)
		}
		return c, nil
	}
	steps := [][2]string{{from, to}}
	if _, ok := t.rates[pairOf(from, to)]; !ok {
		steps = [][2]string{{from, Euro}, {Euro, to}}
	}
	for _, s := range steps {
		r, ok := t.rates[pairOf(s[0], s[1])]
		if !ok {
			return c, errs.New(errs.Unavailable, "error.rate_none", "from", from, "to", to)
		}
		if r.Base == s[0] {
			c.value.Mul(c.value, r.Value.rat())
		} else {
			c.value.Quo(c.value, r.Value.rat())
		}
		c.Legs = append(c.Legs, r)
		if days, stale := t.Age(r); c.Day.IsZero() || r.Day.Before(c.Day) {
			c.Day, c.AgeDays, c.Stale = r.Day, days, stale
		}
	}
	return c, nil
}

// Exact returns a sum in another currency as an exact number of its minor units.
func (t Table) Exact(a money.Amount, to string) (*big.Rat, Cross, error) {
	c, err := t.Between(a.Currency, to)
	if err != nil {
		return nil, c, err
	}
	x := new(big.Rat).Mul(new(big.Rat).SetInt64(a.Minor), c.value)
	have, _ := money.Digits(a.Currency)
	want, ok := money.Digits(to)
	if !ok {
		return nil, c, errs.Field("currency", "error.currency", "currency", to)
	}
	return x.Mul(x, shift(want-have)), c, nil
}

// shift is 10^n.
func shift(n int) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}

// Convert returns a sum in another currency, rounded once at the end, and the
// rate that it was converted by. It fails with errs.Unavailable without a rate,
// and with errs.Invalid beyond 64 bits.
func (t Table) Convert(a money.Amount, to string, r Rounding) (money.Amount, Cross, error) {
	x, c, err := t.Exact(a, to)
	if err != nil {
		return money.Amount{}, c, err
	}
	minor, ok := r.Round(x)
	if !ok {
		return money.Amount{}, c, errs.New(errs.Invalid, "error.amount_too_large")
	}
	out, err := money.New(minor, to)
	return out, c, err
}
