// Package pay carries refunds to payment providers and brings their answers back.
//
// Words. A [Driver] is a provider of payments; an [Account] is what a workspace has with one, for a shop or for all that have
// none of their own; a [Provider] is an account that was opened. An [Ask] is one attempt of an allocation as a provider
// is asked for it, under the key that names the attempt. An answer is what it said: succeeded, pending, failed with a
// code, that somebody must act, or, where no answer came, that the outcome is not known.
//
// The order of things is what makes it safe. The attempt and its key are committed first; then the provider is asked;
// then its answer is committed together with what it books. A process may die between any two of these. Whoever takes the
// job over finds an attempt without an answer and asks the provider about its key. Only if the provider has never heard
// of it is it asked to pay, again under the same key, which a provider honours once. A new key comes after a failure that
// the provider has told, and never out of doubt.
//
// A refund that has succeeded is looked at again after one, three, seven and fourteen days: a bank may send the money back,
// and not every provider calls. What a provider calls about goes the same way as what it answers (refund.Service.Observe).
//
// What a provider calls about comes in by the hook of its account ([Service.Receive]). A refund that somebody made at the
// provider by hand settles the one that waits here for the same payment in the same sum. A dispute freezes what owes money
// to its payment; if the customer wins, the bank has paid.
//
// The package decides nothing: what is owed, to whom and by which way stands in package refund. An allocation whose
// provider is not connected, or paused, or refuses the key, stays where it is, and leaves once somebody has seen to it.
package pay
