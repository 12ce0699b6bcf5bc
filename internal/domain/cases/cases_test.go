package cases

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
)

var (
	noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	anna = auth.Actor{Kind: auth.Agent, ID: 7, Workspace: 1, Role: auth.AgentRole}
	seen = Decision{Policy: "main/3", Why: "as decided"}
)

// story is a case with all that happened to it.
type story struct {
	t interface {
		Helper()
		Fatalf(string, ...any)
	}
	Case
	events []Event
}

func (s *story) do(events []Event, err error) {
	s.t.Helper()
	for _, e := range events {
		if err == nil {
			s.Case, err = Apply(s.Case, e)
			s.events = append(s.events, e)
		}
	}
	if err != nil {
		s.t.Fatalf("%v", err)
	}
}

// refuses checks that a decider found a state that does not allow it.
func (s *story) refuses(t *testing.T, what string, err error) {
	t.Helper()
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("%s: %v", what, err)
	}
}

func asks(n int64) Line {
	return Line{Order: 3, OrderRow: 33, SKU: "MUG", From: 1, Reason: "damaged", Counts: map[Counter]int64{Asked: n}}
}

func begun(t *testing.T, kind Kind, lines ...Line) *story {
	s := &story{t: t}
	if len(lines) == 0 {
		lines = []Line{asks(3)}
	}
	s.do(Open(5, anna, Opening{Number: 1, Kind: kind, OpenedAt: noon}, lines, noon))
	return s
}

func approved(t *testing.T) *story {
	s := begun(t, Return)
	s.do(s.Submit(anna, nil, noon))
	s.do(s.Approve(anna, seen, noon.AddDate(0, 0, 14), map[int]int64{1: 3}, nil, noon))
	return s
}

func pays(number, from, n int64, means Means, at Trigger) Resolution {
	r := Resolution{Number: number, Means: means, Units: []Group{{1, from, n}}, Trigger: at}
	if means.Pays() {
		r.Money = Money{"EUR", ledger.Components{Goods: 100}}
	}
	return r
}

// A statutory withdrawal never passes through approval, and its receipt is acknowledged in the same step.
func TestAWithdrawalByLawWaitsForNobody(t *testing.T) {
	s := begun(t, Withdrawal)
	s.do(s.Withdraw(anna, seen, noon.AddDate(0, 0, 14), nil, noon))
	if s.Phase != Approved || !s.Statutory || s.events[len(s.events)-1].Kind != Acknowledged || s.Lines[0].Count(Authorised) != 3 || s.Decision.Policy != "main/3" {
		t.Errorf("%+v", s.Case)
	}
	for _, e := range s.events {
		if e.Phase == NeedsInfo || e.Phase == Declined {
			t.Errorf("it waited: %+v", e)
		}
	}
	s = begun(t, Return)
	if _, err := s.Withdraw(anna, seen, noon, nil, noon); !errs.Is(err, errs.Invalid) {
		t.Errorf("a return passed as a withdrawal: %v", err)
	}
}

// A second partial receipt overwrote the first quantity: counters only ever add.
func TestASecondReceiptAddsToTheFirst(t *testing.T) {
	s := approved(t)
	s.do(s.Go(anna, AwaitingGoods, "", noon))
	s.do(s.Count(anna, 1, Shipped, 3, noon))
	s.do(s.Count(anna, 1, Received, 1, noon))
	s.do(s.Count(anna, 1, Received, 2, noon))
	if s.Lines[0].Count(Received) != 3 || s.Phase != GoodsHere || !slices.Contains(s.Met, Counted) {
		t.Errorf("%+v", s.Case)
	}
	for _, n := range []int64{0, -1} {
		_, err := s.Count(anna, 1, Received, n, noon)
		s.refuses(t, "a counter fell", err)
	}
	s.do(s.Count(anna, 1, Accepted, 2, noon))
	s.do(s.Count(anna, 1, Rejected, 1, noon))
	_, err := s.Count(anna, 1, Rejected, 1, noon)
	s.refuses(t, "four of three were judged", err)
}

// A cancelled return kept its old status.
func TestAReturnThatIsGivenUpIsClosedWithAllThatWaits(t *testing.T) {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{pays(1, 1, 3, RefundOriginal, AtReceipt), pays(2, 1, 3, StoreCredit, AtReceipt)}, noon))
	s.do(s.Accept(anna, 1, "", noon))
	s.do(s.Close(anna, WasWithdrawn, 0, noon))
	if s.Phase != Closed || s.Reason != WasWithdrawn || s.Resolutions[0].Stand != Lapsed || s.Resolutions[1].Stand != Lapsed || len(s.Due(noon.AddDate(1, 0, 0))) > 0 {
		t.Errorf("%+v", s.Case)
	}
}

