// Package medusa reads what Medusa (version 2) sends: events by name with their data, and objects of its API under their
// name. Sums are decimal numbers in the order's currency. Medusa's refunds have no states: they are recorded when done.
//
// An event often holds an identifier and nothing else: the object is then a record of it, to be fetched.
//
// known.txt names the members that Medusa documents: what no converter reads and stands there is deliberately left out,
// because it repeats a sum in another way or says how the shop works. Metadata is the merchant's own. Everything else is
// reported.
//
// It never talks to a shop.
package medusa
