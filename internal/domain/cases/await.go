package cases

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/platform/auth"
)

// Days that goods are awaited.
const (
	SendWithin  = 30  // to send them, where the terms say nothing
	remindAhead = 5   // before the last day the customer is reminded; half of the time where that is less
	askAgain    = 30  // after the last day, where the law keeps the right alive
	mostAsked   = 3   // then nobody is written to any more
	maxWhy      = 300 // bytes of a reason
	askEarly    = 7   // after the last day, where the customer has what they get already
)

// keeps is a right by which a refund is only withheld until the goods, or proof that they were sent, are here: the wish
// does not end because nothing came. Days are the least that the law leaves the customer to send them; 0 names none.
type keeps struct {
	basis decision.Basis
	since time.Time // cases of customers who told us on that day, or later
	days  int
	law   string
}

// withheldBy are the rules by right, the newest first. Every market's right to change one's mind is taken as the European
// one is: withholding harms nobody, and ending a right that stands would.
var withheldBy = []keeps{
	{decision.Withdraw, time.Date(2014, 6, 13, 0, 0, 0, 0, time.UTC), 14, "2011/83/EU art. 13(3), 14(1)"},
	{decision.Withdraw, time.Time{}, 0, "97/7/EC art. 6"},
}

// Withheld reports whether a right keeps a resolution alive however long its goods take, and by which clause.
func (c Case) Withheld(r Resolution) (law string, ok bool) {
	k, ok := c.keeps(r)
	return k.law, ok
}

func (c Case) keeps(r Resolution) (keeps, bool) {
	for _, k := range withheldBy {
		if (c.Statutory || r.Offer != nil && r.Offer.Basis == k.basis.String()) && !c.OpenedAt.Before(k.since) {
			return k, true
		}
	}
	return keeps{}, false
}

// sendBy is the last day for the customer to send the goods of a resolution that is accepted now: that of the terms, but
// never before the law's. It ends with the customer's own day, whatever day it is for the merchant by then.
func (c Case) sendBy(r Resolution, now time.Time) time.Time {
	if !r.Comes() || c.came() {
		return time.Time{}
	}
	k, _ := c.keeps(r)
	until := now.AddDate(0, 0, max(k.days, cmp.Or(r.Offer.SendDays, SendWithin)))
	if z := r.Zone(); z != nil {
		y, m, d := until.In(z).Date()
		until = time.Date(y, m, d+1, 0, 0, 0, 0, z).Add(-time.Millisecond).UTC()
	}
	return until
}

// Zone is the zone of the customer's days; nil where nobody knows it.
func (r Resolution) Zone() *time.Location {
	if r.Offer == nil || r.Offer.Zone == "" {
		return nil
	}
	z, err := time.LoadLocation(r.Offer.Zone)
	if err != nil {
		return nil
	}
	return z
}

// awaits reports whether the customer is to send goods for a resolution: before it is carried out, or after where it was
// not to wait for them.
func (r Resolution) awaits() bool {
	return !r.SendBy.IsZero() && (r.Stand == Waiting || r.Stand == Executing || r.Stand == Done)
}

// came reports whether anything of the goods was seen.
func (c Case) came() bool {
	return slices.ContainsFunc(c.Met, func(t Trigger) bool { return t != AtApproval })
}

// Nudge is what is done about goods that do not come.
type Nudge string

// The nudges.
const (
	NoNudge Nudge = ""
	Remind  Nudge = "remind" // before the last day
	Press   Nudge = "press"  // it is over, and a law keeps the right alive
	GiveUp  Nudge = "give_up"
	Flag    Nudge = "flag"  // the customer has both, and a person decides what follows from that
	Forgo   Nudge = "forgo" // a person decided that the goods are not awaited any more
)

// nudge says what is done next about the goods of a resolution, and when; zero is never.
func (c Case) nudge(r Resolution) (Nudge, time.Time) {
	if c.Phase == Closed || !r.awaits() || r.Owed || c.came() {
		return NoNudge, time.Time{}
	}
	if r.early() {
		switch {
		case r.Nudged == 0:
			return Remind, r.remindAt()
		case r.Nudged < mostAsked:
			return Press, r.SendBy.AddDate(0, 0, (r.Nudged-1)*askEarly)
		}
		return Flag, r.SendBy.AddDate(0, 0, (mostAsked-1)*askEarly)
	}
	_, withheld := c.keeps(r)
	switch {
	case r.Nudged == 0:
		return Remind, r.remindAt()
	case !withheld:
		return GiveUp, r.SendBy
	case r.Nudged < mostAsked:
		return Press, r.SendBy.AddDate(0, 0, (r.Nudged-1)*askAgain)
	}
	return NoNudge, time.Time{}
}

