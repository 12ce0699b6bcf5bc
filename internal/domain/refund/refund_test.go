package refund

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
)

var (
	anna = auth.Actor{Kind: auth.Agent, ID: 7, Workspace: 1, Role: auth.AgentRole}
	lead = auth.Actor{Kind: auth.Agent, ID: 8, Workspace: 1, Role: auth.Lead}
	us   = auth.ForSystem(1)
)

// tale is a refund with all that happened to it and all that it booked.
type tale struct {
	t interface {
		Helper()
		Fatalf(string, ...any)
	}
	Refund
	events  []Event
	entries []ledger.Entry
}

// do appends what a decider returned.
func (s *tale) do(e Event, err error) {
	s.t.Helper()
	if err == nil {
		err = s.try(e)
	}
	if err != nil {
		s.t.Fatalf("%v", err)
	}
}

func (s *tale) try(e Event) error {
	next, err := Apply(s.Refund, e)
	if err != nil {
		return err
	}
	entries, err := Postings(s.Refund, e)
	if err != nil {
		return err
	}
	for _, x := range entries {
		if err := x.Check(); err != nil {
			return err
		}
	}
	s.Refund, s.events, s.entries = next, append(s.events, e), append(s.entries, entries...)
	return nil
}

// hears takes a provider's answer about the first allocation and reports whether it was news.
func (s *tale) hears(attempt int, o Outcome) bool {
	s.t.Helper()
	e, news, err := s.Observe(Answer{Allocation: 1, Attempt: attempt, Outcome: o, Reference: "re_1"}, us, noon)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	if news {
		s.do(e, nil)
	}
	return news
}

// submits begins an attempt of the first allocation.
func (s *tale) submits() { s.t.Helper(); s.do(s.Submit(1, us, noon)) }

// begun is an approved refund of 21.09 EUR, to a card.
func begun(t *testing.T) *tale {
	s := &tale{t: t}
	s.do(Request(5, anna, Terms{Order: 3, Case: 12, Resolution: 34, Currency: "EUR", Components: ledger.Components{Goods: 2100, Tax: 399, ShippingBack: -390}},
		[]Planned{{Target{To: ToPayment, Provider: "sandbox", Payment: "ch_1", Method: "card"}, 2109}}, noon))
	s.do(s.Approve(lead, 0, noon))
	return s
}

// holds checks state and balances: owed and resting, on the way, and what the provider has paid.
func (s *tale) holds(t *testing.T, state State, payable, transit, paid int64) {
	t.Helper()
	got := map[ledger.Account]int64{}
	for _, b := range ledger.Balances(s.entries...) {
		got[b.Account] += b.Net()
	}
	if s.State() != state || got[ledger.RefundsPayable] != -payable || got[ledger.RefundsInTransit] != -transit || got["clearing.sandbox"] != -paid {
		t.Errorf("%s, %v; want %s with %d payable, %d on the way, %d paid", s.State(), got, state, payable, transit, paid)
	}
}

func TestARefundGoesItsWay(t *testing.T) {
	s := begun(t)
	s.holds(t, Approved, 2109, 0, 0)
	s.submits()
	s.holds(t, Submitted, 0, 2109, 0)
	s.hears(1, OutcomePending)
	s.holds(t, Pending, 0, 2109, 0)
	s.hears(1, OutcomeSucceeded)
	s.holds(t, Succeeded, 0, 0, 2109)
	if again, err := Fold(s.events); err != nil || again.State() != Succeeded || again.Events != 5 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestAFailureLeavesTheCustomerOwedAndLeadsToANewAttempt(t *testing.T) {
	s := begun(t)
	s.submits()
	first := s.Allocations[0].Key
	s.hears(1, OutcomeFailed)
	s.holds(t, Failed, 2109, 0, 0)
	if !s.Stuck() {
		t.Error("nobody would see it")
	}
	s.do(s.Redirect(1, Target{To: ToBank, Method: "bank"}, lead, noon))
	s.submits()
	if second := s.Allocations[0].Key; second == first || !strings.HasSuffix(first, "-12-34-5.1-1") || !strings.HasSuffix(second, "-12-34-5.1-2") {
		t.Errorf("keys %s, %s", first, second)
	}
	s.hears(2, OutcomeSucceeded)
	s.holds(t, Succeeded, 0, 0, 0)
}

// A refund that succeeded was reversed by the bank days later and nobody saw.
func TestAReversalByTheBankIsSeenAndOwedAgain(t *testing.T) {
	for _, word := range []Outcome{OutcomeReversed, OutcomeFailed} { // providers say either
		s := begun(t)
		s.submits()
		s.hears(1, OutcomeSucceeded)
		if !s.hears(1, word) || !s.Stuck() {
			t.Error("nobody would see it")
		}
		s.holds(t, Reversed, 2109, 0, 0)
		s.submits()
		s.hears(2, OutcomeSucceeded)
		s.holds(t, Succeeded, 0, 0, 2109)
	}
}

// A refund settled on one side showed again as "owed" on the other: two payouts for one.
func TestWhatAMarketplacePaidIsNeverPaidAgain(t *testing.T) {
	s := begun(t)
	s.do(s.Elsewhere(1, "amazon", "adj-9", us, noon))
	if s.Owed() != 0 || s.State() != Succeeded {
		t.Errorf("%d owed, %s", s.Owed(), s.State())
	}
	if _, err := s.Submit(1, us, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("it was paid again: %v", err)
	}
	s.holds(t, Succeeded, 0, 0, 0)
}

// An event carries the state that it caused, not the newest one: folding the first events gives the state of then.
func TestAnEventCarriesTheStateThatItCaused(t *testing.T) {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeSucceeded)
	for i, want := range []State{Requested, Approved, Submitted, Succeeded} {
		if then, err := Fold(s.events[:i+1]); err != nil || then.State() != want {
			t.Errorf("after %d: %s, %v; want %s", i+1, then.State(), err, want)
		}
	}
}

