package cases

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/platform/auth"
)

// Whatever is asked and whenever somebody looks: reminders are few, people get the case in the end and before the law's last
// day, and what the customer chose stays chosen.
func TestEvidenceIsNotWaitedForWithoutEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &story{t: t}
		system := auth.ForSystem(1)
		s.do(Open(5, anna, Opening{Number: 1, Kind: Damaged, OpenedAt: noon}, []Line{asks(1)}, noon))
		s.do(s.Submit(anna, nil, noon))
		last := time.Time{}
		if rapid.Bool().Draw(t, "law") {
			last = noon.AddDate(0, 0, rapid.IntRange(0, 40).Draw(t, "last"))
		}
		r := Resolution{Number: 1, Means: Resend, Units: []Group{{Line: 1, From: 1, Quantity: 1}}, Trigger: AtApproval, Offer: &Offer{Needs: []string{"photo", "expert_report"}}}
		s.do(s.Offer(system, seen, last, []Resolution{r}, noon))
		if len(s.Lacks()) > 0 {
			t.Fatal("asks for what was not chosen")
		}
		s.do(s.Choose(anna, 1, noon))
		if lacks := s.Lacks(); len(lacks) != 1 || lacks[0] != "photo" {
			t.Fatalf("asks for %v", lacks)
		}
		s.do(s.Ask(system, s.Lacks(), "", noon))
		reminded := 0
		for at := noon; s.Phase == NeedsInfo; at = at.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour) {
			due := s.LapseAt()
			events, err := s.Urge(system, at)
			if before := at.Before(due); before != (len(events) == 0) {
				t.Fatalf("due %s, looked %s: %d events", due, at, len(events))
			}
			if s.do(events, err); len(events) > 0 && events[0].Kind == Urged {
				reminded++
			}
			if !last.IsZero() && s.Phase == NeedsInfo && !at.Before(last.AddDate(0, 0, -lawAhead)) {
				t.Fatalf("waits at %s, the law until %s", at, last)
			}
		}
		if reminded > mostUrged || s.Resolutions[0].Stand != Taken || !s.AskedAt.IsZero() || !s.LapseAt().IsZero() {
			t.Fatalf("%d times; %+v", reminded, s.Case)
		}
	})
}
