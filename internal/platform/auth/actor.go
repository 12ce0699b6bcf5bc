package auth

import (
	"slices"
	"time"

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
	Rule     Kind = "rule" // an automation rule: it sees the whole workspace, and does what a desk does
)

// Actor is whoever acts, within one workspace.
type Actor struct {
	Kind       Kind
	ID         int64 // person, customer or 0
	Name       string
	Workspace  WorkspaceID
	Role       Role
	Restricted bool // sees only tickets of own teams, of no team, and own ones
	Teams      []TeamID
	Language   string
	Zone       string

	// Permissions is what the actor may do; nil stands for those of a built-in Role.
	Permissions Set
	// Token is the API token that the actor came with, or 0.
	Token TokenID
	// Proved is when the person behind a session last proved themself; zero for
	// whoever came otherwise.
	Proved time.Time
	// Limits narrow what the actor sees to mailboxes and shops.
	Limits Limits
}

// May reports whether the actor holds a permission. The system holds all, a rule
// those of the desk; a customer and a bot hold none of these.
func (a Actor) May(p Permission) bool {
	switch a.Kind {
	case System:
		return a.Workspace != 0
	case Agent:
		return a.Workspace != 0 && a.holds()[p]
	case Rule:
		return a.Workspace != 0 && ruleMay[p]
	}
	return false
}

// ruleMay is what automation rules may do: the desk's own verbs, and to read what they ask about. They move no money and
// change no setting.
var ruleMay = NewSet(ReadTickets, WriteTickets, SendMail, ReadCustomers, ReadOrders, ReadShipments, ReadCases)

// holds returns the permissions of a person.
func (a Actor) holds() Set {
	if a.Permissions != nil {
		return a.Permissions
	}
	return grants[a.Role]
}

// Can fails with errs.Denied unless the actor holds the permission.
func (a Actor) Can(p Permission) error {
	if a.May(p) {
		return nil
	}
	return errs.New(errs.Denied, "error.denied", "permission", string(p))
}

// CanAny fails with errs.Denied unless the actor holds one of some permissions.
func (a Actor) CanAny(ps ...Permission) error {
	if slices.ContainsFunc(ps, a.May) {
		return nil
	}
	return a.Can(ps[0])
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

// ForRule returns an automation rule as an actor in a workspace.
func ForRule(w WorkspaceID, id int64, name string) Actor {
	return Actor{Kind: Rule, ID: id, Name: name, Workspace: w}
}
