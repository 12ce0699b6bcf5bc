package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// A reply address and a Message-ID of ours carry the ticket's identifier and a
// keyed hash of it, so that nobody can make one up. 80 bits of hash leave no
// hope of guessing through a mail server.

var lower32 = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

const macLen = 10

func mac(secret []byte, purpose string, ids ...int64) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(purpose))
	for _, v := range ids {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(v)))
	}
	return lower32.EncodeToString(h.Sum(nil)[:macLen])
}

func encodeID(v int64) string {
	return lower32.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(v)))
}

func decodeID(s string) (int64, bool) {
	b, err := lower32.DecodeString(s)
	if err != nil || len(b) != 8 {
		return 0, false
	}
	v := int64(binary.BigEndian.Uint64(b))
	return v, encodeID(v) == s // the last character has a bit to spare
}

// MessageKey makes the Message-ID, without brackets, of an outbound message.
func MessageKey(secret []byte, t ID, m MessageID, domain string) string {
	return "gw." + encodeID(int64(t)) + "." + encodeID(int64(m)) + "." + mac(secret, "message", int64(t), int64(m)) + "@" + domain
}

// ParseMessageKey reads a Message-ID of ours; ok is false for any other one and
// for one that this secret did not sign.
func ParseMessageKey(secret []byte, key string) (t ID, m MessageID, ok bool) {
	local, _, _ := strings.Cut(key, "@")
	parts := strings.Split(local, ".")
	if len(parts) != 4 || parts[0] != "gw" {
		return 0, 0, false
	}
	a, ok1 := decodeID(parts[1])
	b, ok2 := decodeID(parts[2])
	if !ok1 || !ok2 || !hmac.Equal([]byte(parts[3]), []byte(mac(secret, "message", a, b))) {
		return 0, 0, false
	}
	return ID(a), MessageID(b), true
}

// replyMark separates a mailbox's name from the token of a reply address
// (subaddressing, RFC 5233).
const replyMark = "+gw-"

// ReplyAddress makes the address to which answers to a ticket go; side is 0 for
// the conversation with the customer.
func ReplyAddress(secret []byte, mailbox string, t ID, side SideID) string {
	local, domain, _ := strings.Cut(mailbox, "@")
	return local + replyMark + encodeID(int64(t)) + "-" + encodeID(int64(side)) + "-" + mac(secret, "reply", int64(t), int64(side)) + "@" + domain
}

// ParseReplyAddress reads an address that ReplyAddress made and returns the
// mailbox it belongs to; ok is false for any other one.
func ParseReplyAddress(secret []byte, address string) (mailbox string, t ID, side SideID, ok bool) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	name, token, found := strings.Cut(local, replyMark)
	parts := strings.Split(token, "-")
	if !found || len(parts) != 3 {
		return "", 0, 0, false
	}
	a, ok1 := decodeID(parts[0])
	b, ok2 := decodeID(parts[1])
	if !ok1 || !ok2 || !hmac.Equal([]byte(parts[2]), []byte(mac(secret, "reply", a, b))) {
		return "", 0, 0, false
	}
	return name + "@" + domain, ID(a), SideID(b), true
}
