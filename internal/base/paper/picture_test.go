package paper

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

// A picture has the modules of the code that is printed, each as wide as asked, in a light margin of four of them.
func TestQRPicture(t *testing.T) {
	const module = 3
	data, err := QRPicture("R7K2M9QP4X", module)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) bool { r, _, _, _ := img.At(x*module+1, y*module+1).RGBA(); return r == 0 }
	side := img.Bounds().Dx() / module
	for i := range side {
		for j := range quiet {
			if at(i, j) || at(j, i) || at(i, side-1-j) || at(side-1-j, i) {
				t.Fatalf("the margin is dark at %d, %d", i, j)
			}
		}
	}
	for i := range 7 { // the finder of the upper left corner
		if !at(quiet+i, quiet) || !at(quiet, quiet+i) {
			t.Fatalf("there is no finder at %d", i)
		}
	}
	if _, err := QRPicture(strings.Repeat("x", 5000), module); !errs.Is(err, errs.Invalid) {
		t.Errorf("too much for a code: %v", err)
	}
}
