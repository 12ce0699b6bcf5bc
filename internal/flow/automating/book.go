package automating

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event that this package tells.
const (
	SavedKind    = "rule.saved"    // data: {"name", "version", "on"}
	SwitchedKind = "rule.switched" // data: {"name", "version", "on"}
	DeletedKind  = "rule.deleted"  // data: {"name"}
	DisabledKind = "rule.disabled" // data: {"name", "version", "on"}
	OrderedKind  = "rule.ordered"  // data: {"rules"}
	TriedKind    = "rule.tried"    // data: {"name", "since"}
	FiredKind    = "rule.fired"    // data: {"at"}; rules that fire by the calendar answer it, ticket by ticket
	CalledKind   = "rule.called"   // data: {"name", "word", "ticket", "number", "cause"}
)

// SubjectKind is the kind of subject of these events.
const SubjectKind = "rule"

func subjectOf(r automation.ID) event.Subject { return event.Subject{Kind: SubjectKind, ID: int64(r)} }

// may fails with errs.Denied unless the actor manages rules and sees the whole workspace: a rule acts on all of it.
func may(a auth.Actor) error {
	if err := a.Can(auth.ManageTeams); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.rule_limited")
	}
	return nil
}

// Rules returns the rules of the actor's workspace in their order. It needs ManageTeams, as all verbs of rules, and a view
// of the whole workspace.
func (s *Service) Rules(ctx context.Context, a auth.Actor) ([]automation.Rule, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.Rules(ctx, a.Workspace)
}

// Rule returns one rule.
func (s *Service) Rule(ctx context.Context, a auth.Actor, r automation.ID) (automation.Rule, error) {
	if err := may(a); err != nil {
		return automation.Rule{}, err
	}
	return s.Store.Rule(ctx, a.Workspace, r)
}

// Versions returns what a rule said, the newest first.
func (s *Service) Versions(ctx context.Context, a auth.Actor, r automation.ID) ([]Version, error) {
	if _, err := s.Rule(ctx, a, r); err != nil {
		return nil, err
	}
	return s.Store.Versions(ctx, a.Workspace, r)
}

// Deeds returns what rules did, the newest first; of one rule, if r is not 0.
func (s *Service) Deeds(ctx context.Context, a auth.Actor, r automation.ID, before DeedID, limit int) ([]Deed, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.Deeds(ctx, a.Workspace, r, before, min(max(limit, 1), 200))
}

// Names returns what people call the records that rules name.
func (s *Service) Names(ctx context.Context, a auth.Actor) (n automation.Names, err error) {
	if err := may(a); err != nil {
		return n, err
	}
	n = automation.Names{Teams: map[auth.TeamID]string{}, People: map[auth.PersonID]string{}, Macros: map[ticket.MacroID]string{}}
	teams, err := s.People.Teams(ctx, a.Workspace)
	if err != nil {
		return n, err
	}
	for _, t := range teams {
		n.Teams[t.ID] = t.Name
	}
	people, err := s.People.People(ctx, a.Workspace)
	if err != nil {
		return n, err
	}
	for _, p := range people {
		if p.Status == auth.Active {
			n.People[p.ID] = p.Name
		}
	}
	macros, err := s.Tickets.Macros(ctx, auth.ForSystem(a.Workspace))
	for _, m := range macros {
		n.Macros[m.ID] = m.Name
	}
	return n, err
}

// Check judges a definition for the actor's workspace: its words, and that what it names is there. Who lets a rule write
// to customers must be able to themselves, and so for who lets it tell webhooks.
func (s *Service) Check(ctx context.Context, a auth.Actor, d automation.Definition) error {
	n, err := s.Names(ctx, a)
	if err != nil {
		return err
	}
	if _, err := d.Check(); err != nil {
		return err
	}
	for i, x := range d.Then {
		if right, ok := beyond[x.Do]; ok {
			if err := a.Can(right); err != nil {
				return err
			}
		}
		at := func(field string) string { return fmt.Sprintf("then.%d.%s", i, field) }
		switch x.Do {
		case automation.Team:
			if n.Teams[x.Team] == "" {
				return errs.Field(at("team"), "error.team")
			}
		case automation.Assign, automation.Notify:
			if x.Person != 0 && n.People[x.Person] == "" {
				return errs.Field(at("person"), "error.assignee")
			}
		case automation.Reply:
			if n.Macros[x.Macro] == "" {
				return errs.Field(at("macro"), "error.rule_macro")
			}
		}
	}
	return nil
}

// beyond are the rights that steps need of people beyond those of managing rules.
var beyond = map[automation.Verb]auth.Permission{automation.Reply: auth.SendMail, automation.Call: auth.ManageWebhooks}

// vouched fails unless the owner of a rule can sign in and may do what the rule does beyond the desk's own verbs. A rule that
// does no such thing needs nobody.
func (s *Service) vouched(ctx context.Context, w auth.WorkspaceID, owner auth.PersonID, d automation.Definition) error {
	for _, x := range d.Then {
		right, ok := beyond[x.Do]
		if !ok {
			continue
		}
		crew, err := s.Crew(ctx, w)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(crew, func(a auth.Actor) bool { return a.Person() == owner && a.May(right) }) {
			return errs.Field("owner", "error.rule_owner")
		}
	}
	return nil
}