// A refund settled on one side showed again as "owed" on the other: two payouts for one exchange.
func TestAUnitHasOneMoneyBearingResolution(t *testing.T) {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{pays(1, 1, 2, ExchangeVariant, AtApproval), pays(2, 2, 2, RefundOriginal, AtApproval), pays(3, 1, 1, Repair, AtApproval)}, noon))
	s.do(s.Step(anna, 2, Offered, "", noon))
	s.do(s.Step(anna, 1, Taken, "", noon))
	_, err := s.Step(anna, 2, Taken, "", noon)
	s.refuses(t, "a refund beside the exchange", err)
	s.do(s.Step(anna, 3, Taken, "", noon)) // a repair bears no money
	s.do(s.Step(anna, 1, Executing, "", noon))
	s.do(s.Step(anna, 1, Done, "", noon))
	_, err = s.Step(anna, 2, Taken, "", noon)
	s.refuses(t, "a refund after the exchange", err)
}

func TestAcceptingLetsOtherOffersForTheSameUnitsLapse(t *testing.T) {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{pays(1, 1, 2, RefundOriginal, Inspected), pays(2, 2, 2, StoreCredit, AtApproval), pays(3, 3, 1, FullKeep, AtApproval)}, noon))
	s.do(s.Accept(anna, 1, "", noon))
	if s.Resolutions[0].Stand != Waiting || s.Resolutions[1].Stand != Lapsed || s.Resolutions[2].Stand != Proposed || !s.Resolutions[0].By.Equal(noon.AddDate(0, 0, 14)) {
		t.Errorf("%+v", s.Resolutions)
	}
}

// A disposition could not be changed once "processing required" was chosen.
func TestADispositionMayBeChanged(t *testing.T) {
	s := approved(t)
	s.do(s.Go(anna, AwaitingGoods, "", noon))
	s.do(s.Count(anna, 1, Received, 3, noon))
	s.do(s.Dispose(anna, Placed{Group: Group{1, 1, 3}, As: HubHold, Grade: "B"}, noon))
	s.do(s.Dispose(anna, Placed{Group: Group{1, 2, 1}, As: Destroy}, noon))
	s.do(s.Dispose(anna, Placed{Group: Group{1, 2, 1}, As: Redispatch}, noon))
	var got []string
	for _, p := range s.Placed {
		got = append(got, fmt.Sprintf("%d+%d %s", p.From, p.Quantity, p.As))
	}
	if !slices.Equal(got, []string{"1+1 hub_hold", "2+1 redispatch", "3+1 hub_hold"}) {
		t.Errorf("%v", got)
	}
	_, err := s.Dispose(anna, Placed{Group: Group{1, 3, 2}, As: Donate}, noon)
	s.refuses(t, "more than there is", err)
}

// A "created" event carried a later state: an event carries the state that it caused, not the newest one.
func TestAnEventCarriesThePhaseThatItCaused(t *testing.T) {
	s := approved(t)
	s.do(s.Go(anna, NoGoodsNeeded, "", noon))
	s.do(s.Go(anna, Resolving, "", noon))
	s.do(s.Close(anna, Completed, 0, noon))
	for i, e := range s.events {
		then, err := Fold(s.events[:i+1])
		if err != nil || then.Phase != e.Phase || e.Was != "" && e.Was == e.Phase {
			t.Errorf("event %d says %s, and it was %s then, %v", e.Seq, e.Phase, then.Phase, err)
		}
	}
	if s.events[0].Phase != Draft || s.events[len(s.events)-1].Phase != Closed {
		t.Errorf("%+v", s.events)
	}
}

// A refund that succeeded was reversed by the bank days later and nobody saw: the case knows, also when it is closed.
func TestAReversedRefundReachesAClosedCase(t *testing.T) {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{pays(1, 1, 3, RefundOriginal, AtApproval)}, noon))
	s.do(s.Accept(anna, 1, "", noon))
	s.do(s.Step(anna, 1, Executing, "", noon))
	s.do(s.Go(anna, NoGoodsNeeded, "", noon))
	s.do(s.Go(anna, Resolving, "", noon))
	_, err := s.Close(anna, Completed, 0, noon)
	s.refuses(t, "closed while it is being paid", err)
	s.do(s.Step(anna, 1, Done, "", noon))
	s.do(s.Close(anna, Completed, 0, noon))
	s.do(s.Step(anna, 1, Undone, "account_closed", noon))
	if r := s.Resolutions[0]; r.Stand != Undone || !r.Stand.Alive() || r.Code != "account_closed" {
		t.Errorf("%+v", r)
	}
	s.do(s.Reopen(anna, "the bank sent the money back", noon))
	if who, _ := s.Waits(); s.Phase != Resolving || who != ByUs {
		t.Errorf("reopened to %s, waits for %q", s.Phase, who)
	}
}

