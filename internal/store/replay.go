package store

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ replay.Store = (*Store)(nil)

// frozenCases reads what was frozen into cases; it remembers time zones.
var frozenCases decision.Reader

// keepInputs keeps the inputs of a case's newest decision packed, beside the ones
// that are frozen into its events: replays read them by the million. A part that
// is no case of package decision is left out.
func (s *Store) keepInputs(ctx context.Context, c cases.Case, input json.RawMessage) error {
	var parts []json.RawMessage
	if json.Unmarshal(input, &parts) != nil {
		return nil
	}
	if _, err := s.exec(ctx, `DELETE FROM case_input WHERE workspace_id=$1 AND opened_at=$2 AND case_id=$3`, int64(c.Workspace), ms(c.OpenedAt), int64(c.ID)); err != nil {
		return err
	}
	for i, part := range parts {
		in, err := frozenCases.Read(part)
		if err != nil {
			continue
		}
		if err := s.AddInput(ctx, c.Workspace, replay.Input{Case: c.ID, Part: i, OpenedAt: c.OpenedAt, Shop: c.Shop, Customer: c.Customer, Data: decision.Pack(&in)}); err != nil {
			return err
		}
	}
	return nil
}

// AddInput keeps what a part of a case was decided by.
func (s *Store) AddInput(ctx context.Context, w auth.WorkspaceID, in replay.Input) error {
	_, err := s.exec(ctx, `INSERT INTO case_input (workspace_id, opened_at, case_id, part, shop_id, customer_id, data) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		w, ms(in.OpenedAt), int64(in.Case), in.Part, opt(in.Shop), opt(in.Customer), in.Data)
	return err
}

// CountInputs implements replay.Store.
func (s *Store) CountInputs(ctx context.Context, w auth.WorkspaceID, since time.Time) (int64, error) {
	return scalar[int64](long(ctx), s.DB, `SELECT count(*) FROM case_input WHERE workspace_id=$1 AND opened_at>=$2`, w, ms(since))
}

// Inputs implements replay.Store.
func (s *Store) Inputs(ctx context.Context, w auth.WorkspaceID, after replay.Place, limit int) ([]replay.Input, error) {
	return all(long(ctx), s.DB, func(in *replay.Input) []any {
		return []any{&in.Case, &in.Part, at(&in.OpenedAt), ref(&in.Shop), ref(&in.Customer), &in.Data}
	}, `SELECT case_id, part, opened_at, shop_id, customer_id, data FROM case_input
		WHERE workspace_id=$1 AND (opened_at, case_id, part) > ($2,$3,$4) ORDER BY opened_at, case_id, part LIMIT $5`, w, ms(after.OpenedAt), int64(after.Case), after.Part, limit)
}

// PastInputs implements replay.Store.
func (s *Store) PastInputs(ctx context.Context, w auth.WorkspaceID, limit int) ([]replay.Input, error) {
	return all(ctx, s.DB, func(in *replay.Input) []any {
		return []any{&in.Case, &in.Part, at(&in.OpenedAt), ref(&in.Shop), ref(&in.Customer), &in.Data}
	}, `SELECT case_id, part, opened_at, shop_id, customer_id, data FROM case_input WHERE workspace_id=$1 ORDER BY opened_at DESC, case_id DESC, part DESC LIMIT $2`, w, limit)
}
