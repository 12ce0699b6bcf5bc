package route

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/platform/auth"
)

// The limits of books and sheets.
const (
	MostRules    = 100
	MostCapacity = 500
	MostWeight   = 20
	MostMinutes  = 30 * 24 * 60 // of patience or of a head start
	mostList     = 200
	mostWord     = 80
)

// Level is how well somebody writes a language.
type Level int

// The levels.
const (
	Basic   Level = 1 // understands it, and writes with help
	Working Level = 2 // writes it without help
	Fluent  Level = 3
)

// HandOver says what a person who goes off shift gives back.
type HandOver string

// What is given back.
const (
	DueFirst HandOver = "due"  // what is due before they are back
	All      HandOver = "all"  // whatever waits for an answer
	Nothing  HandOver = "none" // they go on with it when they are back
)

// Book is how a workspace gives tickets to people. The zero Book gives none.
type Book struct {
	On       bool           `json:"on"`
	Rules    []Rule         `json:"rules,omitempty"`    // the first that a ticket meets holds
	Tiers    map[string]int `json:"tiers,omitempty"`    // head starts in minutes; the merchant's own words, in whatever case
	Weights  map[string]int `json:"weights,omitempty"`  // of topics; what is not named weighs 1
	Patience int            `json:"patience"`           // minutes
	Level    Level          `json:"level"`              // from which somebody counts as speaking a language
	Escalate int            `json:"escalate,omitempty"` // minutes before a promise is due from which its ticket is held back for nobody; 0 never
	HandOver HandOver       `json:"hand_over"`
}

// Rule sends tickets to a team, to dedicated people, or both.
type Rule struct {
	Name   string          `json:"name"`
	When   When            `json:"when,omitzero"`
	Team   auth.TeamID     `json:"team,omitempty"`   // 0: the one that the ticket has
	People []auth.PersonID `json:"people,omitempty"` // who are asked before all others
}

// When are the conditions of a rule. Each list that is not empty must hold the ticket's
// value.
type When struct {
	Channels  []string `json:"channels,omitempty"`
	Topics    []string `json:"topics,omitempty"`
	Tiers     []string `json:"tiers,omitempty"`
	Markets   []string `json:"markets,omitempty"`   // ISO 3166-1 alpha-2
	Languages []string `json:"languages,omitempty"` // BCP 47; zh meets zh-Hans
	Shops     []int64  `json:"shops,omitempty"`
}

// Default is the book of a workspace that saved none: nothing is given out. Switched on as
// it is, a VIP has a head start of four hours, half an hour is waited for somebody who
// knows the topic, and what is due within half an hour waits for nobody.
func Default() Book {
	return Book{Tiers: map[string]int{"vip": 240}, Patience: 30, Escalate: 30, Level: Working, HandOver: DueFirst}
}

// Sheet is what a person can do, and when.
type Sheet struct {
	Capacity  int                    `json:"capacity"` // weight of the open tickets that routing lets them have; 0: it gives them none
	Languages map[string]Level       `json:"languages,omitempty"`
	Topics    []string               `json:"topics,omitempty"`  // empty: all alike
	Zone      string                 `json:"zone"`              // IANA
	Weekly    map[string][][2]string `json:"weekly,omitempty"`  // "mon": [["09:00","18:00"]], in wall time; none at all: at any hour
	Country   string                 `json:"country,omitempty"` // whose public holidays they have off; "" none
	Away      []Absence              `json:"away,omitempty"`
}

// Absence is days on which a person is not there, the last among them.
type Absence struct {
	From string `json:"from"` // 2026-12-24, in the zone of the sheet
	To   string `json:"to"`
	Note string `json:"note,omitempty"`
}

