// Package email moves mail between Godwit and the world: it fetches from IMAP
// mailboxes, accepts over SMTP and LMTP, reads archives, and sends over SMTP.
//
// Its words: an Account is where and how to sign in; a Raw is one message as it
// came, byte for byte, with a Source that names it for ever; a Cursor says how
// far a folder has been read; a Sink takes a batch of Raws and answers only when
// they are durable; an Outgoing is a message to compose; an Outcome says what
// became of a send.
//
// Two promises hold everything together. In: a message is acknowledged to its
// sender, or passed by the cursor, only after the Sink has it, and everything
// may be offered to the Sink again, so the Sink keeps one of each Source. Out:
// a send reports "unknown" when the connection dies between the final dot and
// the answer; only then may the message be with the recipient without our
// knowing, and Find can look for it before anybody sends again.
//
// The package never parses a message beyond its envelope and Received lines,
// never decides which ticket it belongs to, never deletes or flags anything in a
// foreign mailbox, and keeps no state on disk.
package email
