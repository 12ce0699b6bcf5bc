package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
)

var _ webhook.Store = (*Store)(nil)

const webhookCols = `id, workspace_id, url, description, kinds, secret, state, created_by, created_at, updated_at,
	streak, failing_since, due_at, ok_at, failed_at, disabled_at, replay_from, replay_until`

// webhookRow is an endpoint as it lies in its table.
type webhookRow struct {
	webhook.Endpoint
	sealed []byte
}

// sealedKey is a key of an endpoint or of a connection within its seal.
type sealedKey struct {
	Secret string `json:"secret"`
	Until  int64  `json:"until,omitempty"`
}

func webhookDest(r *webhookRow) []any {
	return []any{
		&r.ID, &r.Workspace, &r.URL, &r.Description, doc(&r.Kinds), &r.sealed, &r.State, &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt),
		&r.Streak, at(&r.FailingSince), at(&r.DueAt), at(&r.OKAt), at(&r.FailedAt), at(&r.DisabledAt), &r.Replay.From, &r.Replay.Until,
	}
}

func webhookPlace(id webhook.ID) string { return fmt.Sprintf("webhook:%d", id) }

func (s *Store) openWebhook(r webhookRow, err error) (webhook.Endpoint, error) {
	if err != nil {
		return r.Endpoint, err
	}
	var keys []sealedKey
	if err := s.vault.OpenJSON(r.sealed, webhookPlace(r.ID), &keys); err != nil {
		return r.Endpoint, err
	}
	for _, k := range keys {
		secret, err := webhook.ParseSecret(k.Secret)
		if err != nil {
			return r.Endpoint, err
		}
		key := webhook.Key{Secret: secret}
		if k.Until != 0 {
			key.Until = time.UnixMilli(k.Until).UTC()
		}
		r.Keys = append(r.Keys, key)
	}
	return r.Endpoint, nil
}

func (s *Store) sealWebhook(e webhook.Endpoint) ([]byte, error) {
	keys := make([]sealedKey, len(e.Keys))
	for i, k := range e.Keys {
		keys[i] = sealedKey{k.Secret.Reveal(), ms(k.Until)}
	}
	return s.vault.SealJSON(keys, webhookPlace(e.ID))
}

// AddEndpoint adds an endpoint.
func (s *Store) AddEndpoint(ctx context.Context, e webhook.Endpoint) error {
	sealed, err := s.sealWebhook(e)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO webhook (`+webhookCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)`,
		e.ID, e.Workspace, clean(e.URL), clean(e.Description), js(e.Kinds), sealed, e.State, e.CreatedBy, ms(e.CreatedAt), ms(e.UpdatedAt),
		e.Streak, optMS(e.FailingSince), ms(e.DueAt), optMS(e.OKAt), optMS(e.FailedAt), optMS(e.DisabledAt), e.Replay.From, e.Replay.Until)
	return err
}

