package app

import (
	"slices"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store/storetest"
)

// TestRoutingHearsOfPeople: whoever leaves, changes their role or their teams has the queue decided about anew at once.
func TestRoutingHearsOfPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		d := &hostDesk{now: time.Now().Truncate(time.Millisecond)}
		d.desk = newIdleDesk(t, Config{Database: database, Now: func() time.Time { return d.now }})
		heard := func() bool {
			list, err := d.Store.Claim(d.ctx, routing.Queue, d.now.Add(time.Hour), d.now.Add(2*time.Hour), 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range list {
				if _, err := d.Store.Finish(d.ctx, j, d.now); err != nil {
					t.Fatal(err)
				}
			}
			return slices.ContainsFunc(list, func(j job.Job) bool { return j.Kind == routing.Job && j.Workspace == d.space.ID })
		}
		mei := d.join("mei", auth.AgentRole, "en", "UTC", auth.PersonUpdate{})
		if heard() {
			t.Error("routing is off, and somebody asks")
		}
		b := route.Default()
		b.On = true
		if _, err := d.Routing.Save(d.ctx, d.owner, b, 0); err != nil {
			t.Fatal(err)
		}
		heard()
		if heard() {
			t.Error("nothing happened, and somebody asks")
		}
		var team auth.Team
		no := false
		for _, x := range []struct {
			what string
			do   func() error
		}{
			{"a team is made", func() (err error) {
				team, err = d.Auth.SaveTeam(d.ctx, d.owner, auth.Team{Name: "Returns", Members: []auth.PersonID{mei}})
				return err
			}},
			{"a team is gone", func() error { return d.Auth.DeleteTeam(d.ctx, d.owner, team.ID) }},
			{"a role changes", func() error {
				_, err := d.Auth.SaveRole(d.ctx, d.owner, auth.CustomRole{Name: "Reader", Permissions: []auth.Permission{auth.ReadTickets}})
				return err
			}},
			{"somebody leaves", func() error { return d.Auth.UpdatePerson(d.ctx, d.owner, mei, auth.PersonUpdate{Active: &no}) }},
		} {
			if err := x.do(); err != nil {
				t.Fatal(x.what, err)
			}
			if !heard() {
				t.Errorf("%s, and nobody asks for a decision", x.what)
			}
		}
	})
}
