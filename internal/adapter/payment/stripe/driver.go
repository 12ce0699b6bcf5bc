package stripe

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver speaks the version of the API that the official library is made for.
func Driver() pay.Driver {
	return pay.Driver{
		Name: "stripe", Title: "Stripe", Docs: "https://docs.stripe.com/api/refunds?api-version=" + api.APIVersion,
		Options: []connector.Option{
			{Name: "api_key", Kind: connector.Secret, Required: true},
			{Name: "webhook_secret", Kind: connector.Secret},
			{Name: "address", Kind: connector.URL, Default: "https://api.stripe.com", Required: true},
		},
		Rate:   connector.Rate{Requests: 20, Per: time.Second}, // a fifth of what "Rate limits" names for live mode: the shop needs it too
		Scheme: "stripe", HookSecret: "webhook_secret", Source: Source(), Can: pay.Capabilities{Asked: true, Holds: true}, Open: open,
	}
}

// metaKey is the name under which the metadata of a refund hold the key that it was asked for with.
const metaKey = "godwit_key"

type account struct{ *api.Client }

func open(s connector.Settings) (pay.Provider, error) {
	return account{api.NewClient(s.Values["api_key"], api.WithBackends(api.NewBackendsWithConfig(&api.BackendConfig{
		HTTPClient: s.Client, URL: api.String(s.Values["address"]), MaxNetworkRetries: api.Int64(0), // the client repeats
		EnableTelemetry: api.Bool(false), LeveledLogger: &api.LeveledLogger{Level: api.LevelNull},
	})))}, nil
}

// About implements pay.Provider.
func (a account) About(ctx context.Context) (pay.About, error) {
	b, err := a.V1Balance.Retrieve(ctx, nil) // the least that every key may read
	if err != nil {
		return pay.About{}, failure(err)
	}
	out := pay.About{Test: !b.Livemode}
	if who, err := a.V1Accounts.Retrieve(ctx, nil); err == nil { // a restricted key may not
		if out.Name = who.ID; who.Settings != nil && who.Settings.Dashboard != nil && who.Settings.Dashboard.DisplayName != "" {
			out.Name = who.Settings.Dashboard.DisplayName
		}
	}
	return out, nil
}

// Refund implements pay.Provider. Stripe keeps the answer to a key for a day at least ("Idempotent requests").
func (a account) Refund(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	minor, ok := theirs(x.Amount)
	if !ok {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: "amount_not_payable"}, nil
	}
	p := &api.RefundCreateParams{Amount: &minor}
	p.SetIdempotencyKey(x.Key)
	p.AddMetadata(metaKey, x.Key)
	p.AddExpand("balance_transaction")
	if strings.HasPrefix(x.Payment, "pi_") {
		p.PaymentIntent = &x.Payment
	} else {
		p.Charge = &x.Payment
	}
	r, err := a.V1Refunds.Create(ctx, p)
	if code, refused := refusal(err); refused {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: code}, nil
	}
	if err != nil {
		return pay.Answer{}, failure(err)
	}
	return answer(r)
}

// Lookup implements pay.Provider. A refund whose name is not known is found among those of its payment.
func (a account) Lookup(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if x.Reference != "" {
		p := &api.RefundRetrieveParams{}
		p.AddExpand("balance_transaction")
		r, err := a.V1Refunds.Retrieve(ctx, x.Reference, p)
		if err != nil {
			return pay.Answer{}, failure(err)
		}
		return answer(r)
	}
	p := &api.RefundListParams{}
	p.Limit = api.Int64(100)
	p.AddExpand("data.balance_transaction")
	if strings.HasPrefix(x.Payment, "pi_") {
		p.PaymentIntent = &x.Payment
	} else {
		p.Charge = &x.Payment
	}
	for r, err := range a.V1Refunds.List(ctx, p).All(ctx) {
		if err != nil {
			return pay.Answer{}, failure(err)
		}
		if r.Metadata[metaKey] == x.Key {
			return answer(r)
		}
	}
	return pay.Answer{}, errs.New(errs.NotFound, "")
}

