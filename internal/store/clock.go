package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ clocks.Store = (*Store)(nil)

// neverDue stands for no due instant, so that tickets without one come last in the order
// of an index.
const neverDue = int64(9_000_000_000_000_000)

type dueCol struct{ t *time.Time }

func (c dueCol) Scan(src any) error {
	if n, ok := src.(int64); ok && n == neverDue {
		*c.t = time.Time{}
		return nil
	}
	return at(c.t).Scan(src)
}

func dueMS(t time.Time) int64 {
	if t.IsZero() {
		return neverDue
	}
	return ms(t)
}

// PromiseVersion implements clocks.Store.
func (s *Store) PromiseVersion(ctx context.Context, w auth.WorkspaceID) (int, error) {
	return scalar[int](ctx, s.DB, `SELECT coalesce(max(version), 0) FROM promise_book WHERE workspace_id=$1`, w)
}

const heldBookCols = "workspace_id, version, saved_at, saved_by, book"

func heldBookDest(v *clocks.Version) []any {
	return []any{&v.Workspace, &v.Number, at(&v.SavedAt), ref(&v.SavedBy), doc(&v.Book)}
}

// PromiseBook implements clocks.Store.
func (s *Store) PromiseBook(ctx context.Context, w auth.WorkspaceID, number int) (clocks.Version, error) {
	return one(ctx, s.DB, heldBookDest, `SELECT `+heldBookCols+` FROM promise_book WHERE workspace_id=$1 AND version=$2`, w, number)
}

// PromiseBooks implements clocks.Store.
func (s *Store) PromiseBooks(ctx context.Context, w auth.WorkspaceID, before, limit int) ([]clocks.Version, error) {
	return all(ctx, s.DB, heldBookDest, `SELECT `+heldBookCols+` FROM promise_book WHERE workspace_id=$1 AND version<$2 ORDER BY version DESC LIMIT $3`, w, before, limit)
}

