package carrier_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"godwit.dev/godwit/internal/domain/carrier"
)

// TestNothing holds that texts without a tracking number give none.
func TestNothing(t *testing.T) {
	rows := lines[struct{ Kind, Text string }](t, "testdata/none.jsonl")
	alarms := 0
	for _, r := range rows {
		if found := carrier.Find(r.Text, carrier.Hints{}); len(found) > 0 {
			alarms++
			t.Errorf("%s: %q gives %s %+v", r.Kind, r.Text, found[0].Number, found[0].Carriers[0])
		}
	}
	t.Logf("%d texts, %d false alarms", len(rows), alarms)
}

// TestOtherNumbers holds that digits which are said to be something else are believed, whatever their check digits.
func TestOtherNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for _, text := range []string{"My order %s is late", "order number %s", "Bestellnummer: %s, bitte", "commande n° %s", "заказ №%s", "订单号：%s", "注文番号は%sです",
		"Pedido %s", "invoice %s", "call me: tel %s", "Telefon %s", "电话%s", "account %s", "Where is order %s? My parcel is late."} {
		for length := 8; length <= 20; length++ {
			for range 50 {
				digits := make([]byte, length)
				for i := range digits {
					digits[i] = byte('0' + random.IntN(10))
				}
				digits[0] = byte('1' + random.IntN(8))
				if s := fmt.Sprintf(text, digits); len(carrier.Find(s, carrier.Hints{})) > 0 {
					t.Errorf("%q gives %+v", s, carrier.Find(s, carrier.Hints{}))
				}
			}
		}
	}
}
