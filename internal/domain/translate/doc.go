// Package translate keeps what a translation may not touch, and knows what was translated
// before.
//
// Protect puts a mark in the place of each span of a text that has to survive as it stands:
// names, numbers, money, dates, order numbers, tracking codes, links, addresses, streets, placeholders,
// and the terms of a workspace's glossary. A mark is one character of Unicode's private use
// area, so that a text with marks is a text like any other: it is cut into sentences, looked
// up in the translation memory and given to a provider, who writes marks in its own notation.
// What is marked as private is not even shown to a provider.
// Introduced finds the names that a text gives its writer, for Protect.
//
// Restore puts the spans back. A provider may do with marks what it likes: an answer that
// does not have each of them exactly once, or that has digits, addresses, links or
// placeholders which the text had not, fails with errs.Unavailable and is never shown as a
// translation. The target of a glossary term comes back in place of its mark; that is how the
// glossary holds for every provider.
//
// A translation memory is pairs of sentences with marks. The same sentence about another
// order is the same sentence. Grams and Score find sentences that are alike; what is only
// alike is offered to a person and never sent by itself.
//
// The package is pure: values in, values out. It knows no provider and keeps nothing.
package translate
