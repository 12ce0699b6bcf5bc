// Package migrate brings what another helpdesk held into the words of this one.
//
// Words. A source is what was exported from another system; its reader, one for
// each system, turns it into a stream of tickets in neutral words. A place says
// where in the source something stands. A finding is something that does not fit,
// with its place and a reason; findings are what a dry run is for.
//
// Build is a pure function from a neutral ticket to our records. It makes HTML
// safe, takes card numbers out, and gives each message a key that is the same
// whenever the same source is read: a message whose key is here already is not
// written again. The first message of every ticket is a note of ours that says
// where it came from, lists the files that stayed behind, and carries the key of
// the ticket itself.
//
// Nothing here sends, announces or triggers: imported tickets are the past.
package migrate
