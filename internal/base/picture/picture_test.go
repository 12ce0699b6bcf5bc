package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"godwit.dev/godwit/internal/base/errs"
)

// corner draws a picture whose top left quarter is red and whose rest is blue.
func corner(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{B: 255, A: 255}
			if x < w/2 && y < h/2 {
				c = color.NRGBA{R: 255, A: 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t testing.TB, kind string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "png":
		err = png.Encode(&b, m)
	case "gif":
		err = gif.Encode(&b, m, nil)
	case "bmp":
		err = bmp.Encode(&b, m)
	case "tiff":
		err = tiff.Encode(&b, m, &tiff.Options{Compression: tiff.Deflate})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webpPicture is a lossless picture of 2 by 2 pixels.
var webpPicture = []byte("RIFF\x1c\x00\x00\x00WEBPVP8L\x10\x00\x00\x00\x2f\x01\x40\x00\x00\x07\x10\x11\xfd\x0f\x44\x44\xff\x03\x00\x00")

// withExif puts an EXIF block with an orientation and a place into a JPEG.
func withExif(data []byte, orientation uint16) []byte {
	var b bytes.Buffer
	b.WriteString("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02")
	for _, v := range [][4]uint16{{274, 3, 0, 1}} {
		_ = binary.Write(&b, binary.BigEndian, v)
	}
	_ = binary.Write(&b, binary.BigEndian, []uint16{orientation, 0})
	b.WriteString("\x01\x0f\x00\x02\x00\x00\x00\x04GPS!\x00\x00\x00\x0052.5200N 13.4050E")
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 0}, b.Bytes()...)
	binary.BigEndian.PutUint16(out[4:], uint16(b.Len()+2))
	return append(out, data[2:]...)
}

func TestPreviewsAreSmallAndAlike(t *testing.T) {
	m := NewMaker(0)
	for _, kind := range []string{"jpeg", "png", "gif", "bmp", "tiff"} {
		for _, size := range [][4]int{{40, 20, 40, 20}, {3000, 1500, 960, 480}, {20, 4000, 5, 960}} {
			p, err := m.Make(t.Context(), encoded(t, kind, corner(size[0], size[1])))
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			got, err := jpeg.Decode(bytes.NewReader(p.Data))
			if err != nil || p.Type != "image/jpeg" || p.Width != size[2] || p.Height != size[3] || got.Bounds().Dx() != size[2] {
				t.Fatalf("%s of %v: %s, %d by %d, %v", kind, size, p.Type, p.Width, p.Height, err)
			}
			if r, _, b, _ := got.At(0, 0).RGBA(); size[2] > 8 && (r < 0xc000 || b > 0x4000) {
				t.Errorf("%s: the corner is not red: %x %x", kind, r, b)
			}
		}
	}
	if p, err := m.Make(t.Context(), webpPicture); err != nil || p.Width != 2 || p.Height != 2 {
		t.Errorf("webp: %+v %v", p, err)
	}
	clear := corner(50, 50)
	clear.SetNRGBA(9, 9, color.NRGBA{})
	if p, err := m.Make(t.Context(), encoded(t, "png", clear)); err != nil || p.Type != "image/png" {
		t.Errorf("a transparent one: %s %v", p.Type, err)
	}
}

// The picture stands upright, and nothing that its file said of it is left.
func TestPreviewsStandUprightAndTellNothing(t *testing.T) {
	m := NewMaker(0)
	for orientation, red := range map[uint16]image.Point{1: {2, 2}, 2: {37, 2}, 3: {37, 17}, 4: {2, 17}, 5: {2, 2}, 6: {17, 2}, 7: {17, 37}, 8: {2, 37}, 9: {2, 2}} {
		p, err := m.Make(t.Context(), withExif(encoded(t, "jpeg", corner(40, 20)), orientation))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(p.Data))
		if err != nil {
			t.Fatal(err)
		}
		want := image.Pt(40, 20)
		if orientation >= 5 && orientation <= 8 {
			want = image.Pt(20, 40)
		}
		if got.Bounds().Size() != want || p.Width != want.X {
			t.Errorf("%d: %v, want %v", orientation, got.Bounds(), want)
		}
		if r, _, b, _ := got.At(red.X, red.Y).RGBA(); r < 0xa000 || b > 0x6000 {
			t.Errorf("%d: %v is not red", orientation, red)
		}
		for _, word := range []string{"Exif", "GPS", "52.5200N"} {
			if bytes.Contains(p.Data, []byte(word)) {
				t.Errorf("%d: %s is still in the preview", orientation, word)
			}
		}
	}
}

