package easypost_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/flow/intake/intaketest"
)

func TestSamples(t *testing.T) { intaketest.Run(t, easypost.Source(), "previous_attributes") }
