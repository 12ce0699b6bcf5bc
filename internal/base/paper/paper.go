package paper

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
	"github.com/go-text/typesetting/shaping"

	"godwit.dev/godwit/internal/base/errs"
)

// Size is the width and height of pages in millimetres.
type Size struct{ Width, Height float64 }

// Sizes of ISO 216 that printers of labels and offices have, upright.
var (
	A4 = Size{210, 297}
	A5 = Size{148, 210}
	A6 = Size{105, 148}
)

// Turned returns the size lying on its side.
func (s Size) Turned() Size { return Size{s.Height, s.Width} }

// Sheet is a document being made. The first thing that fails is what Bytes returns; what is drawn after it is nothing.
type Sheet struct {
	Size  Size
	pdf   *fpdf.Fpdf
	faces *faces
	split shaping.Segmenter
	shape shaping.HarfbuzzShaper
	wrap  shaping.LineWrapper
	added [len(fontNames)]bool
}

// New begins a document, whose first page is made by Page. The title is for whoever lists files; at is when it is made.
func New(size Size, title string, at time.Time) *Sheet {
	o := "P"
	if size.Width > size.Height {
		o = "L"
		size = size.Turned() // the library turns it back
	}
	p := fpdf.NewCustom(&fpdf.InitType{OrientationStr: o, UnitStr: "mm", Size: fpdf.SizeType{Wd: size.Width, Ht: size.Height}})
	p.SetMargins(0, 0, 0)
	p.SetAutoPageBreak(false, 0)
	p.SetCatalogSort(true)
	p.SetCreationDate(at.UTC())
	p.SetModificationDate(at.UTC())
	p.SetTitle(title, true)
	p.SetCreator("Godwit", true)
	if o == "L" {
		size = size.Turned()
	}
	return &Sheet{Size: size, pdf: p, faces: newFaces()}
}

// Page begins the next page.
func (s *Sheet) Page() {
	s.pdf.AddPage()
	s.pdf.SetLineWidth(0.2)
}

// Bytes returns the document.
func (s *Sheet) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("make pdf: %w", err)
	}
	return b.Bytes(), nil
}

// Line draws a line of a thickness.
func (s *Sheet) Line(x1, y1, x2, y2, thick float64) {
	s.pdf.SetLineWidth(thick)
	s.pdf.Line(x1, y1, x2, y2)
}

// Frame draws the edge of a rectangle.
func (s *Sheet) Frame(b Box, thick float64) {
	s.pdf.SetLineWidth(thick)
	s.pdf.Rect(b.X, b.Y, b.Width, b.Height, "D")
}

// Fill fills a rectangle with a grey from 0, black, to 255.
func (s *Sheet) Fill(b Box, grey int) {
	s.pdf.SetFillColor(grey, grey, grey)
	s.pdf.Rect(b.X, b.Y, b.Width, b.Height, "F")
	s.pdf.SetFillColor(0, 0, 0)
}

// Tick draws a small box, with a cross in it if it is on.
func (s *Sheet) Tick(x, y, side float64, on bool) {
	s.Frame(Box{x, y, side, side}, 0.2)
	if on {
		s.Line(x, y, x+side, y+side, 0.3)
		s.Line(x, y+side, x+side, y, 0.3)
	}
}

// Code128 draws a code of ISO/IEC 15417 across a box, with the quiet zones of ten modules that the standard asks for
// inside it. What the code cannot hold is errs.Invalid.
func (s *Sheet) Code128(b Box, content string) error {
	c, err := code128.Encode(content)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "error.code_content")
	}
	module := b.Width / float64(c.Bounds().Dx()+20)
	s.modules(c, Box{b.X + 10*module, b.Y, b.Width - 20*module, b.Height})
	return nil
}

// QR draws a code of ISO/IEC 18004 with correction level M, in a square whose quiet zone of four modules is inside.
func (s *Sheet) QR(x, y, side float64, content string) error {
	c, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "error.code_content")
	}
	module := side / float64(c.Bounds().Dx()+8)
	s.modules(c, Box{x + 4*module, y + 4*module, side - 8*module, side - 8*module})
	return nil
}

// modules fills the dark modules of a code, a run of them at a time so that no printer leaves hairs between them.
func (s *Sheet) modules(c barcode.Barcode, b Box) {
	r := c.Bounds()
	w, h := b.Width/float64(r.Dx()), b.Height/float64(r.Dy())
	for y := range r.Dy() {
		for x := 0; x < r.Dx(); x++ {
			from := x
			for x < r.Dx() && dark(c, x, y) {
				x++
			}
			if x > from {
				s.pdf.Rect(b.X+float64(from)*w, b.Y+float64(y)*h, float64(x-from)*w, h, "F")
			}
		}
	}
}

func dark(c barcode.Barcode, x, y int) bool {
	r, _, _, _ := c.At(x, y).RGBA()
	return r < 0x8000
}
