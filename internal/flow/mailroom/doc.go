// Package mailroom carries mail between mailboxes and tickets.
//
// Mail comes in two steps. Accept keeps the raw message, once for each source,
// and returns when it is durable: only then may a server be told that the
// message is safe, or a cursor move past it. Process, a job, reads what was
// accepted in the order of its coming, many messages in one transaction, and
// puts each into its ticket. A message that cannot be processed is tried alone,
// then kept as failed and shown; nothing is dropped.
//
// Mail goes out as an action (package action). The message is composed from its
// record, the same bytes every time. The mark is set when everything but the
// final dot is on the wire. If we then die or lose the line, nobody can say
// from our side whether the server took the message, so we ask the world: a
// mailbox that sends itself a copy, or whose server files sent mail, is searched
// for the Message-ID. Found means sent; not found after the grace time means
// not sent; a mailbox where we cannot look leaves the decision to a person.
package mailroom
