// Package order knows what customers bought: shops, orders with their lines,
// money and fulfillments.
//
// An order is a copy of what the shop's platform holds, known by the shop and
// the platform's own ID; the platform is right and Save only follows. Saving
// the same order twice changes nothing. Amounts are integers in the minor unit
// of the order's currency.
//
// A number is what people call an order by. They type it in many ways, so it is
// compared by its Key, and by its bare digits where the platform puts a prefix
// in front. A number is no secret: an order that was found by a number alone is
// marked as not trusted, and nothing of it may be told to the writer.
//
// The package never talks to a shop; live shops and files both end in Save.
package order
