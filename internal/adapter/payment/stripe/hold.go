package stripe

import (
	"context"
	"slices"
	"strings"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/pay"
)

var _ pay.Holder = account{}

// pageLife is how long a page waits for its customer; Stripe allows 30 minutes to a day.
const pageLife = 2 * time.Hour

// maxMessage is the longest text that Stripe shows where the customer agrees ("custom_text").
const maxMessage = 1200

// locales are those of Checkout that a language is shown in.
var locales = []string{"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-TW"}

func locale(language string) string {
	switch language {
	case "zh-Hant":
		return "zh-TW"
	case "no":
		return "nb"
	}
	if slices.Contains(locales, language) {
		return language
	}
	if base, _, _ := strings.Cut(language, "-"); slices.Contains(locales, base) {
		return base
	}
	return "auto"
}

// OpenHold implements pay.Holder by a Checkout Session whose payment is authorised and not captured ("Place a hold on a
// payment method"). The customer agrees there that the card is kept and may be charged later: a hold ends after about a week.
func (a account) OpenHold(ctx context.Context, x pay.HoldAsk) (pay.HoldPage, error) {
	minor, ok := theirs(x.Sum)
	if !ok {
		return pay.HoldPage{}, errs.New(errs.Invalid, "error.vendor_refused", "status", "amount_not_payable")
	}
	p := &api.CheckoutSessionCreateParams{
		Mode: api.String(string(api.CheckoutSessionModePayment)), ClientReferenceID: &x.Key, SuccessURL: &x.Back, CancelURL: &x.Back,
		Locale: api.String(locale(x.Language)), CustomerCreation: api.String(string(api.CheckoutSessionCustomerCreationAlways)), PaymentMethodTypes: api.StringSlice([]string{"card"}),
		ExpiresAt:       api.Int64(x.At.Add(pageLife).Unix()),
		AdaptivePricing: &api.CheckoutSessionCreateAdaptivePricingParams{Enabled: api.Bool(false)},
		LineItems: []*api.CheckoutSessionCreateLineItemParams{{Quantity: api.Int64(1), PriceData: &api.CheckoutSessionCreateLineItemPriceDataParams{
			Currency: api.String(strings.ToLower(x.Sum.Currency)), UnitAmount: &minor, ProductData: &api.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: &x.What}}}},
		PaymentIntentData: &api.CheckoutSessionCreatePaymentIntentDataParams{
			CaptureMethod: api.String(string(api.PaymentIntentCaptureMethodManual)), SetupFutureUsage: api.String(string(api.PaymentIntentSetupFutureUsageOffSession)),
			Description: &x.What, Metadata: map[string]string{metaKey: x.Key}},
		Metadata: map[string]string{metaKey: x.Key},
	}
	if x.Terms != "" {
		if r := []rune(x.Terms); len(r) > maxMessage {
			x.Terms = string(r[:maxMessage])
		}
		p.CustomText = &api.CheckoutSessionCreateCustomTextParams{Submit: &api.CheckoutSessionCreateCustomTextSubmitParams{Message: &x.Terms}}
	}
	if x.Email != "" {
		p.CustomerEmail = &x.Email
	}
	p.SetIdempotencyKey(x.Key)
	s, err := a.V1CheckoutSessions.Create(ctx, p)
	if err != nil {
		return pay.HoldPage{}, failure(err)
	}
	return pay.HoldPage{Reference: s.ID, Address: s.URL}, nil
}

// session returns a page, with its payment and what was charged.
func (a account) session(ctx context.Context, r pay.HoldRef) (*api.CheckoutSession, error) {
	if r.Page == "" {
		return nil, errs.New(errs.NotFound, "")
	}
	p := &api.CheckoutSessionRetrieveParams{}
	p.AddExpand("payment_intent.latest_charge")
	s, err := a.V1CheckoutSessions.Retrieve(ctx, r.Page, p)
	if err != nil {
		return nil, failure(err)
	}
	return s, nil
}

