// Package message reads one mail (RFC 5322, MIME) into a plain value that the
// rest of Godwit understands: who wrote to whom, about what, the readable text,
// the files, what kind of mail it is, and whether a machine may answer it.
//
// # Reading
//
// Parse never fails. Mail is written by thousands of programs, many of them
// wrong, and a customer's words must not be lost because of one. Whatever can
// be read is read as its writer meant it, and Message.Warnings names the rest
// in short stable codes. The work is bounded by Limits: beyond them the
// message is cut, never refused. The MIME structure is found in one pass
// that compares each "--" line with the boundaries open at that point, so a
// bomb of nested or countless parts costs no more than its bytes.
//
// Text is the plain form of the body; when the sender gave HTML only, it is
// made from that and TextFromHTML is set. HTML is raw and must be sanitised
// before anyone sees it. Neither is split into reply and quote here.
//
// A message/rfc822 part is one attachment, ".eml", with its bytes as they came.
// Signatures of S/MIME and PGP are attachments too; ciphertext is kept as
// attachments with the warning "encrypted". TNEF (winmail.dat) is an attachment.
//
// # Kinds
//
// A bounce is a delivery status notification whose action is "failed" (RFC
// 3464), or the text that qmail, Exim, Exchange, QQ, NetEase, Yandex, Mail.ru
// and others write in its place. A report is any other multipart/report: a
// delayed or successful delivery, a read receipt (RFC 8098), a complaint (ARF,
// RFC 5965), a DMARC or TLS report. An auto_reply is an automatic answer:
// Auto-Submitted "auto-replied" (RFC 3834), a vendor's mark, or the subject of
// an answering machine. A list is mail with List-Id, or with another List- field
// and a bulk Precedence. All else is a message.
//
// Notices of marketplaces and carriers are automatic too, yet they must open
// tickets: "auto-generated" mail that answers nothing stays a message, with
// Auto.MayReply false. Only a mail that refers to another one (In-Reply-To,
// References) or says so in its subject is an auto_reply.
//
// Auto.MayReply is false for every kind but a person's message, and for the
// signs that RFC 3834 and practice know: a null envelope sender, Precedence,
// List- fields, X-Auto-Response-Suppress, X-Loop, our own LoopHeader, and
// senders such as no-reply or mailer-daemon.
//
// # Trust
//
// Nothing in a mail is proof of its sender; see package authres. Headers are
// free of line breaks and direction overrides once decoded, file names are a
// last path element, and addresses have their domain in lower case.
package message
