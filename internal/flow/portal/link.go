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

// purpose is what a token is for; one of another purpose is worth nothing.
type purpose byte

const (
	forOrder   purpose = 'o' // shows the status of an order
	forParcel  purpose = 'p' // shows one parcel
	forSession purpose = 's' // shows all of an order, in the browser that entered a code
	forConfirm purpose = 'c' // begins updates about an order
	forStop    purpose = 'u' // ends them
)

// A token is its purpose, what it is about and the second in which it ends, signed
// with the secret of the workspace for one shop. 128 bits of hash cannot be guessed.
const (
	tokenBody = 1 + 8 + 8
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

// makeToken signs a token about something that ends at a moment.
func makeToken(secret []byte, shop order.ShopID, p purpose, about int64, ends time.Time) string {
	b := []byte{byte(p)}
	b = binary.BigEndian.AppendUint64(b, uint64(about))
	b = binary.BigEndian.AppendUint64(b, uint64(ends.Unix()))
	return tokenText.EncodeToString(append(b, sign(secret, shop, b)...))
}

// grant is what a token says.
type grant struct {
	purpose purpose
	about   int64
	ends    time.Time
}

// readToken returns what a token says that was signed for a shop and has not
// ended; ok is false for everything else.
func readToken(secret []byte, shop order.ShopID, token string, now time.Time) (g grant, ok bool) {
	b, err := tokenText.DecodeString(token)
	if err != nil || len(b) != tokenBody+tokenMAC || tokenText.EncodeToString(b) != token || len(secret) == 0 {
		return grant{}, false
	}
	if !hmac.Equal(b[tokenBody:], sign(secret, shop, b[:tokenBody])) {
		return grant{}, false
	}
	g = grant{purpose(b[0]), int64(binary.BigEndian.Uint64(b[1:])), time.Unix(int64(binary.BigEndian.Uint64(b[9:])), 0)}
	return g, now.Before(g.ends)
}
