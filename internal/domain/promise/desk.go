package promise

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
)

// The limits of a book.
const (
	MostRules     = 200
	MostCalendars = 50
	MostClosures  = 500
	MostMinutes   = 366 * 24 * 60 // of a target
	mostSpans     = 24            // of a day
	mostDays      = 1000          // of a list of days
	mostWord      = 80
)

// Desk is a book that was checked and made ready to ask. It is read by many at once.
type Desk struct {
	Book   Book
	waits  []string
	order  []int // Book.Precedence
	walls  map[string]hours.Chain
	team   map[int64]string
	shut   []shut
	always hours.Chain
}

// shut is a closure of some shops, or of all.
type shut struct {
	hours.Interval
	shops []int64
}

// Open checks a book and makes it ready. It fails with errs.Invalid for each thing that
// is wrong, under the path of its place: rules.2.targets.first, calendars.0.zone. Waits
// are the reasons for which a rule may pause.
func Open(b Book, waits []string) (*Desk, error) {
	d := &Desk{Book: b, waits: waits, order: b.Precedence(), walls: map[string]hours.Chain{}, team: map[int64]string{}}
	all := [7][]hours.Span{}
	for i := range all {
		all[i] = []hours.Span{{From: 0, To: 1440}}
	}
	round, err := hours.New(time.UTC, all, nil, nil)
	if err != nil {
		return nil, err
	}
	d.always = hours.Chain{round}
	c := &check{}
	c.calendars(d)
	c.chains(d)
	c.closures(d)
	if b.Calendar != "" && d.walls[b.Calendar] == nil {
		c.add("calendar", "error.promise_calendar", "name", b.Calendar)
	}
	c.rules(d)
	return d, c.err()
}

// calendar returns when a ticket's desk is open, the name of that calendar ("" for around
// the clock), and the zone of its wall.
func (d *Desk) calendar(r Rule, s Subject) (hours.Chain, string) {
	for _, name := range []string{r.Calendar, d.team[s.Team], d.Book.Calendar} {
		if wall := d.walls[name]; name != "" && wall != nil {
			return wall, name
		}
	}
	return d.always, ""
}

// closed returns the closures that concern a ticket, those of calendars left out: they are
// part of these.
func (d *Desk) closed(s Subject) []hours.Interval {
	var out []hours.Interval
	for _, c := range d.shut {
		if len(c.shops) == 0 || slices.Contains(c.shops, s.Shop) {
			out = append(out, c.Interval)
		}
	}
	return out
}

// Hours are when somebody is there for a ticket.
type Hours struct {
	Calendar string // a calendar or chain; "" where the book names none: around the clock
	Wall     hours.Chain
	Shut     []hours.Interval // closures of its shop, and of all
}

// Hours returns when somebody is there for a ticket: the hours in which its first answer is
// counted, else its next one, else those of its team or of the book.
func (d *Desk) Hours(s Subject) Hours {
	var rule Rule
	for _, p := range d.Promises(s) {
		if (p.Target == First || p.Target == Next) && p.Minutes > 0 {
			rule = d.Book.Rules[p.Rule]
			break
		}
	}
	out := Hours{Shut: d.closed(s)}
	out.Wall, out.Calendar = d.calendar(rule, s)
	return out
}

// Next returns when somebody is there at or after an instant, as hours.Calendar.Next does.
func (h Hours) Next(from time.Time) (hours.Interval, bool) { return h.Wall.Next(from, h.Shut) }

// Zone returns the zone of a calendar or chain, UTC for any other name.
func (d *Desk) Zone(calendar string) *time.Location { return d.walls[calendar].Zone() }

// meets reports whether a ticket meets the conditions.
func (w When) meets(s Subject) bool {
	fold := func(list []string, v string) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, v) })
	}
	return fold(w.Channels, s.Channel) && fold(w.Topics, s.Topic) && fold(w.Tiers, s.Tier) && fold(w.Markets, s.Market) &&
		(len(w.Shops) == 0 || slices.Contains(w.Shops, s.Shop))
}

// Promised is one target of a ticket and what promised it.
type Promised struct {
	Target   Target
	Rule     int // place in the book
	Minutes  int // of open time; 0: the rule promises nothing of it
	Calendar string
	Zone     *time.Location
}

// Promises returns what the book promises to a ticket, in the order of Targets. Targets
// that no rule names are left out.
func (d *Desk) Promises(s Subject) []Promised {
	var out []Promised
	for _, t := range Targets() {
		for _, i := range d.order {
			r := d.Book.Rules[i]
			minutes, named := r.Targets[t]
			if !named || !r.When.meets(s) {
				continue
			}
			wall, name := d.calendar(r, s)
			out = append(out, Promised{Target: t, Rule: i, Minutes: minutes, Calendar: name, Zone: wall.Zone()})
			break
		}
	}
	return out
}

// check collects what is wrong with a book.
type check struct{ errs []error }

func (c *check) add(path, key string, args ...any) {
	if len(c.errs) < 50 {
		c.errs = append(c.errs, errs.Field(path, key, args...))
	}
}

func (c *check) err() error { return join(c.errs) }
