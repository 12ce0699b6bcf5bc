package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

var _ commerce.Store = (*Store)(nil)

const shopConnectionCols = `id, workspace_id, shop_id, driver, settings, state, lists, hook_id, called_at, created_by, created_at, updated_at, due_at, ok_at, failed_at, streak, problem`

// shopConnectionRow is a connection as it lies in its table.
type shopConnectionRow struct {
	commerce.Connection
	sealed []byte
}

func shopConnectionDest(r *shopConnectionRow) []any {
	return []any{
		&r.ID, &r.Workspace, &r.Shop, &r.Driver, &r.sealed, &r.State, doc(&r.Lists), ref(&r.Hook), at(&r.Called), &r.CreatedBy, at(&r.CreatedAt), at(&r.UpdatedAt),
		at(&r.DueAt), at(&r.OKAt), at(&r.FailedAt), &r.Streak, &r.Problem,
	}
}

func shopConnectionPlace(id commerce.ID) string { return fmt.Sprintf("shop_connection:%d", id) }

func (s *Store) openShopConnection(r shopConnectionRow, err error) (commerce.Connection, error) {
	if err != nil {
		return r.Connection, err
	}
	return r.Connection, s.vault.OpenJSON(r.sealed, shopConnectionPlace(r.ID), &r.Settings)
}

// AddShopConnection adds a connection, unless its shop has one.
func (s *Store) AddShopConnection(ctx context.Context, c commerce.Connection) (bool, error) {
	sealed, err := s.vault.SealJSON(c.Settings, shopConnectionPlace(c.ID))
	if err != nil {
		return false, err
	}
	n, err := s.exec(ctx, `INSERT INTO shop_connection (`+shopConnectionCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)
		ON CONFLICT (workspace_id, shop_id) DO NOTHING`,
		c.ID, c.Workspace, c.Shop, c.Driver, sealed, c.State, walks(c), opt(c.Hook), optMS(c.Called), c.CreatedBy, ms(c.CreatedAt), ms(c.UpdatedAt),
		ms(c.DueAt), optMS(c.OKAt), optMS(c.FailedAt), c.Streak, c.Problem)
	return n == 1, err
}

func walks(c commerce.Connection) string {
	if c.Lists == nil {
		return "[]"
	}
	return js(c.Lists)
}

// SaveShopConnection writes all of a connection that can change.
func (s *Store) SaveShopConnection(ctx context.Context, c commerce.Connection) error {
	sealed, err := s.vault.SealJSON(c.Settings, shopConnectionPlace(c.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE shop_connection SET settings=$1, state=$2, lists=$3, hook_id=$4, called_at=$5, updated_at=$6, due_at=$7, ok_at=$8, failed_at=$9, streak=$10, problem=$11
		WHERE workspace_id=$12 AND id=$13`,
		sealed, c.State, walks(c), opt(c.Hook), optMS(c.Called), ms(c.UpdatedAt), ms(c.DueAt), optMS(c.OKAt), optMS(c.FailedAt), c.Streak, c.Problem, c.Workspace, c.ID)
	return err
}

// DeleteShopConnection deletes a connection with its versions.
func (s *Store) DeleteShopConnection(ctx context.Context, w auth.WorkspaceID, id commerce.ID) error {
	_, err := s.exec(ctx, `DELETE FROM shop_connection WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

// ShopConnection returns a connection with its settings.
func (s *Store) ShopConnection(ctx context.Context, w auth.WorkspaceID, id commerce.ID) (commerce.Connection, error) {
	return s.openShopConnection(one(ctx, s.DB, shopConnectionDest, `SELECT `+shopConnectionCols+` FROM shop_connection WHERE workspace_id=$1 AND id=$2`, w, id))
}

// HoldShopConnection returns a connection and locks it until the transaction ends.
func (s *Store) HoldShopConnection(ctx context.Context, w auth.WorkspaceID, id commerce.ID) (commerce.Connection, error) {
	return s.openShopConnection(one(ctx, s.DB, shopConnectionDest, `SELECT `+shopConnectionCols+` FROM shop_connection WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, id))
}

// ShopConnectionOf returns the connection whose hooks come in at a place.
func (s *Store) ShopConnectionOf(ctx context.Context, w auth.WorkspaceID, h hook.ID) (commerce.Connection, error) {
	return s.openShopConnection(one(ctx, s.DB, shopConnectionDest, `SELECT `+shopConnectionCols+` FROM shop_connection WHERE workspace_id=$1 AND hook_id=$2 ORDER BY id LIMIT 1`, w, h))
}

