package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// office is a workspace with the service of its people, at a time that tests move.
type office struct {
	*store.Store
	t     testing.TB
	ids   *id.Source
	now   time.Time
	auth  *auth.Service
	other *auth.Service // the same on another node
	ws    auth.WorkspaceID
	owner auth.Actor
	lead  auth.Actor
}

func newOffice(t testing.TB, s *store.Store) *office {
	t.Helper()
	o := &office{Store: s, t: t, ids: id.NewSource(id.RandomNode(), time.Now), now: time.UnixMilli(1_790_000_000_000).UTC()}
	node := func() *auth.Service {
		return auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: o.ids, Now: func() time.Time { return o.now },
			Log: func(ctx context.Context, kind string, by auth.Actor, subject string, n int64, data any) error {
				return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: n}, 0, data))
			}})
	}
	o.auth, o.other = node(), node()
	o.ws = auth.WorkspaceID(o.ids.Next())
	must(t, s.AddWorkspace(context.Background(), auth.Workspace{
		ID: o.ws, Slug: fmt.Sprint("w", o.ws), Name: "Shop", Language: "en", Zone: "UTC", Secret: []byte("a secret of thirty-two bytes ..."), CreatedAt: o.now,
	}))
	o.owner, o.lead = o.person("olga", auth.Owner), o.person("lea", auth.Lead)
	return o
}

// person adds somebody and returns them as an actor.
func (o *office) person(name string, r auth.Role) auth.Actor {
	o.t.Helper()
	p := auth.Person{
		ID: auth.PersonID(o.ids.Next()), Workspace: o.ws, Email: fmt.Sprintf("%s.%d@example.com", name, o.ids.Next()), Name: name, Role: r, Status: auth.Active,
		Language: "en", Zone: "UTC", CreatedAt: o.now, SeenAt: o.now,
	}
	must(o.t, o.AddPerson(context.Background(), p))
	return auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: p.Name, Workspace: o.ws, Role: r, Language: "en", Zone: "UTC", Proved: o.now}
}

// token makes a token and returns its secret.
func (o *office) token(a auth.Actor, scopes ...auth.Permission) (string, auth.Token) {
	o.t.Helper()
	secret, t, err := o.auth.CreateToken(context.Background(), a, auth.NewToken{Name: "Script", Scopes: scopes})
	must(o.t, err)
	return secret, t
}

// kinds returns the kinds of the workspace's events.
func (o *office) kinds() []string {
	o.t.Helper()
	list, err := o.EventsAfter(context.Background(), o.ws, 0, 1000)
	must(o.t, err)
	var out []string
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return out
}

