package store_test

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestWorkspacesKeepTheirSecretSealed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := auth.Workspace{ID: 7, Slug: "shop", Name: "Shop", Language: "en", Zone: "UTC", Secret: []byte("a secret of thirty-two bytes ..."), CreatedAt: jobNow}
		if err := s.AddWorkspace(ctx, w); err != nil {
			t.Fatal(err)
		}
		for _, get := range []func() (auth.Workspace, error){
			func() (auth.Workspace, error) { return s.Workspace(ctx, 7) },
			func() (auth.Workspace, error) { return s.WorkspaceBySlug(ctx, "shop") },
		} {
			if got, err := get(); err != nil || !reflect.DeepEqual(got, w) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		var kept []byte
		_, read := s.Pools()
		if err := read.QueryRow("SELECT secret FROM workspace WHERE id=7").Scan(&kept); err != nil || string(kept) == string(w.Secret) {
			t.Errorf("the secret is kept as it is: %v", err)
		}
		w.ID++
		if err := s.AddWorkspace(ctx, w); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second workspace of one name: %v", err)
		}
	})
}

func TestPeopleAndTeams(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		p := auth.Person{
			ID: auth.PersonID(d.ids.Next()), Workspace: d.w, Email: "a@example.com", Name: "Anna", Role: auth.Owner, Status: auth.Active, Restricted: true,
			PasswordHash: "h", Language: "ru", Zone: "Europe/Berlin", Settings: auth.Settings{Theme: "dark"}, CreatedAt: jobNow, SeenAt: jobNow,
		}
		if err := s.AddPerson(ctx, p); err != nil {
			t.Fatal(err)
		}
		twin := p
		twin.ID = auth.PersonID(d.ids.Next())
		if err := s.AddPerson(ctx, twin); !errs.Is(err, errs.Conflict) {
			t.Errorf("two people with one address: %v", err)
		}
		twin.Workspace = other.w
		if err := s.AddPerson(ctx, twin); err != nil {
			t.Errorf("the address in another workspace: %v", err)
		}
		if both, err := s.PeopleByEmail(ctx, "a@example.com"); err != nil || len(both) != 2 {
			t.Errorf("%d people with the address, %v", len(both), err)
		}
		p.Name, p.Role, p.Restricted, p.Settings.TourStep = "Anne", auth.Lead, false, 3
		if err := s.SavePerson(ctx, p); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Person(ctx, d.w, p.ID); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%+v, %v", got, err)
		}
		if n, err := s.CountOwners(ctx, d.w); err != nil || n != 0 {
			t.Errorf("%d owners, %v", n, err)
		}
		team := auth.Team{ID: auth.TeamID(d.ids.Next()), Workspace: d.w, Name: "Returns", Members: []auth.PersonID{p.ID, twin.ID, p.ID}, CreatedAt: jobNow}
		if err := s.AddTeam(ctx, team); err != nil {
			t.Fatal(err)
		}
		team.Members = []auth.PersonID{p.ID} // the other one is of another workspace
		if teams, err := s.Teams(ctx, d.w); err != nil || len(teams) != 1 || !reflect.DeepEqual(teams[0], team) {
			t.Errorf("%+v, %v", teams, err)
		}
		if of, err := s.TeamsOf(ctx, d.w, p.ID); err != nil || len(of) != 1 {
			t.Errorf("teams %v, %v", of, err)
		}
		tk := d.open(t, "A")
		tk.Team = team.ID
		if err := s.SaveTicket(ctx, &tk); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteTeam(ctx, other.w, team.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace deletes the team: %v", err)
		}
		if err := s.DeleteTeam(ctx, d.w, team.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Ticket(ctx, d.w, tk.ID); err != nil || got.Team != 0 {
			t.Errorf("the ticket is still with team %d, %v", got.Team, err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		mia, bo := d.person(t, "mia"), d.person(t, "bo")
		add := func(hash string, p auth.PersonID, at time.Time) {
			t.Helper()
			if err := s.AddSession(ctx, auth.Session{Hash: []byte(hash), Workspace: d.w, Person: p, CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		add("old", mia, jobNow.Add(-2*time.Hour))
		for i, hash := range []string{"m1", "m2", "m3"} {
			add(hash, mia, jobNow.Add(time.Duration(i)*time.Minute))
		}
		add("b1", bo, jobNow)
		if _, err := s.Session(ctx, []byte("old")); !errs.Is(err, errs.NotFound) {
			t.Errorf("an expired session was not swept: %v", err)
		}
		if err := s.TouchSession(ctx, []byte("m1"), jobNow.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if x, err := s.Session(ctx, []byte("m1")); err != nil || !x.SeenAt.Equal(jobNow.Add(time.Minute)) || x.Person != mia {
			t.Errorf("%+v, %v", x, err)
		}
		if err := s.DeleteSession(ctx, d.w, bo, []byte("m1")); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Sessions(ctx, d.w, mia); err != nil || len(list) != 3 || string(list[0].Hash) != "m3" {
			t.Errorf("%d sessions after somebody else ended one, %v", len(list), err)
		}
		if err := s.DeleteSessions(ctx, d.w, mia, []byte("m2")); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Sessions(ctx, d.w, mia); err != nil || len(list) != 1 || string(list[0].Hash) != "m2" {
			t.Errorf("%v, %v", list, err)
		}
		if list, _ := s.Sessions(ctx, d.w, bo); len(list) != 1 {
			t.Error("somebody else was signed out")
		}
	})
}

func TestAnInviteWorksOnce(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d := context.Background(), newDesk(t, s)
		mia := d.person(t, "mia")
		in := auth.Invite{Hash: []byte("h"), Workspace: d.w, Person: mia, Purpose: "invite", CreatedAt: jobNow, ExpiresAt: jobNow.Add(time.Hour)}
		if err := s.AddInvite(ctx, in); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Invite(ctx, in.Hash); err != nil || !reflect.DeepEqual(got, in) {
			t.Errorf("%+v, %v", got, err)
		}
		older := in
		older.Hash = []byte("older")
		if err := s.AddInvite(ctx, older); err != nil {
			t.Fatal(err)
		}
		var used, refused atomic.Int32
		var g errgroup.Group
		for range 8 {
			g.Go(func() error {
				err := s.UseInvite(ctx, in.Hash, jobNow)
				switch {
				case err == nil:
					used.Add(1)
				case errs.Is(err, errs.Conflict):
					refused.Add(1)
					err = nil
				}
				return err
			})
		}
		if err := g.Wait(); err != nil || used.Load() != 1 || refused.Load() != 7 {
			t.Errorf("used %d times, refused %d, %v", used.Load(), refused.Load(), err)
		}
		if err := s.UseInvite(ctx, older.Hash, jobNow); !errs.Is(err, errs.Conflict) {
			t.Errorf("an older link still works: %v", err)
		}
	})
}

func TestDeskRecords(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		mia := d.person(t, "mia")
		box := ticket.Mailbox{
			ID: ticket.MailboxID(d.ids.Next()), Workspace: d.w, Address: "help@shop.example", Name: "Help", Settings: ticket.MailSettings{InKind: "imap", InHost: "h"},
			Secrets: ticket.MailSecrets{InPassword: "geheim"}, Status: "new", CreatedAt: jobNow,
		}
		if err := s.AddMailbox(ctx, box); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Mailbox(ctx, d.w, box.ID); err != nil || !reflect.DeepEqual(got, box) {
			t.Errorf("%+v, %v", got, err)
		}
		var sealed []byte
		_, read := s.Pools()
		if err := read.QueryRow("SELECT secrets FROM mailbox").Scan(&sealed); err != nil || string(sealed) == "" || reflect.DeepEqual(sealed, []byte("geheim")) {
			t.Errorf("the password is kept as it is: %v", err)
		}
		if _, err := s.Mailbox(ctx, other.w, box.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another workspace reads the mailbox: %v", err)
		}
		if err := s.SetMailboxStatus(ctx, d.w, box.ID, "failing", "why", jobNow); err != nil {
			t.Fatal(err)
		}
		if list, err := s.MailboxesByAddress(ctx, box.Address); err != nil || len(list) != 1 || list[0].Status != "failing" || list[0].Secrets != box.Secrets {
			t.Errorf("%+v, %v", list, err)
		}
		box.Disabled = true
		if err := s.SaveMailbox(ctx, box); err != nil {
			t.Fatal(err)
		}
		if list, err := s.AllMailboxes(ctx); err != nil || len(list) != 0 {
			t.Errorf("a mailbox that is off is fetched: %v, %v", list, err)
		}
		if err := s.DeleteMailbox(ctx, d.w, box.ID); err != nil {
			t.Fatal(err)
		}

		for _, tag := range []ticket.Tag{{Name: "vip", Color: "red"}, {Name: "vip"}, {Name: "late"}} {
			if err := s.PutTag(ctx, d.w, tag); err != nil {
				t.Fatal(err)
			}
		}
		d.open(t, "A", "vip")
		if tags, err := s.Tags(ctx, d.w); err != nil || !reflect.DeepEqual(tags, []ticket.Tag{{Name: "late"}, {Name: "vip", Color: "red"}}) {
			t.Errorf("%v, %v", tags, err)
		}
		if n, err := s.TagCounts(ctx, d.w, 10); err != nil || n["vip"] != 1 || n["late"] != 0 {
			t.Errorf("%v, %v", n, err)
		}
		if err := s.DeleteTag(ctx, other.w, "vip"); err != nil {
			t.Fatal(err)
		}

		high := ticket.High
		macro := ticket.Macro{ID: ticket.MacroID(d.ids.Next()), Workspace: d.w, Name: "Late", Folder: "F", Bodies: map[string]string{"": "Sorry", "ru": "Извините"}, Actions: ticket.MacroActions{Priority: &high}, UpdatedAt: jobNow}
		if err := s.PutMacro(ctx, macro); err != nil {
			t.Fatal(err)
		}
		if err := s.MacroUsed(ctx, d.w, macro.ID); err != nil {
			t.Fatal(err)
		}
		macro.Name, macro.Uses = "Later", 1
		if err := s.PutMacro(ctx, macro); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Macro(ctx, d.w, macro.ID); err != nil || !reflect.DeepEqual(got, macro) {
			t.Errorf("%+v, %v", got, err)
		}
		theirs := macro
		theirs.Workspace, theirs.Name = other.w, "Stolen"
		if err := s.PutMacro(ctx, theirs); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Macro(ctx, d.w, macro.ID); got.Name != "Later" {
			t.Errorf("another workspace renamed the macro to %s", got.Name)
		}
		twin := macro
		twin.ID++
		if err := s.PutMacro(ctx, twin); !errs.Is(err, errs.Conflict) {
			t.Errorf("two macros of one name: %v", err)
		}

		field := ticket.Field{ID: ticket.FieldID(d.ids.Next()), Workspace: d.w, Key: "size", Label: "Size", Type: ticket.SelectField, Options: []string{"L"}, Required: true, Position: 1}
		if err := s.PutField(ctx, field); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Fields(ctx, d.w); err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], field) {
			t.Errorf("%+v, %v", list, err)
		}
		if err := s.DeleteField(ctx, d.w, field.ID); err != nil {
			t.Fatal(err)
		}

		own := ticket.View{ID: ticket.ViewID(d.ids.Next()), Workspace: d.w, Person: mia, Name: "Mine", Condition: ticket.Condition{Field: "tag", Op: "has", Value: "vip"}, Sort: "new"}
		shared := ticket.View{ID: ticket.ViewID(d.ids.Next()), Workspace: d.w, Name: "Ours", Sort: "old", Position: -1}
		for _, v := range []ticket.View{own, shared} {
			if err := s.PutView(ctx, v); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := s.Views(ctx, d.w, mia); err != nil || !reflect.DeepEqual(list, []ticket.View{shared, own}) {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := s.Views(ctx, d.w, 5); err != nil || len(list) != 1 {
			t.Errorf("somebody else sees %+v, %v", list, err)
		}
	})
}
