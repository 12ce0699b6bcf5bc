package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// MailTraffic returns how mail moves through each mailbox of a workspace: one
// step into an index for each mailbox, and bounded walks over what was sent last
// and over what waits.
func (s *Store) MailTraffic(ctx context.Context, w auth.WorkspaceID) (map[ticket.MailboxID]ticket.MailTraffic, error) {
	type row struct {
		box ticket.MailboxID
		at  time.Time
		n   int64
	}
	out := map[ticket.MailboxID]ticket.MailTraffic{}
	each := func(add func(*ticket.MailTraffic, row), q string, args ...any) error {
		rows, err := all(ctx, s.DB, func(r *row) []any { return []any{&r.box, at(&r.at), &r.n} }, q, args...)
		for _, r := range rows {
			t := out[r.box]
			add(&t, r)
			out[r.box] = t
		}
		return err
	}
	if err := each(func(t *ticket.MailTraffic, r row) { t.InAt = r.at }, `SELECT b.id,
			(SELECT i.received_at FROM intake i WHERE i.mailbox_id=b.id ORDER BY i.id DESC LIMIT 1), 0
		FROM mailbox b WHERE b.workspace_id=$1 ORDER BY b.address LIMIT 500`, w); err != nil {
		return nil, err
	}
	if err := each(func(t *ticket.MailTraffic, r row) { t.OutAt = r.at }, `SELECT t.mailbox_id, MAX(newest.sent_at), 0
		FROM (SELECT ticket_id, sent_at FROM message WHERE workspace_id=$1 AND delivery='sent' ORDER BY sent_at DESC LIMIT $2) newest
		JOIN ticket t ON t.id=newest.ticket_id WHERE t.mailbox_id IS NOT NULL GROUP BY t.mailbox_id`, w, ticket.TrafficReach); err != nil {
		return nil, err
	}
	err := each(func(t *ticket.MailTraffic, r row) { t.Waiting = r.n }, `SELECT t.mailbox_id, NULL, COUNT(*)
		FROM (SELECT ticket_id FROM message WHERE workspace_id=$1 AND delivery IN ('scheduled','sending') LIMIT $2) waiting
		JOIN ticket t ON t.id=waiting.ticket_id WHERE t.mailbox_id IS NOT NULL GROUP BY t.mailbox_id`, w, ticket.TrafficReach)
	return out, err
}

// Overdue returns the oldest messages of a mailbox that should have left by now.
func (s *Store) Overdue(ctx context.Context, w auth.WorkspaceID, box ticket.MailboxID, now time.Time, limit int) ([]ticket.MessageID, error) {
	return all(ctx, s.DB, func(v *ticket.MessageID) []any { return []any{v} }, `SELECT m.id FROM message m JOIN ticket t ON t.id=m.ticket_id
		WHERE m.workspace_id=$1 AND m.delivery IN ('scheduled','sending') AND m.send_at<=$2 AND t.mailbox_id=$3 ORDER BY m.id LIMIT $4`, w, ms(now), box, limit)
}
