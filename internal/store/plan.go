package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ plan.Store = (*Store)(nil)

const planCols = "workspace_id, name, version, document, saved_at, saved_by"

func planDest(p *plan.Plan) []any {
	return []any{&p.Workspace, &p.Name, &p.Version, doc(&p.Document), at(&p.SavedAt), ref(&p.SavedBy)}
}

// ShippingPlan implements plan.Store.
func (s *Store) ShippingPlan(ctx context.Context, w auth.WorkspaceID, name string, version int) (plan.Plan, error) {
	if version == 0 {
		return one(ctx, s.DB, planDest, `SELECT `+planCols+` FROM shipping_plan WHERE workspace_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1`, w, clean(name))
	}
	return one(ctx, s.DB, planDest, `SELECT `+planCols+` FROM shipping_plan WHERE workspace_id = $1 AND name = $2 AND version = $3`, w, clean(name), version)
}

// ShippingPlans implements plan.Store.
func (s *Store) ShippingPlans(ctx context.Context, w auth.WorkspaceID) ([]plan.Plan, error) {
	return all(ctx, s.DB, planDest, `SELECT `+planCols+` FROM shipping_plan WHERE workspace_id = $1 AND (name, version) IN
		(SELECT name, max(version) FROM shipping_plan WHERE workspace_id = $1 GROUP BY name) ORDER BY name`, w)
}

// PlanVersions implements plan.Store.
func (s *Store) PlanVersions(ctx context.Context, w auth.WorkspaceID, name string, before, limit int) ([]plan.Plan, error) {
	return all(ctx, s.DB, planDest, `SELECT `+planCols+` FROM shipping_plan WHERE workspace_id = $1 AND name = $2 AND version < $3 ORDER BY version DESC LIMIT $4`,
		w, clean(name), before, limit)
}

// AddShippingPlan implements plan.Store.
func (s *Store) AddShippingPlan(ctx context.Context, p plan.Plan) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO shipping_plan (`+planCols+`) VALUES (`+places(1, 6)+`) ON CONFLICT DO NOTHING`,
		p.Workspace, clean(p.Name), p.Version, js(p.Document), ms(p.SavedAt), opt(p.SavedBy))
	return n == 1, err
}

const quoteCols = "id, workspace_id, plan, at, promises"

// AddQuote implements plan.Store.
func (s *Store) AddQuote(ctx context.Context, q plan.Quoted, forget time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM quote WHERE workspace_id = $1 AND id IN (SELECT id FROM quote WHERE workspace_id = $1 AND at < $2 ORDER BY at LIMIT 20)`,
			q.Workspace, ms(forget)); err != nil {
			return err
		}
		_, err := s.exec(ctx, `INSERT INTO quote (`+quoteCols+`) VALUES (`+places(1, 5)+`)`, q.ID, q.Workspace, clean(q.Plan), ms(q.At), js(q.Promises))
		return err
	})
}

// Quoted implements plan.Store.
func (s *Store) Quoted(ctx context.Context, w auth.WorkspaceID, id plan.QuoteID) (plan.Quoted, error) {
	return one(ctx, s.DB, func(q *plan.Quoted) []any {
		return []any{&q.ID, &q.Workspace, &q.Plan, at(&q.At), doc(&q.Promises)}
	}, `SELECT `+quoteCols+` FROM quote WHERE workspace_id = $1 AND id = $2`, w, id)
}
