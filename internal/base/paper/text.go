package paper

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// Box is a rectangle on a page, in millimetres.
type Box struct{ X, Y, Width, Height float64 }

// Align says to which side of its box text goes.
type Align uint8

// The sides. Start is the side at which the text's own script begins.
const (
	Start Align = iota
	Left
	Centre
	Right
)

// Style is how text is set.
type Style struct {
	Size  float64 // points; 9 if zero
	Bold  bool    // European scripts only: others have one weight
	Align Align
	Lead  float64 // height of a line as a multiple of the size; 1.3 if zero
}

const pointMM = 25.4 / 72

// Text sets text into a box and returns how high it became. It is broken at the box's width; where that would be higher
// than the box (one of height 0 is as high as it must be), it is set smaller, down to half its size, and cut off beyond.
func (s *Sheet) Text(b Box, text string, st Style) float64 {
	if st.Size == 0 {
		st.Size = 9
	}
	if st.Lead == 0 {
		st.Lead = 1.3
	}
	text = basic(norm.NFC.String(strings.TrimRight(text, " \n")))
	if text == "" {
		return 0
	}
	size := st.Size
	lines := s.lines(text, b.Width, size, st.Bold)
	for b.Height > 0 && size > st.Size/2 && (float64(len(lines))*size*st.Lead*pointMM > b.Height+0.01 || tooWide(lines, b.Width)) {
		size = max(size-0.5, st.Size/2)
		lines = s.lines(text, b.Width, size, st.Bold)
	}
	height := size * st.Lead * pointMM
	y := b.Y
	for _, l := range lines {
		if b.Height > 0 && y+height > b.Y+b.Height+0.01 {
			break
		}
		x := b.X
		switch {
		case st.Align == Centre:
			x += (b.Width - l.width) / 2
		case st.Align == Right || st.Align == Start && l.right:
			x += b.Width - l.width
		}
		s.draw(l, x, y+height*0.5+size*pointMM*0.36, size)
		y += height
	}
	return y - b.Y
}

// basic replaces what lies beyond the basic plane (emoji, rare ideographs): the PDF library holds 65,536 characters of a font,
// and panics beyond.
func basic(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '\uFFFD'
		}
		return r
	}, text)
}

// Width returns how wide a text is on one line.
func (s *Sheet) Width(text string, st Style) float64 {
	if st.Size == 0 {
		st.Size = 9
	}
	w := 0.0
	for _, l := range s.lines(norm.NFC.String(text), 0, st.Size, st.Bold) {
		w = max(w, l.width)
	}
	return w
}

// line is a line of shaped runs in the order in which they are seen.
type line struct {
	runs  []shaping.Output
	text  []rune
	width float64 // millimetres
	right bool    // it begins at the right
}

func tooWide(lines []line, width float64) bool {
	return slices.ContainsFunc(lines, func(l line) bool { return l.width > width+0.01 })
}

// lines breaks a text; a width of 0 breaks at line feeds only.
func (s *Sheet) lines(text string, width, size float64, bold bool) []line {
	s.faces.bold = bold
	var out []line
	for p := range strings.SplitSeq(text, "\n") {
		runes := []rune(p)
		dir := direction(p)
		in := shaping.Input{Text: runes, RunEnd: len(runes), Direction: dir, Size: fixed.Int26_6(size * 64), Script: language.Latin, Language: "und", Face: s.faces.all[european]}
		var runs []shaping.Output
		for _, part := range s.split.Split(in, s.faces) {
			runs = append(runs, s.shape.Shape(part))
		}
		right := dir == di.DirectionRTL
		if len(runes) == 0 {
			out = append(out, line{right: right})
			continue
		}
		most := 1 << 20
		if width > 0 {
			most = int(width / pointMM)
		}
		wrapped, _ := s.wrap.WrapParagraph(shaping.WrapConfig{Direction: dir, BreakPolicy: shaping.WhenNecessary}, most, runes, shaping.NewSliceIterator(runs))
		for _, w := range wrapped {
			l := line{text: runes, right: right, runs: slices.Clone(w)}
			slices.SortStableFunc(l.runs, func(a, b shaping.Output) int { return int(a.VisualIndex - b.VisualIndex) })
			for _, r := range l.runs {
				l.width += points(r.Advance) * pointMM
			}
			out = append(out, l)
		}
	}
	return out
}

