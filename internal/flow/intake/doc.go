// Package intake turns what a shop, a payment provider or a carrier sent into objects that are alike for all of them.
//
// Words: a delivery is one message of a vendor, such as the body of a hook or an answer of its API. It has a type (ours:
// `order.updated`, `refund.created`), a key by which a repeat is told, a moment, and the [Object]s that it speaks of: an
// order, a refund, a return, a shipment, a payment, a dispute, a message, feedback, a customer, a product, stock, a
// fulfillment order, a payout, an error, or a [Record] of anything else. A [Source] is one vendor: what it documents, and
// how its messages are converted. A status stands twice: ours, and the vendor's own word. A word that we do not know is
// [Unknown], survives as it was written, and its path is listed with the fields that were not understood.
//
// Identifiers are text with exactly the digits that were sent, or that a second field of the same object says where a
// sender's own reader lost some. Money is exact, times keep their offset.
//
// Decoding is a pure function of headers and body: the same message gives the same delivery, whatever the order of its
// members. The package never fetches, stores or guesses: what a message does not say stays empty.
package intake
