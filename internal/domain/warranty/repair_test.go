package warranty

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
)

func TestARepairGoesItsWay(t *testing.T) {
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	yes, no := true, false
	on := func(days int, to Stage, more ...func(*Step)) Step {
		s := Step{What: wentTo, Stage: to, At: start.AddDate(0, 0, days)}
		for _, f := range more {
			f(&s)
		}
		return s
	}
	found := func(price int64) func(*Step) {
		return func(s *Step) { s.Fault, s.Estimate = "worn bearing", price }
	}
	agreed := func(s *Step) { s.Agreed = &yes }
	refused := func(s *Step) { s.Agreed = &no }
	open := Step{What: wasOpened, At: start}
	r, err := Fold(Repair{Country: "DE"}, []Step{open, on(3, Received), on(4, Diagnosed, found(2500)), on(4, Consent), on(10, InRepair, agreed), on(12, Tested), on(12, SentBack), on(15, Done)})
	if err != nil || !r.Mended() || !r.DueAt.IsZero() || !r.EndedAt.Equal(start.AddDate(0, 0, 15)) {
		t.Fatalf("%+v, %v", r, err)
	}
	// Received on the 3rd day, 30 days to cure, and six in which the customer thought about the price.
	if want := start.AddDate(0, 0, 39); !r.ByAt.Equal(want) {
		t.Errorf("the whole repair is due %s, want %s", r.ByAt, want)
	}
	back, err := Fold(Repair{Country: "DE"}, []Step{open, on(3, Received), on(4, Diagnosed, found(2500)), on(4, Consent), on(10, NotAgreed, refused), on(11, SentBack), on(15, Done)})
	if err != nil || back.Mended() {
		t.Errorf("sent back as it came counts as mended: %v", err)
	}
	late, err := Fold(Repair{Country: "DE"}, []Step{open, on(0, Received), on(1, Diagnosed, found(0)), on(29, Parts)})
	if err != nil || !late.DueAt.Equal(start.AddDate(0, 0, 30)) {
		t.Errorf("parts are due %s, not with the whole repair: %v", late.DueAt, err)
	}
	why := func(s *Step) { s.Uncovered = "it fell into water" }
	if _, err := Fold(Repair{Covered: true}, []Step{open, on(1, Received), on(2, Diagnosed, found(100), why), on(2, Consent)}); err != nil {
		t.Errorf("a price with the reason why nothing covers it: %v", err)
	}
	swap := Step{What: wasLent, At: start, Loan: &Loan{Kind: Swapped, Serial: "S-1"}}
	swapped, err := Fold(Repair{}, []Step{open, swap, on(1, Received), on(2, Done)})
	if err != nil || swapped.Mended() || !swapped.Replaced() {
		t.Errorf("another unit instead: %+v, %v", swapped, err)
	}
	for name, steps := range map[string][]Step{
		"work before the customer agreed":     {open, on(1, Received), on(2, Diagnosed, found(100)), on(3, InRepair)},
		"consent to nothing":                  {open, on(1, Received), on(2, Diagnosed, found(0)), on(3, Consent)},
		"work although they did not agree":    {open, on(1, Received), on(2, Diagnosed, found(100)), on(3, Consent), on(4, InRepair, refused)},
		"sent back although they agreed":      {open, on(1, Received), on(2, Diagnosed, found(100)), on(3, Consent), on(4, NotAgreed, agreed)},
		"no answer":                           {open, on(1, Received), on(2, Diagnosed, found(100)), on(3, Consent), on(4, InRepair)},
		"no finding":                          {open, on(1, Received), on(2, Diagnosed)},
		"a leap":                              {open, on(1, Tested)},
		"after its end":                       {open, on(1, Cancelled), on(2, Received)},
		"opened twice":                        {open, open},
		"nothing is lent, and comes back":     {open, {What: wasReturned, At: start}},
		"sent back what they do not wait for": {open, swap, on(1, Received), on(2, Diagnosed, found(0))},
	} {
		if _, err := Fold(Repair{}, steps); err == nil {
			t.Errorf("%s: nothing was said", name)
		}
	}
	if _, err := Fold(Repair{Covered: true}, []Step{open, on(1, Received), on(2, Diagnosed, found(100))}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a price for what the law gives: %v", err)
	}
}

// Every stage is reached, and every way ends.
func TestStagesEnd(t *testing.T) {
	seen := map[Stage]bool{Awaiting: true}
	for changed := true; changed; {
		changed = false
		for _, s := range Stages() {
			for _, next := range ways[s] {
				if seen[s] && !seen[next] {
					seen[next], changed = true, true
				}
			}
		}
	}
	for _, s := range Stages() {
		if !seen[s] {
			t.Errorf("%s is never reached", s)
		}
		if _, timed := days[s]; timed != s.Open() {
			t.Errorf("%s: a last day is %v, open is %v", s, timed, s.Open())
		}
	}
}

