package api

import (
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

func peopleGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.ManagePeople)
	return group{"People and roles", "The people of the workspace who can sign in, and the roles that say what they may do.", []operation{
		{"personList", "GET", "/people", read, do((*server).personList), "List people", "The people of the workspace."},
		{"personInvite", "POST", "/people", manage, do((*server).personInvite).created(), "Invite a person",
			"Makes a person and a link by which they choose a password. The link is shown this once and works once. An address whose person has not joined yet gets a new link."},
		{"personGet", "GET", "/people/{person}", read, do((*server).personGet), "Get a person", "One person."},
		{"personUpdate", "PATCH", "/people/{person}", manage, do((*server).personUpdate), "Change a person",
			"Changes what a person may do, which teams they are in, and whether they can sign in. Nobody gives what they do not hold themselves, and the last owner stays."},
		{"personReset", "POST", "/people/{person}/reset-link", manage, do((*server).personReset).created(), "Make a reset link",
			"Makes a link by which a person who has joined chooses a new password, and one who was invited joins. It is shown this once and works once."},
		{"personRevoke", "DELETE", "/people/{person}/invitation", manage, do((*server).personRevoke), "Take an invitation back", "Takes an invitation back: the person never joined and cannot any more."},
		{"roleList", "GET", "/roles", may(auth.ReadTickets), do((*server).roleList), "List roles", "The built-in roles and those that the workspace made for itself."},
		{"roleCreate", "POST", "/roles", manage, do((*server).roleCreate).created(), "Make a role", "Makes a role. Nobody gives what they do not hold themselves."},
		{"roleUpdate", "PUT", "/roles/{role}", manage, do((*server).roleUpdate), "Replace a role", "Replaces what a role of the workspace grants. Built-in roles do not change."},
		{"roleDelete", "DELETE", "/roles/{role}", manage, do((*server).roleDelete), "Delete a role", "Deletes a role that nobody has."},
	}}
}

// Person is somebody of the merchant who can sign in.
type Person struct {
	ID         Ref[aPerson] `json:"id"`
	Name       string       `json:"name" example:"Lena Fischer"`
	Email      string       `json:"email" example:"lena@acme.example"`
	Role       string       `json:"role" example:"agent" doc:"A built-in role, or the key of one of the workspace's own."`
	Status     string       `json:"status" enum:"active,invited,disabled"`
	Restricted bool         `json:"restricted" doc:"Sees only the tickets of own teams, own ones, and those without a team."`
	Limits     Limits       `json:"limits"`
	TeamIDs    []Ref[aTeam] `json:"team_ids" nullable:"false"`
	Language   string       `json:"language" example:"de"`
	Zone       string       `json:"zone" example:"Europe/Berlin"`
	CreatedAt  time.Time    `json:"created_at"`
	SeenAt     *time.Time   `json:"seen_at"`
}

// Limits narrow what somebody sees; one that is left out narrows nothing, an
// empty one leaves nothing.
type Limits struct {
	MailboxIDs *[]Ref[aMailbox] `json:"mailbox_ids,omitempty" nullable:"false" doc:"Only tickets of these mailboxes."`
	ShopIDs    *[]Ref[aShop]    `json:"shop_ids,omitempty" nullable:"false" doc:"Only tickets and orders of these shops."`
}

func limitsRecord(l auth.Limits) Limits {
	var out Limits
	if l.Mailboxes != nil {
		out.MailboxIDs = list(refs[aMailbox](l.Mailboxes))
	}
	if l.Shops != nil {
		out.ShopIDs = list(refs[aShop](l.Shops))
	}
	return out
}

