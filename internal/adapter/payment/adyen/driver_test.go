package adyen_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/adyen"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

// box does what the reference of the Checkout API says of refunds: it wants a key of the API, answers that a request was
// received, and an idempotency key once.
type box struct {
	t testing.TB

	mu       sync.Mutex
	received int
	keys     map[string]kept
	decide   func(value int64) (status int, answer map[string]any)
}

type kept struct {
	body   string
	status int
	answer any
}

func newBox(t testing.TB) (*box, *httptest.Server) {
	t.Helper()
	b := &box{t: t, keys: map[string]kept{}, decide: func(int64) (int, map[string]any) { return http.StatusCreated, nil }}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s
}

// The error of the reference's example, and of "Error codes".
func refused(kind, code string) map[string]any {
	return map[string]any{"status": 422, "errorCode": code, "message": "no", "errorType": kind, "pspReference": "QFQTPCQ8HXSKGK82"}
}

func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	reply := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	if r.Header.Get("X-Api-Key") != "AQE-key" {
		reply(http.StatusUnauthorized, map[string]any{"status": 401, "errorCode": "000", "errorType": "security", "message": "HTTP Status Response - Unauthorized"})
		return
	}
	var ask struct {
		Merchant string `json:"merchantAccount"`
		Amount   struct {
			Value    int64  `json:"value"`
			Currency string `json:"currency"`
		} `json:"amount"`
		Reference string `json:"reference"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || ask.Merchant != "Acme_ECOM" || r.Method != http.MethodPost {
		b.t.Errorf("asked %s %s: %+v, %v", r.Method, r.URL, ask, err)
	}
	if r.URL.Path == "/v71/paymentMethods" {
		reply(200, map[string]any{"paymentMethods": []any{}})
		return
	}
	payment, ok := strings.CutPrefix(r.URL.Path, "/v71/payments/")
	payment, ok2 := strings.CutSuffix(payment, "/refunds")
	key := r.Header.Get("Idempotency-Key")
	if !ok || !ok2 || key == "" || len(key) > 64 || ask.Reference != key || len(key) > 80 {
		b.t.Errorf("asked %s under %q: %+v", r.URL, key, ask)
	}
	body := fmt.Sprint(payment, ask)
	if was, ok := b.keys[key]; ok {
		if was.body != body {
			reply(http.StatusUnprocessableEntity, refused("validation", "702"))
			return
		}
		reply(was.status, was.answer)
		return
	}
	status, answer := b.decide(ask.Amount.Value)
	if status == http.StatusCreated && answer == nil {
		b.received++
		answer = map[string]any{"merchantAccount": ask.Merchant, "paymentPspReference": payment, "reference": key, "pspReference": fmt.Sprint("BQ0", b.received), "status": "received", "amount": ask.Amount}
	}
	b.keys[key] = kept{body, status, answer}
	reply(status, answer)
}

func connect(t testing.TB, s *httptest.Server, key string, now func() time.Time) pay.Provider {
	t.Helper()
	p, err := adyen.Driver().Connect(pay.Account{Values: map[string]string{"api_key": key, "merchant_account": "Acme_ECOM", "address": s.URL}},
		outbound.New(outbound.Options{Allow: outbound.Loopback()}), now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestAdyenIsAProvider(t *testing.T) {
	paytest.Run(t, adyen.Driver(), func(t *testing.T) paytest.Subject {
		b, s := newBox(t)
		b.decide = func(value int64) (int, map[string]any) {
			if value == 901 {
				return http.StatusUnprocessableEntity, refused("validation", "137")
			}
			return http.StatusCreated, nil
		}
		return paytest.Subject{Provider: connect(t, s, "AQE-key", time.Now), Payment: "883548278582772C", Good: eur(1000), Refused: eur(901), Paid: func() int {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.received
		}}
	})
}

// What is no answer leaves the outcome open, and says what to do about it.
func TestWhatIsNoAnswerOfAdyen(t *testing.T) {
	for name, x := range map[string]struct {
		key    string
		status int
		answer map[string]any
		want   errs.Kind
	}{
		"a wrong key":             {"AQE-no", http.StatusCreated, nil, errs.Denied},
		"still at it":             {"AQE-key", http.StatusUnprocessableEntity, refused("validation", "704"), errs.Invalid},
		"a fault there":           {"AQE-key", http.StatusUnprocessableEntity, refused("internal", "905"), errs.Invalid},
		"not Adyen":               {"AQE-key", http.StatusBadRequest, map[string]any{"blocked": true}, errs.Invalid},
		"a status of its own":     {"AQE-key", http.StatusCreated, map[string]any{"status": "perhaps", "pspReference": "BQ"}, errs.Unavailable},
		"received without a name": {"AQE-key", http.StatusCreated, map[string]any{"status": "received"}, errs.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.decide = func(int64) (int, map[string]any) { return x.status, x.answer }
			got, err := connect(t, s, x.key, time.Now).Refund(t.Context(), pay.Ask{Key: "k", Payment: "88", Amount: eur(1000), At: time.Now()})
			if !errs.Is(err, x.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Adyen knows a key for seven days. After that nothing is asked under it: it would be paid again.
func TestAKeyThatAdyenMayHaveForgotten(t *testing.T) {
	b, s := newBox(t)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := connect(t, s, "AQE-key", func() time.Time { return now })
	ask := pay.Ask{Key: "k", Payment: "88", Amount: eur(1000), At: now}
	if _, err := p.Lookup(t.Context(), ask); !errs.Is(err, errs.NotFound) {
		t.Errorf("as long as it knows it, it may be asked again: %v", err)
	}
	now = now.AddDate(0, 0, 7)
	if _, err := p.Lookup(t.Context(), ask); !errs.Is(err, errs.Conflict) {
		t.Errorf("after that: %v", err)
	}
	if _, err := p.Refund(t.Context(), ask); !errs.Is(err, errs.Conflict) || b.received != 0 {
		t.Errorf("after that: %v, %d received", err, b.received)
	}
	ask.Reference = "BQ01"
	if got, err := p.Lookup(t.Context(), ask); err != nil || got.Outcome != refund.OutcomePending {
		t.Errorf("what it has received is at work: %+v, %v", got, err)
	}
}

// Adyen counts some currencies by other minor units than ISO 4217 ("Currency codes").
func TestMinorUnitsOfAdyen(t *testing.T) {
	for currency, want := range map[string]int64{"EUR": 150000, "JPY": 150000, "ISK": 15000000, "CLP": 15000000, "IDR": 1500} {
		b, s := newBox(t)
		var asked int64
		b.decide = func(value int64) (int, map[string]any) { asked = value; return http.StatusCreated, nil }
		if _, err := connect(t, s, "AQE-key", time.Now).Refund(t.Context(), pay.Ask{Key: "k", Payment: "88", Amount: money.Amount{Minor: 150000, Currency: currency}, At: time.Now()}); err != nil || asked != want {
			t.Errorf("%s: asked for %d, %v; want %d", currency, asked, err, want)
		}
	}
	_, s := newBox(t)
	if got, err := connect(t, s, "AQE-key", time.Now).Refund(t.Context(), pay.Ask{Key: "k", Payment: "88", Amount: money.Amount{Minor: 150050, Currency: "IDR"}}); err != nil || got.Outcome != refund.OutcomeFailed {
		t.Errorf("half a rupiah: %+v, %v", got, err)
	}
}

func TestWhoWeAreAtAdyen(t *testing.T) {
	_, s := newBox(t)
	if got, err := connect(t, s, "AQE-key", time.Now).About(t.Context()); err != nil || got.Name != "Acme_ECOM" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := connect(t, s, "AQE-no", time.Now).About(t.Context()); !errs.Is(err, errs.Denied) {
		t.Errorf("a wrong key: %v", err)
	}
}

func TestTheKeyOfARefundComesBack(t *testing.T) {
	body := `{"live":"true","notificationItems":[{"NotificationRequestItem":{"eventCode":"REFUND","success":"true","pspReference":"BQ01","originalReference":"88","merchantAccountCode":"Acme_ECOM","merchantReference":"godwit-0-0-7.1-1","amount":{"value":1000,"currency":"EUR"},"eventDate":"2026-11-22T12:00:00+01:00","paymentMethod":"visa","reason":""}}]}`
	d, err := adyen.Source().Decode(nil, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := d.Object.(*intake.Refund); !ok || r.Refs[pay.KeyRef] != "godwit-0-0-7.1-1" || r.Refs["order"] != "" || r.Refs["payment"] != "88" || r.Status != "succeeded" || r.ID != "BQ01" {
		t.Errorf("%+v", d.Object)
	}
}
