package store

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
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

// Append writes events to the journal, links those that package audit covers,
// and owes them to the endpoints that want them, all in one transaction; it
// publishes them after commit.
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
		// One statement writes the event and tells whether anybody wants it: most
		// workspaces pay nothing for webhooks that they do not have.
		wanted, err := one(ctx, s.DB, func(b *bool) []any { return []any{flag(b)} }, `INSERT INTO event (`+eventCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
			RETURNING EXISTS (SELECT 1 FROM webhook WHERE webhook.workspace_id=$2 AND webhook.state='on')`, eventVals(e)...)
		if err == nil && wanted {
			err = s.oweSubscribers(ctx, *e)
		}
		if err != nil {
			return err
		}
	}
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
