package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/webhook"
)

var noon = time.Unix(1772625600, 0)

func mac(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestSchemes(t *testing.T) {
	stamp := strconv.FormatInt(noon.Unix(), 10)
	old := strconv.FormatInt(noon.Add(-time.Hour).Unix(), 10)
	event := `{"id":"evt_1","type":"charge.refunded"}`
	sign := func(t, body string) string {
		return "t=" + t + ",v1=" + hex.EncodeToString(mac("whsec_word", t+"."+body))
	}
	std := webhook.NewSecret()
	for name, c := range map[string]struct {
		scheme, secret, body string
		h                    http.Header
		key, topic           string
		kind                 errs.Kind // if key is ""
	}{
		// GitHub Docs, "Testing the webhook payload validation".
		"github":        {"github", "It's a Secret to Everybody", "Hello, World!", header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "X-GitHub-Delivery", "d1", "X-GitHub-Event", "push"), "d1", "push", 0},
		"github, other": {"github", "It's a secret to everybody", "Hello, World!", header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"), "", "", errs.Denied},
		"github, sha1":  {"github", "It's a Secret to Everybody", "Hello, World!", header("X-Hub-Signature-256", "sha1=757107ea"), "", "", errs.Invalid},
		"github, none":  {"github", "It's a Secret to Everybody", "Hello, World!", header(), "", "", errs.Invalid},
		// Computed with another program (openssl dgst -hmac secret -binary).
		"shopify":             {"shopify", "secret", "{}", header("X-Shopify-Hmac-Sha256", "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=", "X-Shopify-Event-Id", "e1", "X-Shopify-Webhook-Id", "w1", "X-Shopify-Topic", "orders/paid"), "e1", "orders/paid", 0},
		"shopify, no event":   {"shopify", "secret", "{}", header("X-Shopify-Hmac-Sha256", "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=", "X-Shopify-Webhook-Id", "w1"), "w1", "", 0},
		"shopify, no id":      {"shopify", "secret", "{}", header("X-Shopify-Hmac-Sha256", "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM="), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"shopify, body":       {"shopify", "secret", "{ }", header("X-Shopify-Hmac-Sha256", "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM="), "", "", errs.Denied},
		"shopify, short":      {"shopify", "secret", "{}", header("X-Shopify-Hmac-Sha256", "dzJZ"), "", "", errs.Invalid},
		"woocommerce":         {"woocommerce", "word word", "{}", header("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(mac("word word", "{}")), "X-WC-Webhook-Delivery-ID", "9", "X-WC-Webhook-Topic", "order.created"), "9", "order.created", 0},
		"woocommerce, body":   {"woocommerce", "word word", "{ }", header("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(mac("word word", "{}")), "X-WC-Webhook-Delivery-ID", "9"), "", "", errs.Denied},
		"woocommerce, secret": {"woocommerce", "another word", "{}", header("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(mac("word word", "{}")), "X-WC-Webhook-Delivery-ID", "9"), "", "", errs.Denied},
		"woocommerce, none":   {"woocommerce", "word word", "{}", header("X-WC-Webhook-Delivery-ID", "9"), "", "", errs.Invalid},
		// The example in the tests of Adyen's own libraries.
		"adyen":              {"adyen", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", `{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284","originalReference":null,"merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","success":"true","eventDate":"2014-08-06T17:15:34.121+02:00","paymentMethod":"visa","reason":"","additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}}]}`, header(), "7914073381342284:AUTHORISATION:true", "AUTHORISATION", 0},
		"adyen, another sum": {"adyen", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", `{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284","originalReference":null,"merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"currency":"EUR","value":1131},"eventCode":"AUTHORISATION","success":"true","eventDate":"2014-08-06T17:15:34.121+02:00","paymentMethod":"visa","reason":"","additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}}]}`, header(), "", "", errs.Denied},
		"adyen, another key": {"adyen", "00782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", `{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284","originalReference":null,"merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","success":"true","eventDate":"2014-08-06T17:15:34.121+02:00","paymentMethod":"visa","reason":"","additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}}]}`, header(), "", "", errs.Denied},
		"adyen, unsigned":    {"adyen", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", `{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284","originalReference":null,"merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","amount":{"currency":"EUR","value":1130},"eventCode":"AUTHORISATION","success":"true","eventDate":"2014-08-06T17:15:34.121+02:00","paymentMethod":"visa","reason":"","additionalData":{"hmacSignature":""}}}]}`, header(), "", "", errs.Invalid},
		"adyen, nothing":     {"adyen", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", `{"notificationItems":[]}`, header(), "", "", errs.Invalid},
		"stripe":             {"stripe", "whsec_word", event, header("Stripe-Signature", sign(stamp, event)), "evt_1", "charge.refunded", 0},
		"stripe, several":    {"stripe", "whsec_word", event, header("Stripe-Signature", "v0=aa, v1="+hex.EncodeToString(mac("x", "y"))+","+sign(stamp, event)), "evt_1", "charge.refunded", 0},
		"stripe, old":        {"stripe", "whsec_word", event, header("Stripe-Signature", sign(old, event)), "", "", errs.Invalid},
		"stripe, new time":   {"stripe", "whsec_word", event, header("Stripe-Signature", "t="+stamp+",v1="+hex.EncodeToString(mac("whsec_word", old+"."+event))), "", "", errs.Denied},
		"stripe, v0 alone":   {"stripe", "whsec_word", event, header("Stripe-Signature", "t="+stamp+",v0="+hex.EncodeToString(mac("whsec_word", stamp+"."+event))), "", "", errs.Invalid},
		"stripe, no event":   {"stripe", "whsec_word", "{}", header("Stripe-Signature", sign(stamp, "{}")), "", "", errs.Invalid},
		"stripe, forged":     {"stripe", "whsec_other", event, header("Stripe-Signature", sign(stamp, event)), "", "", errs.Denied},
		"standard":           {"standard", std.Reveal(), event, header("webhook-id", "m1", "webhook-timestamp", stamp, "webhook-signature", webhook.Sign("m1", noon, []byte(event), std)), "m1", "charge.refunded", 0},
		"standard, forged":   {"standard", std.Reveal(), event, header("webhook-id", "m1", "webhook-timestamp", stamp, "webhook-signature", webhook.Sign("m1", noon, []byte(event), webhook.NewSecret())), "", "", errs.Denied},
		// Computed with openssl dgst and sha256sum.
		"aftership":         {"aftership", "secret word", "{}", header("aftership-hmac-sha256", "qTfqesY2zfwjCzwsfXIB7Fkyz+LrXmbyOXluvrgjNos="), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"aftership, forged": {"aftership", "secret word", "{ }", header("aftership-hmac-sha256", "qTfqesY2zfwjCzwsfXIB7Fkyz+LrXmbyOXluvrgjNos="), "", "", errs.Denied},
		"easypost":          {"easypost", "s\u00e9cret word", "{}", header("X-Hmac-Signature", "hmac-sha256-hex=81320df2e1d07e88500081b4ce05887b99e062f7237a415a86857d9dd3caf6bc"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"easypost, plain":   {"easypost", "secret word", "{}", header("X-Hmac-Signature", "hmac-sha256-hex=a937ea7ac636cdfc230b3c2c7d7201ec5932cfe2eb5e66f239796ebeb823368b"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"easypost, bare":    {"easypost", "secret word", "{}", header("X-Hmac-Signature", "a937ea7ac636cdfc230b3c2c7d7201ec5932cfe2eb5e66f239796ebeb823368b"), "", "", errs.Invalid},
		"17track":           {"17track", "secret word", "{}", header("sign", "64e828b7e4a0cb1fada45f631f3b3b3e52b4a0f07d0544dd1a0198889af30c7e"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"17track, forged":   {"17track", "secret ward", "{}", header("sign", "64e828b7e4a0cb1fada45f631f3b3b3e52b4a0f07d0544dd1a0198889af30c7e"), "", "", errs.Denied},
		"17track, none":     {"17track", "secret word", "{}", header(), "", "", errs.Invalid},
		"karrio, signed":    {"karrio", "secret word", "{}", header("X-Karrio-Signature", "sha256=a937ea7ac636cdfc230b3c2c7d7201ec5932cfe2eb5e66f239796ebeb823368b"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"karrio, forged":    {"karrio", "secret ward", "{}", header("X-Karrio-Signature", "a937ea7ac636cdfc230b3c2c7d7201ec5932cfe2eb5e66f239796ebeb823368b", "X-Event-Id", "secret ward"), "", "", errs.Denied},
		"karrio, secret":    {"karrio", "secret word", "{}", header("X-Event-Id", "secret word"), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "", 0},
		"karrio, other":     {"karrio", "secret word", "{}", header("X-Event-Id", "secret ward"), "", "", errs.Denied},
		"karrio, none":      {"karrio", "secret word", "{}", header(), "", "", errs.Invalid},
	} {
		how := Schemes()[c.scheme]
		other := how.NewSecret()
		p, err := how.Verify(c.h, []byte(c.body), []string{other, c.secret}, noon)
		if c.key != "" {
			if err != nil || p.Key != c.key || p.Topic != c.topic {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		} else if !errs.Is(err, c.kind) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if _, err := how.Verify(c.h, []byte(c.body), nil, noon); err == nil {
			t.Errorf("%s: fits without a secret", name)
		}
		if err := how.CheckSecret(other); err != nil {
			t.Errorf("%s refuses its own secret: %v", name, err)
		}
		if err := how.CheckSecret("x"); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s takes any secret: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("t=1772625600,v1=00,v1=,v0=aa", []byte("{}"))
	f.Add("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", []byte("Hello, World!"))
	f.Add("dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM=", []byte("{}"))
	f.Add("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", []byte(""))
	schemes := Schemes()
	secrets := map[string][]string{}
	for name, how := range schemes {
		secrets[name] = []string{how.NewSecret()}
	}
	f.Fuzz(func(t *testing.T, value string, body []byte) {
		h := http.Header{}
		for _, name := range []string{"Stripe-Signature", "X-Shopify-Hmac-Sha256", "X-WC-Webhook-Signature", "X-Hub-Signature-256", "Aftership-Hmac-Sha256", "X-Hmac-Signature", "Sign", "X-Karrio-Signature", "X-Event-Id", webhook.HeaderSignature, webhook.HeaderID, webhook.HeaderTimestamp} {
			h.Set(name, value)
		}
		h.Set(webhook.HeaderTimestamp, "1772625600")
		for name, how := range schemes {
			if p, err := how.Verify(h, body, secrets[name], noon); err == nil || !errs.Is(err, errs.Denied) && !errs.Is(err, errs.Invalid) {
				t.Fatalf("%s: %+v, %v", name, p, err)
			}
		}
	})
}
