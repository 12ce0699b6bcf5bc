package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// OpenInvites implements auth.Store.
func (s *Store) OpenInvites(ctx context.Context, w auth.WorkspaceID, now time.Time) ([]auth.OpenInvite, error) {
	return all(ctx, s.DB, func(i *auth.OpenInvite) []any { return []any{&i.Person, &i.Email, &i.Role, at(&i.ExpiresAt)} },
		`SELECT p.id, p.email, p.role, (SELECT max(i.expires_at) FROM invite i
			WHERE i.workspace_id=p.workspace_id AND i.person_id=p.id AND i.used_at IS NULL AND i.expires_at>$1)
		FROM person p WHERE p.workspace_id=$2 AND p.status='invited' ORDER BY p.email LIMIT 500`, ms(now), w)
}
