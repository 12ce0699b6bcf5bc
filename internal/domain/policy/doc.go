// Package policy keeps a merchant's return policies: what customers are promised
// beside the law, written as rules.
//
// Words. A document is a policy as the merchant writes it: terms that hold as a
// rule, and rules with conditions that say otherwise. Of the rules the first whose
// conditions a case meets decides; what it does not say stands as in the terms at
// the top. So one rule answers for a decision, it can be named to whoever asks,
// and each rule can be held against the law by itself. A version is a document
// under a name and a number; it never changes. A release says from which instant
// a version is in force; for a case it is the one at the time of the order.
//
// No version promises less than the law: Document.Check refuses a clause that a
// customer could take for a limit of a right, and names the clause, the rule, the
// market and the law. A clause is false when it speaks of what the law gives and
// says less: a shorter time to send back, the way back at the customer's cost
// where the seller bears it, proof that nobody may ask for. It is merely unused,
// and stays, when it speaks of what the merchant adds: a fee on a return after the
// law's time, a limit up to which nobody has to look. Package decision keeps the
// law whatever a policy says; the check is there so that its text is true.
//
// Amounts are of the document's currency and brought to the order's by the rate of
// the day; the terms carry that rate with its day and sources. Where no rate is
// known, what would need one is left out on the careful side: nothing stays with
// the customer unseen, nothing runs without a person, nothing is charged.
//
// The package decides no case, moves no money and writes to no customer.
package policy
