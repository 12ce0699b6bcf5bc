package hook

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// answers is the network: what stands at an address, nil for nobody there.
type answers struct {
	at    map[string][]byte
	asked int
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked++
	data, ok := a.at[r.URL.String()]
	if !ok {
		return nil, errors.New("nobody is there")
	}
	if data == nil {
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://else.example/"}}, Body: http.NoBody, Request: r}, nil
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data)), Request: r}, nil
}

// authority issues certificates.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return authority{t, key, root}
}

func (a authority) issue(name string, key *rsa.PrivateKey, until time.Time) []byte {
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: noon.AddDate(0, -1, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestPayPalSignsWithItsCertificate: a message by PayPal's own certificate counts once, by its sending; whatever is changed,
// or is signed by another certificate, is refused; certificates come from PayPal's hosts alone and are asked for once.
func TestPayPalSignsWithItsCertificate(t *testing.T) {
	const (
		webhook = "8PT597110X687430LKGECATA"
		certs   = "https://api.paypal.com/v1/notifications/certs/"
		body    = `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.REFUNDED","resource":{}}`
		name    = "messageverificationcerts.paypal.com"
	)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	trusted, strange := newAuthority(t), newAuthority(t)
	network := &answers{at: map[string][]byte{
		certs + "good":    trusted.issue(name, key, noon.AddDate(1, 0, 0)),
		certs + "over":    trusted.issue(name, key, noon.AddDate(0, 0, -1)),
		certs + "other":   trusted.issue("evil.example", key, noon.AddDate(1, 0, 0)),
		certs + "near":    trusted.issue("notpaypal.com", key, noon.AddDate(1, 0, 0)),
		certs + "strange": strange.issue(name, key, noon.AddDate(1, 0, 0)),
		certs + "no":      []byte("no certificate"),
		certs + "moved":   nil,
	}}
	roots := x509.NewCertPool()
	roots.AddCert(trusted.cert)
	scheme := &payPal{client: &http.Client{Transport: network}, roots: roots, kept: map[string]*x509.Certificate{}}
	head := func(cert string, change ...string) http.Header {
		h := http.Header{}
		h.Set("Paypal-Transmission-Id", "69cd13f0-d67a-11e5-baa3-778b53f4ae55")
		h.Set("Paypal-Transmission-Time", "2026-03-04T12:00:00Z")
		h.Set("Paypal-Auth-Algo", "SHA256withRSA")
		h.Set("Paypal-Cert-Url", cert)
		sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d", h.Get("Paypal-Transmission-Id"), h.Get("Paypal-Transmission-Time"), webhook, crc32.ChecksumIEEE([]byte(body))))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		h.Set("Paypal-Transmission-Sig", base64.StdEncoding.EncodeToString(signature))
		for i := 0; i+1 < len(change); i += 2 {
			h.Set(change[i], change[i+1])
		}
		return h
	}
	for range 2 {
		p, err := scheme.Verify(head(certs+"good"), []byte(body), []string{"another one", webhook}, noon)
		if err != nil || p.Key != "69cd13f0-d67a-11e5-baa3-778b53f4ae55" || p.Topic != "PAYMENT.CAPTURE.REFUNDED" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	if network.asked != 1 {
		t.Errorf("the certificate was asked for %d times", network.asked)
	}
	for what, c := range map[string]struct {
		head    http.Header
		body    string
		webhook string
		kind    errs.Kind
	}{
		"another body":         {head(certs + "good"), `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.DENIED"}`, webhook, errs.Denied},
		"another webhook":      {head(certs + "good"), body, "0PT597110X687430LKGECATA", errs.Denied},
		"another sending":      {head(certs+"good", "Paypal-Transmission-Id", "x"), body, webhook, errs.Denied},
		"another time":         {head(certs+"good", "Paypal-Transmission-Time", "2026-03-05T12:00:00Z"), body, webhook, errs.Denied},
		"another way to sign":  {head(certs+"good", "Paypal-Auth-Algo", "none"), body, webhook, errs.Invalid},
		"no signature":         {head(certs+"good", "Paypal-Transmission-Sig", ""), body, webhook, errs.Invalid},
		"no event":             {head(certs + "good"), `[]`, webhook, errs.Invalid},
		"a certificate over":   {head(certs + "over"), body, webhook, errs.Denied},
		"another's":            {head(certs + "other"), body, webhook, errs.Denied},
		"one with its end":     {head(certs + "near"), body, webhook, errs.Denied},
		"of nobody's root":     {head(certs + "strange"), body, webhook, errs.Denied},
		"none":                 {head(certs + "no"), body, webhook, errs.Unavailable},
		"one that moved":       {head(certs + "moved"), body, webhook, errs.Unavailable},
		"one that is not":      {head(certs + "gone"), body, webhook, errs.Unavailable},
		"of another host":      {head("https://paypal.com.evil.example/v1/notifications/certs/good"), body, webhook, errs.Invalid},
		"of another path":      {head("https://api.paypal.com/else/good"), body, webhook, errs.Invalid},
		"in the open":          {head("http://api.paypal.com/v1/notifications/certs/good"), body, webhook, errs.Invalid},
		"with a name before":   {head("https://a@api.paypal.com/v1/notifications/certs/good"), body, webhook, errs.Invalid},
		"another port of host": {head("https://api.paypal.com:8443/v1/notifications/certs/good"), body, webhook, errs.Invalid},
	} {
		if p, err := scheme.Verify(c.head, []byte(c.body), []string{c.webhook}, noon); !errs.Is(err, c.kind) {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	if _, err := scheme.Verify(head(certs+"good"), []byte(body), []string{webhook}, noon.AddDate(2, 0, 0)); err == nil {
		t.Error("a kept certificate outlives itself")
	}
	if _, err := PayPal(nil).Verify(head(certs+"good"), []byte(body), []string{webhook}, noon); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a client: %v", err)
	}
}
