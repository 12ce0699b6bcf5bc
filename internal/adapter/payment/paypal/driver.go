package paypal

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks version 2 of the Payments API. PayPal is asked what became of refunds: who sent a webhook could only be
// told by asking PayPal as well.
func Driver() pay.Driver {
	return pay.Driver{
		Name: "paypal", Title: "PayPal", Docs: "https://developer.paypal.com/docs/api/payments/v2/",
		Options: []connector.Option{
			{Name: "client_id", Kind: connector.Text, Required: true},
			{Name: "client_secret", Kind: connector.Secret, Required: true},
			{Name: "webhook_id", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://api-m.paypal.com", Required: true},
		},
		Rate:   connector.Rate{Requests: 5, Per: time.Second}, // PayPal names no number, and asks for few ("Rate limiting guidelines")
		Scheme: "paypal", HookSecret: "webhook_id", Source: Source(), Can: pay.Capabilities{Asked: true, Keeps: keeps}, Open: open,
	}
}

// keeps is how long PayPal knows the keys of refunds ("PayPal-Request-Id": 45 days), less a day for two clocks. After that
// the same key would pay again.
const keeps = 44 * 24 * time.Hour

// whole are the currencies that PayPal takes without decimals, whatever ISO 4217 says ("Currency codes").
var whole = map[string]bool{"HUF": true, "JPY": true, "TWD": true}

type account struct {
	address, basic string
	client         *http.Client
	now            func() time.Time

	mu    sync.Mutex
	token string
	ends  time.Time
}

func open(s connector.Settings) (pay.Provider, error) {
	basic := base64.StdEncoding.EncodeToString([]byte(s.Values["client_id"] + ":" + s.Values["client_secret"]))
	return &account{address: s.Values["address"], basic: "Basic " + basic, client: s.Client, now: s.Now}, nil
}

// spare is how long before its end a token is not used any more.
const spare = time.Minute

// grant returns a token, a new one if there is none or it ends soon (client credentials, RFC 6749 section 4.4).
func (a *account) grant(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token != "" && a.now().Before(a.ends.Add(-spare)) {
		return a.token, nil
	}
	raw, err := connector.Do(ctx, a.client, connector.Call{URL: a.address + "/v1/oauth2/token", Header: http.Header{"Authorization": {a.basic}},
		Body: url.Values{"grant_type": {"client_credentials"}}, Repeatable: true})
	if err != nil {
		return "", fmt.Errorf("get token: %w", err)
	}
	var t struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(raw, &t); err != nil || t.Token == "" {
		return "", errs.New(errs.Unavailable, "error.vendor_answer")
	}
	a.token, a.ends = t.Token, a.now().Add(time.Duration(t.Seconds)*time.Second)
	return a.token, nil
}

// call makes a call with a token, and once more with a new one if PayPal has forgotten it.
func (a *account) call(ctx context.Context, c connector.Call) ([]byte, error) {
	for again := false; ; again = true {
		token, err := a.grant(ctx)
		if err != nil {
			return nil, err
		}
		if c.Header == nil {
			c.Header = http.Header{}
		}
		c.Header.Set("Authorization", "Bearer "+token)
		raw, err := connector.Do(ctx, a.client, c)
		var said *connector.Answer
		if again || !errors.As(err, &said) || said.Status != http.StatusUnauthorized {
			return raw, err
		}
		a.mu.Lock()
		if a.token == token {
			a.token = ""
		}
		a.mu.Unlock()
	}
}

// About implements pay.Provider: who may get a token is who they say.
func (a *account) About(ctx context.Context) (pay.About, error) {
	a.mu.Lock()
	a.token = ""
	a.mu.Unlock()
	_, err := a.grant(ctx)
	return pay.About{Test: strings.Contains(a.address, "sandbox")}, err
}

// amount is a sum as PayPal writes it.
type amount struct {
	Currency string `json:"currency_code"`
	Value    string `json:"value"`
}

// theirs writes a sum. ok is false where PayPal takes no such small parts of its currency.
func theirs(a money.Amount) (amount, bool) {
	text := a.String()
	if units, parts, ok := strings.Cut(text, "."); ok && whole[a.Currency] {
		return amount{a.Currency, units}, strings.Trim(parts, "0") == ""
	}
	return amount{a.Currency, text}, true
}

// Refund implements pay.Provider.
func (a *account) Refund(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if a.now().Sub(x.At) > keeps && !x.At.IsZero() {
		return pay.Answer{}, errs.New(errs.Conflict, "error.payment_key_old")
	}
	sum, ok := theirs(x.Amount)
	if !ok {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: "DECIMALS_NOT_SUPPORTED"}, nil
	}
	raw, err := a.call(ctx, connector.Call{
		URL: a.address + "/v2/payments/captures/" + url.PathEscape(x.Payment) + "/refund", Repeatable: true,
		Header: http.Header{"Paypal-Request-Id": {x.Key}, "Prefer": {"return=representation"}},
		Body:   map[string]any{"amount": sum, "custom_id": x.Key},
	})
	if code, no := refusal(err); no {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: code}, nil
	}
	if err != nil {
		return pay.Answer{}, err
	}
	return answer(raw)
}

