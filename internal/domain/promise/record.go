package promise

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
)

// Solved is the reason under which time is kept in which a ticket was solved or closed.
const Solved = "solved"

// Record is what the clocks of a ticket need to know of its past. It is grown by Add and
// Stand, joined and parted with merges, and counted anew from the messages after one of
// them was moved or turned out not to count. The zero Record is that of a ticket of which
// nothing is known yet.
type Record struct {
	Threads []Thread `json:"threads,omitempty"` // the ticket's own, then those that were merged into it
	Through int64    `json:"through,omitempty"` // the newest message that was counted
	Base    *Record  `json:"base,omitempty"`    // as it was when a thread was last joined
}

// Thread is one conversation of a ticket.
type Thread struct {
	Ticket   int64     `json:"ticket"`
	Opened   time.Time `json:"opened,omitzero"`   // when the matter began
	First    time.Time `json:"first,omitzero"`    // the customer's first message
	Answered time.Time `json:"answered,omitzero"` // our first answer to it
	Asked    time.Time `json:"asked,omitzero"`    // the earliest later message that nobody answered
	Updated  time.Time `json:"updated,omitzero"`  // our last message
	Away     []Away    `json:"away,omitempty"`    // when it waited or was solved, in order
}

// Away is time in which a ticket waited for somebody, or was solved.
type Away struct {
	Reason string    `json:"reason"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"` // zero: it still does
}

// Mark is a message between customer and merchant that counts.
type Mark struct {
	ID     int64
	At     time.Time
	Answer bool // by the merchant
}

// Begin returns the record of a ticket that began at an instant.
func Begin(ticket int64, at time.Time) Record {
	return Record{Threads: []Thread{{Ticket: ticket, Opened: at}}}
}

// Add counts a message. Messages come in the order of their identifiers; one that was
// counted is not counted again.
func (r *Record) Add(m Mark) {
	if m.ID <= r.Through || len(r.Threads) == 0 {
		return
	}
	r.Through = m.ID
	if !m.Answer {
		r.ask(m.At)
		return
	}
	for i := range r.Threads {
		t := &r.Threads[i]
		if !t.First.IsZero() && t.Answered.IsZero() && !m.At.Before(t.First) {
			t.Answered = m.At
		}
		if !m.At.Before(t.Asked) {
			t.Asked = time.Time{}
		}
		if m.At.After(t.Updated) {
			t.Updated = m.At
		}
	}
}

// With returns the record with some more messages counted.
func (r Record) With(marks ...Mark) Record {
	r = r.clone()
	for _, m := range marks {
		r.Add(m)
	}
	return r
}

// ask counts a customer's message. One that comes after the matter was called solved
// begins anew: what was asked before was settled without an answer.
func (r *Record) ask(at time.Time) {
	own := &r.Threads[0]
	if at.Before(own.Opened) {
		own.Opened = at
	}
	if own.solved(at) {
		for i := range r.Threads {
			r.Threads[i].settle()
		}
	}
	switch {
	case own.First.IsZero():
		own.First = at
	case own.Answered.IsZero() || !own.Asked.IsZero(): // the earliest counts
	default:
		own.Asked = at
	}
}

// settle forgets what was asked and not answered.
func (t *Thread) settle() {
	t.Asked = time.Time{}
	if t.Answered.IsZero() {
		t.First = time.Time{}
	}
}

// solved reports whether the thread was solved when a message came. The message itself
// ends that.
func (t *Thread) solved(at time.Time) bool {
	return slices.ContainsFunc(t.Away, func(a Away) bool {
		return a.Reason == Solved && a.From.Before(at) && (a.To.IsZero() || !at.After(a.To))
	})
}

// Stand notes for whom the ticket waits from an instant on: a waiting reason, Solved, or
// "" for nobody. The same again changes nothing.
func (r *Record) Stand(reason string, at time.Time) {
	for i := range r.Threads {
		r.Threads[i].stand(reason, at)
	}
}

func (t *Thread) stand(reason string, at time.Time) {
	n := len(t.Away)
	if n > 0 && t.Away[n-1].To.IsZero() {
		last := &t.Away[n-1]
		if last.Reason == reason {
			return
		}
		if last.To = at; !last.From.Before(at) {
			t.Away = t.Away[:n-1]
		}
	}
	if reason != "" {
		t.Away = append(t.Away, Away{Reason: reason, From: at})
	}
}

