package refund

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) // a Friday

func TestMoneyGoesBackWhereItCameFrom(t *testing.T) {
	card := Payment{ID: "ch_1", Provider: "sandbox", Method: "card", Left: 1000, PaidAt: noon.AddDate(0, -1, 0)}
	with := func(change func(*Payment)) Payment {
		p := card
		change(&p)
		return p
	}
	gift := with(func(p *Payment) { p.ID, p.Method, p.Left = "gift", "gift_card", 300 })
	type way struct {
		to  Destination
		sum int64
		why string
	}
	for _, c := range []struct {
		name     string
		sum      int64
		payments []Payment
		wish     Wish
		want     []way
	}{
		{"one payment", 700, []Payment{card}, Wish{}, []way{{ToPayment, 700, ""}}},
		{"several, in their order", 700, []Payment{gift, card}, Wish{}, []way{{ToGiftCard, 300, ""}, {ToPayment, 400, ""}}},
		{"the customer wants credit", 700, []Payment{card}, Wish{Credit: true}, []way{{ToCredit, 700, ""}}},
		{"closed", 700, []Payment{with(func(p *Payment) { p.Closed = true })}, Wish{}, []way{{ToBank, 700, "closed"}}},
		{"paid in cash", 700, []Payment{with(func(p *Payment) { p.Method = "cod" })}, Wish{}, []way{{ToBank, 700, "method_never"}}},
		{"a voucher", 700, []Payment{with(func(p *Payment) { p.Method = "konbini" })}, Wish{}, []way{{ToBank, 700, "method_account"}}},
		{"the provider's last day is over", 700, []Payment{with(func(p *Payment) { p.Until = noon.Add(-time.Hour) })}, Wish{}, []way{{ToBank, 700, "window_over"}}},
		{"the method's last day is over", 700, []Payment{with(func(p *Payment) { p.Method, p.PaidAt = "pix", noon.AddDate(0, 0, -91) })}, Wish{}, []way{{ToBank, 700, "window_over"}}},
		{"within the method's days", 700, []Payment{with(func(p *Payment) { p.Method, p.PaidAt = "pix", noon.AddDate(0, 0, -90) })}, Wish{}, []way{{ToPayment, 700, ""}}},
		{"the provider knows better than the table", 700, []Payment{with(func(p *Payment) { p.Method, p.PaidAt, p.Until = "pix", noon.AddDate(0, 0, -200), noon.Add(time.Hour) })}, Wish{}, []way{{ToPayment, 700, ""}}},
		{"no parts", 700, []Payment{with(func(p *Payment) { p.Method = "maya" })}, Wish{}, []way{{ToBank, 700, "no_parts"}}},
		{"the whole of what takes no parts", 1000, []Payment{with(func(p *Payment) { p.Method = "maya" })}, Wish{}, []way{{ToPayment, 1000, ""}}},
		{"credit instead of an account, agreed", 700, []Payment{with(func(p *Payment) { p.Closed = true })}, Wish{Fallback: ToCredit, Agreed: true}, []way{{ToCredit, 700, "closed"}}},
		{"credit instead of an account, not agreed", 700, []Payment{with(func(p *Payment) { p.Closed = true })}, Wish{Fallback: ToCredit}, []way{{ToBank, 700, "closed"}}},
		{"goodwill beyond what was paid", 1200, []Payment{card}, Wish{Beyond: 200}, []way{{ToPayment, 1000, ""}, {ToBank, 200, "beyond_paid"}}},
	} {
		plan, err := Plan(c.sum, c.payments, c.wish, noon)
		var got []way
		for _, p := range plan {
			got = append(got, way{p.To, p.Amount, p.Why})
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if _, err := Plan(1001, []Payment{card}, Wish{}, noon); !errs.Is(err, errs.Invalid) {
		t.Errorf("more than was paid: %v", err)
	}
	if _, err := Plan(1, []Payment{card, with(func(p *Payment) { p.Disputed = true })}, Wish{}, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("a dispute is open: %v", err)
	}
}

func TestAPlanAddsUpAndIsNeverAboveWhatWasPaid(t *testing.T) {
	keys := []string{"gift_card", "nobody knows"}
	for _, m := range Methods() {
		keys = append(keys, m.Key)
	}
	rapid.Check(t, func(t *rapid.T) {
		payments := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Payment {
			return Payment{ID: rapid.StringN(1, 5, 9).Draw(t, "id"), Method: rapid.SampledFrom(keys).Draw(t, "method"), Left: rapid.Int64Range(0, 1e6).Draw(t, "left"),
				PaidAt: noon.AddDate(0, 0, -rapid.IntRange(0, 2000).Draw(t, "days")), Closed: rapid.Bool().Draw(t, "closed")}
		}), 1, 5).Draw(t, "payments")
		left := map[string]int64{}
		all := int64(0)
		for _, p := range payments {
			left[p.ID] += p.Left
			all += p.Left
		}
		sum := rapid.Int64Range(1, 1e6).Draw(t, "sum")
		plan, err := Plan(sum, payments, Wish{}, noon)
		if (err != nil) != (sum > all) {
			t.Fatalf("%d of %d: %v", sum, all, err)
		}
		got := int64(0)
		for _, p := range plan {
			got += p.Amount
			if left[p.Payment] -= p.Amount; p.Amount <= 0 || p.To == ToPayment && left[p.Payment] < 0 {
				t.Fatalf("%+v", plan)
			}
		}
		if err == nil && got != sum {
			t.Fatalf("%d of %d are planned", got, sum)
		}
	})
}

