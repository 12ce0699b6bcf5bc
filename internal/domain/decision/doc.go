// Package decision says what a customer may have in one after-sales case, what
// the merchant may offer beside, what each way out costs, and why others are
// refused.
//
// Words. A Case is everything that a decision goes by, frozen: the order and what
// was paid, what the customer says and wants, the policy in force, the costs, and
// now. A right is what the law of the market gives at that moment; an offer is one
// remedy for some of the lines with its money, route and cost; a refusal says by a
// code why a line has no such remedy. An offer rests on one right, its law, or on
// the policy alone. What the law gives, no policy takes away: a policy's windows,
// fees, evidence and limits are asked only where no live right gives the remedy.
//
// Decide is pure: the same case gives the same decision on any machine. Money is
// counted in minor units of the order's currency; each product of a share and an
// amount is rounded once, half away from zero, and sums are exact. The k-th of n
// units costs what the first k cost less what the first k-1 cost, so that parts
// add up to what was paid, in whatever order they come back. Days are dates in the
// market's zone; a deadline includes its whole day.
//
// The law is dated data: the table statutory_rights.csv, with the source and the
// day of each row, and where a row needs more than a number of days, the rules
// beside it in law.go. A right whose figures nobody has read at their source says
// so.
package decision
