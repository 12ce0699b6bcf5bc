package app

import (
	"context"
	"fmt"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/goods"
)

// demoPlaces is where the merchant's customers send goods back to.
var demoPlaces = []goods.Place{
	{Route: "local_warehouse", Name: "Hamburg", Markets: []string{"DE", "AT", "PL", "CZ", "NL", "DK"}, Hours: "Mo-Fr 8-17",
		Address: order.Address{Company: "Greywing Retouren", Line1: "Speicherweg 7", Postcode: "20457", City: "Hamburg", Country: "DE"}},
	{Route: "local_hub", Name: "Leipzig hub", Address: order.Address{Company: "Greywing Hub EU", Line1: "Frachtring 12", Postcode: "04435", City: "Schkeuditz", Country: "DE"}},
	{Route: "local_hub", Name: "Daventry hub", Markets: []string{"GB", "IE"}, Address: order.Address{Company: "Greywing Hub UK", Line1: "14 Royal Oak Way", Postcode: "NN11 8LX", City: "Daventry", Country: "GB"}},
	{Route: "local_warehouse", Name: "New Jersey", Markets: []string{"US", "CA"}, Address: order.Address{Company: "Greywing Returns", Line1: "200 Harbor Drive", Postcode: "08901", City: "New Brunswick", Region: "NJ", Country: "US"}},
	{Route: "local_hub", Name: "New Jersey hub", Markets: []string{"US", "CA"}, Address: order.Address{Company: "Greywing Returns", Line1: "200 Harbor Drive", Postcode: "08901", City: "New Brunswick", Region: "NJ", Country: "US"}},
	{Route: "drop_off", Name: "Paketladen am Zoo", Markets: []string{"DE"}, Hours: "Mo-Sa 9-20", Map: "https://www.openstreetmap.org/?mlat=52.5072&mlon=13.3327",
		Address: order.Address{Company: "Paketladen am Zoo", Line1: "Hardenbergplatz 2", Postcode: "10623", City: "Berlin", Country: "DE"}},
	{Route: "origin", Name: "深圳退货中心", Address: order.Address{Company: "灰翼退货中心", Line1: "南山区科技园 8 号", Postcode: "518057", City: "深圳市", Region: "广东省", Country: "CN"}},
}

// loadPlaces tells where goods go back to.
func (l *demoLoader) loadPlaces(ctx context.Context) error {
	for _, p := range demoPlaces {
		if _, err := l.core.Goods.SavePlace(ctx, l.owner, p); err != nil {
			return fmt.Errorf("place %s: %w", p.Name, err)
		}
	}
	return nil
}
