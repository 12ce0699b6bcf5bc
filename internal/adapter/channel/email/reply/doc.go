// Package reply splits the body of an incoming mail into what its sender newly
// wrote, the history that the mail client quoted, and the signature.
//
// Words:
//
//   - attribution: the line above a quote that names its author
//     ("On Monday, Ann wrote:"), on one line or wrapped over up to four;
//   - header block: the lines From, Sent, To, Subject that Outlook and its kin
//     put above an unmarked quote;
//   - separator: "-----Original Message-----", "Begin forwarded message:" and
//     the like; the quote below carries no marks of its own;
//   - quote line: a line behind ">" or one of its relatives;
//   - device line: "Sent from my iPhone" in any language.
//
// The rules weigh three promises in this order. The sender's new text is never
// cut: where a rule is in doubt the text stays in the reply, a sign-off such as
// "Best regards, Ann" included, and a body that holds nothing but a quote is
// returned whole. Quotes are not shown, with one exception: when answers stand
// between quoted lines, those lines stay as the questions that the answers need.
// White space within the reply stays as it was, apart from line ends, which
// become "\n".
//
// Nothing is lost: every character that is not white space lands in exactly one
// of the three parts. Time is linear in the size of the body. HTML is read to a
// bounded size; see [TextOf].
//
// The package knows the habits of mail clients and of their translations; it
// knows nothing of MIME, tickets or languages of the text itself.
package reply
