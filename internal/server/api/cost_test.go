package api

import (
	"reflect"
	"testing"

	"godwit.dev/godwit/internal/domain/cost"
)

// costs is what ways out of cases cost.
func (w *world) costs() *cost.Service {
	return cost.New(cost.Config{Store: w.store, Products: w.products, Rates: w.rates, Journal: w.store, Now: w.now})
}

// TestACostBookComesBackAsItWent holds the book of the API against that of the domain: nothing is lost on either way.
func TestACostBookComesBackAsItWent(t *testing.T) {
	n := int64(150)
	b := cost.Book{
		Currency: "EUR", Handling: &n, Anew: "55%", ResaleA: "80%", ResaleB: "50%", ResaleC: "10%", TaxBack: "100%", Credit: "70%", Repair: &cost.Repair{Cost: 900, Freight: 300, Days: 8},
		Lanes: []cost.Lane{{Way: cost.Back, From: "DE", To: "CN", Route: "local_hub", Bands: []cost.Band{{Grams: 500, Freight: 390}}, Fee: 80, Days: 4, DutyBack: "50%"}},
		Goods: []cost.Goods{{SKU: "A", Cost: &n, ResaleA: &n, ResaleB: &n, ResaleC: &n, Grams: 740}},
	}
	if got := bookFigures(b).book(); !reflect.DeepEqual(got, b) {
		t.Errorf("came back as %+v", got)
	}
}
