package app

import (
	"godwit.dev/godwit/internal/adapter/commerce/amazon"
	"godwit.dev/godwit/internal/adapter/commerce/shopify"
	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	"godwit.dev/godwit/internal/adapter/commerce/woocommerce"
	"godwit.dev/godwit/internal/flow/commerce"
)

// Shops lists the platforms that shops run on, in the order in which people see them.
func Shops() []commerce.Driver {
	return []commerce.Driver{shopify.Driver(), woocommerce.Driver(), amazon.Driver(), vendure.Driver()}
}
