package store_test

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestZZ(t *testing.T) {
	s := storetest.Postgres(t)
	by := auth.ForSystem(storetest.Workspace(t, s))
	now := time.Now()
	e := endpointOf(by, 1)
	_ = s.AddEndpoint(t.Context(), e)
	var list []webhook.Delivery
	for n := range 50_000 {
		d := webhook.Delivery{Workspace: by.Workspace, Endpoint: e.ID, Event: event.ID(n + 1), Kind: "ticket.opened", Lane: "ticket:1", State: webhook.Waiting, DueAt: now, CreatedAt: now}
		if n >= 500 {
			d.Lane = webhook.Lane(event.Event{TicketID: int64(n)})
		}
		list = append(list, d)
	}
	_ = s.InTx(t.Context(), func(ctx context.Context) error { return s.Owe(ctx, false, list...) })
	w, _ := s.Pools()
	for _, an := range []bool{false, true} {
		if an {
			_, _ = w.Exec("ANALYZE webhook_delivery")
		}
		for _, q := range []string{`EXPLAIN ANALYZE SELECT event_id FROM webhook_delivery d
		WHERE workspace_id=$1 AND endpoint_id=$2 AND state='waiting' AND due_at+0<=$3 AND NOT EXISTS (
			SELECT 1 FROM webhook_delivery e WHERE e.endpoint_id=d.endpoint_id AND e.lane=d.lane AND e.state='waiting' AND e.event_id<d.event_id LIMIT 1 OFFSET 0)
		ORDER BY event_id LIMIT 8`, `EXPLAIN ANALYZE SELECT workspace_id, id FROM webhook w
		WHERE state='on' AND due_at<=$3+$1*0+$2*0 AND (replay_from<replay_until OR EXISTS (
			SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id=w.id AND d.state='waiting' AND d.due_at<=$3))
		ORDER BY id`} {
			rows, err := w.Query(q, int64(by.Workspace), int64(e.ID), now.UnixMilli())
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var l string
				_ = rows.Scan(&l)
				t.Log(l)
			}
			rows.Close()
		}
	}
}
