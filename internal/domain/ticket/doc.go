// Package ticket owns conversations with customers: the ticket with its state
// and owner, its messages, and all that agents do with them.
//
// Words. A ticket is a conversation with a customer that has a state and an
// owner. A message is one item in it: inbound, outbound or a note that the
// customer never sees. A side is a conversation with a carrier or supplier that
// belongs to a ticket and that the customer does not see. A participant is an
// address that takes part; it is verified when the ticket began with it or when
// a verified one named it. A mailbox is a mail address of the merchant. A macro
// is a reusable reply with actions. A view is a saved condition over tickets.
//
// Life of a ticket:
//
//	new ──► open ──► pending (waiting for somebody) ──► solved ──► closed
//	          ▲         │ inbound                          │ inbound
//	          └─────────┴──────────────────────────────────┘
//
// An inbound message reopens anything but closed; a message to a closed ticket
// opens a follow-up that names it. Snoozed is no state but a time to wake at.
// The bucket (open, waiting, snoozed, done, spam) is derived from all of these
// and is what lists divide by.
//
// How mail finds its ticket: a signed reply address or a signed Message-ID of
// ours, then the References, then the order number together with the sender,
// then subject and sender. A stranger who answers with a signed reference joins
// as an unverified participant, whose words are marked and to whom nothing is
// sent; with an unsigned one a stranger opens a new ticket. A mail whose
// origin failed DMARC is never verified. No mail speaks as an agent.
//
// Every verb checks its actor, and saves the change, its events and its jobs in
// one transaction. Nothing here talks to the network: a reply is an action.
package ticket
