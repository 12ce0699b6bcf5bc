package auth_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/auth/authtest"
)

// trusting runs a test in a workspace that trusts an issuer.
func trusting(t *testing.T, run func(h *house, x *authtest.Issuer)) {
	t.Helper()
	on(t, func(_ *house, in *auth.Signin) { in.HTTP = http.DefaultClient }, func(h *house) {
		x := authtest.NewIssuer(h.T, h.now)
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, x.Policy()))
		run(h, x)
	})
}

func (h *house) slug() string {
	w, err := h.store.Workspace(h.ctx, h.owner.Workspace)
	h.must(err)
	return w.Slug
}

// come signs somebody in by the issuer.
func (h *house) come(x *authtest.Issuer) (auth.Returned, error) {
	h.Helper()
	to, token, err := h.auth.StartSSO(h.ctx, h.slug(), "/inbox/mine", here)
	h.must(err)
	return h.auth.EndSSO(h.ctx, token, x.Visit(to), here)
}

func TestSingleSignOn(t *testing.T) {
	trusting(t, func(h *house, x *authtest.Issuer) {
		end, err := h.come(x)
		h.must(err)
		ada := h.who(end.Session)
		if end.Next != "/inbox/mine" || ada.Name != "Ada Byron" || ada.Role != auth.AgentRole {
			t.Errorf("%+v", end)
		}
		x.Alg, x.SaysName, x.Claims["email"] = "ES256", true, "ada.byron@lumen.test" // married, moved: the subject stays
		if end, err = h.come(x); err != nil || h.who(end.Session).ID != ada.ID {
			t.Errorf("the second time: %+v, %v", end, err)
		}
		x.Claims = map[string]any{"sub": "subject-2"} // whoever got the address next
		_, err = h.come(x)
		h.fails(err, errs.Denied, "another subject with the address of somebody linked")

		x.Claims = map[string]any{"sub": "subject-3", "email": "bo@lumen.example"}
		_, bo, err := h.auth.Invite(h.ctx, h.owner, "bo@lumen.example", "Bo", auth.Lead, false, nil)
		h.must(err)
		if end, err = h.come(x); err != nil || h.who(end.Session).Person() != bo.ID || h.who(end.Session).Role != auth.Lead {
			t.Errorf("somebody invited: %+v, %v", end, err)
		}
		off := false
		h.must(h.auth.UpdatePerson(h.ctx, h.owner, bo.ID, auth.PersonUpdate{Active: &off}))
		_, err = h.come(x)
		h.fails(err, errs.Denied, "somebody disabled")

		p := x.Policy()
		p.SSO.Create, p.Way, p.SSO.Secret = false, auth.SSOWay, ""
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, p))
		x.Claims = map[string]any{"sub": "subject-4", "email": "cy@lumen.example"}
		_, err = h.come(x)
		h.fails(err, errs.Denied, "somebody unknown where nobody joins")
		h.enter("olga@lumen.example", secret) // the owner's way in
		x.Claims = map[string]any{}
		_, err = h.come(x) // the secret was kept
		h.must(err)
	})
}

func TestSingleSignOnRefuses(t *testing.T) {
	trusting(t, func(h *house, x *authtest.Issuer) {
		b64 := base64.RawURLEncoding.EncodeToString
		for name, bent := range map[string]func(){
			"a wrong nonce":              func() { x.Claims["nonce"] = "another" },
			"no nonce":                   func() { x.Claims["nonce"] = "" },
			"a token for somebody else":  func() { x.Claims["aud"] = "another client" },
			"a token for several":        func() { x.Claims["aud"] = []string{authtest.Client, "another"} },
			"another authorised party":   func() { x.Claims["aud"], x.Claims["azp"] = []string{authtest.Client, "another"}, "another" },
			"a token that has expired":   func() { x.Claims["exp"] = h.now().Add(-time.Minute).Unix() },
			"a token of another issuer":  func() { x.Claims["iss"] = "https://evil.example" },
			"an address not verified":    func() { x.Claims["email_verified"] = false },
			"no word of verification":    func() { x.Claims["email_verified"] = nil },
			"a foreign domain":           func() { x.Claims["email"] = "eve@evil.example" },
			"a domain that ends alike":   func() { x.Claims["email"] = "eve@notlumen.example" },
			"a domain that begins alike": func() { x.Claims["email"] = "eve@lumen.example.evil.example" },
			"an address of two parts":    func() { x.Claims["email"] = "eve@evil.example@lumen.example" },
			"no subject":                 func() { x.Claims["sub"] = "" },
			"alg none": func() {
				x.Bend = func(_, body string) string { return b64([]byte(`{"alg":"none"}`)) + "." + body + "." }
			},
			"a signature by the client's secret": func() {
				x.Bend = func(_, body string) string {
					return b64([]byte(`{"alg":"HS256"}`)) + "." + body + "." + b64(make([]byte, 32))
				}
			},
			"a signature of another text": func() {
				x.Bend = func(header, body string) string { return header + "." + body + "." + b64(make([]byte, 256)) }
			},
		} {
			x.Claims, x.Bend = map[string]any{}, nil
			bent()
			if end, err := h.come(x); !errs.Is(err, errs.Denied) || end.Session != "" {
				h.Errorf("%s: %+v, %v", name, end, err)
			}
		}
		if people, err := h.auth.People(h.ctx, h.owner); err != nil || len(people) != 1 {
			h.Errorf("%d people, %v", len(people), err)
		}
	})
}

