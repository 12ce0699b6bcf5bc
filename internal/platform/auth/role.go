package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Role is what a person is in the workspace: one of the built-in roles, or the
// key of a custom one.
type Role string

// The built-in roles, from the most to the least trusted.
const (
	Owner     Role = "owner"
	Lead      Role = "lead"
	AgentRole Role = "agent"
)

// Roles lists the built-in roles in order of trust.
func Roles() []Role { return []Role{Owner, Lead, AgentRole} }

// BuiltIn reports whether the role is written in Go.
func (r Role) BuiltIn() bool { return slices.Contains(Roles(), r) }

// Grants returns what a built-in role may do; nil for any other.
func (r Role) Grants() Set { return maps.Clone(grants[r]) }

// grants is what the built-in roles may do.
var grants = map[Role]Set{
	AgentRole: NewSet(ReadTickets, WriteTickets, SendMail, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders, ReadProducts, Quote, ReadShipments, ReadCases, WriteCases),
	Lead: NewSet(ReadTickets, WriteTickets, SendMail, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders, ReadProducts, Quote, ReadShipments, ReadCases, WriteCases, ApproveRefunds,
		ImportOrders, ImportProducts, WriteShipments, ManagePlans, ManageMacros, ManageFields, ManageTeams, SeeReports),
	Owner: NewSet(Permissions()...),
}

// CustomRole is a role that a workspace made for itself.
type CustomRole struct {
	Workspace   WorkspaceID
	Key         Role // made from the first name, and never changed
	Name        string
	Permissions []Permission
	Restricted  bool   // who has it sees only the tickets of own teams
	Limits      Limits // of whoever has it and no limits of their own
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Roles returns the custom roles of the actor's workspace by name, to whoever may
// read the names of its people.
func (s *Service) Roles(ctx context.Context, a Actor) ([]CustomRole, error) {
	if err := a.CanAny(ReadTickets, ManagePeople); err != nil {
		return nil, err
	}
	return s.store.Roles(ctx, a.Workspace)
}

// SaveRole writes a custom role; one without key is new. Nobody grants by a role,
// or takes from one, what they may not do or see themselves: that is errs.Denied
// for a role that holds more already, and errs.Invalid for what is given. It
// needs ManagePeople.
func (s *Service) SaveRole(ctx context.Context, a Actor, r CustomRole) (CustomRole, error) {
	if err := a.Can(ManagePeople); err != nil {
		return r, err
	}
	r.Workspace, r.UpdatedAt = a.Workspace, s.now()
	given := NewSet(r.Permissions...)
	r.Name, r.Permissions = strings.Join(strings.Fields(r.Name), " "), given.List()
	var problems []error
	if r.Name == "" || len(r.Name) > 200 {
		problems = append(problems, errs.Field("name", "error.name_empty"))
	}
	switch {
	case len(r.Permissions) != len(given):
		problems = append(problems, errs.Field("permissions", "error.scope_unknown"))
	case len(r.Permissions) == 0:
		problems = append(problems, errs.Field("permissions", "error.permissions_empty"))
	}
	if err := a.over(Actor{Permissions: given, Restricted: r.Restricted, Limits: r.Limits}, "permissions"); err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return r, err
	}
	defer s.tokens.forget()
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		if r.Key == "" {
			known, err := s.store.Roles(ctx, a.Workspace)
			if err != nil {
				return err
			}
			r.Key, r.CreatedAt = roleKey(r.Name, known), r.UpdatedAt
			err = s.store.AddRole(ctx, r)
			if errs.Is(err, errs.Conflict) {
				return &errs.Error{Kind: errs.Invalid, Field: "name", Key: "error.name_taken", Err: err}
			}
			if err != nil {
				return err
			}
		} else {
			was, err := s.heldRole(ctx, a, r.Key)
			if err != nil {
				return err
			}
			r.CreatedAt = was.CreatedAt
			err = s.store.SaveRole(ctx, r)
			if errs.Is(err, errs.Conflict) {
				return &errs.Error{Kind: errs.Invalid, Field: "name", Key: "error.name_taken", Err: err}
			}
			if err != nil {
				return err
			}
		}
		return s.log(ctx, "role.saved", a, "role", 0, map[string]any{
			"key": r.Key, "name": r.Name, "permissions": r.Permissions, "restricted": r.Restricted, "limits": r.Limits,
		})
	})
	return r, err
}

