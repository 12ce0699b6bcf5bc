package ticket

// Traits is what promises, routes and translations ask of a ticket's customer.
type Traits struct {
	Tier     string // the merchant's own word, "" for none
	Market   string // ISO 3166-1 alpha-2, "" if nothing tells
	MarketBy MarketBy
}

// MarketBy is what told the market of a ticket.
type MarketBy string

// What may tell a market; nothing is "".
const (
	MarketByOrder    MarketBy = "order"    // the country that the ticket's order goes to
	MarketByCustomer MarketBy = "customer" // the country that the customer is known to be in
	MarketByShop     MarketBy = "shop"     // the country that the ticket's shop sells to
)

// MarketOf returns the market of a ticket and what told it: where its order goes, else where
// its customer is, else that of its shop. A country that is not known is "".
func MarketOf(order, customer, shop string) (string, MarketBy) {
	switch {
	case order != "":
		return order, MarketByOrder
	case customer != "":
		return customer, MarketByCustomer
	case shop != "":
		return shop, MarketByShop
	}
	return "", ""
}
