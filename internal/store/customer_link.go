package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
)

// RemoveIdentity implements customer.Store.
func (s *Store) RemoveIdentity(ctx context.Context, w auth.WorkspaceID, c customer.ID, kind, value string) (removed bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `DELETE FROM identity WHERE workspace_id = $1 AND customer_id = $2 AND kind = $3 AND value = $4`, w, c, kind, clean(value))
		if removed = n > 0; err != nil || !removed {
			return err
		}
		return s.reindexCustomers(ctx, w, c)
	})
	return removed, err
}

// Merges implements customer.Store.
func (s *Store) Merges(ctx context.Context, w auth.WorkspaceID, into customer.ID, limit int) ([]customer.Merge, error) {
	return all(ctx, s.DB, func(m *customer.Merge) []any { return []any{&m.From, &m.Name, &m.Event, at(&m.At)} },
		`SELECT id, name, merged_by, updated_at FROM customer
		WHERE merged_into = $1 AND workspace_id = $2 AND merged_by IS NOT NULL ORDER BY merged_by DESC LIMIT $3`, into, w, limit)
}
