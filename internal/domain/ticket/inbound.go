package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/order"
)

// Inbound is a message that came in on a channel, in the portable form that
// channel adapters make. Its addresses are lower-case.
type Inbound struct {
	Channel     Channel
	Mailbox     MailboxID
	Intake      IntakeID
	Form        Form
	MayReply    bool // an automatic answer is allowed (RFC 3834)
	From        Address
	Recipients  Recipients
	Delivered   []string // the addresses that the mailbox was reached by, reply addresses among them
	Subject     string
	Body        string
	Quoted      string
	Signature   string
	HTML        string
	Key         string
	References  []string // oldest first, In-Reply-To last
	Language    string
	Files       []InboundFile
	Origin      Origin
	Bounced     *BounceInfo
	Warnings    []string
	SentAt      time.Time
	ReceivedAt  time.Time
	Topic       string       // of the ticket that it opens, "" if nobody said
	Order       order.ID     // what it is about where that is known for sure, and
	Shop        order.ShopID // where that was bought; else both are read from its words
	OwnOutgoing bool         // a copy of a mail that we sent ourselves
	ours        bool         // From is one of our mailboxes, whoever wrote it there
	Imported    bool         // from an archive: it happened at SentAt
	FromUs      bool         // of an imported mail: the merchant's mailbox wrote it
}

// InboundFile is an attachment with its content.
type InboundFile struct {
	File
	Data []byte
}

// BounceInfo is what a delivery status notification says.
type BounceInfo struct {
	Recipient string
	Status    string // RFC 3463
	Detail    string
	Permanent bool
	Original  string // Message-ID of the mail that bounced
}

// digest tells the copy of a mail in a second mailbox from another mail that
// bears the same Message-ID, by whoever's hand: without it, a forger could make
// a genuine mail disappear by sending its Message-ID first.
func (in *Inbound) digest() string {
	h := sha256.New()
	for _, s := range []string{in.From.Address, in.Subject, in.Body, in.Quoted} {
		h.Write([]byte(strings.Join(strings.Fields(s), " ")))
		h.Write([]byte{0})
	}
	for _, f := range in.Files {
		h.Write([]byte(f.SHA256))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// replyPrefixes are what mail programs put before a subject when answering or
// forwarding, folded, without the colon.
var replyPrefixes = map[string]bool{
	"re": true, "aw": true, "sv": true, "vs": true, "rv": true, "res": true, "ref": true, "antw": true, "odp": true,
	"ynt": true, "回复": true, "答复": true, "回覆": true, "答覆": true, "返信": true, "回信": true, "ответ": true, "отв": true, "на": true,
	"fw": true, "fwd": true, "wg": true, "tr": true, "i": true, "enc": true, "转发": true, "轉寄": true, "转": true, "пересл": true,
	"re[2]": true, "re[3]": true, "re[4]": true, "rif": true, "bls": true, "πρ": true, "απ": true, "ατ": true, "vl": true, "회신": true, "전달": true, "رد": true, "השב": true, "tl": true, "trả lời": true, "balas": true, "ตอบ": true,
}

// BaseSubject strips reply and forward prefixes from a subject and reports
// whether there were any (RFC 5322 section 3.6.5 knows only "Re: ").
func BaseSubject(s string) (base string, answer bool) {
	base = strings.TrimSpace(s)
	for range 20 {
		i := strings.IndexAny(base, ":：")
		if i <= 0 || i > 24 {
			break
		}
		word := strings.ToLower(strings.TrimSpace(base[:i]))
		if !replyPrefixes[word] {
			break
		}
		base = strings.TrimSpace(strings.TrimLeft(base[i:], ":："))
		answer = true
	}
	return base, answer
}
