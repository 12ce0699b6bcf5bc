package woocommerce_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/woocommerce"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, woocommerce.Source(), "meta_data") }
