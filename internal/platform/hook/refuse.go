package hook

import (
	"context"
	"time"
)

// flushEvery is how long counts of refusals may be in memory alone: whoever
// forges requests must not make us write with each of them.
const flushEvery = 5 * time.Second

const forgetEvery = 10 * time.Minute

func day(t time.Time) int64 { return t.Unix() / 86400 }

// turnAway counts a refusal.
func (s *Service) turnAway(c Connection, why Reason, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byReason := s.refused[c.ID]
	if byReason == nil {
		byReason = map[Reason]*Refusals{}
		s.refused[c.ID] = byReason
	}
	r := byReason[why]
	if r == nil {
		r = &Refusals{Workspace: c.Workspace, Connection: c.ID, Day: day(now), Reason: why}
		byReason[why] = r
	}
	r.Count++
	r.LastAt = now
}

// Flush writes the counts of refusals. Those of a connection that was deleted
// meanwhile are dropped.
func (s *Service) Flush(ctx context.Context) error {
	s.mu.Lock()
	var list []Refusals
	for _, byReason := range s.refused {
		for _, r := range byReason {
			list = append(list, *r)
		}
	}
	clear(s.refused)
	s.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	return s.Store.CountRefused(ctx, list...)
}

// Run writes counts and forgets what is old until ctx ends.
func (s *Service) Run(ctx context.Context) {
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	forget := time.NewTicker(forgetEvery)
	defer forget.Stop()
	for {
		select {
		case <-ctx.Done():
			if err := s.Flush(context.WithoutCancel(ctx)); err != nil {
				s.Log.Error("count refused hooks", "error", err)
			}
			return
		case <-flush.C:
			if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
				s.Log.Error("count refused hooks", "error", err)
			}
		case <-forget.C:
			if err := s.Store.ForgetReceived(ctx, s.Now().Add(-keepLog), keepRows); err != nil && ctx.Err() == nil {
				s.Log.Error("forget old hooks", "error", err)
			}
		}
	}
}