func refused(t testing.TB, err error, kind errs.Kind, what string) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func TestTokens(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, o, foreign := context.Background(), newOffice(t, s), newOffice(t, s)
		secret, made := o.token(o.owner, auth.ReadTickets, auth.SendMail, auth.ReadTickets)
		if !auth.IsToken(secret) || !strings.HasPrefix(secret, made.Prefix) || made.Person != o.owner.Person() {
			t.Fatalf("%s: %+v", secret, made)
		}
		list, err := o.auth.Tokens(ctx, o.owner)
		if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], made) {
			t.Fatalf("%+v, %v; made %+v", list, err, made)
		}
		var kept []byte
		_, read := s.Pools()
		must(t, read.QueryRow("SELECT hash FROM token").Scan(&kept))
		if len(kept) != 32 || strings.Contains(string(kept), secret[10:]) {
			t.Errorf("kept as %x", kept)
		}
		a, got, err := o.auth.AuthenticateToken(ctx, secret)
		must(t, err)
		if a.Kind != auth.Agent || a.Person() != o.owner.Person() || a.Workspace != o.ws || a.Token != made.ID || got.ID != made.ID ||
			!reflect.DeepEqual(a.Permissions.List(), []auth.Permission{auth.ReadTickets, auth.SendMail}) {
			t.Errorf("%+v", a)
		}
		if a.May(auth.WriteTickets) || a.May(auth.ManageTokens) || !a.May(auth.SendMail) {
			t.Error("the scopes do not decide")
		}

		for name, bad := range map[string]auth.NewToken{
			"no name":         {Scopes: []auth.Permission{auth.ReadTickets}},
			"no scope":        {Name: "x"},
			"unknown scope":   {Name: "x", Scopes: []auth.Permission{auth.ReadTickets, "vault.open"}},
			"expired already": {Name: "x", Scopes: []auth.Permission{auth.ReadTickets}, ExpiresAt: o.now},
		} {
			_, _, err := o.auth.CreateToken(ctx, o.owner, bad)
			refused(t, err, errs.Invalid, name)
		}
		_, _, err = o.auth.CreateToken(ctx, o.lead, auth.NewToken{Name: "x", Scopes: []auth.Permission{auth.ReadTickets}})
		refused(t, err, errs.Denied, "a lead's token")
		_, err = o.auth.Tokens(ctx, o.lead)
		refused(t, err, errs.Denied, "a lead's list")
		refused(t, o.auth.RevokeToken(ctx, o.lead, made.ID), errs.Denied, "a lead revokes")
		refused(t, o.auth.RevokeToken(ctx, foreign.owner, made.ID), errs.NotFound, "a stranger revokes")
		if list, err := o.auth.Tokens(ctx, foreign.owner); err != nil || len(list) != 0 {
			t.Errorf("a stranger sees %+v, %v", list, err)
		}

		for _, x := range []string{"", secret[:len(secret)-1], secret + "a", strings.ToUpper(secret), strings.TrimPrefix(secret, auth.TokenMark)} {
			_, _, err := o.auth.AuthenticateToken(ctx, x)
			refused(t, err, errs.Denied, x)
		}
		never, _ := foreign.token(foreign.owner, auth.ReadTickets)
		must(t, func() error { _, err := s.Token(ctx, o.ws, made.ID); return err }())
		if a, _, err := o.auth.AuthenticateToken(ctx, never); err != nil || a.Workspace != foreign.ws {
			t.Errorf("%+v, %v", a, err)
		}

		must(t, o.auth.RevokeToken(ctx, o.owner, made.ID))
		must(t, o.auth.RevokeToken(ctx, o.owner, made.ID))
		_, _, err = o.auth.AuthenticateToken(ctx, secret)
		refused(t, err, errs.Denied, "revoked")
		if got := o.kinds(); !slices.Equal(got, []string{"token.created", "token.revoked"}) {
			t.Errorf("%v", got)
		}
	})
}

// What a token may do is what its person may do at that moment, on this node at
// once, on another within TokenMemory.
func TestTokenFollowsItsPerson(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, o := context.Background(), newOffice(t, s)
		second := o.person("otto", auth.Owner)
		secret, made := o.token(second, auth.ReadTickets, auth.ManagePeople, auth.SeeReports)
		may := func(node *auth.Service) string {
			a, _, err := node.AuthenticateToken(ctx, secret)
			if err != nil {
				refused(t, err, errs.Denied, "token")
				return "denied"
			}
			var out []string
			for _, p := range a.Permissions.List() {
				out = append(out, string(p))
			}
			if a.Restricted || a.Limits.Any() {
				out = append(out, fmt.Sprint(a.Teams, a.Limits.Mailboxes, a.Limits.Shops))
			}
			return strings.Join(out, " ")
		}
		is := func(want string) {
			t.Helper()
			if got := may(o.auth); got != want {
				t.Errorf("here %q, want %q", got, want)
			}
			o.now = o.now.Add(auth.TokenMemory)
			if got := may(o.other); got != want {
				t.Errorf("on another node %q, want %q", got, want)
			}
		}
		update := func(u auth.PersonUpdate) { t.Helper(); must(t, o.auth.UpdatePerson(ctx, o.owner, second.Person(), u)) }
		is("tickets.read reports.read people.manage")
		lead := auth.Lead
		update(auth.PersonUpdate{Role: &lead})
		is("tickets.read reports.read")
		role, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: "Front desk", Permissions: []auth.Permission{auth.ReadTickets, auth.WriteTickets}})
		must(t, err)
		update(auth.PersonUpdate{Role: &role.Key})
		is("tickets.read")
		role.Permissions, role.Limits.Shops = []auth.Permission{auth.SeeReports}, []int64{4}
		_, err = o.auth.SaveRole(ctx, o.owner, role)
		must(t, err)
		is("reports.read [] [] [4]")
		update(auth.PersonUpdate{Limits: &auth.Limits{Shops: []int64{5}, Mailboxes: []int64{6}}})
		is("reports.read [] [6] [5]")
		yes, no := true, false
		update(auth.PersonUpdate{Restricted: &yes, Limits: &auth.Limits{}})
		is("reports.read [] [] [4]")
		team, err := o.auth.SaveTeam(ctx, o.owner, auth.Team{Name: "Returns", Members: []auth.PersonID{second.Person()}})
		must(t, err)
		is(fmt.Sprintf("reports.read [%d] [] [4]", team.ID))
		must(t, o.auth.DeleteTeam(ctx, o.owner, team.ID))
		is("reports.read [] [] [4]")
		update(auth.PersonUpdate{Active: &no})
		is("denied")
		update(auth.PersonUpdate{Active: &yes, Restricted: &no, Role: &lead})
		is("tickets.read reports.read")
		must(t, o.auth.RevokeToken(ctx, o.owner, made.ID))
		is("denied")
	})
}

