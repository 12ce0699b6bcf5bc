package store

import (
	"context"
	"time"
)

// Trace calls see with every statement that reads, until it is called with nil.
func (d *DB) Trace(see func(text string, args []any)) { d.trace = see }

// SetNow gives a store another clock.
func SetNow(s *Store, now func() time.Time) { s.now = now }

// Say sends a statement within the transaction that ctx has.
func Say(ctx context.Context, text string) error {
	_, err := from(ctx).ExecContext(ctx, text)
	return err
}
