package brand

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

// Whatever colour somebody names, both shades can be read, and white or black on them.
func TestShadesCanBeRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		accent := rapid.StringMatching(`#[0-9a-f]{6}`).Draw(r, "accent")
		s := ShadesOf(accent)
		for _, pair := range [][2]string{{s.Light, lightGround}, {s.Light, "#ffffff"}, {s.Dark, darkGround}, {s.Dark, "#11171b"}} {
			if c := Contrast(pair[0], pair[1]); c < Readable {
				r.Fatalf("%s gives %s on %s: %.2f", accent, pair[0], pair[1], c)
			}
		}
	})
}

func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		least float64
		most  float64
	}{{"#000000", "#ffffff", 21, 21}, {"#777777", "#ffffff", 4.47, 4.48}, {"#767676", "#ffffff", 4.54, 4.55}, {"red", "#ffffff", 0, 0}} {
		if got := Contrast(c.a, c.b); got < c.least || got > c.most {
			t.Errorf("%s on %s: %v", c.a, c.b, got)
		}
	}
	if s := ShadesOf("#0b5d3b"); s.Light != "#0b5d3b" || s.Dark == s.Light {
		t.Errorf("a colour that can be read stays as it is: %+v", s)
	}
}

func TestUpdates(t *testing.T) {
	good := Update{Name: "  Tent & Trail ", Accent: "#A1B", Support: "help@shop.example", Links: Links{Terms: "https://shop.example/terms"}, Languages: []i18n.Lang{"de", "en", "de"}, Origins: []string{"https://Shop.example/", "http://localhost:3000", ""}}
	if err := good.tidy(); err != nil {
		t.Fatal(err)
	}
	if good.Name != "Tent & Trail" || good.Accent != "#aa11bb" || len(good.Languages) != 2 || strings.Join(good.Origins, " ") != "https://shop.example http://localhost:3000" {
		t.Errorf("%+v", good)
	}
	for _, bad := range []Update{
		{Name: strings.Repeat("x", 81)}, {Name: "a\nb"}, {Accent: "red"}, {Accent: "#12345"}, {Accent: "#fff;}"}, {Support: "Help <help@shop.example>"}, {Support: "help"},
		{Links: Links{Help: "http://shop.example"}}, {Links: Links{Terms: "javascript:alert(1)"}}, {Links: Links{Terms: "https://user@shop.example"}}, {Languages: []i18n.Lang{"tlh"}},
		{Origins: []string{"*"}}, {Origins: []string{"http://shop.example"}}, {Origins: []string{"https://shop.example/path"}}, {Origins: []string{"null"}}, {Origins: []string{"https://a:b@shop.example"}},
	} {
		if err := bad.tidy(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestHosts(t *testing.T) {
	for typed, want := range map[string]string{
		"track.shop.example": "track.shop.example", " https://Track.Shop.Example/ ": "track.shop.example", "track.shop.example.": "track.shop.example", "посылка.пример.рф": "xn--80ao7bgeg.xn--e1afmkfd.xn--p1ai",
		"localhost": "", "192.0.2.1": "", "shop": "", "a_b.example": "", "track.shop.example/path": "", "track.shop.example:8443": "", "": "", "..": "", "-a.example": "",
	} {
		got, err := hostOf(typed)
		if want == "" && err == nil || want != "" && (err != nil || len(got) == 0) || want != "" && !strings.HasPrefix(want, "xn--") && got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
	for header, want := range map[string]string{"Shop.Example:443": "shop.example", "shop.example.": "shop.example", "[::1]:80": "[::1]", "[::1]": "[::1]", "": ""} {
		if got := Host(header); got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
}

func FuzzHost(f *testing.F) {
	f.Add("track.shop.example")
	f.Add("https://посылка.пример")
	f.Fuzz(func(t *testing.T, typed string) {
		host, err := hostOf(typed)
		if err != nil {
			return
		}
		if again, err := hostOf(host); err != nil || again != host {
			t.Errorf("%q gives %q, and that %q, %v", typed, host, again, err)
		}
		if Host(host+":443") != host {
			t.Errorf("%q is not told from its header", host)
		}
	})
}

// zone is a DNS of our own.
type zone struct {
	texts map[string][]string
	hosts map[string]string
	err   error
}

func (z zone) TXT(_ context.Context, name string) ([]string, error) { return z.texts[name], z.err }

func (z zone) Addresses(_ context.Context, host string) ([]netip.Addr, error) {
	if z.hosts[host] == "" {
		return nil, z.err
	}
	return []netip.Addr{netip.MustParseAddr(z.hosts[host])}, z.err
}

func TestProof(t *testing.T) {
	const host, ours = "track.shop.example", "desk.example"
	want := Record{Name: "_godwit." + host, Kind: "TXT", Value: proof([]byte("secret"), 7, host)}
	if other := proof([]byte("secret"), 8, host); other == want.Value {
		t.Error("two shops have one proof")
	}
	texts := map[string][]string{want.Name: {"v=spf1 -all", want.Value}}
	for _, c := range []struct {
		name string
		zone zone
		kind errs.Kind
	}{
		{"both", zone{texts: texts, hosts: map[string]string{host: "203.0.113.9", ours: "203.0.113.9"}}, 0},
		{"no record", zone{hosts: map[string]string{host: "203.0.113.9", ours: "203.0.113.9"}}, errs.Invalid},
		{"another's record", zone{texts: map[string][]string{want.Name: {proof([]byte("other"), 7, host)}}, hosts: map[string]string{host: "203.0.113.9", ours: "203.0.113.9"}}, errs.Invalid},
		{"elsewhere", zone{texts: texts, hosts: map[string]string{host: "198.51.100.1", ours: "203.0.113.9"}}, errs.Invalid},
		{"nowhere", zone{texts: texts}, errs.Invalid},
		{"no answer", zone{err: context.DeadlineExceeded}, errs.Unavailable},
	} {
		err := prove(t.Context(), c.zone, want, host, ours)
		if c.kind == 0 && err != nil || c.kind != 0 && !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// letterhead is a picture with a mark of one colour on a ground.
func letterhead(ground, mark color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 300, 90))
	for y := range 90 {
		for x := range 300 {
			m.Set(x, y, ground)
			if x > 20 && x < 280 && y > 20 && y < 70 && (x/6+y/6)%2 == 0 {
				m.Set(x, y, mark)
			}
		}
	}
	return m
}

func TestLogos(t *testing.T) {
	clear, ink, snow, leaf := color.NRGBA{}, color.NRGBA{20, 20, 30, 255}, color.NRGBA{250, 250, 250, 255}, color.NRGBA{60, 140, 60, 255}
	for _, c := range []struct {
		name         string
		ground, mark color.Color
		plate        Plate
	}{{"on white", color.White, ink, Opaque}, {"dark", clear, ink, Light}, {"light", clear, snow, Dark}, {"middle", clear, leaf, Any}} {
		d, err := drawLogo(letterhead(c.ground, c.mark))
		if err != nil || d.plate != c.plate {
			t.Errorf("%s: %s, %v", c.name, d.plate, err)
			continue
		}
		for _, side := range Sides() {
			data, err := iconOf(d, "#3366cc", side)
			m, derr := png.Decode(bytes.NewReader(data))
			if err != nil || derr != nil || m.Bounds().Dx() != side || m.Bounds().Dy() != side {
				t.Fatalf("%s: %v %v", c.name, err, derr)
			}
			if _, _, _, a := m.At(0, 0).RGBA(); a != 0xffff {
				t.Errorf("%s: an icon is not opaque at its corner, which launchers show", c.name)
			}
		}
	}
	if _, err := drawLogo(image.NewNRGBA(image.Rect(0, 0, 400, 400))); !errs.Is(err, errs.Invalid) {
		t.Errorf("an empty picture: %v", err)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Tent & Trail": "TT", "marula": "M", "3 Suns Ltd": "3S", "Ёлка": "Ё", "雪山": "雪", "!!": ""} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
		data, err := drawInitials(name, "", 192)
		m, derr := png.Decode(bytes.NewReader(data))
		if err != nil || derr != nil {
			t.Fatalf("%q: %v %v", name, err, derr)
		}
		white := 0
		for y := range 192 {
			for x := range 192 {
				if r, g, b, _ := m.At(x, y).RGBA(); r > 0xf000 && g > 0xf000 && b > 0xf000 {
					white++
				}
			}
		}
		if white < 192*192/60 {
			t.Errorf("%q: nothing is drawn", name)
		}
	}
}