func TestTokenExpiresAndIsTouched(t *testing.T) {
	s := storetest.SQLite(t)
	ctx, o := context.Background(), newOffice(t, s)
	end := o.now.Add(time.Hour)
	secret, made, err := o.auth.CreateToken(ctx, o.owner, auth.NewToken{Name: "Hour", Scopes: []auth.Permission{auth.ReadTickets, auth.ManageTokens}, ExpiresAt: end})
	must(t, err)
	seen := func() time.Duration {
		t.Helper()
		got, err := s.Token(ctx, o.ws, made.ID)
		must(t, err)
		if got.SeenAt.IsZero() {
			return -1
		}
		return got.SeenAt.Sub(made.CreatedAt)
	}
	if seen() != -1 {
		t.Error("used before it was used")
	}
	for at, touched := range []time.Duration{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11 * time.Minute, 11 * time.Minute} {
		o.now = made.CreatedAt.Add(time.Duration(at) * time.Minute)
		_, _, err := o.auth.AuthenticateToken(ctx, secret)
		must(t, err)
		if got := seen(); got != touched {
			t.Errorf("minute %d: used at %v, want %v", at, got, touched)
		}
	}
	// A token made with a token lives no longer, whatever is asked.
	a, _, err := o.auth.AuthenticateToken(ctx, secret)
	must(t, err)
	for _, wish := range []time.Time{{}, end.Add(time.Hour), end.Add(-time.Minute)} {
		_, child, err := o.auth.CreateToken(ctx, a, auth.NewToken{Name: "Child", Scopes: []auth.Permission{auth.ReadTickets}, ExpiresAt: wish})
		must(t, err)
		if child.ExpiresAt.IsZero() || child.ExpiresAt.After(end) {
			t.Errorf("asked for %v it lives until %v", wish, child.ExpiresAt)
		}
	}
	_, _, err = o.auth.CreateToken(ctx, a, auth.NewToken{Name: "Child", Scopes: []auth.Permission{auth.Manage}})
	refused(t, err, errs.Invalid, "a scope that the token lacks")
	o.now = end.Add(-time.Millisecond)
	_, _, err = o.auth.AuthenticateToken(ctx, secret)
	must(t, err)
	o.now = end // remembered from a millisecond ago, and dead all the same
	_, _, err = o.auth.AuthenticateToken(ctx, secret)
	refused(t, err, errs.Denied, "expired")
}

// A token that is being read while it is revoked is not remembered.
func TestRevocationIsNotOutrun(t *testing.T) {
	s := storetest.SQLite(t)
	ctx, o := context.Background(), newOffice(t, s)
	for range 30 {
		secret, made := o.token(o.owner, auth.ReadTickets)
		var g errgroup.Group
		for range 4 {
			g.Go(func() error {
				for range 20 {
					if _, _, err := o.auth.AuthenticateToken(ctx, secret); err != nil && !errs.Is(err, errs.Denied) {
						return err
					}
				}
				return nil
			})
		}
		g.Go(func() error { return o.auth.RevokeToken(ctx, o.owner, made.ID) })
		must(t, g.Wait())
		_, _, err := o.auth.AuthenticateToken(ctx, secret)
		refused(t, err, errs.Denied, "revoked meanwhile")
	}
}

