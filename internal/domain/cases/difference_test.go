package cases

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
)

// returned is a return of three units that were paid 10.00 each with 1.90 tax, whose money waits for the inspection.
func returned(t interface {
	Helper()
	Fatalf(string, ...any)
}) *story {
	s := &story{t: t}
	line := asks(3)
	line.Reason = "changed_mind"
	s.do(Open(5, anna, Opening{Number: 1, Kind: Return, OpenedAt: noon}, []Line{line}, noon))
	s.do(s.Submit(anna, nil, noon))
	s.do(s.Approve(anna, seen, time.Time{}, map[int]int64{1: 3}, nil, noon))
	r := pays(1, 1, 3, RefundOriginal, Inspected)
	r.Money.Components = ledger.Components{Goods: 3000, Tax: 570, ShippingOut: 490, Fee: -300}
	s.do(s.Propose(anna, []Resolution{r}, noon))
	s.do(s.Accept(anna, 1, "", noon))
	s.do(s.Go(anna, AwaitingGoods, "", noon))
	return s
}

func paidFor(n int64) []Worth {
	var out []Worth
	for u := range n {
		out = append(out, Worth{1, u + 1, ledger.Components{Goods: 1000, Tax: 190}})
	}
	return out
}

func lacks(from, n int64) []Found {
	return []Found{{Group: Group{1, from, n}, Is: NotThere, Less: 100}}
}

func asked(t *testing.T) *story {
	s := returned(t)
	s.do(s.Count(anna, 1, Received, 2, noon))
	s.do(s.Count(anna, 1, Missing, 1, noon))
	s.do(s.Differ(anna, Difference{Resolution: 1, Found: lacks(3, 1), Until: noon.AddDate(0, 0, 7), Becomes: Money{"EUR", Lower(s.Resolutions[0].Money.Components, paidFor(3), lacks(3, 1))}}, noon))
	return s
}

func TestADifferenceHoldsTheRefundUntilItIsAgreedOn(t *testing.T) {
	s := asked(t)
	s.do(s.Meet(anna, Inspected, noon))
	if due := s.Due(noon.AddDate(1, 0, 0)); len(due) != 0 || s.Resolutions[0].Money.Components.Goods != 3000 {
		t.Errorf("it went without an answer: %+v", due)
	}
	if who, until := s.Waits(); who != ByCustomer || !until.Equal(noon.AddDate(0, 0, 7)) {
		t.Errorf("%s %s", who, until)
	}
	s.do(s.AnswerDifference(anna, 1, Agreed, Money{}, "", noon))
	due := s.Due(noon)
	if want := (ledger.Components{Goods: 2000, Tax: 380, ShippingOut: 490, Fee: -200}); len(due) != 1 || due[0].Money.Components != want || s.Unlike() {
		t.Errorf("%+v", due)
	}
	_, err := s.AnswerDifference(anna, 1, Disputed, Money{}, "no", noon)
	s.refuses(t, "agreed and then not", err)
}

func TestSilenceAndDissentAreLeftToAPerson(t *testing.T) {
	s := asked(t)
	s.do(s.Lapse(anna, noon.AddDate(0, 0, 6)))
	if s.Differences[0].Stand != Asking || !s.LapseAt().Equal(noon.AddDate(0, 0, 7)) {
		t.Fatalf("%+v", s.Differences)
	}
	s.do(s.Lapse(anna, noon.AddDate(0, 0, 7)))
	if who, _ := s.Waits(); s.Differences[0].Stand != Silent || who != ByUs || s.Resolutions[0].Money.Components.Goods != 3000 {
		t.Fatalf("silence took money: %+v", s.Case)
	}
	s.do(s.AnswerDifference(anna, 1, Disputed, Money{}, "I sent three", noon)) // late, and heard
	below, above := s.Differences[0].Becomes, s.Differences[0].Was
	below.Components.Goods--
	above.Components.Goods++
	for _, sum := range []Money{below, above} {
		_, err := s.AnswerDifference(anna, 1, Settled, sum, "so", noon)
		s.refuses(t, "a sum that nobody was told of", err)
	}
	half := s.Differences[0].Becomes
	half.Components.Goods = 2500
	s.do(s.AnswerDifference(anna, 1, Settled, half, "half of it", noon))
	if s.Resolutions[0].Money.Components.Goods != 2500 || s.Differences[0].Why != "half of it" || s.Differences[0].Words != "I sent three" {
		t.Errorf("%+v", s.Case)
	}
}

