// Package translating has messages and replies translated.
//
// A Driver is one provider, as data plus Open; an Engine is an account there, or the engine of
// this machine. The vendor's words end in the driver: what it gets are sentences with marks of
// package translate, and what it hands back is judged there.
//
// A Connection is an account that a workspace has with a provider. A text is cut into
// sentences. Each is first looked for in the workspace's translation memory; what is not there
// is asked of the connections in their order, and what one of them does not bring back whole
// is asked of the next. Their answers are remembered, so that no sentence is paid for twice: in
// the memory for what the workspace's people write, and for a customer's message beside it,
// where they go with it. The memory never has a customer's words. What none of them knows is, if the memory has a sentence that is much alike, offered as that
// with its score, and stands otherwise as it was written.
//
// Messages of a ticket are translated for the languages in which somebody turned that on, by a
// job; a page never waits for a provider. A reply is translated into a Preview, which is kept:
// what a customer is sent is the preview that its writer saw, and no other text. Sending it
// approves its sentences: they go into the memory, in both directions.
//
// A provider that is a Sorter may also be asked what a letter is about, with marks in place of what is nobody else's
// business; package sorting decides when.
//
// Characters are counted for each connection and month, before they are sent, and settled by what
// the provider bills. A provider that is paid by them is not asked beyond the limit of the
// workspace's book, whichever node asks.
package translating
