package paper

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

//go:embed font/*.ttf
var fontFiles embed.FS

// The fonts, in the order in which they are asked for a character.
const (
	european = iota
	arabic
	hebrew
	thai
	devanagari
	han
	hangul
	bold // european
)

var fontNames = [...]string{"european-regular", "arabic", "hebrew", "thai", "devanagari", "han", "hangul", "european-bold"}

// fonts are parsed once; they are never changed.
var fonts = sync.OnceValue(func() [len(fontNames)]*font.Font {
	var out [len(fontNames)]*font.Font
	for i := range fontNames {
		ld, err := opentype.NewLoader(bytes.NewReader(fontData(i)))
		if err == nil {
			out[i], err = font.NewFont(ld)
		}
		if err != nil { // the fonts are ours: a test reads all of them
			panic(fmt.Sprintf("font %s: %v", fontNames[i], err))
		}
	}
	return out
})

func fontData(i int) []byte {
	b, err := fontFiles.ReadFile("font/" + fontNames[i] + ".ttf")
	if err != nil {
		panic(err)
	}
	return b
}

// faces chooses fonts for characters; one serves one Sheet, since faces keep what they looked up.
type faces struct {
	all  [len(fontNames)]*font.Face
	bold bool
}

func newFaces() *faces {
	f := &faces{}
	for i, x := range fonts() {
		f.all[i] = font.NewFace(x)
	}
	return f
}

// ResolveFace implements shaping.Fontmap.
func (f *faces) ResolveFace(r rune) *font.Face {
	if f.bold && has(f.all[bold], r) {
		return f.all[bold]
	}
	for _, x := range f.all[:bold] {
		if has(x, r) {
			return x
		}
	}
	return f.all[european]
}

func has(f *font.Face, r rune) bool {
	_, ok := f.NominalGlyph(r)
	return ok
}

// index returns which of the fonts a face is.
func (f *faces) index(x *font.Face) int {
	for i := range f.all {
		if f.all[i] == x {
			return i
		}
	}
	return european
}

// Missing returns the characters of a text that no font has, each once.
func Missing(s string) []rune {
	var out []rune
	seen := map[rune]bool{}
next:
	for _, r := range s {
		if r < ' ' || seen[r] {
			continue
		}
		seen[r] = true
		for _, f := range fonts() {
			if _, ok := f.NominalGlyph(r); ok {
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}