func TestReopeningAndAppealing(t *testing.T) {
	s := begun(t, Return)
	s.do(s.Submit(anna, nil, noon))
	_, err := s.Decline(anna, seen, nil, noon)
	s.refuses(t, "declined without a reason", err)
	s.do(s.Decline(anna, seen, map[int]string{1: "window_over"}, noon))
	if s.Lines[0].Declined != "window_over" {
		t.Errorf("%+v", s.Lines)
	}
	_, err = s.Propose(anna, []Resolution{pays(1, 1, 1, RefundOriginal, AtApproval)}, noon)
	s.refuses(t, "money for what is declined", err)
	s.do(s.Appeal(anna, "it broke on day ten", noon))
	if s.Phase != Submitted || s.Lines[0].Declined != "" {
		t.Errorf("%+v", s.Case)
	}
	s.do(s.Decline(anna, seen, map[int]string{1: "window_over"}, noon))
	s.do(s.Close(anna, WasDeclined, 0, noon))
	_, err = s.Reopen(anna, "", noon)
	s.refuses(t, "reopened without a reason", err)
	s.do(s.Reopen(anna, "new proof", noon))
	s.do(s.Close(anna, Merged, 6, noon))
	_, err = s.Reopen(anna, "again", noon)
	s.refuses(t, "a merged case was reopened", err)
	if s.MergedInto != 6 {
		t.Errorf("%+v", s.Case)
	}
}

// A line that is declined says why to the customer: no case is declined while one does not.
func TestEachDeclinedLineSaysWhy(t *testing.T) {
	s := begun(t, Return, asks(2), asks(1))
	s.do(s.Submit(anna, nil, noon))
	_, err := s.Decline(anna, seen, map[int]string{1: "window_over"}, noon)
	s.refuses(t, "declined with one line that says nothing", err)
	_, err = s.Go(anna, Declined, "", noon)
	s.refuses(t, "declined without a word", err)
	s.do(s.Decline(anna, seen, map[int]string{1: "window_over", 2: "final_sale"}, noon))
	if s.Phase != Declined || s.Lines[1].Declined != "final_sale" {
		t.Errorf("%s %+v", s.Phase, s.Lines)
	}
}

func TestWhatWasNotBoughtHereBearsNoMoney(t *testing.T) {
	s := begun(t, Withdrawal, asks(1), Line{Foreign: "a blue kettle", From: 1, Reason: "changed_mind", Counts: map[Counter]int64{Asked: 1}})
	s.do(s.Withdraw(anna, seen, noon, nil, noon))
	if s.Lines[1].Declined != "not_bought_here" || s.Lines[1].Count(Authorised) != 0 || s.Lines[0].Count(Authorised) != 1 {
		t.Errorf("%+v", s.Lines)
	}
	r := pays(1, 1, 1, RefundOriginal, AtApproval)
	r.Units = []Group{{2, 1, 1}}
	_, err := s.Propose(anna, []Resolution{r}, noon)
	s.refuses(t, "money for a foreign kettle", err)
}

func TestATriggerIsMetByItselfALaterOneOrTheLaw(t *testing.T) {
	last := noon.AddDate(0, 0, 14)
	for _, c := range []struct {
		waits Trigger
		met   []Trigger
		now   time.Time
		due   bool
	}{
		{AtApproval, []Trigger{AtApproval}, noon, true},
		{FirstScan, []Trigger{AtApproval}, noon, false},
		{FirstScan, []Trigger{AtApproval, FirstScan}, noon, true},
		{FirstScan, []Trigger{AtReceipt}, noon, true}, // it came, so it was on its way
		{Inspected, []Trigger{AtReceipt}, noon, false},
		{Counted, []Trigger{AtReceipt}, noon, false}, // delivered back, and nobody has counted
		{AtReceipt, []Trigger{Counted}, noon, true},
		{Inspected, nil, last.Add(-time.Millisecond), false},
		{Inspected, nil, last, true}, // the law's last day
	} {
		r := Resolution{Stand: Waiting, Trigger: c.waits, By: last}
		if got := r.Due(c.met, c.now); got != c.due {
			t.Errorf("%s, met %v at %v: %v", c.waits, c.met, c.now, got)
		}
		r.Stand = Executing
		if r.Due(c.met, c.now) {
			t.Error("what is being carried out is due again")
		}
	}
}

func TestAnOfferBecomesAResolution(t *testing.T) {
	s := approved(t)
	o := decision.Offer{Remedy: decision.Refund, Law: "2011/83/EU art. 9", Lines: []decision.Asked{{Line: "1", Qty: 1}}, Money: decision.Money{Goods: 2100, Tax: 399, Back: -390, Total: 2109},
		To: []decision.Allocation{{Method: "card", Amount: 2109}}}
	r, err := s.FromOffer(9, o, "EUR", AtReceipt, noon)
	if err != nil || r.Means != RefundOriginal || r.Money.Components != (ledger.Components{Goods: 2100, Tax: 399, ShippingBack: -390}) || !slices.Equal(r.Units, []Group{{1, 1, 1}}) {
		t.Errorf("%+v, %v", r, err)
	}
	o.To[0].Method = "bank"
	if r, _ := s.FromOffer(9, o, "EUR", AtReceipt, noon); r.Means != RefundOther {
		t.Errorf("%s", r.Means)
	}
	s.do(s.Propose(anna, []Resolution{r}, noon))
}

