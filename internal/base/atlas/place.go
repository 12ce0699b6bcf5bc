package atlas

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Point is a place in degrees, WGS 84.
type Point struct{ Lat, Lon float64 }

// townTable has a line for each town: country, folded name, hundredths of degrees.
// The line of a country has no name.
//
//go:embed towns.tsv.gz
var townTable []byte

type townKey struct{ country, name string }

// towns is read when somebody first asks. The table is part of the binary and held
// right by a test, so a broken one is a broken build and panics.
var towns = sync.OnceValue(func() map[townKey]Point {
	z, err := gzip.NewReader(bytes.NewReader(townTable))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	all := make(map[townKey]Point, 15_000)
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		lat, err := strconv.Atoi(f[2])
		if err != nil {
			panic(err)
		}
		lon, err := strconv.Atoi(f[3])
		if err != nil {
			panic(err)
		}
		all[townKey{f[0], f[1]}] = Point{float64(lat) / 100, float64(lon) / 100}
	}
	return all
})

// Town returns where a town is, by its name in the letters of its country's Latin
// spelling or without their marks, and the country's ISO 3166-1 alpha-2 code.
func Town(country, name string) (Point, bool) {
	key := fold(name)
	if key == "" {
		return Point{}, false
	}
	p, ok := towns()[townKey{country, key}]
	return p, ok
}

// Country returns where the people of a country live on average.
func Country(code string) (Point, bool) {
	p, ok := towns()[townKey{code, ""}]
	return p, ok && code != ""
}

// fold brings a name to small letters without marks, blanks and hyphens.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch r = unicode.ToLower(r); {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		}
	}
	return b.String()
}
