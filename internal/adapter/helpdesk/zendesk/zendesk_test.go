package zendesk

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/helpdesk/helpdesktest"
)

func TestRead(t *testing.T) {
	helpdesktest.Golden(t, Read("testdata/export"), "testdata/want.txt")
}

func FuzzRead(f *testing.F) { helpdesktest.Fuzz(f, ".json", Read) }
