// Package apertium translates with Apertium, which runs on this machine as a process of its
// own for each request: nothing leaves the house, and it costs nothing.
//
// The pairs are those that "apertium -l" lists. Where there is no pair for two languages, one
// language between them is tried: French to English by way of Spanish. Sentences stand in
// paragraphs of their own, so that no rule of grammar reaches from one into the next, and
// marks are words that no dictionary has.
//
// A process has a time limit, its text goes in and out through pipes, its output is bounded,
// and it runs without the environment of the server. Its only argument is a pair from the
// list.
package apertium
