package vendure

import (
	"strings"

	"godwit.dev/godwit/internal/flow/intake"
)

const (
	signIn   = `mutation($user:String!,$password:String!){login(username:$user,password:$password){...on CurrentUser{id} ...on ErrorResult{errorCode}}}`
	about    = `{activeChannel{id code defaultCurrencyCode seller{name}}}`
	settings = `{globalSettings{serverConfig{moneyStrategyPrecision entityCustomFields{entityName customFields{...on CustomField{name type requiresPermission}}}}}}`
)

const addressFields = `fullName company streetLine1 streetLine2 city province postalCode phoneNumber`

// last selects the last entry of an order's history.
const last = `history(options:{take:1,sort:{createdAt:DESC}}){items{createdAt}}`

const orderFields = `id createdAt updatedAt code state orderPlacedAt currencyCode couponCodes subTotalWithTax shippingWithTax totalWithTax ` + last +
	` customer{id createdAt updatedAt firstName lastName emailAddress phoneNumber}` +
	` shippingAddress{` + addressFields + ` countryCode} billingAddress{` + addressFields + ` countryCode}` +
	` lines{id quantity orderPlacedQuantity unitPriceWithTax linePriceWithTax discountedLinePriceWithTax lineTax productVariant{id sku name productId}}` +
	` surcharges{id description sku priceWithTax}` +
	` discounts{description type amountWithTax}` +
	` taxSummary{description taxRate taxTotal}` +
	` shippingLines{id priceWithTax shippingMethod{code name}}` +
	` payments{id createdAt updatedAt transactionId amount method state errorMessage refunds{id createdAt updatedAt items shipping adjustment total method state transactionId reason paymentId lines{orderLineId quantity}}}` +
	` fulfillments{id createdAt updatedAt state method trackingCode lines{orderLineId quantity}}`

const customerFields = `id createdAt updatedAt firstName lastName emailAddress phoneNumber addresses{` + addressFields + ` country{code}}`

const productFields = `id createdAt updatedAt name slug enabled featuredAsset{source} assets{source} facetValues{name facet{name}}` +
	` variants{id updatedAt sku name enabled priceWithTax currencyCode featuredAsset{source} options{name group{name}} stockLevels{stockOnHand stockAllocated}`

// noun is one of the lists of the API.
type noun struct {
	one, many string // names of the queries
	options   string // type of the options
	born      string // the time that never changes, by which the list is walked from its beginning
}

var nouns = map[string]noun{
	intake.KindOrder:    {"order", "orders", "OrderListOptions", "orderPlacedAt"},
	intake.KindProduct:  {"product", "products", "ProductListOptions", "createdAt"},
	intake.KindCustomer: {"customer", "customers", "CustomerListOptions", "createdAt"},
}

// selection is what is read of a kind.
func (s *schema) selection(kind string) string {
	switch kind {
	case intake.KindOrder:
		return orderFields + " " + s.custom("Order")
	case intake.KindProduct:
		return productFields + " " + s.custom("ProductVariant") + "}" + s.custom("Product")
	}
	return customerFields
}

// listOf asks for a list with the fields.
func (n noun) listOf(fields string) string {
	return strings.NewReplacer("OPTIONS", n.options, "MANY", n.many, "FIELDS", fields).Replace(`query($options:OPTIONS){MANY(options:$options){totalItems items{FIELDS}}}`)
}