// The law's last day does not wait for an answer, and pays what was promised.
func TestTheLawsLastDayPaysWhatWasPromised(t *testing.T) {
	s := asked(t)
	s.Resolutions[0].By = noon.AddDate(0, 0, 10)
	if len(s.Due(noon.AddDate(0, 0, 9))) != 0 {
		t.Error("it was carried out before its day")
	}
	due := s.Due(noon.AddDate(0, 0, 10))
	if len(due) != 1 || due[0].Money.Components.Goods != 3000 {
		t.Fatalf("%+v", due)
	}
	s.do(s.Step(anna, 1, Executing, "", noon.AddDate(0, 0, 10)))
	if s.Differences[0].Stand != Overruled {
		t.Errorf("%+v", s.Differences)
	}
	_, err := s.AnswerDifference(anna, 1, Agreed, Money{}, "", noon)
	s.refuses(t, "agreed to what was paid", err)
	if got := AnswerBy(noon, noon.AddDate(0, 0, 5)); !got.Equal(noon.AddDate(0, 0, 3)) {
		t.Errorf("no time is left for a person: %s", got)
	}
	if got := AnswerBy(noon, noon.Add(time.Hour)); !got.Equal(noon.Add(24 * time.Hour)) {
		t.Errorf("no time is left for the customer: %s", got)
	}
}

func TestWhatNothingIsLeftOfLapses(t *testing.T) {
	s := returned(t)
	s.do(s.Count(anna, 1, Missing, 3, noon))
	s.do(s.Differ(anna, Difference{Resolution: 1, Found: lacks(1, 3), Until: noon, Becomes: Money{"EUR", Lower(s.Resolutions[0].Money.Components, paidFor(3), lacks(1, 3))}}, noon))
	s.do(s.AnswerDifference(anna, 1, Agreed, Money{}, "", noon))
	if s.Resolutions[0].Stand != Lapsed {
		t.Errorf("%+v", s.Resolutions)
	}
}

func TestDamageThatTheReasonDoesNotExplainIsADifference(t *testing.T) {
	for reason, want := range map[string]bool{"changed_mind": true, "damaged": false} {
		line := asks(1)
		line.Reason = reason
		s := begun(t, Return, line)
		s.do(s.Dispose(anna, Placed{Group: Group{1, 1, 1}, As: HubHold, Grade: "C"}, noon))
		if s.Unlike() != want {
			t.Errorf("%s: %t", reason, s.Unlike())
		}
	}
}

// Goods of which some are missing were not received: what waits for the receipt waits for all of them.
func TestAPartialReceiptIsNotTheReceipt(t *testing.T) {
	s := returned(t)
	s.do(s.Count(anna, 1, Unexpected, 1, noon))
	s.do(s.Count(anna, 1, Received, 3, noon))
	if slices.Contains(s.Met, Counted) || !slices.Contains(s.Met, FirstScan) {
		t.Errorf("something else was taken for the goods: %v", s.Met)
	}
	s.do(s.Count(anna, 1, Received, 1, noon))
	if !slices.Contains(s.Met, Counted) {
		t.Errorf("%v", s.Met)
	}
}

