package foresight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/hours"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

const (
	// Every is how often a forecast is made anew.
	Every = 2 * time.Minute
	// mostMoves is how many moves are counted in one transaction.
	mostMoves = 2000
)

// Told is what people are told: that a promise is likely to be broken.
type Told struct {
	Team    auth.TeamID `json:"team,omitempty"` // 0 for the whole desk
	From    int64       `json:"from"`           // Unix ms: the hour in which it is likeliest
	To      int64       `json:"to"`
	Percent int         `json:"percent"` // chance that it is broken in that hour
	Misses  int         `json:"misses"`  // broken promises within all hours of the forecast, on average
	Short   int         `json:"short"`   // people missing; forecast.Many for no number that helps

	Why []forecast.Reason `json:"-"`
}

// Work counts what happened at the desk of a workspace and, every two minutes, makes its
// forecasts anew. A repeat counts nothing twice.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	now := s.Now()
	was, err := s.Store.Forecasts(ctx, w)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(was, func(q Queue) bool { return now.Sub(q.At) < Every && !q.At.After(now) }) {
		return nil
	}
	if err := s.count(ctx, w, now); err != nil {
		return err
	}
	v, err := s.setting(ctx, w)
	if err != nil {
		return err
	}
	list, err := s.situations(ctx, w, now)
	if err != nil {
		return err
	}
	for _, team := range slices.Sorted(maps.Keys(list)) {
		x := *list[team]
		x.Bearable = float64(v.Percent) / 100
		var old Queue
		if i := slices.IndexFunc(was, func(o Queue) bool { return o.Team == team }); i >= 0 {
			old = was[i]
		}
		if err := s.keep(ctx, v, old.At, Queue{Team: team, At: now, WarnedAt: old.WarnedAt, Forecast: forecast.Make(x)}); err != nil {
			return err
		}
	}
	for _, q := range was {
		if list[q.Team] == nil {
			if err := s.Store.DropForecast(ctx, w, q.Team); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep keeps a forecast in place of the one of a time, and tells people of it if it is due.
// What another node made meanwhile stays, and that one tells of it.
func (s *Service) keep(ctx context.Context, v Setting, was time.Time, q Queue) error {
	worst := q.Forecast.Worst()
	percent := worst.Chance * 100
	tell := v.Warn && q.WarnedAt.IsZero() && percent >= float64(v.Percent)
	switch {
	case tell:
		q.WarnedAt = q.At
	case percent < float64(v.Percent)/2:
		q.WarnedAt = time.Time{}
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if kept, err := s.Store.PutForecast(ctx, v.Workspace, q, was); err != nil || !kept || !tell {
			return err
		}
		told := Told{
			Team: q.Team, From: worst.From.UnixMilli(), To: worst.To.UnixMilli(), Percent: int(percent + 0.5), Misses: int(q.Forecast.Misses() + 0.5), Short: q.Forecast.Short, Why: q.Forecast.Why,
		}
		if err := s.Journal.Append(ctx, event.New(WarnedKind, auth.ForSystem(v.Workspace), event.Subject{Kind: "forecast", ID: int64(q.Team)}, 0, told)); err != nil || s.Tell == nil {
			return err
		}
		return s.Tell(ctx, v.Workspace, told)
	})
}

// count adds moves to the hours that they happened in, and drops hours that are too old.
func (s *Service) count(ctx context.Context, w auth.WorkspaceID, now time.Time) error {
	oldest := hour(now) - forecast.Weeks*7*24
	for {
		n := 0
		err := s.Store.InTx(ctx, func(ctx context.Context) error {
			moves, err := s.Store.TakeMoves(ctx, w, mostMoves)
			if err != nil || len(moves) == 0 {
				return err
			}
			n = len(moves)
			return s.Store.AddCounts(ctx, w, counts(moves, oldest))
		})
		if err != nil {
			return err
		}
		if n < mostMoves {
			return s.Store.DropCounts(ctx, w, oldest)
		}
	}
}

func hour(t time.Time) int64 { return t.Unix() / 3600 }

// counts sums moves up, but for those from before an hour.
func counts(moves []forecast.Move, oldest int64) []Count {
	sums := map[Count]Count{}
	for _, m := range moves {
		key := Count{Hour: hour(m.At), Team: m.Team, Lead: m.Lead}
		if key.Hour < oldest {
			continue
		}
		c := sums[key]
		c.Hour, c.Team, c.Lead, c.Came, c.Done = key.Hour, key.Team, key.Lead, c.Came+m.Came, c.Done+m.Done
		sums[key] = c
	}
	out := slices.Collect(maps.Values(sums))
	slices.SortFunc(out, func(a, b Count) int { // in one order, so that two who write wait for each other and never both
		return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Lead, b.Lead))
	})
	return out
}

