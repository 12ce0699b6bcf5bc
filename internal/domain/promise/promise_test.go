package promise

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // names that the machine does not know

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
)

var (
	waits = []string{"customer", "carrier"}
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday
	week  = map[string][][2]string{"mon": nine, "tue": nine, "wed": nine, "thu": nine, "fri": nine}
	nine  = [][2]string{{"09:00", "17:00"}}
)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func open(t testing.TB, b Book) *Desk {
	t.Helper()
	d, err := Open(b, waits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheMostSpecificRuleDecides(t *testing.T) {
	d := open(t, Book{
		Calendars: []Calendar{{Name: "Berlin", Zone: "Europe/Berlin", Weekly: week, Teams: []int64{7}}},
		Rules: []Rule{
			{Name: "all", Targets: map[Target]int{First: 1440, Next: 1440, Update: 4320}},
			{Name: "mail", When: When{Channels: []string{"email"}}, Targets: map[Target]int{First: 1000}},
			{Name: "DE", When: When{Markets: []string{"DE"}, Channels: []string{"email"}}, Targets: map[Target]int{First: 800}},
			{Name: "shop", When: When{Shops: []int64{3}}, Targets: map[Target]int{First: 600}},
			{Name: "refunds", When: When{Topics: []string{"refund_status"}}, Targets: map[Target]int{First: 500, Update: 0}},
			{Name: "VIP", When: When{Tiers: []string{"vip"}}, Targets: map[Target]int{First: 60}},
			{Name: "VIP too", When: When{Tiers: []string{"vip"}}, Targets: map[Target]int{First: 30, Resolution: 99}},
		},
	})
	for _, c := range []struct {
		who  Subject
		want []Promised // the zone is left out
	}{
		{Subject{Channel: "chat"}, []Promised{{First, 0, 1440, "", nil}, {Next, 0, 1440, "", nil}, {Update, 0, 4320, "", nil}}},
		{Subject{Channel: "email", Team: 7}, []Promised{{First, 1, 1000, "Berlin", nil}, {Next, 0, 1440, "Berlin", nil}, {Update, 0, 4320, "Berlin", nil}}},
		{Subject{Channel: "email", Market: "DE"}, []Promised{{First, 2, 800, "", nil}, {Next, 0, 1440, "", nil}, {Update, 0, 4320, "", nil}}},
		{Subject{Channel: "email", Market: "DE", Shop: 3}, []Promised{{First, 3, 600, "", nil}, {Next, 0, 1440, "", nil}, {Update, 0, 4320, "", nil}}},
		{Subject{Channel: "email", Topic: "refund_status", Shop: 3}, []Promised{{First, 4, 500, "", nil}, {Next, 0, 1440, "", nil}, {Update, 4, 0, "", nil}}},
		{Subject{Tier: "VIP", Topic: "refund_status"}, []Promised{{First, 5, 60, "", nil}, {Next, 0, 1440, "", nil}, {Resolution, 6, 99, "", nil}, {Update, 4, 0, "", nil}}},
	} {
		got := d.Promises(c.who)
		for i := range got {
			got[i].Zone = nil
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %+v, want %+v", c.who, got, c.want)
		}
	}
	if got := d.Book.Precedence(); !slices.Equal(got, []int{5, 6, 4, 3, 2, 1, 0}) {
		t.Errorf("rules are asked in the order %v", got)
	}
	if !d.Book.Asks(ByTier) || (Book{}).Asks(ByTier) {
		t.Error("a rule asks for the tier")
	}
}

func TestABookIsChecked(t *testing.T) {
	good := func() Book {
		return Book{
			Calendars: []Calendar{{Name: "A", Zone: "Asia/Shanghai", Weekly: week, Countries: []string{"CN"}, Events: []string{"golden_week_cn"}, WorkingDays: []string{"2026-10-07"}}, {Name: "B", Zone: "America/New_York", Weekly: week, Teams: []int64{1}}},
			Chains:    []Chain{{Name: "sun", Calendars: []string{"A", "B"}}},
			Closures:  []Closure{{From: noon, To: at(60)}, {From: noon, To: at(60), Calendars: []string{"A"}}, {From: noon, To: at(60), Shops: []int64{4}}},
			Calendar:  "sun",
			Rules:     []Rule{{Name: "all", Calendar: "B", Targets: map[Target]int{First: 60}, Pauses: map[Target][]string{First: {"carrier"}}, Soon: 10}},
		}
	}
	open(t, good())
	open(t, Default())
	for path, spoil := range map[string]func(*Book){
		"calendars.0.name":         func(b *Book) { b.Calendars[0].Name = " " },
		"calendars.1.name":         func(b *Book) { b.Calendars[1].Name = "A" },
		"calendars.0.zone":         func(b *Book) { b.Calendars[0].Zone = "Mars/Olympus" },
		"calendars.0.weekly":       func(b *Book) { b.Calendars[0].Weekly = nil },
		"calendars.0.weekly.mon":   func(b *Book) { b.Calendars[0].Weekly = map[string][][2]string{"mon": {{"18:00", "09:00"}}} },
		"calendars.0.weekly.day":   func(b *Book) { b.Calendars[0].Weekly = map[string][][2]string{"day": nine} },
		"calendars.0.countries.0":  func(b *Book) { b.Calendars[0].Countries = []string{"XX"} },
		"calendars.0.events.0":     func(b *Book) { b.Calendars[0].Events = []string{"mardi_gras"} },
		"calendars.0.holidays":     func(b *Book) { b.Calendars[0].Holidays = []string{"24.12."} },
		"calendars.1.teams":        func(b *Book) { b.Calendars[0].Teams = []int64{1} },
		"chains.0.calendars.1":     func(b *Book) { b.Chains[0].Calendars[1] = "sun" },
		"chains.0.calendars":       func(b *Book) { b.Chains[0].Calendars = nil },
		"closures.0.to":            func(b *Book) { b.Closures[0].To = noon },
		"closures.1.shops":         func(b *Book) { b.Closures[1].Shops = []int64{4} },
		"closures.1.calendars.0":   func(b *Book) { b.Closures[1].Calendars = []string{"sun"} },
		"calendar":                 func(b *Book) { b.Calendar = "C" },
		"rules.0.name":             func(b *Book) { b.Rules[0].Name = "" },
		"rules.1.name":             func(b *Book) { b.Rules = append(b.Rules, b.Rules[0]) },
		"rules.0.calendar":         func(b *Book) { b.Rules[0].Calendar = "C" },
		"rules.0.targets":          func(b *Book) { b.Rules[0].Targets = nil },
		"rules.0.targets.first":    func(b *Book) { b.Rules[0].Targets[First] = -1 },
		"rules.0.targets.whenever": func(b *Book) { b.Rules[0].Targets["whenever"] = 1 },
		"rules.0.pauses.first":     func(b *Book) { b.Rules[0].Pauses[First] = []string{"weather"} },
		"rules.0.soon":             func(b *Book) { b.Rules[0].Soon = -5 },
		"rules.0.when.tiers":       func(b *Book) { b.Rules[0].When.Tiers = []string{""} },
	} {
		b := good()
		spoil(&b)
		_, err := Open(b, waits)
		if !slices.ContainsFunc(errs.Fields(err), func(e *errs.Error) bool { return e.Field == path }) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A calendar's own closure shuts that desk alone, also within a chain; a shop's shuts the
// shop's tickets.
func TestClosures(t *testing.T) {
	b := Book{
		Calendars: []Calendar{{Name: "A", Zone: "UTC", Weekly: week}, {Name: "B", Zone: "UTC", Weekly: map[string][][2]string{"mon": {{"16:00", "20:00"}}}}},
		Chains:    []Chain{{Name: "sun", Calendars: []string{"A", "B"}}},
		Rules:     []Rule{{Name: "all", Calendar: "sun", Targets: map[Target]int{First: 60}}},
	}
	r := Begin(1, noon)
	r.Add(Mark{ID: 1, At: noon})
	due := func(shop int64) time.Time { return NextDue(open(t, b).Clocks(Subject{Shop: shop}, r)) }
	if got := due(0); !got.Equal(at(60)) {
		t.Errorf("due %v", got)
	}
	b.Closures = []Closure{{From: noon, To: at(600), Calendars: []string{"A"}}}
	if got := due(0); !got.Equal(at(300)) {
		t.Errorf("A is shut, B takes over at four: due %v", got)
	}
	b.Closures = []Closure{{From: noon, To: at(30), Shops: []int64{9}}}
	if got, other := due(9), due(8); !got.Equal(at(90)) || !other.Equal(at(60)) {
		t.Errorf("shop 9 is shut for half an hour: due %v, another one's %v", got, other)
	}
}

func TestTheLifeOfClocks(t *testing.T) {
	d := open(t, Book{Rules: []Rule{{
		Name: "all", Soon: 20, Targets: map[Target]int{First: 60, Next: 30, Resolution: 600, Update: 120}, Pauses: map[Target][]string{Resolution: {"customer"}, Update: {"customer"}},
	}}})
	r := Begin(1, at(0))
	want := func(name string, minute int, states map[Target]State, dues map[Target]int) {
		t.Helper()
		got := map[Target]State{}
		for _, c := range d.Clocks(Subject{}, r) {
			got[c.Target] = c.State(at(minute))
			if due, ok := dues[c.Target]; ok && !c.Due.Equal(at(due)) {
				t.Errorf("%s: %s is due %v, want %v", name, c.Target, c.Due, at(due))
			}
		}
		if !reflect.DeepEqual(got, states) {
			t.Errorf("%s: %v, want %v", name, got, states)
		}
	}
	r.Add(Mark{ID: 1, At: at(0)})
	r.Add(Mark{ID: 2, At: at(10)})
	want("a second message does not help", 39, map[Target]State{First: Fine, Resolution: Fine, Update: Fine}, map[Target]int{First: 60, Resolution: 600, Update: 120})
	want("soon", 40, map[Target]State{First: Near, Resolution: Fine, Update: Fine}, nil)
	want("late at the very instant", 60, map[Target]State{First: Late, Resolution: Fine, Update: Fine}, nil)
	r.Add(Mark{ID: 3, At: at(59), Answer: true})
	r.Stand("customer", at(59))
	want("answered", 61, map[Target]State{First: Kept, Resolution: Paused, Update: Paused}, nil)
	if c := d.Clocks(Subject{}, r)[1]; c.Left != 541*time.Minute || c.Paused != "customer" {
		t.Errorf("%v of the resolution are left: %+v", c.Left, c)
	}
	r.Add(Mark{ID: 4, At: at(200)})
	r.Add(Mark{ID: 5, At: at(215)})
	r.Stand("", at(200))
	want("the customer is back", 201, map[Target]State{First: Kept, Next: Fine, Resolution: Fine, Update: Fine}, map[Target]int{Next: 230, Resolution: 741, Update: 320})
	r.Stand(Solved, at(240))
	want("solved", 241, map[Target]State{First: Kept, Resolution: Kept}, nil)
	r.Add(Mark{ID: 6, At: at(300)})
	r.Stand("", at(300))
	want("not solved after all", 301, map[Target]State{First: Kept, Next: Fine, Resolution: Fine, Update: Fine}, map[Target]int{Next: 330, Resolution: 801, Update: 380})
	r.Add(Mark{ID: 7, At: at(340), Answer: true})
	want("answered again", 341, map[Target]State{First: Kept, Resolution: Fine, Update: Fine}, map[Target]int{Update: 460})

	// The answer did not reach its reader.
	again := r.Anew(1, at(0), []Mark{{ID: 1, At: at(0)}, {ID: 2, At: at(10)}, {ID: 4, At: at(200)}, {ID: 6, At: at(300)}, {ID: 7, At: at(340), Answer: true}})
	if got := again.Threads[0]; !got.First.Equal(at(300)) || !got.Answered.Equal(at(340)) {
		t.Errorf("what was asked before it was solved is settled, the next message begins anew: %+v", got)
	}
}

// story draws what happens in a conversation and returns its record, grown step by step,
// and the messages.
func story(t *rapid.T, ticket, first int64) (Record, []Mark, time.Time) {
	began := at(rapid.IntRange(0, 600).Draw(t, "began"))
	r, now := Begin(ticket, began), began
	var marks []Mark
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "later")) * time.Minute)
		switch rapid.SampledFrom([]string{"ask", "answer", "wait", "open", "solve"}).Draw(t, "what") {
		case "ask":
			marks = append(marks, Mark{ID: first + int64(len(marks)), At: now})
			r.Add(marks[len(marks)-1])
			r.Stand("", now)
		case "answer":
			marks = append(marks, Mark{ID: first + int64(len(marks)), At: now, Answer: true})
			r.Add(marks[len(marks)-1])
		case "wait":
			r.Stand(rapid.SampledFrom(waits).Draw(t, "for"), now)
		case "open":
			r.Stand("", now)
		case "solve":
			r.Stand(Solved, now)
		}
	}
	return r, marks, began
}

