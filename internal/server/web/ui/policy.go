package ui

import "time"

// Policies is the page of a return policy.
type Policies struct {
	Page
	Form
	Wrong    []PlanWrong // what is wrong with the text, by its place in it
	Name     string
	Number   int // 0: nothing is saved
	Names    []string
	None     bool
	Text     string
	Since    string // 2006-01-02: cases that are tried
	Versions []PolicyVersion
	Releases []PolicyRelease
	Trial    *PolicyTrial
	Public   []PolicyPublic // where customers read it
}

// PolicyPublic is the page on which customers of a shop read the policy.
type PolicyPublic struct{ Shop, Address string }

// PolicyVersion is one version of a policy.
type PolicyVersion struct {
	Number int
	At     time.Time
	By     string
}

// PolicyRelease says from when a version is in force.
type PolicyRelease struct {
	Label, Name, By, State string // now, later, over
	Number                 int
	From                   time.Time
}

// PolicyTrial is what a text would have changed.
type PolicyTrial struct {
	Total, Cases, Changed, Granted, Refused, Alone, Looked, Customers, Worse int64
	Stopped                                                                  bool
	Money                                                                    []PolicyMoney
	Groups                                                                   []PolicyGroups
	Examples                                                                 []PolicyExample
}

// PolicyMoney is by how much sums of a currency change.
type PolicyMoney struct{ Currency, Paid, Cost string }

// PolicyGroups is a table of a trial.
type PolicyGroups struct {
	Title string
	Rows  []PolicyGroup
}

// PolicyGroup is the cases of a market, law or product.
type PolicyGroup struct {
	Name                    string
	Cases, Changed, Refused int64
	Cost                    []string
}

// PolicyExample is a case that changes.
type PolicyExample struct {
	Case                int64
	Rule, Before, After string
}
