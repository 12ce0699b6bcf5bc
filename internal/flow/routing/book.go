package routing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event that this package tells.
const (
	SavedKind = "routing.saved" // data: {"version", "on"}
	SheetKind = "sheet.saved"   // of a person; data: {"version"}
)

// Setting returns how the actor's workspace gives out tickets; the default, as version 0
// and off, until something is saved. Whoever reads tickets or manages teams may.
func (s *Service) Setting(ctx context.Context, actor auth.Actor) (Setting, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageTeams); err != nil {
		return Setting{}, err
	}
	return s.setting(ctx, actor.Workspace)
}

// Save checks a book and saves it as the next version. A workspace that turns routing on
// has all its open tickets that nobody has queued, one that turns it off has the queue
// emptied; who has a ticket keeps it. It fails with errs.Invalid and the place of each
// problem, and with errs.Conflict if the newest version is not the one that the actor saw.
// It needs ManageTeams.
func (s *Service) Save(ctx context.Context, actor auth.Actor, b route.Book, seen int) (v Setting, err error) {
	if err := actor.Can(auth.ManageTeams); err != nil {
		return v, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.setting(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		if err := s.check(ctx, actor, b, was.Book); err != nil {
			return err
		}
		v = Setting{Workspace: actor.Workspace, Version: seen + 1, Book: b, SavedAt: s.Now(), SavedBy: actor.Person()}
		saved, err := s.Store.PutRouting(ctx, v)
		if err == nil && (!saved || was.Version != seen) {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		switch {
		case b.On && !was.Book.On:
			err = s.Store.FillQueue(ctx, actor.Workspace)
		case !b.On:
			err = s.Store.ClearQueue(ctx, actor.Workspace)
		}
		if err == nil && b.On && (!was.Book.On || !maps.Equal(b.Tiers, was.Book.Tiers)) {
			err = s.placeAll(ctx, actor.Workspace, b)
		}
		if err != nil {
			return err
		}
		if err := s.Journal.Append(ctx, event.New(SavedKind, actor, event.Subject{Kind: "routing", ID: int64(v.Version)}, 0, map[string]any{"version": v.Version, "on": b.On})); err != nil {
			return err
		}
		return s.ask(ctx, actor.Workspace)
	})
	return v, err
}

// placeAll puts the whole queue in the order of a book.
func (s *Service) placeAll(ctx context.Context, w auth.WorkspaceID, b route.Book) error {
	var all []Wait
	for behind := (Wait{}); ; behind = all[len(all)-1] {
		list, err := s.Store.QueueFront(ctx, w, behind, s.Front)
		if err != nil {
			return err
		}
		if all = append(all, list...); len(list) < s.Front {
			return s.place(ctx, w, b, all)
		}
	}
}

// check judges a book, and whether its teams and people are the workspace's. Those who left
// since the book was saved before may stay in it: nothing goes to them.
func (s *Service) check(ctx context.Context, actor auth.Actor, b, was route.Book) error {
	if err := b.Check(); err != nil {
		return err
	}
	teams, err := s.People.Teams(ctx, auth.ForSystem(actor.Workspace))
	if err != nil {
		return err
	}
	crew, err := s.People.Crew(ctx, actor.Workspace)
	if err != nil {
		return err
	}
	left := func(named func(route.Rule) bool) bool { return slices.ContainsFunc(was.Rules, named) }
	for i, r := range b.Rules {
		if r.Team != 0 && !left(func(x route.Rule) bool { return x.Team == r.Team }) && !slices.ContainsFunc(teams, func(t auth.Team) bool { return t.ID == r.Team }) {
			return errs.Field(fmt.Sprintf("rules.%d.team", i), "error.promise_unknown")
		}
		for _, p := range r.People {
			if !left(func(x route.Rule) bool { return slices.Contains(x.People, p) }) && !slices.ContainsFunc(crew, func(a auth.Actor) bool { return a.Person() == p }) {
				return errs.Field(fmt.Sprintf("rules.%d.people", i), "error.promise_unknown")
			}
		}
	}
	return nil
}

// Roster is a person with their sheet, and how they stand.
type Roster struct {
	Sheet // of version 0 for whoever has none
	Name  string
	Teams []auth.TeamID
	Able  bool // they may answer tickets
	There bool
	Until time.Time // when they go, or come; zero for never
	Load  int       // weight of their open tickets
	// Off is why they are away all day, "" if they are not; Holidays are the next public
	// holidays that they have off, three at most.
	Off      route.Off
	Holidays []time.Time
}

// Roster returns everybody who can sign in, with sheets and as they stand now, by name.
// Whoever reads tickets or manages teams may; the notes of others' days away are for those
// who manage teams.
func (s *Service) Roster(ctx context.Context, actor auth.Actor) ([]Roster, error) {
	v, err := s.Setting(ctx, actor)
	if err != nil {
		return nil, err
	}
	now, leads := s.Now(), actor.Can(auth.ManageTeams) == nil
	people, sheets, err := s.people(ctx, actor.Workspace, v.Book, now)
	if err != nil {
		return nil, err
	}
	crew, err := s.People.Crew(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	var out []Roster
	for _, a := range crew {
		r := Roster{Sheet: Sheet{Workspace: a.Workspace, Person: a.Person()}, Name: a.Name, Teams: a.Teams, Able: a.May(auth.WriteTickets) && a.May(auth.SendMail)}
		if i := slices.IndexFunc(people, func(p route.Person) bool { return p.ID == a.Person() }); i >= 0 {
			p := people[i]
			if !leads && p.ID != actor.Person() { // why somebody is away is theirs and their leads'
				for i := range p.Away {
					p.Away[i].Note = ""
				}
			}
			r.Sheet, r.There, r.Load = sheets[p.ID], p.There(now), p.Load
			r.Off, r.Holidays = p.Off(now), p.Sheet.Holidays(now, 3)
			if r.Until = p.On.From; r.There {
				r.Until = p.On.To
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// SaveSheet checks a person's sheet and saves it as the next version. Who goes off shift by
// it hands over as the book says. It fails with errs.Invalid and the place of each problem,
// with errs.NotFound for whoever cannot sign in, and with errs.Conflict if the newest
// version is not the one that the actor saw. It needs ManageTeams.
func (s *Service) SaveSheet(ctx context.Context, actor auth.Actor, who auth.PersonID, sheet route.Sheet, seen int) (v Sheet, err error) {
	if err := actor.Can(auth.ManageTeams); err != nil {
		return v, err
	}
	if _, err := sheet.Open(); err != nil {
		return v, err
	}
	crew, err := s.People.Crew(ctx, actor.Workspace)
	if err != nil {
		return v, err
	}
	if !slices.ContainsFunc(crew, func(a auth.Actor) bool { return a.Person() == who }) {
		return v, errs.New(errs.NotFound, "error.not_found")
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		v = Sheet{Workspace: actor.Workspace, Person: who, Version: seen + 1, Sheet: sheet, SavedAt: s.Now(), SavedBy: actor.Person()}
		saved, err := s.Store.PutSheet(ctx, v)
		if err == nil && !saved {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		if err := s.Journal.Append(ctx, event.New(SheetKind, actor, event.Subject{Kind: "person", ID: int64(who)}, 0, map[string]any{"version": v.Version})); err != nil {
			return err
		}
		return s.ask(ctx, actor.Workspace)
	})
	return v, err
}

// Standing is how a ticket stands with routing.
type Standing struct {
	On      bool
	Given   *Given          // why the person who has the ticket has it, nil if routing did not give it to them
	Waiting *route.Decision // what holds for it in the queue now, nil if it is not in it
	Since   time.Time       // when it began to wait
}

// Of returns how a ticket stands with routing. The actor needs to see the ticket.
func (s *Service) Of(ctx context.Context, actor auth.Actor, t ticket.Ticket) (out Standing, err error) {
	if err := auth.Can(actor, auth.ReadTickets, t.Resource()); err != nil {
		return out, err
	}
	v, err := s.setting(ctx, t.Workspace)
	if err != nil {
		return out, err
	}
	out.On = v.Book.On
	if t.Assignee != 0 {
		g, err := s.Store.Given(ctx, t.Workspace, t.ID)
		if err == nil && g.Person == t.Assignee {
			out.Given = &g
		}
		if errs.Is(err, errs.NotFound) {
			err = nil
		}
		return out, err
	}
	if !out.On {
		return out, nil
	}
	x, err := s.Store.QueuePlace(ctx, t.Workspace, t.ID)
	if errs.Is(err, errs.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	now := s.Now()
	b, err := s.book(ctx, v)
	if err != nil {
		return out, err
	}
	people, _, err := s.people(ctx, t.Workspace, b, now)
	if err != nil {
		return out, err
	}
	d := b.Decide([]route.Ticket{x.Ticket}, people, now)[0]
	if d.To != 0 { // if it were alone: who stands before it may take that room, or have it kept
		queue, _, err := s.queue(ctx, t.Workspace, b, Wait{}, now)
		if err != nil {
			return out, err
		}
		list := []route.Ticket{x.Ticket}
		for _, y := range queue {
			if y.ID != x.ID {
				list = append(list, y.Ticket)
			}
		}
		all := b.Decide(list, people, now)
		if d = all[slices.IndexFunc(all, func(d route.Decision) bool { return d.Ticket.ID == x.ID })]; d.To != 0 {
			d = d.Giving()
		}
	}
	out.Waiting, out.Since = &d, x.Since
	return out, nil
}
