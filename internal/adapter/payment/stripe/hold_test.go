package stripe_test

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/adapter/payment/stripe/stripetest"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

func TestStripeHolds(t *testing.T) {
	paytest.RunHolds(t, stripe.Driver(), func(t *testing.T) paytest.HoldSubject {
		b, s := newBox(t)
		return paytest.HoldSubject{Holder: connect(t, s, stripetest.Key).(pay.Holder), Sum: eur(5990), Charged: b.Charged,
			Agree: func(r pay.HoldRef) { b.Agree(r.Page) }, Lapse: func(r pay.HoldRef) { b.Lapse(r.Page) }, Decline: func(pay.HoldRef) { b.Poor() },
			Holding: func(r pay.HoldRef) (bool, bool) { return b.Holding(r.Page) }}
	})
}

// A page leads to Stripe, in the customer's language; a card that was charged later is forgotten then.
func TestThePageOfStripe(t *testing.T) {
	b, s := newBox(t)
	p := connect(t, s, stripetest.Key).(pay.Holder)
	page, err := p.OpenHold(t.Context(), pay.HoldAsk{Key: "k", Sum: eur(5990), What: "Boots", Language: "pt-BR", Email: "ana@example.com", Back: "https://shop.example/case/1", At: time.Now()})
	if err != nil || page.Address != "https://checkout.stripe.com/c/pay/cs_1" {
		t.Fatalf("%+v, %v", page, err)
	}
	r := pay.HoldRef{Key: "k", Page: page.Reference}
	b.Agree(r.Page)
	b.Lapse(r.Page)
	if a, err := p.TakeHold(t.Context(), r, "k-1", eur(1000)); err != nil || a.Outcome != hold.WasTaken || a.Payment != "pi_2" {
		t.Errorf("%+v, %v", a, err)
	}
	if kept, _ := b.Holding(r.Page); kept {
		t.Error("the card is known still")
	}
}

// What Stripe calls about names the hold: its page, and its payment.
func TestTheKeyOfAHoldComesBack(t *testing.T) {
	for kind, body := range map[string]string{
		"checkout.session.completed":               `{"object":"checkout.session","id":"cs_1","status":"complete","payment_status":"unpaid","amount_total":5990,"currency":"eur","metadata":{"godwit_key":"godwit-hold-7"}}`,
		"payment_intent.amount_capturable_updated": `{"object":"payment_intent","id":"pi_1","status":"requires_capture","amount":5990,"amount_capturable":5990,"currency":"eur","metadata":{"godwit_key":"godwit-hold-7"}}`,
		"payment_intent.canceled":                  `{"object":"payment_intent","id":"pi_1","status":"canceled","cancellation_reason":"automatic","amount":5990,"currency":"eur","metadata":{"godwit_key":"godwit-hold-7"}}`,
	} {
		d, err := stripe.Source().Decode(nil, []byte(`{"id":"evt_1","object":"event","type":"`+kind+`","data":{"object":`+body+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := d.Object.(*intake.Payment); !ok || p.Refs[pay.KeyRef] != "godwit-hold-7" {
			t.Errorf("%s: %+v", kind, d.Object)
		}
	}
}
