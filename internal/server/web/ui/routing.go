package ui

import (
	"net/url"
	"slices"
	"time"
)

// Routing is the admin page of who gets tickets.
type Routing struct {
	Page
	Form
	Version  int
	SavedAt  time.Time
	SavedBy  string
	On       bool
	Patience string
	Escalate string // before a promise is due
	Level    []Option
	HandOver []Option
	Tiers    string
	Weights  []Weight
	Rules    []PromisePart
	People   []RosterRow
	Edit     *RoutingEdit
}

// Weight is how much of a capacity a ticket of a topic takes.
type Weight struct {
	Topic  string
	Label  string
	Weight string
}

// RosterRow is a person and how they stand.
type RosterRow struct {
	ID        int64
	Name      string
	Has       bool // a sheet that gives them tickets
	Able      bool
	There     bool
	Until     time.Time // when they go or come; zero for never: who is there is there at any hour
	Off       string    // why they are away all day, "" if they are not
	Load      int
	Capacity  int
	Languages string
	Topics    string
}

// RoutingEdit is the form of a rule or of a person's sheet.
type RoutingEdit struct {
	Part      string // rule, sheet
	Place     string // of the rule, "" for a new one; the person
	Title     string // the person's name
	Version   int    // of the sheet
	Values    url.Values
	Topics    []Option
	Shops     []Option
	Teams     []Option
	People    []Option
	Absences  []Absence
	Countries []Option
	Holidays  []string // the next ones that the person has off
	Languages []RoutingLevel
}

// RoutingLevel is a field for the languages of one level.
type RoutingLevel struct {
	Name  string
	Label string
}

// Absence is days on which a person is away.
type Absence struct{ From, To, Note string }

// Days are the days of the week, Monday first.
func (RoutingEdit) Days() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

func (e RoutingEdit) has(name, value string) bool { return slices.Contains(e.Values[name], value) }

// RoutingPartPath leads to the form of a rule or a sheet.
func RoutingPartPath(part, place string) string {
	return "/admin/routing?" + url.Values{"part": {part}, "place": {place}}.Encode() + "#edit"
}

// Whereabouts is why a ticket is where it is.
type Whereabouts struct {
	Given time.Time // when routing gave it to the person who has it, zero if it waits
	Since time.Time // since when it waits
	Next  time.Time // when the answer may become another by itself, zero for never
	Why   []string
}
