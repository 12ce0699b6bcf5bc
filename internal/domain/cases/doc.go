// Package cases carries an after-sales case from a customer's first word to its last: a withdrawal, return, exchange,
// warranty claim, a parcel that never came, goods that were refused at the door.
//
// Words. A [Case] is a request about units of one or several orders; each [Line] is one of their line items with its
// quantities, which are counters that only ever grow (asked, authorised, shipped, received ...). A disposition is what
// becomes of received goods; it is an event and may be followed by another one. A [Difference] is what came otherwise than it was
// announced: until the customer agrees, or a person decides, the money stays what it is. A [Resolution] is what the customer gets
// for some units; a money-bearing one gives money or its worth, and each unit has at most one of these that is alive. Its
// trigger says when it is carried out: at approval, a counter check, the first scan, at a hub, on receipt, after
// inspection, or on the last day that the law gives, whichever comes first.
//
//	draft -> submitted <-> needs_info          submitted -> approved | declined
//	approved -> awaiting_goods -> goods_moving -> goods_here -> inspecting -> resolving -> closed
//	approved -> no_goods_needed -> resolving   declined -> appealed -> submitted
//	closed -> reopened to where it was, with a reason; never after a merge
//
//	resolution: proposed -> offered -> accepted | refused | lapsed
//	            accepted -> waiting -> executing -> done | failed      done -> reversed
//
// All of it is a fold of appended events. [Apply] folds one and refuses what cannot be; the deciders of Case return the
// events that a wish leads to. What the customer reads is computed from the fold and stored nowhere else. The state of a
// refund is not copied here: a resolution names its refund.
//
// A statutory withdrawal waits for nobody: it is submitted, approved and acknowledged in one step and one transaction
// (2011/83/EU art. 11(3): without delay, on a durable medium). What Godwit decided, and by which version of the policy,
// is frozen into the case when it is approved or declined; a declined line carries a reason that the customer reads.
//
// Goods that were not bought here are named by what the customer calls them; such a line is declined, kindly, and never
// bears money. A gift's receiver may return it without the payer being told; what they get goes to them.
//
// The package never pays, ships or writes by itself: it says what is due, and those who do tell it what happened.
package cases
