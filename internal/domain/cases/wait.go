package cases

import "time"

// Party is who has to do something before a case goes on.
type Party string

// The parties. Law is nobody: the case waits for the law's last day, or for what triggers it before.
const (
	ByCustomer  Party = "customer"
	ByUs        Party = "us"
	ByCarrier   Party = "carrier"
	ByWarehouse Party = "warehouse"
	ByProvider  Party = "provider"
	ByLaw       Party = "law"
)

// Parties returns all of them.
func Parties() []Party {
	return []Party{ByCustomer, ByUs, ByCarrier, ByWarehouse, ByProvider, ByLaw}
}

// Waits says for whom a case waits, and until when at the latest: the law's day for the money where one is named, else the
// end of the offers that the customer has, else the day on which what is carried out is expected to be done. It is "" for a
// case that is over. What went wrong comes first, since nobody else will see to it, then what is in our hands.
func (c Case) Waits() (Party, time.Time) {
	until := c.DueAt()
	if until.IsZero() {
		until = c.Deadline
	}
	var broken, chosen, work, paying, lawful bool
	var offers, send time.Time
	var ours, away Hand
	for _, r := range c.Resolutions {
		switch r.Stand {
		case Failed, Undone:
			broken = true
		case Taken:
			chosen = true
		case Executing:
			switch {
			case r.Refund != 0:
				paying = true
			case r.Hand.ours():
				work, ours = true, ours.sooner(Hand{ByUs, r.Hand.Until})
			default:
				away = away.sooner(r.Hand)
			}
		case Waiting:
			lawful = lawful || !r.By.IsZero()
		case Offered:
			if offers.IsZero() || !r.Until.IsZero() && r.Until.Before(offers) {
				offers = r.Until
			}
		}
		if r.awaits() && (send.IsZero() || r.SendBy.Before(send)) {
			send = r.SendBy
		}
	}
	asked, _ := c.OpenDifference()
	choice := func() (Party, time.Time) {
		if until.IsZero() {
			until = offers
		}
		return ByCustomer, until
	}
	switch {
	case c.Phase == Closed || c.Phase == Declined:
		return "", time.Time{}
	case broken || c.Owes():
		return ByUs, until
	case c.Phase == Draft || c.Phase == NeedsInfo:
		return choice()
	case asked.Stand == Asking:
		return ByCustomer, asked.Until
	case asked.Stand.Open() || c.Phase == Inspecting && c.Unlike():
		return ByUs, until
	case chosen && (c.Phase == Submitted || c.Phase == Approved):
		return ByUs, until
	case c.Phase == Submitted && offers.IsZero():
		return ByUs, until
	case c.Phase == Submitted || c.Phase == Approved && !offers.IsZero():
		return choice()
	case c.Phase == Appealed || chosen || work:
		return ByUs, ours.sooner(Hand{ByUs, until}).Until
	case c.Phase == GoodsHere || c.Phase == Inspecting:
		return ByWarehouse, until
	case paying:
		return ByProvider, until
	case c.Phase == GoodsMoving:
		return ByCarrier, until
	case away.By != "":
		if c.Phase == AwaitingGoods && !send.IsZero() {
			away = away.sooner(Hand{ByCustomer, send})
		}
		return away.By, away.Until
	case c.Phase == AwaitingGoods && !send.IsZero():
		return ByCustomer, send
	case c.Phase == AwaitingGoods:
		return choice()
	case lawful:
		return ByLaw, until
	}
	return ByUs, until
}

// LapseAt returns when time alone does something next: the first of its offers, or of the questions about what came,
// lapses, or the customer is written to about goods, or evidence, that do not come; zero if nothing does.
func (c Case) LapseAt() time.Time {
	at, _ := c.urges()
	for _, r := range c.Resolutions {
		if c.Phase != Closed && r.Stand == Offered && !r.Until.IsZero() && (at.IsZero() || r.Until.Before(at)) {
			at = r.Until
		}
	}
	for _, r := range c.Resolutions {
		if n, next := c.nudge(r); n != NoNudge && (at.IsZero() || next.Before(at)) {
			at = next
		}
	}
	for _, d := range c.Differences {
		if c.Phase != Closed && d.Stand == Asking && (at.IsZero() || d.Until.Before(at)) {
			at = d.Until
		}
	}
	return at
}
