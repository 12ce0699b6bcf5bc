package fx

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Kinds of event that this package announces.
const (
	Imported    = "rates.imported" // data: {"source", "day", "rates"}
	Set         = "rates.set"      // data: {"base", "quote", "value", "day"}
	Dropped     = "rates.dropped"  // data: {"base", "quote"}
	SubjectKind = "rates"
)

// MaxPage is the most days of a rate that one call returns.
const MaxPage = 500

// Store keeps rates: one for each pair, source and day.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// SaveRates adds rates; one of the same pair, source and day is replaced. It
	// returns how many are new or different.
	SaveRates(ctx context.Context, w auth.WorkspaceID, rates []Rate) (int, error)
	// DropRates takes the rates of one source between two currencies away and
	// returns how many there were.
	DropRates(ctx context.Context, w auth.WorkspaceID, source Source, base, quote string) (int, error)
	// RatesBetween returns the bank's rates of some days, and the merchant's own
	// that had begun by the last one.
	RatesBetween(ctx context.Context, w auth.WorkspaceID, first, last time.Time) ([]Rate, error)
	// RateHistory returns the rates between two currencies before a day, newest first.
	RateHistory(ctx context.Context, w auth.WorkspaceID, base, quote string, before time.Time, limit int) ([]Rate, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	Now     func() time.Time
}

// Service holds the verbs of exchange rates.
type Service struct {
	store   Store
	journal event.Journal
	now     func() time.Time
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{store: cfg.Store, journal: cfg.Journal, now: cfg.Now}
}

// Import adds rates of a feed and returns how many are new or different; the same
// feed twice adds nothing and announces nothing. It needs ManagePlans.
func (s *Service) Import(ctx context.Context, actor auth.Actor, rates []Rate) (changed int, err error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return 0, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	var newest time.Time
	list := make([]Rate, len(rates))
	for i, r := range rates {
		if list[i], err = r.check(now); err != nil {
			return 0, err
		}
		list[i].Workspace, list[i].AddedAt = actor.Workspace, now
		if list[i].Day.After(newest) {
			newest = list[i].Day
		}
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if changed, err = s.store.SaveRates(ctx, actor.Workspace, list); err != nil || changed == 0 {
			return err
		}
		return s.journal.Append(ctx, event.New(Imported, actor, event.Subject{Kind: SubjectKind}, 0,
			map[string]any{"source": list[0].Source, "day": newest.Format(time.DateOnly), "rates": changed}))
	})
	if err != nil {
		return 0, fmt.Errorf("import rates: %w", err)
	}
	return changed, nil
}

// Put sets a rate of the merchant's own: it holds from its day (today if it has
// none) until it is replaced or ends. It needs ManagePlans.
func (s *Service) Put(ctx context.Context, actor auth.Actor, r Rate) (Rate, error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return r, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	r.Source = Manual
	r, err := r.check(now)
	if err != nil {
		return r, err
	}
	r.Workspace, r.AddedAt = actor.Workspace, now
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		n, err := s.store.SaveRates(ctx, actor.Workspace, []Rate{r})
		if err != nil || n == 0 {
			return err
		}
		return s.journal.Append(ctx, event.New(Set, actor, event.Subject{Kind: SubjectKind}, 0,
			map[string]any{"base": r.Base, "quote": r.Quote, "value": r.Value.String(), "day": r.Day.Format(time.DateOnly)}))
	})
	return r, err
}

// Drop takes the merchant's own rates between two currencies away, so that the
// bank's hold again. Without one it is errs.NotFound. It needs ManagePlans.
func (s *Service) Drop(ctx context.Context, actor auth.Actor, base, quote string) error {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return err
	}
	base, quote = strings.ToUpper(base), strings.ToUpper(quote)
	return s.store.InTx(ctx, func(ctx context.Context) error {
		n := 0
		for _, pair := range [][2]string{{base, quote}, {quote, base}} {
			k, err := s.store.DropRates(ctx, actor.Workspace, Manual, pair[0], pair[1])
			if err != nil {
				return err
			}
			n += k
		}
		if n == 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		return s.journal.Append(ctx, event.New(Dropped, actor, event.Subject{Kind: SubjectKind}, 0, map[string]any{"base": base, "quote": quote}))
	})
}

// reads reports whether somebody may see rates: who quotes by them, and who keeps them.
func reads(actor auth.Actor) error {
	if actor.May(auth.ManagePlans) {
		return nil
	}
	return actor.Can(auth.Quote)
}

// Table returns the rates as they stand now. It needs Quote or ManagePlans.
func (s *Service) Table(ctx context.Context, actor auth.Actor) (Table, error) {
	if err := reads(actor); err != nil {
		return Table{}, err
	}
	now := s.now()
	rates, err := s.store.RatesBetween(ctx, actor.Workspace, Day(now).AddDate(0, 0, -UsableFor), Day(now).AddDate(0, 0, 1))
	return NewTable(now, rates), err
}

// History returns the rates between two currencies that were told before a day,
// newest first; a zero day begins with the newest. It needs Quote or ManagePlans.
func (s *Service) History(ctx context.Context, actor auth.Actor, base, quote string, before time.Time, limit int) ([]Rate, error) {
	if err := reads(actor); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	if before.IsZero() {
		before = Day(s.now()).AddDate(0, 0, 2)
	}
	return s.store.RateHistory(ctx, actor.Workspace, strings.ToUpper(base), strings.ToUpper(quote), before, limit)
}
