package intake

import (
	"encoding/json"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/wire"
)

// Money is a sum that a vendor states. The zero Money is one that it does not state.
type Money struct {
	money.Amount
	Written string // the vendor's number, where it is no amount of the currency
}

// MarshalJSON writes {"amount":"12.34","currency":"EUR"}.
func (m Money) MarshalJSON() ([]byte, error) {
	amount := m.Written
	if amount == "" {
		amount = m.String()
	}
	return json.Marshal(struct {
		Amount   string `json:"amount"`
		Currency string `json:"currency"`
	}{amount, m.Currency})
}

// IsZero reports whether no sum is stated. A sum of nothing in a currency is stated.
func (m Money) IsZero() bool { return m == Money{} }

// Decimal reads a sum in whole units with decimals, from a number or a text. A number that is no amount of the currency
// (a currency that does not exist, a fraction of a yen) is kept as it is written, as a puzzle.
func Decimal(n *wire.Node, currency string) Money {
	text := strings.TrimSpace(n.Text())
	if text == "" || n.Kind() == wire.Bool {
		return Money{}
	}
	if currency == "" {
		return Money{Written: text}
	}
	currency = strings.ToUpper(currency)
	if a, err := money.Parse(plain(text, currency), currency); err == nil {
		return Money{Amount: a}
	}
	n.Puzzle()
	return Money{Amount: money.Amount{Currency: currency}, Written: text}
}

// plain writes a JSON number with at most as many decimals as a currency has, if what is cut is zeros: "12.3400" and
// "1.234e1" are 12.34.
func plain(text, currency string) string {
	text = strings.TrimPrefix(text, "+")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		text = expand(text[:i], text[i+1:])
	}
	digits, _ := money.Digits(currency)
	whole, fraction, ok := strings.Cut(text, ".")
	if !ok {
		return text
	}
	if len(fraction) > digits && strings.Trim(fraction[digits:], "0") == "" {
		fraction = fraction[:digits]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// expand writes a number with an exponent without it. An exponent beyond any sum of money leaves what no parser takes.
func expand(mantissa, exponent string) string {
	e, err := strconv.Atoi(exponent)
	if err != nil || e > 18 || e < -18 {
		return ""
	}
	sign := ""
	if strings.HasPrefix(mantissa, "-") {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	point := len(whole) + e
	switch {
	case point <= 0:
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	case point > len(digits):
		digits += strings.Repeat("0", point-len(digits))
	}
	whole = strings.TrimLeft(digits[:point], "0")
	if whole == "" {
		whole = "0"
	}
	if point == len(digits) {
		return sign + whole
	}
	return sign + whole + "." + digits[point:]
}

// Minor reads a sum in minor units. Odd says how many decimals a vendor gives to currencies for which it differs from
// ISO 4217.
func Minor(n *wire.Node, currency string, odd map[string]int) Money {
	text := n.Text()
	if text == "" || n.Kind() == wire.Bool {
		return Money{}
	}
	currency = strings.ToUpper(currency)
	if currency == "" {
		return Money{Written: text}
	}
	digits, ok := odd[currency]
	if !ok {
		digits, _ = money.Digits(currency)
	}
	if digits > 0 {
		text += "e-" + strconv.Itoa(digits)
	}
	if a, err := money.Parse(plain(text, currency), currency); err == nil {
		return Money{Amount: a}
	}
	n.Puzzle()
	return Money{Amount: money.Amount{Currency: currency}, Written: n.Text()}
}

// Add adds sums of one currency; sums that are not stated count as nothing. Sums of several currencies have no sum.
func Add(sums ...Money) Money {
	var total Money
	for _, s := range sums {
		switch {
		case s.IsZero():
		case s.Written != "":
			return Money{}
		case total.IsZero():
			total = s
		default:
			a, err := total.Amount.Add(s.Amount)
			if err != nil {
				return Money{}
			}
			total.Amount = a
		}
	}
	return total
}

// Times is a sum taken n times; beyond 64 bits it is no sum.
func Times(m Money, n int64) Money {
	if m.IsZero() || m.Written != "" || n != 0 && m.Minor*n/n != m.Minor {
		return Money{}
	}
	m.Minor *= n
	return m
}