// limits reads limits, all of whose records must be of the workspace.
func (s *server) limits(c *call, l *Limits) (auth.Limits, error) {
	var out auth.Limits
	if l == nil {
		return out, nil
	}
	if l.MailboxIDs != nil {
		boxes, err := s.Tickets.Mailboxes(c, c.actor)
		if err != nil {
			return out, err
		}
		out.Mailboxes = nums[int64](*l.MailboxIDs)
		for _, id := range out.Mailboxes {
			if !slices.ContainsFunc(boxes, func(b ticket.Mailbox) bool { return int64(b.ID) == id }) {
				return out, errs.Field("limits.mailbox_ids", "problem.unknown")
			}
		}
	}
	if l.ShopIDs != nil {
		shops, err := s.Orders.Shops(c, c.actor)
		if err != nil {
			return out, err
		}
		out.Shops = nums[int64](*l.ShopIDs)
		for _, id := range out.Shops {
			if !slices.ContainsFunc(shops, func(x order.Shop) bool { return int64(x.ID) == id }) {
				return out, errs.Field("limits.shop_ids", "problem.unknown")
			}
		}
	}
	return out, nil
}

func personRecord(p auth.Person, teams []auth.Team) Person {
	out := Person{
		ID: refTo[aPerson](p.ID), Name: p.Name, Email: p.Email, Role: string(p.Role), Status: string(p.Status), Restricted: p.Restricted,
		Limits: limitsRecord(p.Limits), TeamIDs: []Ref[aTeam]{}, Language: p.Language, Zone: p.Zone, CreatedAt: at(p.CreatedAt), SeenAt: optTime(p.SeenAt),
	}
	for _, t := range teams {
		if slices.Contains(t.Members, p.ID) {
			out.TeamIDs = append(out.TeamIDs, refTo[aTeam](t.ID))
		}
	}
	return out
}

