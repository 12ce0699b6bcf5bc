package refund

import (
	"math/big"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
)

// Sold is what an order's lines were paid.
type Sold struct {
	Currency  string
	Lines     []SoldLine
	Promotion int64 // off the whole order, and in no line yet
	Shipping  int64 // for the way out, tax included
}

// SoldLine is a line item; sums are those of the whole line.
type SoldLine struct {
	Quantity int64
	Goods    int64 // without tax, before discount
	Discount int64 // of the line itself
	Tax      int64
	Duty     int64
	Parts    []int64 // of a bundle: what each of its parts is worth beside the others; none: it is none
}

// SoldOf returns what an order's lines were paid. What a shop takes off the order as a whole, and in no line, is spread
// over the lines; one that tells discounts by line alone has nothing to spread. Where prices hold the tax, as in most of the
// world, it is taken out of the goods, so that it is paid back once.
func SoldOf(o order.Order) Sold {
	s, within := Sold{Currency: o.Currency, Shipping: o.Shipping, Promotion: o.Discount}, taxed(o)
	for _, l := range o.Lines {
		x := SoldLine{Quantity: l.Quantity, Goods: l.Price * l.Quantity, Discount: l.Discount, Tax: l.Tax, Duty: l.Duty}
		if within {
			x.Goods = max(x.Goods-l.Tax, l.Discount)
		}
		s.Lines = append(s.Lines, x)
		s.Promotion -= l.Discount
	}
	s.Promotion = max(s.Promotion, 0)
	return s
}

// taxed reports whether an order's prices hold its tax: with the tax beside them they would come to more than was paid,
// and without it they do not.
func taxed(o order.Order) bool {
	sum, off, tax := o.Shipping+o.Duty, int64(0), int64(0)
	for _, l := range o.Lines {
		sum, off, tax = sum+l.Price*l.Quantity, off+l.Discount, tax+l.Tax
	}
	sum -= max(off, o.Discount)
	return tax > 0 && sum <= o.Total && o.Total < sum+tax
}

// Unit is one unit of a line, or of a part of a bundle, and what was paid for it.
type Unit struct {
	Line, Part int // places in Sold.Lines and Parts; Part is 0 for a line that is no bundle
	Number     int64
	Paid       ledger.Components
}

// mostUnits bounds the units of an order.
const mostUnits = 100_000

// Units returns what was paid for every unit of an order, net of promotions: goods, tax, duty, and postage by the worth
// of the goods. What cannot be divided goes by the largest remainder to lines and parts, and by rounding the sum of the
// first k units to the units of each; so the units add up to what was paid, and those of some returns to the same sum in
// whatever order they come back. It fails with errs.Invalid if quantities or sums are negative or promotions are more
// than the goods.
func (s Sold) Units() ([]Unit, error) {
	nets, all := make([]int64, len(s.Lines)), int64(0)
	for i, l := range s.Lines {
		nets[i] = l.Goods - l.Discount
		if all += l.Quantity * int64(max(len(l.Parts), 1)); l.Quantity < 1 || all > mostUnits || nets[i] < 0 || l.Discount < 0 || l.Tax < 0 || l.Duty < 0 {
			return nil, errs.Field("lines", "error.refund_lines")
		}
	}
	off, err := s.spread(s.Promotion, nets, false)
	if err != nil {
		return nil, err
	}
	for i := range nets {
		if nets[i] -= off[i]; nets[i] < 0 {
			return nil, errs.Field("promotion", "error.refund_lines")
		}
	}
	postage, err := s.spread(s.Shipping, nets, true)
	if err != nil {
		return nil, err
	}
	out := make([]Unit, 0, all)
	for i, l := range s.Lines {
		weights := l.Parts
		if len(weights) == 0 {
			weights = []int64{1}
		}
		var shares [4][]int64
		for k, sum := range []int64{nets[i], l.Tax, l.Duty, postage[i]} {
			if shares[k], err = s.spread(sum, weights, true); err != nil {
				return nil, err
			}
		}
		for part := range weights {
			for n := range l.Quantity {
				piece := func(k int) int64 { return nth(shares[k][part], n, l.Quantity) }
				out = append(out, Unit{i, part, n + 1, ledger.Components{Goods: piece(0), Tax: piece(1), Duty: piece(2), ShippingOut: piece(3)}})
			}
		}
	}
	return out, nil
}

// spread divides a sum by weights, by the largest remainder. Where no weight is above zero it may fall back to equal ones.
func (s Sold) spread(sum int64, weights []int64, equal bool) ([]int64, error) {
	if sum < 0 {
		return nil, errs.Field("lines", "error.refund_lines")
	}
	worth := int64(0)
	for _, w := range weights {
		worth |= w
	}
	if worth == 0 && equal {
		even := make([]int64, len(weights))
		for i := range even {
			even[i] = 1
		}
		weights = even
	}
	parts, err := money.Amount{Minor: sum, Currency: s.Currency}.Allocate(weights...)
	if err != nil && (sum != 0 || len(weights) != 0) {
		return nil, err
	}
	out := make([]int64, len(weights))
	for i, p := range parts {
		out[i] = p.Minor
	}
	return out, nil
}

// nth is what unit n (from 0) of a sum for many costs: what the first n+1 cost less what the first n cost, each rounded
// half up, as package decision counts.
func nth(sum, n, many int64) int64 {
	first := func(k int64) int64 {
		x := new(big.Int).Mul(big.NewInt(sum), big.NewInt(2*k))
		x.Add(x, big.NewInt(many))
		return x.Div(x, big.NewInt(2*many)).Int64()
	}
	return first(n+1) - first(n)
}
