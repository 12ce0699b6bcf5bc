package automation

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// TestBounds holds each bound of a rule at its edge.
func TestBounds(t *testing.T) {
	tag := Step{Do: Tag, Word: "x"}
	steps := func(n int) (out []Step) {
		for range n {
			out = append(out, tag)
		}
		return out
	}
	good := Definition{Name: "x", When: When{Event: "ticket.opened"}, Then: steps(1), Hourly: 1}
	for what, x := range map[string]struct {
		change func(*Definition)
		place  string // "" if it is right
	}{
		"ten steps":          {func(d *Definition) { d.Then = steps(MaxSteps) }, ""},
		"eleven steps":       {func(d *Definition) { d.Then = steps(MaxSteps + 1) }, "then"},
		"no step":            {func(d *Definition) { d.Then = nil }, "then"},
		"a year later":       {func(d *Definition) { d.When.After = MaxDelay }, ""},
		"more than a year":   {func(d *Definition) { d.When.After = MaxDelay + 1 }, "when.after"},
		"before it happens":  {func(d *Definition) { d.When.After = -1 }, "when.after"},
		"never":              {func(d *Definition) { d.Hourly = 0 }, "hourly"},
		"too often":          {func(d *Definition) { d.Hourly = MaxHourly + 1 }, "hourly"},
		"snooze for nothing": {func(d *Definition) { d.Then = []Step{{Do: Snooze}} }, "then.0.hours"},
		"snooze an hour":     {func(d *Definition) { d.Then = []Step{{Do: Snooze, Hours: 1}} }, ""},
		"a new ticket":       {func(d *Definition) { d.Then = []Step{{Do: Status, Word: "new"}} }, "then.0.word"},
		"open and waiting":   {func(d *Definition) { d.Then = []Step{{Do: Status, Word: "open", Wait: "carrier"}} }, "then.0.wait"},
		"an unknown event":   {func(d *Definition) { d.When.Event = "person.invited" }, "when.event"},
	} {
		d := good
		x.change(&d)
		_, err := d.Check()
		list := errs.Fields(err)
		if x.place == "" && err != nil || x.place != "" && (len(list) != 1 || list[0].Field != x.place) {
			t.Errorf("%s: %v, want it at %q", what, err, x.place)
		}
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if got := (When{After: 36}).ActsAt(at); !got.Equal(at.Add(36 * time.Hour)) {
		t.Errorf("36 hours later is %v", got)
	}
	if d := (Definition{Hourly: 2}); !d.Allowed(1, MaxTicket-1) || d.Allowed(2, 0) || d.Allowed(0, MaxTicket) {
		t.Error("quotas are off by one")
	}
	for r, want := range map[ID]string{1: Loop, 2: Loop, 3: ""} {
		if got := (Chain{1, 2}).Refuses(r); got != want {
			t.Errorf("rule %d: %q, want %q", r, got, want)
		}
	}
	if got := (Chain{1, 2, 3}).Refuses(4); got != Deep {
		t.Errorf("a fourth rule: %q", got)
	}
}

// TestComparisonsAtTheirEdge asks every sign about a number that is just it, one less and one more.
func TestComparisonsAtTheirEdge(t *testing.T) {
	for sign, want := range map[string][3]bool{"=": {false, true, false}, "!=": {true, false, true}, "<": {true, false, false}, "<=": {true, true, false}, ">": {false, false, true}, ">=": {false, true, true}} {
		e, err := Parse("ticket.messages " + sign + " 5")
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range []int64{4, 5, 6} {
			if got := e.Holds(&Facts{Ticket: TicketFacts{Messages: n}}); got != want[i] {
				t.Errorf("%d %s 5 is %v", n, sign, got)
			}
		}
	}
}
