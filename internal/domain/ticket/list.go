package ticket

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// TimelineEvent is a change of a ticket as its timeline shows it.
type TimelineEvent struct {
	event.Event
	CanUndo bool
}

// timelineHidden are the events that the messages themselves show, or that
// interest nobody afterwards.
var timelineHidden = []string{"ticket.received", "ticket.replied", "ticket.noted", "ticket.read", "ticket.delivery", "ticket.side_replied", "ticket.sorted"}

const timelineLimit = 300

func (s *Service) timeline(ctx context.Context, w auth.WorkspaceID, t ID, from time.Time) ([]TimelineEvent, error) {
	all, err := s.Store.Timeline(ctx, w, t, from, time.Time{}, timelineLimit)
	if err != nil {
		return nil, err
	}
	undone := map[event.ID]bool{}
	for _, e := range all {
		if e.Kind == "ticket.undone" {
			var d struct {
				Event event.ID `json:"event"`
			}
			if json.Unmarshal(e.Data, &d) == nil {
				undone[d.Event] = true
			}
		}
	}
	now := s.Now()
	out := make([]TimelineEvent, 0, len(all))
	for _, e := range all {
		if slices.Contains(timelineHidden, e.Kind) {
			continue
		}
		out = append(out, TimelineEvent{Event: e, CanUndo: Undoable(e.Kind) && !undone[e.ID] && now.Sub(e.At) < UndoWindow})
	}
	return out, nil
}

// Cursor is the place after which a list goes on.
type Cursor struct {
	At time.Time
	ID ID
}

// String writes the cursor for a URL; the zero cursor is "".
func (c Cursor) String() string {
	if c.ID == 0 {
		return ""
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(unixMilli(c.At)))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(b, uint64(c.ID)))
}

// ParseCursor reads what String wrote; "" is the beginning.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 16 {
		return Cursor{}, errs.Field("after", "error.cursor")
	}
	return Cursor{At: fromMilli(int64(binary.BigEndian.Uint64(b))), ID: ID(binary.BigEndian.Uint64(b[8:]))}, nil
}

// PageSize is how many tickets a list page shows.
const PageSize = 50

// List returns a page of tickets that the actor may see, and the cursor of the
// next one (zero on the last page).
func (s *Service) List(ctx context.Context, actor auth.Actor, q ListQuery, after Cursor) ([]Ticket, Cursor, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return nil, Cursor{}, err
	}
	if q.Cond != nil {
		if err := q.Cond.Check(); err != nil {
			return nil, Cursor{}, err
		}
	}
	q.Scope = actor.Scope()
	q.AfterTime, q.AfterID = after.At, after.ID
	size := q.Limit
	if size <= 0 || size > 200 {
		size = PageSize
	}
	q.Limit = size + 1
	rows, err := s.Store.Tickets(ctx, q)
	if err != nil || len(rows) <= size {
		return rows, Cursor{}, err
	}
	rows = rows[:size]
	last := rows[size-1]
	if q.Due {
		return rows, Cursor{At: last.DueAt, ID: last.ID}, nil
	}
	return rows, Cursor{At: last.LastAt, ID: last.ID}, nil
}

// CountLimit is how far lists are counted; beyond it a count says "and more".
const CountLimit = 9999

// Count counts the tickets of a list, up to limit+1.
func (s *Service) Count(ctx context.Context, actor auth.Actor, q ListQuery, limit int) (int, error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return 0, err
	}
	q.Scope = actor.Scope()
	return s.Store.CountTickets(ctx, q, limit+1)
}

// Mailboxes returns the mailboxes of the workspace whose mail the actor may see,
// and all of them to those who manage them; the others get no secrets.
func (s *Service) Mailboxes(ctx context.Context, actor auth.Actor) ([]Mailbox, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageMail); err != nil {
		return nil, err
	}
	boxes, err := s.Store.Mailboxes(ctx, actor.Workspace)
	if actor.May(auth.ManageMail) {
		return boxes, err
	}
	scope := actor.Scope()
	boxes = slices.DeleteFunc(boxes, func(m Mailbox) bool { return !scope.Sees(m.Resource()) })
	for i := range boxes {
		boxes[i].Secrets = MailSecrets{}
	}
	return boxes, err
}
