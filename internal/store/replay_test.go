package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const frozenInput = `[{"id":"1","now":"2026-03-20T10:00:00Z","market":{"country":"US","zone":"America/New_York"},
 "order":{"currency":"EUR","placed_at":"2026-03-01T10:00:00Z","shipment":"delivered","delivered_at":"2026-03-05T10:00:00Z","lines":[{"line":"1","sku":"MUG","qty":2,"goods":"50.00"}],"payments":[{"method":"card","left":"50.00"}]},
 "case":{"kind":"return","reason":"changed_mind","lines":[{"line":"1","qty":1}],"wants":"refund","opened_at":"2026-03-20T09:00:00Z"},
 "policy":{"windows":{"refund":30},"fallback":{"method":"bank","days":3}}}, {"broken": true}]`

func TestWhatCasesWereDecidedByIsReplayed(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		x, ctx := newCounter(t, s), t.Context()
		c := x.opens(t, cases.Return, 1)
		_, err := x.cases.Submit(ctx, x.owner, c.ID, nil)
		must(t, err)
		_, err = x.cases.Approve(ctx, x.owner, c.ID, cases.Decision{Policy: "standard/1", Input: json.RawMessage(frozenInput)}, time.Time{}, map[int]int64{1: 1}, nil)
		must(t, err)
		doc, err := policy.Parse(`{currency: EUR, terms: {windows: {refund: 10}, fallback: {method: bank, days: 3}, trigger: receipt}}`)
		must(t, err)
		service := replay.New(replay.Config{Store: s, Rates: fx.New(fx.Config{Store: s, Journal: s})})
		r, err := service.Run(ctx, x.owner, doc, c.OpenedAt, nil)
		must(t, err)
		if r.Total != 1 || r.Cases != 1 || r.Changed != 1 || r.Refused != 1 || r.Money[0].PaidBefore != 2500 || r.Examples[0].Case != c.ID {
			t.Errorf("%+v", r)
		}
		if r, err := service.Run(ctx, x.owner, doc, c.OpenedAt.Add(time.Millisecond), nil); err != nil || r.Cases != 0 {
			t.Errorf("a later day: %+v, %v", r, err)
		}
		other := newDesk(t, s)
		if r, err := service.Run(ctx, other.owner, doc, time.Time{}, nil); err != nil || r.Total != 0 {
			t.Errorf("another workspace: %+v, %v", r, err)
		}
		if list, err := s.PastInputs(ctx, x.w, 5); err != nil || len(list) != 1 || list[0].Case != c.ID {
			t.Errorf("newest %+v, %v", list, err)
		}
	})
}
