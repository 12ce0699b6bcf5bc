package commerce

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestPaymentsOfOrdersNameWhoCanGiveThemBack(t *testing.T) {
	eur := func(minor int64) intake.Money {
		return intake.Money{Amount: money.Amount{Minor: minor, Currency: "EUR"}}
	}
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	pay := func(id, operation, status, gateway string, amount int64, refs ...string) *intake.Payment {
		p := &intake.Payment{Head: intake.Head{ID: id, Status: status, CreatedAt: day}, Operation: operation, Amount: eur(amount), Gateway: gateway}
		for i := 0; i+1 < len(refs); i += 2 {
			p.Refer(refs[i], refs[i+1])
		}
		return p
	}
	at := func(p order.Payment, captured bool) order.Payment {
		if p.PaidAt = day; captured {
			p.CapturedAt = day
		}
		return p
	}
	for name, c := range map[string]struct {
		in   []*intake.Payment
		want []order.Payment
	}{
		"the platform itself": {[]*intake.Payment{pay("1", "sale", "succeeded", "shopify_payments", 500)}, []order.Payment{at(order.Payment{ID: "1", Provider: "bazaar", Method: "card", Amount: 500}, true)}},
		"who stands behind it": {[]*intake.Payment{pay("1", "payment", "succeeded", "pp_stripe_stripe", 500, "transaction", "pi_1")},
			[]order.Payment{at(order.Payment{ID: "pi_1", Provider: "stripe", Method: "card", Amount: 500}, true)}},
		"captured later": {[]*intake.Payment{pay("1", "authorization", "succeeded", "shopify_payments", 500), pay("2", "capture", "succeeded", "shopify_payments", 450, "parent", "1")},
			[]order.Payment{at(order.Payment{ID: "2", Provider: "bazaar", Method: "card", Amount: 450}, true)}},
		"never captured":  {[]*intake.Payment{pay("1", "authorization", "succeeded", "klarna", 500)}, []order.Payment{at(order.Payment{ID: "1", Provider: "bazaar", Method: "klarna", Amount: 500}, false)}},
		"failed and void": {[]*intake.Payment{pay("1", "sale", "failed", "klarna", 500), pay("2", "void", "succeeded", "klarna", 500)}, nil},
	} {
		o := &intake.Order{Payments: c.in, Refunds: []*intake.Refund{{Head: intake.Head{Status: "failed", Refs: map[string]string{"payment": "1"}}, Amount: eur(9)}}}
		m := sums{currency: "EUR"}
		got := payments(order.Shop{Platform: "bazaar"}, o, &m)
		if len(got) != len(c.want) || m.err != nil {
			t.Errorf("%s: %+v, %v", name, got, m.err)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %+v\nwant %+v", name, got[i], c.want[i])
			}
		}
	}
}
