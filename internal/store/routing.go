package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ routing.Store = (*Store)(nil)

// Routing implements routing.Store.
func (s *Store) Routing(ctx context.Context, w auth.WorkspaceID) (routing.Setting, error) {
	return one(ctx, s.DB, func(v *routing.Setting) []any {
		return []any{&v.Workspace, &v.Version, at(&v.SavedAt), ref(&v.SavedBy), doc(&v.Book)}
	}, `SELECT workspace_id, version, saved_at, saved_by, book FROM routing WHERE workspace_id=$1`, w)
}

// RoutingVersion implements routing.Store.
func (s *Store) RoutingVersion(ctx context.Context, w auth.WorkspaceID) (int, error) {
	return scalar[int](ctx, s.DB, `SELECT coalesce(max(version), 0) FROM routing WHERE workspace_id=$1`, w)
}

// PutRouting implements routing.Store.
func (s *Store) PutRouting(ctx context.Context, v routing.Setting) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO routing (workspace_id, version, saved_at, saved_by, book) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id) DO UPDATE SET version=excluded.version, saved_at=excluded.saved_at, saved_by=excluded.saved_by, book=excluded.book
		WHERE routing.version=excluded.version-1`, v.Workspace, v.Version, ms(v.SavedAt), opt(v.SavedBy), js(v.Book))
	return n == 1, err
}

// Sheets implements routing.Store.
func (s *Store) Sheets(ctx context.Context, w auth.WorkspaceID) ([]routing.Sheet, error) {
	return all(ctx, s.DB, func(v *routing.Sheet) []any {
		return []any{&v.Person, &v.Workspace, &v.Version, at(&v.SavedAt), ref(&v.SavedBy), at(&v.GivenAt), doc(&v.Sheet)}
	}, `SELECT person_id, workspace_id, version, saved_at, saved_by, given_at, sheet FROM person_sheet WHERE workspace_id=$1 ORDER BY person_id LIMIT 2000`, w)
}

// PutSheet implements routing.Store.
func (s *Store) PutSheet(ctx context.Context, v routing.Sheet) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO person_sheet (person_id, workspace_id, version, saved_at, saved_by, given_at, sheet) VALUES ($1,$2,$3,$4,$5,0,$6)
		ON CONFLICT (person_id) DO UPDATE SET version=excluded.version, saved_at=excluded.saved_at, saved_by=excluded.saved_by, sheet=excluded.sheet
		WHERE person_sheet.version=excluded.version-1 AND person_sheet.workspace_id=excluded.workspace_id`,
		v.Person, v.Workspace, v.Version, ms(v.SavedAt), opt(v.SavedBy), js(v.Sheet))
	return n == 1, err
}

// TakeTurn implements routing.Store.
func (s *Store) TakeTurn(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, version int, at time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE person_sheet SET given_at=$1 WHERE workspace_id=$2 AND person_id=$3 AND version=$4`, ms(at), w, p, version)
	return n == 1, err
}

// EnterQueue implements routing.Store.
func (s *Store) EnterQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID, since, start time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_queue (ticket_id, workspace_id, since_at, start_at) VALUES ($1,$2,$3,$4)
		ON CONFLICT (ticket_id) DO UPDATE SET start_at=ticket_queue.since_at+excluded.start_at-excluded.since_at
		WHERE ticket_queue.workspace_id=excluded.workspace_id AND ticket_queue.start_at<>ticket_queue.since_at+excluded.start_at-excluded.since_at`, t, w, ms(since), ms(start))
	return err
}

// LeaveQueue implements routing.Store.
func (s *Store) LeaveQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (bool, error) {
	n, err := s.exec(ctx, `DELETE FROM ticket_queue WHERE ticket_id=$1 AND workspace_id=$2`, t, w)
	return n == 1, err
}

