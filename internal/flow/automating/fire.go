package automating

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// firePage is how many tickets the rules of a firing are asked about in one step.
const firePage = 500

// Firing is a time of the calendar at which rules fired, until they are asked about each ticket.
type Firing struct {
	Event event.ID
	At    time.Time // of the calendar
	Rules []automation.ID
	After ticket.ID // up to here they are
}

// FireStore keeps what fires by the calendar.
type FireStore interface {
	// FiringRules returns the rules whose time has come, in their order.
	FiringRules(ctx context.Context, w auth.WorkspaceID, now time.Time) ([]automation.ID, error)
	// AddFiring writes down that a rule fired, in place of its older firings that are over. It reports false if it did at
	// that instant before.
	AddFiring(ctx context.Context, w auth.WorkspaceID, r automation.ID, at time.Time, e event.ID) (bool, error)
	// Firing returns the oldest that is not over; one without an event if there is none.
	Firing(context.Context, auth.WorkspaceID) (Firing, error)
	// Unclosed returns the tickets that are not closed and were there before an event, with their facts, in the order of their
	// numbers in the store, after one.
	Unclosed(ctx context.Context, w auth.WorkspaceID, before event.ID, after ticket.ID, limit int) ([]Subject, error)
	// MoveFiring says that the rules of a firing were asked about the tickets up to one, and whether that was all. It reports
	// false if the firing does not stand where f does.
	MoveFiring(ctx context.Context, w auth.WorkspaceID, f Firing, to ticket.ID, over bool) (bool, error)
}

// fired are the facts of the event that rules answer when they fire by the calendar.
var fired = automation.EventFacts{By: string(auth.System)}

// answers returns the kind of event that a rule answers.
func answers(w automation.When) string {
	if w.Timed() {
		return FiredKind
	}
	return w.Event
}

// zone returns the zone of a workspace's calendar.
func (s *Service) zone(ctx context.Context, w auth.WorkspaceID) (*time.Location, error) {
	space, err := s.People.Workspace(ctx, w)
	if err != nil {
		return nil, err
	}
	if l, err := time.LoadLocation(space.Zone); err == nil {
		return l, nil
	}
	return time.UTC, nil
}

// put writes a rule with the instant at which it fires next, and asks for the job that is there then.
func (s *Service) put(ctx context.Context, r automation.Rule) error {
	r.Fires = time.Time{}
	if r.On && r.When.Timed() {
		zone, err := s.zone(ctx, r.Workspace)
		if err != nil {
			return err
		}
		r.Fires = r.When.Next(s.Now(), zone)
		if err := s.Queue.Enqueue(ctx, Wake(r.Workspace, r.Fires)); err != nil {
			return err
		}
	}
	return s.Store.PutRule(ctx, r)
}

// fire lets the rules fire whose time has come. One that has missed times, because no node ran, fires for the newest of
// them; those that fire for the same instant answer one event, so that their order counts.
func (s *Service) fire(ctx context.Context, w auth.WorkspaceID) error {
	due, err := s.Store.FiringRules(ctx, w, s.Now())
	if err != nil || len(due) == 0 {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		zone, err := s.zone(ctx, w)
		if err != nil {
			return err
		}
		now, events := s.Now(), map[time.Time]event.Event{}
		for _, id := range due {
			r, err := s.Store.HoldRule(ctx, w, id)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if r.Fires.IsZero() || r.Fires.After(now) { // another node was here, or somebody changed it
				continue
			}
			at := r.When.Newest(r.Fires, now, zone).UTC()
			e, told := events[at]
			if !told {
				e = event.New(FiredKind, auth.ForSystem(w), event.Subject{Kind: "workspace", ID: int64(w)}, 0, map[string]any{"at": at})
				e.ID, e.At = event.ID(s.IDs.Next()), now
			}
			added, err := s.Store.AddFiring(ctx, w, r.ID, at, e.ID)
			if err != nil {
				return err
			}
			if added && !told {
				if err := s.Journal.Append(ctx, e); err != nil {
					return err
				}
				events[at] = e
			}
			if err := s.put(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// owe asks the rules of the oldest firing about the next page of tickets, and owes each that one of them holds of to this
// rule and those after it: what the first does may be what the next asks about. Of all others nothing is written. It reports
// false if there is no firing.
func (s *Service) owe(ctx context.Context, w auth.WorkspaceID) (bool, error) {
	f, err := s.Store.Firing(ctx, w)
	if err != nil || f.Event == 0 {
		return false, err
	}
	rules, err := s.asked(ctx, w, f)
	if err != nil {
		return false, err
	}
	var list []Subject
	if len(rules) > 0 {
		if list, err = s.Store.Unclosed(ctx, w, f.Event, f.After, firePage); err != nil {
			return false, err
		}
	}
	zone, err := s.zone(ctx, w)
	if err != nil {
		return false, err
	}
	now, to := s.Now().In(zone), f.After
	var owed []Due
	for _, x := range list {
		to = x.Ticket
		x.Facts.Now, x.Facts.Event = now, fired
		first := slices.IndexFunc(rules, func(r asked) bool { return r.cond.Holds(&x.Facts) })
		if first < 0 {
			continue
		}
		for _, r := range rules[first:] {
			owed = append(owed, Due{Rule: r.id, Event: f.Event, Ticket: x.Ticket, At: f.At})
		}
	}
	return true, s.Store.InTx(ctx, func(ctx context.Context) error {
		moved, err := s.Store.MoveFiring(ctx, w, f, to, len(list) == 0)
		if err != nil || !moved { // another node was here
			return err
		}
		for _, d := range owed {
			if err := s.Store.PutDue(ctx, w, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// asked is a rule that is asked about tickets.
type asked struct {
	id   automation.ID
	cond automation.Expr
}

// asked returns the rules of a firing that are on and fire by the calendar still, in their order.
func (s *Service) asked(ctx context.Context, w auth.WorkspaceID, f Firing) ([]asked, error) {
	list, err := s.Store.Rules(ctx, w)
	if err != nil {
		return nil, err
	}
	var out []asked
	for _, r := range list {
		if !r.On || !r.When.Timed() || !slices.Contains(f.Rules, r.ID) {
			continue
		}
		cond, err := automation.Parse(r.If)
		if err != nil {
			cond = automation.Expr{} // it is asked about every ticket, and fails there by name
		}
		out = append(out, asked{r.ID, cond})
	}
	return out, nil
}
