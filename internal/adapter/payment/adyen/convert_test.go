package adyen_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/payment/adyen"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, adyen.Source()) }
