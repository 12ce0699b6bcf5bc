package lane_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/lane"
)

var draw = flag.String("draw", "", "file to draw the trial's figure into")

// TestDraw makes the figure of docs/tracking.md:
//
//	go test ./internal/domain/lane -run Draw -seed 101 -seeds 5 -perday 55 -draw ../../../docs/tracking.svg
func TestDraw(t *testing.T) {
	if *draw == "" {
		t.Skip("-draw is not given")
	}
	tr := theTrial()
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 330" font-family="sans-serif" font-size="12">` +
		`<rect width="720" height="330" fill="#fff"/><g fill="none" stroke="#999"><path d="M50 30V280H340M410 30V280H660"/></g>`)
	text := func(x, y float64, anchor, color, s string) {
		fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" text-anchor="%s" fill="%s">%s</text>`, x, y, anchor, color, s)
	}
	const dark, learned, fix, eta = "#222", "#0b6e4f", "#b5541c", "#3a5a9b"
	text(195, 20, "middle", dark, "Lost parcels found within 14 days (%)")
	text(195, 315, "middle", dark, "healthy parcels that are called (%)")
	text(535, 20, "middle", dark, "Arrivals before the forecast quantile")
	text(535, 315, "middle", dark, "quantile")
	for i := 0; i <= 5; i++ {
		text(50+float64(i)*58, 296, "middle", dark, fmt.Sprint(i*10))
		text(44, 284-float64(i)*50, "end", dark, fmt.Sprint(i*20))
		text(410+float64(i)*50, 296, "middle", dark, fmt.Sprintf("%.1f", float64(i)/5))
		text(404, 284-float64(i)*50, "end", dark, fmt.Sprintf("%.1f", float64(i)/5))
	}
	at := func(s score) (x, y float64) { return 50 + min(s.falsely, 0.5)*580, 280 - 250*s.recall14 }
	line := func(color string, scores []score) {
		var points []string
		for _, s := range scores {
			if s.falsely > 0.5 {
				continue
			}
			x, y := at(s)
			points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`, strings.Join(points, " "), color)
	}
	var days, etas []score
	for f := 0.5; f < 4; f *= 1.1 {
		days = append(days, tr.rate("", fixed(f)))
	}
	for f := 0.1; f < 8; f *= 1.2 {
		etas = append(etas, tr.rate("", late(f)))
	}
	line(fix, days)
	line(eta, etas)
	for _, level := range []lane.Level{lane.Stalled, lane.Watch} {
		x, y := at(tr.rate("", ours(level)))
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="5" fill="%s"/>`, x, y, learned)
		dy := -8.0
		if level == lane.Stalled {
			dy = 18
		}
		text(x+4, y+dy, "start", learned, "learned: "+level.String())
	}
	text(270, 120, "middle", fix, "fixed days, any factor")
	text(250, 215, "middle", eta, "carrier&#8217;s ETA, any slack")
	b.WriteString(`<path d="M410 280L660 30" stroke="#999" stroke-dasharray="4"/>`)
	var points []string
	for q := 0.05; q < 0.99; q += 0.05 {
		n := 0
		for _, f := range tr.forecasts {
			if !f.arrived.After(f.f.At(q)) {
				n++
			}
		}
		share := float64(n) / float64(len(tr.forecasts))
		points = append(points, fmt.Sprintf("%.1f,%.1f", 410+250*q, 280-250*share))
		t.Logf("| %.2f | %.3f |", q, share)
	}
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/></svg>`+"\n", strings.Join(points, " "), learned)
	if err := os.WriteFile(*draw, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
