package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"godwit.dev/godwit/internal/base/errs"
)

// Parameters of argon2id: the first recommendation of the OWASP Password
// Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	keyLen    = 32
	saltLen   = 16
)

// Hasher hashes passwords, at most two at a time, so that a burst of sign-ins
// cannot take the machine's memory.
type Hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
}

// maxWaiting is how many sign-ins may wait for their turn: a large office at nine
// in the morning, not a flood.
const maxWaiting = 400

// NewHasher returns a Hasher.
func NewHasher() *Hasher { return &Hasher{slots: make(chan struct{}, 2)} }

// Try is Check for what comes from outside: it fails with errs.Unavailable if too
// many wait already, and when ctx ends first.
func (h *Hasher) Try(ctx context.Context, password, phc string) (bool, error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return false, errs.New(errs.Unavailable, "error.busy")
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return check(password, phc), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func key(password string, salt []byte, mem, time uint32) []byte {
	return argon2.IDKey([]byte(password), salt, time, mem, lanes, keyLen)
}

// Hash returns the PHC string of a password (argon2id).
func (h *Hasher) Hash(password string) string {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes,
		b.EncodeToString(salt), b.EncodeToString(key(password, salt, memoryKiB, passes)))
}

// Check reports whether a password belongs to a PHC string. An empty or broken
// hash costs as much time as a good one and never matches.
func (h *Hasher) Check(password, phc string) bool {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	return check(password, phc)
}

func check(password, phc string) bool {
	parts := strings.Split(phc, "$")
	var v int
	var mem, time uint32
	var p uint8
	ok := len(parts) == 6 && parts[1] == "argon2id"
	if ok {
		_, err1 := fmt.Sscanf(parts[2], "v=%d", &v)
		_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &mem, &time, &p)
		ok = err1 == nil && err2 == nil && v == argon2.Version && p == lanes && mem <= 1<<20 && time >= 1 && time <= 16
	}
	var salt, want []byte
	if ok {
		var err1, err2 error
		salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err2 = base64.RawStdEncoding.DecodeString(parts[5])
		ok = err1 == nil && err2 == nil && len(want) == keyLen
	}
	if !ok {
		key(password, make([]byte, saltLen), memoryKiB, passes)
		return false
	}
	return subtle.ConstantTimeCompare(key(password, salt, mem, time), want) == 1
}

// newLink returns a random 256-bit token and the hash under which it is kept.
func newLink() (token string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, TokenHash(token)
}

// TokenHash returns the hash under which a token is kept.
func TokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
