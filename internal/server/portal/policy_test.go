package portal

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

// The page of a shop's return policy needs nobody's name, is found by search engines in each language, is not sent again
// while it is the same, and changes with what is published.
func TestThePolicyIsPublished(t *testing.T) {
	p, link, held := withCases(t)
	at := Path + p.shops[0].Slug + "/returns"
	for _, l := range i18n.Customer() {
		a := p.ask("GET", at+"?country=DE&lang="+string(l), nil)
		if a.StatusCode != http.StatusOK || untold.MatchString(a.body) || !strings.Contains(a.body, i18n.For(l).T("portal.policy.title")) || !strings.Contains(a.body, "2011/83/EU") && !strings.Contains(a.body, "BGB") {
			t.Errorf("%s: %d: %s", l, a.StatusCode, untold.FindString(a.body))
		}
		if !strings.Contains(a.body, `hreflang="`+string(l)+`" href="https://desk.example`+at+"?country=DE&amp;lang="+string(l)+`"`) {
			t.Errorf("%s is not among the languages", l)
		}
	}
	a := p.ask("GET", at+"?country=DE", nil)
	tag := a.Header.Get("ETag")
	if tag == "" || a.Header.Get("X-Robots-Tag") != "" || strings.Contains(a.body, "noindex") || !strings.Contains(a.body, "/withdraw") || len(a.Cookies()) > 0 {
		t.Errorf("%v", a.Header)
	}
	if again := p.ask("GET", at+"?country=DE", nil, "If-None-Match", `W/"other", `+tag); again.StatusCode != http.StatusNotModified || again.body != "" {
		t.Errorf("it is sent again: %d", again.StatusCode)
	}
	if us := p.ask("GET", at+"?country=US", nil, "If-None-Match", tag); us.StatusCode != http.StatusOK || strings.Contains(us.body, at[:len(at)-len("/returns")]+"/withdraw") {
		t.Errorf("another market: %d", us.StatusCode)
	}
	policies := p.door.Policies.(*policy.Service)
	owner := auth.Actor{Kind: auth.Agent, ID: 9, Workspace: p.shops[0].Workspace, Role: auth.Owner}
	v, err := policies.Save(t.Context(), owner, "standard", "currency: EUR\nterms: {windows: {refund: 77}, fallback: {method: bank, days: 5}, trigger: receipt}\n")
	must(t, err)
	_, err = policies.Publish(t.Context(), owner, v.Name, v.Number, time.Time{})
	must(t, err)
	if a := p.ask("GET", at+"?country=DE", nil, "If-None-Match", tag); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Money back: 77") || !strings.Contains(a.body, "standard/1") {
		t.Errorf("what was published is not there: %d", a.StatusCode)
	}
	if a := p.ask("GET", Path+p.shops[1].Slug+"/returns?country=DE", nil); strings.Contains(a.body, ": 77") {
		t.Error("another workspace says it too")
	}
	if a := p.ask("GET", Path+p.shops[0].Slug+"/", nil); !strings.Contains(a.body, at) {
		t.Error("the start does not lead there")
	}
	if a := p.ask("GET", link, nil, "Cookie", held); !strings.Contains(a.body, at+"?country=DE") {
		t.Error("the order does not lead to what holds where it goes")
	}
	if a := p.ask("GET", Path+"no-such-shop/returns", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("no such shop: %d", a.StatusCode)
	}
}
