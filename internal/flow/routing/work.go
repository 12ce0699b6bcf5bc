package routing

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

const (
	// mostFronts is how often it goes on behind what is decided about at once while somebody
	// has room.
	mostFronts = 20
	// mostHeld is how many tickets of one person are looked at when they go off shift.
	mostHeld = 500
	// longest is how long the job sleeps at most.
	longest = time.Hour
	// mostStale is how often it decides anew at once about what became another matter while it
	// was given, and later when it looks again then.
	mostStale = 5
	later     = time.Minute
)

// Work gives out what can be given, and has what people who are gone hand over given out
// again. It then sleeps until something may become another matter by itself.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	for stale := 0; ; {
		r, err := s.round(ctx, j.Workspace)
		switch {
		case err != nil:
			return err
		case r.moved:
			stale = 0
		case r.stale && stale < mostStale:
			stale++
		case r.stale:
			return job.Later{At: s.Now().Add(later)}
		case r.next.IsZero():
			return nil
		default:
			return job.Later{At: r.next}
		}
	}
}

// result is what became of a round.
type result struct {
	moved bool      // something was given or taken back
	stale bool      // something had become another matter when it was to be given
	next  time.Time // when to look again if neither, zero for never
}

// soonest notes an instant at which a decision may become another.
func (r *result) soonest(t, now time.Time) {
	if t.After(now) && t.Before(r.next) {
		r.next = t
	}
}

// round decides about the queue once, from its front on as long as somebody has room.
func (s *Service) round(ctx context.Context, w auth.WorkspaceID) (r result, err error) {
	v, err := s.setting(ctx, w)
	if err != nil || !v.Book.On {
		return r, err
	}
	now := s.Now()
	b, err := s.book(ctx, v)
	if err != nil {
		return r, err
	}
	people, sheets, err := s.people(ctx, w, b, now)
	if err != nil {
		return r, err
	}
	if r.moved, err = s.takeBack(ctx, w, b, people, now); err != nil {
		return r, err
	}
	r.next = now.Add(longest)
	for _, p := range people {
		r.soonest(p.On.From, now)
		r.soonest(p.On.To, now)
	}
	if len(people) == 0 {
		r.next = time.Time{}
	}
	desk, seen, behind := b.Sit(people, now), map[int64]bool{}, Wait{}
	for range mostFronts {
		var list []Wait
		if list, behind, err = s.queue(ctx, w, b, behind, now); err != nil {
			return r, err
		}
		list = slices.DeleteFunc(list, func(x Wait) bool { return seen[x.ID] })
		if err := s.place(ctx, w, b, list); err != nil {
			return r, err
		}
		tickets, waits := make([]route.Ticket, len(list)), map[int64]Wait{}
		for i, x := range list {
			tickets[i], waits[x.ID], seen[x.ID] = x.Ticket, x, true
		}
		for _, d := range desk.Decide(tickets) {
			r.soonest(d.Next, now)
			if d.To == 0 {
				continue
			}
			given, err := s.give(ctx, w, b, d, waits[d.Ticket.ID], sheets[d.To], now)
			if err != nil {
				return r, err
			}
			r.moved, r.stale = r.moved || given, r.stale || !given
		}
		if behind.ID == 0 || desk.Full() {
			break
		}
	}
	return r, nil
}

// book returns the book of a setting as it goes among the teams that there are.
func (s *Service) book(ctx context.Context, v Setting) (route.Book, error) {
	teams, err := s.People.Teams(ctx, auth.ForSystem(v.Workspace))
	if err != nil {
		return v.Book, err
	}
	ids := make([]auth.TeamID, len(teams))
	for i, t := range teams {
		ids[i] = t.ID
	}
	return v.Book.Among(ids), nil
}

// queue returns the tickets that are decided about at once: the front of the queue with what
// is pressing, or what comes behind a ticket; and the last one of them if there are more.
func (s *Service) queue(ctx context.Context, w auth.WorkspaceID, b route.Book, behind Wait, now time.Time) (list []Wait, last Wait, err error) {
	list, err = s.Store.QueueFront(ctx, w, behind, s.Front)
	if err != nil || len(list) < s.Front {
		return list, last, err
	}
	last = list[s.Front-1]
	if b.Escalate == 0 || behind.ID != 0 {
		return list, last, nil
	}
	pressing, err := s.Store.QueuePressing(ctx, w, now.Add(time.Duration(b.Escalate)*time.Minute), s.Front)
	for _, x := range pressing {
		if !slices.ContainsFunc(list, func(y Wait) bool { return y.ID == x.ID }) {
			list = append(list, x)
		}
	}
	return list, last, err
}

