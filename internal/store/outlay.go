package store

import (
	"context"
	"strings"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ outlay.Store = (*Store)(nil)

// markCost says that something happened about a case, so that its costs are counted anew.
func (s *Store) markCost(ctx context.Context, c cases.Case) error {
	_, err := s.exec(ctx, `INSERT INTO case_cost (workspace_id, case_id, seq, dirty, counted) VALUES ($1,$2,$3,$4,'[]')
		ON CONFLICT (workspace_id, case_id) DO UPDATE SET seq=excluded.seq, dirty=excluded.dirty`, int64(c.Workspace), int64(c.ID), c.Events, s.bool(true))
	return err
}

// MarkedCosts implements outlay.Store.
func (s *Store) MarkedCosts(ctx context.Context, w auth.WorkspaceID, limit int) ([]outlay.Marked, error) {
	list, err := all(ctx, s.DB, func(m *outlay.Marked) []any { return []any{&m.Case.ID, &m.Seq, doc(&m.Counted)} },
		`SELECT case_id, seq, counted FROM case_cost WHERE workspace_id=$1 AND dirty ORDER BY case_id LIMIT $2 FOR UPDATE`, w, limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, m := range list {
		ids[i] = int64(m.Case.ID)
	}
	files, err := among(ctx, s.DB, caseDest, `SELECT data FROM case_file WHERE +workspace_id=$1 AND `, []any{w}, "id", ids, "")
	known := make(map[cases.ID]cases.Case, len(files))
	for _, c := range files {
		known[c.ID] = c
	}
	for i := range list {
		list[i].Case = known[list[i].Case.ID]
	}
	return list, err
}

// CountCost implements outlay.Store.
func (s *Store) CountCost(ctx context.Context, w auth.WorkspaceID, m outlay.Marked) error {
	_, err := s.exec(ctx, `UPDATE case_cost SET counted=$1, dirty=(seq<>$2) WHERE workspace_id=$3 AND case_id=$4`, clean(js(m.Counted)), m.Seq, w, int64(m.Case.ID))
	return err
}

const outlaySums = "cases, refunds, tax, goods, freight, handling, credit, recovered, known, planned, happened"

// AddOutlays implements outlay.Store.
func (s *Store) AddOutlays(ctx context.Context, w auth.WorkspaceID, list []outlay.Entry) error {
	var set []string
	for _, col := range strings.Split(outlaySums, ", ") {
		set = append(set, col+"=outlay_week."+col+"+excluded."+col)
	}
	for _, e := range list {
		args := []any{w, string(e.Dim), e.Week, clean(e.Key.Key), clean(e.Market), clean(e.Currency), int64(e.Shop)}
		for _, n := range e.Fields() {
			args = append(args, *n)
		}
		if _, err := s.exec(ctx, `INSERT INTO outlay_week (workspace_id, dim, week, key, market, currency, shop_id, `+outlaySums+`) VALUES (`+places(1, len(args))+`)
			ON CONFLICT (workspace_id, dim, week, key, market, currency, shop_id) DO UPDATE SET `+strings.Join(set, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

// KeepOutlayCase implements outlay.Store.
func (s *Store) KeepOutlayCase(ctx context.Context, w auth.WorkspaceID, id cases.ID, gone, come []outlay.Key) error {
	for _, k := range gone {
		if _, err := s.exec(ctx, `DELETE FROM outlay_case WHERE workspace_id=$1 AND dim=$2 AND key=$3 AND case_id=$4`, w, string(k.Dim), clean(k.Key), int64(id)); err != nil {
			return err
		}
	}
	for _, k := range come {
		if _, err := s.exec(ctx, `INSERT INTO outlay_case (workspace_id, dim, key, market, week, case_id) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING`,
			w, string(k.Dim), clean(k.Key), clean(k.Market), k.Week, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Outlays implements outlay.Store.
func (s *Store) Outlays(ctx context.Context, sc auth.Scope, f outlay.Filter, from, to int64) ([]outlay.Row, error) {
	b := &where{}
	b.add("workspace_id=$", sc.Workspace)
	b.add("dim=$", string(f.Dim))
	b.add("week>=$", from)
	b.add("week<=$", to)
	if f.Market != "" {
		b.add("market=$", clean(f.Market))
	}
	if f.Currency != "" {
		b.add("currency=$", clean(f.Currency))
	}
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	var sums []string
	for _, col := range strings.Split(outlaySums, ", ") {
		sums = append(sums, "CAST(sum("+col+") AS BIGINT)")
	}
	return all(long(ctx), s.DB, func(r *outlay.Row) []any {
		dest := []any{&r.Key, &r.Currency}
		for _, n := range r.Fields() {
			dest = append(dest, n)
		}
		return dest
	}, `SELECT key, currency, `+strings.Join(sums, ", ")+` FROM outlay_week WHERE `+b.String()+` GROUP BY key, currency`, b.args...)
}

// OutlayCases implements outlay.Store.
func (s *Store) OutlayCases(ctx context.Context, sc auth.Scope, f outlay.Filter, key string, from, to int64, limit int) ([]cases.Case, error) {
	b := seenCases(sc)
	in := "id IN (SELECT o.case_id FROM outlay_case o JOIN case_file f ON f.id=o.case_id WHERE o.workspace_id=" + b.param(sc.Workspace) + " AND o.dim=" + b.param(string(f.Dim)) + " AND o.key=" + b.param(clean(key)) +
		" AND o.week>=" + b.param(from) + " AND o.week<=" + b.param(to)
	if f.Market != "" {
		in += " AND o.market=" + b.param(clean(f.Market))
	}
	if !sc.All && sc.Shops != nil { // before the limit: what others may see takes no place of what this one may
		in += " AND " + oneOf(b, "f.shop_id", sc.Shops)
	}
	b.raw(in + " ORDER BY o.case_id DESC LIMIT " + b.param(limit) + ")")
	return all(long(ctx), s.DB, caseDest, `SELECT data FROM case_file WHERE `+b.String()+` ORDER BY id DESC`, b.args...)
}
