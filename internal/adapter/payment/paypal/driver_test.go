package paypal_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/paypal"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

// box does what the reference of the Payments API says of refunds of captures: it wants a token, takes a sum in one of its
// spellings, answers a request identifier once, and shows a refund by its name.
type box struct {
	t testing.TB

	mu      sync.Mutex
	tokens  int // granted; only the newest is good
	refunds []map[string]any
	keys    map[string]kept
	decide  func(value string) (status int, change map[string]any)
}

type kept struct {
	body   string
	status int
	answer any
}

func newBox(t testing.TB) (*box, *httptest.Server) {
	t.Helper()
	b := &box{t: t, keys: map[string]kept{}, decide: func(string) (int, map[string]any) { return http.StatusCreated, nil }}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s
}

func refused(name, issue string) map[string]any {
	return map[string]any{"name": name, "message": "no", "debug_id": "b1d1f06c7246c", "details": []map[string]any{{"issue": issue}}}
}

func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	reply := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	if r.URL.Path == "/v1/oauth2/token" {
		if id, secret, _ := r.BasicAuth(); id != "client" || secret != "secret" || r.FormValue("grant_type") != "client_credentials" {
			reply(http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
			return
		}
		b.tokens++
		reply(200, map[string]any{"access_token": fmt.Sprint("A21-", b.tokens), "token_type": "Bearer", "expires_in": 32400})
		return
	}
	if r.Header.Get("Authorization") != fmt.Sprint("Bearer A21-", b.tokens) {
		reply(http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/v2/payments/refunds/"); ok {
		for _, x := range b.refunds {
			if x["id"] == id {
				reply(200, x)
				return
			}
		}
		reply(http.StatusNotFound, refused("RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"))
		return
	}
	capture, ok := strings.CutPrefix(r.URL.Path, "/v2/payments/captures/")
	capture, ok2 := strings.CutSuffix(capture, "/refund")
	key := r.Header.Get("Paypal-Request-Id")
	var ask struct {
		Amount struct {
			Value    string `json:"value"`
			Currency string `json:"currency_code"`
		} `json:"amount"`
		Custom string `json:"custom_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || !ok || !ok2 || r.Method != http.MethodPost || key == "" || ask.Custom != key || r.Header.Get("Prefer") != "return=representation" {
		b.t.Errorf("asked %s %s: %+v, %v", r.Method, r.URL, ask, err)
	}
	body := fmt.Sprint(capture, ask)
	if was, ok := b.keys[key]; ok {
		if was.body != body {
			reply(http.StatusUnprocessableEntity, refused("UNPROCESSABLE_ENTITY", "DUPLICATE_REQUEST_ID"))
			return
		}
		reply(was.status, was.answer)
		return
	}
	status, change := b.decide(ask.Amount.Value)
	if status != http.StatusCreated {
		if status != http.StatusUnauthorized {
			b.keys[key] = kept{body, status, change}
		}
		reply(status, change)
		return
	}
	x := map[string]any{
		"id": fmt.Sprint("1JU0", len(b.refunds)+1), "status": "COMPLETED", "custom_id": key, "amount": map[string]any{"value": ask.Amount.Value, "currency_code": ask.Amount.Currency},
		"links": []map[string]any{{"rel": "up", "href": "https://api-m.paypal.com/v2/payments/captures/" + capture}},
	}
	for k, v := range change {
		x[k] = v
	}
	b.refunds = append(b.refunds, x)
	b.keys[key] = kept{body, 200, x} // a repeat is answered with 200
	reply(status, x)
}

func connect(t testing.TB, s *httptest.Server, secret string, now func() time.Time) pay.Provider {
	t.Helper()
	p, err := paypal.Driver().Connect(pay.Account{Values: map[string]string{"client_id": "client", "client_secret": secret, "address": s.URL}},
		outbound.New(outbound.Options{Allow: outbound.Loopback()}), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestPayPalIsAProvider(t *testing.T) {
	paytest.Run(t, paypal.Driver(), func(t *testing.T) paytest.Subject {
		b, s := newBox(t)
		b.decide = func(value string) (int, map[string]any) {
			if value == "9.01" {
				return http.StatusUnprocessableEntity, refused("UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED")
			}
			return http.StatusCreated, nil
		}
		return paytest.Subject{Provider: connect(t, s, "secret", time.Now), Payment: "2GG279541U471931P", Good: eur(1000), Refused: eur(901), Paid: func() int {
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.refunds)
		}}
	})
}

// What PayPal says of a refund, and what it means here.
func TestAnswersOfPayPal(t *testing.T) {
	for name, x := range map[string]struct {
		change map[string]any
		want   pay.Answer
	}{
		"paid":      {nil, pay.Answer{Outcome: refund.OutcomeSucceeded}},
		"an echeck": {map[string]any{"status": "PENDING", "status_details": map[string]any{"reason": "ECHECK"}}, pay.Answer{Outcome: refund.OutcomePending, Code: "ECHECK"}},
		"failed":    {map[string]any{"status": "FAILED"}, pay.Answer{Outcome: refund.OutcomeFailed, Code: "FAILED"}},
		"cancelled": {map[string]any{"status": "CANCELLED"}, pay.Answer{Outcome: refund.OutcomeFailed, Code: "CANCELLED"}},
		"out of dollars": {map[string]any{"seller_payable_breakdown": map[string]any{"net_amount_in_receivable_currency": map[string]any{"value": "10.87", "currency_code": "USD"}}},
			pay.Answer{Outcome: refund.OutcomeSucceeded, Moved: money.Amount{Minor: 1087, Currency: "USD"}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.decide = func(string) (int, map[string]any) { return http.StatusCreated, x.change }
			p := connect(t, s, "secret", time.Now)
			x.want.Reference = "1JU01"
			ask := pay.Ask{Key: "k", Payment: "2GG", Amount: eur(1000), At: time.Now()}
			if got, err := p.Refund(t.Context(), ask); err != nil || got != x.want {
				t.Errorf("asked: %+v, %v; want %+v", got, err, x.want)
			}
			ask.Reference = "1JU01"
			if got, err := p.Lookup(t.Context(), ask); err != nil || got != x.want {
				t.Errorf("looked up: %+v, %v", got, err)
			}
		})
	}
}

// What is no answer leaves the outcome open, and says what to do about it.
func TestWhatIsNoAnswerOfPayPal(t *testing.T) {
	for name, x := range map[string]struct {
		secret string
		status int
		body   map[string]any
		want   errs.Kind
	}{
		"a wrong secret":      {"other", http.StatusCreated, nil, errs.Denied},
		"still at it":         {"secret", http.StatusUnprocessableEntity, refused("UNPROCESSABLE_ENTITY", "PREVIOUS_REQUEST_IN_PROGRESS"), errs.Invalid},
		"not PayPal":          {"secret", http.StatusBadRequest, map[string]any{"blocked": true}, errs.Invalid},
		"no right to refund":  {"secret", http.StatusForbidden, refused("NOT_AUTHORIZED", "PERMISSION_DENIED"), errs.Denied},
		"a status of its own": {"secret", http.StatusCreated, map[string]any{"status": "PERHAPS"}, errs.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.decide = func(string) (int, map[string]any) { return x.status, x.body }
			got, err := connect(t, s, x.secret, time.Now).Refund(t.Context(), pay.Ask{Key: "k", Payment: "2GG", Amount: eur(1000), At: time.Now()})
			if !errs.Is(err, x.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// PayPal knows a key for 45 days. After that nothing is asked under it: it would be paid again.
func TestAKeyThatPayPalMayHaveForgotten(t *testing.T) {
	b, s := newBox(t)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := connect(t, s, "secret", func() time.Time { return now })
	ask := pay.Ask{Key: "k", Payment: "2GG", Amount: eur(1000), At: now}
	if _, err := p.Lookup(t.Context(), ask); !errs.Is(err, errs.NotFound) {
		t.Errorf("as long as it knows it, it may be asked again: %v", err)
	}
	now = now.AddDate(0, 0, 45)
	if _, err := p.Lookup(t.Context(), ask); !errs.Is(err, errs.Conflict) {
		t.Errorf("after that: %v", err)
	}
	if _, err := p.Refund(t.Context(), ask); !errs.Is(err, errs.Conflict) || len(b.refunds) != 0 {
		t.Errorf("after that: %v, %d paid", err, len(b.refunds))
	}
}

// A token that PayPal has forgotten is replaced, once.
func TestATokenIsReplaced(t *testing.T) {
	b, s := newBox(t)
	p := connect(t, s, "secret", time.Now)
	ask := pay.Ask{Key: "k", Payment: "2GG", Amount: eur(1000), At: time.Now()}
	if _, err := p.Refund(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.tokens++
	b.mu.Unlock()
	ask.Reference = "1JU01"
	if got, err := p.Lookup(t.Context(), ask); err != nil || got.Outcome != refund.OutcomeSucceeded || b.tokens != 3 {
		t.Errorf("%+v, %v, %d tokens", got, err, b.tokens)
	}
	if _, err := p.About(t.Context()); err != nil {
		t.Error(err)
	}
}

// PayPal takes some currencies without decimals ("Currency codes").
func TestDecimalsOfPayPal(t *testing.T) {
	for _, x := range []struct {
		sum  money.Amount
		want string
	}{
		{money.Amount{Minor: 1500, Currency: "JPY"}, "1500"}, {money.Amount{Minor: 150000, Currency: "HUF"}, "1500"}, {money.Amount{Minor: 150050, Currency: "HUF"}, ""},
		{money.Amount{Minor: 150050, Currency: "EUR"}, "1500.50"},
	} {
		b, s := newBox(t)
		asked := ""
		b.decide = func(value string) (int, map[string]any) { asked = value; return http.StatusCreated, nil }
		got, err := connect(t, s, "secret", time.Now).Refund(t.Context(), pay.Ask{Key: "k", Payment: "2GG", Amount: x.sum, At: time.Now()})
		if err != nil || asked != x.want || (x.want == "") != (got.Outcome == refund.OutcomeFailed) {
			t.Errorf("%v: asked for %q, %+v, %v; want %q", x.sum, asked, got, err, x.want)
		}
	}
}

func TestTheKeyOfARefundComesBack(t *testing.T) {
	body := `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.REFUNDED","resource_type":"refund","resource":{"id":"1JU01","status":"COMPLETED","custom_id":"godwit-0-0-7.1-1","amount":{"value":"10.00","currency_code":"EUR"},"links":[{"rel":"up","href":"https://api-m.paypal.com/v2/payments/captures/2GG"}]}}`
	d, err := paypal.Source().Decode(nil, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := d.Object.(*intake.Refund); !ok || r.Refs[pay.KeyRef] != "godwit-0-0-7.1-1" || r.Refs["order"] != "" || r.Refs["payment"] != "2GG" || r.Status != "succeeded" {
		t.Errorf("%+v", d.Object)
	}
}
