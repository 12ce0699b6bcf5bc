package portal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"time"

	"godwit.dev/godwit/internal/domain/order"
)

// LinkLife is how long a link shows its order.
const LinkLife = 30 * 24 * time.Hour

// A token is an order's identifier and the second in which it ends, signed with
// the secret of the workspace for one shop. 128 bits of hash cannot be guessed.
const (
	tokenBody = 8 + 8
	tokenMAC  = 16
)

var tokenText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

func sign(secret []byte, shop order.ShopID, body []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("portal: status of an order\x00"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(shop)))
	h.Write(body)
	return h.Sum(nil)[:tokenMAC]
}

// makeToken signs a link to an order that ends at a moment.
func makeToken(secret []byte, shop order.ShopID, o order.ID, ends time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(o))
	b = binary.BigEndian.AppendUint64(b, uint64(ends.Unix()))
	return tokenText.EncodeToString(append(b, sign(secret, shop, b)...))
}

// readToken returns the order of a link that was signed for a shop and has not
// ended; ok is false for everything else.
func readToken(secret []byte, shop order.ShopID, token string, now time.Time) (o order.ID, ok bool) {
	b, err := tokenText.DecodeString(token)
	if err != nil || len(b) != tokenBody+tokenMAC || tokenText.EncodeToString(b) != token || len(secret) == 0 {
		return 0, false
	}
	if !hmac.Equal(b[tokenBody:], sign(secret, shop, b[:tokenBody])) {
		return 0, false
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(b[8:])), 0)
	return order.ID(binary.BigEndian.Uint64(b)), now.Before(ends)
}
