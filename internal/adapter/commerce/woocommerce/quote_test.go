package woocommerce_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/woocommerce"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestAnOrderNamesItsQuote(t *testing.T) {
	d, err := woocommerce.Source().Decode(nil, []byte(`{"id":1,"number":"1","date_created":"2026-11-20T08:00:00","line_items":[],"currency":"USD","total":"1.00","meta_data":[{"id":1,"key":"_godwit_quote","value":"quo_1"},{"id":2,"key":"x","value":{"a":1}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o, ok := d.Object.(*intake.Order)
	if !ok || o.Promise == nil || o.Promise.Quote != "quo_1" {
		t.Errorf("%+v", d.Object)
	}
}
