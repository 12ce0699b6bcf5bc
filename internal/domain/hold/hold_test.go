package hold

import (
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/money"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// What is done about a sum that is held, by what is known of the goods.
func TestWhatIsDoneAboutAHold(t *testing.T) {
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	for name, x := range map[string]struct {
		state    State
		reminded bool
		goods    Goods
		at       time.Time
		want     Step
	}{
		"fresh":                               {Held, false, Goods{Missing: 5000}, day(1), Rest},
		"the goods are here":                  {Held, false, Goods{Sent: true}, day(3), Release},
		"the exchange came to nothing":        {Lapsed, false, Goods{Over: true, Missing: 5000}, day(3), Release},
		"five days before the last":           {Held, false, Goods{Sent: true, Missing: 5000}, day(15), Remind},
		"reminded once":                       {Held, true, Goods{Sent: true, Missing: 5000}, day(15), Rest},
		"on their way, nobody is reminded":    {Lapsed, false, Goods{Sent: true, Moving: true, Missing: 5000}, day(15), Rest},
		"the last day is over":                {Lapsed, true, Goods{Sent: true, Missing: 5000}, day(20), Take},
		"a moment before":                     {Lapsed, true, Goods{Sent: true, Missing: 5000}, day(20).Add(-time.Millisecond), Rest},
		"over, but they move":                 {Lapsed, true, Goods{Sent: true, Moving: true, Missing: 5000}, day(30), Rest},
		"they move and never arrive":          {Lapsed, true, Goods{Sent: true, Moving: true, Missing: 5000}, day(41), Take},
		"our goods have not left":             {Held, true, Goods{Missing: 5000}, day(25), Rest},
		"our goods never left":                {Held, true, Goods{Missing: 5000}, day(51), Release},
		"nobody takes what was only asked of": {Asked, true, Goods{Sent: true, Missing: 5000}, day(51), Rest},
	} {
		h := Hold{State: x.state, Amount: 5000, HeldAt: monday, DueAt: day(20)}
		if x.reminded {
			h.RemindedAt = day(15)
		}
		got, look := h.Next(x.goods, x.at)
		if got != x.want || got == Rest && !look.After(x.at) {
			t.Errorf("%s: %q, look at %s", name, got, look)
		}
	}
}

// Of goods that came in part only what is missing is taken, and never more than was agreed.
func TestWhatIsMissing(t *testing.T) {
	h := Hold{Amount: 9000, Units: []Unit{{1, 1, 3000}, {1, 2, 3000}, {2, 1, 4000}}}
	for came, want := range map[[2]int64]int64{{0, 0}: 9000, {1, 0}: 7000, {2, 0}: 4000, {2, 1}: 0, {0, 1}: 6000} {
		if n := h.Missing(func(line int) int64 { return came[line-1] }); n != want {
			t.Errorf("came %v: %d, want %d", came, n, want)
		}
	}
}

// A provider's word moves a hold along its paths and no other way, and the same word twice moves it once.
func TestHoldsHearTheirProvider(t *testing.T) {
	for _, from := range States() {
		for _, word := range []Outcome{Open, IsHeld, Gone, WasTaken, LetGo, Refused} {
			h := Hold{State: from, CreatedAt: monday, Amount: 100, Currency: "EUR"}
			x := Said{Outcome: word, Taken: money.Amount{Minor: 100, Currency: "EUR"}, Payment: "p"}
			next, moved := h.Hear(x, monday.Add(time.Hour))
			if moved != (next.State != from) || moved && !CanGo(from, next.State) {
				t.Errorf("%s hears %s: %s", from, word, next.State)
			}
			if again, moved := next.Hear(x, monday.Add(time.Hour)); moved && from != Releasing {
				t.Errorf("%s hears %s twice: %s, %s", from, word, next.State, again.State)
			}
			if next.State == Taken && (next.Take != 100 || len(Postings(next, monday)) != 1) && from != Taken {
				t.Errorf("%s hears %s: %+v", from, word, next)
			}
		}
	}
	if id, ok := ParseKey(Hold{ID: 77, Attempt: 2}.ReturnKey()); !ok || id != 77 {
		t.Error(id, ok)
	}
	for _, key := range []string{"", "godwit-hold-", "godwit-hold-x", "godwit-0-0-7.1-1", "godwit-hold--4"} {
		if id, ok := ParseKey(key); ok {
			t.Errorf("%q names %d", key, id)
		}
	}
}
