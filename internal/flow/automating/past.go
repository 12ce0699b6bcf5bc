package automating

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// PastStore reads what happened.
type PastStore interface {
	// CountPast returns how many tickets something happened to since an instant.
	CountPast(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error)
	// PastSubjects returns a page of them as they are now, in the order of their numbers in the store, after one.
	PastSubjects(ctx context.Context, w auth.WorkspaceID, since time.Time, after ticket.ID, limit int) ([]Subject, error)
	// PastEvents returns the journal of tickets after one up to another, ticket by ticket, each from its beginning.
	PastEvents(ctx context.Context, w auth.WorkspaceID, after, to ticket.ID) ([]PastEvent, error)

	// CountPastOf returns how many events of a kind there were since an instant.
	CountPastOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time) (int64, error)
	// PastOf returns a page of them, the oldest first, after one.
	PastOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time, after event.ID, limit int) ([]event.Event, error)
	// PastSubjectsOf returns tickets, and those of orders, as they are now, in the order of their numbers in the store.
	PastSubjectsOf(ctx context.Context, w auth.WorkspaceID, tickets []ticket.ID, orders []order.ID) ([]Subject, error)
	// PastEventsOf returns the journal of tickets, ticket by ticket, each from its beginning.
	PastEventsOf(ctx context.Context, w auth.WorkspaceID, tickets []ticket.ID) ([]PastEvent, error)
	// FactsOfOrders is OrderFacts of many.
	FactsOfOrders(ctx context.Context, w auth.WorkspaceID, orders []order.ID) (map[order.ID]automation.Facts, error)
}

// PastEvent is an event of a ticket.
type PastEvent struct {
	Ticket ticket.ID
	At     time.Time
	Kind   string
	By     auth.Kind
	Data   json.RawMessage
}

// Example is a time at which a rule would have acted.
type Example struct {
	Ticket ticket.ID `json:"ticket"` // 0 where it would have opened one
	Number int64     `json:"number"` // of the ticket
	Order  order.ID  `json:"order"`  // 0 for none
	At     time.Time `json:"at"`
}

// Day is what a rule would have done on a day.
type Day struct {
	Date string `json:"date"` // 2026-11-23, in the workspace's zone
	Acts int64  `json:"acts"`
	Over int64  `json:"over"` // kept from it by its quotas
}

// Found is what a rule would have done.
type Found struct {
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	Looked   int64         `json:"looked"` // at tickets; or at events, if the rule answers those that are about something else
	Total    int64         `json:"total"`  // that there are
	Events   int64         `json:"events"` // of the kind that the rule answers
	Acts     int64         `json:"acts"`   // would have acted
	Over     int64         `json:"over"`   // would have acted, but for its quotas
	Days     []Day         `json:"days"`   // on which it would have, in order
	Examples []Example     `json:"examples"`
	Today    []string      `json:"today"`   // facts that the rule asks about and that were read as they are today
	Unlike   int64         `json:"unlike"`  // tickets whose journal does not tell how they stand now: their part is less sure
	Without  int64         `json:"without"` // events that no ticket stood open for, where the rule opens none
	Took     time.Duration `json:"took"`
	Stopped  bool          `json:"stopped"` // the caller had enough
}

const (
	pastPage = 1000
	examples = 20
)

// AboutTickets reports whether a rule answers what the journals of tickets tell: their events, or times at which it is asked
// about each of them.
func AboutTickets(w automation.When) bool {
	return w.Timed() || strings.HasPrefix(w.Event, "ticket.")
}

// Try says what a definition would have done since an instant: it folds the journal of every ticket from its beginning and
// asks about each event as the ticket was then. Of a rule that answers events about something else it reads those, and
// folds the tickets that their orders have today; the newest that stood open then is the one. It writes nothing. tell is
// told how much of how much is done; nil hears nothing. When ctx ends, Try returns what it has with Stopped and no error.
// A definition that Check refuses is refused.
func (s *Service) Try(ctx context.Context, a auth.Actor, d automation.Definition, since time.Time, tell func(done, total int64)) (Found, error) {
	if err := s.Check(ctx, a, d); err != nil {
		return Found{}, err
	}
	return s.try(ctx, a.Workspace, d, since, tell)
}

