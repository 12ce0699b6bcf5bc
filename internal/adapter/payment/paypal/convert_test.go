package paypal_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/payment/paypal"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, paypal.Source()) }