// situations returns what is known of the whole desk, as team 0, and of each team that
// anything happened at or is owed by; of none if nobody is given tickets.
func (s *Service) situations(ctx context.Context, w auth.WorkspaceID, now time.Time) (map[auth.TeamID]*forecast.Situation, error) {
	workers, err := s.Workers(ctx, w)
	if err != nil {
		return nil, err
	}
	workers = slices.DeleteFunc(workers, func(x Worker) bool { return !x.works() })
	if len(workers) == 0 {
		return nil, nil
	}
	list, err := s.Store.Counts(ctx, w, hour(now)-forecast.Weeks*7*24)
	if err != nil {
		return nil, err
	}
	owed, err := s.Store.Owed(ctx, w, now.Truncate(forecast.Slot), now)
	if err != nil {
		return nil, err
	}
	first := hour(now)
	if len(list) > 0 {
		first = min(list[0].Hour, first)
	}
	out := map[auth.TeamID]*forecast.Situation{}
	of := func(team auth.TeamID) *forecast.Situation {
		x := out[team]
		if x == nil {
			x = &forecast.Situation{Now: now, Due: make([]int, forecast.Beyond), Staff: make([]float64, forecast.Beyond), Past: make([]forecast.Hour, hour(now)-first)}
			for i := range x.Past {
				x.Past[i] = forecast.Hour{At: time.Unix((first+int64(i))*3600, 0).UTC(), Came: map[int]int{}}
			}
			x.This = forecast.Hour{At: now.Truncate(time.Hour), Came: map[int]int{}}
			out[team] = x
		}
		return x
	}
	of(0)
	for _, c := range list {
		for _, team := range slices.Compact([]auth.TeamID{0, c.Team}) {
			x := of(team)
			h := &x.This
			if i := int(c.Hour - first); i < len(x.Past) {
				h = &x.Past[i]
			}
			h.Done += c.Done
			if c.Came != 0 {
				h.Came[c.Lead] += c.Came
			}
		}
	}
	for _, o := range owed {
		for _, team := range slices.Compact([]auth.TeamID{0, o.Team}) {
			x := of(team)
			if o.Slot < -1 {
				x.Lying += o.N
				continue
			}
			x.Owed += o.N
			switch {
			case o.Slot < 0:
				x.Late += o.N
			case o.Slot < len(x.Due):
				x.Due[o.Slot] += o.N
			}
		}
	}
	for _, x := range out {
		for _, h := range append(slices.Clone(x.Past), x.This) {
			maps.DeleteFunc(h.Came, func(_ int, n int) bool { return n <= 0 }) // taken back after their hours were dropped
		}
	}
	return out, staff(out, workers, first, now)
}

// staff says how many people were on shift in past hours and are in the slots to come.
func staff(list map[auth.TeamID]*forecast.Situation, workers []Worker, first int64, now time.Time) error {
	start := now.Truncate(forecast.Slot)
	end := start.Add(time.Duration(forecast.Beyond) * forecast.Slot)
	for _, w := range workers {
		shift, err := w.Sheet.Open()
		if err != nil {
			return err
		}
		teams := slices.DeleteFunc(slices.Clone(w.Teams), func(t auth.TeamID) bool { return t == 0 || list[t] == nil })
		for _, on := range shift.Between(time.Unix(first*3600, 0).UTC(), end) {
			spread(list[0], on, start, 1)
			for _, t := range teams {
				spread(list[t], on, start, 1/float64(len(teams)))
			}
		}
	}
	return nil
}

// spread adds a stretch of somebody's time to the hours before now and the slots after it.
func spread(x *forecast.Situation, on hours.Interval, start time.Time, part float64) {
	if len(x.Past) > 0 {
		first := hour(x.Past[0].At)
		for i := max(hour(on.From)-first, 0); i < int64(len(x.Past)) && x.Past[i].At.Before(on.To); i++ {
			x.Past[i].Staff += part * overlap(on, x.Past[i].At, time.Hour)
		}
	}
	for i := range x.Staff {
		x.Staff[i] += part * overlap(on, start.Add(time.Duration(i)*forecast.Slot), forecast.Slot)
	}
}

// overlap is how much of a stretch of time is in another one.
func overlap(on hours.Interval, from time.Time, long time.Duration) float64 {
	to := from.Add(long)
	if on.From.After(from) {
		from = on.From
	}
	if on.To.Before(to) {
		to = on.To
	}
	return max(float64(to.Sub(from))/float64(long), 0)
}
