package refund

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
)

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func taken(id, provider, method string, amount int64) order.Payment {
	return order.Payment{ID: id, Provider: provider, Method: method, Amount: amount, PaidAt: morning, CapturedAt: morning}
}

func asked(total, beyond int64, list ...Allocation) Refund {
	r := Refund{ID: 1, Terms: Terms{Order: 1, Currency: "EUR", Components: ledger.Components{Goods: total - beyond, Goodwill: beyond}}, Allocations: list}
	return r
}

func to(payment, provider string, amount int64, s State) Allocation {
	return Allocation{Number: 1, Target: Target{To: ToPayment, Provider: provider, Payment: payment}, Amount: amount, State: s}
}

func TestLeftCountsWhatWentBackOnce(t *testing.T) {
	two := order.Order{ID: 1, Total: 5000, Currency: "EUR", Payments: []order.Payment{taken("g1", "", "gift_card", 2000), taken("ch_1", "one", "visa", 3000)}}
	loose := Allocation{Number: 1, Target: Target{To: ToBank}, Amount: 2500, State: Approved}
	for name, c := range map[string]struct {
		o       order.Order
		refunds []Refund
		unasked int64
		want    string
	}{
		"nothing went back":              {two, nil, 0, "store_credit 2000, card 3000"},
		"nobody told of payments":        {order.Order{Total: 900, PaymentMethod: "Cash on Delivery"}, nil, 0, "cod 900"},
		"authorised only":                {order.Order{Total: 900, Payments: []order.Payment{{ID: "a", Amount: 900}}}, nil, 0, ""},
		"back to one payment":            {two, []Refund{asked(1000, 0, to("ch_1", "one", 1000, Succeeded))}, 0, "store_credit 2000, card 2000"},
		"a cancelled one counts not":     {two, []Refund{asked(1000, 0, to("ch_1", "one", 1000, Cancelled))}, 0, "store_credit 2000, card 3000"},
		"to a bank":                      {two, []Refund{asked(2500, 0, loose)}, 0, "store_credit 0, card 2500"},
		"at the shop":                    {two, nil, 2500, "store_credit 0, card 2500"},
		"goodwill is beyond":             {two, []Refund{asked(3000, 1000, to("ch_1", "one", 3000, Succeeded))}, 0, "store_credit 2000, card 0, closed 1000"},
		"the order cost less":            {order.Order{ID: 1, Total: 4000, Payments: two.Payments}, nil, 0, "store_credit 2000, card 2000"},
		"more at the shop than there is": {two, nil, 9000, "store_credit 0, card 0"},
	} {
		got := ""
		for i, p := range left(c.o, c.refunds, c.unasked) {
			method := p.Method
			if p.Closed {
				method = "closed"
			}
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s %d", method, p.Left)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestADisputeThatARefundKnowsMarksThePayment(t *testing.T) {
	o := order.Order{ID: 1, Total: 3000, Payments: []order.Payment{taken("ch_1", "one", "card", 3000)}}
	r := asked(500, 0, to("ch_1", "one", 500, Approved))
	r.Disputes = []string{"dp_1"}
	if got := left(o, []Refund{r}, 0); !got[0].Disputed {
		t.Errorf("%+v", got)
	}
}

// Whatever is refunded and however: what is left is never below zero, never above what was taken, and what can be planned
// from it can be.
func TestLeftIsNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := order.Order{ID: 1, Currency: rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")}
		for i := range rapid.IntRange(1, 4).Draw(t, "payments") {
			p := taken(fmt.Sprint("p", i), "one", rapid.SampledFrom([]string{"card", "cod", "store_credit", "marketplace"}).Draw(t, "method"), rapid.Int64Range(1, 1000).Draw(t, "paid"))
			p.Refunded = rapid.Int64Range(0, 500).Draw(t, "told")
			o.Payments, o.Total = append(o.Payments, p), o.Total+p.Amount
		}
		unasked := rapid.Int64Range(0, o.Total).Draw(t, "at the shop")
		var list []Refund
		for range rapid.IntRange(0, 5).Draw(t, "refunds") {
			now := left(o, list, unasked)
			due := total(now)
			if due < 0 || due > o.Total-unasked {
				t.Fatalf("%d of %d are left", due, o.Total)
			}
			for _, p := range now {
				if p.Left < 0 {
					t.Fatalf("%+v", p)
				}
			}
			extra := rapid.Int64Range(0, 50).Draw(t, "goodwill")
			sum := rapid.Int64Range(0, due).Draw(t, "sum") + extra
			if sum == 0 {
				continue
			}
			plan, err := Plan(sum, now, Wish{Beyond: extra}, morning)
			if err != nil {
				t.Fatalf("plan %d of %d left (%+v): %v", sum, due, now, err)
			}
			r := asked(sum, extra)
			parts := int64(0)
			for i, p := range plan {
				r.Allocations, parts = append(r.Allocations, Allocation{Number: i + 1, Target: p.Target, Amount: p.Amount, State: Requested}), parts+p.Amount
			}
			if parts != sum {
				t.Fatalf("parts of %d come to %d", sum, parts)
			}
			list = append(list, r)
		}
	})
}

func TestWordsOfPlatformsAreMethods(t *testing.T) {
	for said, want := range map[string]string{
		"shopify_payments": "card", "pp_stripe_stripe": "card", "Visa": "card", "ppcp-gateway": "paypal", "paypal": "paypal", "Cash on Delivery": "cod", "bacs": "bank",
		"klarna_pay_later": "klarna", "iDEAL": "ideal", "SEPA Direct Debit": "sepa_dd", "gift_card": "store_credit", "konbini": "konbini", "": "", "something new": "something_new",
	} {
		if got := MethodKey(said); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
	if got := MethodKey("pp_unheard", "apple_pay", "card"); got != "apple_google_pay" {
		t.Errorf("the first word that is known: %q", got)
	}
	for word, key := range words() {
		if _, ok := MethodOf(key); !ok {
			t.Errorf("%s means %s, which is no method", word, key)
		}
	}
}

func TestPaymentsAreBookedOnceAndCorrected(t *testing.T) {
	o := order.Order{ID: 9, Total: 5000, Currency: "JPY", Payments: []order.Payment{taken("ch_1", "one", "card", 3000), taken("c1", "", "store_credit", 2000), {ID: "a", Amount: 7}}}
	first := PaymentEntries(o, nil)
	if len(first) != 2 || first[0].Lines[0] != (ledger.Line{Account: ledger.Clearing.Of("one"), Amount: 3000, Currency: "JPY"}) {
		t.Fatalf("%+v", first)
	}
	if again := PaymentEntries(o, first); len(again) != 0 {
		t.Errorf("booked twice: %+v", again)
	}
	o.Payments[0].Amount = 2900
	fix := PaymentEntries(o, first)
	if len(fix) != 1 || fix[0].Lines[0].Amount != -100 || fix[0].Key == first[0].Key || fix[0].Check() == nil && fix[0].Key == "" {
		t.Errorf("%+v", fix)
	}
}
