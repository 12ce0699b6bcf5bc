package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
)

const recoveryDocumentCols = `id, workspace_id, claim_id, paper, kind, sha256, name, type, size, at, actor_kind, actor_id, actor_name`

// AddRecoveryDocument implements recovery.Store.
func (s *Store) AddRecoveryDocument(ctx context.Context, d recovery.Document, data []byte) error {
	_, err := s.exec(ctx, `INSERT INTO recovery_document (`+recoveryDocumentCols+`, data) VALUES (`+places(1, 14)+`)`,
		int64(d.ID), int64(d.Workspace), int64(d.Claim), d.Paper, string(d.Kind), d.SHA256, clean(d.Name), d.Type, d.Size, ms(d.At), string(d.By.Kind), d.By.ID, clean(d.By.Name), data)
	return err
}

// RecoveryDocuments implements recovery.Store.
func (s *Store) RecoveryDocuments(ctx context.Context, w auth.WorkspaceID, id recovery.ID) ([]recovery.Document, error) {
	return all(ctx, s.DB, func(d *recovery.Document) []any {
		return []any{&d.ID, &d.Workspace, &d.Claim, &d.Paper, &d.Kind, &d.SHA256, &d.Name, &d.Type, &d.Size, at(&d.At), &d.By.Kind, &d.By.ID, &d.By.Name}
	}, `SELECT `+recoveryDocumentCols+` FROM recovery_document WHERE workspace_id=$1 AND claim_id=$2 ORDER BY id`, int64(w), int64(id))
}

// RecoveryDocumentData implements recovery.Store.
func (s *Store) RecoveryDocumentData(ctx context.Context, w auth.WorkspaceID, id recovery.DocumentID) ([]byte, error) {
	return scalar[[]byte](ctx, s.DB, `SELECT data FROM recovery_document WHERE workspace_id=$1 AND id=$2`, int64(w), int64(id))
}

// DropRecoveryDocument implements recovery.Store.
func (s *Store) DropRecoveryDocument(ctx context.Context, w auth.WorkspaceID, c recovery.ID, id recovery.DocumentID) error {
	return found(s.exec(ctx, `DELETE FROM recovery_document WHERE workspace_id=$1 AND claim_id=$2 AND id=$3`, int64(w), int64(c), int64(id)))
}
