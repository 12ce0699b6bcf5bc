package medusa_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/medusa"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, medusa.Source(), "metadata") }
