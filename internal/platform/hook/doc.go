// Package hook takes what other programs call us with.
//
// Its words: a Connection is a place where hooks of one sender come in, with its
// secrets, a Scheme and a kind. A Scheme is how a sender proves that a request is
// its own; drivers know the schemes of vendors. Received is one verified request,
// kept as it came. A Processor makes something of it; which one follows from the
// connection's kind.
//
// The life of a hook: it is verified over its raw bytes, before anybody reads
// them; stored once under the sender's own id, so that a repeat adds nothing;
// answered; and then processed by a job, in one transaction with the journal's
// event "hook.received". A processor that fails is tried again, and what failed
// for good can be processed again by a person once its cause is gone.
//
// What is turned away is counted and never stored. What a processor does to the
// world it proposes as an action or asks for as a job: it runs inside the
// transaction and calls nobody.
package hook