func (s *server) personList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[Person], error) {
	people, err := s.Auth.People(c, c.actor)
	if err != nil {
		return nil, err
	}
	teams, err := s.Auth.Teams(c, c.actor)
	if err != nil {
		return nil, err
	}
	people, next, err := part(people, func(p auth.Person) int64 { return int64(p.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(people, func(p auth.Person) Person { return personRecord(p, teams) }), next), nil
}

// PersonPath names a person.
type PersonPath struct {
	Person Ref[aPerson] `path:"person" doc:"The person's id."`
}

func (p PersonPath) id() auth.PersonID { return auth.PersonID(p.Person.num()) }

// person returns a person of the workspace.
func (s *server) person(c *call, id auth.PersonID) (auth.Person, error) {
	people, err := s.Auth.People(c, c.actor)
	if err != nil {
		return auth.Person{}, err
	}
	i := slices.IndexFunc(people, func(p auth.Person) bool { return p.ID == id })
	if i < 0 {
		return auth.Person{}, errs.New(errs.NotFound, "error.not_found")
	}
	return people[i], nil
}

func (s *server) personNow(c *call, id auth.PersonID) (Person, error) {
	p, err := s.person(c, id)
	if err != nil {
		return Person{}, err
	}
	teams, err := s.Auth.Teams(c, c.actor)
	return personRecord(p, teams), err
}

func (s *server) personGet(c *call, in *struct {
	PersonPath
	Picking
}) (*recordOut[Person], error) {
	p, err := s.personNow(c, in.id())
	if err != nil {
		return nil, err
	}
	return record(p), nil
}

// PersonDraft is a person to be invited.
type PersonDraft struct {
	Email      string       `json:"email" minLength:"3" maxLength:"320" example:"jonas@acme.example"`
	Name       string       `json:"name,omitempty" maxLength:"200" example:"Jonas Weber" doc:"The address's first part by default; people choose it themselves when they join."`
	Role       string       `json:"role" minLength:"1" maxLength:"60" example:"agent"`
	Restricted bool         `json:"restricted,omitempty" doc:"Sees only the tickets of own teams, own ones, and those without a team."`
	TeamIDs    []Ref[aTeam] `json:"team_ids,omitempty" nullable:"false" maxItems:"200"`
}

// Invitation is a person with the link by which they come in.
type Invitation struct {
	Person Person `json:"person"`
	Link   string `json:"link" format:"uri" example:"https://desk.acme.example/invite/4tQ..." doc:"Shown this once; it works once, for a few days."`
}

func (s *server) invitation(c *call, token string, id auth.PersonID) (*recordOut[Invitation], error) {
	p, err := s.personNow(c, id)
	if err != nil {
		return nil, err
	}
	return &recordOut[Invitation]{Body: Invitation{p, s.base(c) + "/invite/" + token}}, nil
}

// base is the address under which people reach the console.
func (s *server) base(c *call) string {
	switch {
	case s.Address != "":
		return strings.TrimRight(s.Address, "/")
	case s.Secure || forwarded.Of(c.Request).TLS:
		return "https://" + c.Host
	}
	return "http://" + c.Host
}

func (s *server) personInvite(c *call, in *struct{ Body PersonDraft }) (*recordOut[Invitation], error) {
	b, teams := in.Body, nums[auth.TeamID](in.Body.TeamIDs)
	if err := s.teamsKnown(c, "team_ids", teams); err != nil {
		return nil, err
	}
	var token string
	var p auth.Person
	err := s.step(c, func(c *call) (err error) {
		token, p, err = s.Auth.Invite(c, c.actor, b.Email, b.Name, auth.Role(b.Role), b.Restricted, teams)
		return err
	})
	if slices.ContainsFunc(errs.Fields(err), func(e *errs.Error) bool { return e.Key == "error.address_taken" }) {
		token, p, err = s.Auth.InviteAgain(c, c.actor, b.Email, auth.Role(b.Role), teams)
	}
	if err != nil {
		return nil, err
	}
	return s.invitation(c, token, p.ID)
}

// teamsKnown refuses teams that the workspace does not have.
func (s *server) teamsKnown(c *call, field string, list []auth.TeamID) error {
	if len(list) == 0 {
		return nil
	}
	teams, err := s.Auth.Teams(c, c.actor)
	if err != nil {
		return err
	}
	for _, id := range list {
		if !slices.ContainsFunc(teams, func(t auth.Team) bool { return t.ID == id }) {
			return errs.Field(field, "problem.unknown")
		}
	}
	return nil
}

// PersonUpdate changes a person; a property that is left out stays.
type PersonUpdate struct {
	Role       *string       `json:"role,omitempty" minLength:"1" maxLength:"60" example:"lead"`
	Restricted *bool         `json:"restricted,omitempty"`
	Limits     *Limits       `json:"limits,omitempty" doc:"Both limits are replaced."`
	Active     *bool         `json:"active,omitempty" doc:"false keeps the person out and ends their sessions and tokens."`
	TeamIDs    *[]Ref[aTeam] `json:"team_ids,omitempty" nullable:"false" maxItems:"200" doc:"The whole new set."`
}

func (s *server) personUpdate(c *call, in *struct {
	PersonPath
	Matching
	Body PersonUpdate
}) (out *recordOut[Person], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.personNow(c, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(old)); err != nil {
			return err
		}
		u := auth.PersonUpdate{Restricted: in.Body.Restricted, Active: in.Body.Active}
		if in.Body.Role != nil {
			role := auth.Role(*in.Body.Role)
			u.Role = &role
		}
		if in.Body.TeamIDs != nil {
			teams := nums[auth.TeamID](*in.Body.TeamIDs)
			if err := s.teamsKnown(c, "team_ids", teams); err != nil {
				return err
			}
			u.Teams = &teams
		}
		if in.Body.Limits != nil {
			limits, err := s.limits(c, in.Body.Limits)
			if err != nil {
				return err
			}
			u.Limits = &limits
		}
		if err := s.Auth.UpdatePerson(c, c.actor, in.id(), u); err != nil {
			return err
		}
		now, err := s.personNow(c, in.id())
		out = record(now)
		return err
	})
	return out, err
}

