// Package commerce keeps the copy of what shops hold: their orders, products and customers, from the platforms that they
// run on.
//
// Words: a driver is one platform, as data and one function. A connection is one shop on one platform, with its settings;
// opened, it is a [Shop]. A kind is one of the lists that a platform has (orders, products, customers, returns), a
// cursor is a place in it. The first import walks each list from its beginning to its end; from then on lists are asked
// for what changed since, and webhooks tell of changes in between.
//
// The shop is right and we follow. However its objects come (first import, poll, webhook, in whatever order and however
// often), the copy ends where the shop stands, because a version of an object is only taken if it is not older than the
// one that is there, and because whatever a webhook leaves open is fetched afresh. docs/shops.md says how that is held.
//
// Patience is that of package connector, which [Driver.Connect] puts under the driver: it keeps the rate that the vendor
// permits, waits as long as the vendor says, and repeats what may be repeated. Drivers neither wait nor repeat.
//
// The package never writes to a shop, except to ask it for webhooks, and it never guesses who a customer is.
package commerce