// LookHold implements pay.Holder.
func (a account) LookHold(ctx context.Context, r pay.HoldRef) (pay.HoldAnswer, error) {
	s, err := a.session(ctx, r)
	if err != nil {
		return pay.HoldAnswer{}, err
	}
	return a.holds(ctx, s, r.Key)
}

// holds reads how far a hold is: that of its page, or that of the charge that came after it.
func (a account) holds(ctx context.Context, s *api.CheckoutSession, key string) (pay.HoldAnswer, error) {
	switch {
	case s.Status == api.CheckoutSessionStatusOpen:
		return pay.HoldAnswer{Outcome: hold.Open}, nil
	case s.Status == api.CheckoutSessionStatusExpired:
		return pay.HoldAnswer{Outcome: hold.Refused, Code: "page_expired"}, nil
	case s.PaymentIntent == nil:
		return pay.HoldAnswer{}, errs.New(errs.Unavailable, "error.vendor_answer")
	}
	pi := s.PaymentIntent
	switch pi.Status {
	case api.PaymentIntentStatusRequiresCapture:
		out := pay.HoldAnswer{Outcome: hold.IsHeld}
		if c := pi.LatestCharge; c != nil && c.PaymentMethodDetails != nil && c.PaymentMethodDetails.Card != nil && c.PaymentMethodDetails.Card.CaptureBefore > 0 {
			out.EndsAt = time.Unix(c.PaymentMethodDetails.Card.CaptureBefore, 0).UTC()
		}
		return out, nil
	case api.PaymentIntentStatusSucceeded:
		return taken(pi), nil
	case api.PaymentIntentStatusProcessing:
		return pay.HoldAnswer{Outcome: hold.Open}, nil
	case api.PaymentIntentStatusCanceled:
		if charged, err := a.charged(ctx, pi, key); charged != nil || err != nil {
			if err != nil {
				return pay.HoldAnswer{}, err
			}
			return taken(charged), nil
		}
		if pi.CancellationReason == api.PaymentIntentCancellationReasonAutomatic || pi.CancellationReason == api.PaymentIntentCancellationReasonExpired {
			return pay.HoldAnswer{Outcome: hold.Gone}, nil
		}
		return pay.HoldAnswer{Outcome: hold.LetGo}, nil
	}
	return pay.HoldAnswer{Outcome: hold.Refused, Code: string(pi.Status)}, nil
}

// taken reads a payment that was taken.
func taken(pi *api.PaymentIntent) pay.HoldAnswer {
	sum, _ := ours(pi.AmountReceived, string(pi.Currency))
	return pay.HoldAnswer{Outcome: hold.WasTaken, Payment: pi.ID, Taken: sum}
}

// charged returns what the card was charged after the hold of a payment had ended, or nil.
func (a account) charged(ctx context.Context, pi *api.PaymentIntent, key string) (*api.PaymentIntent, error) {
	if pi.Customer == nil {
		return nil, nil
	}
	p := &api.PaymentIntentListParams{Customer: &pi.Customer.ID}
	p.Limit = api.Int64(100)
	for x, err := range a.V1PaymentIntents.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		if x.ID != pi.ID && x.Metadata[metaKey] == key && x.Status == api.PaymentIntentStatusSucceeded {
			return x, nil
		}
	}
	return nil, nil
}

