package hook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/hook"
)

// adyen signs eight fields of each notification, in the notification itself, with a key in hexadecimal digits ("Verify
// HMAC signatures"). What else a notification says is not proven by it.
type adyen struct{}

// item is what is signed of a notification, with the signature.
type item struct {
	Reference string `json:"pspReference"`
	Original  string `json:"originalReference"`
	Account   string `json:"merchantAccountCode"`
	Merchant  string `json:"merchantReference"`
	Amount    struct {
		Value    json.Number `json:"value"`
		Currency string      `json:"currency"`
	} `json:"amount"`
	Code    string          `json:"eventCode"`
	Success json.RawMessage `json:"success"` // a text, or, in some versions, true and false
	Data    struct {
		Signature string `json:"hmacSignature"`
	} `json:"additionalData"`
}

func (i item) success() string { return strings.Trim(string(i.Success), `"`) }

func (i item) signed() []byte {
	return []byte(strings.Join([]string{i.Reference, i.Original, i.Account, i.Merchant, i.Amount.Value.String(), i.Amount.Currency, i.Code, i.success()}, ":"))
}

// Verify checks every notification of a message.
func (adyen) Verify(_ http.Header, body []byte, secrets []string, _ time.Time) (hook.Proof, error) {
	var m struct {
		Items []struct {
			Item item `json:"NotificationRequestItem"`
		} `json:"notificationItems"`
	}
	if json.Unmarshal(body, &m) != nil || len(m.Items) == 0 || len(m.Items) > maxSignatures {
		return hook.Proof{}, errHeader
	}
	var keys []string
	for _, x := range m.Items {
		given, err := base64.StdEncoding.DecodeString(x.Item.Data.Signature)
		if err != nil || len(given) != sha256.Size {
			return hook.Proof{}, errHeader
		}
		ok := false
		for _, s := range secrets {
			key, err := hex.DecodeString(s)
			if err == nil && hmac.Equal(given, sum(string(key), x.Item.signed())) {
				ok = true
			}
		}
		if !ok {
			return hook.Proof{}, errForged
		}
		keys = append(keys, x.Item.Reference+":"+x.Item.Code+":"+x.Item.success()) // "Handle duplicates": what a repeat has in common
	}
	return hook.Proof{Key: strings.Join(keys, ","), Topic: m.Items[0].Item.Code}, nil
}

// NewSecret makes a key of 256 bits.
func (adyen) NewSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return strings.ToUpper(hex.EncodeToString(b))
}

// CheckSecret refuses what is no key.
func (adyen) CheckSecret(secret string) error {
	if b, err := hex.DecodeString(secret); err != nil || len(b) < 2*leastSecret {
		return errs.Field("secret", "error.hook_secret")
	}
	return nil
}