// A lowered sum is between nothing and what was promised, falls with what is lost, and is all of it when nothing is.
func TestALoweredSumIsBetweenNothingAndThePromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string, low, high int64) int64 { return rapid.Int64Range(low, high).Draw(t, name) }
		n := cents("units", 1, 6)
		var units []Worth
		for u := range n {
			units = append(units, Worth{1, u + 1, ledger.Components{Goods: cents("goods", 0, 5000), Tax: cents("tax", 0, 900), Duty: cents("duty", 0, 300)}})
		}
		was := ledger.Components{Goods: cents("g", 0, 20000), Tax: cents("t", 0, 4000), Duty: cents("d", 0, 900), ShippingOut: cents("s", 0, 900), ShippingBack: -cents("b", 0, 500), Fee: -cents("f", 0, 500), Bonus: cents("bonus", 0, 900)}
		if total(Money{"EUR", was}) < 0 {
			t.Skip("nothing was promised")
		}
		if got := Lower(was, units, nil); got != was && n > 0 {
			t.Fatalf("nothing is lost: %+v of %+v", got, was)
		}
		last := total(Money{"EUR", was})
		for less := int64(10); less <= 100; less += 30 {
			got := Lower(was, units, []Found{{Group: Group{1, 1, cents("lost", 1, n)}, Is: Worse, Less: less}})
			if sum := total(Money{"EUR", got}); sum < 0 || sum > last || !between(got, ledger.Components{}, was) {
				t.Fatalf("%d %% less: %+v of %+v", less, got, was)
			}
		}
		all := Lower(was, units, []Found{{Group: Group{1, 1, n}, Is: NotThere, Less: 100}})
		if all != (ledger.Components{}) {
			t.Fatalf("of nothing: %+v", all)
		}
	})
}

// Whatever people, customers and time do to a difference: what is paid is paid once, is never more than was promised, and
// never less than the customer agreed to or a person decided; without either it is what was promised.
func TestADifferenceNeverPaysTwiceNorLessThanAgreed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := returned(t)
		promised := s.Resolutions[0].Money
		owed, at, carried := promised, noon, 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at = at.AddDate(0, 0, rapid.IntRange(0, 4).Draw(t, "days"))
			var events []Event
			var err error
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				found := lacks(rapid.Int64Range(1, 3).Draw(t, "unit"), 1)
				r := s.Resolutions[0]
				events, err = s.Differ(anna, Difference{Resolution: 1, Found: found, Until: at.AddDate(0, 0, 7), Becomes: Money{"EUR", Lower(r.Money.Components, paidFor(3), found)}}, at)
			case 1:
				events, err = s.AnswerDifference(anna, len(s.Differences), Agreed, Money{}, "", at)
				if err == nil {
					owed = s.Differences[len(s.Differences)-1].Becomes
				}
			case 2:
				events, err = s.AnswerDifference(anna, len(s.Differences), Disputed, Money{}, "no", at)
			case 3:
				sum := Money{"EUR", ledger.Components{Goods: rapid.Int64Range(0, 4000).Draw(t, "goods"), Tax: 380, ShippingOut: 490, Fee: -200}}
				if events, err = s.AnswerDifference(anna, len(s.Differences), Settled, sum, "so", at); err == nil {
					owed = sum
				}
			case 4:
				events, err = s.Lapse(anna, at)
			case 5:
				events, err = s.Meet(anna, Inspected, at)
			case 6:
				for _, r := range s.Due(at) {
					if total(r.Money) != total(owed) || total(r.Money) > total(promised) || carried > 0 {
						t.Fatalf("pays %+v of %+v, carried out %d times", r.Money, owed, carried)
					}
					events, err = s.Step(anna, 1, Executing, "", at)
					carried++
				}
			}
			if err != nil && !errs.Is(err, errs.Conflict) {
				t.Fatalf("%v", err)
			}
			if err == nil {
				s.do(events, nil)
			}
		}
		if folded, err := Fold(s.events); err != nil || total(folded.Resolutions[0].Money) != total(owed) {
			t.Fatalf("the fold says otherwise: %+v, %v", folded.Resolutions, err)
		}
	})
}
