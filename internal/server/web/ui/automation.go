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
	If       string
	Steps    []RuleStep
	Stop     bool
	Hourly   string
	Days     int
	Events   []Option
	Verbs    []Option
	Whats    []RuleChoices
	Owners   []Option
	Facts    []RuleFact
	Reading  RuleReading
	Trial    *RuleTrial
	Versions []RuleVersion
	Deeds    []RuleDeed
}

// RuleStep is a line of the form.
type RuleStep struct{ Do, What, Text string }

// RuleChoices is a group of what a step may name.
type RuleChoices struct {
	Label string
	List  []Option
}

// RuleFact is a fact that expressions may name.
type RuleFact struct{ Name, Label, Signs, Values string }

// RuleReading is a rule in plain words, what is wrong with its expression, and what may be written next.
type RuleReading struct {
	Text  string
	Wrong string
	Next  []string
}

// RuleTrial is what a rule would have done.
type RuleTrial struct {
	Tickets, Events, Acts, Over, Unlike int64
	Today                               []string
	Took                                string // seconds
	Stopped                             bool
	Examples                            []RuleExample
}

// RuleExample is a time at which a rule would have acted.
type RuleExample struct {
	Number int64
	Who    string
	At     time.Time
}

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