func (s *server) personReset(c *call, in *struct{ PersonPath }) (*recordOut[Invitation], error) {
	token, err := s.Auth.Reinvite(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return s.invitation(c, token, in.id())
}

func (s *server) personRevoke(c *call, in *struct{ PersonPath }) (*noneOut, error) {
	return &noneOut{}, s.Auth.Revoke(c, c.actor, in.id())
}

// Role says what people may do.
type Role struct {
	Key         string   `json:"key" example:"claims-desk" doc:"What people are given; it never changes."`
	Name        string   `json:"name" example:"Claims desk"`
	BuiltIn     bool     `json:"built_in" doc:"It is part of the program and does not change."`
	Permissions []string `json:"permissions" nullable:"false" doc:"The names of these are the scopes of tokens too."`
	Restricted  bool     `json:"restricted" doc:"Whoever has it sees only the tickets of own teams."`
	Limits      Limits   `json:"limits" doc:"Of whoever has it and no limits of their own."`
}

func roleRecord(r auth.CustomRole) Role {
	return Role{Key: string(r.Key), Name: r.Name, Permissions: names(r.Permissions), Restricted: r.Restricted, Limits: limitsRecord(r.Limits)}
}

// names writes permissions.
func names(list []auth.Permission) []string {
	return convert(list, func(p auth.Permission) string { return string(p) })
}

func (s *server) roleList(c *call, in *struct{ Paging }) (*pageOut[Role], error) {
	custom, err := s.Auth.Roles(c, c.actor)
	if err != nil {
		return nil, err
	}
	var roles []Role
	for _, r := range auth.Roles() {
		roles = append(roles, Role{Key: string(r), Name: string(r), BuiltIn: true, Permissions: names(r.Grants().List())})
	}
	roles = append(roles, convert(custom, roleRecord)...)
	roles, next, err := part(roles, func(r Role) int64 { return placeOf(r.Key) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, roles, next), nil
}

// RoleDraft is a role to be saved.
type RoleDraft struct {
	Name        string   `json:"name" minLength:"1" maxLength:"200" example:"Night shift"`
	Permissions []string `json:"permissions" nullable:"false" minItems:"1" maxItems:"100" example:"tickets.read,tickets.write"`
	Restricted  bool     `json:"restricted,omitempty"`
	Limits      *Limits  `json:"limits,omitempty"`
}

func (s *server) keepRole(c *call, key auth.Role, d RoleDraft) (*recordOut[Role], error) {
	limits, err := s.limits(c, d.Limits)
	if err != nil {
		return nil, err
	}
	r, err := s.Auth.SaveRole(c, c.actor, auth.CustomRole{
		Key: key, Name: d.Name, Restricted: d.Restricted, Limits: limits,
		Permissions: convert(d.Permissions, func(p string) auth.Permission { return auth.Permission(p) }),
	})
	if err != nil {
		return nil, err
	}
	return record(roleRecord(r)), nil
}

func (s *server) roleCreate(c *call, in *struct{ Body RoleDraft }) (*recordOut[Role], error) {
	return s.keepRole(c, "", in.Body)
}

// RolePath names a role of the workspace.
type RolePath struct {
	Role string `path:"role" maxLength:"60" doc:"The role's key." example:"claims-desk"`
}

func (s *server) roleUpdate(c *call, in *struct {
	RolePath
	Matching
	Body RoleDraft
}) (out *recordOut[Role], err error) {
	err = s.inTx(c, func(c *call) error {
		custom, err := s.Auth.Roles(c, c.actor)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(custom, func(r auth.CustomRole) bool { return string(r.Key) == in.Role })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if err := c.match(in.Matching, tagOf(roleRecord(custom[i]))); err != nil {
			return err
		}
		out, err = s.keepRole(c, auth.Role(in.Role), in.Body)
		return err
	})
	return out, err
}

func (s *server) roleDelete(c *call, in *struct{ RolePath }) (*noneOut, error) {
	return &noneOut{}, s.Auth.DeleteRole(c, c.actor, auth.Role(in.Role))
}