// AddPromiseBook implements clocks.Store.
func (s *Store) AddPromiseBook(ctx context.Context, v clocks.Version) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO promise_book (`+heldBookCols+`) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING`,
		v.Workspace, v.Number, ms(v.SavedAt), opt(v.SavedBy), js(v.Book))
	return n == 1, err
}

// Traits implements clocks.Store, routing.Store and translating.Store.
func (s *Store) Traits(ctx context.Context, w auth.WorkspaceID, t ticket.Ticket) (ticket.Traits, error) {
	type row struct{ tier, order, customer, shop string }
	x, err := one(ctx, s.DB, func(x *row) []any { return []any{&x.tier, &x.customer, &x.order, &x.shop} },
		`SELECT coalesce((SELECT tier FROM customer WHERE workspace_id=$1 AND id=$2), ''), coalesce((SELECT country FROM customer WHERE workspace_id=$1 AND id=$2), ''),
			coalesce((SELECT ship_to->>'country' FROM orders WHERE workspace_id=$1 AND id=$3), ''), coalesce((SELECT market FROM shop WHERE workspace_id=$1 AND id=$4), '')`,
		w, t.Customer, opt(t.Order), opt(t.Shop))
	out := ticket.Traits{Tier: x.tier}
	out.Market, out.MarketBy = ticket.MarketOf(x.order, x.customer, x.shop)
	return out, err
}

// PlacesOf implements ticket.Store.
func (s *Store) PlacesOf(ctx context.Context, w auth.WorkspaceID, t ticket.Ticket) (ticket.Places, error) {
	return one(ctx, s.DB, func(p *ticket.Places) []any { return []any{&p.Order, &p.OrderShop, &p.Customer, &p.Shop} },
		`SELECT coalesce((SELECT ship_to->>'country' FROM orders WHERE workspace_id=$1 AND id=$2), ''), coalesce((SELECT shop_id FROM orders WHERE workspace_id=$1 AND id=$2), 0),
		coalesce((SELECT country FROM customer WHERE workspace_id=$1 AND id=$3), ''), coalesce((SELECT market FROM shop WHERE workspace_id=$1 AND id=$4), '')`,
		w, opt(t.Order), t.Customer, opt(t.Shop))
}

// Marks implements clocks.Store. Of inbound messages those count that somebody wrote, of
// ours those that reached their reader as far as we know, from when they leave; what is to leave
// later than ticket.Ahead counts once it has begun to.
func (s *Store) Marks(ctx context.Context, w auth.WorkspaceID, t ticket.ID, after int64) ([]promise.Mark, error) {
	return all(ctx, s.DB, func(m *promise.Mark) []any { return []any{&m.ID, at(&m.At), flag(&m.Answer)} },
		`SELECT id, CASE WHEN coalesce(send_at, 0)>at THEN send_at ELSE at END, CASE WHEN kind='outbound' THEN 1 ELSE 0 END FROM message
		WHERE ticket_id=$1 AND id>$2 AND workspace_id=$3 AND side_id IS NULL AND (kind='inbound' AND form IN ('message', 'list')
			OR kind='outbound' AND form<>'auto_reply' AND delivery NOT IN ('cancelled', 'failed', 'bounced') AND (delivery<>'scheduled' OR coalesce(send_at, 0)-at<=$4)) ORDER BY id`,
		t, after, w, ticket.Ahead.Milliseconds())
}

// ClockRecord implements clocks.Store.
func (s *Store) ClockRecord(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (promise.Record, error) {
	return one(ctx, s.DB, func(r *promise.Record) []any { return []any{doc(r)} }, `SELECT record FROM ticket_record WHERE ticket_id=$1 AND workspace_id=$2`, t, w)
}

// PutClockRecord implements clocks.Store.
func (s *Store) PutClockRecord(ctx context.Context, w auth.WorkspaceID, t ticket.ID, r promise.Record) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_record (ticket_id, workspace_id, record) VALUES ($1,$2,$3)
		ON CONFLICT (ticket_id) DO UPDATE SET record=excluded.record WHERE ticket_record.workspace_id=excluded.workspace_id`, t, w, js(r))
	return err
}

const clockCols = "ticket_id, target, workspace_id, rule, place, calendar, thread_id, minutes, from_at, soon_at, due_at, rest, paused, stage, next_at"

func clockDest(r *clocks.Row) []any {
	return []any{&r.Ticket, &r.Target, &r.Workspace, &r.Rule, &r.Place, &r.Calendar, &r.Thread, &r.Minutes, at(&r.From), at(&r.Soon), at(&r.Due), span(&r.Left), &r.Paused, &r.Stage, at(&r.Next)}
}

// Clocks implements clocks.Store.
func (s *Store) Clocks(ctx context.Context, w auth.WorkspaceID, t ticket.ID) ([]clocks.Row, error) {
	return all(ctx, s.DB, clockDest, `SELECT `+clockCols+` FROM ticket_clock WHERE ticket_id=$1 AND workspace_id=$2`, t, w)
}

