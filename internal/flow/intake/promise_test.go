package intake_test

import (
	"testing"

	"godwit.dev/godwit/internal/flow/intake"
)

func TestAnOrderNamesItsQuote(t *testing.T) {
	for _, c := range []struct{ name, quote, service string }{
		{"godwit_quote", "q1", ""}, {"godwitQuote", "q1", ""}, {"_godwit_quote", "q1", ""}, {"Godwit Quote", "q1", ""}, {"godwit-service", "", "q1"},
		{"quote", "", ""}, {"godwit_quotes", "", ""}, {"", "", ""},
	} {
		o := &intake.Order{}
		o.Noted(c.name, "q1")
		var got intake.Promise
		if o.Promise != nil {
			got = *o.Promise
		}
		if got.Quote != c.quote || got.Service != c.service {
			t.Errorf("%q: %+v", c.name, got)
		}
		if o.Noted(c.name, ""); o.Promise != nil && *o.Promise != got {
			t.Errorf("%q: nothing is something: %+v", c.name, o.Promise)
		}
	}
}
