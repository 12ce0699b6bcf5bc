package ticket

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the generated table into docs/states.md")

// happening is something that may change the state of a ticket: a person's move
// or a message that comes in.
type happening struct {
	name  string
	allow func(Ticket) bool
	do    func(*Ticket, time.Time)
}

func happenings() []happening {
	var out []happening
	for _, to := range Statuses() {
		out = append(out, happening{"set " + string(to), func(t Ticket) bool { return CanMove(t.Status, to) }, func(t *Ticket, now time.Time) { t.move(to, "", now) }})
	}
	for _, f := range []Form{Plain, List, Bounce, AutoReply, Report} {
		out = append(out, happening{"in: " + string(f), func(Ticket) bool { return true }, func(t *Ticket, now time.Time) { t.received(f, now) }})
	}
	return out
}

// TestEveryStateMeetsEveryHappening walks the whole state machine, snoozed and
// not, and compares what it finds with the table in docs/states.md.
func TestEveryStateMeetsEveryHappening(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString("| happening |")
	for _, s := range Statuses() {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(Statuses())) + "\n")
	for _, h := range happenings() {
		fmt.Fprintf(&b, "| %s |", h.name)
		for _, from := range Statuses() {
			fmt.Fprintf(&b, " %s |", walk(t, h, from, now))
		}
		b.WriteByte('\n')
	}
	const file, begin, end = "../../../docs/states.md", "<!-- ticket: begin -->\n", "<!-- ticket: end -->\n"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	had, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/states.md has no place for the table")
	}
	if had != b.String() && *update {
		if err := os.WriteFile(file, []byte(head+begin+b.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if had != b.String() {
		t.Errorf("docs/states.md does not say what the code does; run with -update:\n%s", b.String())
	}
}

// walk lets a thing happen to a ticket in a state, snoozed in each way, and
// writes what comes of it.
func walk(t *testing.T, h happening, from Status, now time.Time) string {
	t.Helper()
	var said []string
	for _, snooze := range []string{"", "kept", "wake"} {
		tk := Ticket{}
		tk.move(from, "", now.Add(-time.Hour))
		if snooze != "" {
			if from == Solved || from == Closed {
				continue // what is done is not snoozed
			}
			tk.SnoozedUntil, tk.WakeOnReply = now.Add(time.Hour), snooze == "wake"
		}
		if !h.allow(tk) {
			return "-"
		}
		before := tk
		h.do(&tk, now)
		legal(t, tk)
		out := string(tk.Status)
		if tk.Status == before.Status {
			out = "="
		}
		if tk.Unread {
			out += " unread"
		}
		if tk.Reopened > before.Reopened {
			out += " reopened"
		}
		if snooze != "" {
			if out = "asleep"; tk.SnoozedUntil.IsZero() {
				out = "awake"
			}
			out = "snoozed+" + snooze + ": " + out
		}
		said = append(said, out)
	}
	if len(said) == 3 {
		_, a, _ := strings.Cut(said[1], ": ")
		_, b, _ := strings.Cut(said[2], ": ")
		if said = said[:1]; a != b {
			said = append(said, a+", with wake on reply "+b)
		} else if a == "awake" {
			said = append(said, "awake")
		}
	}
	return strings.Join(said, "; ")
}

// legal checks what holds for every ticket.
func legal(t *testing.T, tk Ticket) {
	t.Helper()
	done := tk.Status == Solved || tk.Status == Closed
	switch {
	case (tk.Status == Pending) != (tk.Waiting != ""):
		t.Errorf("%s waits for %q", tk.Status, tk.Waiting)
	case done == tk.SolvedAt.IsZero():
		t.Errorf("%s, solved at %v", tk.Status, tk.SolvedAt)
	case done && !tk.SnoozedUntil.IsZero(), tk.SnoozedUntil.IsZero() && tk.WakeOnReply:
		t.Errorf("%s is snoozed until %v, wake %v", tk.Status, tk.SnoozedUntil, tk.WakeOnReply)
	}
}

func TestEachTicketIsInOneBucket(t *testing.T) {
	until := time.Now().Add(time.Hour)
	for _, tc := range []struct {
		t    Ticket
		want Bucket
	}{
		{Ticket{Status: New}, InOpen}, {Ticket{Status: Open}, InOpen}, {Ticket{Status: Pending}, InWaiting},
		{Ticket{Status: Solved}, InDone}, {Ticket{Status: Closed}, InDone},
		{Ticket{Status: Open, SnoozedUntil: until}, InSnoozed}, {Ticket{Status: Pending, SnoozedUntil: until}, InSnoozed},
		{Ticket{Status: Solved, SnoozedUntil: until}, InDone}, {Ticket{Status: Open, Spam: true, SnoozedUntil: until}, InSpam}, {Ticket{Status: Closed, Spam: true}, InSpam},
	} {
		if got := tc.t.Bucket(); got != tc.want {
			t.Errorf("%+v is in %s, want %s", tc.t, got, tc.want)
		}
	}
}

func TestAStanceIsAllThatMovesChange(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, from := range Statuses() {
		for _, h := range happenings() {
			tk := Ticket{Unread: true}
			tk.move(from, ForCarrier, now)
			if from != Solved && from != Closed {
				tk.SnoozedUntil, tk.WakeOnReply = now.Add(time.Hour), true
			}
			was, copied := tk.stance(), tk
			h.do(&tk, now.Add(time.Minute))
			tk.take(was)
			tk.Reopened = copied.Reopened
			if fmt.Sprint(tk) != fmt.Sprint(copied) {
				t.Errorf("%s, %s: back to %+v, not %+v", from, h.name, tk, copied)
			}
		}
	}
}
