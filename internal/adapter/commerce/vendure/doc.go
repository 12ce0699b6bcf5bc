// Package vendure reads what Vendure's hook plugins send: an event by its type with the entity that it is about, and
// entities of its Admin API under their name. Sums are minor units in the order's currency.
//
// known.txt names the members that Vendure documents: what no converter reads and stands there is deliberately left out,
// because it repeats a sum without tax or says how the shop works. Custom fields are the merchant's own. Everything else is
// reported.
//
// It never talks to a shop.
package vendure
