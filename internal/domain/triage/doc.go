// Package triage says what a message from a customer is about, how it sounds and whether a person must see it soon,
// without any service, and with the words that decided.
//
// Words: a topic is one of the list that the product names; a message may have several, and is Other where it is not a
// shop's business or does not tell. Temper is mood (negative, neutral, positive) and alarms: a risk to a child or to
// health, a lawyer or court, a dispute with the bank or a regulator, the press, haste. Evidence is the state of order and
// parcel, which makes topics likelier and never decides alone. A correction is an agent's word that a message was about
// something else.
//
// How it decides: a softmax regression over words, pairs of words, letters of words, and concepts. A concept is the same
// in all languages ("refund", "not", "arrive"); a lexicon for each language says which words name it, so that what is
// learned from phrases in one language serves the others. Phrases (phrases/*.txt), messages (messages/*.txt) and lexica (lexicon/*.txt) are written
// by the people of this project and shipped; go generate trains the model from them in seconds, with the same bytes each
// time. Corrections of a merchant are learned on top, as a lesson that is adopted only if it is not worse on messages and
// phrases kept aside (Learn).
//
// A Classifier is read-only; with the lexica it takes about 12 MB beside the language table, starts in a
// fraction of a second, and reads a message in well under a millisecond. The package never sends a message anywhere,
// and never stores one.
package triage

//go:generate go run ./gen
