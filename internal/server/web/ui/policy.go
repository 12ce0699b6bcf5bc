package ui

import (
	"net/url"
	"strconv"
	"time"
)

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
	Budgets  []PolicyBudget
	Replays  []ReplayRow
	Public   []PolicyPublic // where customers read it
}

// PolicyPublic is the page on which customers of a shop read the policy.
type PolicyPublic struct{ Shop, Address string }

// PolicyBudget is what has gone out without a person under a cap of the policy in force.
type PolicyBudget struct {
	Rule, Per, Period, Spent, Limit string
	Percent                         int
	Near                            bool   // it is time to warn
	Reserved                        string // of Spent, what has not gone out yet; empty for nothing
	Over                            bool   // nothing is left
}

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

// form is the address of the policy as a form.
func (v Policies) form() string {
	if v.Number == 0 {
		return "/admin/policies/form"
	}
	return "/admin/policies/form?" + url.Values{"policy": {v.Name}, "version": {strconv.Itoa(v.Number)}}.Encode()
}
