// Package automating answers what happens by the rules of package automation.
//
// An event that rules answer is owed to each of them, in the transaction that writes
// it, with the instant at which it is to be answered; the same transaction asks for
// the workspace's one job. So no event is missed, and none is answered that never
// happened. The job takes what is due, the oldest event first and the rules of one
// event in their order, each in a transaction of its own: what was owed is taken
// away, the facts are read, the steps are done by the house's own verbs, and the deed
// is written down, all or nothing. A crash before the end leaves what was owed, one
// after it finds nothing any more, and of two nodes the second finds it taken: no
// rule answers an event twice. What leaves the house (a reply, a call of a webhook)
// is an action or a delivery that the same transaction asks for, with a key.
//
// A rule that waits is judged when it acts, by its newest version. One that is off,
// or answers another kind of event by then, does not act.
//
// A step that cannot be done undoes those before it. If the rule is at fault (its
// macro is gone, its person has left), that counts as a failure, and
// automation.MaxFailures in a row switch the rule off and tell its owner; if the
// ticket has moved on, it does not. Trouble of the house itself is tried again later.
//
// A rule that fires by the calendar has the instant at which it does next. When it has come, a firing is written down, with
// a key of rule and instant, and one event that all rules of that instant answer; what was missed before it is left. A
// firing asks its rules about the tickets that are not closed page by page, and owes them those that one of them holds of,
// in a transaction that moves it on; from there on they are answered as events are, and asked once more.
//
// Rules act as the actor "rule", with the rights of a desk and no more.
//
// A dry run asks what a rule would have done: it folds the journal of each ticket
// from its beginning and asks the rule about each event as the ticket was then.
// Facts that the journal does not tell are read as they are today, and the result
// names those. It writes nothing. A Trial is a dry run in the background: a job reads
// the past, writes how far it is, and keeps what it found.
package automating
