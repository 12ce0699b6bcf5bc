// Package shopify reads what Shopify sends: hooks (their body, topic and event identifier) and answers of the REST Admin
// API, which wraps the same objects in a name.
//
// known.txt names the members that Shopify documents, in its JSON schemas of hooks since 2023-07 and in the REST
// reference: what no converter reads and stands there is deliberately left out, because it says how the shop works
// (themes, channels, permissions) or repeats a sum in the customer's currency. Everything else is reported.
//
// It never talks to a shop.
package shopify
