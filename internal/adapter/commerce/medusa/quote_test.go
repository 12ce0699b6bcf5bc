package medusa_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/medusa"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestAnOrderNamesItsQuote(t *testing.T) {
	d, err := medusa.Source().Decode(nil, []byte(`{"order":{"id":"order_1","created_at":"2026-11-20T08:00:00Z","currency_code":"usd","items":[],"metadata":{"godwit_quote":"quo_1","x":{"a":1}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	o, ok := d.Object.(*intake.Order)
	if !ok || o.Promise == nil || o.Promise.Quote != "quo_1" {
		t.Errorf("%+v", d.Object)
	}
}
