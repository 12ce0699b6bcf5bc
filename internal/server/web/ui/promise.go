package ui

import (
	"net/url"
	"slices"
	"time"
)

// PromiseBook is the admin page of what is promised about answers.
type PromiseBook struct {
	Page
	Form
	Version   int
	SavedAt   time.Time
	SavedBy   string
	Rules     []PromisePart // in the order in which they are asked
	Calendars []PromisePart
	Chains    []PromisePart
	Closures  []PromisePart
	Default   []Option // calendars and chains for tickets whose rule and team have none
	Edit      *PromiseEdit
	MayTry    bool // the reader sees tickets
	Ticket    string
	Asked     string  // what the rules asked of the ticket
	Tried     []Clock // what holds for the ticket; a target that is not promised has no minutes
	Try       string  // why it could not be tried
}

// PromisePart is a rule, calendar, chain or closure in a table.
type PromisePart struct {
	Place int
	Name  string
	What  string   // conditions; zone and hours; when
	Lines []string // targets; closed days; of what
}

// PromiseEdit is the form of one part of the book.
type PromiseEdit struct {
	Part      string // rule, calendar, chain, closure
	Place     string // in the book, "" for a new one
	Values    url.Values
	Topics    []Option
	Shops     []Option
	Teams     []Option
	Calendars []Option
	Events    []Option
	Waits     []Option
}

// Targets are what a rule may promise.
func (PromiseEdit) Targets() []string { return []string{"first", "next", "resolution", "update"} }

// Days are the days of the week, Monday first.
func (PromiseEdit) Days() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

func (e PromiseEdit) has(name, value string) bool { return slices.Contains(e.Values[name], value) }

// PromisePartPath leads to the form of a part of the book.
func PromisePartPath(part, place string) string {
	return "/admin/promises?" + url.Values{"part": {part}, "place": {place}}.Encode() + "#edit"
}
