package generic_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/generic"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, generic.Source()) }
