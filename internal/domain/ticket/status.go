package ticket

import (
	"slices"
	"time"
)

// Status is the state of a ticket.
type Status string

// The states; see the package comment.
const (
	New     Status = "new"
	Open    Status = "open"
	Pending Status = "pending"
	Solved  Status = "solved"
	Closed  Status = "closed"
)

// Waiting says for whom a pending ticket waits.
type Waiting string

// The waiting reasons.
const (
	ForCustomer    Waiting = "customer"
	ForCarrier     Waiting = "carrier"
	ForSupplier    Waiting = "supplier"
	ForMarketplace Waiting = "marketplace"
	ForColleague   Waiting = "colleague"
)

// Waits lists the waiting reasons.
func Waits() []Waiting {
	return []Waiting{ForCustomer, ForCarrier, ForSupplier, ForMarketplace, ForColleague}
}

// Bucket is what the lists divide tickets by.
type Bucket string

// The buckets.
const (
	InOpen    Bucket = "open"
	InWaiting Bucket = "waiting"
	InSnoozed Bucket = "snoozed"
	InDone    Bucket = "done"
	InSpam    Bucket = "spam"
)

// moves is the state machine that people walk; what inbound messages do is in
// received. A merged ticket is closed and moves no more.
var moves = map[Status][]Status{
	New:     {Open, Pending, Solved, Closed},
	Open:    {Pending, Solved, Closed},
	Pending: {Open, Solved, Closed},
	Solved:  {Open, Pending, Closed},
	Closed:  {},
}

// Statuses lists the states in the order of their life.
func Statuses() []Status { return []Status{New, Open, Pending, Solved, Closed} }

// CanMove reports whether an agent may move a ticket from one state to another.
func CanMove(from, to Status) bool { return slices.Contains(moves[from], to) }

// Bucket returns what the lists divide the ticket by.
func (t *Ticket) Bucket() Bucket {
	switch {
	case t.Spam:
		return InSpam
	case t.Status == Solved || t.Status == Closed:
		return InDone
	case !t.SnoozedUntil.IsZero():
		return InSnoozed
	case t.Status == Pending:
		return InWaiting
	}
	return InOpen
}

// move puts the ticket into a state; the caller has judged that it may.
func (t *Ticket) move(to Status, waiting Waiting, now time.Time) {
	t.Status, t.Waiting = to, ""
	switch to {
	case Pending:
		t.Waiting = waiting
		if t.Waiting == "" {
			t.Waiting = ForCustomer
		}
	case Solved, Closed:
		if t.SolvedAt.IsZero() {
			t.SolvedAt = now
		}
		t.SnoozedUntil, t.WakeOnReply = time.Time{}, false
	}
	if to != Solved && to != Closed {
		t.SolvedAt = time.Time{}
	}
	t.Unread = t.Unread && (to == New || to == Open)
}

// stance is all that moves change in a ticket, as events keep it for an undo.
type stance struct {
	Status  Status  `json:"status"`
	Waiting Waiting `json:"waiting,omitempty"`
	Solved  int64   `json:"solved,omitempty"`  // Unix ms
	Snoozed int64   `json:"snoozed,omitempty"` // Unix ms
	Wake    bool    `json:"wake,omitempty"`
	Unread  bool    `json:"unread,omitempty"`
}

func (t *Ticket) stance() stance {
	return stance{Status: t.Status, Waiting: t.Waiting, Solved: unixMilli(t.SolvedAt), Snoozed: unixMilli(t.SnoozedUntil), Wake: t.WakeOnReply, Unread: t.Unread}
}

// take puts the ticket back into a stance.
func (t *Ticket) take(s stance) {
	t.Status, t.Waiting, t.SolvedAt = s.Status, s.Waiting, fromMilli(s.Solved)
	t.SnoozedUntil, t.WakeOnReply, t.Unread = fromMilli(s.Snoozed), s.Wake, s.Unread
}

// received is what an inbound message of a form does to the ticket's state. It
// reports whether the ticket came back from done. An automatic reply tells
// nobody anything new, so it wakes nothing; a bounce always does, because the
// answer did not arrive.
func (t *Ticket) received(f Form, now time.Time) (reopened bool) {
	if !f.wakes() {
		return false
	}
	switch t.Status {
	case Solved:
		t.move(Open, "", now)
		t.Reopened++
		reopened = true
	case Pending:
		t.move(Open, "", now)
	}
	if t.WakeOnReply || f == Bounce {
		t.SnoozedUntil, t.WakeOnReply = time.Time{}, false
	}
	t.Unread = true
	return reopened
}
