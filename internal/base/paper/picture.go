package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"

	"godwit.dev/godwit/internal/base/errs"
)

// quiet is how many light modules ISO/IEC 18004 wants around a code.
const quiet = 4

// QRPicture returns a code of ISO/IEC 18004 with correction level M as a PNG for screens, a module that many pixels wide,
// with its quiet zone. What the code cannot hold is errs.Invalid.
func QRPicture(content string, module int) ([]byte, error) {
	c, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.code_content")
	}
	n := c.Bounds().Dx()
	side := (n + 2*quiet) * module
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range n * module {
		for x := range n * module {
			if dark(c, x/module, y/module) {
				img.SetColorIndex(x+quiet*module, y+quiet*module, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("make code: %w", err)
	}
	return b.Bytes(), nil
}
