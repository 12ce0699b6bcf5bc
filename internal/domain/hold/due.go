package hold

import "time"

const (
	pageLife    = 3 * time.Hour       // then a page that nobody answered is closed
	grace       = 21 * 24 * time.Hour // that goods which are on their way may take
	remindAhead = 5 * 24 * time.Hour  // before the last day the customer is told once more; half of the time where that is less
	lookEvery   = 12 * time.Hour      // at what is held
	lastLook    = 30 * 24 * time.Hour // an exchange whose goods were not sent out by then is not charged
)

// Goods is what is known of an exchange.
type Goods struct {
	Over    bool  // nothing goes out, or nothing is to come back: the exchange came to nothing
	Sent    bool  // the replacement has left
	Moving  bool  // the customer's goods are on their way
	Missing int64 // what was agreed for units that are not here, in minor units
}

// Step is what is done about a hold.
type Step string

// The steps.
const (
	Rest    Step = ""
	Release Step = "release"
	Take    Step = "take"
	Remind  Step = "remind"
)

// Missing adds up what was paid for units that are not here, given how many units of each line of the case are.
func (h Hold) Missing(here func(line int) int64) (n int64) {
	for _, u := range h.Units {
		if u.Unit > here(u.Line) {
			n += u.Paid
		}
	}
	return min(n, h.Amount)
}

// Next says what is done about a sum that is held, or was, and when to look again if that is nothing. It is taken once the
// customer's last day is over and nothing of theirs moves; never before their new goods have left, and of a part that came
// only what is missing.
func (h Hold) Next(g Goods, now time.Time) (Step, time.Time) {
	if h.State != Held && h.State != Lapsed {
		return Rest, now.Add(lookEvery)
	}
	soon := func(at time.Time) time.Time {
		if at.After(now) && at.Before(now.Add(lookEvery)) {
			return at
		}
		return now.Add(lookEvery)
	}
	remind := h.DueAt.Add(-min(remindAhead, h.DueAt.Sub(h.HeldAt)/2))
	switch {
	case g.Over || g.Missing == 0:
		return Release, now
	case now.Before(h.DueAt):
		if h.RemindedAt.IsZero() && !g.Moving && !now.Before(remind) {
			return Remind, now
		}
		if h.RemindedAt.IsZero() && now.Before(remind) {
			return Rest, soon(remind)
		}
		return Rest, soon(h.DueAt)
	case g.Moving && now.Before(h.DueAt.Add(grace)):
		return Rest, soon(h.DueAt.Add(grace))
	case g.Sent:
		return Take, now
	case now.Before(h.DueAt.Add(lastLook)):
		return Rest, soon(h.DueAt.Add(lastLook))
	}
	return Release, now
}
