package web

import (
	"cmp"
	"net/http"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/server/web/ui"
)

// newRole stands where the key of a role would, on the page of one that is not
// made yet; no role has it (see auth.SaveRole).
const newRole = auth.NewRoleKey

// rolesPage lists the roles, with what they grant and who has them.
func (s *server) rolesPage(w http.ResponseWriter, r *request) error {
	page, err := r.page(w, r.printer.T("admin.roles"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	v := ui.Roles{Page: page}
	for _, role := range auth.Roles() {
		v.Rows = append(v.Rows, ui.RoleRow{
			Key: ui.Role(role), BuiltIn: true, Holders: h.holders(role), Grants: grantKeys(role.Grants().List()), All: len(role.Grants()) == len(auth.Permissions()),
		})
	}
	for _, role := range h.roles {
		v.Rows = append(v.Rows, ui.RoleRow{
			Key: ui.Role(role.Key), Name: role.Name, Holders: h.holders(role.Key), Grants: grantKeys(role.Permissions),
			All: len(role.Permissions) == len(auth.Permissions()), Limits: h.limits(role.Restricted, role.Limits),
		})
	}
	return r.draw(w, http.StatusOK, ui.RolesPage(v))
}

// rolePage shows one role.
func (s *server) rolePage(w http.ResponseWriter, r *request) error {
	key := auth.Role(r.PathValue("role"))
	switch {
	case key == newRole:
		return s.drawRole(w, r, auth.CustomRole{}, ui.Form{})
	case key.BuiltIn():
		return s.drawRole(w, r, auth.CustomRole{Key: key, Permissions: key.Grants().List()}, ui.Form{})
	}
	role, err := r.role(key)
	if err != nil {
		return err
	}
	return s.drawRole(w, r, role, ui.Form{})
}

// role returns a role that the workspace made.
func (r *request) role(key auth.Role) (auth.CustomRole, error) {
	list, err := r.s.Auth.Roles(r.Context(), r.actor)
	if err != nil {
		return auth.CustomRole{}, err
	}
	i := slices.IndexFunc(list, func(x auth.CustomRole) bool { return x.Key == key })
	if i < 0 {
		return auth.CustomRole{}, errs.New(errs.NotFound, "error.not_found")
	}
	return list[i], nil
}

func (s *server) drawRole(w http.ResponseWriter, r *request, role auth.CustomRole, f ui.Form) error {
	page, err := r.page(w, r.printer.T("admin.roles"), ui.SectionAdmin)
	if err != nil {
		return err
	}
	h, err := r.house()
	if err != nil {
		return err
	}
	locked := role.Key.BuiltIn() || !r.mayAll(role.Permissions)
	return r.draw(w, formStatus(f), ui.RoleEditPage(ui.RoleEdit{
		Page: page, Form: f, Key: ui.Role(role.Key), Name: role.Name, BuiltIn: role.Key.BuiltIn(), Locked: locked, Holders: h.holders(role.Key),
		Grants: r.grants(role.Permissions, locked), Limits: h.limits(role.Restricted, role.Limits),
	}))
}

// mayAll reports whether the reader holds all of some permissions.
func (r *request) mayAll(ps []auth.Permission) bool {
	return !slices.ContainsFunc(ps, func(p auth.Permission) bool { return !r.actor.May(p) })
}

// grants offers every permission, those that the reader lacks locked.
func (r *request) grants(on []auth.Permission, locked bool) ui.Grants {
	var out ui.Grants
	for _, g := range auth.PermissionGroups() {
		group := ui.GrantGroup{Key: g.Key}
		for _, p := range g.Permissions {
			group.Grants = append(group.Grants, ui.Grant{Key: string(p), On: slices.Contains(on, p), Locked: locked || !r.actor.May(p)})
		}
		out = append(out, group)
	}
	return out
}

func grantKeys(ps []auth.Permission) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = string(p)
	}
	return out
}

// formGrants reads permissions.
func formGrants(r *request, field string) []auth.Permission {
	var out []auth.Permission
	for _, name := range r.PostForm[field] {
		out = append(out, auth.Permission(name))
	}
	return out
}

// formLimits reads what ui.Limits names; what is not of the house is left out.
func formLimits(r *request, h *house) (restricted bool, l auth.Limits) {
	few := func(name string, known func(int64) bool) []int64 {
		if r.PostFormValue(name+"_only") != "1" {
			return nil
		}
		return slices.DeleteFunc(append([]int64{}, formIDs[int64](r, name)...), func(id int64) bool { return !known(id) })
	}
	l.Mailboxes = few("mailboxes", func(id int64) bool {
		for _, b := range h.boxes {
			if int64(b.ID) == id {
				return true
			}
		}
		return false
	})
	l.Shops = few("shops", func(id int64) bool {
		for _, x := range h.shops {
			if int64(x.ID) == id {
				return true
			}
		}
		return false
	})
	return r.PostFormValue("restricted") == "1", l
}

// limits words limits for a form, with every mailbox and shop to choose from.
func (h *house) limits(restricted bool, l auth.Limits) ui.Limits {
	out := ui.Limits{Teams: restricted, Mailboxes: ui.Few{Only: l.Mailboxes != nil}, Shops: ui.Few{Only: l.Shops != nil}}
	for _, b := range h.boxes {
		out.Mailboxes.List = append(out.Mailboxes.List, ui.Option{Value: id64(b.ID), Label: cmp.Or(b.Address, b.Name), Selected: slices.Contains(l.Mailboxes, int64(b.ID))})
	}
	for _, x := range h.shops {
		out.Shops.List = append(out.Shops.List, ui.Option{Value: id64(x.ID), Label: x.Name, Selected: slices.Contains(l.Shops, int64(x.ID))})
	}
	return out
}

// holders names who has a role, also those who cannot sign in.
func (h *house) holders(role auth.Role) []string {
	var out []string
	for _, p := range h.people {
		if p.Role == role && role != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// granted returns what a role grants.
func (h *house) granted(role auth.Role) []auth.Permission {
	for _, x := range h.roles {
		if x.Key == role {
			return x.Permissions
		}
	}
	return role.Grants().List()
}

// roleAdd makes a role.
func (s *server) roleAdd(w http.ResponseWriter, r *request) error {
	return s.writeRole(w, r, auth.CustomRole{})
}

// roleSave changes or deletes a role.
func (s *server) roleSave(w http.ResponseWriter, r *request) error {
	key := auth.Role(r.PathValue("role"))
	if key.BuiltIn() {
		return errs.New(errs.Conflict, "error.role_built_in")
	}
	role, err := r.role(key)
	if err != nil {
		return err
	}
	if r.PostFormValue("do") != "delete" {
		return s.writeRole(w, r, role)
	}
	if err := s.Auth.DeleteRole(r.Context(), r.actor, key); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawRole(w, r, role, whole(f))
	}
	return r.saved(w, "/admin/roles", r.told("told.deleted", "Name", role.Name))
}

func (s *server) writeRole(w http.ResponseWriter, r *request, role auth.CustomRole) error {
	h, err := r.house()
	if err != nil {
		return err
	}
	role.Name, role.Permissions = r.PostFormValue("name"), formGrants(r, "permissions")
	role.Restricted, role.Limits = formLimits(r, h)
	if _, err := s.Auth.SaveRole(r.Context(), r.actor, role); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawRole(w, r, role, atFields(f, "name", "permissions"))
	}
	return r.saved(w, "/admin/roles", r.told("told.role_saved", "Name", role.Name))
}