func TestLateAndRepeatedAnswersChangeNothing(t *testing.T) {
	s := begun(t)
	if s.hears(1, OutcomeSucceeded) {
		t.Error("an answer to what was never asked counted")
	}
	s.submits()
	s.hears(1, OutcomePending)
	if s.hears(1, OutcomePending) || s.hears(1, OutcomeUnknown) {
		t.Error("a repeat was news")
	}
	s.hears(1, OutcomeSucceeded)
	for _, o := range []Outcome{OutcomePending, OutcomeNeedsAction, OutcomeSucceeded, OutcomeUnknown} {
		if s.hears(1, o) {
			t.Errorf("%s after the success was news", o)
		}
	}
	s.holds(t, Succeeded, 0, 0, 2109)
}

func TestWhatIsInDoubtIsAskedAboutAndNotPaidAgain(t *testing.T) {
	s := begun(t)
	s.submits()
	if !s.hears(1, OutcomeUnknown) || !s.Allocations[0].Doubt {
		t.Error("the doubt is not kept")
	}
	if _, err := s.Submit(1, us, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("paid again while in doubt: %v", err)
	}
	s.hears(1, OutcomeSucceeded)
	s.holds(t, Succeeded, 0, 0, 2109)
}

func TestALateSuccessIsTakenOrCalledPaidTwice(t *testing.T) {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeFailed)
	s.hears(1, OutcomeSucceeded) // nothing was done meanwhile
	s.holds(t, Succeeded, 0, 0, 2109)

	s = begun(t)
	s.submits()
	s.hears(1, OutcomeFailed)
	s.do(s.Redirect(1, Target{To: ToBank, Method: "bank"}, lead, noon))
	s.submits()
	s.hears(2, OutcomeSucceeded)
	if !s.hears(1, OutcomeSucceeded) || !s.Stuck() || s.hears(1, OutcomeSucceeded) {
		t.Error("it was paid twice, and nobody sees it once")
	}
	s.holds(t, Succeeded, 0, 0, 2109)
}

func TestADisputeFreezesWhatHasNotLeft(t *testing.T) {
	s := begun(t)
	e := s.event(DisputeOpened, us, noon)
	e.Dispute = "dp_1"
	s.do(e, nil)
	if _, err := s.Submit(1, us, noon); !errs.Is(err, errs.Conflict) || !s.Stuck() {
		t.Errorf("it left: %v", err)
	}
	e = s.event(DisputeSettled, us, noon)
	e.Dispute = "dp_1"
	s.do(e, nil)
	s.submits()
}

func TestNothingLeavesBeforeItsTime(t *testing.T) {
	s := begun(t)
	s.do(s.Schedule(1, noon.Add(time.Hour), us, noon))
	if _, err := s.Submit(1, us, noon); !errs.Is(err, errs.Conflict) || s.State() != Scheduled {
		t.Errorf("%s: %v", s.State(), err)
	}
	s.do(s.Submit(1, us, noon.Add(time.Hour)))
}

func TestAboveASumItTakesTwo(t *testing.T) {
	s := &tale{t: t}
	s.do(Request(5, lead, Terms{Currency: "JPY", Components: ledger.Components{Goods: 5000}}, []Planned{{Target{To: ToCredit}, 5000}}, noon))
	if _, err := s.Approve(lead, 4999, noon); !errs.Is(err, errs.Denied) {
		t.Errorf("alone: %v", err)
	}
	for _, above := range []int64{0, 5000} {
		if _, err := s.Approve(lead, above, noon); err != nil {
			t.Errorf("up to the sum: %v", err)
		}
	}
	if _, err := s.Approve(auth.Actor{Kind: auth.Agent, ID: 9, Workspace: 1}, 4999, noon); err != nil {
		t.Errorf("a second one: %v", err)
	}
}

