package cases

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/domain/decision"
)

// sends is a refund against goods that the customer sends.
func sends(basis string, days int) Resolution {
	r := pays(1, 1, 3, RefundOriginal, AtReceipt)
	r.Offer = &Offer{Remedy: "refund", Basis: basis, Route: "local_hub", SendDays: days}
	return r
}

func awaiting(t *testing.T, r Resolution) *story {
	s := approved(t)
	s.do(s.Propose(anna, []Resolution{r}, noon))
	s.do(s.Step(anna, 1, Offered, "", noon))
	s.do(s.Accept(anna, 1, "", noon))
	s.do(s.Go(anna, AwaitingGoods, "", noon))
	return s
}

func TestGoodsAreAwaitedAsTheTermsAndTheLawSay(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	for _, c := range []struct {
		name  string
		offer Resolution
		by    int // days
		steps []Nudge
		days  []int
	}{
		{"the terms say nothing", sends("", 0), 30, []Nudge{Remind, GiveUp}, []int{25, 30}},
		{"the terms give a week", sends("", 7), 7, []Nudge{Remind, GiveUp}, []int{4, 7}},
		{"what is faulty may be claimed again", sends("conformity", 20), 20, []Nudge{Remind, GiveUp}, []int{15, 20}},
		{"a withdrawal has two weeks at least, and only withholds the money", sends("withdraw", 7), 14, []Nudge{Remind, Press, Press}, []int{9, 14, 44}},
		{"a withdrawal by terms that give more", sends("withdraw", 40), 40, []Nudge{Remind, Press, Press}, []int{35, 40, 70}},
	} {
		s := awaiting(t, c.offer)
		if got := s.Resolutions[0].SendBy; !got.Equal(day(c.by)) {
			t.Errorf("%s: until %v", c.name, got)
		}
		for i, want := range c.steps {
			at := s.LapseAt()
			if at.Before(day(c.days[i]).Add(-13*time.Hour)) || at.After(day(c.days[i])) {
				t.Errorf("%s: step %d at %v", c.name, i, at)
			}
			if early := s.Late(at.Add(-time.Millisecond)); len(early) > 0 {
				t.Errorf("%s: %v before its time", c.name, early)
			}
			if got := s.Late(at)[1]; got != want {
				t.Fatalf("%s: step %d is %q", c.name, i, got)
			}
			s.do(s.Nudge(anna, 1, want, at))
		}
		_, withheld := s.Withheld(c.offer)
		if withheld == (s.Phase == Closed) || withheld == (s.Resolutions[0].Stand == Lapsed) || !s.LapseAt().IsZero() || s.Phase == Closed && s.Reason != Expired {
			t.Errorf("%s: %s %s %s, next %v", c.name, s.Phase, s.Reason, s.Resolutions[0].Stand, s.LapseAt())
		}
	}
}

func TestWhatKeepsARightAliveIsDated(t *testing.T) {
	c := Case{OpenedAt: time.Date(2014, 6, 12, 23, 0, 0, 0, time.UTC)}
	r := sends(decision.Withdraw.String(), 0)
	if law, ok := c.Withheld(r); !ok || law != "97/7/EC art. 6" {
		t.Error(law, ok)
	}
	c.OpenedAt = c.OpenedAt.Add(time.Hour)
	if law, ok := c.Withheld(r); !ok || law != "2011/83/EU art. 13(3), 14(1)" {
		t.Error(law, ok)
	}
	if _, ok := c.Withheld(sends("", 0)); ok {
		t.Error("the merchant's own promise never ends")
	}
	c.Statutory = true
	if _, ok := c.Withheld(sends("", 0)); !ok {
		t.Error("an exchange in place of a withdrawal takes the right away")
	}
}