// Lookup implements pay.Provider. PayPal finds no refund by its key: to ask once more under it is its way to tell, as long
// as it knows the key.
func (a *account) Lookup(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if x.Reference == "" {
		if err := ctx.Err(); err != nil {
			return pay.Answer{}, err
		}
		if a.now().Sub(x.At) > keeps {
			return pay.Answer{}, errs.New(errs.Conflict, "error.payment_key_old")
		}
		return pay.Answer{}, errs.New(errs.NotFound, "")
	}
	raw, err := a.call(ctx, connector.Call{URL: a.address + "/v2/payments/refunds/" + url.PathEscape(x.Reference)})
	if errs.Is(err, errs.NotFound) {
		err = errs.Wrap(errs.Invalid, err, "error.vendor_missing") // it has named it: that is no "never heard of"
	}
	if err != nil {
		return pay.Answer{}, err
	}
	return answer(raw)
}

var said = map[string]refund.Outcome{
	"COMPLETED": refund.OutcomeSucceeded, "PENDING": refund.OutcomePending, "FAILED": refund.OutcomeFailed, "CANCELLED": refund.OutcomeFailed,
}

// answer reads a refund. A status without a name here is no answer: nobody may take it for a refusal.
func answer(raw []byte) (pay.Answer, error) {
	var r struct {
		ID      string                  `json:"id"`
		Status  string                  `json:"status"`
		Details struct{ Reason string } `json:"status_details"`
		Payable struct {
			Net amount `json:"net_amount_in_receivable_currency"`
		} `json:"seller_payable_breakdown"`
	}
	err := json.Unmarshal(raw, &r)
	out, known := said[r.Status]
	if err != nil || !known || r.ID == "" {
		return pay.Answer{}, errs.New(errs.Unavailable, "error.vendor_answer")
	}
	x := pay.Answer{Outcome: out, Reference: r.ID}
	switch out {
	case refund.OutcomeFailed:
		x.Code = first(r.Details.Reason, r.Status)
	case refund.OutcomePending:
		x.Code = r.Details.Reason
	case refund.OutcomeSucceeded:
		if n := r.Payable.Net; n.Currency != "" {
			if x.Moved, err = money.Parse(n.Value, n.Currency); err != nil {
				return pay.Answer{}, errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
			}
		}
	}
	return x, nil
}

// refusal returns the issue of an answer that says no: a request that was understood and will not be paid ("Error
// messages"). All else leaves open what became of it.
func refusal(err error) (code string, ok bool) {
	var a *connector.Answer
	if !errors.As(err, &a) || a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest && a.Status != http.StatusNotFound {
		return "", false
	}
	var body struct {
		Name    string                   `json:"name"`
		Details []struct{ Issue string } `json:"details"`
	}
	if json.Unmarshal(a.Body, &body) != nil || body.Name == "" { // not PayPal: somebody on the way
		return "", false
	}
	for _, d := range body.Details {
		if d.Issue != "" {
			return d.Issue, d.Issue != "PREVIOUS_REQUEST_IN_PROGRESS"
		}
	}
	return body.Name, true
}
