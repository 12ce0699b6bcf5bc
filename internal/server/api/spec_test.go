package api

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The description is a contract: a change of it must be seen.
func TestDescriptionIsAsReviewed(t *testing.T) {
	const golden = "testdata/openapi.json"
	got := OpenAPI()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the description has changed: look at the difference to %s, and accept it with -update", golden)
	}
}
