// Package bench loads a stated amount of data and measures what people wait for.
//
// The load writes true rows: customers, orders, tickets, messages with their
// search terms, participants, tags and journal, in the distribution of a busy
// desk. The measures go the way that a browser or a mail server goes: over HTTP
// with a signed-in session, over SMTP, or in batches as a mailbox is read. The
// baseline sends the same statements over the bare driver in the same run, so
// that a figure can be read on any machine.
//
// A measure is run in several short rounds, of which the best is reported:
// what else runs on the machine only ever makes a round worse.
package bench
