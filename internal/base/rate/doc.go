// Package rate limits how often somebody may do something: each has a bucket that
// holds a burst and fills up again evenly.
//
// Buckets count within one process and ask nobody. Where several nodes serve the
// same people, each grants its share: the rate and the burst divided by the number
// of nodes. Within any time t all nodes together then grant at most
//
//	max(Burst, nodes) + PerMinute * t
//
// to one key, and that without a word between them. What one node still has left
// for a key is lost to the others, which is right as long as requests are spread
// evenly; docs/design.md weighs it against counters that are shared.
package rate