// Recall takes back what Stand noted at an instant, if nothing was noted since: what was a mistake has paused nothing.
func (r *Record) Recall(at time.Time) {
	for i := range r.Threads {
		r.Threads[i].recall(at)
	}
}

func (t *Thread) recall(at time.Time) {
	n := len(t.Away)
	if n == 0 {
		return
	}
	last := &t.Away[n-1]
	if last.To.IsZero() && last.From.Equal(at) {
		t.Away, n = t.Away[:n-1], n-1
	}
	if n > 0 && t.Away[n-1].To.Equal(at) {
		t.Away[n-1].To = time.Time{}
	}
}

// standing is for whom the ticket waits now.
func (t *Thread) standing() string {
	if n := len(t.Away); n > 0 && t.Away[n-1].To.IsZero() {
		return t.Away[n-1].Reason
	}
	return ""
}

// Anew counts the messages of a ticket that began at an instant once more, in the order
// of their identifiers, since one of them turned out not to count. What was counted before
// the ticket was last joined stays as it was then.
func (r Record) Anew(ticket int64, began time.Time, marks []Mark) Record {
	fresh := Begin(ticket, began)
	if r.Base != nil {
		fresh = r.Base.clone()
		fresh.Base = new(r.Base.clone())
	}
	for i := range min(len(fresh.Threads), len(r.Threads)) {
		fresh.Threads[i].Away = slices.Clone(r.Threads[i].Away)
	}
	for _, m := range marks {
		fresh.Add(m)
	}
	return fresh
}

// Moved counts a ticket once more of which messages were moved to another one. The threads
// that were merged into it are its own from then on.
func (r Record) Moved(ticket int64, began time.Time, marks []Mark) Record {
	r = r.clone()
	r.Base = nil
	return r.Anew(ticket, began, marks)
}

// Split returns the record of a ticket that was split off: it began with the first message
// that moved, and has waited when the other one did.
func (r Record) Split(ticket int64, began time.Time, marks []Mark) Record {
	if len(marks) > 0 && marks[0].At.Before(began) {
		began = marks[0].At
	}
	off := Begin(ticket, began)
	if len(r.Threads) > 0 {
		off.Threads[0].Away = slices.Clone(r.Threads[0].Away)
	}
	for _, m := range marks {
		off.Add(m)
	}
	return off
}

// Join returns the record of a ticket into which another one was merged at an instant. What
// was solved in the other one stays settled.
func (r Record) Join(other Record, at time.Time) Record {
	out := r.clone()
	standing := ""
	if len(out.Threads) > 0 {
		standing = out.Threads[0].standing()
	}
	for _, t := range other.clone().Threads {
		if t.standing() == Solved {
			t.settle()
		}
		t.stand(standing, at)
		out.Threads = append(out.Threads, t)
	}
	out.Through, out.Base = max(out.Through, other.Through), nil
	out.Base = new(out.clone())
	return out
}

// Part returns the record of a ticket from which a merged one was taken out again.
func (r Record) Part(other Record) Record {
	gone := func(t Thread) bool {
		return slices.ContainsFunc(other.Threads, func(o Thread) bool { return o.Ticket == t.Ticket })
	}
	out := r.clone()
	out.Threads = slices.DeleteFunc(out.Threads, gone)
	if out.Base != nil {
		out.Base.Threads = slices.DeleteFunc(out.Base.Threads, gone)
	}
	return out
}

func (r Record) clone() Record {
	r.Threads = slices.Clone(r.Threads)
	for i := range r.Threads {
		r.Threads[i].Away = slices.Clone(r.Threads[i].Away)
	}
	if r.Base != nil {
		r.Base = new(r.Base.clone())
	}
	return r
}

// pauses returns the time that does not count for reasons, and since when it does not now;
// zero if it counts now.
func (t *Thread) pauses(reasons []string) (past []hours.Interval, since time.Time, why string) {
	for _, a := range t.Away {
		switch {
		case a.Reason != Solved && !slices.Contains(reasons, a.Reason):
		case a.To.IsZero():
			since, why = a.From, a.Reason
		default:
			past = append(past, hours.Interval{From: a.From, To: a.To})
		}
	}
	return past, since, why
}
