package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func pastDest(e *automating.PastEvent) []any {
	return []any{&e.Ticket, at(&e.At), &e.Kind, &e.By, doc(&e.Data)}
}

// CountPast implements automating.PastStore.
func (s *Store) CountPast(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error) {
	return scalar[int64](long(ctx), s.DB, `SELECT count(*) FROM ticket t WHERE t.workspace_id=$1 AND EXISTS (SELECT 1 FROM event e WHERE e.workspace_id=t.workspace_id AND e.ticket_id=t.id AND e.id>=$2)`, w, id.Floor(since))
}

// PastSubjects implements automating.PastStore. A page comes from the front of the journal's index; CROSS JOIN keeps SQLite
// from going over all tickets in search of it.
func (s *Store) PastSubjects(ctx context.Context, w auth.WorkspaceID, since time.Time, after ticket.ID, limit int) ([]automating.Subject, error) {
	return s.subjects(ctx, `SELECT `+factCols+`, `+tradeCols+` FROM (SELECT ticket_id FROM event WHERE workspace_id=$1 AND ticket_id>$2 GROUP BY ticket_id HAVING max(id)>=$3 ORDER BY ticket_id LIMIT $4) page
		CROSS JOIN ticket t`+factFrom+` WHERE t.workspace_id=$1 AND t.id=page.ticket_id ORDER BY t.id`, w, int64(after), id.Floor(since), limit)
}

// subjects reads tickets with their facts.
func (s *Store) subjects(ctx context.Context, q string, args ...any) ([]automating.Subject, error) {
	rows, err := all(long(ctx), s.DB, factDest, q, args...)
	out := make([]automating.Subject, len(rows))
	for i := range rows {
		out[i] = rows[i].subject()
	}
	return out, err
}

// PastEvents implements automating.PastStore.
func (s *Store) PastEvents(ctx context.Context, w auth.WorkspaceID, after, to ticket.ID) ([]automating.PastEvent, error) {
	return all(long(ctx), s.DB, pastDest, `SELECT ticket_id, at, kind, actor_kind, data FROM event WHERE workspace_id=$1 AND ticket_id>$2 AND ticket_id<=$3 ORDER BY ticket_id, id`, w, int64(after), int64(to))
}

// CountPastOf implements automating.PastStore.
func (s *Store) CountPastOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time) (int64, error) {
	return scalar[int64](long(ctx), s.DB, `SELECT count(*) FROM event WHERE workspace_id=$1 AND id>=$2 AND kind=$3`, w, id.Floor(since), kind)
}

// PastOf implements automating.PastStore. It goes through the journal once, page by page.
func (s *Store) PastOf(ctx context.Context, w auth.WorkspaceID, kind string, since time.Time, after event.ID, limit int) ([]event.Event, error) {
	return all(long(ctx), s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE workspace_id=$1 AND id>$2 AND kind=$3 ORDER BY id LIMIT $4`, w, max(id.Floor(since)-1, int64(after)), kind, limit)
}

// listed are arguments that begin with a workspace and go on with identifiers.
func listed[T ~int64](w auth.WorkspaceID, ids []T) (in string, args []any) {
	args = []any{w}
	for _, x := range pad(ids) {
		args = append(args, int64(x))
	}
	return places(2, len(args)-1), args
}

// PastSubjectsOf implements automating.PastStore.
func (s *Store) PastSubjectsOf(ctx context.Context, w auth.WorkspaceID, tickets []ticket.ID, orders []order.ID) (out []automating.Subject, err error) {
	const all = `SELECT ` + factCols + `, ` + tradeCols + ` FROM ticket t` + factFrom
	if len(tickets) > 0 {
		in, args := listed(w, tickets)
		if out, err = s.subjects(ctx, all+` WHERE +t.workspace_id=$1 AND t.id IN (`+in+`)`, args...); err != nil {
			return out, err
		}
	}
	if len(orders) > 0 {
		in, args := listed(w, orders)
		more, err := s.subjects(ctx, all+` WHERE +t.workspace_id=$1 AND t.order_id IN (`+in+`)`, args...)
		if err != nil {
			return out, err
		}
		out = append(out, more...)
	}
	slices.SortFunc(out, func(a, b automating.Subject) int { return cmp.Compare(a.Ticket, b.Ticket) })
	return slices.CompactFunc(out, func(a, b automating.Subject) bool { return a.Ticket == b.Ticket }), nil
}

// PastEventsOf implements automating.PastStore.
func (s *Store) PastEventsOf(ctx context.Context, w auth.WorkspaceID, tickets []ticket.ID) ([]automating.PastEvent, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	in, args := listed(w, tickets)
	return all(long(ctx), s.DB, pastDest, `SELECT ticket_id, at, kind, actor_kind, data FROM event WHERE workspace_id=$1 AND ticket_id IN (`+in+`) ORDER BY ticket_id, id`, args...)
}

// FactsOfOrders implements automating.PastStore.
func (s *Store) FactsOfOrders(ctx context.Context, w auth.WorkspaceID, orders []order.ID) (map[order.ID]automation.Facts, error) {
	out := make(map[order.ID]automation.Facts, len(orders))
	if len(orders) == 0 {
		return out, nil
	}
	in, args := listed(w, orders)
	rows, err := all(long(ctx), s.DB, tradeDest, `SELECT `+tradeCols+` FROM orders o LEFT JOIN customer c ON c.id=o.customer_id`+tradeFrom+` WHERE +o.workspace_id=$1 AND o.id IN (`+in+`)`, args...)
	for i := range rows {
		x := rows[i].subject()
		out[x.Order] = x.Facts
	}
	return out, err
}
