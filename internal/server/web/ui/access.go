package ui

import (
	"slices"
	"strings"
	"time"
)

// Grants are permissions under headings, as a form offers them.
type Grants []GrantGroup

// GrantGroup is a heading with its permissions; the console words both.
type GrantGroup struct {
	Key    string
	Grants []Grant
}

// Grant is one permission.
type Grant struct {
	Key    string
	On     bool
	Locked bool // the reader cannot grant it
}

// Limits are the fields of a form that say what somebody sees: limits=1 tells that
// they are there.
type Limits struct {
	Teams     bool // own teams only (restricted)
	Mailboxes Few  // mailboxes_only, mailboxes
	Shops     Few  // shops_only, shops
}

// Few is a choice of few out of all.
type Few struct {
	Only bool
	List []Option
}

// count is how many are chosen.
func (f Few) count() int64 {
	var n int64
	for _, o := range f.List {
		if o.Selected {
			n++
		}
	}
	return n
}

// Roles is the admin page of roles.
type Roles struct {
	Page
	Rows []RoleRow
}

// RoleRow is one role, built in or made by the workspace.
type RoleRow struct {
	Key     Role
	Name    string // of one that is not built in
	BuiltIn bool
	Holders []string
	Grants  []string // keys of permissions
	All     bool     // it grants all there are
	Limits  Limits
}

// RoleEdit is the page of one role.
type RoleEdit struct {
	Page
	Form
	Key     Role // "" for a new one
	Name    string
	BuiltIn bool
	Locked  bool // the reader may not change it
	Grants  Grants
	Limits  Limits
	Holders []string
}

// Tokens is the admin page of API tokens.
type Tokens struct {
	Page
	Form
	Rows   []TokenRow
	Name   string // of a refused new token
	Life   string // days until it expires
	Grants Grants
	Secret string // of the token just made, shown once to copy
}

// TokenRow is one token.
type TokenRow struct {
	ID        int64
	Name      string
	Prefix    string
	Owner     string
	Grants    []string
	SeenAt    time.Time
	ExpiresAt time.Time // zero: never
	Expired   bool
	Revoked   bool
}

// roleName words a role; those that a workspace made bear their own names.
func (p Page) roleName(r Role) string {
	if name, ok := p.Roles[r]; ok {
		return name
	}
	return p.T("role." + string(r))
}

// roleOptions are all roles, those built in first.
func roleOptions(p Page, chosen Role) []Option {
	if chosen == "" {
		chosen = Agent
	}
	list := choices(p, "role", string(chosen), string(Agent), string(Lead), string(Owner))
	own := len(list)
	for key, name := range p.Roles {
		list = append(list, Option{Value: string(key), Label: name, Selected: key == chosen})
	}
	slices.SortFunc(list[own:], func(a, b Option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return list
}

// grantWords words permissions in one line, each by its label.
func grantWords(p Page, keys []string) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = p.T("permission." + k)
	}
	return strings.Join(words, " · ")
}

// limitWords words what somebody sees; "" is everything.
func limitWords(p Page, l Limits) string {
	var words []string
	if l.Teams {
		words = append(words, p.T("limits.teams_short"))
	}
	if l.Mailboxes.Only {
		words = append(words, p.N("limits.mailboxes_short", l.Mailboxes.count()))
	}
	if l.Shops.Only {
		words = append(words, p.N("limits.shops_short", l.Shops.count()))
	}
	return strings.Join(words, " · ")
}

func rolePath(key Role) string {
	if key == "" {
		return "/admin/roles"
	}
	return "/admin/roles/" + string(key)
}
