package clocks

import (
	"cmp"
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event that clocks tell.
const (
	SoonKind   = "ticket.promise_soon"
	BrokenKind = "ticket.promise_broken"
)

// told is what the events say.
type told struct {
	Number int64          `json:"number"`
	Target promise.Target `json:"target"`
	Rule   string         `json:"rule"`
	From   int64          `json:"from"` // Unix ms
	Due    int64          `json:"due"`  // Unix ms
}

const (
	// look is how often the front of the index is read: no clock that another node set
	// rings later than this.
	look = 500 * time.Millisecond
	// batch is how many clocks are told of in one transaction.
	batch = 100
)

// Run tells what is due until ctx ends. Several nodes may.
func (s *Service) Run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		wait := look
		next, err := s.Ring(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			if failures++; failures == 1 {
				s.Log.Error("tell what is due; trying again", "error", err)
			}
			wait = min(time.Duration(failures)*look, 10*look)
		case !next.IsZero():
			failures = 0
			wait = min(look, max(next.Sub(s.Now()), 0))
		default:
			failures = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Ring tells what is due by now and returns when there is more to tell, zero if there is
// nothing within half a second.
func (s *Service) Ring(ctx context.Context) (time.Time, error) {
	for {
		now := s.Now()
		list, err := s.Store.Ringing(ctx, now.Add(look), batch)
		if err != nil {
			return time.Time{}, err
		}
		ripe := list
		if i := slices.IndexFunc(list, func(r Ring) bool { return r.Next.After(now) }); i >= 0 {
			ripe = list[:i]
		}
		if err := s.tell(ctx, ripe, now); err != nil {
			return time.Time{}, err
		}
		switch {
		case len(ripe) < len(list):
			return list[len(ripe)].Next, nil
		case len(list) < batch:
			return time.Time{}, nil
		}
	}
}

// tell writes the events of clocks and moves the clocks on, in one transaction. Rows are
// taken in one order by everybody, so that two nodes wait for each other and never both.
func (s *Service) tell(ctx context.Context, list []Ring, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Ring) int {
		return cmp.Or(cmp.Compare(a.Ticket, b.Ticket), cmp.Compare(a.Target, b.Target))
	})
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		var events []event.Event
		for _, r := range list {
			row := r.Row
			by, about, data := auth.ForSystem(r.Workspace), event.Subject{Kind: "ticket", ID: int64(r.Ticket)}, told{r.Number, r.Target, r.Rule, r.From.UnixMilli(), r.Due.UnixMilli()}
			row.Stage = ToldSoon
			e := event.New(SoonKind, by, about, int64(r.Ticket), data)
			if !now.Before(r.Due) { // also if nobody was awake when it was soon
				row.Stage = ToldLate
				e = event.New(BrokenKind, by, about, int64(r.Ticket), data)
			}
			moved, err := s.Store.Rung(ctx, r, row.Stage, row.tells())
			if err != nil {
				return err
			}
			if moved {
				events = append(events, e)
			}
		}
		if len(events) == 0 {
			return nil
		}
		return s.Journal.Append(ctx, events...)
	})
}
