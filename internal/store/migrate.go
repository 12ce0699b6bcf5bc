package store

import (
	"context"

	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// keysAtOnce is how many keys one statement looks up.
const keysAtOnce = 200

// TicketsByKey returns the tickets of the messages that are known by some keys;
// keys that nobody has are missing.
func (s *Store) TicketsByKey(ctx context.Context, w auth.WorkspaceID, keys []string) (map[string]ticket.ID, error) {
	out := map[string]ticket.ID{}
	type found struct {
		key string
		id  ticket.ID
	}
	for len(keys) > 0 {
		some := keys[:min(len(keys), keysAtOnce)]
		keys = keys[len(some):]
		args := []any{w}
		for _, k := range some {
			args = append(args, clean(k))
		}
		list, err := all(ctx, s.DB, func(f *found) []any { return []any{&f.key, &f.id} },
			`SELECT message_key, ticket_id FROM message WHERE workspace_id=$1 AND message_key<>'' AND message_key IN (`+places(2, len(args)-1)+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			out[f.key] = f.id
		}
	}
	return out, nil
}

// TakeNumbers takes the next n numbers for tickets and returns the first of them.
func (s *Store) TakeNumbers(ctx context.Context, w auth.WorkspaceID, n int) (int64, error) {
	var last int64
	err := s.InTx(ctx, func(ctx context.Context) (err error) { // what returns rows outside of one is read from another pool
		last, err = scalar[int64](ctx, s.DB, `INSERT INTO counter (workspace_id, name, value) VALUES ($1,'ticket',$2)
			ON CONFLICT (workspace_id, name) DO UPDATE SET value=counter.value+excluded.value RETURNING value`, w, int64(n))
		return err
	})
	return last - int64(n) + 1, err
}