func (r Resolution) remindAt() time.Time {
	return r.SendBy.Add(-min(remindAhead*24*time.Hour, r.SendBy.Sub(r.SendFrom)/2))
}

// early reports whether the customer has, or is being sent, what they get for goods that they still have.
func (r Resolution) early() bool { return r.Stand == Executing || r.Stand == Done }

// Owes reports whether the customer has both what they got and the goods that it was for, and a person has to decide what
// follows from that.
func (c Case) Owes() bool {
	return c.Phase != Closed && !c.came() && slices.ContainsFunc(c.Resolutions, func(r Resolution) bool { return r.Owed && r.awaits() })
}

// Late returns the resolutions whose goods something is to be done about now, with what.
func (c Case) Late(now time.Time) map[int64]Nudge {
	out := map[int64]Nudge{}
	for _, r := range c.Resolutions {
		if n, at := c.nudge(r); n != NoNudge && !now.Before(at) {
			out[r.Number] = n
		}
	}
	return out
}

// Nudged tells that the customer was written to about goods that do not come.
const Nudged Happening = "nudged"

// Nudge writes down that a nudge is given. Giving up ends the resolution; where nothing else lives, the case expires.
func (c Case) Nudge(by auth.Actor, number int64, n Nudge, at time.Time) ([]Event, error) {
	s := c.plan(by, at).add(Nudged, func(e *Event) { e.About, e.Code = number, string(n) })
	if n != GiveUp {
		return s.done()
	}
	if !c.Alone(number) {
		return s.step(number, Lapsed, func(e *Event) { e.Code = string(Expired) }).done()
	}
	return s.add(WasClosed, func(e *Event) { e.Reason = Expired }).done()
}

// Alone reports whether nothing else lives in a case, so that it ends with a resolution.
func (c Case) Alone(number int64) bool {
	return !slices.ContainsFunc(c.Resolutions, func(r Resolution) bool { return r.Number != number && r.Stand.Alive() })
}

// MayDrop reports whether the goods of a resolution may be given up before their time: they are awaited, nothing of them
// was seen, and no law keeps the right alive, which is named else.
func (c Case) MayDrop(number int64) (law string, ok bool) {
	r := c.find(number)
	if r == nil || c.Phase == Closed || r.Stand != Waiting || !r.Comes() || c.came() {
		return "", false
	}
	if law, withheld := c.Withheld(*r); withheld {
		return law, false
	}
	return "", true
}

// Forgo writes down that a person does not await the goods of a resolution any more, with the reason why: what the customer
// got stays theirs, and so do the goods. It fails with errs.Conflict where none are owed.
func (c Case) Forgo(by auth.Actor, number int64, why string, at time.Time) ([]Event, error) {
	if r := c.find(number); r == nil || c.came() || !r.awaits() || !r.early() {
		return nil, errs.New(errs.Conflict, "error.case_state")
	}
	return c.plan(by, at).add(Nudged, func(e *Event) { e.About, e.Code, e.Note = number, string(Forgo), why }).done()
}

// Forgo is Case.Forgo, with a reason. Since it gives goods away it needs ApproveRefunds.
func (s *Service) Forgo(ctx context.Context, actor auth.Actor, c ID, resolution int64, why string) (Case, error) {
	if err := actor.Can(auth.ApproveRefunds); err != nil {
		return Case{}, err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > maxWhy {
		return Case{}, errs.Field("why", "error.case_why")
	}
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		if err := auth.Can(actor, auth.ApproveRefunds, c.Resource()); err != nil {
			return nil, err
		}
		return c.Forgo(actor, resolution, why, now)
	})
}

// Trust writes down that goods are said to be on their way: nobody waits for the customer to send them any more. Of goods
// for which they were given something already a person is told if they are not here a while later.
func (c Case) Trust(by auth.Actor, number int64, at time.Time) ([]Event, error) {
	return c.plan(by, at).add(Nudged, func(e *Event) { e.About = number }).done()
}

func (c *Case) nudged(e Event) string {
	r := c.find(e.About)
	if r == nil || !r.awaits() && (r.Stand != Waiting || e.Code != string(GiveUp)) {
		return "nothing is awaited for it"
	}
	switch {
	case e.Code == "" && r.early():
		r.SendBy, r.Nudged = e.At.AddDate(0, 0, SendWithin), mostAsked
	case e.Code == "":
		r.SendBy = time.Time{}
	case e.Code == string(Flag):
		r.Owed = true
	case e.Code == string(Forgo):
		r.Forgone, r.Owed, r.SendBy = true, false, time.Time{}
	default:
		r.Nudged++
	}
	if e.Code == string(GiveUp) && r.SendBy.IsZero() { // although it was said to be on its way
		r.SendBy = e.At
	}
	return ""
}
