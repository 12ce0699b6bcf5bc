package route

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/platform/auth"
)

// Ticket is a ticket that waits for a person.
type Ticket struct {
	ID       int64
	Resource auth.Resource // as rights see it
	Channel  string
	Topic    string // "" if nobody knows
	Language string // "" if nobody knows
	Market   string
	Tier     string
	Priority int           // -1 low, 0, 1 high, 2 urgent
	Last     auth.PersonID // who answered this customer last, 0 for nobody
	Own      auth.PersonID // the customer's own person, 0 for nobody
	Due      time.Time     // when its next promise is due, zero for never
	Since    time.Time     // when it began to wait for a person
}

// Person is somebody who may get tickets.
type Person struct {
	ID    auth.PersonID
	Scope auth.Scope // what they may see
	Teams []auth.TeamID
	Sheet
	On    hours.Interval // when they are there: now is in it, or it is the next time; zero for never
	Load  int            // weight of the open tickets that they have
	Given time.Time      // when they were last given one
}

// There reports whether the person is on shift.
func (p Person) There(now time.Time) bool { return !now.Before(p.On.From) && now.Before(p.On.To) }

// Room is the weight that the person can still take.
func (p Person) Room() int { return max(p.Capacity-p.Load, 0) }

// speaks returns how well the person writes a language: that of the tag or of its base.
func (p Person) speaks(language string) Level {
	if l, ok := p.Languages[language]; ok {
		return l
	}
	var best Level
	for l, level := range p.Languages {
		if base(l) == base(language) {
			best = max(best, level)
		}
	}
	return best
}

func base(language string) string {
	b, _, _ := strings.Cut(language, "-")
	return strings.ToLower(b)
}

// Stage is how much is asked of whoever gets a ticket.
type Stage int

// The stages, from the most that is asked to the least.
const (
	Own       Stage = iota - 1 // is the customer's own person, whatever language and topic
	Dedicated                  // is named by the rule, speaks the language and knows the topic
	Fitting                    // speaks the language and knows the topic
	Speaking                   // speaks the language
	Anybody
)

// Decision is what becomes of a ticket.
type Decision struct {
	Ticket Ticket
	To     auth.PersonID // 0: it waits
	Team   auth.TeamID   // that it belongs to from now on
	Stage  Stage
	Why    []Reason
	Next   time.Time // while it waits: when the answer may become another by itself, zero for never
}

// Start is the instant by which the ticket stands in the queue: when it began to wait,
// less its head start.
func (b Book) Start(t Ticket) time.Time {
	return t.Since.Add(-b.tierStart(t) - priorityStart(t))
}

func (b Book) tierStart(t Ticket) time.Duration {
	best := 0
	for tier, minutes := range b.Tiers {
		if t.Tier != "" && strings.EqualFold(tier, t.Tier) {
			best = max(best, minutes)
		}
	}
	return time.Duration(best) * time.Minute
}

// priorityStart is two hours for high, eight for urgent, and two hours behind for low.
func priorityStart(t Ticket) time.Duration {
	switch {
	case t.Priority >= 2:
		return 8 * time.Hour
	case t.Priority == 1:
		return 2 * time.Hour
	case t.Priority < 0:
		return -2 * time.Hour
	}
	return 0
}

// escalated is the head start of a ticket whose promise is nearly broken.
const escalated = 8 * time.Hour

// presses reports whether a ticket's promise is due so soon that it is held back for nobody.
func (b Book) presses(t Ticket, now time.Time) bool {
	return b.Escalate > 0 && !t.Due.IsZero() && !now.Before(b.pressesAt(t))
}

func (b Book) pressesAt(t Ticket) time.Time {
	return t.Due.Add(-time.Duration(b.Escalate) * time.Minute)
}

// place is where the ticket stands in the queue now.
func (b Book) place(t Ticket, now time.Time) time.Time {
	at := b.Start(t)
	if b.presses(t, now) {
		at = at.Add(-escalated)
	}
	return at
}

// Weight is how much of a person's capacity a ticket of a topic takes.
func (b Book) Weight(topic string) int { return cmp.Or(b.Weights[topic], 1) }

