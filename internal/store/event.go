package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const eventCols = `id, workspace_id, at, kind, actor_kind, actor_id, actor_name, subject_kind, subject_id, ticket_id, data`

func eventDest(e *event.Event) []any {
	return []any{&e.ID, &e.Workspace, at(&e.At), &e.Kind, &e.ActorKind, &e.ActorID, &e.ActorName, &e.Subject.Kind, &e.Subject.ID, ref(&e.TicketID), doc(&e.Data)}
}

func eventVals(e *event.Event) []any {
	return []any{e.ID, e.Workspace, ms(e.At), e.Kind, e.ActorKind, e.ActorID, clean(e.ActorName), e.Subject.Kind, e.Subject.ID, opt(e.TicketID), js(e.Data)}
}

// told is the data of an event, which is JSON already.
func told(data json.RawMessage) string {
	if len(data) == 0 {
		return "null"
	}
	return clean(string(data))
}

// Append writes events to the journal, links those that package audit covers,
// and owes them to the endpoints and rules that want them, all in one transaction;
// it publishes them after commit.
func (s *Store) Append(ctx context.Context, events ...event.Event) error {
	if from(ctx) == nil {
		return s.InTx(ctx, func(ctx context.Context) error { return s.Append(ctx, events...) })
	}
	for i := range events {
		e := &events[i]
		if e.ID == 0 {
			e.ID = event.ID(s.ids.Next())
		}
		if e.At.IsZero() {
			e.At = s.now()
		}
		if audit.Covers(e.Kind) {
			if err := e.Via(ctx); err != nil {
				return fmt.Errorf("origin of %s: %w", e.Kind, err)
			}
		}
	}
	if len(events) > fewEvents {
		return s.appendMany(ctx, events)
	}
	for i := range events {
		e := &events[i]
		// One statement writes the event and tells whether anybody wants it: most
		// workspaces pay nothing for webhooks and rules that they do not have.
		type wants struct{ hooks, rules bool }
		wanted, err := one(ctx, s.DB, func(x *wants) []any { return []any{flag(&x.hooks), flag(&x.rules)} }, `INSERT INTO event (`+eventCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
			RETURNING EXISTS (SELECT 1 FROM webhook WHERE webhook.workspace_id=$2 AND webhook.state='on'),
				EXISTS (SELECT 1 FROM automation_rule WHERE automation_rule.workspace_id=$2 AND automation_rule.event=$4 AND automation_rule.is_on)`, eventVals(e)...)
		if err == nil && wanted.hooks {
			err = s.oweSubscribers(ctx, *e)
		}
		if err == nil && wanted.rules {
			err = s.oweRules(ctx, *e)
		}
		if err != nil {
			return err
		}
	}
	return s.tell(ctx, events)
}

// fewEvents are written one by one, more in one statement.
const fewEvents = 4

// journal is the table of events as rows.
const journalCols = `id, workspace_id, at, kind text, actor_kind text, actor_id, actor_name text, subject_kind text, subject_id, ticket_id, data jsonb`

// appendMany is Append for many events. Who wants them is asked once, after they
// stand in the journal: an endpoint that is switched on between is told of none
// that it would not have been told of one by one.
func (s *Store) appendMany(ctx context.Context, events []event.Event) error {
	b := batch{table: "event", cols: columnsOf(journalCols), rows: make([][]any, 0, len(events))}
	spaces := map[auth.WorkspaceID]bool{}
	for i := range events {
		e := &events[i]
		spaces[e.Workspace] = false
		b.add(int64(e.ID), int64(e.Workspace), ms(e.At), e.Kind, string(e.ActorKind), e.ActorID, clean(e.ActorName), e.Subject.Kind, e.Subject.ID, opt(e.TicketID), told(e.Data))
	}
	if err := s.fill(ctx, b); err != nil {
		return err
	}
	answered := map[auth.WorkspaceID]map[string]bool{}
	for w := range spaces {
		kinds, err := all(ctx, s.DB, func(k *string) []any { return []any{k} }, `SELECT DISTINCT event FROM automation_rule WHERE workspace_id=$1 AND is_on`, w)
		if err != nil {
			return err
		}
		answered[w] = map[string]bool{}
		for _, k := range kinds {
			answered[w][k] = true
		}
		wanted, err := one(ctx, s.DB, func(b *bool) []any { return []any{flag(b)} }, `SELECT EXISTS (SELECT 1 FROM webhook WHERE workspace_id=$1 AND state='on')`, w)
		if err != nil {
			return err
		}
		spaces[w] = wanted
	}
	for _, e := range events {
		if spaces[e.Workspace] {
			if err := s.oweSubscribers(ctx, e); err != nil {
				return err
			}
		}
		if answered[e.Workspace][e.Kind] {
			if err := s.oweRules(ctx, e); err != nil {
				return err
			}
		}
	}
	return s.tell(ctx, events)
}

// tell links what the audit covers and publishes events after the commit.
func (s *Store) tell(ctx context.Context, events []event.Event) error {
	if err := s.link(ctx, events); err != nil {
		return err
	}
	s.bus.Expect(events...)
	s.AfterCommit(ctx, func() { s.bus.Publish(events...) })
	return nil
}

// Event returns one event.
func (s *Store) Event(ctx context.Context, w auth.WorkspaceID, id event.ID) (event.Event, error) {
	return one(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Timeline returns the newest events of a ticket between two times, oldest first.
func (s *Store) Timeline(ctx context.Context, w auth.WorkspaceID, t ticket.ID, from, to time.Time, limit int) ([]event.Event, error) {
	end := int64(1) << 60
	if !to.IsZero() {
		end = ms(to)
	}
	return all(ctx, s.DB, eventDest, `SELECT * FROM (SELECT `+eventCols+` FROM event
		WHERE ticket_id=$1 AND workspace_id=$2 AND at>=$3 AND at<$4 ORDER BY id DESC LIMIT $5) x ORDER BY id`, t, w, ms(from), end, limit)
}

// Undone reports whether a later event took one back.
func (s *Store) Undone(ctx context.Context, w auth.WorkspaceID, t ticket.ID, id event.ID) (bool, error) {
	later, err := all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event
		WHERE ticket_id=$1 AND workspace_id=$2 AND id>$3 AND kind='ticket.undone' ORDER BY id`, t, w, id)
	for _, e := range later {
		var d struct {
			Event event.ID `json:"event"`
		}
		if json.Unmarshal(e.Data, &d) == nil && d.Event == id {
			return true, err
		}
	}
	return false, err
}

// EventsAfter returns the events of a workspace after one, oldest first. IDs
// made by several nodes do not commit in order: readers that must not miss one
// read an overlap.
func (s *Store) EventsAfter(ctx context.Context, w auth.WorkspaceID, after event.ID, limit int) ([]event.Event, error) {
	return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE workspace_id=$1 AND id>$2 ORDER BY id LIMIT $3`, w, after, limit)
}

// EventsOf returns the newest events of a kind since a moment.
func (s *Store) EventsOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time, limit int) ([]event.Event, error) {
	return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE workspace_id=$1 AND id>$2 AND kind=$3 ORDER BY id DESC LIMIT $4`, w, id.Floor(since), kind, limit)
}

// EventCursor returns how far a reader of the journal has read, 0 for one that has
// not begun.
func (s *Store) EventCursor(ctx context.Context, w auth.WorkspaceID, reader string) (event.ID, error) {
	at, err := scalar[event.ID](ctx, s.DB, `SELECT cursor FROM event_cursor WHERE workspace_id=$1 AND reader=$2`, w, reader)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return at, err
}

// MoveEventCursor notes how far a reader has read. It never moves back.
func (s *Store) MoveEventCursor(ctx context.Context, w auth.WorkspaceID, reader string, to event.ID) error {
	_, err := s.exec(ctx, `INSERT INTO event_cursor (workspace_id, reader, cursor) VALUES ($1,$2,$3)
		ON CONFLICT (workspace_id, reader) DO UPDATE SET cursor=excluded.cursor WHERE event_cursor.cursor<excluded.cursor`, w, reader, to)
	return err
}