func TestSystemMakesTokens(t *testing.T) {
	s := storetest.SQLite(t)
	ctx, o, foreign := context.Background(), newOffice(t, s), newOffice(t, s)
	system := auth.ForSystem(o.ws)
	secret, made, err := o.auth.CreateToken(ctx, system, auth.NewToken{Name: "Sync", Scopes: auth.Permissions(), Person: o.lead.Person()})
	must(t, err)
	if a, _, err := o.auth.AuthenticateToken(ctx, secret); err != nil || !reflect.DeepEqual(a.Permissions, auth.Lead.Grants()) || made.Person != o.lead.Person() {
		t.Errorf("%+v, %v", a, err)
	}
	_, _, err = o.auth.CreateToken(ctx, system, auth.NewToken{Name: "Sync", Scopes: auth.Permissions(), Person: foreign.lead.Person()})
	refused(t, err, errs.NotFound, "for a stranger")
	if _, mine, err := o.auth.CreateToken(ctx, o.owner, auth.NewToken{Name: "Mine", Scopes: auth.Permissions(), Person: o.lead.Person()}); err != nil || mine.Person != o.owner.Person() {
		t.Errorf("an owner made a token of somebody else: %+v, %v", mine, err)
	}
}

func TestRoles(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, o, foreign := context.Background(), newOffice(t, s), newOffice(t, s)
		r := auth.CustomRole{
			Name: "  Returns   desk ", Permissions: []auth.Permission{auth.WriteTickets, auth.ReadTickets}, Restricted: true,
			Limits: auth.Limits{Mailboxes: []int64{1, 2}, Shops: []int64{}},
		}
		r, err := o.auth.SaveRole(ctx, o.owner, r)
		must(t, err)
		if r.Key != "returns-desk" || r.Name != "Returns desk" {
			t.Errorf("%+v", r)
		}
		if list, err := o.auth.Roles(ctx, o.lead); err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], r) {
			t.Errorf("%+v, %v, want %+v", list, err, r)
		}
		if list, err := o.auth.Roles(ctx, foreign.owner); err != nil || len(list) != 0 {
			t.Errorf("a stranger sees %+v, %v", list, err)
		}
		read := []auth.Permission{auth.ReadTickets}
		for name, want := range map[string]auth.Role{"Owner": "owner-2", "退货": "role", "Returns, Desk!": "returns-desk-2", strings.Repeat("long ", 30): "long-long-long-long-long-long-long-long"} {
			got, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: name, Permissions: read})
			must(t, err)
			if got.Key != want {
				t.Errorf("%q becomes %q, want %q", name, got.Key, want)
			}
		}
		for name, bad := range map[string]auth.CustomRole{
			"no name": {Permissions: read}, "a taken name": {Name: "Returns desk", Permissions: read}, "nothing": {Name: "Idle"},
			"unknown": {Name: "Odd", Permissions: []auth.Permission{"vault.open"}},
		} {
			_, err := o.auth.SaveRole(ctx, o.owner, bad)
			refused(t, err, errs.Invalid, name)
		}
		_, err = o.auth.SaveRole(ctx, o.lead, auth.CustomRole{Name: "Mine", Permissions: read})
		refused(t, err, errs.Denied, "a lead's role")
		_, err = o.auth.SaveRole(ctx, foreign.owner, r)
		refused(t, err, errs.NotFound, "a stranger's change")
		refused(t, o.auth.DeleteRole(ctx, foreign.owner, r.Key), errs.NotFound, "a stranger deletes")
		_, err = o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Key: auth.Lead, Name: "Lead", Permissions: read})
		refused(t, err, errs.Conflict, "a built-in role")
		refused(t, o.auth.DeleteRole(ctx, o.owner, auth.Owner), errs.Conflict, "deleting a built-in role")

		mia := o.person("mia", auth.AgentRole)
		must(t, o.auth.UpdatePerson(ctx, o.owner, mia.Person(), auth.PersonUpdate{Role: &r.Key}))
		refused(t, o.auth.DeleteRole(ctx, o.owner, r.Key), errs.Conflict, "a role in use")
		agent, gone := auth.AgentRole, auth.Role("gone")
		refused(t, o.auth.UpdatePerson(ctx, o.owner, mia.Person(), auth.PersonUpdate{Role: &gone}), errs.Invalid, "a role that is not")
		_, _, err = o.auth.Invite(ctx, foreign.owner, "new@example.com", "", r.Key, false, nil)
		refused(t, err, errs.Invalid, "a role of another workspace")
		must(t, o.auth.UpdatePerson(ctx, o.owner, mia.Person(), auth.PersonUpdate{Role: &agent}))
		must(t, o.auth.DeleteRole(ctx, o.owner, r.Key))
		refused(t, o.auth.DeleteRole(ctx, o.owner, r.Key), errs.NotFound, "again")
		if got := o.kinds(); !slices.Contains(got, "role.saved") || !slices.Contains(got, "role.deleted") {
			t.Errorf("%v", got)
		}
	})
}

