package route

import (
	"slices"
	"time"
)

// Kind is what a reason speaks of.
type Kind string

// The reasons. The first ones say where a ticket stands in the queue, then why a person has
// it, and the last why nobody has it yet.
const (
	ByTier      Kind = "tier"      // Word: the tier; Number: minutes of head start
	ByPriority  Kind = "priority"  // Number: minutes of head start, below 0 behind
	ByRule      Kind = "rule"      // Word: its name
	ByDedicated Kind = "dedicated" // the rule names the person
	ByLanguage  Kind = "language"  // Word: the language; Number: the Level of the person, 0 for none
	ByWeight    Kind = "weight"    // Number: how much of a capacity it takes, if that is more than 1
	ByOwn       Kind = "own"       // the person is the customer's own
	OwnFull     Kind = "own_full"  // the customer's own person has no room
	OwnAway     Kind = "own_away"  // the customer's own person comes At
	OwnNever    Kind = "own_never" // the customer's own person is not on shift again, or may not have it
	ByDue       Kind = "due"       // its next promise is due At, and it is held back for nobody
	ByTopic     Kind = "topic"     // Word: the topic, which is the person's
	ByLast      Kind = "last"      // the person answered this customer last
	ByRoom      Kind = "room"      // Number: of Of, the load before this ticket
	ByWaiting   Kind = "waited"    // Number: the Stage that it came down to
	WaitsFull   Kind = "full"      // all who would do at the Stage Number have no room
	WaitsKept   Kind = "kept"      // who would do at the Stage Number has room, which is kept for an earlier ticket that weighs more
	KeepsRoom   Kind = "keeps"     // what room there is is kept for it until it is enough
	WaitsShift  Kind = "shift"     // who would do at the Stage Number comes At
	WaitsNobody Kind = "nobody"    // nobody with capacity may have it
	WaitsGiving Kind = "giving"    // it is being given to somebody
)

// Reason is one thing that counted.
type Reason struct {
	Kind   Kind   `json:"kind"`
	Word   string `json:"word,omitempty"`
	Number int    `json:"number,omitempty"`
	Of     int    `json:"of,omitempty"`
	At     int64  `json:"at,omitempty"`     // Unix ms
	Points int    `json:"points,omitempty"` // for this person, against others
}

// The points. What people know outweighs how busy they are, but for the last third.
const (
	pointsLast  = 40
	pointsLevel = 12 // for each level
	pointsTopic = 15
	pointsRoom  = 40 // with nothing at all
)

// ranked says what moved a ticket forward or back in the queue, by which rule it goes, and
// what it weighs.
func (d *Desk) ranked(w *wish) []Reason {
	var out []Reason
	if n := d.tierStart(w.Ticket); n > 0 {
		out = append(out, Reason{Kind: ByTier, Word: w.Tier, Number: int(n.Minutes())})
	}
	if n := priorityStart(w.Ticket); n != 0 {
		out = append(out, Reason{Kind: ByPriority, Number: int(n.Minutes())})
	}
	if d.presses(w.Ticket, d.now) {
		out = append(out, Reason{Kind: ByDue, At: w.Due.UnixMilli()})
	}
	if w.rule != nil {
		out = append(out, Reason{Kind: ByRule, Word: w.rule.Name})
	}
	if w.weight > 1 {
		out = append(out, Reason{Kind: ByWeight, Number: w.weight})
	}
	return out
}

// Giving returns the decision as it reads until it is carried out: what holds for the
// ticket, and nothing of the person who has not got it yet.
func (d Decision) Giving() Decision {
	d.Why = slices.DeleteFunc(slices.Clone(d.Why), func(r Reason) bool {
		return !slices.Contains([]Kind{ByTier, ByPriority, ByDue, ByRule, ByWeight}, r.Kind)
	})
	d.Why = append(d.Why, Reason{Kind: WaitsGiving})
	return d
}

// points says in out what speaks for a person.
func (d *Desk) points(out []Reason, w *wish, p *Person) []Reason {
	if w.Language != "" {
		level := p.speaks(w.Language)
		out = append(out, Reason{Kind: ByLanguage, Word: w.Language, Number: int(level), Points: int(level) * pointsLevel})
	}
	if w.Topic != "" && slices.Contains(p.Topics, w.Topic) {
		out = append(out, Reason{Kind: ByTopic, Word: w.Topic, Points: pointsTopic})
	}
	if w.Last == p.ID && p.ID != 0 {
		out = append(out, Reason{Kind: ByLast, Points: pointsLast})
	}
	return append(out, Reason{Kind: ByRoom, Number: p.Load, Of: p.Capacity, Points: pointsRoom * p.Room() / p.Capacity})
}

// because says why a person has a ticket.
func (d *Desk) because(w *wish, p *Person, s Stage, points []Reason) []Reason {
	var out []Reason
	switch s {
	case Own:
		out = append(out, Reason{Kind: ByOwn})
	case Dedicated:
		out = append(out, Reason{Kind: ByDedicated})
	}
	if s > Fitting && !w.fits(p, Fitting, d.Level) {
		out = append(out, Reason{Kind: ByWaiting, Number: int(s)})
	}
	return append(out, points...)
}

// without says why the customer's own person does not have the ticket.
func (d *Desk) without(w *wish) Reason {
	switch at := d.comes(w, Own); {
	case at.IsZero():
		return Reason{Kind: OwnNever}
	case at.After(d.now):
		return Reason{Kind: OwnAway, At: at.UnixMilli()}
	}
	return Reason{Kind: OwnFull}
}

// waits says why nobody has a ticket, if the first who would do comes at an instant.
func (d *Desk) waits(w *wish, s Stage, at time.Time) Reason {
	switch {
	case at.IsZero():
		return Reason{Kind: WaitsNobody}
	case at.After(d.now):
		return Reason{Kind: WaitsShift, Number: int(s), At: at.UnixMilli()}
	case d.keptFrom(w, s):
		return Reason{Kind: WaitsKept, Number: int(s)}
	}
	return Reason{Kind: WaitsFull, Number: int(s)}
}
