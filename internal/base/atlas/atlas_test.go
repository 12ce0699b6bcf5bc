package atlas

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTowns(t *testing.T) {
	for _, c := range []struct {
		country, name string
		lat, lon      float64
	}{
		{"CN", "SHENZHEN", 22.5, 114.1}, {"DE", "Köln", 50.9, 6.95}, {"DE", "koln", 50.9, 6.95}, {"DE", "Frankfurt am Main", 50.1, 8.7}, {"US", "Los Angeles", 34, -118.2},
		{"FR", "Lyon", 45.7, 4.8}, {"RU", "Moscow", 55.7, 37.6}, {"BR", "São Paulo", -23.5, -46.6}, {"PL", "Łódź", 51.8, 19.5}, {"BE", "Liège", 50.6, 5.6},
	} {
		p, ok := Town(c.country, c.name)
		if !ok || math.Abs(p.Lat-c.lat) > .3 || math.Abs(p.Lon-c.lon) > .3 {
			t.Errorf("%s, %s: %+v, %v", c.name, c.country, p, ok)
		}
	}
	for _, c := range [][2]string{{"DE", ""}, {"DE", "Shenzhen"}, {"", "Köln"}, {"DE", "深圳"}, {"XX", ""}} {
		if p, ok := Town(c[0], c[1]); ok {
			t.Errorf("%v is at %+v", c, p)
		}
	}
	if p, ok := Country("DE"); !ok || math.Abs(p.Lat-51) > 1.5 {
		t.Errorf("%+v, %v", p, ok)
	}
	if _, ok := Country(""); ok {
		t.Error("nowhere is a country")
	}
	if n := len(towns()); n < 14_000 {
		t.Errorf("%d places", n)
	}
}

func TestLand(t *testing.T) {
	points, n := 0, len(land())
	for _, o := range land() {
		points += len(o.ring)
		if o.west < -181 || o.east > 181 || o.north > o.south || len(o.ring) < 3 {
			t.Fatalf("%v to %v, %v to %v", o.west, o.east, o.north, o.south)
		}
	}
	if n < 500 || points < 15_000 {
		t.Errorf("%d rings, %d points", n, points)
	}
}

// TestCharts: every route lies on its chart, whichever way around the world, and its
// land takes no more than it may.
func TestCharts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []Point
		for range rapid.IntRange(1, 5).Draw(t, "n") {
			points = append(points, Point{rapid.Float64Range(-60, 75).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")})
		}
		points = Unwrapped(points)
		c := NewChart(points, 640, 320)
		for i, p := range points {
			if x, y := c.At(p); x < 0 || x > 640 || y < 0 || y > 320 {
				t.Fatalf("%+v stands at %v, %v", p, x, y)
			}
			if i > 0 && math.Abs(p.Lon-points[i-1].Lon) > 180 {
				t.Fatalf("the long way: %+v", points)
			}
		}
		if text := c.Land(6000); len(text) > 6000 || strings.Trim(text, "Mlz -0123456789") != "" {
			t.Fatalf("%d bytes: %.80s", len(text), text)
		}
	})
}

func BenchmarkLand(b *testing.B) {
	points := Unwrapped([]Point{{22.5, 114}, {43, 76}, {51, 12}})
	for b.Loop() {
		NewChart(points, 640, 320).Land(6000)
	}
}
