package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// BenchmarkRefund takes a refund from the request to the books: asked for, approved, its attempt and key written down before
// the provider is asked, its answer booked. Beside it the bare driver commits as many transactions, each of one small row,
// which is the least that four steps that survive a crash take.
func BenchmarkRefund(b *testing.B) {
	run := func(b *testing.B, s *store.Store) {
		ctx, x := context.Background(), newTill(b, s)
		system := auth.ForSystem(x.w)
		b.Run("store", func(b *testing.B) {
			for i := range b.N {
				b.StopTimer() // each pays back an order of its own, as they do
				o, _, err := x.orders.Save(ctx, x.owner, order.New{Shop: x.order.Shop, Number: fmt.Sprint("B", b.N, "-", i), Email: "anna@client.example", Currency: "EUR", Goods: 2500, Total: 2500,
					PlacedAt: time.Now(), Lines: []order.Line{{SKU: "MUG", Title: "Mug", Quantity: 1, Price: 2500}}})
				must(b, err)
				n := x.wants(2500, 0)
				n.Order = o.ID
				b.StartTimer()
				r, err := x.Request(ctx, x.owner, n)
				must(b, err)
				_, err = x.Approve(ctx, x.lead, r.ID)
				must(b, err)
				_, err = x.Submit(ctx, system, r.ID, 1)
				must(b, err)
				r, err = x.Observe(ctx, system, r.ID, refund.Answer{Allocation: 1, Attempt: 1, Outcome: refund.OutcomeSucceeded, Reference: fmt.Sprint("re_", r.ID)})
				must(b, err)
				if r.State() != refund.Succeeded {
					b.Fatal(r.State())
				}
			}
		})
		b.Run("bare", func(b *testing.B) {
			write, _ := s.Pools()
			_, err := write.Exec(`CREATE TABLE bench_step (id BIGINT PRIMARY KEY, body TEXT NOT NULL)`)
			must(b, err)
			b.Cleanup(func() { _, _ = write.Exec(`DROP TABLE bench_step`) })
			n := 0
			for b.Loop() {
				for range 4 {
					n++
					_, err := write.Exec(fmt.Sprintf(`INSERT INTO bench_step (id, body) VALUES (%d, 'asked, approved, submitted, succeeded')`, n))
					must(b, err)
				}
			}
		})
	}
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.Postgres(b)) })
}
