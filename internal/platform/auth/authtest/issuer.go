// Package authtest is an issuer of single sign-on for tests.
package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// Issuer is an issuer of OpenID Connect: discovery, keys, authorisation and token
// endpoint. What it claims can be bent.
type Issuer struct {
	t        testing.TB
	server   *httptest.Server
	now      func() time.Time
	rsa      *rsa.PrivateKey
	ec       *ecdsa.PrivateKey
	Alg      string
	Claims   map[string]any                   // laid over what an honest issuer claims
	asked    map[string]url.Values            // by code
	Bend     func(header, body string) string // makes the token of header and body; nil signs
	SaysName bool                             // says its name in the answer (RFC 9207)
}

// Client is the name by which the issuer knows us.
const Client = "godwit"

// NewIssuer starts an issuer on a clock; it stops with the test.
func NewIssuer(t testing.TB, now func() time.Time) *Issuer {
	t.Helper()
	x := &Issuer{t: t, now: now, Alg: "RS256", Claims: map[string]any{}, asked: map[string]url.Values{}}
	var err error
	if x.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if x.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": x.server.URL, "authorization_endpoint": x.server.URL + "/auth", "token_endpoint": x.server.URL + "/token", "jwks_uri": x.server.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"}, "authorization_response_iss_parameter_supported": x.SaysName,
		})
	})
	b64 := base64.RawURLEncoding.EncodeToString
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		point, err := x.ec.PublicKey.Bytes()
		if err != nil {
			t.Error(err)
		}
		answer(w, map[string]any{"keys": []map[string]string{
			{"kty": "RSA", "kid": "RS256", "use": "sig", "n": b64(x.rsa.N.Bytes()), "e": b64(big.NewInt(int64(x.rsa.E)).Bytes())},
			{"kty": "EC", "kid": "ES256", "use": "sig", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])},
		}})
	})
	mux.HandleFunc("GET /auth", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("nonce") == "" || q.Get("response_type") != "code" || q.Get("client_id") != Client {
			http.Error(w, "a request without PKCE or nonce", http.StatusBadRequest)
			return
		}
		code := "code-" + q.Get("state")
		x.asked[code] = q
		back := url.Values{"code": {code}, "state": {q.Get("state")}}
		if x.SaysName {
			back.Set("iss", x.server.URL)
		}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		asked, ok := x.asked[r.FormValue("code")]
		delete(x.asked, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		id, key, basic := r.BasicAuth()
		key, _ = url.QueryUnescape(key) // RFC 6749 section 2.3.1
		if !basic {
			id, key = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		if !ok || b64(sum[:]) != asked.Get("code_challenge") || id != Client || key != "a client's secret" || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "at", "token_type": "Bearer", "id_token": x.token(asked)})
	})
	x.server = httptest.NewServer(mux)
	t.Cleanup(x.server.Close)
	return x
}

// token signs what the issuer claims of the person who asked.
func (x *Issuer) token(asked url.Values) string {
	claims := map[string]any{
		"iss": x.server.URL, "sub": "subject-1", "aud": Client, "exp": x.now().Add(time.Minute).Unix(), "iat": x.now().Unix(), "auth_time": x.now().Unix(),
		"nonce": asked.Get("nonce"), "email": "ada@lumen.example", "email_verified": true, "name": "Ada Byron",
	}
	maps.Copy(claims, x.Claims)
	raw, _ := json.Marshal(claims)
	header, _ := json.Marshal(map[string]string{"alg": x.Alg, "kid": x.Alg, "typ": "JWT"})
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64(header) + "." + b64(raw)
	if x.Bend != nil {
		return x.Bend(b64(header), b64(raw))
	}
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	var err error
	switch x.Alg {
	case "RS256":
		sig, err = rsa.SignPKCS1v15(rand.Reader, x.rsa, crypto.SHA256, sum[:])
	case "ES256":
		r, s, e := ecdsa.Sign(rand.Reader, x.ec, sum[:])
		sig, err = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), e
	}
	if err != nil {
		x.t.Error(err)
	}
	return text + "." + b64(sig)
}

// Visit goes to the issuer as a browser does and returns what it brings back.
func (x *Issuer) Visit(to string) url.Values {
	x.t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(to)
	if err != nil {
		x.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusFound {
		x.t.Fatalf("the issuer answers %s to %s", res.Status, to)
	}
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || back.Path != auth.SSOBack {
		x.t.Fatalf("the issuer sends people to %s, %v", res.Header.Get("Location"), err)
	}
	return back.Query()
}

// Policy trusts the issuer, for addresses at lumen.example and lumen.test.
func (x *Issuer) Policy() auth.Policy {
	return auth.Policy{Way: auth.AnyWay, SSO: auth.SSO{
		On: true, Issuer: x.server.URL, ClientID: Client, Secret: "a client's secret", Domains: []string{"Lumen.example", "@lumen.test"}, Create: true, Role: auth.AgentRole,
	}}
}