// try is Try of a definition that was checked.
func (s *Service) try(ctx context.Context, w auth.WorkspaceID, d automation.Definition, since time.Time, tell func(done, total int64)) (t Found, err error) {
	cond, err := automation.Parse(d.If)
	if err != nil {
		return t, err
	}
	space, err := s.People.Workspace(ctx, w)
	if err != nil {
		return t, err
	}
	teams, err := s.People.Teams(ctx, w)
	if err != nil {
		return t, err
	}
	begun, now := time.Now(), s.Now()
	t.Since, t.Until = since, now
	for _, f := range cond.Asks() {
		if f.Today {
			t.Today = append(t.Today, f.Name)
		}
	}
	zone, err := time.LoadLocation(space.Zone)
	if err != nil {
		zone = time.UTC
	}
	try := trying{when: d.When, opens: d.Then[0].Do == automation.Open, replies: slices.ContainsFunc(d.Then, func(x automation.Step) bool { return x.Do == automation.Reply }), cond: cond, teams: map[auth.TeamID]string{}, since: since, from: since, now: now, zone: zone}
	if d.When.Timed() { // tickets to which nothing happens are asked about, too
		try.from = time.Time{}
		for at := d.When.Next(since, zone); !at.After(now); at = d.When.Next(at, zone) {
			try.times = append(try.times, at)
		}
	}
	for _, x := range teams {
		try.teams[x.ID] = x.Name
	}
	read, count := s.readTickets, s.Store.CountPast
	if !AboutTickets(d.When) {
		read = s.readOthers
		count = func(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error) {
			return s.Store.CountPastOf(ctx, w, d.When.Event, since)
		}
	}
	if t.Total, err = count(ctx, w, try.from); err != nil {
		return t, err
	}
	sums, err := read(ctx, w, &try, func(done int64) {
		t.Looked, t.Total = done, max(t.Total, done) // more may come while it reads
		if tell != nil {
			tell(done, t.Total)
		}
	})
	var acts []Example
	for _, x := range sums {
		t.Events += x.events
		t.Unlike += x.unlike
		t.Without += x.without
		acts = append(acts, x.acts...)
	}
	t.count(acts, d, zone)
	t.Took = time.Since(begun)
	if err != nil && ctx.Err() != nil {
		t.Stopped, err = true, nil
	}
	return t, err
}

// count goes through what a rule would have done in turn, and keeps its quotas.
func (t *Found) count(acts []Example, d automation.Definition, zone *time.Location) {
	slices.SortFunc(acts, func(a, b Example) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Order, b.Order))
	})
	var hour []time.Time
	day := map[ticket.ID][]time.Time{}
	for _, x := range acts {
		date := x.At.In(zone).Format(time.DateOnly)
		if n := len(t.Days); n == 0 || t.Days[n-1].Date != date {
			t.Days = append(t.Days, Day{Date: date})
		}
		bar := &t.Days[len(t.Days)-1]
		for len(hour) > 0 && !hour[0].After(x.At.Add(-time.Hour)) {
			hour = hour[1:]
		}
		mine := day[x.Ticket]
		if x.Ticket == 0 {
			mine = nil
		}
		mine = slices.DeleteFunc(mine, func(at time.Time) bool { return !at.After(x.At.AddDate(0, 0, -1)) })
		if !d.Allowed(len(hour), len(mine)) {
			t.Over++
			bar.Over++
			day[x.Ticket] = mine
			continue
		}
		hour, day[x.Ticket] = append(hour, x.At), append(mine, x.At)
		t.Acts++
		bar.Acts++
		if t.Examples = append(t.Examples, x); len(t.Examples) > examples {
			t.Examples = t.Examples[1:]
		}
	}
	slices.Reverse(t.Examples) // the newest first
}

// pastPart is a page of tickets with their journals.
type pastPart struct {
	subjects []Subject
	events   []PastEvent
}

