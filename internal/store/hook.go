package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

var _ hook.Store = (*Store)(nil)

const hookCols = `id, workspace_id, name, scheme, kind, secret, disabled, created_by, created_at, updated_at`

// hookRow is a connection as it lies in its table.
type hookRow struct {
	hook.Connection
	sealed []byte
}

func hookDest(r *hookRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Name, &r.Scheme, &r.Kind, &r.sealed, flag(&r.Disabled), &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt)}
}

func hookPlace(id hook.ID) string { return fmt.Sprintf("hook:%d", id) }

func (s *Store) openHook(r hookRow, err error) (hook.Connection, error) {
	if err != nil {
		return r.Connection, err
	}
	var keys []sealedKey
	if err := s.vault.OpenJSON(r.sealed, hookPlace(r.ID), &keys); err != nil {
		return r.Connection, err
	}
	for _, k := range keys {
		key := hook.Key{Secret: k.Secret}
		if k.Until != 0 {
			key.Until = time.UnixMilli(k.Until).UTC()
		}
		r.Keys = append(r.Keys, key)
	}
	return r.Connection, nil
}

func (s *Store) sealHook(c hook.Connection) ([]byte, error) {
	keys := make([]sealedKey, len(c.Keys))
	for i, k := range c.Keys {
		keys[i] = sealedKey{k.Secret, ms(k.Until)}
	}
	return s.vault.SealJSON(keys, hookPlace(c.ID))
}

// AddHook adds a connection.
func (s *Store) AddHook(ctx context.Context, c hook.Connection) error {
	sealed, err := s.sealHook(c)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO hook (`+hookCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
		c.ID, c.Workspace, clean(c.Name), c.Scheme, c.Kind, sealed, s.bool(c.Disabled), c.CreatedBy, ms(c.CreatedAt), ms(c.UpdatedAt))
	return err
}

// SaveHook writes all of a connection that can change.
func (s *Store) SaveHook(ctx context.Context, c hook.Connection) error {
	sealed, err := s.sealHook(c)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE hook SET name=$1, secret=$2, disabled=$3, updated_at=$4 WHERE workspace_id=$5 AND id=$6`,
		clean(c.Name), sealed, s.bool(c.Disabled), ms(c.UpdatedAt), c.Workspace, c.ID)
	return err
}