// ShopConnections returns the connections of a workspace, the oldest first.
func (s *Store) ShopConnections(ctx context.Context, w auth.WorkspaceID) ([]commerce.Connection, error) {
	rows, err := all(ctx, s.DB, shopConnectionDest, `SELECT `+shopConnectionCols+` FROM shop_connection WHERE workspace_id=$1 ORDER BY id`, w)
	if err != nil {
		return nil, err
	}
	out := make([]commerce.Connection, len(rows))
	for i, r := range rows {
		if out[i], err = s.openShopConnection(r, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// DueShopConnections returns what is due in all workspaces.
func (s *Store) DueShopConnections(ctx context.Context, now time.Time, limit int) ([]commerce.Due, error) {
	return all(ctx, s.DB, func(d *commerce.Due) []any { return []any{&d.Workspace, &d.Connection} },
		`SELECT workspace_id, id FROM shop_connection WHERE state<>'paused' AND due_at<=$1 ORDER BY due_at LIMIT $2`, ms(now), limit)
}

const shopObjectCols = `kind, external_id, changed_at, asked_at, digest, problem, detail, body, deleted`

func shopObjectDest(v *commerce.Version) []any {
	return []any{&v.Kind, &v.External, at(&v.ChangedAt), at(&v.AskedAt), &v.Digest, &v.Problem, &v.Detail, &v.Body, &v.Deleted}
}

// ShopVersions returns the versions that were taken of objects.
func (s *Store) ShopVersions(ctx context.Context, w auth.WorkspaceID, c commerce.ID, kind string, external []string) (map[string]commerce.Version, error) {
	out := make(map[string]commerce.Version, len(external))
	for part := range slices.Chunk(distinct(external), 500) {
		args := []any{w, c, kind}
		for _, e := range part {
			args = append(args, e)
		}
		rows, err := all(ctx, s.DB, shopObjectDest, `SELECT `+shopObjectCols+` FROM shop_object
			WHERE workspace_id=$1 AND connection_id=$2 AND kind=$3 AND external_id IN (`+places(4, len(part))+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, v := range rows {
			out[v.External] = v
		}
	}
	return out, nil
}

// SaveShopVersions writes which versions were taken.
func (s *Store) SaveShopVersions(ctx context.Context, w auth.WorkspaceID, c commerce.ID, list []commerce.Version) error {
	for _, v := range list {
		_, err := s.exec(ctx, `INSERT INTO shop_object (workspace_id, connection_id, `+shopObjectCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
			ON CONFLICT (connection_id, kind, external_id) DO UPDATE SET changed_at=excluded.changed_at, asked_at=excluded.asked_at, digest=excluded.digest,
				problem=excluded.problem, detail=excluded.detail, body=excluded.body, deleted=excluded.deleted`,
			w, c, v.Kind, clean(v.External), ms(v.ChangedAt), ms(v.AskedAt), v.Digest, v.Problem, clean(v.Detail), clean(string(v.Body)), v.Deleted)
		if err != nil {
			return err
		}
	}
	return nil
}

// ShopUnseen returns what was not asked for since a time and is not known to be deleted.
func (s *Store) ShopUnseen(ctx context.Context, w auth.WorkspaceID, c commerce.ID, kind string, since time.Time, after string, limit int) ([]string, error) {
	return all(ctx, s.DB, func(external *string) []any { return []any{external} }, `SELECT external_id FROM shop_object
		WHERE workspace_id=$1 AND connection_id=$2 AND kind=$3 AND external_id>$4 AND asked_at<$5 AND NOT deleted ORDER BY external_id LIMIT $6`, w, c, kind, after, ms(since), limit)
}

// ShopProblems returns objects that could not be taken.
func (s *Store) ShopProblems(ctx context.Context, w auth.WorkspaceID, c commerce.ID, afterKind, afterExternal string, limit int) ([]commerce.Version, error) {
	return all(ctx, s.DB, shopObjectDest, `SELECT `+shopObjectCols+` FROM shop_object
		WHERE workspace_id=$1 AND connection_id=$2 AND problem<>'' AND (kind, external_id)>($3, $4) ORDER BY kind, external_id LIMIT $5`, w, c, afterKind, afterExternal, limit)
}