func TestCancellingTakesTheDebtBack(t *testing.T) {
	s := begun(t)
	s.do(s.Cancel(lead, "customer keeps the goods", noon))
	s.holds(t, Cancelled, 0, 0, 0)
	if len(ledger.Balances(s.entries...)) == 0 {
		t.Error("nothing was booked")
	}
	s = begun(t)
	s.submits()
	e, _ := s.Cancel(lead, "too late", noon)
	if err := s.try(e); !errs.Is(err, errs.Conflict) {
		t.Errorf("what is on its way was cancelled: %v", err)
	}
}

// A transfer that was taken back before it left waits for the next one; if it left all the same, it is not paid again.
func TestATransferIsTakenBackBeforeItLeft(t *testing.T) {
	s := &tale{t: t}
	s.do(Request(5, anna, Terms{Order: 3, Currency: "EUR", Components: ledger.Components{Goods: 900}}, []Planned{{Target{To: ToBank, Method: "bank"}, 900}}, noon))
	s.do(s.Approve(lead, 0, noon))
	s.submits()
	if _, err := s.Withdraw(1, 2, lead, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("another attempt: %v", err)
	}
	s.do(s.Withdraw(1, 1, lead, noon))
	s.holds(t, Approved, 900, 0, 0)
	if s.hears(1, OutcomePending) || s.hears(1, OutcomeFailed) {
		t.Error("what was taken back is taken for news")
	}
	again := *s
	again.submits()
	if a := again.Allocations[0]; a.Attempt != 2 || a.Key == s.Allocations[0].Key {
		t.Errorf("the next attempt: %+v", a)
	}
	if !again.hears(1, OutcomeSucceeded) || len(again.Allocations[0].Twice) != 1 {
		t.Error("nobody is told that both left")
	}
	if !s.hears(1, OutcomeSucceeded) || s.State() != Succeeded {
		t.Errorf("it left all the same: %s", s.State())
	}
	if got := ledger.Balances(s.entries...); got[0].Account != ledger.Bank || got[0].Net() != -900 {
		t.Errorf("books %+v", got)
	}
}

// What was given up and cancelled, and is paid after all, is money that nobody owed: somebody must look.
func TestWhatIsPaidAfterItWasCancelledIsSeen(t *testing.T) {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeFailed)
	s.do(s.Cancel(lead, "keeps the goods", noon))
	if !s.hears(1, OutcomeSucceeded) || s.hears(1, OutcomeSucceeded) || !s.Stuck() || len(s.Allocations[0].Twice) != 1 {
		t.Errorf("%+v", s.Allocations)
	}
}

