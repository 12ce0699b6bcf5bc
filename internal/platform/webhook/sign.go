package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// The headers of a signed message (Standard Webhooks, "Webhook Headers").
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32
	// Tolerance is how far a message's timestamp may be from the receiver's clock.
	Tolerance = 5 * time.Minute
	// maxSignatures bounds what a header can make a receiver compute.
	maxSignatures = 16
)

// Secret signs messages. It prints as nothing: its text leaves by Reveal alone.
type Secret struct{ key []byte }

// NewSecret makes a secret.
func NewSecret() Secret {
	k := make([]byte, secretSize)
	_, _ = rand.Read(k) // never fails (crypto/rand)
	return Secret{k}
}

// ParseSecret reads "whsec_" and base 64, the prefix optional. The specification
// asks for 24 to 64 bytes.
func ParseSecret(s string) (Secret, error) {
	k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(s), secretPrefix))
	if err != nil || len(k) < 24 || len(k) > 64 {
		return Secret{}, errs.Field("secret", "error.webhook_secret")
	}
	return Secret{k}, nil
}

// Reveal returns the secret as a receiver enters it.
func (s Secret) Reveal() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key) }

// String hides the secret from logs.
func (s Secret) String() string { return secretPrefix + "..." }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

func (s Secret) sum(id, timestamp string, body []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	for _, part := range []string{id, ".", timestamp, "."} {
		_, _ = m.Write([]byte(part)) // never fails (hash.Hash)
	}
	_, _ = m.Write(body)
	return m.Sum(nil)
}

// Sign returns the signature header of a message: one signature for each secret,
// so that a receiver that knows any of them can verify it.
func Sign(id string, at time.Time, body []byte, secrets ...Secret) string {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	all := make([]string, len(secrets))
	for i, s := range secrets {
		all[i] = "v1," + base64.StdEncoding.EncodeToString(s.sum(id, timestamp, body))
	}
	return strings.Join(all, " ")
}

// Verify checks a message against the secrets of its receiver. It fails with
// errs.Denied if no signature fits, and with errs.Invalid if the headers are not
// those of a signed message or the timestamp is further than Tolerance from now.
func Verify(id, timestamp, signature string, body []byte, now time.Time, secrets ...Secret) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return errs.New(errs.Invalid, "error.hook_headers")
	}
	fits := false
	for i, field := range strings.Fields(signature) {
		version, text, _ := strings.Cut(field, ",")
		given, err := base64.StdEncoding.DecodeString(text)
		if i >= maxSignatures || version != "v1" || err != nil {
			continue
		}
		for _, s := range secrets {
			if hmac.Equal(given, s.sum(id, timestamp, body)) {
				fits = true
			}
		}
	}
	if !fits {
		return errs.New(errs.Denied, "error.hook_signature")
	}
	// The time is believed only now that it is known to be the signer's.
	if d := now.Sub(time.Unix(seconds, 0)); d > Tolerance || d < -Tolerance {
		return errs.New(errs.Invalid, "error.hook_stale")
	}
	return nil
}
