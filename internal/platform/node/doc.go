// Package node knows the processes that share one database, and decides which of
// them does what only one may do.
//
// Its words: a node is one process with a number, which no other living node
// has and which marks the identifiers that it makes; a group is a set of things
// to be led, such as the mailboxes; a leader is the node that holds the lease of
// one of them. Leases are rows that end by the database's clock unless they are
// renewed, so a node that dies, stalls or is cut off is followed by another
// within Life. A leader writes in a transaction that checks its lease (see
// Leases.Held), so one that only believes to lead changes nothing.
//
// The embedded engine has one process, which leads everything.
package node
