package brand

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"godwit.dev/godwit/internal/base/errs"
)

// Sides are the sizes of icons, in pixels: of a tab, of Apple's home screen, and the two
// that the web app manifest asks for.
func Sides() []int { return []int{48, 180, 192, 512} }

// The largest logo that is kept, in pixels: twice of what is shown.
const (
	logoWide = 480
	logoHigh = 120
)

// drawn is a logo as it is kept, and what is known of its pixels.
type drawn struct {
	image *image.NRGBA
	plate Plate
	png   []byte
}

// drawLogo brings a picture to the size of a logo.
func drawLogo(src *image.NRGBA) (drawn, error) {
	src = trimmed(src)
	b := src.Bounds()
	if b.Dx() < 16 || b.Dy() < 16 {
		return drawn{}, errs.Field("logo", "error.brand_small")
	}
	scale := min(float64(logoWide)/float64(b.Dx()), float64(logoHigh)/float64(b.Dy()), 1)
	out := image.NewNRGBA(image.Rect(0, 0, max(int(math.Round(scale*float64(b.Dx()))), 1), max(int(math.Round(scale*float64(b.Dy()))), 1)))
	draw.CatmullRom.Scale(out, out.Bounds(), src, b, draw.Src, nil)
	data, err := encode(out)
	return drawn{src, plateOf(out), data}, err
}

func encode(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	err := e.Encode(&b, m)
	return b.Bytes(), err
}

// trimmed cuts away what is transparent around a picture.
func trimmed(m *image.NRGBA) *image.NRGBA {
	box := image.Rectangle{}
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			if m.NRGBAAt(x, y).A > 8 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return m.SubImage(box).(*image.NRGBA) //nolint:forcetypeassert // what a part of an NRGBA is
}

// plateOf looks at what of a logo can be seen: one without transparent corners has a
// ground of its own, a dark one needs a light ground and the other way round.
func plateOf(m *image.NRGBA) Plate {
	r := m.Rect
	clear := false
	for _, p := range []image.Point{r.Min, {r.Max.X - 1, r.Min.Y}, {r.Min.X, r.Max.Y - 1}, {r.Max.X - 1, r.Max.Y - 1}} {
		clear = clear || m.NRGBAAt(p.X, p.Y).A < 128
	}
	if !clear && m.Opaque() {
		return Opaque
	}
	var dark, light, all float64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := m.NRGBAAt(x, y)
			a := float64(c.A) / 255
			l := rgb{linear(float64(c.R) / 255), linear(float64(c.G) / 255), linear(float64(c.B) / 255)}.luminance()
			all += a
			if l < .1 { // under 3:1 on a dark page
				dark += a
			}
			if l > .3 { // under 3:1 on a light one
				light += a
			}
		}
	}
	switch {
	case dark > .12*all && light > .12*all:
		return Any // both are part of it, so something can always be seen
	case dark > .12*all:
		return Light
	case light > .12*all:
		return Dark
	}
	return Any
}

// iconOf draws a logo onto a square, within the circle that no launcher cuts
// (https://www.w3.org/TR/appmanifest/#icon-masks).
func iconOf(logo drawn, accent string, side int) ([]byte, error) {
	ground := color.Color(color.White)
	if logo.plate == Dark {
		ground = shade(accent)
	}
	m := plain(ground, side)
	b := logo.image.Bounds()
	room := .72 * float64(side)
	scale := min(room/math.Hypot(float64(b.Dx()), float64(b.Dy()))*1.05, room/float64(max(b.Dx(), b.Dy())))
	w, h := max(int(scale*float64(b.Dx())), 1), max(int(scale*float64(b.Dy())), 1)
	at := image.Pt((side-w)/2, (side-h)/2)
	draw.CatmullRom.Scale(m, image.Rectangle{at, at.Add(image.Pt(w, h))}, logo.image, b, draw.Over, nil)
	return encode(m)
}

func plain(ground color.Color, side int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(m, m.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	return m
}

// shade is the accent on which white can be read.
func shade(accent string) color.Color {
	c, _ := parse(ShadesOf(accent).Light)
	return color.RGBA{uint8(math.Round(255 * curve(c[0]))), uint8(math.Round(255 * curve(c[1]))), uint8(math.Round(255 * curve(c[2]))), 255}
}

// initials returns the first letters of the first two words of a name.
func initials(name string) string {
	var out []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if out = append(out, unicode.ToUpper([]rune(word)[0])); len(out) == 2 {
			break
		}
	}
	return string(out)
}

// drawInitials draws the icon of a brand without logo: its initials, or a parcel where
// our one font lacks them.
func drawInitials(name, accent string, side int) ([]byte, error) {
	m := plain(shade(accent), side)
	letters := initials(name)
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: .46 * float64(side), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	for _, r := range letters {
		if has, err := f.GlyphIndex(nil, r); err != nil || has == 0 {
			letters = ""
		}
	}
	if letters == "" {
		drawParcel(m)
		return encode(m)
	}
	box, _ := font.BoundString(face, letters)
	d := font.Drawer{Dst: m, Src: image.White, Face: face}
	d.Dot = fixed.Point26_6{X: (fixed.I(side) - box.Max.X - box.Min.X) / 2, Y: (fixed.I(side) - box.Max.Y - box.Min.Y) / 2}
	d.DrawString(letters)
	return encode(m)
}

// drawParcel draws a box, seen from a corner.
func drawParcel(m *image.RGBA) {
	side := float32(m.Rect.Dx())
	for i, face := range [][][2]float32{
		{{.5, .22}, {.76, .36}, {.5, .5}, {.24, .36}}, {{.24, .4}, {.48, .53}, {.48, .8}, {.24, .67}}, {{.76, .4}, {.76, .67}, {.52, .8}, {.52, .53}},
	} {
		z := vector.NewRasterizer(m.Rect.Dx(), m.Rect.Dy())
		z.MoveTo(side*face[0][0], side*face[0][1])
		for _, p := range face[1:] {
			z.LineTo(side*p[0], side*p[1])
		}
		z.ClosePath()
		z.Draw(m, m.Rect, image.NewUniform(color.NRGBA{255, 255, 255, []uint8{255, 225, 190}[i]}), image.Point{})
	}
}
