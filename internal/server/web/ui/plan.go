package ui

import (
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
)

// Plans is the page of a shipping plan.
type Plans struct {
	Page
	Form               // of what was wrong, by its place in the document
	Wrong  []PlanWrong // the same, in order
	Name   string
	Names  []string // of all plans
	Now    PlanVersion
	Newest bool // the newest version is shown; another one can only be read
	None   bool // no plan has been saved

	Currency  string
	Places    []PlanPlace
	Ways      []PlanWay
	Versions  []PlanVersion // newest first
	Countries []Option      // that a parcel is sent to, with the one that was tried
	Try       PlanTry
}

// PlanWrong is one thing that is wrong with a document.
type PlanWrong struct{ Place, Text string }

// PlanVersion is one version of a plan.
type PlanVersion struct {
	Version int
	At      time.Time
	By      string
}

// PlanPlace is a warehouse.
type PlanPlace struct {
	Key, Name, Country, Zone string
	CutOff, Handling         string
	Stocked                  int64 // articles in its list; -1 for everything
}

// PlanWay is a service with what it costs into each zone.
type PlanWay struct {
	Key, Title, From string
	Facts            []string
	Rates            []PlanRate
}

// PlanRate is what a service costs into a zone.
type PlanRate struct {
	Place     string // in the document: services.post.rates.union
	Title     string
	Countries string
	From, To  string // days
	Free      string
	FreeToo   string // in other currencies
	Steps     []PlanStep
}

// PlanStep is a price up to a weight.
type PlanStep struct{ Upto, Price string }

// PlanTry is a basket that is tried on the plan, and what it answers.
type PlanTry struct {
	Asked              bool
	Form               Form
	Country, Postcode  string
	Grams, Worth, When string
	Options            []PlanOption
	Refused            []PlanRefused
	Sources            []string // of duty and tax
}

// PlanOption is one way of sending the basket.
type PlanOption struct {
	Title, Price, Days, Total string
	From, To                  time.Time // days in UTC
	Charges                   []PlanCharge
	Returns                   string
}

// PlanCharge is duty or tax with what it rests on.
type PlanCharge struct{ Text, Rests string }

// PlanRefused is a service that does not take the basket.
type PlanRefused struct{ Title, Why string }

// planPath is an address of the version that is shown.
func planPath(path string, v Plans) string {
	return path + "?plan=" + v.Name + "&version=" + strconv.Itoa(v.Now.Version)
}

// arrives writes the days between which an option comes; each is named by its midnight in UTC.
func (v Plans) arrives(o PlanOption) string {
	day := func(t time.Time) string { return v.printer().Date(t, time.UTC, i18n.Brief) }
	if o.From.Equal(o.To) {
		return day(o.To)
	}
	return day(o.From) + " – " + day(o.To)
}
