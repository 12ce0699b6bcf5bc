package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/store/postgres"
)

// Checkup is what examining a database found.
type Checkup struct {
	Server   string    // the engine and its version
	Problems []string  // damage
	Warnings []Warning // works, and should be set otherwise
}

// Warning is something that should be set otherwise, and how.
type Warning struct{ What, Fix string }

// Examine looks for damage and for settings that put acknowledged records at
// risk. On SQLite it reads the whole file.
func (s *Store) Examine(ctx context.Context) (Checkup, error) {
	if s.lite {
		return s.examineLite(ctx)
	}
	var c Checkup
	version, err := scalar[string](ctx, s.DB, `SELECT current_setting('server_version')`)
	if err != nil {
		return c, err
	}
	c.Server = "PostgreSQL " + version
	for _, x := range []struct{ name, bad, what, fix string }{
		{"fsync", "off", "fsync is off: a power cut can destroy the database", "Set fsync = on in postgresql.conf and reload."},
		{"full_page_writes", "off", "full_page_writes is off: a power cut can destroy the database", "Set full_page_writes = on in postgresql.conf and reload."},
		{"synchronous_commit", "off", "synchronous_commit is off: a crash loses mail that was acknowledged", "Set synchronous_commit = on in postgresql.conf, or for Godwit's role."},
	} {
		is, err := scalar[string](ctx, s.DB, `SELECT current_setting($1)`, x.name)
		if err != nil {
			return c, err
		}
		if is == x.bad {
			c.Warnings = append(c.Warnings, Warning{x.what, x.fix})
		}
	}
	encoding, err := scalar[string](ctx, s.DB, `SELECT current_setting('server_encoding')`)
	if err == nil && encoding != "UTF8" {
		c.Problems = append(c.Problems, "the encoding is "+encoding+" and must be UTF8")
	}
	return c, err
}

func (s *Store) examineLite(ctx context.Context) (Checkup, error) {
	version, err := scalar[string](ctx, s.DB, `SELECT sqlite_version()`)
	c := Checkup{Server: "SQLite " + version}
	if err != nil {
		return c, err
	}
	c.Problems, err = all(ctx, s.DB, func(v *string) []any { return []any{v} }, `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check<>'ok'`)
	if err != nil {
		return c, err
	}
	broken, err := all(ctx, s.DB, func(v *string) []any { return []any{v} }, `SELECT "table" FROM pragma_foreign_key_check LIMIT 20`)
	for _, table := range broken {
		c.Problems = append(c.Problems, fmt.Sprintf("a row of %s refers to one that is not there", table))
	}
	return c, err
}

// Clock returns the time of the database's machine.
func (s *Store) Clock(ctx context.Context) (time.Time, error) {
	if s.lite {
		return s.now(), nil // the same machine
	}
	at, err := postgres.Clock(ctx, s.r)
	return at, s.fail(err)
}

// LastEventAt returns the time of the newest event of any workspace, zero if
// there is none.
func (s *Store) LastEventAt(ctx context.Context) (at time.Time, err error) {
	ms, err := scalar[int64](ctx, s.DB, `SELECT coalesce((SELECT at FROM event ORDER BY id DESC LIMIT 1),0)`)
	if ms > 0 {
		at = time.UnixMilli(ms).UTC()
	}
	return at, err
}

// QueueState is how the jobs of all workspaces are doing.
type QueueState struct {
	Waiting   int64     // due now
	Oldest    time.Time // since when the oldest of them is due; zero if none is
	Dead      int64     // gave up
	LastError string    // of the newest dead one
}

// QueueHealth looks at the jobs of all workspaces.
func (s *Store) QueueHealth(ctx context.Context) (QueueState, error) {
	q, err := one(ctx, s.DB, func(q *QueueState) []any { return []any{&q.Waiting, at(&q.Oldest)} },
		`SELECT count(*), coalesce(min(run_at),0) FROM job WHERE NOT dead AND run_at<=$1`, ms(s.now()))
	if err != nil {
		return q, err
	}
	if q.Dead, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM job WHERE dead`); err != nil {
		return q, err
	}
	q.LastError, err = scalar[string](ctx, s.DB, `SELECT coalesce((SELECT last_error FROM job WHERE dead ORDER BY id DESC LIMIT 1),'')`)
	return q, err
}

// Backlog is what waits over all workspaces.
type Backlog struct {
	Queue      QueueState
	MailNew    int64            // taken, and not yet in a ticket
	MailFailed int64            // in no ticket
	Webhooks   int64            // deliveries that are owed
	Actions    map[string]int64 // that are not over, by state
}

// Backlog counts what waits. It reads partial indexes and not the tables, so that
// it may be asked for every few seconds.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	b := Backlog{Actions: map[string]int64{}}
	var err error
	if b.Queue, err = s.QueueHealth(ctx); err != nil {
		return b, err
	}
	if b.MailNew, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM intake WHERE state='new'`); err != nil {
		return b, err
	}
	if b.MailFailed, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM intake WHERE state='failed'`); err != nil {
		return b, err
	}
	if b.Webhooks, err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM webhook_delivery WHERE state='waiting'`); err != nil {
		return b, err
	}
	type count struct {
		state string
		n     int64
	}
	counts, err := all(ctx, s.DB, func(c *count) []any { return []any{&c.state, &c.n} },
		`SELECT a.state, count(*) FROM workspace w JOIN action a ON a.workspace_id=w.id
			WHERE a.state IN ('proposed','ready','running','committing','unknown') GROUP BY a.state`)
	for _, c := range counts {
		b.Actions[c.state] = c.n
	}
	return b, err
}