// people returns those who have a sheet, as routing sees them: with the right to answer,
// or there at no time.
func (s *Service) people(ctx context.Context, w auth.WorkspaceID, b route.Book, now time.Time) ([]route.Person, map[auth.PersonID]Sheet, error) {
	list, err := s.Store.Sheets(ctx, w)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	crew, err := s.People.Crew(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	actors := map[auth.PersonID]auth.Actor{}
	for _, a := range crew {
		actors[a.Person()] = a
	}
	counts, err := s.Store.Carried(ctx, w, 0)
	if err != nil {
		return nil, nil, err
	}
	load := map[auth.PersonID]int{}
	for _, c := range counts {
		load[c.Person] += c.Count * b.Weight(c.Topic)
	}
	var out []route.Person
	sheets := map[auth.PersonID]Sheet{}
	for _, x := range list {
		sheets[x.Person] = x
		p := route.Person{ID: x.Person, Sheet: x.Sheet, Load: load[x.Person], Given: x.GivenAt}
		if a, ok := actors[x.Person]; ok && a.May(auth.WriteTickets) && a.May(auth.SendMail) {
			p.Scope, p.Teams, p.On = a.Scope(), a.Teams, s.on(x, now)
		}
		out = append(out, p)
	}
	return out, sheets, nil
}

// on returns when a person is there next, zero for never. Nobody is there by a sheet that
// cannot be read, such as one with a zone that this machine does not know: others go on.
func (s *Service) on(x Sheet, now time.Time) hours.Interval {
	shift, err := x.Sheet.Open()
	if err != nil {
		s.Log.Warn("sheet not read", "person", x.Person, "error", err)
		return hours.Interval{}
	}
	at, _ := shift.At(now)
	return at
}

// give gives a ticket as it was decided, and reports false if it has become another matter.
func (s *Service) give(ctx context.Context, w auth.WorkspaceID, b route.Book, d route.Decision, x Wait, to Sheet, now time.Time) (bool, error) {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		stale := errs.New(errs.Conflict, "error.ticket_changed")
		if ok, err := s.Store.TakeTurn(ctx, w, d.To, to.Version, now); err != nil || !ok {
			if err == nil {
				err = stale
			}
			return err
		}
		counts, err := s.Store.Carried(ctx, w, d.To)
		if err != nil {
			return err
		}
		load := min(b.Weight(d.Ticket.Topic), to.Sheet.Capacity)
		for _, c := range counts {
			load += c.Count * b.Weight(c.Topic)
		}
		if load > to.Sheet.Capacity {
			return stale
		}
		id := ticket.ID(d.Ticket.ID)
		if err := s.Tickets().Give(ctx, w, ticket.Gift{Ticket: id, Version: x.Version, To: d.To, Team: d.Team}); err != nil {
			return err
		}
		return s.Store.PutGiven(ctx, w, Given{Ticket: id, Person: d.To, At: now, Why: d.Why})
	})
	if errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		s.Log.Debug("ticket not given", "ticket", d.Ticket.ID, "error", err)
		return false, s.Store.TidyQueue(ctx, w, ticket.ID(d.Ticket.ID))
	}
	return err == nil, err
}

// takeBack has those who are gone hand over what the book says, and those who can no longer
// sign in all that they have.
func (s *Service) takeBack(ctx context.Context, w auth.WorkspaceID, b route.Book, people []route.Person, now time.Time) (moved bool, err error) {
	take := func(h Held) error {
		err := s.Tickets().TakeBack(ctx, w, h.Ticket, h.Person)
		moved = moved || err == nil
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	}
	stranded, err := s.Store.Stranded(ctx, w, mostHeld)
	if err != nil {
		return moved, err
	}
	for _, h := range stranded {
		if err := take(h); err != nil {
			return moved, err
		}
	}
	for _, p := range people {
		if p.There(now) || p.Load == 0 {
			continue
		}
		held, err := s.Store.HeldBy(ctx, w, p.ID, mostHeld)
		if err != nil {
			return moved, err
		}
		for _, h := range held {
			if !b.Returns(p, h.Due, now) {
				continue
			}
			if err := take(h); err != nil {
				return moved, err
			}
		}
	}
	return moved, nil
}
