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
			var ground, wing int
			for i := range fine * fine {
				px := (float64(x) + (float64(i%fine)+.5)/fine) / markSide
				py := (float64(y) + (float64(i/fine)+.5)/fine) / markSide
				if inRound(px, py) {
					ground++
					if inWing(px, py) {
						wing++
					}
				}
			}
			if ground == 0 {
				continue
			}
			mix := func(c uint8) uint8 { return uint8((int(c)*(ground-wing) + 255*wing) / ground) }
			img.SetNRGBA(x, y, color.NRGBA{mix(look.color.R), mix(look.color.G), mix(look.color.B), uint8(255 * ground / (fine * fine))})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw mark: %w", err)
	}
	return b.Bytes(), nil
}

// inRound reports whether a point of the unit square lies in the one with round corners.
func inRound(x, y float64) bool {
	const r = .22
	dx, dy := math.Max(math.Abs(x-.5)-(.5-r), 0), math.Max(math.Abs(y-.5)-(.5-r), 0)
	return dx*dx+dy*dy <= r*r
}

// inWing reports whether a point lies in one of three feathers, crescents that open
// downwards and grow to the right.
func inWing(x, y float64) bool {
	for _, f := range [][3]float64{{.56, .62, .36}, {.58, .68, .26}, {.60, .73, .165}} {
		outer := math.Hypot(x-f[0], y-f[1])
		inner := math.Hypot(x-f[0]-.045, y-f[1]-.05)
		if outer <= f[2] && inner > f[2]-.035 && y < f[1] && x < f[0]+f[2]*.8 {
			return true
		}
	}
	return false
}
