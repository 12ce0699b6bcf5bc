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
func (s *Store) Spent(ctx context.Context, w auth.WorkspaceID, x policy.Spending) (spent, reserved int64, err error) {
	all, err := scalar[int64](ctx, s.DB, `SELECT coalesce(max(spent), 0) FROM policy_spend WHERE workspace_id=$1 AND rule=$2 AND period=$3 AND currency=$4`, w, clean(x.Rule), x.Period, x.Currency)
	if err != nil {
		return 0, 0, err
	}
	reserved, err = scalar[int64](ctx, s.DB, `SELECT cast(coalesce(sum(amount), 0) AS BIGINT) FROM policy_take
		WHERE workspace_id=$1 AND rule=$2 AND period=$3 AND currency=$4 AND state='reserved'`, w, clean(x.Rule), x.Period, x.Currency)
	return all - reserved, reserved, err
}

// Spend implements policy.Store.
func (s *Store) Spend(ctx context.Context, w auth.WorkspaceID, of int64, x policy.Spending) (ok bool, err error) {
	if x.Amount > x.Limit {
		return false, nil
	}
	err = s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `INSERT INTO policy_take (workspace_id, resolution_id, rule, period, currency, amount, state) VALUES ($1,$2,$3,$4,$5,$6,'reserved')
			ON CONFLICT (workspace_id, resolution_id) DO UPDATE SET rule=excluded.rule, period=excluded.period, currency=excluded.currency, amount=excluded.amount, state=excluded.state
			WHERE policy_take.state='back'`, w, of, clean(x.Rule), x.Period, x.Currency, x.Amount)
		if err != nil || n == 0 { // it has taken already
			ok = err == nil
			return err
		}
		n, err = s.exec(ctx, `INSERT INTO policy_spend (workspace_id, rule, period, currency, spent) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (workspace_id, rule, period, currency) DO UPDATE SET spent=policy_spend.spent+excluded.spent WHERE policy_spend.spent+excluded.spent<=$6`,
			w, clean(x.Rule), x.Period, x.Currency, x.Amount, x.Limit)
		if ok = n == 1; err != nil || ok {
			return err
		}
		_, err = s.exec(ctx, `DELETE FROM policy_take WHERE workspace_id=$1 AND resolution_id=$2`, w, of)
		return err
	})
	return ok, err
}

// ReturnSpending implements policy.Store.
func (s *Store) ReturnSpending(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return s.retake(ctx, w, -1, `UPDATE policy_take SET state='back' WHERE workspace_id=$1 AND resolution_id=$2 AND state<>'back' RETURNING rule, period, currency, amount`, of)
}

// SettleSpending implements policy.Store.
func (s *Store) SettleSpending(ctx context.Context, w auth.WorkspaceID, of int64) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE policy_take SET state='spent' WHERE workspace_id=$1 AND resolution_id=$2 AND state='reserved'`, w, of)
		if err != nil || n == 1 {
			return err
		}
		return s.retake(ctx, w, 1, `UPDATE policy_take SET state='spent' WHERE workspace_id=$1 AND resolution_id=$2 AND state='back' RETURNING rule, period, currency, amount`, of)
	})
}

// retake changes what a resolution has taken by a statement, and the counter by so many times its amount, if there is any.
func (s *Store) retake(ctx context.Context, w auth.WorkspaceID, times int64, change string, of int64) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		x, err := one(ctx, s.DB, func(x *policy.Spending) []any { return []any{&x.Rule, &x.Period, &x.Currency, &x.Amount} }, change, w, of)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE policy_spend SET spent=spent+$1 WHERE workspace_id=$2 AND rule=$3 AND period=$4 AND currency=$5`, times*x.Amount, w, x.Rule, x.Period, x.Currency)
		return err
	})
}

// Tell implements policy.Store.
func (s *Store) Tell(ctx context.Context, w auth.WorkspaceID, x policy.Spending, percent int) (bool, error) {
	n, err := s.exec(ctx, `UPDATE policy_spend SET told=$1 WHERE workspace_id=$2 AND rule=$3 AND period=$4 AND currency=$5 AND told<$1`, percent, w, clean(x.Rule), x.Period, x.Currency)
	return n == 1, err
}
