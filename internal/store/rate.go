package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ fx.Store = (*Store)(nil)

const rateCols = "workspace_id, source, base, quote, day, until, value, added_at"

type decimalCol struct{ v *fx.Decimal }

func (c decimalCol) Scan(src any) error {
	s, ok := src.(string)
	if !ok {
		return fmt.Errorf("a rate is %T", src)
	}
	var err error
	*c.v, err = fx.ParseDecimal(s)
	return err
}

func rateDest(r *fx.Rate) []any {
	return []any{&r.Workspace, &r.Source, &r.Base, &r.Quote, at(&r.Day), at(&r.Until), decimalCol{&r.Value}, at(&r.AddedAt)}
}

// SaveRates implements fx.Store.
func (s *Store) SaveRates(ctx context.Context, w auth.WorkspaceID, rates []fx.Rate) (changed int, err error) {
	const columns = 8
	err = s.InTx(ctx, func(ctx context.Context) error {
		changed = 0
		for part := range slices.Chunk(distinctRates(rates), 100) {
			var args []any
			rows := ""
			for i, r := range part {
				if i > 0 {
					rows += ", "
				}
				rows += "(" + places(len(args)+1, columns) + ")"
				args = append(args, w, string(r.Source), r.Base, r.Quote, ms(r.Day), ms(r.Until), r.Value.String(), ms(r.AddedAt))
			}
			n, err := s.exec(ctx, `INSERT INTO exchange_rate (`+rateCols+`) VALUES `+rows+`
				ON CONFLICT (workspace_id, base, quote, source, day) DO UPDATE SET until = excluded.until, value = excluded.value, added_at = excluded.added_at
				WHERE exchange_rate.value <> excluded.value OR exchange_rate.until <> excluded.until`, args...)
			if err != nil {
				return err
			}
			changed += int(n)
		}
		return nil
	})
	return changed, err
}

// distinctRates keeps the last rate of each pair, source and day: one statement
// must not write a row twice.
func distinctRates(rates []fx.Rate) []fx.Rate {
	type key struct {
		source      fx.Source
		base, quote string
		day         int64
	}
	place := map[key]int{}
	var out []fx.Rate
	for _, r := range rates {
		k := key{r.Source, r.Base, r.Quote, ms(r.Day)}
		if i, ok := place[k]; ok {
			out[i] = r
			continue
		}
		place[k] = len(out)
		out = append(out, r)
	}
	return out
}

// DropRates implements fx.Store.
func (s *Store) DropRates(ctx context.Context, w auth.WorkspaceID, source fx.Source, base, quote string) (int, error) {
	n, err := s.exec(ctx, `DELETE FROM exchange_rate WHERE workspace_id = $1 AND base = $2 AND quote = $3 AND source = $4`, w, clean(base), clean(quote), string(source))
	return int(n), err
}

// RatesBetween implements fx.Store.
func (s *Store) RatesBetween(ctx context.Context, w auth.WorkspaceID, first, last time.Time) ([]fx.Rate, error) {
	bank, err := all(ctx, s.DB, rateDest, `SELECT `+rateCols+` FROM exchange_rate WHERE workspace_id = $1 AND source = 'ecb' AND day >= $2 AND day <= $3`, w, ms(first), ms(last))
	if err != nil {
		return nil, err
	}
	own, err := all(ctx, s.DB, rateDest, `SELECT `+rateCols+` FROM exchange_rate WHERE workspace_id = $1 AND source = 'manual' AND day <= $2 AND (until = 0 OR until >= $3)`, w, ms(last), ms(last.AddDate(0, 0, -2)))
	return append(bank, own...), err
}

// RateHistory implements fx.Store.
func (s *Store) RateHistory(ctx context.Context, w auth.WorkspaceID, base, quote string, before time.Time, limit int) ([]fx.Rate, error) {
	return all(ctx, s.DB, rateDest, `SELECT `+rateCols+` FROM exchange_rate WHERE workspace_id = $1 AND base = $2 AND quote = $3 AND day < $4
		ORDER BY day DESC, source LIMIT $5`, w, clean(base), clean(quote), ms(before), limit)
}
