package vendure_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, vendure.Source(), "customFields", "metadata") }
