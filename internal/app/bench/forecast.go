package bench

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/forecast/forecastsim"
)

// The weeks that the forecast is tried on: none of their seeds was used to choose anything.
const (
	forecastSeed   = 101
	forecastWorlds = 10
	forecastWeeks  = 10
	forecastAfter  = 8 // weeks that are known before the first forecast
	forecastMean   = 13.5
)

// forecast holds forecasts of broken promises against what happens in simulated weeks, and
// measures how long one takes.
func (b *bench) forecast(context.Context) error {
	const name = "forecast of broken promises"
	if !b.wanted(name) {
		return nil
	}
	var f forecastsim.Figures
	bins := make([]forecastsim.Bin, 10)
	for seed := range uint64(forecastWorlds) {
		b.Progress(name, int(seed), forecastWorlds)
		x := forecastsim.New(forecastSeed+seed, forecastWeeks, forecastMean).Score(forecastAfter)
		f.N += x.N
		for _, v := range []struct {
			sum *float64
			one float64
		}{
			{&f.Base, x.Base}, {&f.Brier, x.Brier}, {&f.HourOfWeek, x.HourOfWeek}, {&f.LastWeek, x.LastWeek}, {&f.AsNow, x.AsNow}, {&f.Error, x.Error},
			{&f.Calm.Base, x.Calm.Base}, {&f.Calm.Brier, x.Calm.Brier}, {&f.Calm.HourOfWeek, x.Calm.HourOfWeek}, {&f.Calm.LastWeek, x.Calm.LastWeek},
		} {
			*v.sum += v.one / forecastWorlds
		}
		f.Misses, f.Missed = f.Misses+x.Misses, f.Missed+x.Missed
		for i, bin := range x.Bins {
			bins[i].N += bin.N
			bins[i].Said += bin.Said * float64(bin.N)
			bins[i].Happened += bin.Happened * float64(bin.N)
		}
	}
	b.Say("%d hours of %d desks, a promise broken in %.1f %%; Brier score: forecast %.3f, hour of the week %.3f, last week %.3f, as now %.3f", f.N, forecastWorlds, f.Base*100, f.Brier, f.HourOfWeek, f.LastWeek, f.AsNow)
	b.Say("  while nothing is late (%.1f %%): forecast %.3f, hour of the week %.3f, last week %.3f", f.Calm.Base*100, f.Calm.Brier, f.Calm.HourOfWeek, f.Calm.LastWeek)
	b.Say("  %.0f broken promises expected, %.0f there were; what was said is %.3f off what happened", f.Misses, f.Missed, f.Error)
	for i, bin := range bins {
		if n := float64(bin.N); bin.N > 0 {
			b.Say("  %3d to %3d %%: said %5.1f %%, happened %5.1f %%, of %d", i*10, i*10+10, bin.Said/n*100, bin.Happened/n*100, bin.N)
		}
	}
	s := forecastsim.New(forecastSeed, forecastWeeks, forecastMean).At(forecastAfter*7*24 + 12)
	s.Bearable = 0.1
	used, began := processorTime(), time.Now()
	const rounds = 50
	for range rounds {
		forecast.Make(s)
	}
	spent := time.Since(began)
	r := summary([]time.Duration{spent / rounds}, spent)
	r.Name, r.Clients, r.PerSecond, r.CPU = name, 1, rounds/spent.Seconds(), perOp(processorTime()-used, rounds)
	b.results = append(b.results, r)
	return nil
}
