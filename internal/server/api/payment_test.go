package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
)

// deaf is a provider that nobody reaches.
type deaf struct{ pay.Provider }

func (deaf) About(context.Context) (pay.About, error) {
	return pay.About{}, errs.New(errs.Unavailable, "error.vendor_busy")
}

func (deaf) Refund(context.Context, pay.Ask) (pay.Answer, error) {
	return pay.Answer{}, errs.New(errs.Unavailable, "error.vendor_busy")
}

func (d deaf) Lookup(ctx context.Context, x pay.Ask) (pay.Answer, error) { return d.Refund(ctx, x) }

// stageMoney makes what operations about payment accounts and refunds are tried on.
func (w *world) stageMoney(m *merchant, n, op string, put func(kind, bool, int64)) {
	ctx := context.Background()
	if strings.HasPrefix(op, "paymentAccount") {
		list, err := w.pay.Accounts(ctx, m.owner)
		must(w.t, err)
		for _, x := range list {
			must(w.t, w.pay.Delete(ctx, m.owner, x.ID))
		}
		if op != "paymentAccountCreate" {
			x, _, err := w.pay.Add(ctx, m.owner, pay.Input{Driver: "stripe", Name: n, Values: map[string]string{"secret_key": "key " + m.mark}})
			must(w.t, err)
			put(aPayAccount{}, false, int64(x.ID))
		}
	}
	if strings.HasPrefix(op, "refund") {
		o, _, err := w.orders.Save(ctx, m.owner, order.New{Shop: m.shop.ID, Number: "R-" + n, CustomerName: n, Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now(),
			Payments: []order.Payment{{ID: "pi_" + n, Provider: "stripe", Method: "card", Amount: 5000, PaidAt: w.now(), CapturedAt: w.now()}}})
		must(w.t, err)
		left, err := w.refunds.Left(ctx, m.owner.Workspace, o)
		must(w.t, err)
		r, err := w.refunds.Request(ctx, m.owner, refund.NewRefund{Terms: refund.Terms{Order: o.ID, Currency: "EUR", Components: ledger.Components{Goods: 2500}, Reason: m.mark}, Payments: left})
		must(w.t, err)
		twice := strings.HasPrefix(op, "refundTwice")
		if op == "refundElsewhere" || op == "refundAsk" || twice {
			_, err = w.refunds.Approve(ctx, m.owner, r.ID)
			must(w.t, err)
		}
		if twice {
			_, err = w.refunds.Submit(ctx, auth.ForSystem(m.owner.Workspace), r.ID, 1)
			must(w.t, err)
			_, err = w.refunds.Observe(ctx, auth.ForSystem(m.owner.Workspace), r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeSucceeded})
			must(w.t, err)
			if op != "refundTwice" {
				_, err = w.refunds.FoundTwice(ctx, m.owner, r.ID, refund.Overlap{Allocation: 1, Amount: 2500, Payer: "shop", Reference: m.mark})
				must(w.t, err)
			}
		}
		if op == "refundAsk" {
			_, _, err = w.pay.Add(ctx, m.owner, pay.Input{Driver: "stripe", Name: n, Values: map[string]string{"secret_key": "key " + m.mark}})
			if err != nil && !errs.Is(err, errs.Conflict) {
				w.t.Fatal(err)
			}
			_, err = w.refunds.Submit(ctx, auth.ForSystem(m.owner.Workspace), r.ID, 1)
			must(w.t, err)
		}
		put(aRefund{}, false, int64(r.ID))
	}
}

// A refund beside the units of an order names none of what the units were paid for: that is given back by units.
func TestARefundBesideUnitsNamesNoGoods(t *testing.T) {
	w := sqlite(t)
	m := w.found("Acme")
	o, _, err := w.orders.Save(context.Background(), m.owner, order.New{Shop: m.shop.ID, Number: "R-1", CustomerName: "Ann", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: w.now(),
		Payments: []order.Payment{{ID: "pi_1", Provider: "stripe", Method: "card", Amount: 5000, PaidAt: w.now(), CapturedAt: w.now()}}})
	must(t, err)
	ask := func(components string) answered {
		return w.call("POST", Prefix+"/refunds", m.secret, `{"order_id": "`+string(refTo[anOrder](o.ID))+`", "components": {`+components+`}, "reason": "Late parcel"}`)
	}
	for _, name := range []string{"goods", "tax", "duty", "exchange"} {
		if a := ask(`"goodwill": 100, "` + name + `": 1`); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "/orders/{order}/refunds") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := ask(`"goodwill": 100`); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.body)
	}
}
