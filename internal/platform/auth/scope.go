package auth

import (
	"slices"

	"godwit.dev/godwit/internal/base/errs"
)

// Limits narrow what somebody sees; nil in a field narrows nothing, an empty list
// leaves nothing. The numbers are those of mailboxes and shops, whose types are
// declared by the packages above this one.
type Limits struct {
	Mailboxes []int64 `json:"mailboxes,omitzero"`
	Shops     []int64 `json:"shops,omitzero"`
}

// Any reports whether there is a limit.
func (l Limits) Any() bool { return l.Mailboxes != nil || l.Shops != nil }

// Mailbox and Shop report whether one is within the limits. None, which is 0, is
// within only where there is no limit.
func (l Limits) Mailbox(id int64) bool { return l.Mailboxes == nil || slices.Contains(l.Mailboxes, id) }

// Shop is as Mailbox.
func (l Limits) Shop(id int64) bool { return l.Shops == nil || slices.Contains(l.Shops, id) }

// or returns the limits with those of another where they have none.
func (l Limits) or(other Limits) Limits {
	if l.Mailboxes == nil {
		l.Mailboxes = other.Mailboxes
	}
	if l.Shops == nil {
		l.Shops = other.Shops
	}
	return l
}

// within reports whether the limits leave no more than others do.
func (l Limits) within(other Limits) bool {
	inside := func(own, others []int64) bool {
		return others == nil || own != nil && !slices.ContainsFunc(own, func(id int64) bool { return !slices.Contains(others, id) })
	}
	return inside(l.Mailboxes, other.Mailboxes) && inside(l.Shops, other.Shops)
}

// Scope limits a query to what an actor may see.
type Scope struct {
	Workspace WorkspaceID
	All       bool     // every ticket and order of the workspace; the rest is then empty but for Person
	Person    PersonID // else: the tickets assigned to this person, and of the others those
	AnyTeam   bool     // of whatever team,
	Teams     []TeamID // or of these teams and of no team,
	Limits             // within these mailboxes and shops
}

// Scope returns what the actor may see. Who is neither of the merchant nor the
// system nor a rule sees nothing.
func (a Actor) Scope() Scope {
	if a.Kind != Agent && a.Kind != System && a.Kind != Rule {
		return Scope{}
	}
	s := Scope{Workspace: a.Workspace, Person: a.Person()}
	if a.Kind == System || a.Kind == Rule || !a.Restricted && !a.Limits.Any() {
		s.All = true
		return s
	}
	s.AnyTeam, s.Limits = !a.Restricted, a.Limits
	if a.Restricted {
		s.Teams = a.Teams
	}
	return s
}

// ResourceKind says what a resource is, and so which limits apply to it.
type ResourceKind string

// The kinds of resource.
const (
	// OfHouse is what belongs to the workspace as a whole: people, settings,
	// customers. No limit applies to it.
	OfHouse ResourceKind = "house"
	// OfTicket is a ticket and all that hangs on it: messages, files, drafts.
	OfTicket ResourceKind = "ticket"
	// OfOrder is an order and all that hangs on it; limits to shops apply to it.
	OfOrder ResourceKind = "order"
)

// Resource is what something is done to, as far as rights depend on it. The zero
// Resource is nothing, and nobody may do anything to it.
type Resource struct {
	Kind      ResourceKind
	Workspace WorkspaceID
	Team      TeamID   // of a ticket, or 0
	Assignee  PersonID // of a ticket, or 0
	Mailbox   int64    // of a ticket, or 0
	Shop      int64    // of a ticket or an order, or 0
}

// House returns the workspace itself as a resource.
func House(w WorkspaceID) Resource { return Resource{Kind: OfHouse, Workspace: w} }

// Sees reports whether a resource is in the scope. It is the rule that the
// statements of package store write as SQL.
func (s Scope) Sees(r Resource) bool {
	if s.Workspace == 0 || r.Workspace != s.Workspace {
		return false
	}
	switch r.Kind {
	case OfHouse:
		return true
	case OfOrder:
		return s.All || s.Shop(r.Shop)
	case OfTicket:
		if s.All || r.Assignee != 0 && r.Assignee == s.Person {
			return true
		}
		team := s.AnyTeam || r.Team == 0 || slices.Contains(s.Teams, r.Team)
		return team && s.Mailbox(r.Mailbox) && s.Shop(r.Shop)
	}
	return false
}

// Can decides whether an actor may do to a resource what a permission names. It
// fails with errs.Denied without the permission and, so that nothing is learnt
// from the difference, with errs.NotFound if the resource is of another
// workspace or outside what the actor sees. What no rule grants is denied.
func Can(a Actor, p Permission, r Resource) error {
	if err := a.Can(p); err != nil {
		return err
	}
	if !a.Scope().Sees(r) {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return nil
}