func (w When) meets(t Ticket) bool {
	has := func(list []string, v string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, v) })
	}
	speaks := len(w.Languages) == 0 || slices.ContainsFunc(w.Languages, func(l string) bool { return t.Language != "" && base(l) == base(t.Language) })
	return speaks && has(w.Channels, t.Channel) && has(w.Topics, t.Topic) && has(w.Tiers, t.Tier) && has(w.Markets, t.Market) &&
		(len(w.Shops) == 0 || slices.Contains(w.Shops, t.Resource.Shop))
}

// Decide decides about a whole queue at once, as a Desk that was asked about nothing before.
func (b Book) Decide(queue []Ticket, people []Person, now time.Time) []Decision {
	return b.Sit(people, now).Decide(queue)
}

// Desk is one round of decisions: what it gives out counts as load of those whom it is asked
// about later.
type Desk struct {
	Book
	people []Person
	now    time.Time
	free   []int // places of those who are there and have room that is not kept
	kept   []int // places of those whose room is kept for a ticket that weighs more than it
	reach  map[need]time.Time
	list   []Reason // of the person who is looked at
}

// Sit returns a desk of people as they stand.
func (b Book) Sit(people []Person, now time.Time) *Desk {
	people = slices.Clone(people)
	slices.SortFunc(people, func(x, y Person) int { return cmp.Compare(x.ID, y.ID) })
	d := &Desk{Book: b, people: people, now: now, reach: map[need]time.Time{}}
	for i, p := range people {
		if p.There(now) && p.Room() > 0 {
			d.free = append(d.free, i)
		}
	}
	return d
}

// Full reports whether nobody who is there can be given anything more.
func (d *Desk) Full() bool { return len(d.free) == 0 }

// Decide goes through a part of the queue from its front and says of each ticket who gets
// it, or why it waits. The parts are to come in the order of the queue. The same values
// always give the same decisions, in whichever order tickets of a part and people come.
func (d *Desk) Decide(queue []Ticket) []Decision {
	queue = slices.Clone(queue)
	slices.SortFunc(queue, func(x, y Ticket) int {
		return cmp.Or(d.place(x, d.now).Compare(d.place(y, d.now)), cmp.Compare(x.ID, y.ID))
	})
	out := make([]Decision, len(queue))
	for i, t := range queue {
		out[i] = d.decide(t)
	}
	return out
}

// need is what a ticket asks of people at a stage, as far as it decides who could.
type need struct {
	resource        auth.Resource
	language, topic string
	rule            int
	own             auth.PersonID
	stage           Stage
}

// wish is a ticket with the rule that it meets.
type wish struct {
	Ticket
	rule   *Rule
	place  int // of the rule, -1 for none
	weight int
}

func (d *Desk) wish(t Ticket) wish {
	w := wish{Ticket: t, place: -1, weight: d.Weight(t.Topic)}
	for i := range d.Rules {
		if r := &d.Rules[i]; r.When.meets(t) {
			w.rule, w.place = r, i
			if r.Team != 0 {
				w.Resource.Team = r.Team
			}
			break
		}
	}
	return w
}

// takes returns how much of a person's room the ticket takes: all of it, if it weighs more.
func (w *wish) takes(p *Person) int { return min(w.weight, p.Capacity) }

// may reports whether a person may have the ticket at all.
func (w *wish) may(p *Person) bool {
	return (w.Resource.Team == 0 || slices.Contains(p.Teams, w.Resource.Team)) && p.Scope.Sees(w.Resource)
}

// fits reports whether a person meets what a stage asks.
func (w *wish) fits(p *Person, s Stage, enough Level) bool {
	switch {
	case s == Own:
		return w.Own != 0 && w.Own == p.ID
	case s <= Speaking && w.Language != "" && p.speaks(w.Language) < enough:
		return false
	case s <= Fitting && w.Topic != "" && len(p.Topics) > 0 && !slices.Contains(p.Topics, w.Topic):
		return false
	case s == Dedicated && (w.rule == nil || !slices.Contains(w.rule.People, p.ID)):
		return false
	}
	return true
}

// until returns when a stage is no longer asked for; the last one has no end.
func (d *Desk) until(w *wish, s Stage) time.Time {
	patience := time.Duration(d.Patience) * time.Minute
	if s == Speaking {
		patience *= 2
	}
	end := w.Since.Add(patience)
	if at := d.pressesAt(w.Ticket); d.Escalate > 0 && !w.Due.IsZero() && at.Before(end) {
		return at
	}
	return end
}