// readTickets asks about every ticket to which something happened: one reads pages, and all cores fold them.
func (s *Service) readTickets(ctx context.Context, w auth.WorkspaceID, try *trying, tell func(int64)) ([]pastSum, error) {
	pages := make(chan pastPart, 2)
	sums := make([]pastSum, runtime.GOMAXPROCS(0))
	var working sync.WaitGroup
	for i := range sums {
		working.Go(func() {
			for p := range pages {
				try.page(p, &sums[i])
			}
		})
	}
	err := s.readPages(ctx, w, try.from, pages, tell)
	close(pages)
	working.Wait()
	return sums, err
}

func (s *Service) readPages(ctx context.Context, w auth.WorkspaceID, since time.Time, pages chan<- pastPart, tell func(int64)) error {
	var after ticket.ID
	done := int64(0)
	for {
		list, err := s.Store.PastSubjects(ctx, w, since, after, pastPage)
		if err != nil {
			return fmt.Errorf("read tickets: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		last := list[len(list)-1].Ticket
		events, err := s.Store.PastEvents(ctx, w, after, last)
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		select {
		case pages <- pastPart{list, events}:
		case <-ctx.Done():
			return ctx.Err()
		}
		done, after = done+int64(len(list)), last
		tell(done)
	}
}

type pastSum struct {
	events, unlike, without int64
	acts                    []Example
}

// trying asks a rule about the past.
type trying struct {
	when    automation.When
	opens   bool // its first step opens a ticket
	replies bool // it answers customers
	cond    automation.Expr
	teams   map[auth.TeamID]string
	since   time.Time
	from    time.Time // tickets to which something happened since then are read
	now     time.Time
	zone    *time.Location
	times   []time.Time // at which it fires by the calendar, in turn
}

func (y *trying) page(p pastPart, sum *pastSum) {
	events := p.events
	for _, x := range p.subjects {
		for len(events) > 0 && events[0].Ticket < x.Ticket {
			events = events[1:]
		}
		n := 0
		for n < len(events) && events[n].Ticket == x.Ticket {
			n++
		}
		y.ticket(x, events[:n], sum)
		events = events[n:]
	}
}

// later is an event and when it is answered.
type later struct {
	at    time.Time
	event automation.EventFacts
}

// ticket folds the journal of a ticket and asks about each event of the kind.
func (y *trying) ticket(x Subject, events []PastEvent, sum *pastSum) {
	today := x.Facts.Ticket
	f := x.Facts
	f.Ticket = blank(today, events)
	var waiting []later
	var form string // of the newest message that came in
	ask := func(at time.Time, e automation.EventFacts) {
		if f.Now, f.Event = at.In(y.zone), e; y.cond.Holds(&f) && !(y.replies && (f.Ticket.Spam || written(form, f.Event.Form))) {
			sum.acts = append(sum.acts, Example{x.Ticket, x.Number, x.Order, at})
		}
	}
	until := func(t time.Time) {
		for len(waiting) > 0 && waiting[0].at.Before(t) {
			ask(waiting[0].at, waiting[0].event)
			waiting = waiting[1:]
		}
	}
	next := 0
	fire := func(t time.Time) {
		for ; next < len(y.times) && y.times[next].Before(t); next++ {
			if at := y.times[next]; !f.Ticket.Created.After(at) && f.Ticket.Status != string(ticket.Closed) {
				sum.events++
				ask(at, fired)
			}
		}
	}
	for _, e := range events {
		if until(e.At); e.By == auth.Rule { // it answered what it follows
			until(e.At.Add(time.Millisecond))
		}
		fire(e.At)
		y.fold(&f.Ticket, e)
		form = newest(form, e)
		if e.Kind != answers(y.when) || e.At.Before(y.since) {
			continue
		}
		sum.events++
		// The rule answers once all that was done with the event is told, such as the message that opened a ticket.
		waiting = append(waiting, later{y.when.ActsAt(e.At), eventFacts(event.Event{Kind: e.Kind, ActorKind: e.By, Data: e.Data})})
	}
	until(y.now.Add(time.Millisecond))
	fire(y.now.Add(time.Millisecond))
	if t := &f.Ticket; t.Status != today.Status || t.Priority != today.Priority || t.Topic != today.Topic || t.Assigned != today.Assigned || !slices.Equal(t.Tags, today.Tags) {
		sum.unlike++
	}
}