// Whatever providers and people do in whatever order, the books say what the state says, nothing is paid more than it was
// asked for, and folding the events again gives the same refund.
func TestBooksAndStateAgreeOnEveryWay(t *testing.T) {
	outcomes := []Outcome{OutcomePending, OutcomeNeedsAction, OutcomeSucceeded, OutcomeFailed, OutcomeReversed, OutcomeUnknown}
	rapid.Check(t, func(t *rapid.T) {
		s := &tale{t: t}
		a, b := rapid.Int64Range(1, 1e9).Draw(t, "a"), rapid.Int64Range(1, 1e9).Draw(t, "b")
		cur := rapid.SampledFrom([]string{"JPY", "EUR", "KWD"}).Draw(t, "currency")
		s.do(Request(5, anna, Terms{Currency: cur, Components: ledger.Components{Goods: a + b + 1, Fee: -1}},
			[]Planned{{Target{To: ToPayment, Provider: "sandbox", Payment: "p"}, a}, {rapid.SampledFrom([]Target{{To: ToPayment, Provider: "sandbox", Payment: "q"}, {To: ToBank}}).Draw(t, "way"), b}}, noon))
		sent := map[string]bool{}
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			n := rapid.IntRange(1, 2).Draw(t, "allocation")
			var e Event
			var err error
			news := true
			switch rapid.SampledFrom([]string{"approve", "submit", "submit", "answer", "answer", "answer", "cancel", "redirect", "elsewhere", "withdraw", "twice", "twice", "ask back", "came back", "write off", "not twice"}).Draw(t, "what") {
			case "approve":
				e, err = s.Approve(lead, 0, noon)
			case "submit":
				if e, err = s.Submit(n, us, noon); err == nil {
					if sent[e.Key] {
						t.Fatalf("key %s twice", e.Key)
					}
					sent[e.Key] = true
				}
			case "answer":
				e, news, err = s.Observe(Answer{Allocation: n, Attempt: rapid.IntRange(0, 3).Draw(t, "attempt"), Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome")}, us, noon)
				if news && err == nil {
					if err := s.try(e); err != nil {
						t.Fatalf("a provider's answer was refused: %v", err)
					}
					news = false
				}
			case "cancel":
				e, err = s.Cancel(lead, "x", noon)
			case "redirect":
				e, err = s.Redirect(n, Target{To: ToPayment, Provider: "sandbox", Payment: "r"}, lead, noon)
			case "withdraw":
				e, err = s.Withdraw(n, rapid.IntRange(1, 3).Draw(t, "attempt"), us, noon)
			case "elsewhere":
				e, err = s.Elsewhere(n, "sandbox", "", us, noon)
			case "twice":
				e, news, err = s.Overlap(Overlap{Allocation: n, Amount: rapid.Int64Range(1, 9).Draw(t, "sum"), Payer: "sandbox", Reference: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "told by")}, us, noon)
			case "ask back":
				e, err = s.AskBack(n, rapid.IntRange(0, 3).Draw(t, "number"), "", lead, noon)
			case "came back":
				x := Returned{Amount: rapid.Int64Range(1, 5).Draw(t, "sum"), Bank: rapid.Bool().Draw(t, "bank"), Reference: rapid.StringMatching("[ab]{1,3}").Draw(t, "receipt")}
				e, news, err = s.CameBack(n, rapid.IntRange(0, 3).Draw(t, "number"), x, lead, noon)
			case "write off":
				e, err = s.WriteOff(n, rapid.IntRange(0, 3).Draw(t, "number"), "gone", lead, noon)
			case "not twice":
				e, err = s.NotTwice(n, rapid.IntRange(0, 3).Draw(t, "number"), "the same", lead, noon)
			}
			if err == nil && news {
				_ = s.try(e) // what cannot follow is refused, and changes nothing
			}
			var payable, transit, arrived, lost, due int64
			for _, x := range s.Allocations {
				switch {
				case x.State.Moving():
					transit += x.Amount
				case x.State == Succeeded:
					arrived += x.Amount
				case x.State != Requested && x.State != Cancelled:
					payable += x.Amount
				}
				for _, w := range x.Twice {
					switch rest := w.Amount - w.Back; w.State {
					case TwiceAsked:
						arrived, due = arrived+rest, due+rest
					case TwiceOpen, TwiceWritten:
						arrived, lost = arrived+rest, lost+rest
					}
				}
			}
			got := map[ledger.Account]int64{}
			for _, x := range ledger.Balances(s.entries...) {
				got[x.Account] = x.Net()
			}
			if got[ledger.RefundsPayable] != -payable || got[ledger.RefundsInTransit] != -transit || got["clearing.sandbox"]+got[ledger.Bank] != -arrived ||
				got[ledger.Loss] != lost || got[ledger.CustomerDue] != due || s.Out() > lost+due {
				t.Fatalf("%+v\nbooks %v, want %d payable, %d on the way, %d arrived, %d lost, %d due", s.Refund, got, payable, transit, arrived, lost, due)
			}
		}
		again, err := Fold(s.events)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(s.Refund) {
			t.Fatalf("%+v, %v\n%+v", again, err, s.Refund)
		}
		seen := map[string]bool{}
		for _, x := range s.entries {
			if seen[x.Key] {
				t.Fatalf("two entries are called %s", x.Key)
			}
			seen[x.Key] = true
		}
	})
}

func TestStatesLeadOn(t *testing.T) {
	for _, from := range States() {
		if CanMove(from, from) {
			t.Errorf("%s moves to itself", from)
		}
		if len(moves[from]) == 0 && from != Cancelled && from != Partial {
			t.Errorf("nothing leads on from %s", from)
		}
		if from.Moving() && slices.Contains(moves[from], Submitted) {
			t.Errorf("what is %s may be asked for again", from)
		}
	}
}

func TestARefundIsTheSumOfItsParts(t *testing.T) {
	for name, parts := range map[string][]State{
		"succeeded": {Succeeded, Succeeded}, "partial": {Succeeded, Pending}, "reversed": {Reversed, Succeeded}, "failed": {Failed, Pending},
		"needs_action": {NeedsAction, Submitted}, "submitted": {Submitted, Pending}, "cancelled": {Cancelled},
	} {
		var r Refund
		for _, s := range parts {
			r.Allocations = append(r.Allocations, Allocation{State: s})
		}
		if got := r.State(); string(got) != name {
			t.Errorf("%v: %s, want %s", parts, got, name)
		}
	}
}
