package store

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/once"
)

// forgetAtOnce is how many old answers go with each new one: more than come, so
// that the table shrinks to a day's worth.
const forgetAtOnce = 20

// answerRow is a kept answer as it lies in its table.
type answerRow struct {
	request, answer []byte
	at              time.Time
}

// HoldAnswer returns the answer under a key, and keeps others who ask for it
// away until the transaction ends. Two who meet at a key that is not there yet
// have no row to lock: PostgreSQL locks the key's name instead, and SQLite has
// one writer anyway.
func (s *Store) HoldAnswer(ctx context.Context, w auth.WorkspaceID, k once.Key) (once.Kept, error) {
	if err := s.lockAnswer(ctx, w, k); err != nil {
		return once.Kept{}, err
	}
	row, err := one(ctx, s.DB, func(r *answerRow) []any { return []any{&r.request, &r.answer, at(&r.at)} },
		`SELECT request, answer, at FROM kept_answer WHERE workspace_id=$1 AND key=$2`, w, k[:])
	if err != nil {
		return once.Kept{}, err
	}
	out := once.Kept{Workspace: w, Key: k, At: row.at}
	copy(out.Request[:], row.request)
	packed, err := s.vault.Open(row.answer, answerPlace(k))
	if err != nil {
		return out, err
	}
	raw, err := s.unpack(packed)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(raw, &out.Answer)
}

// lockAnswer locks the name of a key until the transaction ends. It fails with
// errs.Conflict if somebody else holds it.
func (s *Store) lockAnswer(ctx context.Context, w auth.WorkspaceID, k once.Key) error {
	if s.Lite() {
		return nil
	}
	name := int64(binary.BigEndian.Uint64(k[:8]) ^ uint64(w))
	free, err := scalar[bool](ctx, s.DB, `SELECT pg_try_advisory_xact_lock($1)`, name)
	if err == nil && !free {
		err = errs.New(errs.Conflict, "error.busy")
	}
	return err
}

// AddAnswer keeps an answer, and forgets some of the workspace that are older
// than a time. Answers are sealed, since some show a secret once.
func (s *Store) AddAnswer(ctx context.Context, k once.Kept, forget time.Time) error {
	raw, err := json.Marshal(k.Answer)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `DELETE FROM kept_answer WHERE workspace_id=$1 AND key IN
		(SELECT key FROM kept_answer WHERE workspace_id=$1 AND at<$2 ORDER BY at LIMIT $3)`, k.Workspace, ms(forget), forgetAtOnce)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO kept_answer (workspace_id, key, request, answer, at) VALUES ($1,$2,$3,$4,$5)`,
		k.Workspace, k.Key[:], k.Request[:], s.vault.Seal(s.pack(raw), answerPlace(k.Key)), ms(k.At))
	return err
}

func answerPlace(k once.Key) string { return "kept_answer:" + hex.EncodeToString(k[:]) }

// Step runs fn so that its failure leaves the transaction in ctx as it was
// before; without one, fn has a transaction of its own.
func (d *DB) Step(ctx context.Context, fn func(context.Context) error) error {
	t := from(ctx)
	if t == nil {
		return d.InTx(ctx, fn)
	}
	after := len(t.after)
	if _, err := t.ExecContext(ctx, `SAVEPOINT step`); err != nil {
		return d.fail(err)
	}
	err := fn(ctx)
	if err != nil {
		t.after = t.after[:after]
		if _, undo := t.ExecContext(ctx, `ROLLBACK TO SAVEPOINT step`); undo != nil {
			return d.fail(undo)
		}
	}
	if _, end := t.ExecContext(ctx, `RELEASE SAVEPOINT step`); end != nil && err == nil {
		err = d.fail(end)
	}
	return err
}

// EventsBetween returns the events of a workspace after one and before another,
// oldest first; a ticket that is not 0 leaves out those of others.
func (s *Store) EventsBetween(ctx context.Context, w auth.WorkspaceID, t ticket.ID, after, before event.ID, limit int) ([]event.Event, error) {
	if t != 0 {
		return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event
			WHERE ticket_id=$1 AND workspace_id=$2 AND id>$3 AND id<$4 ORDER BY id LIMIT $5`, t, w, after, before, limit)
	}
	return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event
		WHERE workspace_id=$1 AND id>$2 AND id<$3 ORDER BY id LIMIT $4`, w, after, before, limit)
}