// DeleteRole deletes a custom role that nobody has or would get by single sign-on;
// as long as somebody does, also somebody who cannot sign in, it is errs.Conflict. It needs ManagePeople.
func (s *Service) DeleteRole(ctx context.Context, a Actor, key Role) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	defer s.tokens.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.heldRole(ctx, a, key)
		if err != nil {
			return err
		}
		n, err := s.store.CountHolders(ctx, a.Workspace, key)
		if err != nil {
			return err
		}
		policy, err := s.store.Policy(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if n > 0 || policy.SSO.Role == key {
			return errs.New(errs.Conflict, "error.role_used")
		}
		if err := s.store.DeleteRole(ctx, a.Workspace, key); err != nil {
			return err
		}
		return s.log(ctx, "role.deleted", a, "role", 0, map[string]any{"key": key, "name": r.Name})
	})
}

// heldRole returns a custom role for change, held until the transaction ends. It
// fails with errs.Conflict on a built-in role and with errs.Denied on one that
// grants more than the actor holds.
func (s *Service) heldRole(ctx context.Context, a Actor, key Role) (CustomRole, error) {
	if key.BuiltIn() {
		return CustomRole{}, errs.New(errs.Conflict, "error.role_built_in")
	}
	r, err := s.store.Role(ctx, a.Workspace, key)
	if err == nil && a.over(Actor{Permissions: NewSet(r.Permissions...), Restricted: r.Restricted, Limits: r.Limits}, "") != nil {
		err = errs.New(errs.Denied, "error.outranked")
	}
	return r, err
}

// NewRoleKey is the key that no role gets: it stands for one that is not made yet.
const NewRoleKey Role = "new"

// roleKey makes a key from a role's name that neither a built-in role nor one of
// these has.
func roleKey(name string, known []CustomRole) Role {
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-' || r == '_':
			return '-'
		}
		return -1
	}, strings.ToLower(name)), "-")
	if base == "" {
		base = "role"
	}
	base = strings.Trim(base[:min(len(base), 40)], "-")
	key := Role(base)
	for n := 2; key == NewRoleKey || key.BuiltIn() || slices.ContainsFunc(known, func(r CustomRole) bool { return r.Key == key }); n++ {
		key = Role(fmt.Sprintf("%s-%d", base, n))
	}
	return key
}

// over fails, for a form field, unless the actor may do and see all that another
// would: who hands out rights hands out none that they lack.
func (a Actor) over(other Actor, field string) error {
	if a.Kind == System {
		return nil
	}
	for _, p := range other.holds().List() {
		if !a.May(p) {
			return errs.Field(field, "error.grant_more", "permission", string(p))
		}
	}
	if a.Restricted && !other.Restricted || !other.Limits.within(a.Limits) {
		return errs.Field(field, "error.grant_wider")
	}
	return nil
}

// outranks fails with errs.Denied unless the actor may do all that a person may:
// nobody changes the rights of somebody above them, or takes their place with a
// new password.
func (s *Service) outranks(ctx context.Context, a Actor, p Person) error {
	other, err := s.resolve(ctx, p)
	if err != nil {
		return err
	}
	if a.Kind != System && !other.holds().Within(a.holds()) {
		return errs.New(errs.Denied, "error.outranked")
	}
	return nil
}

// mayGive fails, naming the field role, unless the actor may give a person the
// role and limits that the person now has.
func (s *Service) mayGive(ctx context.Context, a Actor, p Person) error {
	if !p.Role.BuiltIn() {
		if _, err := s.store.Role(ctx, a.Workspace, p.Role); errs.Is(err, errs.NotFound) {
			return errs.Field("role", "error.role")
		} else if err != nil {
			return err
		}
	}
	other, err := s.resolve(ctx, p)
	if err != nil {
		return err
	}
	return a.over(other, "role")
}
