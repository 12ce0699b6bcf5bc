// Package recovery gets money back from those who caused an after-sales case: the carrier that lost or broke a parcel, the
// insurer that covers it, the supplier of a faulty batch, the marketplace whose programme pays.
//
// Words. A [Claim] is what is asked of one party, in one currency. Its [Item]s are what happened: a parcel, or some units of
// a line of a case. An item stands in one claim of a party, whatever is told again. A [Paper] is what the party wants to
// see; the house holds some of them (the order, the parcel's history, the customer's photos), people add the others. A
// [Rule] says when a party takes a claim, which papers it asks for and what it pays; rules stand in rules.csv, each with its
// source and how far it is to be trusted, and are no legal advice. An [Agreement] is what the merchant agreed with a party: it
// goes before the rule, for what was sent since its day. A [Batch] is goods of one supplier that were made together: the [Book]
// tells how many units of each turned out to be faulty. The windows in which a carrier takes word of a lost
// parcel are those of package trace.
//
//	collecting <-> ready -> submitted <-> asked        (asked: the party wants something more of us)
//	submitted, asked, appealed -> accepted | partly | refused
//	partly, refused -> appealed
//	accepted, partly -> paid
//	collecting, ready -> lapsed                        by itself, when the deadline has passed
//	every state that is open -> written_off
//
// A claim is ready by itself once no paper is missing and it names a sum. Faulty units of one supplier, batch and shop are
// gathered in one claim until it is submitted; what comes later begins the next one.
//
// Money. What is granted is a receivable in the ledger; what is paid lowers it. A payment in another currency meets the
// claim's in the account of exchange, with the sum that it counts for. Whatever is granted and not paid when a claim ends
// is taken back, so that the receivables are what is still to come. The sums of a claim are minor units of its currency.
//
// The package talks to nobody: people submit claims, and tell what came of them. Which reference a party gave is written
// down and proves nothing.
package recovery
