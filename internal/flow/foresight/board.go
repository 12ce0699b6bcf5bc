package foresight

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// soon is how long before an answer is due it is soon due.
const soon = time.Hour

// mostWaiting is how many tickets that owe an answer are looked at.
const mostWaiting = 5000

// Board is how a desk stands at this moment, as somebody may see it.
type Board struct {
	At      time.Time
	Waiting int  // tickets that owe an answer; no more than the first few thousand are counted
	More    bool // there are more
	Late    int  // of those
	Soon    int  // of those: due within an hour
	Oldest  Waiting
	People  []Worker // who are given tickets: those who are there first, then by name
	Queues  []Queue  // the whole desk first
	Setting Setting
}

// Board returns how the desk stands. Who is limited to some teams sees their tickets and
// forecasts; who is limited to mailboxes or shops sees no forecast. It needs ReadTickets.
func (s *Service) Board(ctx context.Context, actor auth.Actor) (b Board, err error) {
	if err := actor.Can(auth.ReadTickets); err != nil {
		return b, err
	}
	b.At = s.Now()
	if b.Setting, err = s.setting(ctx, actor.Workspace); err != nil {
		return b, err
	}
	scope := actor.Scope()
	list, err := s.Store.Waiting(ctx, scope, mostWaiting+1)
	if err != nil {
		return b, err
	}
	if b.More = len(list) > mostWaiting; b.More {
		list = list[:mostWaiting]
	}
	b.Waiting = len(list)
	for _, x := range list {
		switch left := x.Due.Sub(b.At); {
		case x.Due.IsZero():
		case left <= 0:
			b.Late++
		case left <= soon:
			b.Soon++
		}
		if b.Oldest.Number == 0 || x.Since.Before(b.Oldest.Since) {
			b.Oldest = x
		}
	}
	if b.People, err = s.Workers(ctx, actor.Workspace); err != nil {
		return b, err
	}
	b.People = slices.DeleteFunc(b.People, func(w Worker) bool { return !w.works() })
	slices.SortStableFunc(b.People, func(x, y Worker) int {
		switch {
		case x.There == y.There:
			return 0
		case x.There:
			return -1
		}
		return 1
	})
	queues, err := s.Store.Forecasts(ctx, actor.Workspace)
	for _, q := range queues {
		if Sees(scope, q.Team) {
			b.Queues = append(b.Queues, q)
		}
	}
	return b, err
}

// Sees reports whether somebody sees the forecast of a team, or of the whole desk as team 0:
// who is limited to some teams sees theirs, who is limited to mailboxes or shops sees none.
func Sees(scope auth.Scope, team auth.TeamID) bool {
	return scope.All || !scope.Limits.Any() && team != 0 && slices.Contains(scope.Teams, team)
}
