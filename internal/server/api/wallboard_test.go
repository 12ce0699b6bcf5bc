package api

import (
	"context"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
)

// foresight tells what the next hours may bring.
func (w *world) foresight() *foresight.Service {
	return foresight.New(foresight.Config{Store: w.store, Journal: w.store, Now: w.now, Workers: func(context.Context, auth.WorkspaceID) ([]foresight.Worker, error) { return nil, nil }})
}

// TestForecastIsWhole: whatever a forecast says, the API says.
func TestForecastIsWhole(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	q := foresight.Queue{Team: 7, At: at, WarnedAt: at, Forecast: forecast.Forecast{
		Level: 1.5, Rate: 6, Measured: 80, Late: 2, Short: 3, Hours: []forecast.Next{{From: at, To: at.Add(time.Hour), Chance: 0.5, Misses: 1, Due: 4, Arrivals: 2, Answers: 3, Staff: 1, Short: 2}},
		Why: []forecast.Reason{{Kind: forecast.ByDue, N: 4, Of: 3, To: at.UnixMilli()}, {Kind: forecast.ByNobody, From: at.UnixMilli(), To: at.UnixMilli()}},
	}}
	f := queueForecast(q)
	if f.TeamID == nil || f.WarnedAt == nil || f.Level != 1.5 || f.Rate != 6 || f.Measured != 80 || f.Late != 2 || f.Short != 3 || len(f.Hours) != 1 || f.Hours[0].Chance != 0.5 || f.Hours[0].Short != 2 {
		t.Errorf("%+v", f)
	}
	if len(f.Why) != 2 || f.Why[0].N != 4 || f.Why[0].Of != 3 || f.Why[0].From != nil || f.Why[1].From == nil || !f.Why[1].To.Equal(at) {
		t.Errorf("%+v", f.Why)
	}
	if q.Team = 0; queueForecast(q).TeamID != nil {
		t.Error("the whole desk is no team")
	}
}
