// Package replay says what another policy would have changed: it decides past
// cases again from their frozen inputs, once by the policy that was frozen with
// them and once by the one that is tried, and adds up the difference.
//
// Both decisions are made by the law as the program knows it now, so that nothing
// but the policy differs. Of a decision the outcome is what the customer wanted,
// where it was offered, and the cheapest offer otherwise; what becomes of it later
// is not looked at. Rates of exchange are those of today.
//
// A replay reads and writes nothing but its result. It can be cancelled at any
// page, and then says that it was.
//
// A trial is a replay in the background: a job reads all cases, writes how far it
// is, and keeps the result. A workspace has at most MaxOpen under way and the last
// Kept that ended. A trial that the end of a process breaks off begins again.
package replay
