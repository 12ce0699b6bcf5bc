package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
)

const agreementCols = `id, workspace_id, against, party, cause, from_at, data, created_at, updated_at`

// Agreements implements recovery.AgreementStore.
func (s *Store) Agreements(ctx context.Context, w auth.WorkspaceID) ([]recovery.Agreement, error) {
	return all(ctx, s.DB, func(a *recovery.Agreement) []any {
		return []any{&a.ID, &a.Workspace, &a.Against, &a.Party, &a.Cause, at(&a.From), doc(&a.AgreementTerms), at(&a.CreatedAt), at(&a.UpdatedAt)}
	}, `SELECT `+agreementCols+` FROM recovery_agreement WHERE workspace_id=$1 ORDER BY against, party, from_at DESC, cause LIMIT $2`, int64(w), recovery.MaxAgreements)
}

// SaveAgreement implements recovery.AgreementStore.
func (s *Store) SaveAgreement(ctx context.Context, a recovery.Agreement) (recovery.AgreementID, error) {
	if _, err := s.exec(ctx, `INSERT INTO recovery_agreement (`+agreementCols+`) VALUES (`+places(1, 9)+`)
		ON CONFLICT (workspace_id, against, party, cause, from_at) DO UPDATE SET data=excluded.data, updated_at=excluded.updated_at`,
		int64(a.ID), int64(a.Workspace), string(a.Against), clean(a.Party), string(a.Cause), ms(a.From), clean(js(a.AgreementTerms)), ms(a.CreatedAt), ms(a.UpdatedAt)); err != nil {
		return 0, err
	}
	return scalar[recovery.AgreementID](ctx, s.DB, `SELECT id FROM recovery_agreement WHERE workspace_id=$1 AND against=$2 AND party=$3 AND cause=$4 AND from_at=$5`,
		int64(a.Workspace), string(a.Against), clean(a.Party), string(a.Cause), ms(a.From))
}

// DropAgreement implements recovery.AgreementStore.
func (s *Store) DropAgreement(ctx context.Context, w auth.WorkspaceID, id recovery.AgreementID) error {
	return found(s.exec(ctx, `DELETE FROM recovery_agreement WHERE workspace_id=$1 AND id=$2`, int64(w), int64(id)))
}
