package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// BenchmarkOutlays reads what a year of a million cases cost by each of two thousand products, of which each week has some
// in each of ten markets: six hundred thousand sums. Beside it the bare driver counts the same rows, which is the least
// that reading them takes.
func BenchmarkOutlays(b *testing.B) {
	const sums = 600_000
	run := func(b *testing.B, s *store.Store) {
		w := storetest.Workspace(b, s)
		last := outlay.WeekOf(time.Now())
		write, read := s.Pools()
		// A row for each whole number: its week, product and market are told apart by it as digits are.
		if _, err := write.Exec(fmt.Sprintf(`INSERT INTO outlay_week (workspace_id, dim, week, key, market, currency, shop_id, cases, refunds, tax, goods, freight, handling, credit, recovered, known, planned, happened)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<%d)
			SELECT %d, 'product', %d-i%%52, 'GW-'||(i/52%%2000), 'M'||(i/104000), 'EUR', 0, 1+i%%3, i%%9000, i%%1500, i%%4000, i%%900, 150, 0, i%%5000, 1, i%%7000, i%%7100 FROM n`, sums-1, w, last)); err != nil {
			b.Fatal(err)
		}
		if _, err := write.Exec("ANALYZE outlay_week"); err != nil {
			b.Fatal(err)
		}
		ctx, sc := context.Background(), auth.ForSystem(w).Scope()
		for _, weeks := range []int64{13, 52} {
			b.Run(fmt.Sprintf("%d weeks/store", weeks), func(b *testing.B) {
				for b.Loop() {
					if list, err := s.Outlays(ctx, sc, outlay.Filter{Dim: outlay.ByProduct}, last-weeks+1, last); err != nil || len(list) != 2000 {
						b.Fatal(len(list), err)
					}
				}
			})
			b.Run(fmt.Sprintf("%d weeks/bare", weeks), func(b *testing.B) {
				for b.Loop() {
					var n int64
					if err := read.QueryRow(fmt.Sprintf(`SELECT sum(cases) FROM outlay_week WHERE workspace_id=%d AND dim='product' AND week>=%d AND week<=%d`, w, last-weeks+1, last)).Scan(&n); err != nil || n == 0 {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.Postgres(b)) })
}