// PutClock implements clocks.Store.
func (s *Store) PutClock(ctx context.Context, r clocks.Row) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_clock (`+clockCols+`) VALUES (`+places(1, 15)+`) ON CONFLICT (ticket_id, target) DO UPDATE SET
		rule=excluded.rule, place=excluded.place, calendar=excluded.calendar, thread_id=excluded.thread_id, minutes=excluded.minutes, from_at=excluded.from_at, soon_at=excluded.soon_at,
		due_at=excluded.due_at, rest=excluded.rest, paused=excluded.paused, stage=excluded.stage, next_at=excluded.next_at WHERE ticket_clock.workspace_id=excluded.workspace_id`,
		r.Ticket, r.Target, r.Workspace, clean(r.Rule), r.Place, clean(r.Calendar), r.Thread, r.Minutes, ms(r.From), ms(r.Soon), ms(r.Due), r.Left.Milliseconds(), r.Paused, int(r.Stage), ms(r.Next))
	return err
}

// DeleteClock implements clocks.Store.
func (s *Store) DeleteClock(ctx context.Context, w auth.WorkspaceID, t ticket.ID, target promise.Target) error {
	_, err := s.exec(ctx, `DELETE FROM ticket_clock WHERE ticket_id=$1 AND target=$2 AND workspace_id=$3`, t, target, w)
	return err
}

// SetDue implements clocks.Store.
func (s *Store) SetDue(ctx context.Context, w auth.WorkspaceID, t ticket.ID, due time.Time) error {
	_, err := s.exec(ctx, `UPDATE ticket SET due_at=$1 WHERE workspace_id=$2 AND id=$3 AND due_at<>$1`, dueMS(due), w, t)
	return err
}

// Ringing implements clocks.Store.
func (s *Store) Ringing(ctx context.Context, before time.Time, limit int) ([]clocks.Ring, error) {
	return all(ctx, s.DB, func(r *clocks.Ring) []any { return append(clockDest(&r.Row), &r.Number) },
		`SELECT `+columns("c", clockCols)+`, t.number FROM ticket_clock c JOIN ticket t ON t.id=c.ticket_id WHERE c.next_at>0 AND c.next_at<=$1 ORDER BY c.next_at LIMIT $2`, ms(before), limit)
}

// Rung implements clocks.Store.
func (s *Store) Rung(ctx context.Context, was clocks.Ring, stage clocks.Stage, next time.Time) (bool, error) {
	n, err := s.exec(ctx, `UPDATE ticket_clock SET stage=$1, next_at=$2 WHERE ticket_id=$3 AND target=$4 AND workspace_id=$5 AND next_at=$6 AND due_at=$7`,
		int(stage), ms(next), was.Ticket, was.Target, was.Workspace, ms(was.Next), ms(was.Due))
	return n == 1, err
}

// OpenTicketsOfCustomer implements clocks.Store.
func (s *Store) OpenTicketsOfCustomer(ctx context.Context, w auth.WorkspaceID, c customer.ID, after ticket.Cursor, limit int) ([]ticket.Cursor, error) {
	return all(ctx, s.DB, func(c *ticket.Cursor) []any { return []any{at(&c.At), &c.ID} },
		`SELECT last_at, id FROM ticket WHERE workspace_id=$1 AND customer_id=$2 AND bucket IN ('open', 'waiting', 'snoozed') AND (last_at,id)>($3,$4) ORDER BY last_at, id LIMIT $5`,
		w, c, ms(after.At), after.ID, limit)
}

// OpenTicketsOfOrder implements clocks.Store.
func (s *Store) OpenTicketsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, after ticket.Cursor, limit int) ([]ticket.Cursor, error) {
	return all(ctx, s.DB, func(c *ticket.Cursor) []any { return []any{at(&c.At), &c.ID} },
		`SELECT last_at, id FROM ticket WHERE workspace_id=$1 AND order_id=$2 AND bucket IN ('open', 'waiting', 'snoozed') AND (last_at,id)>($3,$4) ORDER BY last_at, id LIMIT $5`,
		w, o, ms(after.At), after.ID, limit)
}

// OpenTickets implements clocks.Store.
func (s *Store) OpenTickets(ctx context.Context, w auth.WorkspaceID, b ticket.Bucket, after ticket.Cursor, limit int) ([]ticket.Cursor, error) {
	return all(ctx, s.DB, func(c *ticket.Cursor) []any { return []any{at(&c.At), &c.ID} },
		`SELECT last_at, id FROM ticket WHERE workspace_id=$1 AND bucket=$2 AND (last_at,id)>($3,$4) ORDER BY last_at, id LIMIT $5`, w, b, ms(after.At), after.ID, limit)
}
