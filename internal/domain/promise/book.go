package promise

import (
	"slices"
	"time"
)

// Target is what is promised.
type Target string

// The targets.
const (
	First      Target = "first"      // the first answer to the customer's first message
	Next       Target = "next"       // an answer to each later message
	Resolution Target = "resolution" // the matter is solved
	Update     Target = "update"     // the customer hears from us at least this often
)

// Targets lists the targets in the order in which they are shown.
func Targets() []Target { return []Target{First, Next, Resolution, Update} }

// Book is all that a workspace promises. The zero Book promises nothing.
type Book struct {
	Calendars []Calendar `json:"calendars,omitempty"`
	Chains    []Chain    `json:"chains,omitempty"`
	Closures  []Closure  `json:"closures,omitempty"`
	Calendar  string     `json:"calendar,omitempty"` // of tickets whose rule and team have none; "" is around the clock
	Rules     []Rule     `json:"rules,omitempty"`
}

// Calendar is the hours of a team.
type Calendar struct {
	Name        string                 `json:"name"`
	Zone        string                 `json:"zone"`                   // IANA
	Weekly      map[string][][2]string `json:"weekly"`                 // "mon": [["09:00","12:30"],["13:30","18:00"]], in wall time; a missing day is closed
	Countries   []string               `json:"countries,omitempty"`    // whose public holidays close it, ISO 3166-1 alpha-2
	Events      []string               `json:"events,omitempty"`       // that close it; see hours.Events
	Holidays    []string               `json:"holidays,omitempty"`     // more days off: 2026-12-24
	WorkingDays []string               `json:"working_days,omitempty"` // days that are worked on all the same
	Teams       []int64                `json:"teams,omitempty"`        // whose tickets go by it unless their rule says otherwise
}

// Chain is calendars that take over from each other: it is open whenever one is.
type Chain struct {
	Name      string   `json:"name"`
	Calendars []string `json:"calendars"`
}

// Closure is time in which nobody is there: in some shops, on some calendars, or anywhere.
type Closure struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Shops     []int64   `json:"shops,omitempty"`     // whose tickets' clocks stand still
	Calendars []string  `json:"calendars,omitempty"` // that are shut; never beside shops
	Note      string    `json:"note,omitempty"`
}

// Rule promises targets to the tickets that meet its conditions.
type Rule struct {
	Name     string         `json:"name"`
	When     When           `json:"when,omitzero"`
	Calendar string         `json:"calendar,omitempty"` // or a chain; "" is the team's
	Targets  map[Target]int `json:"targets"`            // minutes of open time; 0 promises nothing, whatever wider rules say
	// Pauses says for which waiting reasons the clock of a target stands still.
	Pauses map[Target][]string `json:"pauses,omitempty"`
	Soon   int                 `json:"soon,omitempty"` // minutes of open time before it is due that it is called soon; 0 is none
}

// When are the conditions of a rule. Each list that is not empty must hold the ticket's
// value.
type When struct {
	Channels []string `json:"channels,omitempty"`
	Topics   []string `json:"topics,omitempty"`
	Tiers    []string `json:"tiers,omitempty"`   // the merchant's own words, in whatever case
	Markets  []string `json:"markets,omitempty"` // ISO 3166-1 alpha-2
	Shops    []int64  `json:"shops,omitempty"`
}

// Default is what holds until a workspace saves a book of its own: an answer within a
// day of the clock, around the clock.
func Default() Book {
	return Book{Rules: []Rule{{Name: "24 h", Targets: map[Target]int{First: 24 * 60, Next: 24 * 60}, Soon: 60}}}
}

// Subject is what rules ask of a ticket.
type Subject struct {
	Channel string
	Topic   string
	Tier    string
	Market  string
	Shop    int64
	Team    int64
}

// Dimension is one of the things that a rule may ask for.
type Dimension string

// The dimensions, the weightiest first.
const (
	ByTier    Dimension = "tier"
	ByTopic   Dimension = "topic"
	ByShop    Dimension = "shop"
	ByMarket  Dimension = "market"
	ByChannel Dimension = "channel"
)

// Names returns the dimensions that the conditions name, the weightiest first.
func (w When) Names() []Dimension {
	var out []Dimension
	for _, d := range []struct {
		name Dimension
		n    int
	}{{ByTier, len(w.Tiers)}, {ByTopic, len(w.Topics)}, {ByShop, len(w.Shops)}, {ByMarket, len(w.Markets)}, {ByChannel, len(w.Channels)}} {
		if d.n > 0 {
			out = append(out, d.name)
		}
	}
	return out
}

// weight orders conditions: the weightier dimension outweighs all below it.
func (w When) weight() int {
	out := 0
	for _, d := range w.Names() {
		out |= 16 >> slices.Index([]Dimension{ByTier, ByTopic, ByShop, ByMarket, ByChannel}, d)
	}
	return out
}

// Precedence returns the places of the book's rules in the order in which they are
// asked: the most specific first, and of like ones the first.
func (b Book) Precedence() []int {
	out := make([]int, len(b.Rules))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(x, y int) int { return b.Rules[y].When.weight() - b.Rules[x].When.weight() })
	return out
}

// Asks reports whether any rule asks for a dimension.
func (b Book) Asks(d Dimension) bool {
	return slices.ContainsFunc(b.Rules, func(r Rule) bool { return slices.Contains(r.When.Names(), d) })
}