// whatever draws a step that may follow or not.
func whatever(t *rapid.T, r Repair, now time.Time) Step {
	s := Step{At: now, What: rapid.SampledFrom([]string{wentTo, wentTo, wentTo, wentTo, wasLent, wasReturned, wasCharged, wasSpent, wasLate}).Draw(t, "what")}
	switch s.What {
	case wentTo:
		s.Stage = rapid.SampledFrom(Stages()).Draw(t, "to")
		if next := r.Next(); len(next) > 0 && rapid.Bool().Draw(t, "on its way") {
			s.Stage = rapid.SampledFrom(next).Draw(t, "next")
		}
		s.Fault, s.Estimate = "worn", rapid.Int64Range(0, 2).Draw(t, "price")
		s.Uncovered = rapid.SampledFrom([]string{"", "water"}).Draw(t, "uncovered")
		yes := rapid.Bool().Draw(t, "agreed")
		s.Agreed = &yes
	case wasLent:
		s.Loan = &Loan{Kind: rapid.SampledFrom([]LoanKind{Lent, Lent, Swapped}).Draw(t, "kind"), Serial: "S", SentAt: now, DueAt: now.Add(time.Hour)}
	case wasCharged:
		s.Charge = 500
	case wasSpent:
		s.Spend = &Spend{Key: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key"), Kind: ForParts, Amount: rapid.Int64Range(1, 9).Draw(t, "amount")}
	case wasLate:
		s.OfLoan = rapid.Bool().Draw(t, "of loan")
	}
	return s
}

// Whatever anybody says, in whatever order: a unit is received, looked at, priced, answered for, sent back and done with at
// most once, and after the end nothing leads anywhere; no second unit is out beside one; nobody works for a price that was
// not agreed; money counts once; and what was folded anew from its steps is the same.
func TestARepairHoldsWhateverIsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		opened := Repair{Country: "DE", Covered: rapid.Bool().Draw(t, "covered")}
		r, err := Apply(opened, Step{What: wasOpened, At: now})
		if err != nil {
			t.Fatal(err)
		}
		reached, spent, out := map[Stage]int{Awaiting: 1}, map[string]int64{}, 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
			s := whatever(t, r, now)
			was, before := r, len(r.Steps)
			if r, err = Apply(r, s); err != nil {
				if r = was; len(r.Steps) != before {
					t.Fatalf("refused, and changed: %+v", s)
				}
				continue
			}
			switch s.What {
			case wentTo:
				if reached[r.Stage]++; !was.Stage.Open() || r.Stage == was.Stage {
					t.Fatalf("from %s to %s", was.Stage, r.Stage)
				}
				if r.Stage == InRepair && r.Estimate > 0 && (r.Agreed == nil || !*r.Agreed) {
					t.Fatal("work for a price that nobody agreed to")
				}
				if r.Stage == Diagnosed && r.Covered && r.Estimate > 0 && r.Uncovered == "" {
					t.Fatal("a price for what is covered, without a reason")
				}
			case wasLent:
				if out++; out > 1 {
					t.Fatal("two units are out")
				}
			case wasReturned:
				out--
			case wasCharged:
				if was.Replaced() != r.Replaced() || !was.Owed() || r.Owed() {
					t.Fatalf("charged for %+v", was.Loan)
				}
				if !r.Replaced() {
					out--
				}
			case wasSpent:
				if _, twice := spent[s.Spend.Key]; twice {
					t.Fatal("one bill counts twice")
				}
				spent[s.Spend.Key] = s.Spend.Amount
			}
			for _, once := range []Stage{Received, Diagnosed, Consent, NotAgreed, SentBack, Done, Unrepairable, Cancelled} {
				if reached[once] > 1 {
					t.Fatalf("%s was reached twice", once)
				}
			}
			var sum int64
			for _, n := range spent {
				sum += n
			}
			if r.Cost() != sum || r.DueAt.IsZero() == r.Stage.Open() || !r.TellAt().IsZero() && r.TellAt().Before(r.NextAt()) {
				t.Fatalf("cost %d, want %d; at %s due %s", r.Cost(), sum, r.Stage, r.DueAt)
			}
		}
		again, err := Fold(opened, r.Steps)
		if err != nil || again.Stage != r.Stage || !again.DueAt.Equal(r.DueAt) || !again.ByAt.Equal(r.ByAt) || again.Cost() != r.Cost() || !again.TellAt().Equal(r.TellAt()) || !slices.Equal(again.Next(), r.Next()) {
			t.Fatalf("folded anew it is %s: %v", again.Stage, err)
		}
	})
}

func TestARepairIsOfItsUnits(t *testing.T) {
	r := Repair{Pieces: []Piece{{Row: 7, First: 4, Quantity: 1}}}
	if !r.Of(7, 4) || r.Of(7, 3) || r.Of(8, 4) {
		t.Error("a repair is of other units than its own")
	}
}
