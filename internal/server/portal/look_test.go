package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/platform/auth"
)

const track = "track.shop.example"

// TXT and Addresses are the DNS of the tests: every host leads here.
func (p *pages) TXT(_ context.Context, name string) ([]string, error) { return p.texts[name], nil }

func (p *pages) Addresses(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
}

func (p *pages) owner(shop int) auth.Actor { return auth.ForSystem(p.shops[shop].Workspace) }

// logo is a picture of a shop.
func logo(t *testing.T) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 200, 60))
	for i := range m.Pix {
		m.Pix[i] = 0xff
	}
	for y := range 60 {
		for x := range 60 {
			m.Set(x, y, color.NRGBA{12, 90, 60, 255})
		}
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

// dress gives the first shop a look and a host of its own.
func (p *pages) dress() brand.Brand {
	p.t.Helper()
	ctx, id, actor := p.t.Context(), p.shops[0].ID, p.owner(0)
	_, err := p.brands.Save(ctx, actor, id, brand.Update{
		Name: "Tent <& Trail>", Accent: "#0b5d3b", Support: "care@shop.example", Links: brand.Links{Returns: "https://shop.example/returns"}, Languages: []i18n.Lang{"de", "ar"},
		Origins: []string{"https://shop.example"},
	})
	must(p.t, err)
	_, err = p.brands.SetLogo(ctx, actor, id, logo(p.t))
	must(p.t, err)
	b, err := p.brands.SetDomain(ctx, actor, id, track)
	must(p.t, err)
	if _, err := p.brands.Prove(ctx, actor, id); !errs.Is(err, errs.Invalid) {
		p.t.Fatalf("a host without its record: %v", err)
	}
	if a := p.ask("GET", "/", nil, "Host", track); a.StatusCode != http.StatusOK || a.body != "the console" {
		p.t.Errorf("a host that is not proven: %d %s", a.StatusCode, a.body)
	}
	record, err := p.brands.RecordOf(ctx, b)
	must(p.t, err)
	p.texts = map[string][]string{record.Name: {record.Value}}
	b, err = p.brands.Prove(ctx, actor, id)
	must(p.t, err)
	return b
}

func TestTheLookOfAShop(t *testing.T) {
	p := newPages(t)
	p.dress()
	page := p.ask("GET", Path+p.shops[0].Slug+"/", nil, "Accept-Language", "ru")
	for _, want := range []string{`lang="de"`, "Tent &lt;&amp; Trail&gt;", `rel="manifest"`, "Rückgabebedingungen", "https://shop.example/returns", "light-dark(#0b5d3b,"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(page.body, "<option") != 2 || strings.Contains(page.body, "style=") {
		t.Error("other languages are offered, or a style stands in an attribute")
	}
	style := regexp.MustCompile(`<style>(.*?)</style>`).FindStringSubmatch(page.body)
	if style == nil || strings.ContainsAny(style[1], "<>&'\"") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "'sha256-") {
		t.Errorf("the style is %v under %s", style, page.Header.Get("Content-Security-Policy"))
	}
	for _, src := range regexp.MustCompile(`(?:src|href)="([^"]+\.png)"`).FindAllStringSubmatch(page.body, -1) {
		a := p.ask("GET", src[1], nil)
		if _, err := png.Decode(strings.NewReader(a.body)); err != nil || a.Header.Get("Content-Type") != "image/png" || a.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v %v", src[1], a.Header, err)
		}
	}
	if old := p.ask("GET", Path+p.shops[0].Slug+"/look/logo.0.png", nil); old.StatusCode != 200 || old.Header.Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("the logo under an old name: %d %v", old.StatusCode, old.Header)
	}
	for _, none := range []string{"logo.png.svg", "icon-47.x.png", "icon-.png", "secret.png", "..%2flogo.png"} {
		if a := p.ask("GET", Path+p.shops[0].Slug+"/look/"+none, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", none, a.StatusCode)
		}
	}
	if a := p.ask("GET", Path+p.shops[1].Slug+"/look/logo.png", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("a shop without logo: %d", a.StatusCode)
	}
	st := p.ask("GET", p.link(), nil)
	if !strings.Contains(st.body, "mailto:care@shop.example") {
		t.Error("the page does not lead to the address that the shop named")
	}
}

func TestManifest(t *testing.T) {
	p := newPages(t)
	for _, dressed := range []bool{false, true} {
		if dressed {
			p.dress()
		}
		a := p.ask("GET", Path+p.shops[0].Slug+"/site.webmanifest?lang=ar", nil)
		var m struct {
			Name, Lang, Dir, StartURL, Scope string
			Icons                            []struct{ Src, Sizes string }
		}
		must(t, json.Unmarshal([]byte(strings.ReplaceAll(a.body, "start_url", "StartURL")), &m))
		if a.Header.Get("Content-Type") != "application/manifest+json; charset=utf-8" || m.Lang != "ar" || m.Dir != "rtl" || !strings.HasPrefix(m.StartURL, m.Scope) || m.Scope != Path+p.shops[0].Slug+"/" || m.Name == "" || strings.Contains(a.body, "/o/") {
			t.Errorf("%+v %s", m, a.body)
		}
		for _, i := range m.Icons {
			icon := p.ask("GET", i.Src, nil)
			c, err := png.DecodeConfig(strings.NewReader(icon.body))
			if err != nil || i.Sizes[:3] != strings.Split(i.Sizes, "x")[1] || c.Width != c.Height || c.Width < 192 {
				t.Errorf("%s: %v %+v", i.Src, err, c)
			}
		}
		if len(m.Icons) != 4 {
			t.Errorf("%d icons", len(m.Icons))
		}
	}
}

