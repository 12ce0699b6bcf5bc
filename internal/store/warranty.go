package store

import (
	"context"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ warranty.Store = (*Store)(nil)

// termData is what no query asks of a term.
type termData struct {
	Scope     warranty.Scope `json:"scope"`
	Months    int            `json:"months"`
	Start     warranty.Start `json:"start"`
	Register  int            `json:"register,omitzero"`
	Guarantor string         `json:"guarantor,omitempty"`
	Covered   string         `json:"covered,omitempty"`
	Excluded  string         `json:"excluded,omitempty"`
	Remedies  []string       `json:"remedies,omitempty"`
	Postage   string         `json:"postage"`
	Transfer  bool           `json:"transfer,omitzero"`
	Group     string         `json:"group,omitempty"`
	LastMade  string         `json:"last_made,omitempty"`
}

const termCols = `id, workspace_id, name, off, data, created_at, updated_at`

type termRow struct {
	warranty.Term
	data termData
}

func termDest(r *termRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Name, flag(&r.Off), doc(&r.data), at(&r.CreatedAt), at(&r.UpdatedAt)}
}

func (r termRow) term() warranty.Term {
	t, d := r.Term, r.data
	t.Scope, t.Months, t.Start, t.Register, t.Guarantor, t.Covered, t.Excluded, t.Transfer, t.Group = d.Scope, d.Months, d.Start, d.Register, d.Guarantor, d.Covered, d.Excluded, d.Transfer, d.Group
	t.Postage, _ = decision.ParsePayer(d.Postage)
	for _, w := range d.Remedies {
		if x, ok := decision.ParseRemedy(w); ok {
			t.Remedies = append(t.Remedies, x)
		}
	}
	var err error
	if t.LastMade, err = decision.ParseDay(d.LastMade); err != nil {
		t.LastMade = decision.Never
	}
	return t
}

// WarrantyTerms implements warranty.Store.
func (s *Store) WarrantyTerms(ctx context.Context, w auth.WorkspaceID) ([]warranty.Term, error) {
	rows, err := all(ctx, s.DB, termDest, `SELECT `+termCols+` FROM warranty_term WHERE workspace_id=$1 ORDER BY id LIMIT $2`, w, warranty.MaxTerms)
	out := make([]warranty.Term, len(rows))
	for i, r := range rows {
		out[i] = r.term()
	}
	return out, err
}

// SaveWarrantyTerm implements warranty.Store.
func (s *Store) SaveWarrantyTerm(ctx context.Context, t warranty.Term) error {
	d := termData{
		Scope: t.Scope, Months: t.Months, Start: t.Start, Register: t.Register, Guarantor: t.Guarantor, Covered: t.Covered, Excluded: t.Excluded, Postage: t.Postage.String(), Transfer: t.Transfer,
		Group: t.Group, LastMade: t.LastMade.String(),
	}
	for _, r := range t.Remedies {
		d.Remedies = append(d.Remedies, r.String())
	}
	n, err := s.exec(ctx, `INSERT INTO warranty_term (`+termCols+`) VALUES (`+places(1, 7)+`)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, off=excluded.off, data=excluded.data, updated_at=excluded.updated_at WHERE warranty_term.workspace_id=excluded.workspace_id`,
		int64(t.ID), int64(t.Workspace), clean(t.Name), s.bool(t.Off), js(d), ms(t.CreatedAt), ms(t.UpdatedAt))
	return foreign(n, err)
}

// foreign is errs.NotFound where nothing was written because the row is another workspace's.
func foreign(n int64, err error) error {
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return err
}

// planData is what no query asks of an extended plan.
type planData struct {
	SKUs    []string       `json:"skus"`
	Scope   warranty.Scope `json:"scope"`
	Months  int            `json:"months"`
	Covered string         `json:"covered,omitempty"`
}

type extraRow struct {
	warranty.Plan
	data planData
}

func extraDest(r *extraRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Name, flag(&r.Off), doc(&r.data), at(&r.CreatedAt), at(&r.UpdatedAt)}
}

// WarrantyPlans implements warranty.Store.
func (s *Store) WarrantyPlans(ctx context.Context, w auth.WorkspaceID) ([]warranty.Plan, error) {
	rows, err := all(ctx, s.DB, extraDest, `SELECT `+termCols+` FROM warranty_plan WHERE workspace_id=$1 ORDER BY id LIMIT $2`, w, warranty.MaxTerms)
	out := make([]warranty.Plan, len(rows))
	for i, r := range rows {
		out[i] = r.Plan
		out[i].SKUs, out[i].Scope, out[i].Months, out[i].Covered = r.data.SKUs, r.data.Scope, r.data.Months, r.data.Covered
	}
	return out, err
}

// SaveWarrantyPlan implements warranty.Store.
func (s *Store) SaveWarrantyPlan(ctx context.Context, p warranty.Plan) error {
	n, err := s.exec(ctx, `INSERT INTO warranty_plan (`+termCols+`) VALUES (`+places(1, 7)+`)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, off=excluded.off, data=excluded.data, updated_at=excluded.updated_at WHERE warranty_plan.workspace_id=excluded.workspace_id`,
		int64(p.ID), int64(p.Workspace), clean(p.Name), s.bool(p.Off), js(planData{p.SKUs, p.Scope, p.Months, p.Covered}), ms(p.CreatedAt), ms(p.UpdatedAt))
	return foreign(n, err)
}

const unitCols = `id, workspace_id, shop_id, order_id, line_id, number, sku, sku_key, title, serial_no, serial_key, registered_at, updated_at`

func unitDest(u *warranty.Unit) []any {
	var sku, serial string
	return []any{&u.ID, &u.Workspace, ref(&u.Shop), &u.Order, &u.Row, &u.Number, &u.SKU, &sku, &u.Title, &u.Serial, &serial, at(&u.RegisteredAt), at(&u.UpdatedAt)}
}

// AddUnit implements warranty.Store.
func (s *Store) AddUnit(ctx context.Context, u warranty.Unit) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO warranty_unit (`+unitCols+`) VALUES (`+places(1, 13)+`) ON CONFLICT DO NOTHING`,
		int64(u.ID), int64(u.Workspace), opt(u.Shop), int64(u.Order), u.Row, u.Number, clean(u.SKU), clean(product.Key(u.SKU)), clean(u.Title), clean(u.Serial), clean(warranty.SerialKey(u.Serial)), ms(u.RegisteredAt), ms(u.UpdatedAt))
	return n > 0, err
}

// UnitsOfOrder implements warranty.Store.
func (s *Store) UnitsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]warranty.Unit, error) {
	return all(ctx, s.DB, unitDest, `SELECT `+unitCols+` FROM warranty_unit WHERE workspace_id=$1 AND order_id=$2 ORDER BY line_id, number LIMIT $3`, w, int64(o), limit)
}

// mostKeys bounds the SKUs of a product whose units are looked for.
const mostKeys = 200

// UnitsBySKU implements warranty.Store.
func (s *Store) UnitsBySKU(ctx context.Context, sc auth.Scope, keys []string, before warranty.UnitID, limit int) ([]warranty.Unit, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	var in []string
	for _, k := range keys[:min(len(keys), mostKeys)] {
		in = append(in, b.param(clean(k)))
	}
	b.raw("sku_key IN (" + strings.Join(in, ",") + ")")
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if before != 0 {
		b.add("id<$", int64(before))
	}
	return all(ctx, s.DB, unitDest, `SELECT `+unitCols+` FROM warranty_unit WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}
