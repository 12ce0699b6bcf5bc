package shipment

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated table into docs/states.md")

// TestEveryStatusMeetsEveryEvent walks the whole state machine and compares it
// with the table in docs/states.md.
func TestEveryStatusMeetsEveryEvent(t *testing.T) {
	var b strings.Builder
	b.WriteString("| the event says |")
	for _, s := range Statuses() {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Statuses())) + "\n")
	for _, said := range Statuses() {
		fmt.Fprintf(&b, "| %s |", said)
		for _, from := range Statuses() {
			to := Next(from, said)
			if !to.Valid() {
				t.Errorf("%s after %s makes %q", said, from, to)
			}
			if from.Ended() && to != from {
				t.Errorf("%s led on from %s", said, from)
			}
			if to == from {
				to = "="
			}
			fmt.Fprintf(&b, " %s |", to)
		}
		b.WriteByte('\n')
	}
	const file, begin, end = "../../../docs/states.md", "<!-- shipment: begin -->\n", "<!-- shipment: end -->\n"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	had, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/states.md has no place for the table of shipments")
	}
	if had != b.String() && *update {
		if err := os.WriteFile(file, []byte(head+begin+b.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if had != b.String() {
		t.Errorf("docs/states.md does not say what the code does; run with -update:\n%s", b.String())
	}
}

func TestReasonsAndCauses(t *testing.T) {
	for _, r := range Reasons() {
		if !r.Valid() || !r.Cause().Valid() {
			t.Errorf("%s or its cause %s is not valid", r, r.Cause())
		}
	}
	if Reason("x").Valid() || Cause("x").Valid() || Status("").Valid() {
		t.Error("anything is valid")
	}
}
