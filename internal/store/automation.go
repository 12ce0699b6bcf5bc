package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

var _ automating.Store = (*Store)(nil)

// oweRules owes an event to the rules that answer its kind, in the event's own transaction, and asks for the job that
// answers.
func (s *Store) oweRules(ctx context.Context, e event.Event) error {
	type listener struct {
		id    automation.ID
		after int
	}
	list, err := all(ctx, s.DB, func(l *listener) []any { return []any{&l.id, &l.after} },
		`SELECT id, after_hours FROM automation_rule WHERE workspace_id=$1 AND event=$2 AND is_on ORDER BY place, id`, e.Workspace, e.Kind)
	if err != nil {
		return err
	}
	var chain automation.Chain
	for _, r := range event.Cause(ctx) {
		chain = append(chain, automation.ID(r))
	}
	for _, l := range list {
		d := automating.Due{Rule: l.id, Event: e.ID, At: automation.When{After: l.after}.ActsAt(e.At), Chain: chain}
		if err := s.PutDue(ctx, e.Workspace, d); err != nil {
			return err
		}
		if err := s.Enqueue(ctx, automating.Wake(e.Workspace, d.At)); err != nil {
			return err
		}
	}
	return nil
}

const ruleCols = `r.id, r.workspace_id, r.place, r.is_on, r.owner_id, r.version, r.failures, r.off_why, r.shipped, r.created_at, r.fires_at, v.saved_at, v.saved_by, v.definition
	FROM automation_rule r JOIN automation_version v ON v.rule_id=r.id AND v.version=r.version`

func ruleDest(r *automation.Rule) []any {
	return []any{&r.ID, &r.Workspace, &r.Place, flag(&r.On), ref(&r.Owner), &r.Version, &r.Failures, &r.Off, &r.Shipped, at(&r.CreatedAt), at(&r.Fires), at(&r.SavedAt), ref(&r.SavedBy), doc(&r.Definition)}
}

// Rules implements automating.Store.
func (s *Store) Rules(ctx context.Context, w auth.WorkspaceID) ([]automation.Rule, error) {
	return all(ctx, s.DB, ruleDest, `SELECT `+ruleCols+` WHERE r.workspace_id=$1 ORDER BY r.place, r.id`, w)
}

// Rule implements automating.Store.
func (s *Store) Rule(ctx context.Context, w auth.WorkspaceID, id automation.ID) (automation.Rule, error) {
	return one(ctx, s.DB, ruleDest, `SELECT `+ruleCols+` WHERE r.workspace_id=$1 AND r.id=$2`, w, int64(id))
}

