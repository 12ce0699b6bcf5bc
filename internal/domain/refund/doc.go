// Package refund carries money back to customers: how much, by which ways, and how far each has come.
//
// Words. A [Refund] is what a customer is owed for one resolution of a case, in components that are kept apart (goods,
// tax, duty, postage both ways, fee, bonus, goodwill, exchange). It is divided into allocations, each of which goes one
// way: back to a payment, to a bank account, as store credit, or it was paid by a marketplace. An attempt is one asking
// of a provider; its key names case, resolution, allocation and attempt, and is written down before the provider is
// asked. The state of a refund is never set: it follows from those of its allocations.
//
//	requested -> approved -> scheduled -> submitted -> pending -> succeeded | failed | needs_action
//	succeeded -> reversed                 the bank sent it back, perhaps days later
//	submitted -> approved                 a transfer was taken back before the bank was told
//	failed, reversed -> submitted         a new attempt, perhaps to another destination
//	requested, approved, scheduled, failed, reversed -> cancelled     the whole refund, when nothing is on its way
//
// All of it is a fold: events are appended, [Apply] folds one into the state and refuses what cannot be, and deciders
// ([Refund.Submit], [Refund.Observe] ...) say which event follows from a wish or from what a provider tells. Whatever
// moves money books it: [Postings] are the entries of an event, written in the transaction of the event.
//
// What a provider tells may come late, twice and out of order. An answer about an attempt that is over changes nothing,
// with two exceptions that are money: a success that is followed by a failure was reversed by the bank, and a success of
// an attempt that was given up was paid twice. Both are events of their own, which somebody must look at.
//
// [Plan] divides a sum: original means first in the order in which they paid, then the fallback; whether a method takes
// money back, in parts, until when, and when it arrives stand in methods.csv with source and day. [Sold.Units] is what
// each single unit of an order was paid: promotions, tax, duty, postage and bundles divided to the last minor unit, so
// that parts add up to the whole in whatever order they come back.
//
// The package never talks to a provider, never pays an attempt again whose outcome is not known, and never lets the
// refunds of an order add up to more than was paid for it, goodwill and bonus apart, which have a name of their own.
package refund
