package auth

import "slices"

// Permission names one thing that a role may grant. The names are a contract:
// they are also the scopes of API tokens.
type Permission string

// The permissions. One name per group of verbs that a merchant would grant together.
const (
	ReadTickets    Permission = "tickets.read"
	WriteTickets   Permission = "tickets.write" // note, assign, tag, merge, split, draft
	SendMail       Permission = "tickets.send"  // reply, send now, side conversations: what leaves the house
	BulkTickets    Permission = "tickets.bulk"
	ReadCustomers  Permission = "customers.read"
	MergeCustomer  Permission = "customers.merge"
	ReadOrders     Permission = "orders.read"
	ImportOrders   Permission = "orders.import"
	ReadProducts   Permission = "products.read"
	ImportProducts Permission = "products.import"
	Quote          Permission = "quotes.make"  // what sending costs, and exchange rates
	ManagePlans    Permission = "plans.manage" // shipping plans and exchange rates
	ReadShipments  Permission = "shipments.read"
	WriteShipments Permission = "shipments.write" // tell what happened to parcels
	ReadCases      Permission = "cases.read"      // returns, claims and refunds
	WriteCases     Permission = "cases.write"     // open and carry on cases, ask for refunds
	ApproveRefunds Permission = "refunds.approve" // money leaves the house
	ImportMail     Permission = "mail.import"
	ManageMacros   Permission = "macros.manage" // macros, tags, shared views
	ManageFields   Permission = "fields.manage"
	ManagePeople   Permission = "people.manage" // people and roles
	ManageTeams    Permission = "teams.manage"
	ManageMail     Permission = "mailboxes.manage"
	ManageTokens   Permission = "tokens.manage"
	ManageWebhooks Permission = "webhooks.manage"
	SeeReports     Permission = "reports.read"
	ReadAudit      Permission = "audit.read" // who did what, and taking it out of the house
	Manage         Permission = "workspace.manage"
)

// PermissionGroup is a heading with its permissions, in the order people read them.
type PermissionGroup struct {
	Key         string // desk, trade, set-up, house
	Permissions []Permission
}

// PermissionGroups returns every permission once, under headings.
func PermissionGroups() []PermissionGroup {
	return []PermissionGroup{
		{"desk", []Permission{ReadTickets, WriteTickets, SendMail, BulkTickets, SeeReports}},
		{"trade", []Permission{ReadCustomers, MergeCustomer, ReadOrders, ImportOrders, ReadProducts, ImportProducts, Quote, ReadShipments, WriteShipments, ReadCases, WriteCases, ApproveRefunds, ImportMail}},
		{"setup", []Permission{ManageMacros, ManageFields, ManageTeams, ManagePlans, ManageMail}},
		{"house", []Permission{ManagePeople, ManageTokens, ManageWebhooks, ReadAudit, Manage}},
	}
}

// Permissions returns every permission, in the order of PermissionGroups.
func Permissions() []Permission {
	var all []Permission
	for _, g := range PermissionGroups() {
		all = append(all, g.Permissions...)
	}
	return all
}

// Set is a set of permissions. It is shared between requests: make a new one
// rather than change it.
type Set map[Permission]bool

// NewSet returns the set of these permissions; it is empty, not nil, for none.
func NewSet(ps ...Permission) Set {
	m := make(Set, len(ps))
	for _, p := range ps {
		m[p] = true
	}
	return m
}

// And returns the permissions in both sets.
func (s Set) And(t Set) Set {
	m := make(Set, len(s))
	for p := range s {
		if s[p] && t[p] {
			m[p] = true
		}
	}
	return m
}

// Within reports whether every permission of s is in t.
func (s Set) Within(t Set) bool {
	for p := range s {
		if s[p] && !t[p] {
			return false
		}
	}
	return true
}

// List returns the permissions of the set in the order of Permissions; names
// that no program of this version knows are left out.
func (s Set) List() []Permission {
	return slices.DeleteFunc(Permissions(), func(p Permission) bool { return !s[p] })
}

// Grave returns the permissions whose misuse would hurt most: those that decide
// who may do what, open a way in or out of the house, or take the trail of it
// along. At the console they ask for a fresh proof; see FreshFor. A program
// cannot give one, so only a person who just has makes a token that carries
// them, and such a token ends; see GraveLife.
func Grave() []Permission {
	return []Permission{ManageMail, ManagePeople, ManageTokens, ManageWebhooks, ReadAudit, Manage}
}

// grave returns those permissions of the set that are Grave.
func (s Set) grave() Set { return s.And(NewSet(Grave()...)) }
