package dump

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
)

// Kind is what a record is.
type Kind int

// The kinds of records.
const (
	Other Kind = iota // something without a counterpart, which is passed over
	Person
	Ticket
	Message // that stands apart from its ticket
)

// System tells how the records of one helpdesk are read.
type System struct {
	Shape Shape
	// Kind says what a record is, by its list and the properties that it has.
	Kind func(r Record, has func(names ...string) bool) Kind
	// Person reads a person.
	Person func(Record) (migrate.Person, error)
	// TicketOf returns the ticket that a message belongs to, and the id of a ticket
	// record.
	TicketOf func(Record) string
	// Ticket reads a ticket with the messages that stood apart from it. Find takes
	// what does not fit; a ticket without an ID is left out in silence.
	Ticket func(j *Join, r Record, apart [][]byte) (migrate.Ticket, error)
}

// Join brings together what an export keeps apart: people, tickets and their
// messages.
type Join struct {
	System
	Source *Source
	people map[string]migrate.Person
	spool  *Spool
	newest map[string]int // how often a ticket occurs: the last one counts
	sink   migrate.Sink
}

// Read returns a reader of a source. The source is read twice: the first time for
// people and for messages that stand apart, the second for tickets.
func Read(path string, sys System) migrate.Reader {
	return func(ctx context.Context, sink migrate.Sink) (err error) {
		src, err := Open(path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, src.Close()) }()
		spool, err := NewSpool()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, spool.Close()) }()
		j := &Join{System: sys, Source: src, people: map[string]migrate.Person{}, spool: spool, newest: map[string]int{}, sink: sink}
		half := func(base int64) func(done, total int64) {
			return func(done, total int64) { sink.Progress(base*total+done, 2*total) }
		}
		if err := src.Records(ctx, sys.Shape, half(0), j.gather); err != nil {
			return fmt.Errorf("read people: %w", err)
		}
		seen := map[string]int{}
		if err := src.Records(ctx, sys.Shape, half(1), func(r Record) error { return j.tickets(ctx, r, seen) }); err != nil {
			return fmt.Errorf("read tickets: %w", err)
		}
		for id, n := range spool.Left() {
			sink.Find(migrate.Finding{Record: fmt.Sprintf("ticket %s, %d messages", id, n), Reason: migrate.Orphan})
		}
		return nil
	}
}

func (j *Join) kind(r Record) (Kind, error) {
	if r.Err != nil {
		return Other, r.Err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(r.Raw, &all); err != nil {
		return Other, err
	}
	return j.Kind(r, func(names ...string) bool {
		for _, n := range names {
			if _, ok := all[n]; !ok {
				return false
			}
		}
		return true
	}), nil
}

func (j *Join) unreadable(r Record, err error) {
	j.sink.Find(migrate.Finding{Place: r.Place, Reason: migrate.Unreadable, Detail: reason(err)})
}

// reason words an error without the bytes that it is about.
func reason(err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "no JSON"
	case errors.As(err, &typ):
		return "unexpected " + typ.Value + " in " + typ.Field
	}
	return err.Error()
}

// gather takes what tickets need.
func (j *Join) gather(r Record) error {
	k, err := j.kind(r)
	if err != nil {
		j.unreadable(r, err)
		return nil
	}
	switch k {
	case Person:
		p, err := j.System.Person(r)
		if err != nil {
			j.unreadable(r, err)
		} else if p.ID != "" {
			j.people[p.ID] = p
		}
	case Message:
		id := j.TicketOf(r)
		if id == "" {
			j.sink.Find(migrate.Finding{Place: r.Place, Record: "message", Reason: migrate.Orphan})
			return nil
		}
		return j.spool.Add(id, r.Raw)
	case Ticket:
		if id := j.TicketOf(r); id != "" {
			j.newest[id]++
		}
	}
	return nil
}

// tickets hands tickets on. An export may hold a ticket several times: what it
// said last counts.
func (j *Join) tickets(ctx context.Context, r Record, seen map[string]int) error {
	k, err := j.kind(r)
	if err != nil || k != Ticket {
		return nil // told by gather
	}
	id := j.TicketOf(r)
	if seen[id]++; id != "" && seen[id] < j.newest[id] {
		return nil
	}
	apart, err := j.spool.Take(id)
	if err != nil {
		return err
	}
	t, err := j.System.Ticket(j, r, apart)
	if err != nil {
		j.unreadable(r, err)
		return nil
	}
	if t.Place = r.Place; t.ID == "" && id != "" {
		return nil
	}
	return j.sink.Ticket(ctx, t)
}

// Who returns the person with an identifier, who is otherwise unknown.
func (j *Join) Who(id string) migrate.Person {
	if p, ok := j.people[id]; ok {
		return p
	}
	return migrate.Person{ID: id}
}

// Find tells what does not fit about a record.
func (j *Join) Find(r Record, record string, why migrate.Reason, detail string) {
	j.sink.Find(migrate.Finding{Place: r.Place, Record: record, Reason: why, Detail: detail})
}

// Priorities are the names of priorities, in the words that helpdesks share.
func Priorities(name string) ticket.Priority {
	switch strings.ToLower(name) {
	case "low":
		return ticket.Low
	case "high":
		return ticket.High
	case "urgent", "critical":
		return ticket.Urgent
	}
	return ticket.Normal
}

// Addresses reads mail addresses as exports write them: "Anna <anna@a.example>".
func Addresses(list []Text) []ticket.Address {
	var out []ticket.Address
	for _, t := range list {
		for _, one := range strings.Split(string(t), ",") {
			a := ticket.Address{Address: strings.TrimSpace(one)}
			if open := strings.LastIndexByte(one, '<'); open >= 0 {
				a.Name = strings.Trim(strings.TrimSpace(one[:open]), `"`)
				a.Address = strings.Trim(strings.TrimSpace(one[open+1:]), "> ")
			}
			if strings.Contains(a.Address, "@") {
				out = append(out, a)
			}
		}
	}
	return out
}
