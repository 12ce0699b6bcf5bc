// Package simulate invents a merchant: Greywing, a Shenzhen brand of travel and
// outdoor goods that sells through a Shopify storefront, an Amazon account and
// an Ozon account. Everything is a value made from a seed and a clock reading;
// the same [Config] gives the same bytes on every machine. The package opens no
// database, reads no file beyond its embedded content, and sends nothing.
//
// # Words
//
//   - A locale is a country and the language its customers write in (de-DE).
//   - A story is one written conversation: who says what, and after how long.
//     It names the state an order must be in, and the product where the text
//     speaks of one; an order that fits is made for it.
//   - A [Thread] is a story told by one customer about one order.
//   - A pool is a set of phrases of one language: openings, closings, nudges.
//   - A client is a mail program with its headers, charsets and quote habits.
//
// # How content files are made
//
// content/stories_*.txt hold the conversations, written by hand in each
// language rather than translated. The format is line based:
//
//	@lang de                 everything below is in this language
//	@pool hi                 a pool; one phrase a line, \n for a line break
//	Hallo,
//	@end
//	=== damaged state=delivered product=mug at=DE mood=angry outcome=replaced
//	subject: Tasse kaputt | Bruch beim Transport
//	--- customer photo=mug   who speaks; photo=KIND attaches a picture
//	Text, one paragraph a line, with {order} facts and [one|of|these] choices.
//	--- note +20m            a note between agents; +20m after the line before
//	--- agent +6h
//	--- customer +1d
//	~Texts that begin with a tilde get no opening and no closing from the pools.
//
// The first word after === is the topic. Other keys: state (none, unpaid,
// processing, transit, delayed, customs, pickup, delivered, lost, refunded,
// cancelled; several may be joined by commas), product (a key of the
// catalogue), at (countries), shop (shopify, amazon, ozon), mood (polite,
// neutral, angry), outcome. The facts a text may use are listed at
// [teller.fact]; an unknown one fails a test. Since the facts carry no grammar,
// a sentence is written so that a name, a date or a number fits it unchanged;
// where a product needs an article or a case, the story names its product.
//
// content/people.txt holds names and places of each locale with invented house
// numbers; content/clients.txt the attribution lines of the mail programs in
// each language; content/notices.txt mail that no customer wrote. Mail domains
// end in .example (RFC 2606), so nothing here can reach anybody.
package simulate
