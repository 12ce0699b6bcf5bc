package stripe_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/pay/paytest"
)

// mock starts the vendor's own stripe-mock, which refuses what Stripe's description of its API does not allow. It is made
// from tools.mod; where GODWIT_TEST_SERVERS is not 1 the test goes without it.
var mock = sync.OnceValues(func() (address string, err error) {
	if os.Getenv("GODWIT_TEST_SERVERS") != "1" {
		return "", nil
	}
	dir, err := os.MkdirTemp("", "stripe-mock")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "stripe-mock")
	build := exec.Command("go", "build", "-modfile=../../../../tools.mod", "-o", bin, "github.com/stripe/stripe-mock")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build stripe-mock: %w\n%s", err, out)
	}
	cmd := exec.Command(bin, "-http-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, at, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the process
			return "http://" + strings.TrimSpace(at), nil
		}
	}
	return "", fmt.Errorf("stripe-mock named no address")
})

var stop = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	stop()
	os.Exit(code)
}

// box stands before stripe-mock, which forgets everything, and remembers: a key is answered once, a refund is found by its
// name and among those of its payment. Each request goes to the mock first, whose refusals stand.
type box struct {
	t    testing.TB
	mock string

	mu      sync.Mutex
	refunds []map[string]any
	keys    map[string]kept
	decide  func(amount string) (status int, change map[string]any)
}

type kept struct {
	params string
	status int
	body   []byte
}

func newBox(t testing.TB) (*box, *httptest.Server) {
	t.Helper()
	at, err := mock()
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, mock: at, keys: map[string]kept{}, decide: func(string) (int, map[string]any) { return 200, nil }}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s
}

func reply(w http.ResponseWriter, status int, v any) []byte {
	raw, ok := v.([]byte)
	if !ok {
		raw, _ = json.Marshal(v)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
	return raw
}

func refused(kind, code string) map[string]any {
	return map[string]any{"error": map[string]any{"type": kind, "code": code, "message": "no"}}
}

// ask puts a request to the mock and returns what it says.
func (b *box) ask(r *http.Request, body []byte) (int, []byte) {
	if b.mock == "" {
		return http.StatusOK, []byte(`{"object":"refund","currency":"usd","status":"succeeded"}`)
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, b.mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		b.t.Error(err)
		return 500, nil
	}
	req.Header = r.Header.Clone()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 500, nil // the caller has gone
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, raw
}

func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer sk_test_123" {
		reply(w, http.StatusUnauthorized, refused("invalid_request_error", ""))
		return
	}
	body, _ := io.ReadAll(r.Body)
	status, said := b.ask(r, body)
	if status != http.StatusOK {
		reply(w, status, said)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch id, one := strings.CutPrefix(r.URL.Path, "/v1/refunds/"); {
	case r.URL.Path == "/v1/refunds" && r.Method == http.MethodPost:
		b.create(w, r, string(body), said)
	case r.URL.Path == "/v1/refunds":
		b.list(w, r.URL.Query())
	case one:
		for _, x := range b.refunds {
			if x["id"] == id {
				reply(w, 200, x)
				return
			}
		}
		reply(w, http.StatusNotFound, refused("invalid_request_error", "resource_missing"))
	case b.mock == "" && r.URL.Path == "/v1/balance":
		reply(w, 200, map[string]any{"object": "balance", "livemode": false})
	case b.mock == "" && r.URL.Path == "/v1/account":
		reply(w, 200, map[string]any{"object": "account", "id": "acct_1"})
	default:
		reply(w, status, said)
	}
}