// TakeHold implements pay.Holder.
func (a account) TakeHold(ctx context.Context, r pay.HoldRef, key string, sum money.Amount) (pay.HoldAnswer, error) {
	s, err := a.session(ctx, r)
	if err != nil {
		return pay.HoldAnswer{}, err
	}
	at, err := a.holds(ctx, s, r.Key)
	if err != nil || at.Outcome == hold.Refused {
		return at, err
	}
	if at.Outcome == hold.WasTaken {
		return at, a.forget(ctx, s.PaymentIntent)
	}
	minor, ok := theirs(sum)
	switch {
	case !ok:
		return pay.HoldAnswer{Outcome: hold.Refused, Code: "amount_not_payable"}, nil
	case at.Outcome == hold.IsHeld:
		p := &api.PaymentIntentCaptureParams{AmountToCapture: &minor}
		p.SetIdempotencyKey(key)
		pi, err := a.V1PaymentIntents.Capture(ctx, s.PaymentIntent.ID, p)
		if code, refused := refusal(err); refused {
			if code == string(api.ErrorCodePaymentIntentUnexpectedState) || code == string(api.ErrorCodeChargeExpiredForCapture) { // somebody, or time, was faster
				return pay.HoldAnswer{}, errs.New(errs.Unavailable, "error.vendor_busy")
			}
			return pay.HoldAnswer{Outcome: hold.Refused, Code: code}, nil
		}
		if err != nil {
			return pay.HoldAnswer{}, failure(err)
		}
		if err := a.forget(ctx, s.PaymentIntent); err != nil {
			return pay.HoldAnswer{}, err
		}
		return taken(pi), nil
	case at.Outcome != hold.Gone || s.PaymentIntent.Customer == nil || s.PaymentIntent.PaymentMethod == nil:
		return pay.HoldAnswer{Outcome: hold.Refused, Code: "not_held"}, nil
	}
	p := &api.PaymentIntentCreateParams{
		Amount: &minor, Currency: api.String(strings.ToLower(sum.Currency)), Customer: &s.PaymentIntent.Customer.ID, PaymentMethod: &s.PaymentIntent.PaymentMethod.ID,
		PaymentMethodTypes: api.StringSlice([]string{"card"}), OffSession: api.Bool(true), Confirm: api.Bool(true), Metadata: map[string]string{metaKey: r.Key},
	}
	if d := s.PaymentIntent.Description; d != "" {
		p.Description = &d
	}
	p.SetIdempotencyKey(key)
	pi, err := a.V1PaymentIntents.Create(ctx, p)
	if code, refused := refusal(err); refused {
		return pay.HoldAnswer{Outcome: hold.Refused, Code: code}, nil
	}
	if err != nil {
		return pay.HoldAnswer{}, failure(err)
	}
	if pi.Status != api.PaymentIntentStatusSucceeded {
		return pay.HoldAnswer{}, errs.New(errs.Unavailable, "error.vendor_answer")
	}
	if err := a.forget(ctx, s.PaymentIntent); err != nil {
		return pay.HoldAnswer{}, err
	}
	return taken(pi), nil
}

// EndHold implements pay.Holder.
func (a account) EndHold(ctx context.Context, r pay.HoldRef) (pay.HoldAnswer, error) {
	s, err := a.session(ctx, r)
	if err != nil {
		return pay.HoldAnswer{}, err
	}
	at, err := a.holds(ctx, s, r.Key)
	if err != nil {
		return pay.HoldAnswer{}, err
	}
	switch at.Outcome {
	case hold.WasTaken, hold.Refused:
		return at, nil
	case hold.Open:
		if s.Status != api.CheckoutSessionStatusOpen {
			return pay.HoldAnswer{}, errs.New(errs.Unavailable, "error.vendor_busy")
		}
		if _, err := a.V1CheckoutSessions.Expire(ctx, s.ID, nil); err != nil {
			return pay.HoldAnswer{}, failure(err)
		}
		return pay.HoldAnswer{Outcome: hold.LetGo}, nil
	case hold.IsHeld:
		p := &api.PaymentIntentCancelParams{CancellationReason: api.String(string(api.PaymentIntentCancellationReasonRequestedByCustomer))}
		if _, err := a.V1PaymentIntents.Cancel(ctx, s.PaymentIntent.ID, p); err != nil {
			return pay.HoldAnswer{}, failure(err)
		}
	}
	return pay.HoldAnswer{Outcome: hold.LetGo}, a.forget(ctx, s.PaymentIntent)
}

// forget takes the card of a payment from its customer: nothing can be charged to it from then on.
func (a account) forget(ctx context.Context, pi *api.PaymentIntent) error {
	if pi.PaymentMethod == nil {
		return nil
	}
	_, err := a.V1PaymentMethods.Detach(ctx, pi.PaymentMethod.ID, nil)
	if code, refused := refusal(err); refused && code != "" { // it is forgotten already
		return nil
	}
	if err != nil {
		return failure(err)
	}
	return nil
}
