package store_test

import (
	"context"
	"os"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func TestRatesAreKeptByDayAndSource(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, d, other := context.Background(), newDesk(t, s), newDesk(t, s)
		now := time.Date(2022, 7, 9, 12, 0, 0, 0, time.UTC)
		rates := fx.New(fx.Config{Store: s, Journal: s, Now: func() time.Time { return now }})
		f, err := os.Open("../domain/fx/testdata/eurofxref-daily.xml")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		feed, err := fx.ReadECB(f)
		if err != nil {
			t.Fatal(err)
		}
		n, err := rates.Import(ctx, d.owner, append(feed, feed[0]))
		if err != nil || n != len(feed) {
			t.Fatalf("Import = %d, %v", n, err)
		}
		events := len(d.kinds(t))
		if n, err := rates.Import(ctx, d.owner, feed); err != nil || n != 0 || len(d.kinds(t)) != events {
			t.Errorf("again: %d, %v", n, err)
		}
		convert := func() string {
			t.Helper()
			table, err := rates.Table(ctx, d.owner)
			if err != nil {
				t.Fatal(err)
			}
			a, _, err := table.Convert(money.Amount{Minor: 10000, Currency: "EUR"}, "USD", fx.HalfUp)
			if err != nil {
				t.Fatal(err)
			}
			return a.String()
		}
		if got := convert(); got != "101.63" {
			t.Errorf("by the bank: %s", got)
		}
		own := fx.Rate{Base: "usd", Quote: "EUR", Value: fx.Decimal{Digits: 8, Scale: 1}, Until: now.AddDate(0, 0, 3)}
		if _, err := rates.Put(ctx, d.owner, own); err != nil {
			t.Fatal(err)
		}
		if got := convert(); got != "125.00" {
			t.Errorf("by the merchant's own: %s", got)
		}
		now = now.AddDate(0, 0, 4)
		if got := convert(); got != "101.63" {
			t.Errorf("after its last day: %s", got)
		}
		now = now.AddDate(0, 0, -4)
		if err := rates.Drop(ctx, d.owner, "EUR", "USD"); err != nil || convert() != "101.63" {
			t.Errorf("Drop = %v", err)
		}
		if err := rates.Drop(ctx, d.owner, "EUR", "USD"); !errs.Is(err, errs.NotFound) {
			t.Errorf("Drop again = %v", err)
		}
		if h, err := rates.History(ctx, d.owner, "EUR", "usd", time.Time{}, 9); err != nil || len(h) != 1 || h[0].Value.String() != "1.0163" {
			t.Errorf("History = %v, %v", h, err)
		}
		if table, err := rates.Table(ctx, other.owner); err != nil || len(table.Rates()) != 0 {
			t.Errorf("another workspace knows %v, %v", table.Rates(), err)
		}
		agent := auth.Actor{Kind: auth.Agent, Workspace: d.w, Role: auth.AgentRole}
		if _, err := rates.Put(ctx, agent, own); !errs.Is(err, errs.Denied) {
			t.Errorf("an agent sets a rate: %v", err)
		}
		for _, bad := range []fx.Rate{{Base: "EUR", Quote: "EUR", Value: own.Value}, {Base: "EUR", Quote: "XXY", Value: own.Value}, {Base: "EUR", Quote: "USD"}, {Base: "EUR", Quote: "USD", Value: own.Value, Day: now.AddDate(0, 0, 5)}} {
			if _, err := rates.Put(ctx, d.owner, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}
