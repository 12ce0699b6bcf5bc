// Package lang tells in which language and script a message is written, without any service.
//
// Words: a language is an ISO 639-1 code, "und" where the text does not tell; a script is an ISO 15924 code, and Chinese
// is said to be in Hans or Hant where its characters show it. Confidence is the share, from 0 to 1, that the best
// language has among all.
//
// How it decides: addresses, links, codes with digits and emoji are passed over. The script with most letters wins. Where
// one language alone is written in it (Greek, Thai, Korean ...) that is the answer. Elsewhere a table of letter
// sequences, one to five letters long, says how likely each language is to write each letter behind the ones before it.
// Chinese, Hindi and Russian in Latin letters are told by lists of their commonest words, as their tables know them
// only in their own script.
//
// The table comes from the language models of lingua-go (NOTICE beside it); go generate builds it anew. A Detector is
// read-only, takes about 7 MB, and serves any number of goroutines.
//
// The package never guesses a language from a name, a number or an address, and knows nothing of mail: quoted history is
// the caller's to take away.
package lang

//go:generate go run ./gen
