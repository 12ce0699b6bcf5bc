package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/ticket"
)

// Tickets returns a page of a list. Every order it can take is that of an
// index, and the page after any row is found by that row, so that page 1,000
// costs what page 1 costs.
func (s *Store) Tickets(ctx context.Context, q ticket.ListQuery) ([]ticket.Ticket, error) {
	if q.Cond != nil {
		ctx = long(ctx)
	}
	b := &where{}
	b.list(q, s.lite, s.now())
	column, order, cmp, after := "last_at", "DESC", "<", ms(q.AfterTime)
	switch {
	case q.Due:
		column, order, cmp, after = "due_at", "ASC", ">", dueMS(q.AfterTime)
	case q.Oldest:
		order, cmp = "ASC", ">"
	}
	if q.AfterID != 0 {
		b.raw("(" + column + ",id)" + cmp + "(" + b.param(after) + "," + b.param(q.AfterID) + ")")
	}
	return all(ctx, s.DB, ticketDest, `SELECT `+ticketCols+` FROM ticket WHERE `+b.String()+
		` ORDER BY `+column+` `+order+`, id `+order+` LIMIT `+b.param(q.Limit), b.args...)
}

// CountTickets counts a list up to a limit.
func (s *Store) CountTickets(ctx context.Context, q ticket.ListQuery, limit int) (int, error) {
	b := &where{}
	b.list(q, s.lite, s.now())
	return scalar[int](long(ctx), s.DB, `SELECT count(*) FROM (SELECT 1 FROM ticket WHERE `+b.String()+` LIMIT `+b.param(limit)+`) x`, b.args...)
}
