package app

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
)

// demoLook is how a shop of the demo looks.
type demoLook struct {
	accent string // "#rrggbb"
	color  color.NRGBA
}

var looks = map[string]demoLook{
	"shopify": {"#17695f", color.NRGBA{0x17, 0x69, 0x5f, 0xff}},
	"amazon":  {"#9a4a12", color.NRGBA{0x9a, 0x4a, 0x12, 0xff}},
	"ozon":    {"#2a55b8", color.NRGBA{0x2a, 0x55, 0xb8, 0xff}},
	"outlet":  {"#5b4a8a", color.NRGBA{0x5b, 0x4a, 0x8a, 0xff}},
}

// markSide is how large a mark is drawn, in pixels.
const markSide = 256

// demoMark draws the merchant's mark, a white wing on the shop's colour, as PNG.
func demoMark(look demoLook) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, markSide, markSide))
	const fine = 3 // points by which a pixel is looked at, each way
	for y := range markSide {
		for x := range markSide {
			wing := 0
			for i := range fine * fine {
				px := (float64(x) + (float64(i%fine)+.5)/fine) / markSide
				py := (float64(y) + (float64(i/fine)+.5)/fine) / markSide
				if inWing(px, py) {
					wing++
				}
			}
			mix := func(c uint8) uint8 { return uint8((int(c)*(fine*fine-wing) + 255*wing) / (fine * fine)) }
			img.SetNRGBA(x, y, color.NRGBA{mix(look.color.R), mix(look.color.G), mix(look.color.B), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw mark: %w", err)
	}
	return b.Bytes(), nil
}

// inWing reports whether a point of the unit square lies in one of three feathers,
// one below the other, each between two arcs that meet in its tip.
func inWing(x, y float64) bool {
	for i := range 3 {
		f := float64(i)
		left, tip, top := .16+.07*f, .86-.13*f, .24+.17*f
		if x < left || x > tip {
			continue
		}
		u := (x - left) / (tip - left)
		upper := top + .20*(1-u)*(1-u) + .02*f
		lower := upper + .115*math.Sin(math.Pi*math.Sqrt(u))
		if y >= upper && y <= lower {
			return true
		}
	}
	return false
}