// bomb is a PNG that claims a size and has no pixels.
func bomb(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc(b[12:]))
}

func crc(b []byte) uint32 {
	c := ^uint32(0)
	for _, v := range b {
		c ^= uint32(v)
		for range 8 {
			c = c>>1 ^ 0xedb88320&-(c&1)
		}
	}
	return ^c
}

func TestBombsAreRefusedBeforeAPixelIsRead(t *testing.T) {
	small, m := NewMaker(drawing+1<<20), NewMaker(0)
	canvas := append([]byte(nil), webpPicture...) // its canvas says 2 by 2, its frame 16,384 by 16,384
	canvas = append([]byte("RIFF\x2e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00"), canvas[12:]...)
	copy(canvas[30+9:], "\xff\xff\xff\x0f")
	for name, c := range map[string]struct {
		maker *Maker
		data  []byte
		want  errs.Kind
	}{
		"wide":         {m, bomb(1<<30, 1), errs.Invalid},
		"many pixels":  {m, bomb(9000, 9000), errs.Invalid},
		"no pixels":    {m, bomb(900, 900), errs.Invalid},
		"over budget":  {small, encoded(t, "png", corner(800, 800)), errs.Invalid},
		"hidden frame": {m, canvas, errs.Invalid},
		"a page":       {m, []byte("<svg onload=alert(1)>"), errs.Unsupported},
		"nothing":      {m, nil, errs.Unsupported},
		"avif":         {m, []byte("\x00\x00\x00\x20ftypavif"), errs.Unsupported},
		"heic":         {m, []byte("\x00\x00\x00\x20ftypheic"), errs.Unsupported},
		"half":         {m, encoded(t, "jpeg", corner(90, 90))[:200], errs.Invalid},
	} {
		var before, after = allocated(t), uint64(0)
		_, err := c.maker.Make(t.Context(), c.data)
		if after = allocated(t); !errs.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if after-before > 32<<20 {
			t.Errorf("%s took %d MB", name, (after-before)>>20)
		}
	}
	if _, err := m.Make(t.Context(), canvas); err == nil || !bytes.Contains([]byte(err.Error()), []byte("picture_large")) {
		t.Errorf("the hidden frame is not told by its size: %v", err)
	}
}

// Those who draw at the same time share one budget, and whoever goes away while
// waiting is not drawn for.
func TestDrawingSharesABudget(t *testing.T) {
	m := NewMaker(drawing + 8<<20)
	if err := m.room.Acquire(t.Context(), m.budget); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.Make(ctx, encoded(t, "png", corner(100, 100))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	m.room.Release(m.budget)
	if _, err := m.Make(t.Context(), encoded(t, "png", corner(100, 100))); err != nil {
		t.Error(err)
	}
	if !m.room.TryAcquire(m.budget) {
		t.Error("room is not given back")
	}
}

func allocated(t *testing.T) uint64 {
	t.Helper()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func FuzzMake(f *testing.F) {
	for _, kind := range []string{"jpeg", "png", "gif", "bmp", "tiff"} {
		f.Add(encoded(f, kind, corner(12, 8)))
	}
	f.Add(withExif(encoded(f, "jpeg", corner(9, 9)), 6))
	f.Add(webpPicture)
	f.Add(bomb(9000, 9000))
	m := NewMaker(96 << 20)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := m.Make(t.Context(), data)
		if err != nil {
			if k := errs.KindOf(err); k != errs.Invalid && k != errs.Unsupported {
				t.Fatalf("%v", err)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width > Side || p.Height > Side {
			t.Fatalf("%d by %d", p.Width, p.Height)
		}
		if again, err := m.Make(t.Context(), p.Data); err != nil || again.Width != p.Width {
			t.Fatalf("the preview is no picture: %v", err)
		}
	})
}
