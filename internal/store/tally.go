package store

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// tallyRow is a tally as it lies in its table.
type tallyRow struct {
	key []byte
	auth.Tally
}

func tallyDest(r *tallyRow) []any {
	return []any{&r.key, &r.N, at(&r.CountedTo), at(&r.ClosedTo), at(&r.KnownTo)}
}

const tallyCols = `key, n, counted_to, closed_to, known_to`

// Count shows fn the tallies under some keys and keeps what fn makes of them. One
// statement makes the rows that are missing and locks all of them, in the order of
// their keys, so that two who count meet even where nothing was counted before.
func (s *Store) Count(ctx context.Context, keys [][]byte, fn func([]auth.Tally)) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		sorted := slices.SortedFunc(slices.Values(keys), bytes.Compare)
		sorted = slices.CompactFunc(sorted, bytes.Equal)
		var rows strings.Builder
		args := make([]any, len(sorted))
		for i, k := range sorted {
			if i > 0 {
				rows.WriteByte(',')
			}
			rows.WriteString("($" + strconv.Itoa(i+1) + ",0,0,0,0,0)")
			args[i] = k
		}
		have, err := all(ctx, s.DB, tallyDest, `INSERT INTO tally (`+tallyCols+`, expires_at) VALUES `+rows.String()+`
			ON CONFLICT (key) DO UPDATE SET n=tally.n RETURNING `+tallyCols, args...)
		if err != nil {
			return err
		}
		list := make([]auth.Tally, len(keys))
		for i, k := range keys {
			list[i] = have[slices.IndexFunc(have, func(r tallyRow) bool { return bytes.Equal(r.key, k) })].Tally
		}
		was := slices.Clone(list)
		fn(list)
		for i, t := range list {
			switch {
			case t == (auth.Tally{}):
				_, err = s.exec(ctx, `DELETE FROM tally WHERE key=$1`, keys[i])
			case t != was[i]:
				_, err = s.exec(ctx, `UPDATE tally SET n=$1, counted_to=$2, closed_to=$3, known_to=$4, expires_at=$5 WHERE key=$6`,
					t.N, ms(t.CountedTo), ms(t.ClosedTo), ms(t.KnownTo), max(ms(t.CountedTo), ms(t.ClosedTo), ms(t.KnownTo)), keys[i])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// TallyOf returns one tally as it is now; the zero Tally if there is none.
func (s *Store) TallyOf(ctx context.Context, key []byte) (auth.Tally, error) {
	r, err := one(ctx, s.DB, tallyDest, `SELECT `+tallyCols+` FROM tally WHERE key=$1`, key)
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return r.Tally, err
}

// SweepTallies drops tallies that are over, and so many of the others that no more
// than most are left: first those that count least and are known from nowhere,
// which is what somebody leaves behind who floods the table in order to be
// forgotten.
func (s *Store) SweepTallies(ctx context.Context, now time.Time, most int) error {
	if _, err := s.exec(ctx, `DELETE FROM tally WHERE expires_at<=$1`, ms(now)); err != nil {
		return err
	}
	n, err := scalar[int](ctx, s.DB, `SELECT count(*) FROM tally`)
	if err != nil || n <= most {
		return err
	}
	_, err = s.exec(ctx, `DELETE FROM tally WHERE key IN
		(SELECT key FROM tally ORDER BY CASE WHEN known_to=0 THEN 0 ELSE 1 END, n, expires_at LIMIT $1)`, n-most+most/10)
	return err
}
