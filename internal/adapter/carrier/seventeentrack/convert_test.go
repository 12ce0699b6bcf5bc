package seventeentrack_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/seventeentrack"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, seventeentrack.Source()) }
