package aftership_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/aftership"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, aftership.Source(), "custom_fields") }
