package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"godwit.dev/godwit/internal/base/errs"
)

// Edition is the number of the way in which previews are drawn. Previews of
// another edition are drawn anew.
const Edition = 1

// Bounds of what is drawn.
const (
	Side     = 960        // of a preview, in pixels
	Pixels   = 40_000_000 // of a picture
	mostSide = 32_000     // of a picture, in pixels
	mostData = 40 << 20   // of a file, in bytes
	quality  = 82         // of a JPEG
)

// Budget is the memory that all drawing of a Maker may take at a time, in bytes,
// unless it was told another.
const Budget = 256 << 20

// drawing is what it takes to make a picture small, besides what decoding takes.
const drawing = 56 << 20

// Preview is a picture drawn anew.
type Preview struct {
	Type          string // media type
	Data          []byte
	Width, Height int // in pixels
}

// Maker draws previews. It is safe for use by many at once.
type Maker struct {
	budget int64
	room   *semaphore.Weighted
}

// NewMaker returns a Maker that takes at most budget bytes at a time; 0 is Budget.
func NewMaker(budget int64) *Maker {
	if budget <= 0 {
		budget = Budget
	}
	return &Maker{budget: budget, room: semaphore.NewWeighted(budget)}
}

// format is a kind of file that is read.
type format struct {
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
	// cost is the most that decoding takes, in bytes for a pixel.
	cost func([]byte, image.Config) float64
}

func reading[T any](fn func(*bytes.Reader) (T, error)) func([]byte) (T, error) {
	return func(b []byte) (T, error) { return fn(bytes.NewReader(b)) }
}

// formatOf tells a format by its first bytes; nil is none that is read.
func formatOf(data []byte) *format {
	begins := func(at int, text string) bool {
		return len(data) >= at+len(text) && string(data[at:at+len(text)]) == text
	}
	flat := func(n float64) func([]byte, image.Config) float64 {
		return func([]byte, image.Config) float64 { return n }
	}
	switch {
	case begins(0, "\xff\xd8\xff"):
		return &format{
			reading(func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }),
			reading(func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }),
			func(b []byte, _ image.Config) float64 { return jpegCost(b) },
		}
	case begins(0, "\x89PNG\r\n\x1a\n"):
		return &format{
			reading(func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }),
			reading(func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }),
			func(_ []byte, c image.Config) float64 { return 2 * depth(c.ColorModel) }, // an interlaced one is there twice
		}
	case begins(0, "GIF87a"), begins(0, "GIF89a"):
		return &format{
			reading(func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) }),
			reading(func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }), // its first picture
			flat(3),
		}
	case begins(0, "RIFF") && begins(8, "WEBP"):
		return &format{
			webpConfig,
			reading(func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }),
			flat(10),
		}
	case begins(0, "BM"):
		return &format{
			reading(func(r *bytes.Reader) (image.Config, error) { return bmp.DecodeConfig(r) }),
			reading(func(r *bytes.Reader) (image.Image, error) { return bmp.Decode(r) }),
			flat(5),
		}
	case begins(0, "II*\x00"), begins(0, "MM\x00*"):
		return &format{
			reading(func(r *bytes.Reader) (image.Config, error) { return tiff.DecodeConfig(r) }),
			reading(func(r *bytes.Reader) (image.Image, error) { return tiff.Decode(r) }),
			func(_ []byte, c image.Config) float64 { return depth(c.ColorModel) + 16 }, // and a strip, unpacked
		}
	}
	return nil
}

// depth is how many bytes a decoded pixel takes.
func depth(m color.Model) float64 {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model:
		return 2
	case color.GrayModel:
		return 1
	}
	return 4
}

// Known reports whether a preview is made of files of a media type. What decides
// in the end are their bytes.
func Known(mediaType string) bool {
	switch mediaType {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff":
		return true
	}
	return false
}

// Make draws the preview of a picture. It fails as Image does.
func (m *Maker) Make(ctx context.Context, data []byte) (Preview, error) {
	img, err := m.Image(ctx, data)
	if err != nil {
		return Preview{}, err
	}
	return encode(img)
}

// Image decodes a picture, sets it upright and brings it within Side. It fails with
// errs.Unsupported for what is no picture of a format that is read, with errs.Invalid
// for one that is broken or too large, and with the error of ctx if that ends while it
// waits for room.
func (m *Maker) Image(ctx context.Context, data []byte) (*image.NRGBA, error) {
	f := formatOf(data)
	if f == nil {
		return nil, errs.New(errs.Unsupported, "error.picture_format")
	}
	if len(data) > mostData {
		return nil, errs.New(errs.Invalid, "error.picture_large")
	}
	c, err := guarded(f.config, data)
	if err != nil {
		return nil, err
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > mostSide || c.Height > mostSide || c.Width*c.Height > Pixels {
		return nil, errs.New(errs.Invalid, "error.picture_large")
	}
	cost := int64(f.cost(data, c)*float64(c.Width)*float64(c.Height)) + drawing
	if cost > m.budget {
		return nil, errs.New(errs.Invalid, "error.picture_large")
	}
	if err := m.room.Acquire(ctx, cost); err != nil {
		return nil, err
	}
	defer m.room.Release(cost)
	src, err := guarded(f.decode, data)
	if err != nil {
		return nil, err
	}
	if b := src.Bounds(); b.Dx() > c.Width || b.Dy() > c.Height { // a decoder that does not keep to its header
		return nil, errs.New(errs.Invalid, "error.picture_broken")
	}
	return turned(shrunk(src), orientationOf(data)), nil
}

// guarded runs a decoder. They are fuzzed by their makers and by us; should one
// panic all the same, the picture has no preview and the server goes on.
func guarded[T any](fn func([]byte) (T, error), data []byte) (out T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errs.Wrap(errs.Invalid, fmt.Errorf("decoder: %v", v), "error.picture_broken")
		}
	}()
	if out, err = fn(data); err != nil {
		err = errs.Wrap(errs.Invalid, err, "error.picture_broken")
	}
	return out, err
}

// fit returns the size within Side that keeps the proportions of another. What is
// small stays as it is.
func fit(w, h int) (int, int) {
	if long := max(w, h); long > Side {
		w, h = (w*Side+long/2)/long, (h*Side+long/2)/long
	}
	return max(w, 1), max(h, 1)
}

// shrunk draws a picture at the size of its preview. The kernel of CatmullRom keeps
// a row of floats for each row that it reads, so that a large picture is first
// brought to three times the size by the quick scaler.
func shrunk(src image.Image) *image.NRGBA {
	b := src.Bounds()
	w, h := fit(b.Dx(), b.Dy())
	if rough := image.Rect(0, 0, 3*w, 3*h); b.Dx() > rough.Dx() || b.Dy() > rough.Dy() {
		mid := image.NewNRGBA(rough)
		draw.ApproxBiLinear.Scale(mid, rough, src, b, draw.Src, nil)
		src, b = mid, rough
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	if b.Dx() == w && b.Dy() == h {
		draw.Draw(out, out.Bounds(), src, b.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(out, out.Bounds(), src, b, draw.Src, nil)
	}
	return out
}

// turned sets a picture upright, by its EXIF orientation from 1 to 8.
func turned(src *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch orientation {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return out
}

func encode(m *image.NRGBA) (Preview, error) {
	var b bytes.Buffer
	p := Preview{Type: "image/jpeg", Width: m.Rect.Dx(), Height: m.Rect.Dy()}
	var err error
	if m.Opaque() {
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	} else {
		p.Type = "image/png"
		err = png.Encode(&b, m)
	}
	p.Data = b.Bytes()
	return p, err
}