func TestEveryPhaseAndStandLeadsOn(t *testing.T) {
	for _, p := range Phases() {
		for _, q := range Phases() {
			if CanGo(p, q) && (p == q || p == Closed) {
				t.Errorf("%s leads to %s", p, q)
			}
		}
		if p != Closed && !CanGo(p, Closed) {
			t.Errorf("%s cannot be closed", p)
		}
	}
	for _, st := range Stands() {
		if ends := len(steps[st]) == 0; ends != (st == Refused || st == Lapsed) {
			t.Errorf("%s: %v", st, steps[st])
		}
	}
}

// Whatever is tried in whatever order, no unit is promised twice, no counter falls, and the events give the same case again.
func TestNoUnitIsPromisedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &story{t: t}
		s.do(Open(5, anna, Opening{Number: 1, Kind: Return, OpenedAt: noon}, []Line{asks(4), {Order: 4, OrderRow: 44, From: 1, Reason: "late", Counts: map[Counter]int64{Asked: 2}}}, noon))
		for i := range rapid.IntRange(0, 40).Draw(t, "steps") {
			var events []Event
			var err error
			before := s.Case
			n := rapid.Int64Range(1, 6).Draw(t, "number")
			line := rapid.IntRange(1, 2).Draw(t, "line")
			switch rapid.SampledFrom([]string{"go", "go", "approve", "count", "propose", "accept", "accept", "step", "step", "dispose", "close", "reopen", "appeal"}).Draw(t, "what "+strconv.Itoa(i)) {
			case "go":
				events, err = s.Go(anna, rapid.SampledFrom(Phases()).Draw(t, "phase"), "", noon)
			case "approve":
				events, err = s.Approve(anna, seen, noon, map[int]int64{1: n}, map[int]string{2: "exempt"}, noon)
			case "count":
				events, err = s.Count(anna, line, rapid.SampledFrom([]Counter{Shipped, Received, Matched, Accepted, Rejected}).Draw(t, "counter"), n, noon)
			case "propose":
				r := pays(n, rapid.Int64Range(1, 3).Draw(t, "from"), rapid.Int64Range(1, 3).Draw(t, "units"), rapid.SampledFrom(AllMeans()).Draw(t, "means"), AtReceipt)
				r.Units[0].Line = line
				events, err = s.Propose(anna, []Resolution{r}, noon)
			case "accept":
				events, err = s.Accept(anna, n, "", noon)
			case "step":
				events, err = s.Step(anna, n, rapid.SampledFrom(Stands()).Draw(t, "stand"), "", noon)
			case "dispose":
				events, err = s.Dispose(anna, Placed{Group: Group{line, rapid.Int64Range(1, 4).Draw(t, "first"), n}, As: Destroy}, noon)
			case "close":
				events, err = s.Close(anna, rapid.SampledFrom(CloseReasons()).Draw(t, "reason"), 9, noon)
			case "reopen":
				events, err = s.Reopen(anna, "why", noon)
			case "appeal":
				events, err = s.Appeal(anna, "why", noon)
			}
			if err == nil {
				s.do(events, nil)
			}
			holders := map[[2]int64]int64{}
			for _, r := range s.Resolutions {
				for _, g := range r.Units {
					for u := g.From; r.Means.BearsMoney() && r.Stand.Alive() && u < g.From+g.Quantity; u++ {
						at := [2]int64{int64(g.Line), u}
						if holders[at] != 0 {
							t.Fatalf("unit %v is promised by %d and %d", at, holders[at], r.Number)
						}
						holders[at] = r.Number
					}
				}
			}
			placed := map[[2]int64]bool{}
			for _, p := range s.Placed {
				for u := p.From; u < p.From+p.Quantity; u++ {
					if placed[[2]int64{int64(p.Line), u}] {
						t.Fatalf("unit %d lies in two places: %+v", u, s.Placed)
					}
					placed[[2]int64{int64(p.Line), u}] = true
				}
			}
			for k, l := range before.Lines {
				for what, was := range l.Counts {
					if s.Lines[k].Counts[what] < was {
						t.Fatalf("%s fell from %d", what, was)
					}
				}
			}
		}
		again, err := Fold(s.events)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(s.Case) {
			t.Fatalf("%v\n%+v\n%+v", err, again, s.Case)
		}
	})
}
