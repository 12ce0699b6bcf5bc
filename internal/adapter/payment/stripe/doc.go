// Package stripe pays refunds through Stripe, by its official library, and reads what Stripe sends: events (whose identifier
// is the key of a delivery) and bare objects of its API.
//
// An object says by its member "object" what it is, wherever it lies, and a reference may be an identifier or the whole
// object: both are read. Amounts are minor units, with Stripe's own exceptions from ISO 4217.
//
// known.txt names the members of all objects of Stripe's OpenAPI description: what no converter reads and stands there is
// deliberately left out, because it configures how Stripe works or is told again elsewhere. Members of "metadata" are
// the merchant's own.
//
// A refund is asked for under an idempotency key, which its metadata hold too: Stripe forgets keys after a day or more, and
// the refunds of a payment can be searched for ever.
package stripe