// SaveEndpoint writes all of an endpoint that can change.
func (s *Store) SaveEndpoint(ctx context.Context, e webhook.Endpoint) error {
	sealed, err := s.sealWebhook(e)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE webhook SET url=$1, description=$2, kinds=$3, secret=$4, state=$5, updated_at=$6, streak=$7, failing_since=$8,
		due_at=$9, ok_at=$10, failed_at=$11, disabled_at=$12, replay_from=$13, replay_until=$14 WHERE workspace_id=$15 AND id=$16`,
		clean(e.URL), clean(e.Description), js(e.Kinds), sealed, e.State, ms(e.UpdatedAt), e.Streak, optMS(e.FailingSince),
		ms(e.DueAt), optMS(e.OKAt), optMS(e.FailedAt), optMS(e.DisabledAt), e.Replay.From, e.Replay.Until, e.Workspace, e.ID)
	return err
}

// DeleteEndpoint deletes an endpoint with its deliveries.
func (s *Store) DeleteEndpoint(ctx context.Context, w auth.WorkspaceID, id webhook.ID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, q := range []string{
			`DELETE FROM webhook_attempt WHERE workspace_id=$1 AND endpoint_id=$2`,
			`DELETE FROM webhook_delivery WHERE workspace_id=$1 AND endpoint_id=$2`,
			`DELETE FROM webhook WHERE workspace_id=$1 AND id=$2`,
		} {
			if _, err := s.exec(ctx, q, w, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Endpoint returns an endpoint with its secrets.
func (s *Store) Endpoint(ctx context.Context, w auth.WorkspaceID, id webhook.ID) (webhook.Endpoint, error) {
	return s.openWebhook(one(ctx, s.DB, webhookDest, `SELECT `+webhookCols+` FROM webhook WHERE workspace_id=$1 AND id=$2`, w, id))
}

// HoldEndpoint returns an endpoint and locks it until the transaction ends.
func (s *Store) HoldEndpoint(ctx context.Context, w auth.WorkspaceID, id webhook.ID) (webhook.Endpoint, error) {
	return s.openWebhook(one(ctx, s.DB, webhookDest, `SELECT `+webhookCols+` FROM webhook WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// Endpoints returns the endpoints of a workspace, the oldest first.
func (s *Store) Endpoints(ctx context.Context, w auth.WorkspaceID) ([]webhook.Endpoint, error) {
	rows, err := all(ctx, s.DB, webhookDest, `SELECT `+webhookCols+` FROM webhook WHERE workspace_id=$1 ORDER BY id`, w)
	out := make([]webhook.Endpoint, len(rows))
	for i, r := range rows {
		if out[i], err = s.openWebhook(r, err); err != nil {
			return nil, err
		}
	}
	return out, err
}

// subscriber is what an event needs to know of an endpoint, without its secrets.
func subscriberDest(e *webhook.Endpoint) []any {
	return []any{&e.ID, &e.Workspace, &e.State, doc(&e.Kinds)}
}

// oweSubscribers writes what an event owes to the endpoints of its workspace, in
// the event's own transaction.
func (s *Store) oweSubscribers(ctx context.Context, e event.Event) error {
	list, err := all(ctx, s.DB, subscriberDest, `SELECT id, workspace_id, state, kinds FROM webhook WHERE workspace_id=$1 AND state='on' ORDER BY id`, e.Workspace)
	if err != nil {
		return err
	}
	owed := webhook.Owed(e, list, s.now())
	if len(owed) == 0 {
		return nil
	}
	if err := s.Owe(ctx, false, owed...); err != nil {
		return err
	}
	s.AfterCommit(ctx, func() {
		if f := s.owed.Load(); f != nil {
			(*f)()
		}
	})
	return nil
}

// WhenOwed lets a function be called after each commit that wrote deliveries. It
// must not block.
func (s *Store) WhenOwed(f func()) { s.owed.Store(&f) }

const deliveryCols = `workspace_id, endpoint_id, event_id, kind, lane, state, attempt, status, due_at, created_at, done_at`

func deliveryDest(d *webhook.Delivery) []any {
	return []any{&d.Workspace, &d.Endpoint, &d.Event, &d.Kind, &d.Lane, &d.State, &d.Attempt, &d.Status, at(&d.DueAt), at(&d.CreatedAt), at(&d.DoneAt)}
}

// Owe adds deliveries; again makes those that are there due once more.
func (s *Store) Owe(ctx context.Context, again bool, list ...webhook.Delivery) error {
	then := `DO NOTHING`
	if again {
		then = `DO UPDATE SET state='waiting', attempt=0, due_at=excluded.due_at, done_at=NULL`
	}
	for _, d := range list {
		_, err := s.exec(ctx, `INSERT INTO webhook_delivery (`+deliveryCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
			ON CONFLICT (endpoint_id, event_id) `+then,
			d.Workspace, d.Endpoint, d.Event, d.Kind, d.Lane, d.State, d.Attempt, d.Status, ms(d.DueAt), ms(d.CreatedAt), optMS(d.DoneAt))
		if err != nil {
			return err
		}
	}
	return nil
}

// DueDeliveries returns what can be attempted now: due, and first in its lane.
// The sums keep the engines from sorting all that is due and from looking for a
// lane among all that waits, the offset from joining it all with itself: in the
// order of events the first ones are found after a few steps, however many wait
// behind them, and also before PostgreSQL has counted its rows.
func (s *Store) DueDeliveries(ctx context.Context, w auth.WorkspaceID, id webhook.ID, now time.Time, limit int) ([]webhook.Delivery, error) {
	return all(ctx, s.DB, deliveryDest, `SELECT `+deliveryCols+` FROM webhook_delivery d
		WHERE workspace_id=$1 AND endpoint_id=$2 AND state='waiting' AND due_at+0<=$3 AND NOT EXISTS (
			SELECT 1 FROM webhook_delivery e WHERE e.lane=d.lane AND e.endpoint_id+0=d.endpoint_id AND e.state='waiting' AND e.event_id<d.event_id LIMIT 1 OFFSET 0)
		ORDER BY event_id LIMIT $4`, w, id, ms(now), limit)
}

// SettleDelivery writes a delivery's state and the attempt that caused it.
func (s *Store) SettleDelivery(ctx context.Context, d webhook.Delivery, a webhook.Attempt) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, `UPDATE webhook_delivery SET state=$1, attempt=$2, status=$3, due_at=$4, done_at=$5 WHERE workspace_id=$6 AND endpoint_id=$7 AND event_id=$8`,
			d.State, d.Attempt, d.Status, ms(d.DueAt), optMS(d.DoneAt), d.Workspace, d.Endpoint, d.Event)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `INSERT INTO webhook_attempt (id, workspace_id, endpoint_id, event_id, at, took_ms, status, answer, problem) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
			a.ID, d.Workspace, a.Endpoint, a.Event, ms(a.At), a.Took.Milliseconds(), a.Status, clean(a.Answer), clean(a.Err))
		return err
	})
}

