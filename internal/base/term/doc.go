// Package term turns text of any script into the terms that a search finds it by.
//
// One analyzer serves every store, so a query finds the same documents on SQLite and on PostgreSQL. Words: a raw term is
// a folded word, or two neighbouring characters (a bigram) of a script that writes without spaces; a stem is a word
// without its endings, marked by a leading "~" that no raw term can have; an extra term is one that the caller adds
// (a workspace, a kind) and that no text can forge. [Analyze] makes the terms of a document, [ParseQuery] those of a
// query, and both are written out for FTS5 and for PostgreSQL. [Index] ranks documents in memory by the same terms.
//
// The package never stores anything, never needs to know a query's language, and never uses a database's own text
// search configuration.
package term