// A role vanishes or is given, not both, whoever is first.
func TestRoleGivenWhileDeleted(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, o := context.Background(), newOffice(t, s)
		mia := o.person("mia", auth.AgentRole)
		for range 8 {
			r, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: "Brief", Permissions: []auth.Permission{auth.ReadTickets}})
			must(t, err)
			var g errgroup.Group
			var given, deleted error
			g.Go(func() error {
				given = o.auth.UpdatePerson(ctx, o.owner, mia.Person(), auth.PersonUpdate{Role: &r.Key})
				return nil
			})
			g.Go(func() error { deleted = o.auth.DeleteRole(ctx, o.owner, r.Key); return nil })
			_ = g.Wait()
			if (given == nil) == (deleted == nil) {
				t.Fatalf("given: %v, deleted: %v", given, deleted)
			}
			agent := auth.AgentRole
			must(t, o.auth.UpdatePerson(ctx, o.owner, mia.Person(), auth.PersonUpdate{Role: &agent}))
			if deleted != nil {
				must(t, o.auth.DeleteRole(ctx, o.owner, r.Key))
			}
		}
	})
}

// Who manages people and is no owner neither becomes one nor touches one.
func TestNobodyGivesWhatTheyLack(t *testing.T) {
	s := storetest.SQLite(t)
	ctx, o := context.Background(), newOffice(t, s)
	hr, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: "HR", Permissions: []auth.Permission{auth.ReadTickets, auth.ManagePeople, auth.ManageTeams}})
	must(t, err)
	hanna := o.person("hanna", hr.Key)
	hanna.Permissions = auth.NewSet(hr.Permissions...)
	reader, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: "Reader", Permissions: []auth.Permission{auth.ReadTickets}})
	must(t, err)
	rita, agent, no := o.person("rita", reader.Key), auth.AgentRole, false
	owner := auth.Owner

	refused(t, o.auth.UpdatePerson(ctx, hanna, hanna.Person(), auth.PersonUpdate{Role: &owner}), errs.Invalid, "becomes an owner")
	refused(t, o.auth.UpdatePerson(ctx, hanna, rita.Person(), auth.PersonUpdate{Role: &agent}), errs.Invalid, "gives what she lacks")
	refused(t, o.auth.UpdatePerson(ctx, hanna, o.owner.Person(), auth.PersonUpdate{Active: &no}), errs.Denied, "disables an owner")
	refused(t, o.auth.UpdatePerson(ctx, hanna, o.lead.Person(), auth.PersonUpdate{Role: &reader.Key}), errs.Denied, "degrades a lead")
	_, err = o.auth.Reinvite(ctx, hanna, o.owner.Person())
	refused(t, err, errs.Denied, "a reset link of an owner")
	_, err = o.auth.Reinvite(ctx, hanna, rita.Person())
	must(t, err)
	_, _, err = o.auth.Invite(ctx, hanna, "eve@example.com", "", auth.Owner, false, nil)
	refused(t, err, errs.Invalid, "invites an owner")
	_, guest, err := o.auth.Invite(ctx, hanna, "ron@example.com", "", reader.Key, false, nil)
	must(t, err)
	_, _, err = o.auth.InviteAgain(ctx, hanna, guest.Email, auth.Lead, nil)
	refused(t, err, errs.Invalid, "invites again as a lead")
	_, boss, err := o.auth.Invite(ctx, o.owner, "boss@example.com", "", auth.Owner, false, nil)
	must(t, err)
	refused(t, o.auth.Revoke(ctx, hanna, boss.ID), errs.Denied, "revokes an owner's invitation")
	_, err = o.auth.SaveRole(ctx, hanna, auth.CustomRole{Name: "Spy", Permissions: []auth.Permission{auth.ManageTokens}})
	refused(t, err, errs.Invalid, "a role with more")
	wide, err := o.auth.SaveRole(ctx, o.owner, auth.CustomRole{Name: "Wide", Permissions: []auth.Permission{auth.ReadTickets, auth.Manage}})
	must(t, err)
	wide.Permissions = []auth.Permission{auth.ReadTickets}
	_, err = o.auth.SaveRole(ctx, hanna, wide)
	refused(t, err, errs.Denied, "shrinks a role above her")
	refused(t, o.auth.DeleteRole(ctx, hanna, wide.Key), errs.Denied, "deletes a role above her")

	// The same with what she sees.
	near := hanna
	near.Restricted, near.Limits = true, auth.Limits{Shops: []int64{1, 2}}
	in, out := auth.Limits{Shops: []int64{2}}, auth.Limits{Shops: []int64{2, 3}}
	yes := true
	refused(t, o.auth.UpdatePerson(ctx, near, rita.Person(), auth.PersonUpdate{Restricted: &yes, Limits: &out}), errs.Invalid, "a shop beyond her own")
	refused(t, o.auth.UpdatePerson(ctx, near, rita.Person(), auth.PersonUpdate{Restricted: &no, Limits: &in}), errs.Invalid, "teams beyond her own")
	must(t, o.auth.UpdatePerson(ctx, near, rita.Person(), auth.PersonUpdate{Restricted: &yes, Limits: &in}))
	refused(t, o.auth.UpdatePerson(ctx, near, near.Person(), auth.PersonUpdate{Restricted: &no}), errs.Invalid, "frees herself")
	team, err := o.auth.SaveTeam(ctx, o.owner, auth.Team{Name: "Far"})
	must(t, err)
	team.Members = []auth.PersonID{near.Person()}
	_, err = o.auth.SaveTeam(ctx, near, team)
	refused(t, err, errs.Denied, "joins a team by herself")
	refused(t, o.auth.UpdatePerson(ctx, near, rita.Person(), auth.PersonUpdate{Teams: &[]auth.TeamID{team.ID}}), errs.Denied, "puts somebody into a far team")
}

