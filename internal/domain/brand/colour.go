package brand

import (
	"fmt"
	"math"
	"strconv"
)

// House is the accent of a shop that named none.
const House = "#a5502f"

// The grounds that a shade must be read on: the darker one of light pages, and the
// lighter one of dark pages. They are --sand and --paper of the style sheet.
const (
	lightGround = "#f2efe9"
	darkGround  = "#1f272d"
)

// Readable is the least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA).
const Readable = 4.5

// Shades are an accent for light and for dark pages.
type Shades struct{ Light, Dark string }

// ShadesOf returns an accent in two shades that keep its hue: each can be read on the
// grounds of its pages, and the ground on it, with a contrast of at least [Readable]. An
// accent that is no colour gives those of [House].
func ShadesOf(accent string) Shades {
	c, ok := parse(accent)
	if !ok {
		c, _ = parse(House)
	}
	return Shades{Light: moved(c, lightGround, 0), Dark: moved(c, darkGround, 1)}
}

// rgb is a colour in linear light, each part from 0 to 1.
type rgb [3]float64

func parse(text string) (c rgb, ok bool) {
	if !colour.MatchString(text) {
		return c, false
	}
	n, err := strconv.ParseUint(text[1:], 16, 32)
	for i := range c {
		c[i] = linear(float64(n>>(16-8*i)&255) / 255)
	}
	return c, err == nil
}

// linear undoes the transfer curve of sRGB (IEC 61966-2-1); curve applies it.
func linear(v float64) float64 {
	if v <= .04045 {
		return v / 12.92
	}
	return math.Pow((v+.055)/1.055, 2.4)
}

func curve(v float64) float64 {
	if v <= .0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - .055
}

func (c rgb) text() string {
	var b [3]int
	for i, v := range c {
		b[i] = int(math.Round(255 * curve(min(max(v, 0), 1))))
	}
	return fmt.Sprintf("#%02x%02x%02x", b[0], b[1], b[2])
}

func (c rgb) luminance() float64 { return .2126*c[0] + .7152*c[1] + .0722*c[2] }

// Contrast returns the ratio of two colours, from 1 to 21, and 0 for what is none.
func Contrast(a, b string) float64 {
	x, ok := parse(a)
	y, fine := parse(b)
	if !ok || !fine {
		return 0
	}
	l, m := x.luminance()+.05, y.luminance()+.05
	return max(l, m) / min(l, m)
}

// moved mixes a colour with black (0) or white (1) by as little as makes it readable on
// a ground.
func moved(c rgb, ground string, toward float64) string {
	out := c.text()
	for part := 0.0; Contrast(out, ground) < Readable && part <= 1; part += 1.0 / 128 {
		var m rgb
		for i := range m {
			m[i] = linear(curve(c[i])*(1-part) + toward*part)
		}
		out = m.text()
	}
	return out
}
