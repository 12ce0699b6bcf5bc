package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ policy.Store = (*Store)(nil)

const policyCols = "workspace_id, name, version, text, saved_at, saved_by"

func policyDest(v *policy.Version) []any {
	return []any{&v.Workspace, &v.Name, &v.Number, &v.Text, at(&v.SavedAt), ref(&v.SavedBy)}
}

// ReturnPolicy implements policy.Store.
func (s *Store) ReturnPolicy(ctx context.Context, w auth.WorkspaceID, name string, number int) (policy.Version, error) {
	if number == 0 {
		return one(ctx, s.DB, policyDest, `SELECT `+policyCols+` FROM return_policy WHERE workspace_id=$1 AND name=$2 ORDER BY version DESC LIMIT 1`, w, clean(name))
	}
	return one(ctx, s.DB, policyDest, `SELECT `+policyCols+` FROM return_policy WHERE workspace_id=$1 AND name=$2 AND version=$3`, w, clean(name), number)
}

// ReturnPolicies implements policy.Store.
func (s *Store) ReturnPolicies(ctx context.Context, w auth.WorkspaceID) ([]policy.Version, error) {
	return all(ctx, s.DB, policyDest, `SELECT `+policyCols+` FROM return_policy WHERE workspace_id=$1 AND (name, version) IN
		(SELECT name, max(version) FROM return_policy WHERE workspace_id=$1 GROUP BY name) ORDER BY name`, w)
}

// PolicyVersions implements policy.Store.
func (s *Store) PolicyVersions(ctx context.Context, w auth.WorkspaceID, name string, before, limit int) ([]policy.Version, error) {
	return all(ctx, s.DB, policyDest, `SELECT `+policyCols+` FROM return_policy WHERE workspace_id=$1 AND name=$2 AND version<$3 ORDER BY version DESC LIMIT $4`,
		w, clean(name), before, limit)
}

// AddReturnPolicy implements policy.Store.
func (s *Store) AddReturnPolicy(ctx context.Context, v policy.Version) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO return_policy (`+policyCols+`) VALUES (`+places(1, 6)+`) ON CONFLICT DO NOTHING`,
		v.Workspace, clean(v.Name), v.Number, clean(v.Text), ms(v.SavedAt), opt(v.SavedBy))
	return n == 1, err
}

const releaseCols = "workspace_id, from_at, name, version, at, by_id"

func releaseDest(r *policy.Release) []any {
	return []any{&r.Workspace, at(&r.From), &r.Name, &r.Number, at(&r.At), ref(&r.By)}
}

// PolicyAt implements policy.Store.
func (s *Store) PolicyAt(ctx context.Context, w auth.WorkspaceID, t time.Time) (policy.Release, error) {
	return one(ctx, s.DB, releaseDest, `SELECT `+releaseCols+` FROM policy_release WHERE workspace_id=$1 AND from_at<=$2 ORDER BY from_at DESC LIMIT 1`, w, ms(t))
}

// PolicyReleases implements policy.Store.
func (s *Store) PolicyReleases(ctx context.Context, w auth.WorkspaceID, limit int) ([]policy.Release, error) {
	return all(ctx, s.DB, releaseDest, `SELECT `+releaseCols+` FROM policy_release WHERE workspace_id=$1 ORDER BY from_at DESC LIMIT $2`, w, limit)
}

// AddRelease implements policy.Store.
func (s *Store) AddRelease(ctx context.Context, r policy.Release) error {
	n, err := s.exec(ctx, `INSERT INTO policy_release (`+releaseCols+`) VALUES (`+places(1, 6)+`) ON CONFLICT DO NOTHING`,
		r.Workspace, ms(r.From), clean(r.Name), r.Number, ms(r.At), opt(r.By))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "error.busy")
	}
	return err
}

// Spent implements policy.Store.
func (s *Store) Spent(ctx context.Context, w auth.WorkspaceID, x policy.Spending) (int64, error) {
	return scalar[int64](ctx, s.DB, `SELECT coalesce(max(spent), 0) FROM policy_spend WHERE workspace_id=$1 AND rule=$2 AND period=$3 AND currency=$4`, w, clean(x.Rule), x.Period, x.Currency)
}

// Spend implements policy.Store.
func (s *Store) Spend(ctx context.Context, w auth.WorkspaceID, x policy.Spending) (bool, error) {
	if x.Amount > x.Limit {
		return false, nil
	}
	n, err := s.exec(ctx, `INSERT INTO policy_spend (workspace_id, rule, period, currency, spent) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id, rule, period, currency) DO UPDATE SET spent=policy_spend.spent+excluded.spent WHERE policy_spend.spent+excluded.spent<=$6`,
		w, clean(x.Rule), x.Period, x.Currency, x.Amount, x.Limit)
	return n == 1, err
}
