package vendure_test

import (
	"testing"

	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestAnOrderNamesItsQuote(t *testing.T) {
	d, err := vendure.Source().Decode(nil, []byte(`{"type":"order.updated","data":{"order":{"id":"1","code":"A","state":"PaymentSettled","currencyCode":"USD","lines":[],"customFields":{"godwitQuote":"quo_1","x":null}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	o, ok := d.Object.(*intake.Order)
	if !ok || o.Promise == nil || o.Promise.Quote != "quo_1" {
		t.Errorf("%+v", d.Object)
	}
}
