// Package portal decides what a customer without an account may see of an order.
//
// Words. A page is what a shop shows its customers, under the shop's slug. A claim
// is what somebody says to find an order: its number, and the address or telephone
// number that it was placed with. A link is a signed, expiring name of one order of
// one shop. A status is what a link shows; a parcel in it has a history.
//
// A claim proves little: numbers can be guessed, and addresses are known to many.
// So a status holds what a label on the parcel's outside would not tell a stranger
// either: no street, no telephone, no mail address, no money, no other order. Find
// gives one and the same answer to a wrong address and to an unknown number, and
// counts attempts before it looks at either.
//
// A code, mailed to the address of an order, proves more, and opens a session: all of
// the order, its updates, and the report of a parcel that is said to be delivered and
// is not there, which becomes a ticket. Letters leave by jobs, which hold neither code
// nor address.
//
// The package knows no page and no vendor, and changes neither orders nor parcels.
package portal
