// Package automation keeps the rules by which the house acts on its own: when
// something happens, if something holds, then something is done.
//
// Words. A rule has a place in an order, an owner, and versions; a version is a
// Definition and never changes. When names a kind of event of the journal, and how
// long after it the rule acts; or weekdays and a time of day, and the rule is asked
// about each ticket that is not closed. If is an Expr over Facts: what is known of the
// ticket, its customer, order, parcel, case and refund at the moment of acting, so
// that "three days after X, if still Y" is a delay and an expression. Then is a
// list of steps, done in turn and all or none. A rule that stops keeps later rules
// from answering the same event.
//
// An expression is a test, or tests joined by and, or and not:
//
//	ticket.priority < "high" and customer.tier = "vip"
//	order.total >= 200 EUR and not (ticket.tags has "b2b")
//	shipment.risk in ["stalled", "presumed_lost"] or shipment.silent_hours > 96
//
// Each fact has a type, and a value of another type, an unknown word and a choice
// that does not exist are refused with their place and what to write. A number, a
// sum or an age that is not known makes its test false, whatever the sign; a text
// that is not known is "".
//
// Rules cannot run away. A rule never answers an event that it caused itself, or
// that followed from it by way of others; a chain is at most MaxChain rules long; a
// rule acts at most so often in an hour, and MaxTicket times a day on one ticket.
// One that cannot be done MaxFailures times in a row is switched off.
//
// The package is pure: it decides, tells in words, and does nothing.
package automation
