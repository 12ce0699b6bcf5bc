package store

import "time"

// Trace calls see with every statement that reads, until it is called with nil.
func (d *DB) Trace(see func(text string, args []any)) { d.trace = see }

// SetNow gives a store another clock.
func SetNow(s *Store, now func() time.Time) { s.now = now }
