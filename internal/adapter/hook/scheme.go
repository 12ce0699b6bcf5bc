package hook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
)

// Schemes returns all schemes by the name that connections keep.
func Schemes() map[string]hook.Scheme {
	return map[string]hook.Scheme{
		"standard": standard{},
		"stripe":   stripe{},
		"shopify": bodyMAC{
			signature: "X-Shopify-Hmac-Sha256", decode: base64.StdEncoding.DecodeString, key: "X-Shopify-Event-Id", orKey: "X-Shopify-Webhook-Id", topic: "X-Shopify-Topic",
		},
		"woocommerce": bodyMAC{
			signature: "X-WC-Webhook-Signature", decode: base64.StdEncoding.DecodeString, key: "X-WC-Webhook-Delivery-ID", topic: "X-WC-Webhook-Topic",
		},
		"aftership": bodyMAC{ // "Webhook signature"
			signature: "Aftership-Hmac-Sha256", decode: base64.StdEncoding.DecodeString,
		},
		"easypost": normalized{bodyMAC{ // "Webhooks guide", validate_webhook
			signature: "X-Hmac-Signature", prefix: "hmac-sha256-hex=", decode: hex.DecodeString,
		}},
		"adyen":   adyen{},
		"paypal":  PayPal(nil),
		"17track": keyed{},
		"karrio":  karrio{},
		"github": bodyMAC{
			signature: "X-Hub-Signature-256", prefix: "sha256=", decode: hex.DecodeString, key: "X-GitHub-Delivery", topic: "X-GitHub-Event",
		},
	}
}

const (
	tolerance     = webhook.Tolerance
	maxSignatures = 16
	leastSecret   = 8
)

func sum(secret string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		_, _ = m.Write(p) // never fails (hash.Hash)
	}
	return m.Sum(nil)
}

// fits reports whether one of the signatures was made with one of the secrets.
// It looks at all of them, whatever it finds.
func fits(signatures [][]byte, secrets []string, parts ...[]byte) bool {
	found := false
	for _, s := range secrets {
		want := sum(s, parts...)
		for _, given := range signatures {
			if hmac.Equal(given, want) {
				found = true
			}
		}
	}
	return found
}

var (
	errForged = errs.New(errs.Denied, "error.hook_signature")
	errHeader = errs.New(errs.Invalid, "error.hook_headers")
	errStale  = errs.New(errs.Invalid, "error.hook_stale")
)

// shared is what schemes with a plain text secret have in common.
type shared struct{}

// NewSecret makes a secret of 256 bits in letters that every form takes.
func (shared) NewSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// CheckSecret refuses what is too short to be one.
func (shared) CheckSecret(secret string) error {
	if len(secret) < leastSecret || len(secret) > 500 {
		return errs.Field("secret", "error.hook_secret")
	}
	return nil
}

// standard is the Standard Webhooks specification, by which we send ourselves.
type standard struct{}

// Verify checks id, time and body.
func (standard) Verify(h http.Header, body []byte, secrets []string, now time.Time) (hook.Proof, error) {
	keys := make([]webhook.Secret, 0, len(secrets))
	for _, s := range secrets {
		k, err := webhook.ParseSecret(s)
		if err != nil {
			return hook.Proof{}, err
		}
		keys = append(keys, k)
	}
	id := h.Get(webhook.HeaderID)
	if err := webhook.Verify(id, h.Get(webhook.HeaderTimestamp), h.Get(webhook.HeaderSignature), body, now, keys...); err != nil {
		return hook.Proof{}, err
	}
	var m struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(body, &m) // the specification recommends a type and does not ask for one
	return hook.Proof{Key: id, Topic: m.Type}, nil
}

// NewSecret makes a secret.
func (standard) NewSecret() string { return webhook.NewSecret().Reveal() }

// CheckSecret refuses what is no secret of the specification.
func (standard) CheckSecret(secret string) error {
	_, err := webhook.ParseSecret(secret)
	return err
}

// bodyMAC signs the body alone, in one header.
type bodyMAC struct {
	shared
	signature  string
	prefix     string // before the signature
	decode     func(string) ([]byte, error)
	key, orKey string // headers with the vendor's id of the event
	topic      string
}

// Verify checks the body.
func (s bodyMAC) Verify(h http.Header, body []byte, secrets []string, _ time.Time) (hook.Proof, error) {
	text, ok := strings.CutPrefix(h.Get(s.signature), s.prefix)
	given, err := s.decode(text)
	if !ok || err != nil || len(given) != sha256.Size {
		return hook.Proof{}, errHeader
	}
	if !fits([][]byte{given}, secrets, body) {
		return hook.Proof{}, errForged
	}
	p := hook.Proof{Key: h.Get(s.key), Topic: h.Get(s.topic)}
	if p.Key == "" && s.orKey != "" {
		p.Key = h.Get(s.orKey)
	}
	if p.Key == "" {
		// An old sender without an id: the same body is the same event.
		hash := sha256.Sum256(body)
		p.Key = "sha256:" + hex.EncodeToString(hash[:])
	}
	return p, nil
}

// stripe signs time and body, in one header of several fields.
type stripe struct{ shared }

// Verify checks time and body (Stripe, "Verify webhook signatures manually").
func (stripe) Verify(h http.Header, body []byte, secrets []string, now time.Time) (hook.Proof, error) {
	stamp, given := stripeHeader(h.Get("Stripe-Signature"))
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(given) == 0 {
		return hook.Proof{}, errHeader
	}
	if !fits(given, secrets, []byte(stamp), []byte("."), body) {
		return hook.Proof{}, errForged
	}
	if d := now.Sub(time.Unix(seconds, 0)); d > tolerance || d < -tolerance {
		return hook.Proof{}, errStale
	}
	var e struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	}
	if json.Unmarshal(body, &e) != nil || e.ID == "" {
		return hook.Proof{}, errHeader
	}
	return hook.Proof{Key: e.ID, Topic: e.Type}, nil
}

// stripeHeader reads "t=1492774577,v1=5257a8...,v1=...,v0=...": the time, and the
// signatures of the one scheme that is in use.
func stripeHeader(s string) (stamp string, signatures [][]byte) {
	for field := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "t":
			stamp = value
		case "v1":
			if b, err := hex.DecodeString(value); err == nil && len(b) == sha256.Size && len(signatures) < maxSignatures {
				signatures = append(signatures, b)
			}
		}
	}
	return stamp, signatures
}
