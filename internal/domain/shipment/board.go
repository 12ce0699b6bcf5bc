package shipment

import "time"

// Board names a list of shipments that want looking after.
type Board string

// The boards, in the order in which they are shown.
const (
	Risky    Board = "risk"     // silent, late or refused for too long
	Customs  Board = "customs"  // customs has them
	Attempts Board = "attempts" // the courier came in vain
	Pickup   Board = "pickup"   // they wait for their recipients
	Missing  Board = "lost"     // the carrier says so
	Dubious  Board = "doubtful" // they ended, and a later scan contradicts that
	AllOpen  Board = "open"     // news are to be expected
)

// CountLimit is how far boards are counted: beyond it people say "more".
const CountLimit = 200

// Boards returns all boards, in order.
func Boards() []Board { return []Board{Risky, Customs, Attempts, Pickup, Missing, Dubious, AllOpen} }

// On returns the filter narrowed to a board at a moment; a board that does not
// exist narrows nothing. A status that the filter names stays beside it: the
// board's own takes its place only where it is one of those asked for.
func (f Filter) On(b Board, now time.Time) Filter {
	switch b {
	case Risky:
		f.AtRisk = now
	case Customs:
		f.only(InCustoms)
	case Attempts:
		f.Attempted = true
	case Pickup:
		f.only(ReadyForPickup)
	case Missing:
		f.only(Lost)
	case Dubious:
		f.Doubtful = true
	case AllOpen:
		f.Open = len(f.Status) == 0 // who asks for a status gets those of it
	}
	return f
}

// only narrows the statuses to one. If others were asked for, nothing is left:
// no shipment has no status.
func (f *Filter) only(s Status) {
	for _, x := range f.Status {
		if x == s {
			f.Status = []Status{s}
			return
		}
	}
	if len(f.Status) > 0 {
		f.Status = []Status{""}
		return
	}
	f.Status = []Status{s}
}
