package stripe_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/adapter/payment/stripe/stripetest"
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

func newBox(t testing.TB) (*stripetest.Server, *httptest.Server) {
	t.Helper()
	at, err := mock()
	if err != nil {
		t.Fatal(err)
	}
	b := &stripetest.Server{Mock: at, Wrong: func(what string) { t.Error(what) }}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	return b, s
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
			paytest.Run(t, stripe.Driver(), func(t *testing.T) paytest.Subject {
				b, s := newBox(t)
				b.Decide = func(amount, _ string) (int, map[string]any) {
					if amount == "901" {
						return http.StatusBadRequest, stripetest.Refused("invalid_request_error", "charge_already_refunded")
					}
					return 200, nil
				}
				return paytest.Subject{Provider: connect(t, s, stripetest.Key), Payment: payment, Good: eur(1000), Refused: eur(901), Paid: func() int { return len(b.Refunds()) }}
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
			b.Decide = func(string, string) (int, map[string]any) { return 200, x.change }
			p := connect(t, s, stripetest.Key)
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
		"the key is in use":   {stripetest.Key, http.StatusConflict, stripetest.Refused("invalid_request_error", "idempotency_key_in_use"), errs.Unavailable},
		"a status of its own": {stripetest.Key, 200, map[string]any{"status": "perhaps"}, errs.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := newBox(t)
			b.Decide = func(string, string) (int, map[string]any) { return x.status, x.body }
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
	p := connect(t, s, stripetest.Key)
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
		b.Decide = func(amount, _ string) (int, map[string]any) { asked = amount; return 200, nil }
		if _, err := connect(t, s, stripetest.Key).Refund(t.Context(), pay.Ask{Key: "k", Payment: "ch_1", Amount: money.Amount{Minor: 1500, Currency: currency}}); err != nil || asked != want {
			t.Errorf("%s: asked for %s, %v; want %s", currency, asked, err, want)
		}
	}
}

func TestWhoWeAreAtStripe(t *testing.T) {
	_, s := newBox(t)
	if got, err := connect(t, s, stripetest.Key).About(t.Context()); err != nil || !got.Test || got.Name == "" {
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
