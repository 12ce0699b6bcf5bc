package store

import (
	"context"
	"fmt"
	"strings"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// CountLists counts lists up to a limit, all in one statement.
func (s *Store) CountLists(ctx context.Context, lists []ticket.ListQuery, limit int) ([]int, error) {
	b := &where{}
	most := b.param(limit)
	texts := make([]string, len(lists))
	for i, q := range lists {
		b.parts = nil
		b.list(q, s.lite, s.now())
		texts[i] = fmt.Sprintf(`SELECT %d AS i, (SELECT count(*) FROM (SELECT 1 FROM ticket WHERE %s LIMIT %s) x) AS n`, i, b.String(), most)
	}
	type count struct{ i, n int }
	rows, err := all(long(ctx), s.DB, func(c *count) []any { return []any{&c.i, &c.n} }, strings.Join(texts, " UNION ALL "), b.args...)
	out := make([]int, len(lists))
	for _, c := range rows {
		out[c.i] = c.n
	}
	return out, err
}

// Drafts returns what somebody is writing in a ticket.
func (s *Store) Drafts(ctx context.Context, w auth.WorkspaceID, t ticket.ID, p auth.PersonID) ([]ticket.Draft, error) {
	return all(ctx, s.DB, func(d *ticket.Draft) []any {
		return []any{&d.Ticket, &d.Person, &d.Workspace, &d.Kind, doc(&d.Data), at(&d.UpdatedAt)}
	}, `SELECT ticket_id, person_id, workspace_id, kind, data, updated_at FROM draft WHERE ticket_id=$1 AND person_id=$2 AND workspace_id=$3`, t, p, w)
}

// MarksOn tells what concerns somebody in each of the tickets, in one statement.
func (s *Store) MarksOn(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, tickets []ticket.ID) (map[ticket.ID]ticket.Marks, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	args := []any{p, w}
	for _, t := range pad(tickets) {
		args = append(args, t)
	}
	in := places(3, len(args)-2)
	type found struct {
		kind string
		id   ticket.ID
	}
	rows, err := all(ctx, s.DB, func(f *found) []any { return []any{&f.kind, &f.id} },
		`SELECT 'draft', ticket_id FROM draft WHERE person_id=$1 AND workspace_id=$2 AND ticket_id IN (`+in+`)
		UNION SELECT 'mention', ticket_id FROM mention WHERE person_id=$1 AND workspace_id=$2 AND ticket_id IN (`+in+`)`, args...)
	out := make(map[ticket.ID]ticket.Marks, len(rows))
	for _, f := range rows {
		m := out[f.id]
		m.Draft, m.Mentioned = m.Draft || f.kind == "draft", m.Mentioned || f.kind == "mention"
		out[f.id] = m
	}
	return out, err
}
