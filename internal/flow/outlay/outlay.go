package outlay

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/platform/auth"
)

// Marked is a case about which something happened, with what the sums hold of it.
type Marked struct {
	Case    cases.Case
	Seq     int64
	Counted []Entry
}

// Filter narrows a report; Market and Currency may be "".
type Filter struct {
	Dim      Dim
	Market   string
	Currency string
	Since    time.Time
	Until    time.Time
}

// Row is what one market, product, reason, remedy or lane cost.
type Row struct {
	Key      string
	Currency string
	Sums
}

// Store keeps sums.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// MarkedCosts returns cases that are to be counted, and holds them.
	MarkedCosts(ctx context.Context, w auth.WorkspaceID, limit int) ([]Marked, error)
	// CountCost keeps what the sums hold of a case now; it is unmarked unless more has happened.
	CountCost(ctx context.Context, w auth.WorkspaceID, m Marked) error
	// AddOutlays adds to the sums, by key.
	AddOutlays(ctx context.Context, w auth.WorkspaceID, list []Entry) error
	// KeepOutlayCase says by which keys a case is found.
	KeepOutlayCase(ctx context.Context, w auth.WorkspaceID, id cases.ID, gone, come []Key) error
	// KeepFaults says which lines of a case are faulty.
	KeepFaults(ctx context.Context, w auth.WorkspaceID, id cases.ID, list []recovery.Fault) error
	// Outlays adds the sums of weeks up by key and currency.
	Outlays(ctx context.Context, sc auth.Scope, f Filter, from, to int64) ([]Row, error)
	// OutlayCases returns the cases behind a row, newest first.
	OutlayCases(ctx context.Context, sc auth.Scope, f Filter, key string, from, to int64, limit int) ([]cases.Case, error)
}

// Service counts and reports.
type Service struct {
	store Store
	now   func() time.Time
}

// New returns a Service.
func New(s Store, now func() time.Time) *Service { return &Service{s, now} }

// batch is how many cases are counted in one transaction.
const batch = 200

// MostCases is the most cases behind a row that are told.
const MostCases = 200

// Work counts the cases of a workspace about which something happened. A repeat
// finds nothing left.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	for {
		n := 0
		err := s.store.InTx(ctx, func(ctx context.Context) error {
			list, err := s.store.MarkedCosts(ctx, w, batch)
			if err != nil {
				return err
			}
			n = len(list)
			sums := map[Key]*Sums{}
			for _, m := range list {
				if err := s.count(ctx, w, m, sums); err != nil {
					return err
				}
			}
			return s.store.AddOutlays(ctx, w, ordered(sums))
		})
		if err != nil {
			return fmt.Errorf("count what cases cost: %w", err)
		}
		if n < batch {
			return nil
		}
	}
}

// count takes what the sums held of a case away and adds what it is now.
func (s *Service) count(ctx context.Context, w auth.WorkspaceID, m Marked, sums map[Key]*Sums) error {
	now := Entries(m.Case)
	var gone, come []Key
	for i, list := range [2][]Entry{m.Counted, now} {
		for _, e := range list {
			if sums[e.Key] == nil {
				sums[e.Key] = &Sums{}
			}
			sums[e.Key].add(e.Sums, int64(2*i-1))
			if i == 0 {
				gone = append(gone, e.Key)
			} else {
				come = append(come, e.Key)
			}
		}
	}
	if !slices.Equal(gone, come) {
		if err := s.store.KeepOutlayCase(ctx, w, m.Case.ID, gone, come); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(m.Case.Lines, func(l cases.Line) bool { return l.Reason == "defective" }) {
		if err := s.store.KeepFaults(ctx, w, m.Case.ID, Faults(m.Case, now)); err != nil {
			return err
		}
	}
	m.Counted = now
	return s.store.CountCost(ctx, w, m)
}

// ordered lists sums by their keys, so that whoever adds them takes rows in one order.
func ordered(sums map[Key]*Sums) []Entry {
	out := make([]Entry, 0, len(sums))
	for k, s := range sums {
		out = append(out, Entry{k, *s})
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(strings.Compare(string(a.Dim), string(b.Dim)), cmp.Compare(a.Week, b.Week), strings.Compare(a.Key.Key, b.Key.Key), strings.Compare(a.Market, b.Market), strings.Compare(a.Currency, b.Currency), cmp.Compare(a.Shop, b.Shop))
	})
	return out
}

// Report returns what cases cost that were opened in the weeks of a period, the
// dearest first, of shops in the actor's sight. It is as old as the last Work. It needs SeeReports.
func (s *Service) Report(ctx context.Context, a auth.Actor, f Filter) ([]Row, error) {
	from, to, err := s.check(a, auth.SeeReports, &f)
	if err != nil {
		return nil, err
	}
	list, err := s.store.Outlays(ctx, a.Scope(), f, from, to)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r Row) bool { return r.Sums == Sums{} })
	slices.SortFunc(list, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.Currency, b.Currency), cmp.Compare(b.Cost(), a.Cost()), strings.Compare(a.Key, b.Key))
	})
	return list, nil
}

// Cases returns the cases behind a row of a report, newest first, at most
// MostCases, of shops in the actor's sight. It needs ReadCases.
func (s *Service) Cases(ctx context.Context, a auth.Actor, f Filter, key string) ([]cases.Case, error) {
	from, to, err := s.check(a, auth.ReadCases, &f)
	if err != nil {
		return nil, err
	}
	return s.store.OutlayCases(ctx, a.Scope(), f, key, from, to, MostCases)
}

// check fills in a filter's period, and returns its weeks.
func (s *Service) check(a auth.Actor, p auth.Permission, f *Filter) (from, to int64, err error) {
	if err := a.Can(p); err != nil {
		return 0, 0, err
	}
	if !slices.Contains(Dims(), f.Dim) {
		return 0, 0, errs.Field("by", "error.invalid")
	}
	if f.Until.IsZero() {
		f.Until = s.now()
	}
	if f.Since.IsZero() {
		f.Since = f.Until.AddDate(0, 0, -90)
	}
	return WeekOf(f.Since), WeekOf(f.Until), nil
}
