// Package goods brings the goods of after-sales cases back: where to, under which papers, and what came of them.
//
// Words. A Place is where goods go back to: a counter that takes them in, a hub or warehouse in the customer's market, or
// the origin. A Parcel is goods of one resolution that are expected by one way. Its RMA is the number under which it is
// received: printed as a code, with a check character, so that a number that is misread is no number. The label is what the
// customer sticks on; the papers are what customs wants where the way leads out of a customs territory.
//
//	expected -> sent -> moving -> arrived -> received      expected | sent -> cancelled
//
// A parcel is sent when the customer or a shop tells its tracking number; from then on it is followed as all parcels are,
// with the direction back, and what its carrier tells moves the case: the first scan, and the arrival. Goods may be scanned
// in at any moment, whether anybody knew of the parcel's way or not: what is counted at the door is what counts.
//
// A Scan is one thing that was done at the door, once by its key. Units are counted as announced, as something else, or as
// missing; then graded and disposed of. What is missing, something else, or damaged
// without a reason that says so holds back what waits for the inspection: the customer is asked whether they agree with what
// their refund becomes (Differ), or a person lets it be (Overlook).
//
// A parcel that was refused at the door, not picked up or sent to a wrong address comes back by itself, under the number
// under which it went out: Await expects it there. Its carrier's word that it is back pays nobody; what is counted does.
//
// Photograph keeps what a unit looked like beside its grade. Drop says of a parcel that it will not come, before its time is
// over: what was promised for its goods lapses, unless a law keeps it alive.
//
// Expect is called in the transaction in which a case is decided, so that there is no decision without its parcel. One
// resolution has one parcel; a repeat returns it.
//
// The package buys no postage: a label says who goes to whom and under which number, and whether the sender pays for it
// themself. It decides nothing about money: it counts what came, and package cases carries out what that leads to.
package goods
