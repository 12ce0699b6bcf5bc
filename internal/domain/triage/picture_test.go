package triage_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/triage"
)

var update = flag.Bool("update", false, "draw docs/triage-confusion.svg anew")

// TestPicture holds that the picture of the manual shows what is measured.
func TestPicture(t *testing.T) {
	const path = "../../../docs/triage-confusion.svg"
	sum := matrix{}
	for _, f := range unseen(t) {
		for is, row := range read(f, true) {
			for taken, n := range row {
				for range n {
					sum.add(is, taken)
				}
			}
		}
	}
	want := draw(sum)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/triage-confusion.svg is of another model: go test ./internal/domain/triage -run Picture -update (%v)", err)
	}
}

// draw makes a picture of a matrix: a row for each topic, a column for what it was taken for, darker for more of the row.
func draw(m matrix) string {
	const cell, left, top = 22, 150, 150
	names := triage.Topics()
	size := cell * len(names)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11" role="img" aria-label="Confusion matrix of topics">`+"\n", left+size+10, top+size+10)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	for i, is := range names {
		at := top + i*cell
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><text transform="translate(%d %d) rotate(-60)">%s</text>`+"\n",
			left-6, at+15, is, left+i*cell+14, top-6, is)
		all := 0
		for _, n := range m[is] {
			all += n
		}
		for j, taken := range names {
			n := m[is][taken]
			fill := "#f4f5f7"
			if n > 0 {
				hue, light := 12, 88-48*n/all
				if i == j {
					hue, light = 210, 92-52*n/all
				}
				fill = fmt.Sprintf("hsl(%d 70%% %d%%)", hue, light)
			}
			x := left + j*cell
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, at, cell-1, cell-1, fill)
			if n > 0 {
				ink := "#111"
				if i == j && n*2 > all {
					ink = "#fff"
				}
				fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="%s" font-size="10">%d</text>`, x+cell/2, at+15, ink, n)
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("</svg>\n")
	return b.String()
}
