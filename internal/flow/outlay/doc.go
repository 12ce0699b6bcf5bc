// Package outlay counts what after-sales cases cost: refunds, tax and duty that do
// not come back, goods, freight, handling and credit, less what goods that come
// back are worth, by lane, product, reason, remedy and market, week by week.
//
// What was expected is read from the decision that is frozen into each case. What
// happened is known once a resolution is done and, where goods come back, something
// was decided to become of all of them: the money is the refund's, the goods are
// worth what their grade brings, and freight and handling are taken as expected.
//
// Each event of a case marks it; Work counts marked cases anew, taking away what
// the sums held of them, so that a repeat changes nothing. Reports read the sums.
package outlay
