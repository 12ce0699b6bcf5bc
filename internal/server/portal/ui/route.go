package ui

import (
	"fmt"
	"math"
	"strings"

	"godwit.dev/godwit/internal/base/atlas"
	"godwit.dev/godwit/internal/flow/portal"
)

// The surface of a map, and the most bytes of land on it.
const (
	mapWide, mapHigh = 640, 320
	mostLand         = 5000
)

// chart is the way of a parcel as it is drawn.
type chart struct {
	Land  string // data of paths
	Gone  string
	Ahead string // to the country where it goes, "" if it is there
	Stops []stop
	Words string // says the same without a picture
}

// stop is a place on a map.
type stop struct {
	X, Y, TextX, TextY int
	Name               string
	Anchor             string // of its name: start, end
	Kind               string // been, here, goal
}

// chart draws the places of a parcel's events, in their order; nil where there are not
// two that anybody knows. What is told of a place is its town: never the point at
// which a carrier was.
func (p Page) chart(v portal.Parcel) *chart {
	var points []atlas.Point
	var stops []stop
	add := func(at atlas.Point, name, kind string) {
		if n := len(points); n > 0 && points[n-1] == at {
			return
		}
		points, stops = append(points, at), append(stops, stop{Name: name, Kind: kind})
	}
	var country string
	for i := len(v.History) - 1; i >= 0; i-- {
		s := v.History[i]
		if at, ok := atlas.Town(s.Country, s.City); ok {
			add(at, s.City, "been")
		} else if at, ok := atlas.Country(s.Country); ok && s.Country != country {
			add(at, p.Country(s.Country), "been")
		}
		country = s.Country
	}
	if len(points) == 0 {
		return nil
	}
	stops[len(stops)-1].Kind = "here"
	ahead := false
	if at, ok := atlas.Country(v.Country); ok && v.Country != country && v.Status.Open() {
		add(at, p.Country(v.Country), "goal")
		ahead = true
	}
	if len(points) < 2 {
		return nil
	}
	points = atlas.Unwrapped(points)
	c := atlas.NewChart(points, mapWide, mapHigh)
	out := &chart{Land: c.Land(mostLand), Stops: stops}
	var names []string
	for i := range stops {
		x, y := c.At(points[i])
		stops[i].X, stops[i].Y = int(math.Round(x)), int(math.Round(y))
		names = append(names, p.apart(stops[i].Name))
	}
	out.label()
	out.Words = p.T("portal.map.of", "Places", strings.Join(names, comma(p.Lang())))
	last := len(points)
	if ahead {
		last--
		out.Ahead = out.way(last-1, last)
	}
	out.Gone = out.way(0, last-1)
	return out
}

// label places the names of the first and the last places, one above and one below
// where they would meet; those between have theirs in the history.
func (c *chart) label() {
	last := len(c.Stops) - 1
	for i := range c.Stops {
		s := &c.Stops[i]
		if i != 0 && i != last && s.Kind != "here" {
			s.Name = ""
			continue
		}
		s.Anchor, s.TextX, s.TextY = "start", s.X-8, s.Y-18
		if s.X > mapWide/2 {
			s.Anchor, s.TextX = "end", s.X+8
		}
		if i > 0 && s.Y >= c.Stops[0].Y || s.Y < 50 {
			s.TextY = s.Y + 38
		}
		if s.TextY > mapHigh-8 {
			s.TextY = s.Y - 18
		}
	}
	here := last
	if c.Stops[last].Kind == "goal" {
		here--
	}
	if here > 0 && here < last && near(c.Stops[here], c.Stops[last]) || here > 0 && near(c.Stops[here], c.Stops[0]) {
		c.Stops[here].Name = "" // said below in the history, and in words
	}
}

// near reports whether the names of two places would stand in each other.
func near(a, b stop) bool {
	return math.Abs(float64(a.TextY-b.TextY)) < 30 && math.Abs(float64(a.TextX-b.TextX)) < 260
}

// way draws bows from one stop to the next.
func (c *chart) way(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		p, q := c.Stops[i], c.Stops[i+1]
		if i == from {
			fmt.Fprintf(&b, "M%d %d", p.X, p.Y)
		}
		lift := math.Hypot(float64(q.X-p.X), float64(q.Y-p.Y)) * .16
		fmt.Fprintf(&b, "Q%d %d %d %d", (p.X+q.X)/2, (p.Y+q.Y)/2-int(lift), q.X, q.Y)
	}
	return b.String()
}
