package api

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/platform/auth"
)

// desks are the teams and shops of a world's workspaces.
type desks struct{ w *world }

func (d desks) Teams(ctx context.Context, w auth.WorkspaceID) ([]auth.Team, error) {
	return d.w.store.Teams(ctx, w)
}

func (d desks) Shops(ctx context.Context, a auth.Actor) ([]order.Shop, error) {
	return d.w.orders.Shops(ctx, a)
}

// promises keeps clocks.
func (w *world) clocks() *clocks.Service {
	return clocks.New(clocks.Config{Store: w.store, Places: desks{w}, Journal: w.store, Queue: w.store, Now: w.now})
}

// TestABookOfPromisesComesBackAsItWent holds the book of the API against that of the domain: nothing is lost on either way.
func TestABookOfPromisesComesBackAsItWent(t *testing.T) {
	day := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	b := promise.Book{
		Calendars: []promise.Calendar{{
			Name: "A", Zone: "Asia/Shanghai", Weekly: map[string][][2]string{"mon": {{"09:00", "12:30"}, {"13:30", "24:00"}}}, Countries: []string{"CN"}, Events: []string{"golden_week_cn"},
			Holidays: []string{"2026-12-24"}, WorkingDays: []string{"2026-10-10"}, Teams: []int64{7},
		}},
		Chains:   []promise.Chain{{Name: "sun", Calendars: []string{"A"}}},
		Closures: []promise.Closure{{From: day, To: day.Add(time.Hour), Shops: []int64{3}, Note: "Moving"}, {From: day, To: day.Add(time.Hour), Calendars: []string{"A"}}},
		Calendar: "sun",
		Rules: []promise.Rule{
			{Name: "all", Targets: map[promise.Target]int{promise.First: 60, promise.Update: 0}, Pauses: map[promise.Target][]string{promise.First: {"carrier"}}, Soon: 15, Calendar: "A"},
			{Name: "few", When: promise.When{Channels: []string{"email"}, Topics: []string{"damaged"}, Tiers: []string{"vip"}, Markets: []string{"DE"}, Shops: []int64{3}}, Targets: map[promise.Target]int{promise.Next: 5}},
		},
	}
	was, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(promiseContents(b).book()); err != nil || !bytes.Equal(got, was) {
		t.Errorf("%v: came back as\n%s, was\n%s", err, got, was)
	}
}