// Whenever somebody looks, whatever happens in between: nobody is written to after the goods were seen, nothing lapses
// before its last day, a withdrawal never does, and it all comes to rest.
func TestNobodyIsPressedForever(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		basis := rapid.SampledFrom([]string{"", "withdraw", "conformity", "reject"}).Draw(t, "basis")
		s := &story{t: t}
		s.do(Open(5, anna, Opening{Number: 1, Kind: Return, OpenedAt: noon}, []Line{asks(3)}, noon))
		s.do(s.Submit(anna, nil, noon))
		s.do(s.Approve(anna, seen, noon.AddDate(0, 0, 14), map[int]int64{1: 3}, nil, noon))
		s.do(s.Propose(anna, []Resolution{sends(basis, rapid.IntRange(0, 60).Draw(t, "days"))}, noon))
		s.do(s.Accept(anna, 1, "", noon))
		s.do(s.Go(anna, AwaitingGoods, "", noon))
		now, last, nudges := noon, s.Resolutions[0].SendBy, 0
		for s.Phase != Closed && now.Before(noon.AddDate(1, 0, 0)) {
			now = now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "hours")) * time.Hour)
			if rapid.IntRange(0, 9).Draw(t, "seen") == 0 {
				s.do(s.Count(anna, 1, Shipped, 1, now))
				s.do(s.Meet(anna, FirstScan, now))
			}
			n, ok := s.Late(now)[1]
			if !ok {
				continue
			}
			if s.came() || n == GiveUp && (now.Before(last) || basis == "withdraw") {
				t.Fatalf("%s at %v, last day %v, came %v", n, now, last, s.came())
			}
			s.do(s.Nudge(anna, 1, n, now))
			if nudges++; nudges > mostAsked {
				t.Fatal("they are written to again and again")
			}
		}
		if at := s.LapseAt(); !at.IsZero() {
			t.Fatalf("something is due still: %v", at)
		}
	})
}

// Whoever got what they get before their goods were back is asked three times, then a person is told; nothing lapses, and
// what a person decides ends it. It does not matter whether goods or money went early.
func TestWhatWasGivenEarlyIsAskedForAndNeverForgotten(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	for _, means := range []Means{ExchangeVariant, RefundOriginal} {
		for _, stand := range []Stand{Executing, Done} {
			r := sends("", 20)
			r.Means, r.Trigger = means, AtApproval
			s := awaiting(t, r)
			s.do(s.Step(anna, 1, Executing, "", noon))
			if stand == Done {
				s.do(s.Step(anna, 1, Done, "", noon))
			}
			for i, want := range []Nudge{Remind, Press, Press, Flag} {
				at := s.LapseAt()
				if !at.Equal(day([]int{15, 20, 27, 34}[i])) || s.Late(at)[1] != want || len(s.Late(at.Add(-time.Millisecond))) > 0 || s.Owes() {
					t.Fatalf("%s %s: step %d is %v at %v", means, stand, i, s.Late(at), at)
				}
				s.do(s.Nudge(anna, 1, want, at))
			}
			if who, _ := s.Waits(); !s.Owes() || who != ByUs || s.Phase != AwaitingGoods || s.Resolutions[0].Stand != stand || !s.LapseAt().IsZero() {
				t.Fatalf("%s %s: %s waits for %s, next %v", means, stand, s.Phase, who, s.LapseAt())
			}
			back := *s
			back.do(back.Count(anna, 1, Received, 3, day(40)))
			if back.Owes() {
				t.Error("it is here, and still owed")
			}
			if _, err := back.Forgo(anna, 1, "late", day(41)); err == nil {
				t.Error("what is here is let go")
			}
			s.do(s.Forgo(anna, 1, "not worth the postage", day(40)))
			if s.Owes() || s.Resolutions[0].Returns() || !s.LapseAt().IsZero() {
				t.Errorf("let go, and awaited still: %+v", s.Resolutions[0])
			}
		}
	}
}

// A number that the customer told puts the letters off, not the person.
func TestANumberDoesNotHideWhatIsOwed(t *testing.T) {
	r := sends("", 20)
	r.Means, r.Trigger = ExchangeVariant, AtApproval
	s := awaiting(t, r)
	s.do(s.Step(anna, 1, Executing, "", noon))
	at := noon.AddDate(0, 0, 15)
	s.do(s.Trust(anna, 1, at))
	if next := s.LapseAt(); !next.Equal(at.AddDate(0, 0, SendWithin+2*askEarly)) || s.Late(next)[1] != Flag {
		t.Errorf("%v at %v", s.Late(next), next)
	}
}
