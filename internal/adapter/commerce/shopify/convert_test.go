package shopify_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/shopify"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) {
	intaketest.Run(t, shopify.Source(), "properties", "note_attributes", "receipt")
}