func dues(d *Desk, r Record) map[Target]time.Time {
	out := map[Target]time.Time{}
	for _, c := range d.Clocks(Subject{}, r) {
		if c.Runs() {
			out[c.Target] = c.Due
		}
	}
	return out
}

func TestARecordIsWhatItsMessagesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, marks, began := story(t, 1, 100)
		again := r.Anew(1, began, marks)
		if !reflect.DeepEqual(r, again) {
			t.Fatalf("grown %+v\nanew %+v", r, again)
		}
		for _, m := range marks {
			again.Add(m)
		}
		raw, err := json.Marshal(again)
		if err != nil {
			t.Fatal(err)
		}
		var back Record
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%v: kept %+v\nread %+v", err, r, back)
		}
	})
}

// A merge never puts off what is due, and taking it back restores both.
func TestMergeKeepsTheHonestClock(t *testing.T) {
	d := open(t, Book{Rules: []Rule{{
		Name: "all", Targets: map[Target]int{First: 90, Next: 45, Resolution: 700}, Pauses: map[Target][]string{Resolution: {"customer"}, Next: {"carrier"}},
	}}})
	rapid.Check(t, func(t *rapid.T) {
		heir, _, began := story(t, 1, 100)
		gone, _, _ := story(t, 2, 200)
		heir.Stand("", at(6000))
		gone.Stand("", at(6000))
		joined := heir.Join(gone, at(6001))
		got := dues(d, joined)
		for _, r := range []Record{heir, gone} {
			for target, due := range dues(d, r) {
				if now, ok := got[target]; !ok || now.After(due) {
					t.Fatalf("%s was due %v and is due %v\n%+v\n%+v", target, due, now, heir, gone)
				}
			}
		}
		back := joined.Part(gone)
		if !reflect.DeepEqual(back.Threads, heir.Threads) {
			t.Fatalf("taken back %+v, was %+v", back, heir)
		}
		// A reply after the merge that failed counts for nothing; what was before it stands.
		failed := joined.clone()
		failed.Add(Mark{ID: 300, At: at(6002), Answer: true})
		if again := failed.Anew(1, began, nil); !reflect.DeepEqual(dues(d, again), got) {
			t.Fatalf("after a failed reply %v, want %v", dues(d, again), got)
		}
		if open := dues(d, failed); !open[Next].IsZero() || !open[First].IsZero() {
			t.Fatalf("a reply after the merge answers all: %v", open)
		}
	})
}

