// Package credit keeps what shops owe customers as store credit.
//
// Words. A Credit is what one customer has in one currency, with a code of its own that the customer can show at a
// checkout. A Move is one thing that happened to it: issued by a refund, redeemed for a purchase, adjusted by a person
// with a reason, or expired. The balance is the sum of the moves; over all customers it is what the ledger's account for
// store credit holds.
//
// A code is made of 80 random bits; it is sealed at rest, and found by its digest. Each move has a key, and happens once.
//
// The package pays nothing and asks nobody outside: it is the books of the merchant that a purchase is taken out of.
// Shop platforms that hold credit themselves (a gift card, an account balance) are not told: what is redeemed at such a
// checkout is entered here by whoever takes the code.
package credit
