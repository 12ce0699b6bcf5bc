package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestReport(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), storetest.Workspace(t, s)
		other := storetest.Workspace(t, s)
		ids := id.NewSource(id.RandomNode(), time.Now)
		mia := auth.Person{ID: auth.PersonID(ids.Next()), Workspace: w, Email: "mia@example.com", Name: "Mia", Role: auth.Lead, Status: auth.Active}
		if err := s.AddPerson(ctx, mia); err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC) // the day on which Berlin's clocks go back
		number := int64(0)
		add := func(w auth.WorkspaceID, t2 ticket.Ticket) {
			t.Helper()
			number++
			c := customer.Customer{ID: customer.ID(ids.Next()), Workspace: w, Name: "C", CreatedAt: now, UpdatedAt: now}
			if _, err := s.AddCustomer(ctx, c); err != nil {
				t.Fatal(err)
			}
			t2.ID, t2.Workspace, t2.Number, t2.Customer, t2.Channel = ticket.ID(ids.Next()), w, number, c.ID, ticket.Email
			t2.LastAt = t2.CreatedAt
			if err := s.AddTicket(ctx, t2); err != nil {
				t.Fatal(err)
			}
		}
		at := func(day, hour int) time.Time { return time.Date(2026, 10, day, hour, 0, 0, 0, zone) }
		add(w, ticket.Ticket{Status: ticket.New, CreatedAt: at(25, 0), Fields: map[string]string{"size": "L"}})
		add(w, ticket.Ticket{Status: ticket.Open, CreatedAt: at(24, 23), Assignee: mia.ID, Fields: map[string]string{"size": ""}})
		add(w, ticket.Ticket{Status: ticket.Open, CreatedAt: at(1, 1), Assignee: mia.ID})
		add(w, ticket.Ticket{Status: ticket.Pending, Waiting: ticket.ForCarrier, CreatedAt: at(23, 1), Assignee: mia.ID})
		add(w, ticket.Ticket{Status: ticket.Solved, CreatedAt: at(24, 1), SolvedAt: at(24, 4)})
		add(w, ticket.Ticket{Status: ticket.Closed, CreatedAt: at(23, 1), SolvedAt: at(25, 2)})
		add(w, ticket.Ticket{Status: ticket.New, CreatedAt: at(25, 1), Spam: true})
		add(other, ticket.Ticket{Status: ticket.New, CreatedAt: at(25, 1)})

		svc := ticket.NewService(ticket.Config{Store: s, Now: func() time.Time { return now }})
		actor := auth.Actor{Kind: auth.Agent, ID: int64(mia.ID), Workspace: w, Role: auth.Lead}
		r, err := svc.Report(ctx, actor, zone, 3)
		if err != nil {
			t.Fatal(err)
		}
		for status, want := range map[ticket.Status]int64{ticket.New: 1, ticket.Open: 2, ticket.Pending: 1, ticket.Solved: 1, ticket.Closed: 1} {
			if r.Status[status] != want {
				t.Errorf("%s: %d, want %d", status, r.Status[status], want)
			}
		}
		if len(r.Load) != 1 || r.Load[0].Open != 2 || r.Load[0].Name != "Mia" {
			t.Errorf("load = %+v", r.Load)
		}
		for i, want := range [][2]int64{{2, 0}, {2, 1}, {1, 1}} {
			if d := r.Days[i]; d.Opened != want[0] || d.Solved != want[1] {
				t.Errorf("day %s: %d opened, %d solved, want %v", d.From.Format(time.DateOnly), d.Opened, d.Solved, want)
			}
		}
		if last := r.Days[2]; last.To.Sub(last.From) != 25*time.Hour {
			t.Errorf("the day of the change is %s long", last.To.Sub(last.From))
		}
		if want := (3*time.Hour + 50*time.Hour) / 2; r.Solve != want {
			t.Errorf("median = %s, want %s", r.Solve, want)
		}
		use, err := svc.FieldUse(ctx, actor, []ticket.Field{{Key: "size"}, {Key: "colour"}})
		if err != nil || use["size"] != 1 || use["colour"] != 0 {
			t.Errorf("field use = %v, %v", use, err)
		}

		actor.Restricted, actor.ID = true, 1
		if r, err = svc.Report(ctx, actor, zone, 3); err != nil {
			t.Fatal(err)
		}
		if r.Status[ticket.Open] != 2 {
			t.Errorf("a restricted lead counts %d open tickets without a team, want 2", r.Status[ticket.Open])
		}
	})
}
