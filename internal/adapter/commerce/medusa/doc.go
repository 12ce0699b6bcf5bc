// Package medusa reads shops that run on Medusa (version 2), by their Admin API, and what our subscriber in them sends:
// that an order, a product or a customer has changed, which is then asked for. Events of Medusa itself, and objects under
// their name, are read too.
//
// Sums are decimal numbers in the order's currency. Refunds have no states: they are recorded when done, and become credit
// lines, so that Medusa's total of an order shrinks with them; ours is what was asked for at first.
//
// An event often holds an identifier and nothing else: the object is then a record of it, to be fetched.
//
// known.txt names the members that Medusa documents: what no converter reads and stands there is deliberately left out,
// because it repeats a sum in another way or says how the shop works. Metadata is the merchant's own; that of products and
// variants becomes attributes. Everything else is reported.
package medusa
