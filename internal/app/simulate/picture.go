package simulate

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"time"
)

// picture draws what a customer photographed. Kinds are named after what they
// show: mug, lamp, bag, bottle, device, shoe, textile, box, label, screen.
func picture(d dice, kind, client, product string, at time.Time) []Attachment {
	img := image.NewRGBA(image.Rect(0, 0, 240, 180))
	table := color.RGBA{uint8(150 + d.n(80)), uint8(130 + d.n(60)), uint8(100 + d.n(60)), 255}
	draw.Draw(img, img.Bounds(), image.NewUniform(table), image.Point{}, draw.Src)
	for y := 20 + d.n(10); y < 180; y += 22 + d.n(8) {
		fill(img, image.Rect(0, y, 240, y+1), shade(table, -18))
	}
	body := []color.RGBA{{70, 84, 96, 255}, {196, 178, 148, 255}, {88, 104, 80, 255}, {34, 36, 40, 255}, {196, 90, 60, 255}}[d.n(5)]
	subject(img, kind, body, d)
	if kind != "label" && kind != "screen" {
		crack(img, d)
	}
	var b bytes.Buffer
	name := fmt.Sprintf("IMG_%04d", 1000+d.n(9000))
	switch client {
	case "apple":
		name += ".jpeg"
	case "qq", "ozon":
		name = fmt.Sprintf("mmexport%d.jpg", at.UnixMilli())
	default:
		name = fmt.Sprintf("%s_%06d.jpg", at.Format("20060102"), d.n(240000))
	}
	if kind == "screen" {
		name = "Screenshot_" + at.Format("20060102-150405") + ".png"
		if err := png.Encode(&b, img); err != nil {
			return nil // an in-memory image of fixed size always encodes
		}
		return []Attachment{{Name: name, ContentType: "image/png", Data: b.Bytes()}}
	}
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 62}); err != nil {
		return nil
	}
	inline := client == "apple" || client == "outlook" && d.chance(0.5)
	return []Attachment{{Name: name, ContentType: "image/jpeg", Inline: inline, Data: b.Bytes()}}
}

func subject(img *image.RGBA, kind string, c color.RGBA, d dice) {
	x, y := 50+d.n(40), 25+d.n(20)
	box := func(x0, y0, x1, y1 int, c color.RGBA) { fill(img, image.Rect(x+x0, y+y0, x+x1, y+y1), c) }
	light := shade(c, 40)
	switch kind {
	case "mug":
		box(84, 30, 112, 40, c)
		box(102, 30, 112, 80, c)
		box(84, 72, 112, 82, c)
		box(0, 0, 86, 110, c)
		box(8, 4, 20, 100, light)
	case "bottle":
		box(30, 0, 60, 18, shade(c, -25))
		box(18, 18, 72, 128, c)
		box(24, 24, 32, 120, light)
	case "bag":
		box(0, 10, 110, 130, c)
		box(30, 0, 80, 10, shade(c, -30))
		box(14, 70, 96, 74, color.RGBA{220, 220, 220, 255})
		box(14, 80, 96, 124, shade(c, -15))
	case "lamp":
		box(10, 0, 100, 60, color.RGBA{250, 236, 190, 255})
		box(50, 60, 60, 115, c)
		box(25, 115, 85, 124, c)
	case "shoe":
		box(0, 60, 130, 95, c)
		box(0, 20, 55, 60, c)
		box(0, 95, 134, 105, color.RGBA{235, 235, 230, 255})
	case "label":
		box(-20, 0, 130, 125, color.RGBA{250, 250, 248, 255})
		for i := 0; i < 120; i += 3 {
			if w := d.n(3); w > 0 {
				box(-8+i, 14, -8+i+w, 54, color.RGBA{10, 10, 10, 255})
			}
		}
		for i := range 5 {
			box(-8, 66+i*10, 40+d.n(70), 70+i*10, color.RGBA{60, 60, 60, 255})
		}
	case "screen":
		fill(img, img.Bounds(), color.RGBA{252, 252, 252, 255})
		fill(img, image.Rect(0, 0, 240, 26), color.RGBA{30, 60, 110, 255})
		for i := range 7 {
			fill(img, image.Rect(16, 42+i*18, 70+d.n(150), 48+i*18), color.RGBA{110, 110, 116, 255})
		}
	case "textile":
		box(0, 0, 120, 130, c)
		for i := 0; i < 120; i += 8 {
			box(i, 0, i+1, 130, light)
		}
	case "box":
		box(-20, 20, 130, 125, color.RGBA{184, 140, 90, 255})
		box(-20, 66, 130, 76, color.RGBA{214, 190, 150, 255})
		box(80, 90, 120, 118, color.RGBA{110, 76, 44, 255})
	default: // device
		box(0, 20, 120, 100, c)
		box(10, 30, 80, 36, light)
		box(96, 50, 104, 58, color.RGBA{220, 40, 40, 255})
	}
}

// crack draws a jagged dark line over the subject.
func crack(img *image.RGBA, d dice) {
	x, y := 90+d.n(40), 30+d.n(20)
	for y < 150 {
		step := 3 + d.n(6)
		for range step {
			fill(img, image.Rect(x, y, x+2, y+2), color.RGBA{24, 18, 14, 255})
			y++
			x += d.n(3) - 1
		}
		x += d.n(9) - 4
	}
}

func fill(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	draw.Draw(img, r.Intersect(img.Bounds()), image.NewUniform(c), image.Point{}, draw.Src)
}

func shade(c color.RGBA, by int) color.RGBA {
	f := func(v uint8) uint8 { return uint8(min(255, max(0, int(v)+by))) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), 255}
}
