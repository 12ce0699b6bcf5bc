package hook

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/hook"
)

// payPal signs with a key of its own, whose certificate a header names ("Webhooks integration guide", "Verify
// notifications"): the identifier and time of the sending, the identifier of the webhook, which is the secret here, and the
// CRC-32 of the body, by RSA with SHA-256. A checksum is no hash: whoever sees one sending can make another body that bears
// its signature. So a sending counts once, by its own identifier and not by what the body says, and proves no more than news
// that are asked for again.
//
// Certificates are taken from PayPal's own hosts alone, must lead to a root that this machine trusts and be in the name of
// PayPal, and are kept while they last.
type payPal struct {
	shared
	client *http.Client   // nil: no certificate can be had, and nothing is taken
	roots  *x509.CertPool // nil: those of the machine

	mu   sync.Mutex
	kept map[string]*x509.Certificate
}

// PayPal is the scheme of PayPal, which gets its certificates by a client.
func PayPal(client *http.Client) hook.Scheme {
	return &payPal{client: client, kept: map[string]*x509.Certificate{}}
}

const (
	payPalCerts     = "/v1/notifications/certs/"
	payPalSize      = 64 << 10
	payPalPatience  = 5 * time.Second
	payPalMostCerts = 16
)

var payPalHosts = []string{"api.paypal.com", "api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}

// Verify checks identifiers, time and body. It fails with errs.Unavailable where the certificate cannot be had now; PayPal
// sends again for three days.
func (p *payPal) Verify(h http.Header, body []byte, secrets []string, now time.Time) (hook.Proof, error) {
	id, at, address := h.Get("Paypal-Transmission-Id"), h.Get("Paypal-Transmission-Time"), h.Get("Paypal-Cert-Url")
	signature, err := base64.StdEncoding.DecodeString(h.Get("Paypal-Transmission-Sig"))
	if err != nil || len(signature) == 0 || len(signature) > 1<<10 || id == "" || at == "" || len(id)+len(at) > 200 || h.Get("Paypal-Auth-Algo") != "SHA256withRSA" {
		return hook.Proof{}, errHeader
	}
	var event struct {
		Type string `json:"event_type"`
	}
	if json.Unmarshal(body, &event) != nil || event.Type == "" {
		return hook.Proof{}, errHeader
	}
	if len(secrets) == 0 {
		return hook.Proof{}, errForged
	}
	cert, err := p.certificate(address, now)
	if err != nil {
		return hook.Proof{}, err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	for _, webhook := range secrets {
		signed := sha256.Sum256([]byte(strings.Join([]string{id, at, webhook, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}, "|")))
		if ok && rsa.VerifyPKCS1v15(key, crypto.SHA256, signed[:], signature) == nil {
			return hook.Proof{Key: id, Topic: event.Type}, nil
		}
	}
	return hook.Proof{}, errForged
}

// certificate returns the certificate at an address of PayPal's, checked for an instant.
func (p *payPal) certificate(address string, now time.Time) (*x509.Certificate, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || !slices.Contains(payPalHosts, u.Host) || u.User != nil || !strings.HasPrefix(u.Path, payPalCerts) || len(address) > 300 {
		return nil, errHeader
	}
	p.mu.Lock()
	cert := p.kept[address]
	p.mu.Unlock()
	if cert != nil && now.Before(cert.NotAfter) {
		return cert, nil
	}
	chain, err := p.fetch(u)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "error.vendor_busy")
	}
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	cert = chain[0]
	if _, err := cert.Verify(x509.VerifyOptions{Roots: p.roots, Intermediates: others, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil || !ofPayPal(cert) {
		return nil, errForged
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) >= payPalMostCerts {
		clear(p.kept)
	}
	p.kept[address] = cert
	return cert, nil
}

// ofPayPal reports whether a certificate is in the name of PayPal.
func ofPayPal(c *x509.Certificate) bool {
	return slices.ContainsFunc(append([]string{c.Subject.CommonName}, c.DNSNames...), func(name string) bool { return strings.HasSuffix(name, ".paypal.com") })
}

func (p *payPal) fetch(u *url.URL) ([]*x509.Certificate, error) {
	if p.client == nil {
		return nil, errors.New("nobody gets certificates here")
	}
	client := *p.client
	client.Timeout = payPalPatience
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // its own hosts alone
	res, err := client.Get(u.String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("certificate of PayPal: status %d", res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, payPalSize))
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil && len(out) < 8; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("certificate of PayPal: there is none")
	}
	return out, nil
}
