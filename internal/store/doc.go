// Package store holds every SQL statement of Godwit.
//
// There is one text for both engines, written in PostgreSQL's dialect and
// rendered for SQLite by DB; only search has a body for each. A file holds the
// statements of one noun. Every statement names the workspace, times are Unix
// milliseconds in UTC, money is minor units, identifiers are made in Go. The
// transaction travels in the context: InTx joins one that is there.
//
// Do not write what only one engine understands: x::type, ILIKE, now(),
// LATERAL, = ANY(...), arrays. A test lints for these. lower() folds all scripts
// on both engines, if the locale of PostgreSQL's database does; LIKE compares
// what it folded.
package store
