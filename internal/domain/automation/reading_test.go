package automation

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

var (
	update  = flag.Bool("update", false, "write the golden readings anew")
	console = []i18n.Lang{"en", "zh-Hans", "ru"}
	named   = Names{Teams: map[auth.TeamID]string{7: "Returns"}, People: map[auth.PersonID]string{9: "Lea Zhou"}, Macros: map[ticket.MacroID]string{5: "Where is it"}}
	// deeds are steps of each verb.
	deeds = []Step{
		{Do: Tag, Word: "b2b"}, {Do: Untag, Word: "old-tag"}, {Do: Topic, Word: "damaged"}, {Do: Priority, Word: "low"}, {Do: Raise, Word: "urgent"}, {Do: Team, Team: 7}, {Do: Assign, Person: 9}, {Do: Assign},
		{Do: Status, Word: "pending", Wait: "carrier"}, {Do: Status, Word: "closed"}, {Do: Snooze, Hours: 1}, {Do: Snooze, Hours: 31}, {Do: Snooze, Hours: 72}, {Do: Reply, Macro: 5}, {Do: Reply, Macro: 6}, {Do: Note, Text: "look here"}, {Do: Note, Text: "It came back.\n\nCall them."},
		{Do: Notify, Person: 9, Text: "please call"}, {Do: Call, Word: "erp-hold"}, {Do: Open, Text: "ask the carrier"},
	}
)

// tests are a test of each fact with each of its signs.
func tests() (out []string) {
	for _, f := range fields {
		values := []string{`"Acme"`}
		switch {
		case f.Type == Truth:
			out = append(out, f.Name)
			continue
		case f.Choices != nil:
			values = []string{quote(f.Choices[1]), quote(f.Choices[0])}
		case f.Known != nil:
			values = []string{quote(f.Known[1]), quote(f.Known[0]), `"as-the-shop-says"`}
		case f.Type == Number && f.unit == "clock":
			values = []string{"9", "17.5"}
		case f.Type == Number:
			values = []string{"1", "3", "24", "48", "1.5"}
		case f.Type == Money:
			values = []string{"200 EUR"}
		case f.bare && strings.HasSuffix(f.Name, "language"):
			values = []string{`"de"`, `"pt-BR"`}
		case f.bare:
			values = []string{`"DE"`, `"kz"`}
		}
		for i, s := range f.Type.Signs() {
			v := values[i%len(values)]
			if s == "in" {
				v = "[" + strings.Join(values, ", ") + "]"
			}
			out = append(out, f.Name+" "+s+" "+v)
		}
		if f.Type == Text || f.Type == Choice && f.Name != "now.weekday" {
			out = append(out, f.Name+` = ""`)
		}
	}
	return out
}