func (b *box) create(w http.ResponseWriter, r *http.Request, body string, said []byte) {
	key := r.Header.Get("Idempotency-Key")
	if was, ok := b.keys[key]; ok {
		if was.params != body {
			reply(w, http.StatusBadRequest, refused("idempotency_error", ""))
			return
		}
		reply(w, was.status, was.body)
		return
	}
	form, err := url.ParseQuery(body)
	if err != nil || key == "" || form.Get("metadata[godwit_key]") != key || form.Get("charge")+form.Get("payment_intent") == "" {
		b.t.Errorf("asked %q under %q", body, key)
	}
	status, change := b.decide(form.Get("amount"))
	if status != http.StatusOK {
		b.keys[key] = kept{body, status, reply(w, status, change)}
		return
	}
	var x map[string]any
	if err := json.Unmarshal(said, &x); err != nil {
		b.t.Error(err)
	}
	x["id"], x["amount"], x["status"], x["charge"], x["payment_intent"] = fmt.Sprintf("re_%d", len(b.refunds)+1), json.Number(form.Get("amount")), "succeeded", form.Get("charge"), form.Get("payment_intent")
	x["metadata"] = map[string]any{"godwit_key": key}
	for _, name := range []string{"balance_transaction", "failure_balance_transaction"} { // the mock's are of another sum
		if m, ok := x[name].(map[string]any); ok {
			m["amount"], m["currency"] = json.Number("-"+form.Get("amount")), x["currency"]
		}
	}
	for k, v := range change {
		x[k] = v
	}
	b.refunds = append(b.refunds, x)
	b.keys[key] = kept{body, 200, reply(w, 200, x)}
}

func (b *box) list(w http.ResponseWriter, q url.Values) {
	var page []map[string]any
	more, from := false, q.Get("starting_after") == ""
	for i := len(b.refunds) - 1; i >= 0; i-- { // the newest first
		x := b.refunds[i]
		if x["charge"] != q.Get("charge") || x["payment_intent"] != q.Get("payment_intent") {
			continue
		}
		switch {
		case !from:
			from = x["id"] == q.Get("starting_after")
		case len(page) == 2: // small pages, so that there are several
			more = true
		default:
			page = append(page, x)
		}
	}
	reply(w, 200, map[string]any{"object": "list", "url": "/v1/refunds", "has_more": more, "data": page})
}

