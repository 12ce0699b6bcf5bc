package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// RenameWorkspace implements auth.AccessStore.
func (s *Store) RenameWorkspace(ctx context.Context, w auth.WorkspaceID, name string) error {
	return found(s.exec(ctx, `UPDATE workspace SET name=$1 WHERE id=$2`, clean(name), w))
}

const roleCols = `workspace_id, key, name, permissions, restricted, limits, created_at, updated_at`

func roleDest(r *auth.CustomRole) []any {
	return []any{&r.Workspace, &r.Key, &r.Name, doc(&r.Permissions), flag(&r.Restricted), doc(&r.Limits), at(&r.CreatedAt), at(&r.UpdatedAt)}
}

// AddRole implements auth.AccessStore; a second one with the key or the name is
// errs.Conflict.
func (s *Store) AddRole(ctx context.Context, r auth.CustomRole) error {
	_, err := s.exec(ctx, `INSERT INTO role (`+roleCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		r.Workspace, r.Key, clean(r.Name), js(r.Permissions), s.bool(r.Restricted), js(r.Limits), ms(r.CreatedAt), ms(r.UpdatedAt))
	return err
}

// SaveRole implements auth.AccessStore.
func (s *Store) SaveRole(ctx context.Context, r auth.CustomRole) error {
	return found(s.exec(ctx, `UPDATE role SET name=$1, permissions=$2, restricted=$3, limits=$4, updated_at=$5 WHERE workspace_id=$6 AND key=$7`,
		clean(r.Name), js(r.Permissions), s.bool(r.Restricted), js(r.Limits), ms(r.UpdatedAt), r.Workspace, r.Key))
}

// DeleteRole implements auth.AccessStore.
func (s *Store) DeleteRole(ctx context.Context, w auth.WorkspaceID, key auth.Role) error {
	return found(s.exec(ctx, `DELETE FROM role WHERE workspace_id=$1 AND key=$2`, w, key))
}

// Role implements auth.AccessStore.
func (s *Store) Role(ctx context.Context, w auth.WorkspaceID, key auth.Role) (auth.CustomRole, error) {
	lock := ""
	if from(ctx) != nil {
		lock = " FOR UPDATE"
	}
	return one(ctx, s.DB, roleDest, `SELECT `+roleCols+` FROM role WHERE workspace_id=$1 AND key=$2`+lock, w, key)
}

// Roles implements auth.AccessStore.
func (s *Store) Roles(ctx context.Context, w auth.WorkspaceID) ([]auth.CustomRole, error) {
	return all(ctx, s.DB, roleDest, `SELECT `+roleCols+` FROM role WHERE workspace_id=$1 ORDER BY name, key LIMIT 500`, w)
}

// CountHolders implements auth.AccessStore.
func (s *Store) CountHolders(ctx context.Context, w auth.WorkspaceID, key auth.Role) (int, error) {
	return scalar[int](ctx, s.DB, `SELECT count(*) FROM person WHERE workspace_id=$1 AND role=$2`, w, key)
}

const tokenCols = `id, workspace_id, person_id, name, scopes, prefix, created_at, seen_at, expires_at, revoked_at`

func tokenDest(t *auth.Token) []any {
	return []any{&t.ID, &t.Workspace, &t.Person, &t.Name, doc(&t.Scopes), &t.Prefix, at(&t.CreatedAt), at(&t.SeenAt), at(&t.ExpiresAt), at(&t.RevokedAt)}
}

// AddToken implements auth.AccessStore.
func (s *Store) AddToken(ctx context.Context, t auth.Token, hash []byte) error {
	_, err := s.exec(ctx, `INSERT INTO token (`+tokenCols+`, hash) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`, t.ID, t.Workspace, t.Person,
		clean(t.Name), js(t.Scopes), t.Prefix, ms(t.CreatedAt), optMS(t.SeenAt), optMS(t.ExpiresAt), optMS(t.RevokedAt), hash)
	return err
}

// TokenByHash implements auth.AccessStore.
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (auth.Token, error) {
	return one(ctx, s.DB, tokenDest, `SELECT `+tokenCols+` FROM token WHERE hash=$1`, hash)
}

// Token implements auth.AccessStore.
func (s *Store) Token(ctx context.Context, w auth.WorkspaceID, id auth.TokenID) (auth.Token, error) {
	return one(ctx, s.DB, tokenDest, `SELECT `+tokenCols+` FROM token WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Tokens implements auth.AccessStore.
func (s *Store) Tokens(ctx context.Context, w auth.WorkspaceID) ([]auth.Token, error) {
	return all(ctx, s.DB, tokenDest, `SELECT `+tokenCols+` FROM token WHERE workspace_id=$1 ORDER BY id DESC LIMIT 1000`, w)
}

// TouchToken implements auth.AccessStore.
func (s *Store) TouchToken(ctx context.Context, w auth.WorkspaceID, id auth.TokenID, seen time.Time) error {
	_, err := s.exec(ctx, `UPDATE token SET seen_at=$1 WHERE workspace_id=$2 AND id=$3`, ms(seen), w, id)
	return err
}

// TokensEnding returns the tokens of all workspaces that end within a span of time
// and whose people were not told yet, up to n of them.
func (s *Store) TokensEnding(ctx context.Context, from, to time.Time, n int) ([]auth.Token, error) {
	return all(ctx, s.DB, tokenDest, `SELECT `+tokenCols+` FROM token WHERE warned_at IS NULL AND revoked_at IS NULL AND expires_at>$1 AND expires_at<=$2
		ORDER BY expires_at, id LIMIT $3`, ms(from), ms(to), n)
}

// WarnToken records that a token's person was told of its end; to do it again is
// errs.Conflict.
func (s *Store) WarnToken(ctx context.Context, w auth.WorkspaceID, id auth.TokenID, at time.Time) error {
	return onlyOnce(s.exec(ctx, `UPDATE token SET warned_at=$1 WHERE workspace_id=$2 AND id=$3 AND warned_at IS NULL`, ms(at), w, id))
}

// RevokeToken implements auth.AccessStore.
func (s *Store) RevokeToken(ctx context.Context, w auth.WorkspaceID, id auth.TokenID, at time.Time) error {
	_, err := s.exec(ctx, `UPDATE token SET revoked_at=$1 WHERE workspace_id=$2 AND id=$3 AND revoked_at IS NULL`, ms(at), w, id)
	return err
}