// Who may work on tickets and not send prepares everything and lets nothing leave.
func TestNothingLeavesWithoutTheRight(t *testing.T) {
	ctx := context.Background()
	h, _ := newHouse(t, storetest.SQLite(t))
	a := h.agent
	a.Permissions = auth.AgentRole.Grants()
	delete(a.Permissions, auth.SendMail)
	tk := h.asked(t)
	_, err := h.tickets.Note(ctx, a, tk.ID, ticket.NewNote{Body: "I prepare an answer"})
	must(t, err)
	_, err = h.tickets.SaveDraft(ctx, a, tk.ID, ticket.KindOutbound, ticket.DraftData{Body: "Dear Anna"})
	must(t, err)
	before := h.get(t, tk.ID)
	to := ticket.Address{Address: "desk@carrier.example"}
	_, err = h.tickets.Reply(ctx, a, tk.ID, ticket.NewReply{Body: "Dear Anna"})
	refused(t, err, errs.Denied, "reply")
	_, err = h.tickets.OpenSide(ctx, a, tk.ID, ticket.NewSide{Kind: "carrier", To: to, Subject: "Where", Body: "is it?"})
	refused(t, err, errs.Denied, "side conversation")
	_, err = h.tickets.Create(ctx, a, ticket.NewTicket{To: to, Subject: "Hello", Body: "there"})
	refused(t, err, errs.Denied, "new conversation")
	m, err := h.tickets.Reply(ctx, h.agent, tk.ID, ticket.NewReply{Body: "Dear Anna"})
	must(t, err)
	refused(t, h.tickets.SendNow(ctx, a, tk.ID, m.ID), errs.Denied, "send now")
	refused(t, h.tickets.Resend(ctx, a, tk.ID, m.ID), errs.Denied, "send again")
	if m.Ticket != before.ID || before.Messages != 2 {
		t.Errorf("%+v", before)
	}
}

