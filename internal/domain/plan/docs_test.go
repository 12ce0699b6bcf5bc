package plan

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// The worked example of docs/promise.md is what the program says.
func TestDocsExample(t *testing.T) {
	text, err := os.ReadFile("../../../docs/promise.md")
	if err != nil {
		t.Fatal(err)
	}
	o := only(t, quote(t, document(t), Basket{Items: []Item{shirt()}, Currency: "EUR", Country: "DE"}), "economy")
	for _, want := range []string{
		"| sending | EUR " + o.Price.String(), "| leaves | " + o.Leaves.Format(time.DateOnly), "| arrives | " + o.From.Format(time.DateOnly) + " to " + o.To.Format(time.DateOnly),
		"| duty | EUR " + o.Duty.Amount.String(), "| tax | EUR " + o.Tax.Amount.String(), "| total | EUR " + o.Total.String(), fmt.Sprintf("= %d g", o.Grams),
		"has the whole basket", "| zone | " + o.Zone,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/promise.md does not say %q", want)
		}
	}
}