// Draft is what is saved of a rule.
type Draft struct {
	Rule    automation.ID // 0 makes one
	Seen    int           // the version that this one was made from
	Owner   auth.PersonID // 0 is the actor of a new rule, and leaves that of another
	Shipped string        // of a new rule: the shipped one that it was made from
	automation.Definition
}

// Save checks a definition and keeps it as a rule's next version, or as a new rule at the end of the order, which is off.
// The same definition again makes no version. It fails with errs.Invalid and the place of what is wrong, and with
// errs.Conflict if the newest version is not the one that the actor saw, or there are automation.MaxRules.
func (s *Service) Save(ctx context.Context, a auth.Actor, d Draft) (r automation.Rule, err error) {
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	if err := s.Check(ctx, a, d.Definition); err != nil {
		return r, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		now := s.Now()
		if d.Rule == 0 {
			list, err := s.Store.Rules(ctx, a.Workspace)
			if err != nil {
				return err
			}
			if len(list) >= automation.MaxRules {
				return errs.New(errs.Conflict, "error.rule_many", "max", automation.MaxRules)
			}
			r = automation.Rule{ID: automation.ID(s.IDs.Next()), Workspace: a.Workspace, Place: 1, Owner: a.Person(), Shipped: d.Shipped, CreatedAt: now}
			if n := len(list); n > 0 {
				r.Place = list[n-1].Place + 1
			}
		} else if r, err = s.Store.HoldRule(ctx, a.Workspace, d.Rule); err != nil {
			return err
		}
		if r.Version != d.Seen {
			return errs.New(errs.Conflict, "error.promise_changed")
		}
		if d.Owner != 0 {
			people, err := s.People.People(ctx, a.Workspace)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(people, func(p auth.Person) bool { return p.ID == d.Owner && p.Status == auth.Active }) {
				return errs.Field("owner", "error.assignee")
			}
			r.Owner = d.Owner
			if d.Owner != a.Person() {
				if err := s.vouched(ctx, a.Workspace, r.Owner, d.Definition); err != nil {
					return err
				}
			}
		}
		r.Definition, r.SavedAt, r.SavedBy, r.Failures, r.Off = d.Definition, now, a.Person(), 0, ""
		r.Version++
		if err := s.put(ctx, r); err != nil {
			return err
		}
		return s.record(ctx, a, SavedKind, r)
	})
	return r, err
}

// Switch turns a rule on or off. On, it answers what happens from now on; off, what it was to answer later is answered
// only if it is on again by then. A rule that is so already is left.
func (s *Service) Switch(ctx context.Context, a auth.Actor, id automation.ID, on bool) (r automation.Rule, err error) {
	if err := may(a); err != nil {
		return r, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if r, err = s.Store.HoldRule(ctx, a.Workspace, id); err != nil || r.On == on {
			return err
		}
		if on {
			if err := s.Check(ctx, a, r.Definition); err != nil {
				return err
			}
			if err := s.vouched(ctx, a.Workspace, r.Owner, r.Definition); err != nil {
				return err
			}
		}
		r.On, r.Failures, r.Off = on, 0, ""
		if err := s.put(ctx, r); err != nil {
			return err
		}
		return s.record(ctx, a, SwitchedKind, r)
	})
	return r, err
}

// Order puts the rules into an order. It fails with errs.Conflict unless it names each rule of the workspace once.
func (s *Service) Order(ctx context.Context, a auth.Actor, order []automation.ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Rules(ctx, a.Workspace)
		if err != nil {
			return err
		}
		have, want := make([]automation.ID, len(list)), slices.Clone(order)
		for i, r := range list {
			have[i] = r.ID
		}
		slices.Sort(have)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			return errs.New(errs.Conflict, "error.promise_changed")
		}
		for i, id := range order {
			if err := s.Store.PlaceRule(ctx, a.Workspace, id, i+1); err != nil {
				return err
			}
		}
		return s.Journal.Append(ctx, event.New(OrderedKind, a, event.Subject{Kind: "workspace", ID: int64(a.Workspace)}, 0, map[string]any{"rules": len(order)}))
	})
}

// Delete deletes a rule with its versions, what it is to answer and what it did. What it has done to tickets stays.
func (s *Service) Delete(ctx context.Context, a auth.Actor, id automation.ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.HoldRule(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteRule(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(DeletedKind, a, subjectOf(id), 0, map[string]any{"name": r.Name}))
	})
}

// record writes how a rule stands into the journal.
func (s *Service) record(ctx context.Context, a auth.Actor, kind string, r automation.Rule) error {
	return s.Journal.Append(ctx, event.New(kind, a, subjectOf(r.ID), 0, map[string]any{"name": r.Name, "version": r.Version, "on": r.On}))
}
