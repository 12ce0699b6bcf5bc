// Package inspect shows what Godwit makes of one input, with no server and no database: for support ("why was this mail
// split like that?"), for evaluation against labelled data, and for debugging.
//
// Words: a kind is what an input is taken for (mail, reply, html, language, topic, mood, redact, search, tracking, webhook); a line is one JSON object of the
// input, and its answer is one JSON object of the output. Answers come in the order of their lines, and the "id" of a
// line is copied to its answer as it was written, or is null. A bad line is answered by an "error", a sentence for a
// person, and the run goes on. Blank lines and fields that a kind does not know are passed over, so that labelled data
// can be fed in as it is. Arrays are never null.
//
// Lines are worked on by all cores; how many lie in memory at once is bounded by their number and their size. The same
// input gives the same output, byte for byte.
//
// The package never writes a file, never fetches anything, and has no rules of its own: it calls those that the desk
// itself lives by.
package inspect