// A message that is split off keeps its own time, whatever was answered elsewhere since.
func TestSplitKeepsTheMessagesTime(t *testing.T) {
	d := open(t, Default())
	r := Begin(1, at(0))
	marks := []Mark{{ID: 1, At: at(0)}, {ID: 2, At: at(5), Answer: true}, {ID: 3, At: at(60)}, {ID: 4, At: at(70)}, {ID: 5, At: at(80), Answer: true}}
	for _, m := range marks {
		r.Add(m)
	}
	off := r.Split(2, at(100), marks[3:4])
	if got := dues(d, off); !got[First].Equal(at(70 + 1440)) {
		t.Errorf("the one split off is due %v", got)
	}
	rest := r.Moved(1, at(0), slices.Delete(slices.Clone(marks), 3, 4))
	if got := dues(d, rest); len(got) != 0 {
		t.Errorf("all that is left was answered: %v", got)
	}
	rest = r.Moved(1, at(0), slices.Delete(slices.Clone(marks), 4, 5)) // the answer went along
	if got := dues(d, rest); !got[Next].Equal(at(60 + 1440)) {
		t.Errorf("what is left was asked at one: %v", got)
	}
}

// The due instant is the one that a clock on the wall finds minute by minute, with waits,
// closures and holidays left out.
func TestClocksAgainstTheWall(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), 7, 0, 0, time.UTC)
		after := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
		weekly := map[string][][2]string{}
		for _, day := range hours.Weekdays() {
			if rapid.IntRange(0, 4).Draw(t, "works") > 0 {
				weekly[day] = [][2]string{{"08:30", "12:00"}, {"13:00", "24:00"}}
			}
		}
		if len(weekly) == 0 {
			return
		}
		reason := rapid.SampledFrom(waits).Draw(t, "pauses for")
		minutes := rapid.IntRange(1, 2000).Draw(t, "minutes")
		shutFrom := rapid.IntRange(-100, 4000).Draw(t, "shut from")
		shutTo := shutFrom + rapid.IntRange(1, 900).Draw(t, "shut for")
		off := start.AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "holiday")).Format(time.DateOnly)
		d, err := Open(Book{
			Calendars: []Calendar{{Name: "desk", Zone: zone.String(), Weekly: weekly, Holidays: []string{off}}},
			Closures:  []Closure{{From: after(shutFrom), To: after(shutTo), Shops: []int64{5}}},
			Rules:     []Rule{{Name: "all", Calendar: "desk", Targets: map[Target]int{Resolution: minutes}, Pauses: map[Target][]string{Resolution: {reason}}}},
		}, waits)
		if err != nil {
			t.Fatal(err)
		}
		r := Begin(1, start)
		standing := map[int]string{} // from a minute on
		m := 0
		for range rapid.IntRange(0, 6).Draw(t, "moves") {
			m += rapid.IntRange(1, 900).Draw(t, "later")
			standing[m] = rapid.SampledFrom(append(waits, "", Solved)).Draw(t, "stands")
			r.Stand(standing[m], after(m))
		}
		if now := standing[m]; now != "" {
			r.Stand("", after(m+50))
			standing[m+50] = ""
		}
		count, now, end := 0, "", 0
		for ; count < minutes && end < 40*1440; end++ {
			if s, moved := standing[end]; moved {
				now = s
			}
			wall := after(end).In(zone)
			clock := wall.Format("15:04")
			_, works := weekly[hours.Weekdays()[(int(wall.Weekday())+6)%7]]
			if works && (clock >= "08:30" && clock < "12:00" || clock >= "13:00") && wall.Format(time.DateOnly) != off &&
				(end < shutFrom || end >= shutTo) && now != reason && now != Solved {
				count++
			}
		}
		clocks := d.Clocks(Subject{Shop: 5}, r)
		if count == minutes && (len(clocks) != 1 || !clocks[0].Due.Equal(after(end))) {
			t.Fatalf("due %+v, want %v", clocks, after(end))
		}
	})
}

func BenchmarkClocks(b *testing.B) {
	d := open(b, Book{
		Calendars: []Calendar{{Name: "Berlin", Zone: "Europe/Berlin", Weekly: week, Countries: []string{"DE"}}},
		Calendar:  "Berlin",
		Rules:     []Rule{{Name: "all", Targets: map[Target]int{First: 480, Next: 480, Resolution: 2400, Update: 960}, Soon: 60, Pauses: map[Target][]string{Resolution: {"customer"}}}},
	})
	r := Begin(1, at(0))
	r.Add(Mark{ID: 1, At: at(0)})
	r.Stand("customer", at(10))
	r.Stand("", at(30))
	b.ReportAllocs()
	for b.Loop() {
		d.Clocks(Subject{}, r)
	}
}
