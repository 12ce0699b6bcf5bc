package shopify

// Documents are what the driver sends, by name.
var Documents = map[string]string{
	"about": aboutQuery, "orders": ordersQuery, "order": orderQuery, "lines": linesQuery, "parcels": parcelsQuery, "parcel": parcelQuery, "parcel lines": parcelLinesQuery, "refunds": refundsQuery, "refund": refundQuery,
	"refund lines": refundLinesQuery, "returns": returnsQuery, "products": productsQuery, "product": productQuery, "variants": variantsQuery, "customers": customersQuery, "customer": customerQuery,
	"hooks": hooksQuery, "subscribe": subscribe,
}

// Topics are those that are subscribed to.
var Topics = topics

// Deepest is how far a walk follows one list.
const Deepest = deepest
