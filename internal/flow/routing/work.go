package routing

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

const (
	// front is how much of the queue is decided about at once.
	front = 1000
	// mostHeld is how many tickets of one person are looked at when they go off shift.
	mostHeld = 500
	// longest is how long the job sleeps at most.
	longest = time.Hour
)

// Work gives out what can be given, and has what people who are gone hand over given out
// again. It then sleeps until something may become another matter by itself.
func (s *Service) Work(ctx context.Context, j job.Job) error {
	for {
		next, again, err := s.round(ctx, j.Workspace)
		if err != nil {
			return err
		}
		if !again {
			if next.IsZero() {
				return nil
			}
			return job.Later{At: next}
		}
	}
}

// round decides about the front of the queue once. It reports whether it gave or took back
// anything, and otherwise when to look again, zero for never.
func (s *Service) round(ctx context.Context, w auth.WorkspaceID) (next time.Time, again bool, err error) {
	v, err := s.setting(ctx, w)
	if err != nil || !v.Book.On {
		return time.Time{}, false, err
	}
	now := s.Now()
	people, sheets, err := s.people(ctx, w, v.Book, now)
	if err != nil {
		return time.Time{}, false, err
	}
	moved, err := s.takeBack(ctx, w, v.Book, people, now)
	if err != nil {
		return time.Time{}, false, err
	}
	queue, err := s.Store.QueueFront(ctx, w, front)
	if err != nil {
		return time.Time{}, false, err
	}
	list := make([]route.Ticket, len(queue))
	waits := map[int64]Wait{}
	for i, x := range queue {
		list[i], waits[x.ID] = x.Ticket, x
		if start := v.Book.Start(x.Ticket); !start.Equal(x.Start) { // its tier or the book has changed
			if _, err := s.Store.EnterQueue(ctx, w, ticket.ID(x.ID), x.Since, start); err != nil {
				return time.Time{}, false, err
			}
		}
	}
	next = now.Add(longest)
	soonest := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	for _, d := range v.Book.Decide(list, people, now) {
		soonest(d.Next)
		if d.To == 0 {
			continue
		}
		given, err := s.give(ctx, w, v.Book, d, waits[d.Ticket.ID], sheets[d.To], now)
		if err != nil {
			return time.Time{}, false, err
		}
		moved = moved || given
	}
	for _, p := range people {
		soonest(p.On.From)
		soonest(p.On.To)
	}
	if len(people) == 0 {
		next = time.Time{}
	}
	return next, moved, nil
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
			p.Scope, p.Teams = a.Scope(), a.Teams
			if p.On, err = on(x.Sheet, now); err != nil {
				return nil, nil, err
			}
		}
		out = append(out, p)
	}
	return out, sheets, nil
}

// on returns when a person is there next, zero for never.
func on(s route.Sheet, now time.Time) (hours.Interval, error) {
	shift, err := s.Open()
	if err != nil {
		return hours.Interval{}, err
	}
	at, ok := shift.At(now)
	if !ok {
		return hours.Interval{}, nil
	}
	return at, nil
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
		return false, nil
	}
	return err == nil, err
}

// takeBack has those who are gone hand over what the book says.
func (s *Service) takeBack(ctx context.Context, w auth.WorkspaceID, b route.Book, people []route.Person, now time.Time) (moved bool, err error) {
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
			err := s.Tickets().TakeBack(ctx, w, h.Ticket, p.ID)
			if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) {
				return moved, err
			}
			moved = moved || err == nil
		}
	}
	return moved, nil
}
