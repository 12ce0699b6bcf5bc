// Package hold keeps what customers agreed to have held on a card, so that goods go out before those that they replace are
// back.
//
// Words. A [Hold] is a sum that a customer let a provider hold for one exchange, until their goods are on their way back. It
// is taken if they never come, and released if they do. What a provider says of it is an [Outcome]. A hold lapses when its
// bank lets go of it, which is after about a week; the card stays with the provider, and the sum may be charged to it still,
// since the customer agreed to both in advance.
//
//	asked -> held | failed | releasing          the customer is at the provider's page
//	held -> lapsed                              the bank let go; the card is kept
//	held | lapsed -> releasing -> released      the goods are here, or the exchange came to nothing
//	held | lapsed -> taking -> taken | unpaid   they never came
//	unpaid -> taking | releasing                once more, or never mind
//	taken -> returning -> returned              they came after all, or somebody decided so
//
// The package never sees a card, and calls nobody.
package hold
