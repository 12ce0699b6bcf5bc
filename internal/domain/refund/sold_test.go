package refund

import (
	"testing"

	"godwit.dev/godwit/internal/domain/order"
)

// Nothing is paid back that was not paid: whether a price holds its tax is read from what the order came to.
func TestTaxIsPaidBackOnce(t *testing.T) {
	line := func(price, tax int64) order.Line { return order.Line{Quantity: 1, Price: price, Tax: tax} }
	for name, c := range map[string]struct {
		order order.Order
		goods int64
	}{
		"the price holds it":          {order.Order{Lines: []order.Line{line(3090, 493)}, Shipping: 490, Total: 3580}, 2597},
		"it came on top":              {order.Order{Lines: []order.Line{line(3090, 247)}, Shipping: 490, Total: 3827}, 3090},
		"beside duty and a promotion": {order.Order{Lines: []order.Line{line(5000, 800)}, Discount: 500, Duty: 300, Total: 4800}, 4200},
		"on top of a promotion":       {order.Order{Lines: []order.Line{line(5000, 360)}, Discount: 500, Total: 4860}, 5000},
		"there is none":               {order.Order{Lines: []order.Line{line(5000, 0)}, Total: 5000}, 5000},
		"what was paid is not known":  {order.Order{Lines: []order.Line{line(5000, 800)}}, 5000},
	} {
		s := SoldOf(c.order)
		units, err := s.Units()
		if err != nil || s.Lines[0].Goods != c.goods {
			t.Errorf("%s: %d, want %d, %v", name, s.Lines[0].Goods, c.goods, err)
		}
		if c.order.Total == 0 {
			continue
		}
		paid := int64(0)
		for _, u := range units {
			p := u.Paid
			paid += p.Goods + p.Tax + p.Duty + p.ShippingOut
		}
		if paid+c.order.Duty != c.order.Total {
			t.Errorf("%s: %d is paid back of %d", name, paid, c.order.Total)
		}
	}
}
