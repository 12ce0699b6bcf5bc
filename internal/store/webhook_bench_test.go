package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// BenchmarkAppend writes events in transactions of fifty, in a workspace without
// webhooks and in one with an endpoint that wants all of them.
func BenchmarkAppend(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for with, endpoints := range map[string]int{"none": 0, "one": 1} {
			b.Run(name+"/"+with, func(b *testing.B) {
				s := open(b)
				by := auth.ForSystem(storetest.Workspace(b, s))
				for i := range endpoints {
					if err := s.AddEndpoint(b.Context(), endpointOf(by, int64(i+1))); err != nil {
						b.Fatal(err)
					}
				}
				for n := 0; b.Loop(); {
					err := s.InTx(b.Context(), func(ctx context.Context) error {
						for range 50 {
							n++
							if err := s.Append(ctx, event.New("ticket.opened", by, event.Subject{Kind: "ticket", ID: int64(n)}, int64(n), map[string]int{"number": n})); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50/1000, "µs/event")
			})
		}
	}
}

func endpointOf(by auth.Actor, id int64) webhook.Endpoint {
	return webhook.Endpoint{
		ID: webhook.ID(id), Workspace: by.Workspace, URL: "https://receiver.example/", Kinds: []string{"*"}, State: webhook.On, Keys: []webhook.Key{{Secret: webhook.NewSecret()}},
		CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
}

// BenchmarkDueDeliveries finds what is due behind a backlog of 50,000, of which
// 500 wait behind a delivery that fails.
func BenchmarkDueDeliveries(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			by := auth.ForSystem(storetest.Workspace(b, s))
			now := time.Now()
			e := endpointOf(by, 1)
			if err := s.AddEndpoint(b.Context(), e); err != nil {
				b.Fatal(err)
			}
			var list []webhook.Delivery
			for n := range 50_000 {
				d := webhook.Delivery{Workspace: by.Workspace, Endpoint: e.ID, Event: event.ID(n + 1), Kind: "ticket.opened", Lane: "ticket:1", State: webhook.Waiting, DueAt: now, CreatedAt: now}
				if n == 0 {
					d.DueAt = now.Add(time.Hour)
				}
				if n >= 500 {
					d.Lane = webhook.Lane(event.Event{TicketID: int64(n)})
				}
				list = append(list, d)
			}
			if err := s.InTx(b.Context(), func(ctx context.Context) error { return s.Owe(ctx, false, list...) }); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				due, err := s.DueDeliveries(b.Context(), by.Workspace, e.ID, now, 8)
				if err != nil || len(due) != 8 || due[0].Event != 501 {
					b.Fatalf("%d due, %v", len(due), err)
				}
				ripe, err := s.RipeEndpoints(b.Context(), now)
				if err != nil || len(ripe) != 1 {
					b.Fatalf("%d ripe, %v", len(ripe), err)
				}
			}
		})
	}
}