// direction is that of the first strong character (UAX #9, P2 and P3).
func direction(s string) di.Direction {
	for _, r := range s {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return di.DirectionLTR
		case bidi.R, bidi.AL:
			return di.DirectionRTL
		}
	}
	return di.DirectionLTR
}

func points(x fixed.Int26_6) float64 { return float64(x) / 64 }

// draw draws a line whose baseline is at y.
func (s *Sheet) draw(l line, x, y, size float64) {
	for _, r := range l.runs {
		f := s.faces.index(r.Face)
		text := l.text[r.Runes.Offset : r.Runes.Offset+r.Runes.Count]
		s.font(f, size)
		if r.Direction == di.DirectionLTR && plain(f, text) {
			s.pdf.Text(x, y, string(text))
		} else {
			s.outlines(r, x, y, size)
			s.below(text, r.Direction == di.DirectionRTL, x, y)
		}
		x += points(r.Advance) * pointMM
	}
}

// plain reports whether a run looks right when it is set character by character.
func plain(f int, text []rune) bool {
	switch f {
	case european, bold, han, hangul:
		return !slices.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Cf) })
	}
	return false
}

func (s *Sheet) font(i int, size float64) {
	if !s.added[i] {
		s.pdf.AddUTF8FontFromBytes(fontNames[i], "", fontData(i))
		s.added[i] = true
	}
	s.pdf.SetFont(fontNames[i], "", size)
}

// below writes text that is searched and copied, and not seen, in the order in which readers of PDF expect it: that of
// sight.
func (s *Sheet) below(text []rune, right bool, x, y float64) {
	text = slices.DeleteFunc(slices.Clone(text), func(r rune) bool { return unicode.Is(unicode.Cf, r) })
	if right {
		slices.Reverse(text)
	}
	s.pdf.SetTextRenderingMode(3)
	s.pdf.Text(x, y, string(text))
	s.pdf.SetTextRenderingMode(0)
}

// outlines draws the glyphs of a run as paths.
func (s *Sheet) outlines(r shaping.Output, x, y, size float64) {
	unit := size * pointMM / float64(r.Face.Upem())
	for _, g := range r.Glyphs {
		o, ok := r.Face.GlyphDataOutline(g.GlyphID)
		if ok && len(o.Segments) > 0 {
			gx, gy := x+points(g.XOffset)*pointMM, y-points(g.YOffset)*pointMM
			at := func(p opentype.SegmentPoint) (float64, float64) {
				return gx + float64(p.X)*unit, gy - float64(p.Y)*unit
			}
			var px, py float64
			for _, seg := range o.Segments {
				x1, y1 := at(seg.Args[0])
				x2, y2 := at(seg.Args[1])
				x3, y3 := at(seg.Args[2])
				switch seg.Op {
				case opentype.SegmentOpMoveTo:
					s.pdf.MoveTo(x1, y1)
					px, py = x1, y1
				case opentype.SegmentOpLineTo:
					s.pdf.LineTo(x1, y1)
					px, py = x1, y1
				case opentype.SegmentOpQuadTo: // a PDF has cubic curves only
					s.pdf.CurveBezierCubicTo(px+(x1-px)*2/3, py+(y1-py)*2/3, x2+(x1-x2)*2/3, y2+(y1-y2)*2/3, x2, y2)
					px, py = x2, y2
				case opentype.SegmentOpCubeTo:
					s.pdf.CurveBezierCubicTo(x1, y1, x2, y2, x3, y3)
					px, py = x3, y3
				}
			}
			s.pdf.DrawPath("f")
		}
		x += points(g.Advance) * pointMM
	}
}
