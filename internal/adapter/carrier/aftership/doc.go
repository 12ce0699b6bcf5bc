// Package aftership reads what AfterShip sends: webhooks of trackings (their event_id is the key of a delivery), and
// trackings as its API answers them.
//
// A status is a tag with a subtag that says more; both are kept, and the subtag decides where it is known. Times of
// checkpoints without a zone are the place's own time: they are kept as written and taken as UTC for the order alone.
//
// known.txt names the members that AfterShip documents: what no converter reads and stands there is deliberately left
// out, because it says who is told by AfterShip itself. Everything else is reported.
//
// It never talks to AfterShip.
package aftership
