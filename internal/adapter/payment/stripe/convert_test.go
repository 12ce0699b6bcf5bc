package stripe_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) {
	intaketest.Run(t, stripe.Source(), "metadata", "previous_attributes", "current_prices_per_metric_ton", "currency_options")
}
