package adyen

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 71 of the Checkout API. Adyen takes a refund and calls what became of it.
func Driver() pay.Driver {
	return pay.Driver{
		Name: "adyen", Title: "Adyen", Docs: "https://docs.adyen.com/api-explorer/Checkout/71/post/payments/(paymentPspReference)/refunds",
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "merchant_account", Kind: connector.Text, Required: true},
			{Name: "webhook_secret", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://checkout-test.adyen.com", Required: true}, // live ones have a prefix for each company
		},
		Rate:   connector.Rate{Requests: 10, Per: time.Second}, // Adyen names no number for refunds
		Scheme: "adyen", HookSecret: "webhook_secret", Source: Source(), Can: pay.Capabilities{Keeps: keeps}, Open: open,
	}
}

// keeps is how long Adyen knows a key ("API idempotency": seven days at least), less a day for two clocks. After that the
// same key would pay again.
const keeps = 6 * 24 * time.Hour

type account struct {
	address, merchant string
	header            http.Header
	client            *http.Client
	now               func() time.Time
}

func open(s connector.Settings) (pay.Provider, error) {
	return &account{address: s.Values["address"], merchant: s.Values["merchant_account"], header: http.Header{"X-Api-Key": {s.Values["api_key"]}}, client: s.Client, now: s.Now}, nil
}

// About implements pay.Provider: it asks for the ways to pay, which costs and changes nothing.
func (a *account) About(ctx context.Context) (pay.About, error) {
	_, err := connector.Do(ctx, a.client, connector.Call{URL: a.address + "/v71/paymentMethods", Header: a.header, Body: map[string]any{"merchantAccount": a.merchant}, Repeatable: true})
	return pay.About{Name: a.merchant, Test: strings.Contains(a.address, "checkout-test")}, err
}

// Refund implements pay.Provider. Adyen answers that it was received; what became of it comes by webhook.
func (a *account) Refund(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if !x.At.IsZero() && a.now().Sub(x.At) > keeps {
		return pay.Answer{}, errs.New(errs.Conflict, "error.payment_key_old")
	}
	value, ok := theirs(x.Amount)
	if !ok {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: "amount_not_payable"}, nil
	}
	h := a.header.Clone()
	h.Set("Idempotency-Key", x.Key)
	raw, err := connector.Do(ctx, a.client, connector.Call{URL: a.address + "/v71/payments/" + url.PathEscape(x.Payment) + "/refunds", Header: h,
		Body: map[string]any{"merchantAccount": a.merchant, "amount": map[string]any{"value": value, "currency": x.Amount.Currency}, "reference": x.Key}})
	if code, no := refusal(err); no {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: code}, nil
	}
	if err != nil {
		return pay.Answer{}, err
	}
	var r struct {
		Status    string `json:"status"`
		Reference string `json:"pspReference"`
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.Status != "received" || r.Reference == "" {
		return pay.Answer{}, errs.New(errs.Unavailable, "error.vendor_answer")
	}
	return pay.Answer{Outcome: refund.OutcomePending, Reference: r.Reference}, nil
}

// Lookup implements pay.Provider. Adyen has no way to ask about a refund: one that it has received is at work until it
// calls, and what it may not have received is asked for once more under the same key, as long as it knows that.
func (a *account) Lookup(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if err := ctx.Err(); err != nil {
		return pay.Answer{}, err
	}
	if x.Reference != "" {
		return pay.Answer{Outcome: refund.OutcomePending, Reference: x.Reference}, nil
	}
	if a.now().Sub(x.At) > keeps {
		return pay.Answer{}, errs.New(errs.Conflict, "error.payment_key_old")
	}
	return pay.Answer{}, errs.New(errs.NotFound, "")
}

// refusal returns the code of an answer that says no: a request that was understood and will not be carried out ("Error
// codes and messages"). All else leaves open what became of it.
func refusal(err error) (code string, ok bool) {
	var a *connector.Answer
	if !errors.As(err, &a) || a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
		return "", false
	}
	var body struct {
		Code string `json:"errorCode"`
		Type string `json:"errorType"`
	}
	if json.Unmarshal(a.Body, &body) != nil {
		return "", false
	}
	switch body.Type {
	case "validation", "configuration", "modification":
		return body.Type + "_" + body.Code, body.Code != "704" // "request already processed or in progress"
	}
	return "", false
}

// theirs returns a sum in Adyen's minor units. ok is false where they are too coarse for it.
func theirs(a money.Amount) (int64, bool) {
	here, odd := decimals[a.Currency]
	iso, _ := money.Digits(a.Currency)
	if !odd {
		return a.Minor, true
	}
	n := a.Minor
	for ; here > iso; here-- {
		if n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return 0, false
		}
		n *= 10
	}
	for ; here < iso; here++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}
