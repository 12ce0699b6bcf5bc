package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"godwit.dev/godwit/internal/platform/hook"
)

// bodyKey is the key of an event whose sender names none: the same body is the
// same event.
func bodyKey(body []byte) string {
	hash := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(hash[:])
}

// normalized is a scheme whose secrets are brought to the form NFKD before they are
// used.
type normalized struct{ bodyMAC }

// Verify checks the body.
func (s normalized) Verify(h http.Header, body []byte, secrets []string, now time.Time) (hook.Proof, error) {
	forms := make([]string, len(secrets))
	for i, x := range secrets {
		forms[i] = norm.NFKD.String(x)
	}
	return s.bodyMAC.Verify(h, body, forms, now)
}

// keyed signs with a hash of the body, a slash and the account's key (17TRACK,
// "Webhook", "Verify the source of the notification"). The key is also that of the
// API, so it is given and never made.
type keyed struct{ shared }

// Verify checks the body.
func (keyed) Verify(h http.Header, body []byte, secrets []string, _ time.Time) (hook.Proof, error) {
	given, err := hex.DecodeString(h.Get("Sign"))
	if err != nil || len(given) != sha256.Size {
		return hook.Proof{}, errHeader
	}
	found := false
	for _, s := range secrets {
		want := sha256.New()
		_, _ = want.Write(body) // never fails (hash.Hash)
		_, _ = want.Write([]byte("/" + s))
		if hmac.Equal(given, want.Sum(nil)) {
			found = true
		}
	}
	if !found {
		return hook.Proof{}, errForged
	}
	return hook.Proof{Key: bodyKey(body)}, nil
}

// karrio signs the body as its guide says ("Verifying webhook signatures"), or
// sends the secret itself as the event's name, as its server does (module events,
// task_definitions/base/webhook.py).
type karrio struct{ shared }

// Verify checks the body.
func (karrio) Verify(h http.Header, body []byte, secrets []string, _ time.Time) (hook.Proof, error) {
	ok, malformed := false, false
	if text := h.Get("X-Karrio-Signature"); text != "" {
		given, err := hex.DecodeString(strings.TrimPrefix(text, "sha256="))
		malformed = err != nil || len(given) != sha256.Size
		ok = fits([][]byte{given}, secrets, body)
	} else {
		text := h.Get("X-Event-Id")
		malformed = text == ""
		a := sha256.Sum256([]byte(text))
		for _, s := range secrets {
			if b := sha256.Sum256([]byte(s)); hmac.Equal(a[:], b[:]) {
				ok = true
			}
		}
	}
	switch {
	case malformed:
		return hook.Proof{}, errHeader
	case !ok:
		return hook.Proof{}, errForged
	}
	return hook.Proof{Key: bodyKey(body)}, nil
}
