package automation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

var noon = time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC) // a Monday

func known() *Facts {
	return &Facts{
		Now:      noon,
		Event:    EventFacts{By: "customer", Form: "message", From: "open", To: "solved"},
		Ticket:   TicketFacts{Status: "open", Priority: 1, Topic: "damaged", Alarm: "legal", Tags: []string{"b2b", "fragile"}, Subject: "Broken lamp", Messages: 3, Created: noon.Add(-30 * time.Hour), Inbound: noon.Add(-2 * time.Hour), Outbound: noon.Add(-3 * time.Hour)},
		Customer: CustomerFacts{Tier: "VIP", Country: "DE"},
		Order:    OrderFacts{Known: true, Status: "open", Total: Sum{25000, "EUR"}, Placed: noon.AddDate(0, 0, -9)},
	}
}

func TestHolds(t *testing.T) {
	for text, want := range map[string]bool{
		``:                         true,
		`ticket.priority = "high"`: true, `ticket.priority < "urgent"`: true, `ticket.priority >= "urgent"`: false, `ticket.priority > "normal"`: true, `ticket.priority <= "normal"`: false,
		`customer.tier = "vip"`: true, `customer.tier != "vip"`: false, `customer.tier in ["gold", "Vip"]`: true,
		`ticket.tags has "b2b"`: true, `ticket.tags has "b"`: false, `ticket.subject has "BROKEN"`: true,
		`order.total > 249.99 EUR`: true, `order.total > 250 EUR`: false, `order.total > 1 USD`: false, `order.total = 250 USD`: false,
		`refund.total < 10 EUR`: false, `refund.total >= 10 EUR`: false, `not refund.total < 10 EUR`: true,
		`ticket.age_hours >= 30`: true, `ticket.age_hours > 30`: false, `ticket.solved_hours > 0`: false, `ticket.solved_hours != 1`: false, `order.age_days = 9`: true,
		`ticket.unanswered`: true, `not ticket.unanswered`: false, `ticket.assigned or order.known`: true, `ticket.assigned and order.known`: false,
		`ticket.mood = ""`: true, `ticket.mood != ""`: false,
		`now.weekday = "mon" and now.hour >= 9 and now.hour < 18`:                          true,
		`ticket.status = "new" or ticket.status = "open" and not (ticket.alarm = "press")`: true,
		`(ticket.status = "new" or ticket.status = "open") and ticket.alarm = "press"`:     false,
		`event.to = "solved" and event.by = "customer"`:                                    true,
		`ticket.subject has “lamp”`:                                                        true,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.Holds(known()); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestParseSaysWhatToWrite(t *testing.T) {
	for text, want := range map[string]string{
		`ticket.priority = "hihg"`:                                `error.rule_value 19 ticket.priority hihg "low", "normal", "high", "urgent"`,
		`order.total > 100`:                                       `error.rule_value 15 order.total 100 100 EUR`,
		`order.total > 100 XXQ`:                                   `error.rule_value 15 order.total 100 XXQ 100 EUR`,
		`ticket.messages > "3"`:                                   `error.rule_value 19 ticket.messages 3 24`,
		`ticket.prioritty = "low"`:                                `error.rule_unknown 1 ticket.prioritty ticket.priority`,
		`tier = "vip"`:                                            `error.rule_unknown 1 tier customer.tier`,
		`ticket.tags = "b2b"`:                                     `error.rule_compare 13 ticket.tags has`,
		`ticket.unanswered = "yes"`:                               `error.rule_truth 19 ticket.unanswered`,
		`ticket.status in "open"`:                                 `error.rule_list 18 ticket.status`,
		`(ticket.spam`:                                            `error.rule_close 13 )`,
		`ticket.spam ticket.unread`:                               `error.rule_rest 13 ticket.unread`,
		`ticket.subject = "open`:                                  `error.rule_quote 18`,
		`ticket.spam and`:                                         `error.rule_fact 16 `,
		`ticket.spam & ticket.unread`:                             `error.rule_sign 13 &`,
		`ticket.subject has "é" and x`:                            `error.rule_unknown 28 x ` + near("x"),
		strings.Repeat("(", 30) + "ticket.spam":                   `error.rule_deep 22`,
		strings.Repeat("ticket.spam and ", 120) + `ticket.unread`: `error.rule_deep 1601`,
		`ticket.subject = "` + strings.Repeat("x", MaxExpr) + `"`: `error.rule_long`,
	} {
		_, err := Parse(text)
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.Invalid || e.Field != "if" {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := e.Key
		for i := 1; i < len(e.Args) && e.Key != "error.rule_long"; i += 2 {
			got += fmt.Sprint(" ", e.Args[i])
		}
		if got != want {
			t.Errorf("%.60s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// drawTest draws a test, or tests joined.
func drawExpr(t *rapid.T, deep int) *node {
	op := "test"
	if deep > 0 {
		op = rapid.SampledFrom([]string{"test", "test", "and", "or", "not"}).Draw(t, "op")
	}
	switch op {
	case "and", "or":
		n := &node{op: op}
		for range rapid.IntRange(2, 3).Draw(t, "kids") {
			n.kids = append(n.kids, drawExpr(t, deep-1))
		}
		return n
	case "not":
		return &node{op: op, kids: []*node{drawExpr(t, deep-1)}}
	}
	f := &fields[rapid.IntRange(0, len(fields)-1).Draw(t, "field")]
	n := &node{field: f}
	if f.Type == Truth {
		return n
	}
	n.sign = rapid.SampledFrom(f.Type.Signs()).Draw(t, "sign")
	wants := 1
	if n.sign == "in" {
		wants = rapid.IntRange(1, 3).Draw(t, "wants")
	}
	for range wants {
		var v value
		switch {
		case f.Choices != nil:
			v.text = rapid.SampledFrom(f.Choices).Draw(t, "choice")
		case f.Type == Number:
			v.number = float64(rapid.IntRange(-1000, 100000).Draw(t, "number")) / 4
		case f.Type == Money:
			v.sum = Sum{rapid.Int64Range(0, 1e9).Draw(t, "minor"), rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")}
		default:
			v.text = rapid.StringMatching(`[a-zé"\\ ]{1,8}`).Draw(t, "text")
		}
		n.want = append(n.want, v)
	}
	return n
}

// What is written is read as it was, and says the same of all facts.
func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Expr{drawExpr(t, 3)}
		got, err := Parse(e.String())
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if got.String() != e.String() || got.Holds(known()) != e.Holds(known()) {
			t.Fatalf("%s came back as %s", e, got)
		}
	})
}

// All that the editor offers has words in each language of the console.
func TestEverythingHasWords(t *testing.T) {
	for _, l := range []i18n.Lang{"en", "zh-Hans", "ru"} {
		p := i18n.For(l)
		for i := range fields {
			f := &fields[i]
			if label := f.Label(p); strings.HasPrefix(label, "rule.") {
				t.Errorf("%s: %s has no label", l, f.Name)
			}
			for _, c := range append(slices.Clone(f.Choices), f.Known...) {
				if s := (reader{p, ""}).word(f, c); s == c && f.Name != "now.weekday" && !strings.HasPrefix(f.Name, "ticket.waiting") && f.Name != "event.by" || strings.HasPrefix(s, f.Words) && f.Words != "" {
					t.Errorf("%s: %s of %s has no label", l, c, f.Name)
				}
			}
		}
		for _, k := range Kinds() {
			if strings.HasPrefix(EventWords(p, k), "rule.") {
				t.Errorf("%s: %s has no words", l, k)
			}
		}
		for _, s := range ShippedRules() {
			d := s.Made(p)
			e, err := d.Check()
			if err != nil || e.Always() || strings.Contains(d.Read(p, Names{}).Text(p), "rule.") {
				t.Errorf("%s: %s: %v\n%s", l, s.Key, err, d.Read(p, Names{}).Text(p))
			}
			if strings.HasPrefix(d.Name, "rule.") {
				t.Errorf("%s: %s has no name", l, s.Key)
			}
		}
	}
}

func TestDefinitionsAreJudged(t *testing.T) {
	good := Definition{Name: "Tag", When: When{Event: "ticket.opened"}, Then: []Step{{Do: Tag, Word: "new"}}, Hourly: 10}
	if _, err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for place, spoil := range map[string]func(*Definition){
		"name":        func(d *Definition) { d.Name = " " },
		"when.event":  func(d *Definition) { d.When.Event = "person.invited" },
		"when.after":  func(d *Definition) { d.When.After = -1 },
		"hourly":      func(d *Definition) { d.Hourly = 0 },
		"then":        func(d *Definition) { d.Then = nil },
		"then.0.word": func(d *Definition) { d.Then = []Step{{Do: Status, Word: "new"}} },
		"then.0.wait": func(d *Definition) { d.Then = []Step{{Do: Status, Word: "open", Wait: "carrier"}} },
		"then.1.text": func(d *Definition) { d.Then = append([]Step{}, d.Then[0], Step{Do: Note}) },
		"then.0.do":   func(d *Definition) { d.Then = []Step{{Do: "refund"}} },
		"if":          func(d *Definition) { d.If = "x" },
	} {
		d := good
		spoil(&d)
		_, err := d.Check()
		if list := errs.Fields(err); len(list) != 1 || list[0].Field != place {
			t.Errorf("%s: %v", place, err)
		}
	}
	for _, k := range []string{"rule.called", "person.changed", "ticket.nothing", "refund.limits", "proactive.set", "recovery.agreed", "recovery.agreement_dropped"} {
		if CanAnswer(k) {
			t.Errorf("a rule can answer %s", k)
		}
	}
}

func TestChainsEnd(t *testing.T) {
	for _, x := range []struct {
		chain Chain
		rule  ID
		want  string
	}{{nil, 1, ""}, {Chain{1}, 1, Loop}, {Chain{2, 1}, 1, Loop}, {Chain{2, 3}, 1, ""}, {Chain{2, 3, 4}, 1, Deep}} {
		if got := x.chain.Refuses(x.rule); got != x.want {
			t.Errorf("%v and %d: %q", x.chain, x.rule, got)
		}
	}
	d := Definition{Hourly: 2}
	if !d.Allowed(1, MaxTicket-1) || d.Allowed(2, 0) || d.Allowed(0, MaxTicket) {
		t.Error("quotas do not hold")
	}
}

// FuzzParse looks for a text that breaks the reader of expressions, or that is not read again as it was written.
func FuzzParse(f *testing.F) {
	for _, s := range []string{``, `ticket.priority < "high" and customer.tier = "vip"`, `order.total >= 200 EUR and not (ticket.tags has "b2b")`, `shipment.risk in ["stalled", "presumed_lost"] or now.hour > 9.5`,
		`ticket.subject has “…\"”`, `not not ticket.spam`, `((ticket.spam`, `order.total > -1.005 KWD`, "ticket.subject = \"\xff\"", `ticket.mood = ""`} {
		f.Add(s)
	}
	for _, s := range ShippedRules() {
		f.Add(s.If)
	}
	p := i18n.For("en")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			if list := errs.Fields(err); len(list) != 1 || list[0].Field != "if" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		e.Holds(known())
		if again, err := Parse(e.String()); err != nil && len(e.String()) <= MaxExpr || err == nil && again.String() != e.String() {
			t.Fatalf("%q was read as %q and came back as %q: %v", text, e, again, err)
		}
		Definition{If: text}.Read(p, Names{})
	})
}
