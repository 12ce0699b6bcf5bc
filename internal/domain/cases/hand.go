package cases

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// WasHanded tells in whose hands it is what a resolution gives. It changes for whom the case waits, and nothing else.
const WasHanded Happening = "handed"

// Hand is in whose hands it is what a resolution gives, and until when they are expected to be done with it; zero is not
// known. The zero Hand is ours.
type Hand struct {
	By    Party     `json:"by,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// ours reports whether nobody else has it.
func (h Hand) ours() bool { return h.By == "" || h.By == ByUs }

// sooner returns the one of two hands that is expected to be done first; one without a day comes after one with.
func (h Hand) sooner(o Hand) Hand {
	if h.By == "" || h.Until.IsZero() && o.By != "" || !o.Until.IsZero() && o.Until.Before(h.Until) {
		return o
	}
	return h
}

// Hand writes down in whose hands a resolution is while it waits or is carried out. A repeat, and one that is over, changes
// nothing.
func (c Case) Hand(by auth.Actor, number int64, h Hand, at time.Time) ([]Event, error) {
	if r := c.find(number); r == nil || c.Phase == Closed || r.Stand != Waiting && r.Stand != Executing || r.Hand.By == h.By && r.Hand.Until.Equal(h.Until) {
		return nil, nil
	}
	return c.plan(by, at).add(WasHanded, func(e *Event) { e.About, e.Code, e.Until = number, string(h.By), h.Until }).done()
}

func (c *Case) handed(e Event) string {
	r := c.find(e.About)
	if r == nil || r.Stand != Waiting && r.Stand != Executing {
		return "nothing is under way for it"
	}
	r.Hand = Hand{Party(e.Code), e.Until}
	return ""
}

// Hand is Case.Hand. It needs WriteCases.
func (s *Service) Hand(ctx context.Context, actor auth.Actor, c ID, resolution int64, h Hand) (Case, error) {
	h.Until = h.Until.UTC().Truncate(time.Millisecond)
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Hand(actor, resolution, h, now) })
}
