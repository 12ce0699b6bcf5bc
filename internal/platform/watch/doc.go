// Package watch writes down what was refused, and tells when that becomes unusual.
//
// A door tells it of each refusal: a failed sign-in, an action without the right
// to it, a token that opens nothing, a method that nobody knows, a rate that was
// exceeded. The first one of its kind within a minute is a line in the log at
// once; the journal gets one event a minute for each actor or network, with how
// often it happened (security.refused), and of the rest of a flood one that sums
// it up. So neither log nor database can be filled from outside.
//
// What was refused in the last minutes, by all nodes, is held against limits
// (Judge). So is how many records somebody reads within an hour, and from how many
// networks a token is used. What is beyond them is an event of its own
// (security.unusual), and once a day for each kind a letter to the owners.
//
// Log lines name people and tokens by number and networks by their coarse prefix.
// The address that somebody typed at sign-in is used to find out whose account it
// is and kept nowhere. Watch refuses nothing itself. A nil Watch sees nothing.
package watch