// Delivery returns one delivery.
func (s *Store) Delivery(ctx context.Context, w auth.WorkspaceID, id webhook.ID, e event.ID) (webhook.Delivery, error) {
	return one(ctx, s.DB, deliveryDest, `SELECT `+deliveryCols+` FROM webhook_delivery WHERE workspace_id=$1 AND endpoint_id=$2 AND event_id=$3`, w, id, e)
}

// Deliveries returns the log of an endpoint, the newest event first.
func (s *Store) Deliveries(ctx context.Context, w auth.WorkspaceID, id webhook.ID, state webhook.DeliveryState, before event.ID, limit int) ([]webhook.Delivery, error) {
	if before == 0 {
		before = 1 << 62
	}
	return all(ctx, s.DB, deliveryDest, `SELECT `+deliveryCols+` FROM webhook_delivery
		WHERE workspace_id=$1 AND endpoint_id=$2 AND event_id<$3 AND ($4='' OR state=$4) ORDER BY event_id DESC LIMIT $5`, w, id, before, string(state), limit)
}

// Attempts returns the attempts at a delivery, the newest first.
func (s *Store) Attempts(ctx context.Context, w auth.WorkspaceID, id webhook.ID, e event.ID, limit int) ([]webhook.Attempt, error) {
	return all(ctx, s.DB, func(a *webhook.Attempt) []any {
		return []any{&a.ID, &a.Endpoint, &a.Event, at(&a.At), millis(&a.Took), &a.Status, &a.Answer, &a.Err}
	}, `SELECT id, endpoint_id, event_id, at, took_ms, status, answer, problem FROM webhook_attempt
		WHERE workspace_id=$1 AND endpoint_id=$2 AND event_id=$3 ORDER BY id DESC LIMIT $4`, w, id, e, limit)
}

type millisCol struct{ d *time.Duration }

func (c millisCol) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("duration column holds %T", src)
	}
	*c.d = time.Duration(v) * time.Millisecond
	return nil
}

// millis scans a duration kept in milliseconds.
func millis(d *time.Duration) millisCol { return millisCol{d} }

// CountWaiting counts what is owed to each endpoint of a workspace.
func (s *Store) CountWaiting(ctx context.Context, w auth.WorkspaceID) (map[webhook.ID]int64, error) {
	type row struct {
		id webhook.ID
		n  int64
	}
	rows, err := all(ctx, s.DB, func(r *row) []any { return []any{&r.id, &r.n} }, `SELECT w.id, (SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id=w.id AND d.state='waiting')
		FROM webhook w WHERE w.workspace_id=$1`, w)
	out := make(map[webhook.ID]int64, len(rows))
	for _, r := range rows {
		out[r.id] = r.n
	}
	return out, err
}

// RipeEndpoints returns the endpoints that have something to do now.
func (s *Store) RipeEndpoints(ctx context.Context, now time.Time) ([]webhook.Ref, error) {
	return all(ctx, s.DB, func(r *webhook.Ref) []any { return []any{&r.Workspace, &r.ID} }, `SELECT workspace_id, id FROM webhook w
		WHERE state='on' AND due_at<=$1 AND (replay_from<replay_until OR EXISTS (
			SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id=w.id AND d.state='waiting' AND d.due_at<=$1 LIMIT 1 OFFSET 0))
		ORDER BY id`, ms(now))
}

// ForgetDeliveries deletes what is finished and old, or more than the log keeps,
// and what an event still owed to an endpoint that was being deleted.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time, most int) error {
	refs, err := all(ctx, s.DB, func(r *webhook.Ref) []any { return []any{&r.Workspace, &r.ID} }, `SELECT workspace_id, id FROM webhook ORDER BY id`)
	if err != nil {
		return err
	}
	for _, r := range refs {
		_, err := s.exec(ctx, `DELETE FROM webhook_delivery WHERE endpoint_id=$1 AND state<>'waiting' AND (created_at<$2 OR event_id<=coalesce(
			(SELECT event_id FROM webhook_delivery x WHERE x.endpoint_id=$1 AND x.state<>'waiting' ORDER BY event_id DESC LIMIT 1 OFFSET $3), 0))`, r.ID, ms(before), most)
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `DELETE FROM webhook_attempt WHERE endpoint_id=$1 AND (at<$2 OR id<=coalesce(
			(SELECT id FROM webhook_attempt x WHERE x.endpoint_id=$1 ORDER BY id DESC LIMIT 1 OFFSET $3), 0))`, r.ID, ms(before), most)
		if err != nil {
			return err
		}
	}
	_, err = s.exec(ctx, `DELETE FROM webhook_delivery WHERE endpoint_id NOT IN (SELECT id FROM webhook)`)
	return err
}
