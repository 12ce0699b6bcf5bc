package ui

import (
	"strconv"
	"time"
)

// Automation is the admin page of rules.
type Automation struct {
	Page
	Form
	Rules   []RuleRow
	Shipped []ShippedRule
	Edit    *RuleEdit
}

// RuleRow is a rule in its order.
type RuleRow struct {
	ID          int64
	Name        string
	Reading     string
	Owner       string
	On          bool
	Off         string // that it was switched off by itself
	First, Last bool
}

// ShippedRule is a rule that nobody has taken up yet.
type ShippedRule struct{ Key, Name, Reading string }

// RuleEdit is the form of a rule.
type RuleEdit struct {
	ID       int64
	Version  int
	Old      int // an older version that is shown in the form, 0 for the newest
	Shipped  string
	On       bool
	Owner    int64
	Name     string
	Event    string
	After    string
	Weekdays []string // of a rule that fires by the calendar
	Time     string
	Week     []Option
	If       string
	Steps    []RuleStep
	Stop     bool
	Hourly   string
	Days     int
	Events   []Option
	More     bool // there may be another step
	Owners   []Option
	Facts    []RuleFact
	Reading  RuleReading
	Trials   []RuleTrialRow
	Versions []RuleVersion
	Deeds    []RuleDeed
}

// RuleStep is a step of the form: what it does, and of its other fields those that this needs.
type RuleStep struct {
	Do, What, Text string
	Verbs, Whats   []Option
	TextLabel      string // "" if it has no text
	Long           bool   // of several lines
}

// RuleFact is a fact that expressions may name.
type RuleFact struct{ Name, Label, Signs, Values string }

// RuleReading is a rule in plain words, what is wrong with its expression, and what may be written next.
type RuleReading struct {
	Text  string
	Wrong string
	Next  []string
}

// RuleTrialRow is a trial of a rule in a list.
type RuleTrialRow struct {
	ID        int64
	State     string
	Percent   int
	Version   int // 0 for a draft
	Acts      int64
	Since, At time.Time
}

// RuleTrial is the page of a trial.
type RuleTrial struct {
	Page
	RuleTrialRow
	Rule        int64 // 0 for one that was not saved
	Name        string
	Reading     string
	Read, Total int64
	Run         int
	Why         string
	Moving      bool
	Other       bool // events are not about tickets themselves
	Found       *RuleFound
}

// RuleFound is what a rule would have done.
type RuleFound struct {
	Looked, Events, Acts, Over, Unlike, Without int64
	Today                                       []string
	Took                                        string // seconds
	Stopped                                     bool
	Days                                        []RuleDay // each since the first that something was done on
	Most                                        int64     // of one day
	MostOn, First, Last                         string
	Examples                                    []RuleExample
}

// RuleDay is a bar of a day.
type RuleDay struct{ Acts, Over int64 }

// RuleExample is a time at which a rule would have acted.
type RuleExample struct {
	Number  int64 // 0 where it would have opened a ticket
	Subject string
	Order   int64
	At      time.Time
}

func (t RuleTrialRow) path() string { return TrialPath(t.ID) }

// TrialPath leads to a trial.
func TrialPath(id int64) string { return "/admin/automation/trials/" + strconv.FormatInt(id, 10) }

func (v RuleTrial) back() string {
	if v.Rule == 0 {
		return "/admin/automation"
	}
	return RulePath(v.Rule)
}

// The bars are drawn a hundred high, ten wide each.
func (t RuleFound) box() string { return "0 0 " + strconv.Itoa(10*max(len(t.Days), 20)) + " 100" }

func (t RuleFound) tall(n int64) string {
	return strconv.FormatFloat(float64(n)/float64(max(t.Most, 1))*100, 'f', 2, 64)
}

func (t RuleFound) top(n int64) string {
	return strconv.FormatFloat(100-float64(n)/float64(max(t.Most, 1))*100, 'f', 2, 64)
}

func dayAt(i int) string { return strconv.Itoa(10*i + 1) }

// RuleVersion is what a rule said.
type RuleVersion struct {
	Version int
	At      time.Time
	By      string
	Reading string
}

// RuleDeed is what became of a rule that answered an event.
type RuleDeed struct {
	At                 time.Time
	Number             int64
	Outcome, What, Why string
}

// RulePath leads to a rule.
func RulePath(id int64) string {
	return "/admin/automation?rule=" + strconv.FormatInt(id, 10) + "#edit"
}

func ruleVersionPath(id int64, version int) string {
	return "/admin/automation?rule=" + strconv.FormatInt(id, 10) + "&version=" + strconv.Itoa(version) + "#edit"
}

func deedTone(outcome string) string {
	switch outcome {
	case "did":
		return "good"
	case "failed":
		return "bad"
	}
	return "warn"
}