// comes returns when the first person who could take a ticket at a stage is there, zero
// for never: now, if somebody is, with room or without.
func (d *Desk) comes(w *wish, s Stage) time.Time {
	key := need{w.Resource, w.Language, w.Topic, w.place, 0, s}
	if s == Own {
		key.own = w.Own
	}
	at, known := d.reach[key]
	if known {
		return at
	}
	for i := range d.people {
		p := &d.people[i]
		if p.Capacity <= 0 || p.On.To.IsZero() || !w.may(p) || !w.fits(p, s, d.Level) {
			continue
		}
		from := p.On.From
		if p.There(d.now) {
			from = d.now
		}
		if at.IsZero() || from.Before(at) {
			at = from
		}
	}
	d.reach[key] = at
	return at
}

func (d *Desk) decide(t Ticket) Decision {
	w := d.wish(t)
	out := Decision{Ticket: t, Team: w.Resource.Team, Why: d.ranked(&w)}
	for s := Own; s <= Anybody; s++ {
		if s == Own && w.Own == 0 {
			continue
		}
		if best, points := d.best(&w, s); best >= 0 {
			p := &d.people[best]
			out.To, out.Stage = p.ID, s
			out.Why = append(out.Why, d.because(&w, p, s, points)...)
			p.Load += w.takes(p)
			p.Given = d.now
			if p.Room() == 0 {
				d.free = slices.DeleteFunc(d.free, func(i int) bool { return i == best })
			}
			return out
		}
		if s == Anybody {
			break
		}
		if end := d.until(&w, s); d.now.Before(end) {
			if at := d.comes(&w, s); !at.IsZero() && at.Before(end) {
				out.Stage, out.Next = s, end
				if at.After(d.now) {
					out.Next = at
				}
				out.Why = append(out.Why, d.waits(&w, s, at))
				return out
			}
		}
		if s == Own {
			out.Why = append(out.Why, d.without(&w))
		}
	}
	at := d.comes(&w, Anybody)
	out.Stage = Anybody
	if at.After(d.now) {
		out.Next = at
	}
	out.Why = append(out.Why, d.waits(&w, Anybody, at))
	if d.keep(&w) {
		out.Why = append(out.Why, Reason{Kind: KeepsRoom})
	}
	return out
}

// keep keeps what room there is for a ticket that weighs more than it and has nothing else
// to wait for: that of the person who lacks least. Lighter tickets from behind would take it
// again and again. It reports whether anybody of those who may have the ticket has room.
func (d *Desk) keep(w *wish) bool {
	best, least := -1, 0
	for _, i := range d.free {
		p := &d.people[i]
		if lacks := w.takes(p) - p.Room(); w.may(p) && (best < 0 || lacks < least) {
			best, least = i, lacks
		}
	}
	if best >= 0 {
		d.free = slices.DeleteFunc(d.free, func(i int) bool { return i == best })
		d.kept = append(d.kept, best)
	}
	return best >= 0
}

// keptFrom reports whether somebody could take a ticket at a stage, but for a ticket that
// came earlier and weighs more.
func (d *Desk) keptFrom(w *wish, s Stage) bool {
	return slices.ContainsFunc(d.kept, func(i int) bool {
		p := &d.people[i]
		return p.Room() >= w.takes(p) && w.may(p) && w.fits(p, s, d.Level)
	})
}

// best returns the place of the person with the most points among those who have room and
// meet a stage, -1 for none.
func (d *Desk) best(w *wish, s Stage) (best int, points []Reason) {
	best, most := -1, 0
	for _, i := range d.free {
		p := &d.people[i]
		if p.Room() < w.takes(p) || !w.may(p) || !w.fits(p, s, d.Level) {
			continue
		}
		d.list = d.points(d.list[:0], w, p)
		sum := 0
		for _, r := range d.list {
			sum += r.Points
		}
		if best < 0 || sum > most || sum == most && p.Given.Before(d.people[best].Given) {
			best, most, points = i, sum, append(points[:0], d.list...)
		}
	}
	return best, points
}

// Returns says what a person gives back who is not there: of a ticket that is open, when
// its next promise is due, zero for none. Who never comes back gives back all.
func (b Book) Returns(p Person, due, now time.Time) bool {
	if p.There(now) {
		return false
	}
	if p.On.To.IsZero() {
		return true
	}
	switch b.HandOver {
	case All:
		return true
	case DueFirst:
		return !due.IsZero() && due.Before(p.On.From)
	}
	return false
}