var said = map[api.RefundStatus]refund.Outcome{
	api.RefundStatusPending: refund.OutcomePending, api.RefundStatusRequiresAction: refund.OutcomeNeedsAction,
	api.RefundStatusSucceeded: refund.OutcomeSucceeded, api.RefundStatusFailed: refund.OutcomeFailed, api.RefundStatusCanceled: refund.OutcomeFailed,
}

// answer reads a refund. A status without a name here is no answer: nobody may take it for a refusal.
func answer(r *api.Refund) (pay.Answer, error) {
	out, known := said[r.Status]
	if !known || r.ID == "" {
		return pay.Answer{}, errs.New(errs.Unavailable, "error.vendor_answer")
	}
	x := pay.Answer{Outcome: out, Reference: r.ID}
	switch {
	case r.Status == api.RefundStatusCanceled:
		x.Code = "canceled"
	case out == refund.OutcomeFailed:
		x.Code = string(r.FailureReason)
	case out == refund.OutcomePending:
		x.Code = string(r.PendingReason)
	}
	moved := r.BalanceTransaction
	if out == refund.OutcomeFailed && r.FailureBalanceTransaction != nil {
		moved = r.FailureBalanceTransaction
	}
	if moved != nil && moved.Currency != "" && (moved.Currency != r.Currency || abs(moved.Amount) != r.Amount) {
		x.Moved, _ = ours(abs(moved.Amount), string(moved.Currency))
	}
	return x, nil
}

func abs(n int64) int64 { return max(n, -n) }

// refusal returns the code of an answer that says no: a request that was understood and will not be paid. All else that is
// no refund leaves open what became of it.
func refusal(err error) (code string, ok bool) {
	var e *api.Error
	if !errors.As(err, &e) || e.Type == api.ErrorTypeIdempotency || e.Code == api.ErrorCodeIdempotencyKeyInUse {
		return "", false
	}
	switch e.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		switch {
		case e.DeclineCode != "":
			return string(e.DeclineCode), true
		case e.Code != "":
			return string(e.Code), true
		}
		return string(e.Type), true
	}
	return "", false
}

// failure gives the library's errors our kinds.
func failure(err error) error {
	var e *api.Error
	if !errors.As(err, &e) {
		if errors.Is(err, context.Canceled) || errors.As(err, new(*errs.Error)) {
			return err
		}
		return errs.Wrap(errs.Unavailable, err, "error.vendor_busy")
	}
	err = errors.New("stripe: " + string(e.Type) + " " + string(e.Code) + " " + e.RequestID) // its own text repeats what it was sent
	switch code := e.HTTPStatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return errs.Wrap(errs.Denied, err, "error.vendor_denied")
	case code == http.StatusNotFound:
		return errs.Wrap(errs.Invalid, err, "error.vendor_missing") // of what it has named itself: not a thing never heard of
	case code == http.StatusConflict || code == http.StatusTooManyRequests || code >= 500:
		return errs.Wrap(errs.Unavailable, err, "error.vendor_busy")
	}
	return errs.Wrap(errs.Invalid, err, "error.vendor_refused", "status", e.HTTPStatusCode)
}

// digits returns how many decimals a currency has for ISO 4217, and for Stripe.
func digits(currency string) (iso, here int) {
	iso, _ = money.Digits(currency)
	if n, odd := decimals[currency]; odd {
		return iso, n
	}
	return iso, iso
}

// theirs returns a sum in Stripe's minor units. ok is false where Stripe's are too coarse for it.
func theirs(a money.Amount) (int64, bool) { return scale(a.Minor, digitsGap(a.Currency)) }

// ours returns a sum of Stripe's minor units in ours.
func ours(minor int64, currency string) (money.Amount, bool) {
	currency = strings.ToUpper(currency)
	n, ok := scale(minor, -digitsGap(currency))
	return money.Amount{Minor: n, Currency: currency}, ok
}

func digitsGap(currency string) int {
	iso, here := digits(currency)
	return here - iso
}

// scale returns n with so many more decimals.
func scale(n int64, by int) (int64, bool) {
	for ; by > 0; by-- {
		if n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return 0, false
		}
		n *= 10
	}
	for ; by < 0; by++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return n, true
}
