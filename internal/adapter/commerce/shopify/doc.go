// Package shopify connects shops on Shopify, by its GraphQL Admin API, and reads what they send: hooks (their body, topic and event identifier) and answers of the REST Admin
// API, which wraps the same objects in a name.
//
// known.txt names the members that Shopify documents, in its JSON schemas of hooks since 2023-07 and in the REST
// reference: what no converter reads and stands there is deliberately left out, because it says how the shop works
// (themes, channels, permissions) or repeats a sum in the customer's currency. Everything else is reported.
//
// Sums are those of the shop's currency, by either way, so that all of an order add up; what the customer saw and paid is
// named beside them. The package never changes a shop, except for the webhooks that it is asked to set up.
package shopify
