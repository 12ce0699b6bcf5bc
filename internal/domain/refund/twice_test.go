package refund

import (
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ledger"
)

// doubled is a refund of 21.09 EUR that arrived, and that somebody made at the shop as well.
func doubled(t *testing.T) *tale {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeSucceeded)
	s.overlaps(Overlap{Allocation: 1, Amount: 2109, Payer: "paypal", Reference: "7XK"}, true)
	return s
}

// overlaps tells that somebody else paid as well, which is news or is not.
func (s *tale) overlaps(x Overlap, news bool) {
	s.t.Helper()
	e, got, err := s.Overlap(x, us, noon)
	if err != nil || got != news {
		s.t.Fatalf("news %v, %v; want %v", got, err, news)
	}
	if got {
		s.do(e, nil)
	}
}

// back takes a sum that came back.
func (s *tale) back(sum int64, receipt string, bank bool) {
	s.t.Helper()
	e, news, err := s.CameBack(1, 1, Returned{Amount: sum, Reference: receipt, Bank: bank}, lead, noon)
	if err != nil || !news {
		s.t.Fatalf("news %v, %v", news, err)
	}
	s.do(e, nil)
}

// books checks what stands where after it was settled.
func (s *tale) books(t *testing.T, loss, due, paypal, bank int64) {
	t.Helper()
	got := map[ledger.Account]int64{}
	for _, b := range ledger.Balances(s.entries...) {
		got[b.Account] += b.Net()
	}
	if got[ledger.Loss] != loss || got[ledger.CustomerDue] != due || got["clearing.paypal"] != paypal || got[ledger.Bank] != bank {
		t.Errorf("books %v; want %d lost, %d due, %d at paypal, %d at the bank", got, loss, due, paypal, bank)
	}
}

func TestPaidTwiceIsAskedBackAndComesBackInParts(t *testing.T) {
	s := doubled(t)
	if s.Lane() != LaneTwice || !s.Stuck() || s.Out() != 2109 || s.State() != Succeeded {
		t.Errorf("%s, %d out, %s", s.Lane(), s.Out(), s.State())
	}
	s.books(t, 2109, 0, -2109, 0)
	s.overlaps(Overlap{Allocation: 1, Amount: 2109, Payer: "paypal", Reference: "7XK"}, false)   // told again
	s.overlaps(Overlap{Allocation: 1, Amount: 2109, Payer: "shop", Reference: "#9/2109"}, false) // and by another
	s.do(s.AskBack(1, 1, "letter of 22 November", lead, noon))
	s.books(t, 0, 2109, -2109, 0)
	if _, err := s.AskBack(1, 1, "", lead, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if _, _, err := s.CameBack(1, 1, Returned{Amount: 2110, Reference: "r"}, lead, noon); !errs.Is(err, errs.Invalid) {
		t.Errorf("more than was out: %v", err)
	}
	s.back(1000, "transfer 1", true)
	if s.Out() != 1109 || s.Lane() != LaneTwice {
		t.Errorf("%d out, %s", s.Out(), s.Lane())
	}
	if _, news, err := s.CameBack(1, 1, Returned{Amount: 1000, Reference: "transfer 1"}, lead, noon); news || err != nil {
		t.Errorf("one transfer counted twice: %v", err)
	}
	if _, err := s.NotTwice(1, 1, "the same", lead, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("some of it came back: %v", err)
	}
	s.back(1109, "re_9", false)
	s.books(t, 0, 0, -1000, 1000)
	if x := s.Allocations[0].Twice[0]; x.State != TwiceRecovered || s.Lane() != LaneDone || s.Stuck() {
		t.Errorf("%+v, %s", x, s.Lane())
	}
}

func TestPaidTwiceIsWrittenOffOrWasNotTwice(t *testing.T) {
	s := doubled(t)
	if _, err := s.WriteOff(1, 1, "", lead, noon); !errs.Is(err, errs.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	again := doubled(t)
	s.do(s.AskBack(1, 1, "", lead, noon))
	for _, s := range []*tale{s, again} { // asked or not, a loss is what remains
		s.do(s.WriteOff(1, 1, "the customer is gone", lead, noon))
		s.books(t, 2109, 0, -2109, 0)
		if s.Lane() != LaneDone || s.Out() != 0 {
			t.Errorf("%s, %d out", s.Lane(), s.Out())
		}
		if _, err := s.WriteOff(1, 1, "again", lead, noon); !errs.Is(err, errs.Conflict) {
			t.Errorf("written off twice: %v", err)
		}
	}
	s = doubled(t)
	s.do(s.NotTwice(1, 1, "only noted at the shop", lead, noon))
	s.books(t, 0, 0, 0, 0)
	s.overlaps(Overlap{Allocation: 1, Amount: 2109, Payer: "paypal", Reference: "7XK"}, false) // settled is settled
	s.overlaps(Overlap{Allocation: 1, Amount: 900, Payer: "paypal", Reference: "8XK"}, true)
}

// What failed here after somebody paid it elsewhere is not tried again until a person has looked.
func TestNothingLeavesWhileMoneyIsOutTwice(t *testing.T) {
	s := begun(t)
	if _, _, err := s.Overlap(Overlap{Allocation: 1, Amount: 9, Payer: "shop", Reference: "r"}, us, noon); err != nil {
		t.Fatal(err)
	}
	e, _, _ := s.Overlap(Overlap{Allocation: 1, Amount: 9, Payer: "shop", Reference: "r"}, us, noon)
	if err := s.try(e); !errs.Is(err, errs.Conflict) {
		t.Errorf("what has not left was paid twice: %v", err)
	}
	s.submits()
	s.overlaps(Overlap{Allocation: 1, Amount: 2109, Payer: "shop", Reference: "r"}, true)
	s.hears(1, OutcomeFailed)
	if _, err := s.Submit(1, us, noon); !errs.Is(err, errs.Conflict) {
		t.Errorf("it was tried again: %v", err)
	}
	s.do(s.NotTwice(1, 1, "ours failed", lead, noon))
	s.do(s.Elsewhere(1, "shop", "r", lead, noon))
	s.holds(t, Succeeded, 0, 0, 0)
}

// An attempt that was given up and paid after all is settled by its provider where that sends the money back, and is
// never the same money told by two.
func TestALateSuccessThatComesBackIsSettled(t *testing.T) {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeFailed)
	s.do(s.Redirect(1, Target{To: ToBank, Method: "bank"}, lead, noon))
	s.submits()
	s.hears(2, OutcomeSucceeded)
	s.hears(1, OutcomeSucceeded)
	if _, err := s.NotTwice(1, 1, "surely not", lead, noon); !errs.Is(err, errs.Conflict) || s.Lane() != LaneTwice {
		t.Errorf("%s, %v", s.Lane(), err)
	}
	if !s.hears(1, OutcomeReversed) || s.hears(1, OutcomeReversed) || s.Lane() != LaneDone || s.State() != Succeeded {
		t.Errorf("%s, %s", s.Lane(), s.State())
	}
	s.holds(t, Succeeded, 0, 0, 0)
}

// A person noted what they paid at the provider; that the provider tells of it too is no second payment.
func TestWhatWasNotedByHandIsNotTwice(t *testing.T) {
	s := begun(t)
	s.submits()
	s.hears(1, OutcomeFailed)
	s.do(s.Elsewhere(1, "sandbox", "re_1", lead, noon))
	if s.hears(1, OutcomeSucceeded) || s.Stuck() {
		t.Error("it is called paid twice")
	}
}
