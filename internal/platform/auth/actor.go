package auth

import (
	"godwit.dev/godwit/internal/base/errs"
)

// WorkspaceID identifies a workspace, the tenant.
type WorkspaceID int64

// PersonID identifies a person of the merchant who can sign in.
type PersonID int64

// TeamID identifies a team.
type TeamID int64

// Kind says what sort of actor acts.
type Kind string

// The kinds of actor.
const (
	Customer Kind = "customer"
	Agent    Kind = "agent"
	Bot      Kind = "bot"
	System   Kind = "system"
)

// Role is what a person is in the workspace.
type Role string

// The roles, from the most to the least trusted.
const (
	Owner     Role = "owner"
	Lead      Role = "lead"
	AgentRole Role = "agent"
)

// Roles lists the roles in order of trust.
func Roles() []Role { return []Role{Owner, Lead, AgentRole} }

// Actor is whoever acts, within one workspace.
type Actor struct {
	Kind       Kind
	ID         int64 // person, customer or 0
	Name       string
	Workspace  WorkspaceID
	Role       Role
	Restricted bool // sees only tickets of own teams, own tickets and unassigned mailboxes without a team
	Teams      []TeamID
	Language   string
	Zone       string
}

// Permission names one thing that a role may grant.
type Permission string

// The permissions. One name per group of verbs that a merchant would grant together.
const (
	ReadTickets   Permission = "tickets.read"
	WriteTickets  Permission = "tickets.write" // reply, note, assign, tag, merge, split
	BulkTickets   Permission = "tickets.bulk"
	ReadCustomers Permission = "customers.read"
	MergeCustomer Permission = "customers.merge"
	ReadOrders    Permission = "orders.read"
	ImportOrders  Permission = "orders.import"
	ImportMail    Permission = "mail.import"
	ManageMacros  Permission = "macros.manage" // macros, tags, shared views
	ManageFields  Permission = "fields.manage"
	ManagePeople  Permission = "people.manage"
	ManageTeams   Permission = "teams.manage"
	ManageMail    Permission = "mailboxes.manage"
	SeeReports    Permission = "reports.read"
	Manage        Permission = "workspace.manage"
)

var grants = map[Role]map[Permission]bool{
	AgentRole: set(ReadTickets, WriteTickets, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders),
	Lead: set(ReadTickets, WriteTickets, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders,
		ImportOrders, ManageMacros, ManageFields, ManageTeams, SeeReports),
	Owner: set(ReadTickets, WriteTickets, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders,
		ImportOrders, ImportMail, ManageMacros, ManageFields, ManagePeople, ManageTeams, ManageMail, SeeReports, Manage),
}

func set(ps ...Permission) map[Permission]bool {
	m := make(map[Permission]bool, len(ps))
	for _, p := range ps {
		m[p] = true
	}
	return m
}

// May reports whether the actor holds a permission. The system holds all; a
// customer and a bot hold none of these.
func (a Actor) May(p Permission) bool {
	switch a.Kind {
	case System:
		return a.Workspace != 0
	case Agent:
		return a.Workspace != 0 && grants[a.Role][p]
	}
	return false
}

// Can fails with errs.Denied unless the actor holds the permission.
func (a Actor) Can(p Permission) error {
	if a.May(p) {
		return nil
	}
	return errs.New(errs.Denied, "error.denied", "permission", string(p))
}

// Person returns the person behind an agent, or 0.
func (a Actor) Person() PersonID {
	if a.Kind == Agent {
		return PersonID(a.ID)
	}
	return 0
}

// ForSystem returns the system as an actor in a workspace.
func ForSystem(w WorkspaceID) Actor {
	return Actor{Kind: System, Name: "Godwit", Workspace: w}
}

// Scope limits a query to what an actor may see.
type Scope struct {
	Workspace WorkspaceID
	All       bool     // every ticket of the workspace
	Person    PersonID // else: own tickets,
	Teams     []TeamID // those of own teams, and those without a team
}

// Scope returns what the actor may see.
func (a Actor) Scope() Scope {
	return Scope{Workspace: a.Workspace, All: !a.Restricted || a.Kind == System, Person: a.Person(), Teams: a.Teams}
}

// Sees reports whether a ticket with this team and assignee is in the scope.
func (s Scope) Sees(team TeamID, assignee PersonID) bool {
	if s.All || team == 0 || assignee == s.Person && s.Person != 0 {
		return true
	}
	for _, t := range s.Teams {
		if t == team {
			return true
		}
	}
	return false
}
