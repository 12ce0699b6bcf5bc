package portal

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/flow/portal"
)

// work sends the letters that wait.
func (p *pages) work() {
	p.t.Helper()
	jobs, err := p.store.Claim(p.t.Context(), portal.Queue, p.now, p.now.Add(time.Minute), 10)
	must(p.t, err)
	for _, j := range jobs {
		must(p.t, p.flow.Handle(p.t.Context(), j))
		_, err := p.store.Finish(p.t.Context(), j, p.now)
		must(p.t, err)
	}
}

// signIn opens a session on a link and returns its cookie as a header.
func (p *pages) signIn(link string) string {
	p.t.Helper()
	if a := p.ask("POST", link+"/code", url.Values{}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != link+"/code" {
		p.t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	p.work()
	code := regexp.MustCompile(`\d{6}`).FindString(p.post[len(p.post)-1].Text)
	a := p.ask("POST", link+"/session", url.Values{"code": {code}})
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 {
		p.t.Fatalf("%d: %s", a.StatusCode, a.body)
	}
	c := a.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != Path+p.shops[0].Slug+"/" || c.MaxAge != int(portal.SessionLife.Seconds()) {
		p.t.Errorf("%+v", c)
	}
	return c.Name + "=" + c.Value
}

func TestCodeShowsWhatIsPrivate(t *testing.T) {
	p := newPages(t)
	link := p.link()
	held := p.signIn(link)
	for _, l := range i18n.Customer() {
		a := p.ask("GET", link+"?lang="+string(l), nil, "Cookie", held)
		for _, want := range []string{"Hidden Lane 7", buyer, i18n.For(l).T("portal.address"), i18n.For(l).T("portal.sum.total"), "Wanda &lt;Wanderer&gt;"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: %q is not shown", l, want)
			}
		}
	}
	a := p.ask("POST", link+"/leave", url.Values{}, "Cookie", held)
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 1 || a.Cookies()[0].MaxAge >= 0 {
		t.Errorf("%d, %v", a.StatusCode, a.Cookies())
	}
}

func TestWrongCodes(t *testing.T) {
	p := newPages(t)
	link := p.link()
	wrong := func() answer { return p.ask("POST", link+"/session", url.Values{"code": {"000000"}}) }
	if a := wrong(); a.StatusCode != http.StatusUnprocessableEntity || len(a.Cookies()) > 0 || !strings.Contains(a.body, i18n.For("en").T("portal.code.wrong")) {
		t.Errorf("%d: %s", a.StatusCode, a.body)
	}
	for range 5 {
		wrong()
	}
	if a := wrong(); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d", a.StatusCode)
	}
	for range 4 {
		p.ask("POST", link+"/code", url.Values{})
	}
	if a := p.ask("POST", link+"/code", url.Values{}); a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("codes are sent without end: %d", a.StatusCode)
	}
}

// TestForeignTokens tries every route with a token in it by the tokens of another
// shop, those that were forged and those that ended, with a session and without:
// nothing passes, and nothing is told.
func TestForeignTokens(t *testing.T) {
	p := newPages(t)
	link := p.link()
	held := p.signIn(link)
	token := link[strings.LastIndexByte(link, '/')+1:]
	_, session, _ := strings.Cut(held, "=")
	try := func(slug, token string) {
		t.Helper()
		for _, rt := range routes() {
			if !strings.Contains(rt.pattern, "{token}") {
				continue
			}
			path := strings.NewReplacer("{shop}", slug, "{token}", token).Replace(rt.pattern)
			path = strings.ReplaceAll(path, "{parcel}", "0")
			for _, cookie := range []string{"", held} {
				a := p.ask(rt.method, path, url.Values{"code": {"000000"}}, "Cookie", cookie)
				if a.StatusCode != http.StatusNotFound || strings.Contains(a.body, "1042") || strings.Contains(a.body, "Hidden") || len(a.Cookies()) > 0 {
					t.Errorf("%s %s: %d", rt.method, path, a.StatusCode)
				}
			}
		}
	}
	try(p.shops[1].Slug, token)
	try(p.shops[0].Slug, session)
	try(p.shops[0].Slug, token[:len(token)-2]+"00")
	try(p.shops[0].Slug, "0")
	p.now = p.now.Add(portal.LinkLife)
	try(p.shops[0].Slug, token)
}