func connect(t testing.TB, s *httptest.Server, key string) pay.Provider {
	t.Helper()
	p, err := stripe.Driver().Connect(pay.Account{Values: map[string]string{"api_key": key, "address": s.URL}}, outbound.New(outbound.Options{Allow: outbound.Loopback()}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestStripeIsAProvider(t *testing.T) {
	for _, payment := range []string{"ch_1", "pi_1"} {
		t.Run(payment, func(t *testing.T) {
			paytest.Run(t, func(t *testing.T) paytest.Subject {
				b, s := newBox(t)
				b.decide = func(amount string) (int, map[string]any) {
					if amount == "901" {
						return http.StatusBadRequest, refused("invalid_request_error", "charge_already_refunded")
					}
					return 200, nil
				}
				return paytest.Subject{Provider: connect(t, s, "sk_test_123"), Payment: payment, Good: eur(1000), Refused: eur(901), Paid: func() int {
					b.mu.Lock()
					defer b.mu.Unlock()
					return len(b.refunds)
				}}
			})
		})
	}
}

// What Stripe says of a refund, and what it means here.
func TestAnswersOfStripe(t *testing.T) {
	for name, x := range map[string]struct {
		change map[string]any
		want   pay.Answer
	}{
		"paid":       {nil, pay.Answer{Outcome: refund.OutcomeSucceeded}},
		"pending":    {map[string]any{"status": "pending", "pending_reason": "insufficient_funds"}, pay.Answer{Outcome: refund.OutcomePending, Code: "insufficient_funds"}},
		"for people": {map[string]any{"status": "requires_action"}, pay.Answer{Outcome: refund.OutcomeNeedsAction}},
		"failed":     {map[string]any{"status": "failed", "failure_reason": "expired_or_canceled_card"}, pay.Answer{Outcome: refund.OutcomeFailed, Code: "expired_or_canceled_card"}},
		"cancelled":  {map[string]any{"status": "canceled"}, pay.Answer{Outcome: refund.OutcomeFailed, Code: "canceled"}},
		"out of dollars": {map[string]any{"currency": "eur", "balance_transaction": map[string]any{"id": "txn_1", "object": "balance_transaction", "amount": -1087, "currency": "usd"}},
			pay.Answer{Outcome: refund.OutcomeSucceeded, Moved: money.Amount{Minor: 1087, Currency: "USD"}}},
		"out of the same": {map[string]any{"currency": "eur", "balance_transaction": map[string]any{"id": "txn_1", "object": "balance_transaction", "amount": -1000, "currency": "eur"}},
			pay.Answer{Outcome: refund.OutcomeSucceeded}},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.decide = func(string) (int, map[string]any) { return 200, x.change }
			p := connect(t, s, "sk_test_123")
			x.want.Reference = "re_1"
			ask := pay.Ask{Key: "k", Payment: "ch_1", Amount: eur(1000)}
			got, err := p.Refund(t.Context(), ask)
			if err != nil || got != x.want {
				t.Errorf("asked: %+v, %v; want %+v", got, err, x.want)
			}
			if got, err = p.Lookup(t.Context(), ask); err != nil || got != x.want {
				t.Errorf("looked up by key: %+v, %v", got, err)
			}
			if ask.Reference = "re_1"; err == nil {
				if got, err = p.Lookup(t.Context(), ask); err != nil || got != x.want {
					t.Errorf("looked up by name: %+v, %v", got, err)
				}
			}
		})
	}
}

// What is no answer leaves the outcome open, and says what to do about it.
func TestWhatIsNoAnswerOfStripe(t *testing.T) {
	for name, x := range map[string]struct {
		key    string
		status int
		body   map[string]any
		want   errs.Kind
	}{
		"a wrong key":         {"sk_test_no", 200, nil, errs.Denied},
		"the key is in use":   {"sk_test_123", http.StatusConflict, refused("invalid_request_error", "idempotency_key_in_use"), errs.Unavailable},
		"a status of its own": {"sk_test_123", 200, map[string]any{"status": "perhaps"}, errs.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.decide = func(string) (int, map[string]any) { return x.status, x.body }
			got, err := connect(t, s, x.key).Refund(t.Context(), pay.Ask{Key: "k", Payment: "ch_1", Amount: eur(1000)})
			if !errs.Is(err, x.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Among the refunds of a payment, on several pages, the one that was asked for under a key is found.
func TestARefundIsFoundAmongMany(t *testing.T) {
	_, s := newBox(t)
	p := connect(t, s, "sk_test_123")
	for i := range 7 {
		if _, err := p.Refund(t.Context(), pay.Ask{Key: fmt.Sprint("k", i), Payment: "ch_1", Amount: eur(100)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.Lookup(t.Context(), pay.Ask{Key: "k1", Payment: "ch_1", Amount: eur(100)})
	if err != nil || got.Reference != "re_2" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := p.Lookup(t.Context(), pay.Ask{Key: "k9", Payment: "ch_1", Amount: eur(100)}); !errs.Is(err, errs.NotFound) {
		t.Errorf("never asked: %v", err)
	}
}

// Stripe counts some currencies by other minor units than ISO 4217 ("Supported currencies").
func TestMinorUnitsOfStripe(t *testing.T) {
	for currency, want := range map[string]string{"ISK": "150000", "JPY": "1500", "KWD": "1500", "EUR": "1500"} {
		b, s := newBox(t)
		asked := ""
		b.decide = func(amount string) (int, map[string]any) { asked = amount; return 200, nil }
		if _, err := connect(t, s, "sk_test_123").Refund(t.Context(), pay.Ask{Key: "k", Payment: "ch_1", Amount: money.Amount{Minor: 1500, Currency: currency}}); err != nil || asked != want {
			t.Errorf("%s: asked for %s, %v; want %s", currency, asked, err, want)
		}
	}
}

func TestWhoWeAreAtStripe(t *testing.T) {
	_, s := newBox(t)
	if got, err := connect(t, s, "sk_test_123").About(t.Context()); err != nil || !got.Test || got.Name == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := connect(t, s, "sk_test_no").About(t.Context()); !errs.Is(err, errs.Denied) {
		t.Errorf("a wrong key: %v", err)
	}
}

// A webhook names the key that its refund was asked for with.
func TestTheKeyOfARefundComesBack(t *testing.T) {
	body := []byte(`{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"re_1","object":"refund","amount":1000,"currency":"eur","status":"succeeded","charge":"ch_1","payment_intent":"pi_1","metadata":{"godwit_key":"godwit-0-0-7.1-1"}}}}`)
	d, err := stripe.Source().Decode(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := d.Object.(*intake.Refund)
	if !ok || r.Refs[pay.KeyRef] != "godwit-0-0-7.1-1" || r.Status != "succeeded" || r.ID != "re_1" || r.Refs["payment_intent"] != "pi_1" || r.Refs["charge"] != "ch_1" {
		t.Errorf("%+v", d.Object)
	}
}