// The address that people type leads to the one that cookies and installed pages of the shop
// keep to, with all that was asked.
func TestAShopsPageHasOneAddress(t *testing.T) {
	p := newPages(t)
	a := p.ask("GET", Path+p.shops[0].Slug+"?lang=ar", nil)
	if a.StatusCode != http.StatusPermanentRedirect || a.Header.Get("Location") != Path+p.shops[0].Slug+"/?lang=ar" {
		t.Errorf("%d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := p.ask("GET", Path+"no-such-shop", nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("no shop: %d", a.StatusCode)
	}
}

// A host of a shop's own shows that shop and nothing else.
func TestAHostOfItsOwn(t *testing.T) {
	p := newPages(t)
	p.dress()
	home := p.ask("GET", "/", nil, "Host", track+":443")
	if home.StatusCode != 200 || !strings.Contains(home.body, `action="/"`) || strings.Contains(home.body, Path+p.shops[0].Slug) {
		t.Errorf("%d %s", home.StatusCode, home.body)
	}
	found := p.ask("POST", "/", url.Values{"number": {"gw 1042"}, "contact": {buyer}}, "Host", track, "Origin", "https://"+track, "Sec-Fetch-Site", "same-origin")
	to := found.Header.Get("Location")
	if found.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/o/") {
		t.Fatalf("%d to %q", found.StatusCode, to)
	}
	if st := p.ask("GET", to, nil, "Host", strings.ToUpper(track)+"."); st.StatusCode != 200 || !strings.Contains(st.body, "GW-1042") || strings.Contains(st.body, Path+p.shops[0].Slug) {
		t.Errorf("%d %s", st.StatusCode, st.body)
	}
	for _, path := range []string{"/look/logo.0.png", "/site.webmanifest", regexp.MustCompile(`/p/-/[^"]+`).FindString(home.body)} {
		if a := p.ask("GET", path, nil, "Host", track); a.StatusCode != 200 {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	for _, path := range []string{Path + p.shops[1].Slug, Path + p.shops[0].Slug, "/sign-in", "/api/v1/me", "/admin/people", "//", "/p/../sign-in"} {
		if a := p.ask("GET", path, nil, "Host", track); a.StatusCode == 200 && strings.Contains(a.body, "the console") || strings.Contains(a.body, "Trail 1") {
			t.Errorf("%s on a shop's own host: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := p.ask("POST", "/", url.Values{"number": {"gw 1042"}, "contact": {buyer}}, "Host", track, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", a.StatusCode)
	}
	if a := p.ask("GET", "/robots.txt", nil, "Host", track); !strings.Contains(a.body, "Allow: /\n") || strings.Contains(a.body, "Disallow") {
		t.Error(a.body)
	}
	for host, want := range map[string]int{"nobody.example": http.StatusMisdirectedRequest, "desk.example": 200, "127.0.0.1": 200, "localhost:7700": 200, "track.shop.example.evil.example": http.StatusMisdirectedRequest} {
		if a := p.ask("GET", Path+p.shops[0].Slug+"/", nil, "Host", host); a.StatusCode != want || want != 200 && a.body != "" {
			t.Errorf("%s: %d %s", host, a.StatusCode, a.body)
		}
	}
	link, err := p.flow.LinkTo(t.Context(), p.shops[0], p.order)
	must(t, err)
	if !strings.HasPrefix(link, "https://"+track+"/o/") {
		t.Errorf("a letter names %s", link)
	}
	if a := p.ask("GET", strings.TrimPrefix(link, "https://"+track), nil, "Host", track); a.StatusCode != 200 || !strings.Contains(a.body, "GW-1042") {
		t.Errorf("its link: %d", a.StatusCode)
	}
	if link, err := p.flow.LinkTo(t.Context(), p.shops[1], p.order); err != nil || !strings.HasPrefix(link, "https://desk.example/p/") {
		t.Errorf("another shop's: %s, %v", link, err)
	}
}

// A host is one shop's: another cannot name it, prove it by the record of the first, or
// keep it after the first took it back.
func TestAHostIsOneShops(t *testing.T) {
	p := newPages(t)
	ctx := t.Context()
	other, first := p.shops[1].ID, p.shops[0].ID
	_, err := p.brands.SetDomain(ctx, p.owner(1), other, track) // named first, and not proven
	must(t, err)
	p.dress()
	if _, err := p.brands.Prove(ctx, p.owner(1), other); !errs.Is(err, errs.Invalid) {
		t.Errorf("proven by another's record: %v", err)
	}
	for _, host := range []string{track, "desk.example", "https://DESK.example/"} {
		if _, err := p.brands.SetDomain(ctx, p.owner(1), other, host); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := p.brands.SetDomain(ctx, p.owner(1), first, "x.shop.example"); !errs.Is(err, errs.NotFound) {
		t.Errorf("a foreign shop: %v", err)
	}
	if _, err := p.brands.Save(ctx, auth.Actor{}, first, brand.Update{}); !errs.Is(err, errs.Denied) {
		t.Errorf("nobody: %v", err)
	}
	_, err = p.brands.SetDomain(ctx, p.owner(0), first, "")
	must(t, err)
	p.now = p.now.Add(time.Minute)
	if a := p.ask("GET", Path+p.shops[0].Slug+"/", nil, "Host", track); a.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a host that was taken back: %d", a.StatusCode)
	}
}
