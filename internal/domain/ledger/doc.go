// Package ledger books what after-sales does to money: what customers paid, what they are owed back and by which way it
// left, store credit, fees, exchange and recoveries. One ledger for each workspace, in as many currencies as it sells.
//
// Words. An [Entry] is one thing that happened to money, written once and never changed; its lines move sums between
// accounts of the [Chart]. A line is a debit (plus) or a credit (minus) in one currency, in its minor units. The lines of
// an entry add up to zero in every currency; sums of two currencies meet only in the account [Exchange], which stands in
// both. A key names what is booked, so that the same thing told twice is booked once. A mistake is corrected by an entry
// that reverses another, whole, and by nothing else.
//
// A refund goes through the books like this; each step is one entry:
//
//	approved    returns, tax, shipping ...  to  refunds payable     the customer is owed
//	submitted   refunds payable             to  refunds in transit  a provider has been asked
//	succeeded   refunds in transit          to  clearing            the provider has paid
//	failed      refunds in transit          to  refunds payable     it has not: the customer is still owed
//	reversed    clearing                    to  refunds payable     it had, and the money came back
//
// So refunds payable is at every moment what is owed and not on its way, refunds in transit what is on its way or in
// doubt, and clearing what a provider should still hold for the merchant.
//
// The posting rules are pure functions of values. The database refuses an entry that does not balance, a second one with
// a known key, and any change to what is written; `godwit doctor` adds everything up again.
//
// The package never moves money, never converts (whoever quotes a rate brings both sums), and is no general ledger: it
// knows nothing of invoices, periods or taxes owed to a state. Its accounts carry the numbers under which a bookkeeper
// may post their balances into one.
package ledger
