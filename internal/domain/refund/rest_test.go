package refund

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
)

// sale draws an order that was paid in whole by up to three payments, its tax within the prices or on top of them, with
// promotions on lines and on all of it, and some lines that are bundles.
func sale(t *rapid.T) (order.Order, Sold) {
	sum := func(most int64, what string) int64 { return rapid.Int64Range(0, most).Draw(t, what) }
	o := order.Order{ID: 1, Currency: rapid.SampledFrom([]string{"JPY", "EUR", "KWD"}).Draw(t, "currency"), Shipping: sum(2000, "shipping")} // 0, 2 and 3 decimals
	within, nets := rapid.Bool().Draw(t, "tax within"), int64(0)
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		l := order.Line{ID: int64(i + 1), Quantity: rapid.Int64Range(1, 5).Draw(t, "quantity"), Price: rapid.Int64Range(1, 9999).Draw(t, "price"), Duty: sum(300, "duty")}
		all := l.Price * l.Quantity
		l.Discount = sum(all/2, "discount")
		if l.Tax = sum((all-l.Discount)/3, "tax"); within {
			nets -= l.Tax
		}
		nets += all - l.Discount
		o.Lines, o.Discount, o.Duty = append(o.Lines, l), o.Discount+l.Discount, o.Duty+l.Duty
		if o.Total += all - l.Discount + l.Duty; !within {
			o.Total += l.Tax
		}
	}
	off := sum(nets/2, "promotion")
	o.Discount, o.Total = o.Discount+off, o.Total+o.Shipping-off
	rest := o.Total
	for i := range rapid.IntRange(1, 3).Draw(t, "payments") {
		p := order.Payment{ID: string(rune('a' + i)), Provider: "sandbox", Method: "card", Amount: sum(rest, "payment"), PaidAt: day, CapturedAt: day}
		o.Payments, rest = append(o.Payments, p), rest-p.Amount
	}
	o.Payments[0].Amount += rest
	s := SoldOf(o)
	for i := range s.Lines {
		if rapid.Bool().Draw(t, "bundle") {
			s.Lines[i].Parts = rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 4).Draw(t, "parts")
		}
	}
	return o, s
}

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// Whatever is refunded of an order, in whatever portions and order, back to its payments: never more than was paid, of any
// component or by any payment, and when nothing is left, to the last minor unit what was paid.
func TestPartsAddUpToWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, s := sale(t)
		units, err := s.Units()
		if err != nil {
			t.Fatal(err)
		}
		var paid, back ledger.Components
		for _, u := range units {
			paid = paid.Plus(u.Paid)
		}
		if whole, err := paid.Total(o.Currency); err != nil || whole.Minor != o.Total {
			t.Fatalf("the units come to %v of %d, %v", whole, o.Total, err)
		}
		var list []Refund
		by := map[string]int64{}
		for _, u := range rapid.Permutation(units).Draw(t, "in this order") {
			c := u.Paid
			total, err := c.Total(o.Currency)
			if err != nil {
				t.Fatal(err)
			}
			if back = back.Plus(c); total.Minor == 0 {
				continue
			}
			plan, err := Plan(total.Minor, left(o, list, 0), Wish{}, day)
			if err != nil {
				t.Fatalf("%+v of %+v: %v", u, o, err)
			}
			r := Refund{ID: ID(len(list) + 1), Terms: Terms{Order: o.ID, Currency: o.Currency, Components: c}}
			went := int64(0)
			for n, p := range plan {
				if p.To != ToPayment {
					t.Fatalf("%d goes to %s", p.Amount, p.To)
				}
				r.Allocations = append(r.Allocations, Allocation{Number: n + 1, Target: p.Target, Amount: p.Amount, State: Succeeded})
				by[p.Payment], went = by[p.Payment]+p.Amount, went+p.Amount
			}
			if went != total.Minor {
				t.Fatalf("%d went of %d", went, total.Minor)
			}
			list = append(list, r)
		}
		if back != paid {
			t.Fatalf("%+v went back of %+v", back, paid)
		}
		for _, p := range o.Payments {
			if by[p.ID] != p.Amount {
				t.Errorf("%d went back to a payment of %d", by[p.ID], p.Amount)
			}
		}
		if rest := total(left(o, list, 0)); rest != 0 {
			t.Errorf("%d is left", rest)
		}
		if _, err := Plan(1, left(o, list, 0), Wish{}, day); err == nil {
			t.Error("one more went back")
		}
	})
}