// FillQueue implements routing.Store.
func (s *Store) FillQueue(ctx context.Context, w auth.WorkspaceID) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_queue (ticket_id, workspace_id, since_at, start_at)
		SELECT id, workspace_id, created_at, created_at FROM ticket WHERE workspace_id=$1 AND assignee_id IS NULL AND bucket='open' AND merged_into IS NULL ON CONFLICT DO NOTHING`, w)
	return err
}

// ClearQueue implements routing.Store.
func (s *Store) ClearQueue(ctx context.Context, w auth.WorkspaceID) error {
	_, err := s.exec(ctx, `DELETE FROM ticket_queue WHERE workspace_id=$1`, w)
	return err
}

// waitCols are those of a ticket in the queue, with what rules ask of it: its customer's tier
// and own person, the market as ticket.MarketOf has it, and who had the customer's last other
// ticket, or this one.
const waitCols = `t.id, t.number, t.version, t.workspace_id, t.team_id, t.mailbox_id, t.shop_id, t.channel, t.topic, t.language, t.priority, q.since_at, q.start_at, c.tier, coalesce(nullif(d.ship_to->>'country', ''), nullif(c.country, ''), s.market, ''), c.agent_id, t.due_at,
	coalesce(r.person_id, (SELECT o.assignee_id FROM ticket o WHERE o.workspace_id=t.workspace_id AND o.customer_id=t.customer_id AND o.assignee_id IS NOT NULL ORDER BY o.last_at DESC LIMIT 1))
	FROM ticket_queue q JOIN ticket t ON t.id=q.ticket_id JOIN customer c ON c.id=t.customer_id LEFT JOIN shop s ON s.id=t.shop_id LEFT JOIN orders d ON d.id=t.order_id LEFT JOIN ticket_route r ON r.ticket_id=t.id`

func waitDest(x *routing.Wait) []any {
	x.Resource.Kind = auth.OfTicket
	return []any{
		&x.ID, &x.Number, &x.Version, &x.Resource.Workspace, ref(&x.Resource.Team), ref(&x.Resource.Mailbox), ref(&x.Resource.Shop), &x.Channel, &x.Topic, &x.Language, &x.Priority,
		at(&x.Since), at(&x.Start), &x.Tier, &x.Market, ref(&x.Own), dueCol{&x.Due}, ref(&x.Last),
	}
}

// TidyQueue implements routing.Store.
func (s *Store) TidyQueue(ctx context.Context, w auth.WorkspaceID, t ticket.ID) error {
	_, err := s.exec(ctx, `DELETE FROM ticket_queue WHERE workspace_id=$1 AND ticket_id=$2 AND NOT EXISTS (
		SELECT 1 FROM ticket t WHERE t.workspace_id=ticket_queue.workspace_id AND t.id=ticket_queue.ticket_id AND t.assignee_id IS NULL AND t.bucket='open' AND t.merged_into IS NULL)`, w, t)
	return err
}

// QueueFront implements routing.Store.
func (s *Store) QueueFront(ctx context.Context, w auth.WorkspaceID, behind routing.Wait, limit int) ([]routing.Wait, error) {
	return all(ctx, s.DB, waitDest, `SELECT `+waitCols+` WHERE q.workspace_id=$1 AND (q.start_at, q.ticket_id)>($2, $3) ORDER BY q.start_at, q.ticket_id LIMIT $4`, w, ms(behind.Start), behind.ID, limit)
}

// QueueOf implements routing.Store.
func (s *Store) QueueOf(ctx context.Context, w auth.WorkspaceID, c customer.ID, limit int) ([]routing.Wait, error) {
	return all(ctx, s.DB, waitDest, `SELECT `+waitCols+` WHERE q.workspace_id=$1 AND t.workspace_id=$1 AND t.customer_id=$2 ORDER BY q.start_at, q.ticket_id LIMIT $3`, w, c, limit)
}

// QueuePressing implements routing.Store.
func (s *Store) QueuePressing(ctx context.Context, w auth.WorkspaceID, due time.Time, limit int) ([]routing.Wait, error) {
	return all(ctx, s.DB, waitDest, `SELECT `+waitCols+` WHERE q.workspace_id=$1 AND t.workspace_id=$1 AND t.bucket='open' AND t.due_at<=$2 ORDER BY t.due_at, t.id LIMIT $3`, w, ms(due), limit)
}

// QueuePlace implements routing.Store.
func (s *Store) QueuePlace(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (routing.Wait, error) {
	return one(ctx, s.DB, waitDest, `SELECT `+waitCols+` WHERE q.ticket_id=$1 AND q.workspace_id=$2`, t, w)
}

// Carried implements routing.Store.
func (s *Store) Carried(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) ([]routing.Load, error) {
	dest := func(l *routing.Load) []any { return []any{&l.Person, &l.Topic, &l.Count} }
	if who != 0 {
		return all(ctx, s.DB, dest, `SELECT assignee_id, topic, count(*) FROM ticket WHERE workspace_id=$1 AND assignee_id=$2 AND bucket='open' GROUP BY assignee_id, topic ORDER BY topic`, w, who)
	}
	return all(ctx, s.DB, dest, `SELECT t.assignee_id, t.topic, count(*) FROM person_sheet p JOIN ticket t ON t.workspace_id=p.workspace_id AND t.assignee_id=p.person_id AND t.bucket='open'
		WHERE p.workspace_id=$1 GROUP BY t.assignee_id, t.topic ORDER BY t.assignee_id, t.topic`, w)
}

// HeldBy implements routing.Store.
func (s *Store) HeldBy(ctx context.Context, w auth.WorkspaceID, who auth.PersonID, limit int) ([]routing.Held, error) {
	return all(ctx, s.DB, func(h *routing.Held) []any { return []any{&h.Ticket, &h.Person, dueCol{&h.Due}} },
		`SELECT t.id, t.assignee_id, t.due_at FROM ticket t JOIN ticket_route r ON r.ticket_id=t.id AND r.person_id=t.assignee_id
		WHERE t.workspace_id=$1 AND t.assignee_id=$2 AND t.bucket='open' ORDER BY t.due_at, t.id LIMIT $3`, w, who, limit)
}

// Stranded implements routing.Store.
func (s *Store) Stranded(ctx context.Context, w auth.WorkspaceID, limit int) ([]routing.Held, error) {
	return all(ctx, s.DB, func(h *routing.Held) []any { return []any{&h.Ticket, &h.Person, dueCol{&h.Due}} },
		`SELECT t.id, t.assignee_id, t.due_at FROM person p JOIN ticket t ON t.workspace_id=p.workspace_id AND t.assignee_id=p.id AND t.bucket='open'
		WHERE p.workspace_id=$1 AND p.status='disabled' ORDER BY t.due_at, t.id LIMIT $2`, w, limit)
}

// Worker implements routing.Store.
func (s *Store) Worker(ctx context.Context, w auth.WorkspaceID, who auth.PersonID) (v routing.Sheet, active bool, err error) {
	type row struct {
		routing.Sheet
		status auth.Status
	}
	r, err := one(ctx, s.DB, func(r *row) []any { return []any{&r.Person, &r.Workspace, &r.status, &r.Version, doc(&r.Sheet.Sheet)} },
		`SELECT p.id, p.workspace_id, p.status, coalesce(x.version, 0), x.sheet FROM person p LEFT JOIN person_sheet x ON x.person_id=p.id AND x.workspace_id=p.workspace_id
		WHERE p.workspace_id=$1 AND p.id=$2`, w, who)
	return r.Sheet, r.status == auth.Active, err
}

// PutGiven implements routing.Store.
func (s *Store) PutGiven(ctx context.Context, w auth.WorkspaceID, g routing.Given) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_route (ticket_id, workspace_id, person_id, at, why) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (ticket_id) DO UPDATE SET person_id=excluded.person_id, at=excluded.at, why=excluded.why WHERE ticket_route.workspace_id=excluded.workspace_id`,
		g.Ticket, w, g.Person, ms(g.At), js(g.Why))
	return err
}

// Given implements routing.Store.
func (s *Store) Given(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (routing.Given, error) {
	return one(ctx, s.DB, func(g *routing.Given) []any { return []any{&g.Ticket, &g.Person, at(&g.At), doc(&g.Why)} },
		`SELECT ticket_id, person_id, at, why FROM ticket_route WHERE ticket_id=$1 AND workspace_id=$2`, t, w)
}