// DeleteHook deletes a connection with what it received.
func (s *Store) DeleteHook(ctx context.Context, w auth.WorkspaceID, id hook.ID) error {
	_, err := s.exec(ctx, `DELETE FROM hook WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

// Hook returns a connection with its secrets.
func (s *Store) Hook(ctx context.Context, w auth.WorkspaceID, id hook.ID) (hook.Connection, error) {
	return s.openHook(one(ctx, s.DB, hookDest, `SELECT `+hookCols+` FROM hook WHERE workspace_id=$1 AND id=$2`, w, id))
}

// HoldHook returns a connection and locks it until the transaction ends.
func (s *Store) HoldHook(ctx context.Context, w auth.WorkspaceID, id hook.ID) (hook.Connection, error) {
	return s.openHook(one(ctx, s.DB, hookDest, `SELECT `+hookCols+` FROM hook WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// Hooks returns the connections of a workspace, the oldest first.
func (s *Store) Hooks(ctx context.Context, w auth.WorkspaceID) ([]hook.Connection, error) {
	rows, err := all(ctx, s.DB, hookDest, `SELECT `+hookCols+` FROM hook WHERE workspace_id=$1 ORDER BY id`, w)
	out := make([]hook.Connection, len(rows))
	for i, r := range rows {
		if out[i], err = s.openHook(r, err); err != nil {
			return nil, err
		}
	}
	return out, err
}

// HookAt returns a connection by its identifier alone.
func (s *Store) HookAt(ctx context.Context, id hook.ID) (hook.Connection, error) {
	return s.openHook(one(ctx, s.DB, hookDest, `SELECT `+hookCols+` FROM hook WHERE id=$1`, id))
}

const receivedCols = `id, workspace_id, connection_id, key, topic, content_type, size, at, state, attempt, problem, done_at`

func receivedDest(r *hook.Received) []any {
	return []any{&r.ID, &r.Workspace, &r.Connection, &r.Key, &r.Topic, &r.ContentType, &r.Size, at(&r.At), &r.State, &r.Attempt, &r.Problem, at(&r.DoneAt)}
}

func receivedBodyDest(r *hook.Received) []any { return append(receivedDest(r), &r.Body) }

// AddReceived stores a request once.
func (s *Store) AddReceived(ctx context.Context, r hook.Received) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO hook_received (`+receivedCols+`, body) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)
		ON CONFLICT (connection_id, key) DO NOTHING`,
		r.ID, r.Workspace, r.Connection, clean(r.Key), clean(r.Topic), clean(r.ContentType), r.Size, ms(r.At), r.State, r.Attempt, r.Problem, optMS(r.DoneAt), s.pack(r.Body))
	return n == 1, err
}

func (s *Store) openReceived(r hook.Received, err error) (hook.Received, error) {
	if err == nil {
		r.Body, err = s.unpack(r.Body)
	}
	return r, err
}

// HoldReceived returns a stored hook and locks it until the transaction ends.
func (s *Store) HoldReceived(ctx context.Context, w auth.WorkspaceID, id hook.ReceivedID) (hook.Received, error) {
	return s.openReceived(one(ctx, s.DB, receivedBodyDest, `SELECT `+receivedCols+`, body FROM hook_received WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// Received returns a stored hook of a connection.
func (s *Store) Received(ctx context.Context, w auth.WorkspaceID, c hook.ID, id hook.ReceivedID) (hook.Received, error) {
	return s.openReceived(one(ctx, s.DB, receivedBodyDest, `SELECT `+receivedCols+`, body FROM hook_received WHERE workspace_id=$1 AND connection_id=$2 AND id=$3`, w, c, id))
}

// SettleReceived writes the state of a stored hook.
func (s *Store) SettleReceived(ctx context.Context, r hook.Received) error {
	_, err := s.exec(ctx, `UPDATE hook_received SET state=$1, attempt=$2, problem=$3, done_at=$4 WHERE workspace_id=$5 AND id=$6`,
		r.State, r.Attempt, clean(r.Problem), optMS(r.DoneAt), r.Workspace, r.ID)
	return err
}

// ReceivedLog returns what a connection received, the newest first.
func (s *Store) ReceivedLog(ctx context.Context, w auth.WorkspaceID, c hook.ID, state hook.State, before hook.ReceivedID, limit int) ([]hook.Received, error) {
	if before == 0 {
		before = 1 << 62
	}
	return all(ctx, s.DB, receivedDest, `SELECT `+receivedCols+` FROM hook_received
		WHERE workspace_id=$1 AND connection_id=$2 AND id<$3 AND ($4='' OR state=$4) ORDER BY id DESC LIMIT $5`, w, c, before, string(state), limit)
}

// ForgetReceived deletes what is finished and old, or more than the log keeps.
func (s *Store) ForgetReceived(ctx context.Context, before time.Time, most int) error {
	ids, err := all(ctx, s.DB, func(id *hook.ID) []any { return []any{id} }, `SELECT id FROM hook ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, err := s.exec(ctx, `DELETE FROM hook_received WHERE connection_id=$1 AND state<>'waiting' AND (at<$2 OR id<=coalesce(
			(SELECT id FROM hook_received x WHERE x.connection_id=$1 ORDER BY id DESC LIMIT 1 OFFSET $3), 0))`, id, ms(before), most)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM hook_refused WHERE connection_id=$1 AND last_at<$2`, id, ms(before)); err != nil {
			return err
		}
	}
	return nil
}

// CountRefused adds to the counts of what was turned away. A connection that is
// no longer there counts nothing.
func (s *Store) CountRefused(ctx context.Context, list ...hook.Refusals) error {
	for _, r := range list {
		_, err := s.exec(ctx, `INSERT INTO hook_refused (workspace_id, connection_id, day, reason, count, last_at)
			SELECT workspace_id, id, $1, $2, $3, $4 FROM hook WHERE workspace_id=$5 AND id=$6
			ON CONFLICT (connection_id, day, reason) DO UPDATE SET count=hook_refused.count+excluded.count, last_at=excluded.last_at`,
			r.Day, string(r.Reason), r.Count, ms(r.LastAt), r.Workspace, r.Connection)
		if err != nil {
			return err
		}
	}
	return nil
}

// Refused returns the counts of a connection since a day, the newest first.
func (s *Store) Refused(ctx context.Context, w auth.WorkspaceID, c hook.ID, since int64) ([]hook.Refusals, error) {
	return all(ctx, s.DB, func(r *hook.Refusals) []any {
		return []any{&r.Workspace, &r.Connection, &r.Day, &r.Reason, &r.Count, at(&r.LastAt)}
	},
		`SELECT workspace_id, connection_id, day, reason, count, last_at FROM hook_refused WHERE workspace_id=$1 AND connection_id=$2 AND day>=$3 ORDER BY day DESC, reason`, w, c, since)
}