// Check fails with errs.Invalid for each thing that is wrong with the book, under the path
// of its place.
func (b Book) Check() error {
	var list []error
	add := func(path, key string, args ...any) { list = append(list, errs.Field(path, key, args...)) }
	if len(b.Rules) > MostRules {
		add("rules", "error.route_many", "most", MostRules)
	}
	for i, r := range b.Rules {
		path := fmt.Sprintf("rules.%d", i)
		if strings.TrimSpace(r.Name) == "" || len(r.Name) > mostWord {
			add(path+".name", "error.route_name")
		}
		if r.Team == 0 && len(r.People) == 0 {
			add(path+".team", "error.route_nowhere")
		}
		for _, l := range [][]string{r.When.Channels, r.When.Topics, r.When.Tiers, r.When.Markets, r.When.Languages} {
			if len(l) > mostList || slices.ContainsFunc(l, func(s string) bool { return s == "" || len(s) > mostWord }) {
				add(path+".when", "error.route_when")
				break
			}
		}
	}
	for _, tier := range slices.Sorted(maps.Keys(b.Tiers)) {
		if n := b.Tiers[tier]; n < 0 || n > MostMinutes || strings.TrimSpace(tier) == "" || len(tier) > mostWord {
			add("tiers", "error.route_minutes", "most", MostMinutes)
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(b.Weights)) {
		if n := b.Weights[topic]; n < 1 || n > MostWeight {
			add("weights", "error.route_weight", "most", MostWeight)
		}
	}
	if b.Patience < 0 || b.Patience > MostMinutes {
		add("patience", "error.route_minutes", "most", MostMinutes)
	}
	if b.Escalate < 0 || b.Escalate > MostMinutes {
		add("escalate", "error.route_minutes", "most", MostMinutes)
	}
	if b.Level < Basic || b.Level > Fluent {
		add("level", "error.route_level")
	}
	if !slices.Contains([]HandOver{DueFirst, All, Nothing}, b.HandOver) {
		add("hand_over", "error.route_hand_over")
	}
	return errors.Join(list...)
}

// Among returns the book as it goes among the teams that there are: a rule does not send to
// a team that is no more, and one that goes nowhere else is left out.
func (b Book) Among(teams []auth.TeamID) Book {
	rules := b.Rules
	b.Rules = nil
	for _, r := range rules {
		if r.Team != 0 && !slices.Contains(teams, r.Team) {
			r.Team = 0
		}
		if r.Team != 0 || len(r.People) > 0 {
			b.Rules = append(b.Rules, r)
		}
	}
	return b
}

// Shift is when a sheet's person is there.
type Shift struct {
	wall   *hours.Calendar
	always bool
}

// Open checks a sheet and makes its hours ready. It fails with errs.Invalid for each thing
// that is wrong, under the path of its place.
func (s Sheet) Open() (Shift, error) {
	var list []error
	add := func(path, key string, args ...any) { list = append(list, errs.Field(path, key, args...)) }
	if s.Capacity < 0 || s.Capacity > MostCapacity {
		add("capacity", "error.route_capacity", "most", MostCapacity)
	}
	for _, l := range slices.Sorted(maps.Keys(s.Languages)) {
		if v := s.Languages[l]; l == "" || len(l) > 20 || v < Basic || v > Fluent {
			add("languages", "error.route_language", "language", l)
		}
	}
	if len(s.Topics) > mostList || slices.ContainsFunc(s.Topics, func(t string) bool { return t == "" || len(t) > mostWord }) {
		add("topics", "error.route_when")
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "" || s.Zone == "Local" {
		add("zone", "error.promise_zone", "zone", s.Zone)
		zone = time.UTC
	}
	var weekly [7][]hours.Span
	for _, name := range slices.Sorted(maps.Keys(s.Weekly)) {
		day := slices.Index(hours.Weekdays(), name)
		if day < 0 || len(s.Weekly[name]) > 24 {
			add("weekly."+name, "error.promise_hours")
			continue
		}
		for _, text := range s.Weekly[name] {
			span, ok := hours.ParseSpan(text[0], text[1])
			if !ok {
				add("weekly."+name, "error.promise_hours")
				continue
			}
			weekly[(day+1)%7] = append(weekly[(day+1)%7], span)
		}
	}
	always := !slices.ContainsFunc(weekly[:], func(d []hours.Span) bool { return len(d) > 0 })
	if always {
		for i := range weekly {
			weekly[i] = []hours.Span{{From: 0, To: 1440}}
		}
	}
	if len(s.Away) > mostList {
		add("away", "error.route_many", "most", mostList)
		return Shift{}, errors.Join(list...)
	}
	off := hours.Holidays(s.Country)
	if s.Country != "" && off == nil {
		add("country", "error.promise_country", "country", s.Country)
	}
	for i, a := range s.Away {
		from, err := time.Parse(time.DateOnly, a.From)
		to, wrong := time.Parse(time.DateOnly, a.To)
		if err != nil || wrong != nil || to.Before(from) || to.Sub(from) > 1000*24*time.Hour || len(a.Note) > 500 {
			add(fmt.Sprintf("away.%d", i), "error.route_away")
			continue
		}
		for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
			off = append(off, d)
		}
	}
	if err := errors.Join(list...); err != nil {
		return Shift{}, err
	}
	wall, err := hours.New(zone, weekly, off, nil)
	return Shift{wall, always && len(off) == 0}, err
}

// At returns when the person is there: the stretch of time that now is in, or the next
// one. It reports false if there is none within a year.
func (s Shift) At(now time.Time) (hours.Interval, bool) {
	if s.always {
		return hours.Interval{From: now, To: now.AddDate(1, 0, 0)}, true
	}
	return s.wall.Next(now)
}

// Off is why somebody is away for a whole day, whatever their hours.
type Off string

// The reasons.
const (
	Absent  Off = "absent"  // days away of theirs
	Holiday Off = "holiday" // a public holiday of their country
)

// Off says why the sheet's person is away on the day that it is in their zone, "" if they
// are not.
func (s Sheet) Off(now time.Time) Off {
	today := s.today(now)
	day := today.Format(time.DateOnly)
	switch {
	case slices.ContainsFunc(s.Away, func(a Absence) bool { return a.From <= day && day <= a.To }):
		return Absent
	case hours.Holiday(s.Country, today):
		return Holiday
	}
	return ""
}

// Holidays returns the next public holidays of the person's country, today's among them,
// n at most.
func (s Sheet) Holidays(now time.Time, n int) []time.Time {
	y, m, d := s.today(now).Date()
	list := hours.Holidays(s.Country)
	i, _ := slices.BinarySearchFunc(list, time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Time.Compare)
	return list[i:min(i+n, len(list))]
}

// today is an instant in the person's zone.
func (s Sheet) today(now time.Time) time.Time {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC // Open refuses such a sheet
	}
	return now.In(zone)
}

// Between returns when the person is there between two instants, in order.
func (s Shift) Between(from, to time.Time) []hours.Interval {
	var out []hours.Interval
	for from.Before(to) {
		at, ok := s.At(from)
		if !ok || !at.From.Before(to) {
			break
		}
		if at.To.After(to) {
			at.To = to
		}
		out, from = append(out, at), at.To
	}
	return out
}
