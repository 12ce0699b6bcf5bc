package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/server/portal/ui"
)

// ownKey marks the requests that came by a host of a shop's own.
type ownKey struct{}

func own(ctx context.Context) bool { return ctx.Value(ownKey{}) != nil }

// assets is where what all shops share stands, on every host.
const assets = Path + "-/"

// hosts says whose pages a host shows. On a host of a shop's own there is nothing but
// its pages: neither another shop's, nor the console. A name that is nobody's shows no
// shop: whoever points a name here without proof gets nothing to show.
func (d *door) hosts(pages http.Handler) http.Handler {
	next := d.Next
	if next == nil {
		next = pages
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.Brands != nil && !d.ours(r.Host) {
			shop, found, err := d.Brands.ByHost(r.Context(), r.Host)
			switch {
			case err != nil:
				w.Header().Set("Retry-After", "5")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			case found && r.URL.Path == "/robots.txt":
				robots(w, "/")
				return
			case found && strings.HasPrefix(r.URL.Path, assets):
			case found:
				inner := r.Clone(context.WithValue(r.Context(), ownKey{}, true))
				inner.URL.Path, inner.URL.RawPath = Path+shop.Slug+r.URL.Path, ""
				pages.ServeHTTP(w, inner)
				return
			case len(d.Hosts) > 0 && strings.HasPrefix(r.URL.Path, Path):
				w.WriteHeader(http.StatusMisdirectedRequest)
				return
			}
		}
		switch {
		case strings.HasPrefix(r.URL.Path, Path):
			pages.ServeHTTP(w, r)
		case r.URL.Path == "/robots.txt": // the form that finds an order is for everybody, the desk for nobody
			robots(w, Path)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func robots(w http.ResponseWriter, open string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := "User-agent: *\nAllow: " + open + "\n"
	if open != "/" {
		text += "Disallow: /\n"
	}
	_, _ = w.Write([]byte(text)) // a reader who went away is no failure
}

// ours reports whether a request names this installation itself, or its machine.
func (d *door) ours(header string) bool {
	host := brand.Host(header)
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "" || host == "localhost" || slices.Contains(d.Hosts, host)
}

// looks is how the shop of a request looks.
func (r *request) looks() ui.Look {
	if r.shop.ID == 0 {
		return ui.Look{}
	}
	b := r.brand
	l := ui.Look{
		Icons: r.base + "/look/icon-", Tag: "." + b.IconHash(r.shop.Name) + ".png", Manifest: r.with(r.base + "/site.webmanifest"), Languages: b.Languages,
	}
	if b.Accent != "" {
		s := brand.ShadesOf(b.Accent)
		l.Light, l.Dark = s.Light, s.Dark
	}
	if b.Logo.Hash != "" {
		l.Logo = ui.Logo{Src: r.base + "/look/logo." + b.Logo.Hash + ".png", Width: (b.Logo.Width + 1) / 2, Height: (b.Logo.Height + 1) / 2, Plate: string(b.Logo.Plate)}
	}
	for _, x := range []ui.Link{
		{Key: "portal.link.help", URL: b.Links.Help}, {Key: "portal.link.returns", URL: b.Links.Returns}, {Key: "portal.link.terms", URL: b.Links.Terms},
		{Key: "portal.link.privacy", URL: b.Links.Privacy}, {Key: "portal.link.imprint", URL: b.Links.Imprint},
	} {
		if x.URL != "" {
			l.Links = append(l.Links, x)
		}
	}
	return l
}

// look sends a picture of the shop. Its path has a hash in it, so that browsers may keep
// it for ever; under an old one the picture of now is sent, and kept for an hour.
func (d *door) look(w http.ResponseWriter, r *request) error {
	name, rest, _ := strings.Cut(r.PathValue("file"), ".")
	tag, png := strings.CutSuffix(rest, ".png")
	if !png || d.Brands == nil {
		return errs.New(errs.NotFound, "error.not_found")
	}
	var data []byte
	var err error
	hash := r.brand.Logo.Hash
	if side, icon := strings.CutPrefix(name, "icon-"); icon {
		hash = r.brand.IconHash(r.shop.Name)
		n, _ := strconv.Atoi(side) // 0 is no side
		data, err = d.Brands.Icon(r.Context(), r.shop, r.brand, n)
	} else if name == "logo" {
		data, err = d.Brands.LogoOf(r.Context(), r.shop)
	} else {
		err = errs.New(errs.NotFound, "error.not_found")
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, max-age=3600")
	if tag == hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // a reader who went away is no failure
	return nil
}

// manifest says how the page is installed (https://www.w3.org/TR/appmanifest/). It opens
// at the form that finds an order: a home screen is no place for a link to one.
func (d *door) manifest(w http.ResponseWriter, r *request) error {
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	l := r.looks()
	name := r.brand.Called(r.shop.Name)
	m := struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		ShortName  string `json:"short_name"`
		Lang       string `json:"lang"`
		Dir        string `json:"dir"`
		StartURL   string `json:"start_url"`
		Scope      string `json:"scope"`
		Display    string `json:"display"`
		Background string `json:"background_color"`
		Theme      string `json:"theme_color"`
		Icons      []icon `json:"icons"`
	}{
		ID: r.top(), Name: name, ShortName: name, Lang: string(r.printer.Lang()), Dir: r.printer.Dir(), StartURL: r.home(), Scope: r.top(), Display: "minimal-ui",
		Background: ui.ThemeLight, Theme: ui.ThemeLight,
	}
	for _, side := range []int{192, 512} {
		size := strconv.Itoa(side)
		for _, purpose := range []string{"any", "maskable"} {
			m.Icons = append(m.Icons, icon{l.Icons + size + l.Tag, size + "x" + size, "image/png", purpose})
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Add("Vary", "Accept-Language")
	_, _ = w.Write(b.Bytes())
	return nil
}
