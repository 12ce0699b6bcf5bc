package cases

import (
	"testing"
	"time"
)

// A case waits for whoever has in hand what it gives: for us where anything is ours, else for whoever is expected first.
func TestACaseWaitsForWhoeverHasItInHand(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	run := func(hands ...Hand) Case {
		c := Case{Phase: Resolving}
		for i, h := range hands {
			c.Resolutions = append(c.Resolutions, Resolution{Number: int64(i + 1), Means: Resend, Stand: Executing, Hand: h})
		}
		return c
	}
	coming := run(Hand{ByCarrier, day(4)})
	coming.Phase = AwaitingGoods
	coming.Resolutions[0].SendBy = time.Time{}
	both := coming
	both.Resolutions = append(append([]Resolution{}, coming.Resolutions...), Resolution{Number: 2, Stand: Waiting, SendBy: day(20)})
	paid := run(Hand{ByCarrier, day(4)})
	paid.Resolutions = append(paid.Resolutions, Resolution{Number: 2, Stand: Executing, Refund: 7})
	for _, c := range []struct {
		name  string
		at    Case
		who   Party
		until time.Time
	}{
		{"nobody said", run(Hand{}), ByUs, time.Time{}},
		{"ordered again", run(Hand{ByUs, day(9)}), ByUs, day(9)},
		{"on its way", run(Hand{ByCarrier, day(4)}), ByCarrier, day(4)},
		{"on its way, nobody knows until when", run(Hand{ByCarrier, time.Time{}}), ByCarrier, time.Time{}},
		{"one left, one did not", run(Hand{ByCarrier, day(1)}, Hand{ByUs, day(9)}), ByUs, day(9)},
		{"two parcels", run(Hand{ByCarrier, day(6)}, Hand{ByCarrier, day(4)}), ByCarrier, day(4)},
		{"a question before a parcel", run(Hand{ByCarrier, time.Time{}}, Hand{ByCustomer, day(14)}), ByCustomer, day(14)},
		{"goods are to come too, later", both, ByCarrier, day(4)},
		{"money before a parcel", paid, ByProvider, time.Time{}},
	} {
		if who, until := c.at.Waits(); who != c.who || !until.Equal(c.until) {
			t.Errorf("%s: %s until %v", c.name, who, until)
		}
	}
}

// A hand holds for one attempt: it is told once, and nobody has what failed or is over.
func TestAHandIsToldOnceAndEndsWithItsStep(t *testing.T) {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{{Means: Resend, Number: 1, Units: []Group{{1, 1, 1}}, Trigger: AtApproval}}, noon))
	h := Hand{ByCarrier, noon.AddDate(0, 0, 3)}
	if events, err := s.Hand(anna, 1, h, noon); err != nil || len(events) > 0 {
		t.Fatalf("what is only proposed is in nobody's hands: %v %v", events, err)
	}
	s.do(s.Accept(anna, 1, "", noon))
	s.do(s.Go(anna, NoGoodsNeeded, "", noon))
	s.do(s.Step(anna, 1, Executing, "", noon))
	s.do(s.Hand(anna, 1, h, noon))
	if s.Resolutions[0].Hand != h {
		t.Fatalf("%+v", s.Resolutions[0])
	}
	if events, err := s.Hand(anna, 1, h, noon); err != nil || len(events) > 0 {
		t.Errorf("told twice: %v %v", events, err)
	}
	s.do(s.Step(anna, 1, Failed, "replacement_lost", noon))
	s.do(s.Step(anna, 1, Executing, "", noon))
	if who, _ := s.Waits(); who != ByUs || s.Resolutions[0].Hand != (Hand{}) {
		t.Errorf("the next attempt is in the hands of the one before: %s %+v", who, s.Resolutions[0])
	}
}
