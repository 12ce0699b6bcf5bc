package store

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/node"
	"godwit.dev/godwit/internal/store/postgres"
)

var (
	_ node.Leases = (*Store)(nil)
	_ event.Wire  = wire{}
)

// Alone reports whether no other process can work on the database: the embedded
// engine has one.
func (s *Store) Alone() bool { return s.lite }

// Lease takes or renews names for a holder, by the database's clock, and returns
// those it has now: all of them on the embedded engine.
func (s *Store) Lease(ctx context.Context, holder int64, names []string, life time.Duration) ([]string, error) {
	if s.lite {
		return names, nil
	}
	got, err := postgres.Lease(ctx, s.w, holder, names, life)
	return got, s.fail(err)
}

// Release gives a holder's names back.
func (s *Store) Release(ctx context.Context, holder int64, names []string) error {
	if s.lite {
		return nil
	}
	return s.fail(postgres.Release(ctx, s.w, holder, names))
}

// Holders returns who has the living leases whose names begin with a prefix.
func (s *Store) Holders(ctx context.Context, prefix string) (map[string]int64, error) {
	if s.lite {
		return nil, nil
	}
	out, err := postgres.Holders(ctx, s.w, prefix)
	return out, s.fail(err)
}

// Held reports whether a holder has a lease now. Nobody can take it over before
// the transaction in ctx ends.
func (s *Store) Held(ctx context.Context, holder int64, name string) (bool, error) {
	if s.lite {
		return true, nil
	}
	n, err := scalar[int](ctx, s.DB, postgres.HeldText, name, holder)
	return n == 1, err
}

// Wire returns how nodes on this database reach each other, nil if there can be
// only one.
func (s *Store) Wire() event.Wire {
	if s.lite {
		return nil
	}
	return wire{s}
}

type wire struct{ s *Store }

func (x wire) Announce(ctx context.Context, text string) error {
	return x.s.fail(postgres.Announce(ctx, x.s.w, text))
}

func (x wire) Listen(ctx context.Context, ready func(), got func(text string)) error {
	return x.s.fail(postgres.Listen(ctx, x.s.address, ready, got))
}

// EventsByID returns events of any workspace.
func (x wire) EventsByID(ctx context.Context, ids []event.ID) ([]event.Event, error) {
	raw := make([]int64, len(ids))
	for i, v := range ids {
		raw[i] = int64(v)
	}
	return all(ctx, x.s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE `+postgres.ByID, raw)
}

// IDsSince returns the newest events after one, of any workspace.
func (x wire) IDsSince(ctx context.Context, after event.ID, limit int) ([]event.ID, error) {
	return all(ctx, x.s.DB, func(v *event.ID) []any { return []any{v} }, `SELECT id FROM event WHERE id>$1 ORDER BY id DESC LIMIT $2`, after, limit)
}
