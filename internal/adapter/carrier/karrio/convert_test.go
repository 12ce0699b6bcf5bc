package karrio_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/karrio"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, karrio.Source(), "meta", "metadata", "options") }