// TestReadings holds the readings of rules to what was read aloud in the three languages: every event, every test of every
// fact and its denial, every step, every shipped rule, and sixty rules made of these.
func TestReadings(t *testing.T) {
	var b strings.Builder
	say := func(head string, text func(*i18n.Printer) string) {
		fmt.Fprintln(&b, head)
		for _, l := range console {
			fmt.Fprintln(&b, "  "+text(i18n.For(l)))
		}
	}
	part := func(head string) { fmt.Fprintf(&b, "\n== %s\n\n", head) }
	part("shipped rules")
	for _, s := range ShippedRules() {
		say(s.Key, func(p *i18n.Printer) string { return s.Made(p).Read(p, named).Text(p) })
	}
	part("events")
	for _, k := range Kinds() {
		say(k, func(p *i18n.Printer) string { return When{Event: k}.says(p) })
	}
	part("times")
	for _, w := range []When{{Event: "ticket.status", After: 1}, {Event: "shipment.delivered", After: 24}, {Event: "order.created", After: 168}, {Event: "ticket.received", After: 26},
		{Days: []string{"mon"}, Time: "07:30"}, {Days: []string{"fri", "tue", "sun"}, Time: "18:00"}, {Days: weekdays, Time: "09:00"}, {Days: weekdays[:5], Time: "09:00"}} {
		say(fmt.Sprint(w), w.says)
	}
	part("tests, and that they fail")
	for _, text := range tests() {
		for _, x := range []string{text, "not " + text} {
			say(x, func(p *i18n.Printer) string { return Definition{If: x}.Read(p, named).If })
		}
	}
	part("steps")
	for _, s := range deeds {
		say(string(s.Do), func(p *i18n.Printer) string { return s.Read(p, named) })
	}
	part("sixty rules")
	random, all := rand.New(rand.NewPCG(6, 60)), tests()
	for range 60 {
		d := Definition{When: When{Event: Kinds()[random.IntN(len(Kinds()))], After: []int{0, 0, 5, 72}[random.IntN(4)]}, Hourly: 1 + random.IntN(250), Stop: random.IntN(3) == 0}
		if random.IntN(6) == 0 {
			d.When = When{Days: weekdays[random.IntN(5):], Time: "08:15"}
		}
		for i := range 1 + random.IntN(4) {
			if i > 0 {
				d.If += []string{" and ", " and ", " or "}[random.IntN(3)]
			}
			if one := all[random.IntN(len(all))]; random.IntN(4) == 0 {
				d.If += "not (" + one + " and " + all[random.IntN(len(all))] + ")"
			} else {
				d.If += []string{"", "not "}[random.IntN(2)] + one
			}
		}
		for range 1 + random.IntN(3) {
			d.Then = append(d.Then, deeds[random.IntN(len(deeds))])
		}
		say(d.If, func(p *i18n.Printer) string { return d.Read(p, named).Text(p) })
	}
	const golden = "testdata/readings.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, old := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	if len(got) != len(old) {
		t.Fatalf("%d lines, %s has %d: look at what -update changes", len(got), golden, len(old))
	}
	for i := range got {
		if got[i] != old[i] {
			t.Fatalf("line %d:\n got %s\nwant %s\nlook at what -update changes", i+1, got[i], old[i])
		}
	}
}

// The reading of a rule names each of its parts, in each language of the console, and says no denial in front of a sentence.
func TestReadingNamesEachPart(t *testing.T) {
	verbs := map[Verb]bool{}
	for _, s := range deeds {
		verbs[s.Do] = true
	}
	if len(verbs) < len(Verbs()) {
		t.Fatal("a verb is not tried")
	}
	rapid.Check(t, func(t *rapid.T) {
		p := i18n.For(rapid.SampledFrom(console).Draw(t, "language"))
		e := Expr{drawExpr(t, 2)}
		d := Definition{Name: "x", When: When{Event: rapid.SampledFrom(Kinds()).Draw(t, "event"), After: rapid.SampledFrom([]int{0, 1, 168}).Draw(t, "after")}, If: e.String(), Hourly: rapid.IntRange(1, 999).Draw(t, "hourly")}
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			d.Then = append(d.Then, rapid.SampledFrom(deeds).Draw(t, "step"))
		}
		if _, err := d.Check(); err != nil {
			t.Fatal(err)
		}
		text := d.Read(p, named).Text(p)
		has := func(what, part string) {
			if part == "" || !strings.Contains(text, part) {
				t.Fatalf("%s %q is not named: %s", what, part, text)
			}
		}
		has("event", EventWords(p, d.When.Event))
		r := reader{p, d.When.Event}
		var walk func(n *node)
		walk = func(n *node) {
			for _, v := range n.want {
				switch {
				case n.field.Type == Money:
					has("sum", r.sum(n.field, v))
				case n.sign == "has":
					has("part of a word", v.text)
				case n.field.Type != Number:
					has("value", r.value(n.field, v))
				case n.field.unit != "clock":
					has("amount", strings.Fields(span(p, "rule.unit.", n.field.unit, v.number))[0])
				}
			}
			for _, k := range n.kids {
				walk(k)
			}
		}
		walk(e.root)
		for _, s := range d.Then {
			has("step", s.Read(p, named))
			for _, part := range []string{named.Teams[s.Team], named.People[s.Person], named.Macros[s.Macro]} {
				if part != "" {
					has("part", part)
				}
			}
			if s.Do == Tag || s.Do == Untag || s.Do == Call {
				has("word", s.Word)
			}
		}
		if strings.Contains(text, "rule.") && !strings.Contains(d.When.Event+d.If, "rule.") || strings.Contains(text, "{{") || strings.Contains(text, "not so that") {
			t.Fatalf("a wording is missing: %s", text)
		}
	})
}