func TestEveryMethodSaysWhereItIsFrom(t *testing.T) {
	list := Methods()
	if len(list) < 46 {
		t.Errorf("%d methods", len(list))
	}
	for _, m := range list {
		if m.Source == "" || m.AsOf == "" || !slices.Contains([]string{"sourced", "verify", "general_knowledge"}, m.Status) ||
			!slices.Contains([]Back{ToSource, ToAccount, Ask, NotBack}, m.Way) || !slices.Contains([]string{"yes", "no", "limited", "unknown"}, m.Partial) ||
			m.Latest > 0 && m.Surely > m.Latest || m.From > m.To {
			t.Errorf("%+v", m)
		}
	}
}

func TestArrivalsAreCountedInTheMethodsDays(t *testing.T) {
	m, _ := MethodOf("card")
	from, to, ok := m.Arrival(noon)
	if !ok || !from.Equal(noon.AddDate(0, 0, 7)) || !to.Equal(noon.AddDate(0, 0, 14)) {
		t.Errorf("5 to 10 working days from a Friday: %v to %v, %v", from, to, ok)
	}
	if _, _, ok := (Method{}).Arrival(noon); ok {
		t.Error("nobody knows when it arrives, and a day was named")
	}
}

// A bundle of a mug and two spoons, a shirt in three units, a promotion of 7.01 and postage of 9.90: all in one table.
func TestUnitsOfAnOrder(t *testing.T) {
	s := Sold{Currency: "EUR", Promotion: 701, Shipping: 990, Lines: []SoldLine{
		{Quantity: 3, Goods: 7000, Tax: 1197},
		{Quantity: 1, Goods: 3001, Discount: 1, Tax: 570, Parts: []int64{2, 1}},
	}}
	units, err := s.Units()
	if err != nil {
		t.Fatal(err)
	}
	want := []Unit{
		{0, 0, 1, ledger.Components{Goods: 2170, Tax: 399, ShippingOut: 231}}, {0, 0, 2, ledger.Components{Goods: 2169, Tax: 399, ShippingOut: 231}},
		{0, 0, 3, ledger.Components{Goods: 2170, Tax: 399, ShippingOut: 231}},
		{1, 0, 1, ledger.Components{Goods: 1860, Tax: 380, ShippingOut: 198}}, {1, 1, 1, ledger.Components{Goods: 930, Tax: 190, ShippingOut: 99}},
	}
	if !reflect.DeepEqual(units, want) {
		t.Errorf("%+v", units)
	}
}

// Whatever comes back in whatever order and company, the parts add up to what was paid, and no unit is below zero.
func TestPartsOfAnOrderAddUpInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Sold{Currency: rapid.SampledFrom([]string{"JPY", "EUR", "KWD"}).Draw(t, "currency"), Shipping: rapid.Int64Range(0, 1e5).Draw(t, "shipping")}
		var whole ledger.Components
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			l := SoldLine{Quantity: rapid.Int64Range(1, 9).Draw(t, "quantity"), Goods: rapid.Int64Range(0, 1e6).Draw(t, "goods"), Tax: rapid.Int64Range(0, 1e5).Draw(t, "tax"), Duty: rapid.Int64Range(0, 1e5).Draw(t, "duty"),
				Parts: rapid.SliceOfN(rapid.Int64Range(0, 100), 0, 4).Draw(t, "parts")}
			l.Discount = rapid.Int64Range(0, l.Goods).Draw(t, "discount")
			s.Lines = append(s.Lines, l)
			whole = whole.Plus(ledger.Components{Goods: l.Goods - l.Discount, Tax: l.Tax, Duty: l.Duty})
		}
		s.Promotion = rapid.Int64Range(0, whole.Goods).Draw(t, "promotion")
		whole.Goods -= s.Promotion
		whole.ShippingOut = s.Shipping
		units, err := s.Units()
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		back := rapid.Permutation(units).Draw(t, "order of return")
		var sum ledger.Components
		for len(back) > 0 { // in returns of some units each
			n := rapid.IntRange(1, len(back)).Draw(t, "return")
			var part ledger.Components
			for _, u := range back[:n] {
				if c := u.Paid; c.Goods < 0 || c.Tax < 0 || c.Duty < 0 || c.ShippingOut < 0 {
					t.Fatalf("%+v", u)
				}
				part = part.Plus(u.Paid)
			}
			sum, back = sum.Plus(part), back[n:]
			if sum.Goods > whole.Goods || sum.Tax > whole.Tax {
				t.Fatalf("%+v is above %+v", sum, whole)
			}
		}
		if sum != whole {
			t.Fatalf("%+v, want %+v", sum, whole)
		}
	})
}
