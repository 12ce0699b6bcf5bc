package credit

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a credit.
type ID int64

// Credit is what a customer has in one currency.
type Credit struct {
	ID        ID
	Workspace auth.WorkspaceID
	Customer  customer.ID
	Currency  string
	Balance   int64  // in minor units, never below zero
	Code      string // as it is printed: XXXX-XXXX-XXXX-XXXX; sealed at rest
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Amount returns what is left.
func (c Credit) Amount() money.Amount { return money.Amount{Minor: c.Balance, Currency: c.Currency} }

// Kind is what happened to a credit.
type Kind string

// The kinds of moves.
const (
	Issued   Kind = "issued"
	Redeemed Kind = "redeemed"
	Adjusted Kind = "adjusted"
	Expired  Kind = "expired"
)

// Move is one thing that happened to a credit. It is never changed.
type Move struct {
	ID     int64
	Credit ID
	Key    string // names the move, once in a workspace
	Kind   Kind
	Amount int64 // plus is more for the customer, in minor units
	Bonus  int64 // of an issue, what was given on top
	Refund int64 // that issued it, or 0
	Note   string
	By     auth.Actor // of whom kind, identifier and name are kept
	At     time.Time
}

// alphabet are the digits and capitals of Crockford's base 32, which leaves out what people mistake for each other
// (https://www.crockford.com/base32.html).
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode returns a code of 80 random bits.
func NewCode() string {
	var raw [16]byte
	rand.Read(raw[:])
	var b strings.Builder
	for i, x := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[x%32])
	}
	return b.String()
}

// Digest returns what a code is found by, however people type it: in small letters, without hyphens, with the letters
// that are not in it for the digits that they look like. ok is false for what cannot be a code.
func Digest(typed string) (hash []byte, ok bool) {
	plain := strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '\u00a0', '–', '—':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(typed))
	if len(plain) != 16 || strings.Trim(plain, alphabet) != "" {
		return nil, false
	}
	sum := sha256.Sum256([]byte(plain))
	return sum[:], true
}
