package amazon_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/amazon"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, amazon.Source(), "parameters") }