// HoldRule implements automating.Store.
func (s *Store) HoldRule(ctx context.Context, w auth.WorkspaceID, id automation.ID) (automation.Rule, error) {
	if _, err := scalar[int64](ctx, s.DB, `SELECT id FROM automation_rule WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id)); err != nil {
		return automation.Rule{}, err
	}
	return s.Rule(ctx, w, id)
}

// PutRule implements automating.Store.
func (s *Store) PutRule(ctx context.Context, r automation.Rule) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, `INSERT INTO automation_rule (id, workspace_id, place, is_on, owner_id, version, event, after_hours, failures, off_why, shipped, created_at, fires_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
			ON CONFLICT (id) DO UPDATE SET place=excluded.place, is_on=excluded.is_on, owner_id=excluded.owner_id, version=excluded.version, event=excluded.event,
				after_hours=excluded.after_hours, failures=excluded.failures, off_why=excluded.off_why, fires_at=excluded.fires_at WHERE automation_rule.workspace_id=excluded.workspace_id`,
			int64(r.ID), r.Workspace, r.Place, s.bool(r.On), opt(r.Owner), r.Version, r.When.Event, r.When.After, r.Failures, r.Off, r.Shipped, ms(r.CreatedAt), opt(ms(r.Fires)))
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `INSERT INTO automation_version (rule_id, version, workspace_id, saved_at, saved_by, definition) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING`,
			int64(r.ID), r.Version, r.Workspace, ms(r.SavedAt), opt(r.SavedBy), js(r.Definition))
		return err
	})
}

// DeleteRule implements automating.Store.
func (s *Store) DeleteRule(ctx context.Context, w auth.WorkspaceID, id automation.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, q := range []string{
			`DELETE FROM automation_due WHERE workspace_id=$1 AND rule_id=$2`,
			`DELETE FROM automation_rule WHERE workspace_id=$1 AND id=$2`, // and its versions and deeds with it
		} {
			if _, err := s.exec(ctx, q, w, int64(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// PlaceRule implements automating.Store.
func (s *Store) PlaceRule(ctx context.Context, w auth.WorkspaceID, id automation.ID, place int) error {
	_, err := s.exec(ctx, `UPDATE automation_rule SET place=$1 WHERE workspace_id=$2 AND id=$3`, place, w, int64(id))
	return err
}

// Versions implements automating.Store.
func (s *Store) Versions(ctx context.Context, w auth.WorkspaceID, id automation.ID) ([]automating.Version, error) {
	return all(ctx, s.DB, func(v *automating.Version) []any {
		return []any{&v.Version, at(&v.SavedAt), ref(&v.SavedBy), doc(&v.Definition)}
	}, `SELECT version, saved_at, saved_by, definition FROM automation_version WHERE workspace_id=$1 AND rule_id=$2 ORDER BY version DESC LIMIT 200`, w, int64(id))
}

// DueRules implements automating.Store. The rules of one event are due together, unless some of them wait.
func (s *Store) DueRules(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]automating.Due, error) {
	return all(ctx, s.DB, func(d *automating.Due) []any {
		return []any{&d.Rule, &d.Event, &d.Ticket, at(&d.At), doc(&d.Chain), &d.Tries}
	}, `SELECT d.rule_id, CASE d.fired_id WHEN 0 THEN d.event_id ELSE d.fired_id END, CASE d.fired_id WHEN 0 THEN 0 ELSE d.event_id END, d.due_at, d.chain, d.tries FROM automation_due d LEFT JOIN automation_rule r ON r.id=d.rule_id
		WHERE d.workspace_id=$1 AND d.due_at<=$2 ORDER BY d.due_at, d.event_id, r.place, d.rule_id LIMIT $3`, w, ms(now), limit)
}

// NextRuleDue implements automating.Store.
func (s *Store) NextRuleDue(ctx context.Context, w auth.WorkspaceID) (time.Time, error) {
	return one(ctx, s.DB, func(t *time.Time) []any { return []any{at(t)} }, `SELECT min(next) FROM (SELECT min(due_at) AS next FROM automation_due WHERE workspace_id=$1
		UNION ALL SELECT min(fires_at) FROM automation_rule WHERE workspace_id=$1 AND fires_at IS NOT NULL) n`, w)
}

// owed returns what a rule is owed as it is kept: an event and no firing, or a ticket and the event of the firing.
func owed(d automating.Due) (of, fired int64) {
	if d.Ticket != 0 {
		return int64(d.Ticket), int64(d.Event)
	}
	return int64(d.Event), 0
}

// TakeDue implements automating.Store.
func (s *Store) TakeDue(ctx context.Context, w auth.WorkspaceID, d automating.Due) (bool, error) {
	of, fired := owed(d)
	n, err := s.exec(ctx, `DELETE FROM automation_due WHERE workspace_id=$1 AND rule_id=$2 AND event_id=$3 AND fired_id=$4`, w, int64(d.Rule), of, fired)
	return n == 1, err
}

// PutDue implements automating.Store.
func (s *Store) PutDue(ctx context.Context, w auth.WorkspaceID, d automating.Due) error {
	of, fired := owed(d)
	_, err := s.exec(ctx, `INSERT INTO automation_due (rule_id, event_id, fired_id, workspace_id, due_at, chain, tries) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING`,
		int64(d.Rule), of, fired, w, ms(d.At), js(append(automation.Chain{}, d.Chain...)), d.Tries)
	return err
}

// SkipDue implements automating.Store.
func (s *Store) SkipDue(ctx context.Context, w auth.WorkspaceID, d automating.Due, place int) error {
	of, fired := owed(d)
	_, err := s.exec(ctx, `DELETE FROM automation_due WHERE workspace_id=$1 AND event_id=$2 AND fired_id=$3 AND rule_id IN (SELECT id FROM automation_rule WHERE workspace_id=$1 AND place>$4)`, w, of, fired, place)
	return err
}

// AddDeed implements automating.Store.
func (s *Store) AddDeed(ctx context.Context, w auth.WorkspaceID, d automating.Deed) error {
	_, err := s.exec(ctx, `INSERT INTO automation_deed (id, workspace_id, rule_id, event_id, version, ticket_id, at, outcome, why) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
		int64(d.ID), w, int64(d.Rule), int64(d.Event), d.Version, opt(d.Ticket), ms(d.At), d.Outcome, js(d.Why))
	return err
}

// Deeds implements automating.Store.
func (s *Store) Deeds(ctx context.Context, w auth.WorkspaceID, r automation.ID, before automating.DeedID, limit int) ([]automating.Deed, error) {
	if before == 0 {
		before = 1 << 62
	}
	const cols = `d.id, d.rule_id, d.event_id, d.version, d.ticket_id, t.number, d.at, d.outcome, d.why FROM automation_deed d LEFT JOIN ticket t ON t.id=d.ticket_id`
	dest := func(d *automating.Deed) []any {
		return []any{&d.ID, &d.Rule, &d.Event, &d.Version, ref(&d.Ticket), ref(&d.Number), at(&d.At), &d.Outcome, doc(&d.Why)}
	}
	if r == 0 {
		return all(ctx, s.DB, dest, `SELECT `+cols+` WHERE d.workspace_id=$1 AND d.id<$2 ORDER BY d.id DESC LIMIT $3`, w, int64(before), limit)
	}
	return all(ctx, s.DB, dest, `SELECT `+cols+` WHERE d.workspace_id=$1 AND d.rule_id=$2 AND d.id<$3 ORDER BY d.id DESC LIMIT $4`, w, int64(r), int64(before), limit)
}

// Acted implements automating.Store.
func (s *Store) Acted(ctx context.Context, w auth.WorkspaceID, r automation.ID, t ticket.ID, since, day time.Time) (onAll, onOne int, err error) {
	if onAll, err = scalar[int](ctx, s.DB, `SELECT count(*) FROM automation_deed WHERE workspace_id=$1 AND rule_id=$2 AND outcome='did' AND at>$3`, w, int64(r), ms(since)); err != nil || t == 0 {
		return onAll, 0, err
	}
	onOne, err = scalar[int](ctx, s.DB, `SELECT count(*) FROM automation_deed WHERE workspace_id=$1 AND ticket_id=$2 AND rule_id=$3 AND outcome='did' AND at>$4`, w, int64(t), int64(r), ms(day))
	return onAll, onOne, err
}

// factCols are what rules ask about a ticket itself.
const factCols = `t.id, t.number, t.status, t.waiting, t.topic, t.mood, t.alarm, t.priority, t.channel, t.language, t.subject, coalesce(tm.name, ''), coalesce(sh.name, ''), coalesce(sh.market, ''), t.tags,
	t.assignee_id, t.bucket, t.unread, t.snoozed_until, t.messages, t.reopened, t.created_at, t.last_inbound_at, t.last_outbound_at, t.last_at, t.solved_at`

// tradeCols are what rules ask about a customer c and an order o: the newest parcel to the customer, case and refund.
const tradeCols = `coalesce(c.tier, ''), coalesce(c.country, ''), coalesce(c.language, ''), o.id, coalesce(o.status, ''), coalesce(o.payment_status, ''), coalesce(o.fulfillment_status, ''), coalesce(o.currency, ''),
	coalesce(o.total, 0), o.placed_at, ss.shipment_id, coalesce(ss.status, ''), coalesce(ss.risk, ''), coalesce(sp.carrier, ''), coalesce(ss.reason, ''), coalesce(ss.attempts, 0), coalesce(ss.last_scan_at, 0),
	cf.id, coalesce(cf.kind, ''), coalesce(cf.phase, ''), rf.id, coalesce(rf.state, ''), coalesce(rf.currency, ''), coalesce(rf.total, 0)`

const tradeFrom = `
	LEFT JOIN shipment sp ON sp.id=(SELECT max(x.id) FROM shipment_order so JOIN shipment x ON x.id=so.shipment_id WHERE so.workspace_id=o.workspace_id AND so.order_id=o.id AND x.direction='out')
	LEFT JOIN shipment_state ss ON ss.shipment_id=sp.id
	LEFT JOIN case_file cf ON cf.id=(SELECT max(co.case_id) FROM case_order co WHERE co.workspace_id=o.workspace_id AND co.order_id=o.id)
	LEFT JOIN refund rf ON rf.id=(SELECT max(x.id) FROM refund x WHERE x.workspace_id=o.workspace_id AND x.order_id=o.id)`

const factFrom = ` JOIN customer c ON c.id=t.customer_id LEFT JOIN shop sh ON sh.id=t.shop_id LEFT JOIN team tm ON tm.id=t.team_id
	LEFT JOIN orders o ON o.id=t.order_id` + tradeFrom

// factRow is a ticket with its facts as a statement reads it.
type factRow struct {
	automating.Subject
	assignee                      auth.PersonID
	bucket                        string
	snoozed                       time.Time
	order, parcel, file, refunded int64
}

func factDest(r *factRow) []any {
	t := &r.Facts.Ticket
	return append([]any{
		&r.Ticket, &r.Number, &t.Status, &t.Waiting, &t.Topic, &t.Mood, &t.Alarm, &t.Priority, &t.Channel, &t.Language, &t.Subject, &t.Team, &t.Shop, &t.Market, doc(&t.Tags),
		ref(&r.assignee), &r.bucket, flag(&t.Unread), at(&r.snoozed), &t.Messages, &t.Reopened, at(&t.Created), at(&t.Inbound), at(&t.Outbound), at(&t.Last), at(&t.Solve),
	}, tradeDest(r)...)
}

func tradeDest(r *factRow) []any {
	f := &r.Facts
	o, p := &f.Order, &f.Shipment
	return []any{
		&f.Customer.Tier, &f.Customer.Country, &f.Customer.Language, ref(&r.order), &o.Status, &o.Payment, &o.Fulfilment, &o.Total.Currency, &o.Total.Minor, at(&o.Placed),
		ref(&r.parcel), &p.Status, &p.Risk, &p.Carrier, &p.Reason, &p.Attempts, at(&p.Scan),
		ref(&r.file), &f.Case.Kind, &f.Case.Phase, ref(&r.refunded), &f.Refund.State, &f.Refund.Total.Currency, &f.Refund.Total.Minor,
	}
}

func (r *factRow) subject() automating.Subject {
	f := &r.Facts
	f.Ticket.Assigned, f.Ticket.Spam, f.Ticket.Snoozed = r.assignee != 0, r.bucket == string(ticket.InSpam), !r.snoozed.IsZero()
	f.Order.Known, f.Shipment.Known, f.Case.Known, f.Refund.Known = r.order != 0, r.parcel != 0, r.file != 0, r.refunded != 0
	r.Order = order.ID(r.order)
	return r.Subject
}

// RuleSubject implements automating.Store.
func (s *Store) RuleSubject(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (automating.Subject, error) {
	r, err := one(ctx, s.DB, factDest, `SELECT `+factCols+`, `+tradeCols+` FROM ticket t`+factFrom+` WHERE t.workspace_id=$1 AND t.id=$2`, w, int64(t))
	return r.subject(), err
}

// NewestForm implements automating.Store.
func (s *Store) NewestForm(ctx context.Context, w auth.WorkspaceID, t ticket.ID) (string, error) {
	form, err := scalar[string](ctx, s.DB, `SELECT form FROM message WHERE workspace_id=$1 AND ticket_id=$2 AND kind='inbound' AND side_id IS NULL ORDER BY id DESC LIMIT 1`, w, int64(t))
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return form, err
}

// OrderFacts implements automating.Store.
func (s *Store) OrderFacts(ctx context.Context, w auth.WorkspaceID, o order.ID) (automation.Facts, error) {
	r, err := one(ctx, s.DB, tradeDest, `SELECT `+tradeCols+` FROM orders o LEFT JOIN customer c ON c.id=o.customer_id`+tradeFrom+` WHERE o.workspace_id=$1 AND o.id=$2`, w, int64(o))
	return r.subject().Facts, err
}
