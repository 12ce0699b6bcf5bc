// Package customer knows the people who write to the merchant and buy from it.
//
// A customer is one person, however many ways lead there: each identity (a mail
// address, a phone number, a handle) belongs to exactly one customer of the
// workspace. Identities are folded before they are kept or compared, so that
// Anna@Example.COM and anna@example.com are one; they are never guessed to be
// equal beyond that, because a wrong match shows one person's orders to another.
//
// Two customers that turn out to be one are merged by an agent: identities,
// orders and tickets move, the emptied record stays and points at the other,
// and the event of the merge lists what moved, which makes the undo exact.
//
// The package never decides by itself that two customers are one.
package customer
