package atlas

import (
	_ "embed"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"sync"
)

// landTable holds the rings of all land: how many points, then their differences in
// fiftieths of a degree, as varints.
//
//go:embed land.bin
var landTable []byte

const landScale = 50

// xy is a place in projected units, or on a surface.
type xy struct{ x, y float64 }

// outline is one ring of land in projected units, with the box around it.
type outline struct {
	ring                     []xy
	west, east, north, south float64
}

// land is read when somebody first draws. The table is part of the binary and held
// right by a test, so a broken one is a broken build and panics.
var land = sync.OnceValue(func() []outline {
	var all []outline
	rest := landTable
	next := func() int64 {
		n, size := binary.Varint(rest)
		if size <= 0 {
			panic("atlas: the table of land is broken")
		}
		rest = rest[size:]
		return n
	}
	for len(rest) > 0 {
		o := outline{ring: make([]xy, next()), west: math.Inf(1), east: math.Inf(-1), north: math.Inf(1), south: math.Inf(-1)}
		var x, y int64
		for i := range o.ring {
			x, y = x+next(), y+next()
			p := xy{float64(x) / landScale, mercator(float64(y) / landScale)}
			o.ring[i] = p
			o.west, o.east, o.north, o.south = min(o.west, p.x), max(o.east, p.x), min(o.north, p.y), max(o.south, p.y)
		}
		all = append(all, o)
	}
	return all
})

// Chart is a part of the world on a surface of Width by Height, Mercator's projection.
type Chart struct {
	Width, Height float64
	west, north   float64 // of the surface, in projected units
	scale         float64 // of the surface for one projected unit
}

// The part of a chart's surface around its points, and the least that it shows, in
// degrees of longitude: closer than that the land is too coarse.
const (
	margin    = .14
	leastWide = 9.0
	farNorth  = 78.0 // beyond, Mercator's projection shows mostly itself
)

func mercator(lat float64) float64 {
	lat = max(min(lat, farNorth), -farNorth)
	return -math.Log(math.Tan(math.Pi/4+lat*math.Pi/360)) * 180 / math.Pi
}

// Unwrapped returns points whose longitudes go on from one to the next by the
// shorter way, past the 180th meridian if that is it.
func Unwrapped(points []Point) []Point {
	out := make([]Point, len(points))
	for i, p := range points {
		if i > 0 {
			p.Lon += 360 * math.Round((out[i-1].Lon-p.Lon)/360)
		}
		out[i] = p
	}
	return out
}

// NewChart returns the chart that shows some points, unwrapped, and what is around
// them. There must be one at least.
func NewChart(points []Point, width, height float64) Chart {
	west, east, north, south := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range points {
		y := mercator(p.Lat)
		west, east, north, south = min(west, p.Lon), max(east, p.Lon), min(north, y), max(south, y)
	}
	wide := max((east-west)/(1-2*margin), (south-north)/(1-2*margin)*width/height, leastWide)
	c := Chart{Width: width, Height: height, scale: width / wide}
	c.west = (west+east)/2 - wide/2
	c.north = (north+south)/2 - wide*height/width/2
	return c
}

// At returns where a point stands on the chart.
func (c Chart) At(p Point) (x, y float64) {
	return (p.Lon - c.west) * c.scale, (mercator(p.Lat) - c.north) * c.scale
}

// Land returns the land on the chart as the data of an SVG path, at most about so many
// bytes: detail gives way first.
func (c Chart) Land(most int) string {
	var pieces [][]xy
	for _, o := range land() {
		for _, turn := range []float64{-360, 0, 360} {
			if list := c.cut(o, turn); len(list) > 2 {
				pieces = append(pieces, list)
			}
		}
	}
	var b strings.Builder
	for detail := leastDetail; detail < 60; detail *= 1.6 {
		b.Reset()
		for _, list := range pieces {
			write(&b, list, detail)
		}
		if b.Len() <= most {
			break
		}
	}
	return b.String()
}

// leastDetail is how close points of an outline stand on a surface, at the least.
const leastDetail = 1.2

// cut returns the part of an outline that is on the chart, turned around the world by
// some degrees.
func (c Chart) cut(o outline, turn float64) []xy {
	const edge = 4 // beyond the surface, so that no outline is seen along it
	left, right := (o.west+turn-c.west)*c.scale, (o.east+turn-c.west)*c.scale
	top, bottom := (o.north-c.north)*c.scale, (o.south-c.north)*c.scale
	if right < 0 || left > c.Width || bottom < 0 || top > c.Height || right-left < leastDetail && bottom-top < leastDetail {
		return nil
	}
	list := make([]xy, 0, len(o.ring))
	for _, p := range o.ring {
		q := xy{(p.x + turn - c.west) * c.scale, (p.y - c.north) * c.scale}
		if n := len(list); n == 0 || math.Abs(q.x-list[n-1].x)+math.Abs(q.y-list[n-1].y) >= leastDetail {
			list = append(list, q)
		}
	}
	list = clip(list, func(p xy) float64 { return p.x + edge })
	list = clip(list, func(p xy) float64 { return c.Width + edge - p.x })
	list = clip(list, func(p xy) float64 { return p.y + edge })
	return clip(list, func(p xy) float64 { return c.Height + edge - p.y })
}

// write draws a ring with points that are no closer than detail.
func write(b *strings.Builder, list []xy, detail float64) {
	var kept []xy
	for _, p := range list {
		p = xy{math.Round(p.x), math.Round(p.y)}
		if n := len(kept); n == 0 || math.Abs(p.x-kept[n-1].x)+math.Abs(p.y-kept[n-1].y) >= detail {
			kept = append(kept, p)
		}
	}
	if len(kept) < 3 {
		return
	}
	from := xy{}
	for i, p := range kept {
		switch i {
		case 0:
			b.WriteByte('M')
		case 1:
			b.WriteByte('l')
		}
		dx, dy := strconv.Itoa(int(p.x-from.x)), strconv.Itoa(int(p.y-from.y))
		if i > 1 && dx[0] != '-' {
			b.WriteByte(' ')
		}
		b.WriteString(dx)
		if dy[0] != '-' {
			b.WriteByte(' ')
		}
		b.WriteString(dy)
		from = p
	}
	b.WriteByte('z')
}

// clip keeps what is on the side of a line where inside is not negative (Sutherland
// and Hodgman 1974).
func clip(list []xy, inside func(xy) float64) []xy {
	var out []xy
	for i, p := range list {
		q := list[(i+len(list)-1)%len(list)]
		a, b := inside(q), inside(p)
		if a < 0 != (b < 0) {
			t := a / (a - b)
			out = append(out, xy{q.x + t*(p.x-q.x), q.y + t*(p.y-q.y)})
		}
		if b >= 0 {
			out = append(out, p)
		}
	}
	return out
}