// A limited person begins conversations only from mailboxes that they see, and
// links no order of a shop beyond.
func TestLimitsOfVerbs(t *testing.T) {
	ctx := context.Background()
	h, _ := newHouse(t, storetest.SQLite(t))
	far, err := h.tickets.SaveMailbox(ctx, h.owner, ticket.Mailbox{Address: "far@shop.example", Name: "Far", Settings: ticket.MailSettings{InKind: "lmtp", OutKind: "off"}})
	must(t, err)
	a := h.agent
	a.Limits.Mailboxes = []int64{int64(far.ID)}
	tk := h.asked(t)
	_, err = h.tickets.Get(ctx, a, tk.ID)
	refused(t, err, errs.NotFound, "a ticket of another mailbox")
	to := ticket.Address{Address: "desk@carrier.example"}
	_, err = h.tickets.Create(ctx, a, ticket.NewTicket{To: to, Subject: "Hello", Body: "there", Mailbox: h.box.ID})
	refused(t, err, errs.NotFound, "from another mailbox")
	made, err := h.tickets.Create(ctx, a, ticket.NewTicket{To: to, Subject: "Hello", Body: "there"})
	must(t, err)
	if made.Mailbox != far.ID {
		t.Errorf("from mailbox %d, want %d", made.Mailbox, far.ID)
	}
	if boxes, err := h.tickets.Mailboxes(ctx, a); err != nil || len(boxes) != 1 {
		t.Errorf("%d mailboxes, %v", len(boxes), err)
	}
	b := h.agent
	b.Limits.Shops = []int64{}
	_, err = h.tickets.SetOrder(ctx, b, made.ID, "GW-1042")
	refused(t, err, errs.Invalid, "an order of another shop")
	// A ticket of no shop takes that of its order, and gives it back.
	undo, err := h.tickets.SetOrder(ctx, h.agent, made.ID, "GW-1042")
	must(t, err)
	if got := h.get(t, made.ID); got.Shop != h.order.Shop || got.Order != h.order.ID {
		t.Errorf("%+v", got)
	}
	must(t, h.tickets.Undo(ctx, h.agent, made.ID, undo))
	if got := h.get(t, made.ID); got.Shop != 0 || got.Order != 0 {
		t.Errorf("after undo %+v", got)
	}
	foreign, _ := newHouse(t, h.Store)
	box := far
	box.Team = foreign.team
	_, err = h.tickets.SaveMailbox(ctx, h.owner, box)
	refused(t, err, errs.Invalid, "a team of another workspace")
	box.Team, box.Shop = 0, foreign.order.Shop
	_, err = h.tickets.SaveMailbox(ctx, h.owner, box)
	refused(t, err, errs.Invalid, "a shop of another workspace")
}

// BenchmarkAuthenticateToken is a request with a token that was used a moment ago,
// and one whose token must be read.
func BenchmarkAuthenticateToken(b *testing.B) {
	o := newOffice(b, storetest.SQLite(b))
	secret, _ := o.token(o.owner, auth.ReadTickets, auth.WriteTickets)
	run := func(step time.Duration) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.now = o.now.Add(step)
				if _, _, err := o.auth.AuthenticateToken(context.Background(), secret); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("remembered", run(0))
	b.Run("read", run(auth.TokenMemory))
	b.Run("mistyped", func(b *testing.B) {
		typo := secret[:len(secret)-1] + "8"
		for b.Loop() {
			if _, _, err := o.auth.AuthenticateToken(context.Background(), typo); !errors.As(err, new(*errs.Error)) {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkPasswordHash is what a request would cost with a password.
func BenchmarkPasswordHash(b *testing.B) {
	h := auth.NewHasher()
	hash := h.Hash("quiet tide over sand")
	for b.Loop() {
		if !h.Check("quiet tide over sand", hash) {
			b.Fatal("no")
		}
	}
}