func TestTripsBelongToTheirBrowser(t *testing.T) {
	trusting(t, func(h *house, x *authtest.Issuer) {
		to, token, err := h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		q := x.Visit(to)
		_, err = h.auth.EndSSO(h.ctx, "", q, here)
		h.fails(err, errs.Denied, "an answer in a browser that began nothing")
		_, mine, err := h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		_, err = h.auth.EndSSO(h.ctx, mine, q, here)
		h.fails(err, errs.Denied, "another browser's answer")
		end, err := h.auth.EndSSO(h.ctx, token, q, here)
		h.must(err)
		h.who(end.Session)
		_, err = h.auth.EndSSO(h.ctx, token, q, here)
		h.fails(err, errs.Denied, "an answer, twice")

		to, token, err = h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		q = x.Visit(to)
		h.later(time.Hour)
		_, err = h.auth.EndSSO(h.ctx, token, q, here)
		h.fails(err, errs.Denied, "an answer after an hour")

		// Mix-up: the browser comes back with the answer of an issuer that it was not sent to.
		to, token, err = h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		q = x.Visit(to)
		q.Set("iss", "https://evil.example")
		_, err = h.auth.EndSSO(h.ctx, token, q, here)
		h.fails(err, errs.Denied, "an answer that names another issuer")
		x.SaysName = true
		to, token, err = h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		q = x.Visit(to)
		q.Del("iss")
		_, err = h.auth.EndSSO(h.ctx, token, q, here)
		h.fails(err, errs.Denied, "an answer without the name that its issuer always gives")

		to, token, err = h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.must(err)
		q = x.Visit(to)
		other := authtest.NewIssuer(h.T, h.now)
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, other.Policy()))
		_, err = h.auth.EndSSO(h.ctx, token, q, here)
		h.fails(err, errs.Denied, "an answer after the workspace changed its issuer")
	})
}

func TestProofByTheIssuer(t *testing.T) {
	trusting(t, func(h *house, x *authtest.Issuer) {
		end, err := h.come(x)
		h.must(err)
		a := h.who(end.Session)
		h.later(11 * time.Minute)
		h.fails(h.auth.StepUp(h.ctx, a, end.Session), errs.Denied, "an old session")
		prove := func() (auth.Returned, error) {
			to, token, err := h.auth.StartSSOProof(h.ctx, a, end.Session, "/admin/people", here)
			h.must(err)
			if u, _ := url.Parse(to); u.Query().Get("prompt") != "login" || u.Query().Get("max_age") != "0" {
				h.Errorf("the issuer may remember: %s", to)
			}
			return h.auth.EndSSO(h.ctx, token, x.Visit(to), here)
		}
		x.Claims["auth_time"] = h.now().Add(-time.Hour).Unix()
		_, err = prove()
		h.fails(err, errs.Denied, "an issuer that remembers")
		x.Claims = map[string]any{"sub": "subject-9", "email": "bo@lumen.example"}
		_, err = prove()
		h.fails(err, errs.Denied, "somebody else at the issuer")
		x.Claims = map[string]any{}
		back, err := prove()
		h.must(err)
		h.must(h.auth.StepUp(h.ctx, h.who(back.Session), back.Session))
		if _, _, err := h.auth.Authenticate(h.ctx, end.Session); !errs.Is(err, errs.Denied) {
			h.Errorf("the token of before goes on: %v", err)
		}
	})
}

func TestIssuersThatAreNotTrusted(t *testing.T) {
	quickly(t, func(_ *house, in *auth.Signin) { in.HTTP = http.DefaultClient }, func(h *house) {
		x := authtest.NewIssuer(h.T, h.now)
		for name, change := range map[string]func(*auth.SSO){
			"http":              func(s *auth.SSO) { s.Issuer = "http://id.example" },
			"a password in it":  func(s *auth.SSO) { s.Issuer = "https://a:b@id.example" },
			"no URL":            func(s *auth.SSO) { s.Issuer = "id.example" },
			"nobody there":      func(s *auth.SSO) { s.Issuer = "http://127.0.0.1:1" },
			"another's name":    func(s *auth.SSO) { s.Issuer += "/" },
			"no client":         func(s *auth.SSO) { s.ClientID = " " },
			"no domain":         func(s *auth.SSO) { s.Domains = nil },
			"every domain":      func(s *auth.SSO) { s.Domains = []string{"*"} },
			"owners by default": func(s *auth.SSO) { s.Role = auth.Owner },
			"a role of nobody":  func(s *auth.SSO) { s.Role = "admin" },
		} {
			p := x.Policy()
			change(&p.SSO)
			h.fails(h.auth.SaveSecurity(h.ctx, h.owner, p), errs.Invalid, name)
		}
		_, _, err := h.auth.StartSSO(h.ctx, h.slug(), "/", here)
		h.fails(err, errs.NotFound, "a trip without single sign-on")
		if doors, err := h.auth.SSODoors(h.ctx); err != nil || len(doors) != 0 {
			t.Errorf("%v, %v", doors, err)
		}
		h.must(h.auth.SaveSecurity(h.ctx, h.owner, x.Policy()))
		if doors, err := h.auth.SSODoors(h.ctx); err != nil || len(doors) != 1 {
			t.Errorf("%v, %v", doors, err)
		}
		p, _, err := h.auth.Security(h.ctx, h.owner)
		if err != nil || !p.SSO.HasSecret() || strings.Contains(p.SSO.Secret, "client") {
			t.Errorf("the page gets the secret: %+v, %v", p, err)
		}
	})
}
