package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/store/migration"
	"godwit.dev/godwit/internal/store/postgres"
	"godwit.dev/godwit/internal/store/sqlite"
)

// DB is one database: the pools, the dialect and the statements kept for reuse.
// A transaction travels in the context, so that the stores of several records
// can take part in one.
type DB struct {
	w, r *sql.DB
	lite bool
	// address is where a listener connects apart from the pools.
	address string
	version int64    // of the schema, when it was opened
	texts   sync.Map // PostgreSQL text -> SQLite text
	mu      sync.Mutex
	kept    map[stmtKey]*sql.Stmt
	// trace sees every statement that reads; tests explain them.
	trace func(text string, args []any)
}

type stmtKey struct {
	pool *sql.DB
	text string
}

// Open opens sqlite:PATH or postgres://... and brings the schema up to date.
func Open(ctx context.Context, address string) (*DB, error) { return OpenAt(ctx, address, 0) }

// OpenAt is Open that brings the schema only up to a version, for an empty
// database that is to take an archive of that age; 0 is the newest.
func OpenAt(ctx context.Context, address string, version int64) (*DB, error) {
	d := &DB{address: address, kept: map[stmtKey]*sql.Stmt{}}
	var err error
	engine := migration.SQLite
	switch scheme, rest, _ := strings.Cut(address, ":"); scheme {
	case "sqlite":
		d.lite = true
		d.w, d.r, err = sqlite.Open(rest)
	case "postgres", "postgresql":
		engine = migration.Postgres
		d.w, err = postgres.Open(address)
		d.r = d.w
	default:
		err = errs.New(errs.Invalid, "error.database_address", "address", scheme)
	}
	if err != nil {
		return nil, err
	}
	if d.version, err = migration.UpTo(ctx, engine, d.w, version); err != nil {
		_ = d.Close()
		return nil, d.fail(err)
	}
	return d, nil
}

// Close waits for running statements and closes the pools.
func (d *DB) Close() error {
	d.mu.Lock()
	for _, s := range d.kept {
		_ = s.Close()
	}
	d.kept = map[stmtKey]*sql.Stmt{}
	d.mu.Unlock()
	err := d.w.Close()
	if d.lite {
		err = errors.Join(err, d.r.Close())
	}
	return err
}

// Lite reports whether the engine is the embedded one.
func (d *DB) Lite() bool { return d.lite }

// Pools gives the raw pools, for the benchmark's baseline and for doctor.
func (d *DB) Pools() (write, read *sql.DB) { return d.w, d.r }

type txKey struct{}

type tx struct {
	*sql.Tx
	conn   *sql.Conn // PostgreSQL: that of the transaction
	after  []func()
	wanted []string // texts to prepare once the writing connection is free
}

func from(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{}).(*tx)
	return t
}

// InTx runs fn in a transaction and commits it when fn returns nil. A
// transaction that is already in ctx is joined. PostgreSQL's serialization
// failures and deadlocks, and transactions that it ended because they stood still,
// run fn again, up to five times.
func (d *DB) InTx(ctx context.Context, fn func(context.Context) error) error {
	if from(ctx) != nil {
		return fn(ctx)
	}
	for attempt := 0; ; attempt++ {
		err := d.once(ctx, fn)
		if err == nil || d.lite || attempt == 4 || !postgres.Retry(err) {
			return d.fail(err)
		}
	}
}

func (d *DB) once(ctx context.Context, fn func(context.Context) error) (err error) {
	t, err := d.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		_ = t.Rollback() // does nothing after a commit; after a panic it frees the connection
		if t.conn != nil {
			_ = t.conn.Close() // back to the pool
		}
		for _, text := range t.wanted {
			_, _ = d.stmt(ctx, d.w, text) // a failure shows at the next use
		}
	}()
	if err = fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return err
	}
	if err = t.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// begin opens a transaction. PostgreSQL's holds its connection, which takes copies
// too; one that turns out to be dead makes room for another, as in a pool.
func (d *DB) begin(ctx context.Context) (*tx, error) {
	if d.lite {
		raw, err := d.w.BeginTx(ctx, nil)
		return &tx{Tx: raw}, err
	}
	for try := 1; ; try++ {
		conn, err := d.w.Conn(ctx)
		if err != nil {
			return nil, err
		}
		raw, err := conn.BeginTx(ctx, nil)
		if err == nil {
			return &tx{Tx: raw, conn: conn}, nil
		}
		_ = conn.Close()
		if try == 3 || !errors.Is(err, driver.ErrBadConn) {
			return nil, err
		}
	}
}

// AfterCommit runs f once the transaction in ctx is durable, and at once when
// there is none. f must not block.
func (d *DB) AfterCommit(ctx context.Context, f func()) {
	if t := from(ctx); t != nil {
		t.after = append(t.after, f)
		return
	}
	f()
}

var dollar = regexp.MustCompile(`\$(\d+)`)

// sql renders a statement, written in PostgreSQL's dialect, for the engine.
func (d *DB) sql(q string) string {
	if !d.lite {
		return q
	}
	if s, ok := d.texts.Load(q); ok {
		return s.(string)
	}
	s := strings.ReplaceAll(q, " FOR UPDATE SKIP LOCKED", "") // one writer: nothing to skip
	s = strings.ReplaceAll(s, " FOR UPDATE", "")
	s = dollar.ReplaceAllString(s, "?$1")
	// A bound LIMIT is part of SQLite's plan: it would prepare the statement anew
	// at every execution. Behind a sign it is a value like any other.
	s = strings.ReplaceAll(s, "LIMIT ?", "LIMIT +?")
	d.texts.Store(q, s)
	return s
}

// stmt keeps prepared statements for SQLite, where preparing costs as much as a
// point read. pgx keeps its own.
func (d *DB) stmt(ctx context.Context, pool *sql.DB, text string) (*sql.Stmt, error) {
	k := stmtKey{pool, text}
	d.mu.Lock()
	s := d.kept[k]
	d.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.kept[k]; old != nil {
		_ = s.Close()
		return old, nil
	}
	if len(d.kept) > 2000 { // lists with free conditions make new texts
		for k, s := range d.kept {
			_ = s.Close()
			delete(d.kept, k)
			break
		}
	}
	d.kept[k] = s
	return s, nil
}

// inTx returns the kept statement bound to t, or nil if there is none yet. The
// writing pool of SQLite has one connection, which t holds: to prepare on the
// pool now would wait for ever, so that is left until t ends.
func (d *DB) inTx(ctx context.Context, t *tx, text string) *sql.Stmt {
	if !d.lite {
		return nil
	}
	d.mu.Lock()
	s := d.kept[stmtKey{d.w, text}]
	d.mu.Unlock()
	if s != nil {
		return t.StmtContext(ctx, s)
	}
	t.wanted = append(t.wanted, text)
	return nil
}

func (d *DB) exec(ctx context.Context, q string, args ...any) (int64, error) {
	text := d.sql(q)
	var res sql.Result
	var err error
	t := from(ctx)
	switch {
	case t != nil:
		if s := d.inTx(ctx, t, text); s != nil {
			res, err = s.ExecContext(ctx, args...)
		} else {
			res, err = t.ExecContext(ctx, text, args...)
		}
	case d.lite:
		var s *sql.Stmt
		if s, err = d.stmt(ctx, d.w, text); err == nil {
			res, err = s.ExecContext(ctx, args...)
		}
	default:
		res, err = d.w.ExecContext(ctx, text, args...)
	}
	if err != nil {
		return 0, d.fail(err)
	}
	n, err := res.RowsAffected()
	return n, d.fail(err)
}

type longKey struct{}

// long marks the statements of a context as such that may read much. Only those
// end early, with their context, on SQLite: most reads there are over in less
// time than the two goroutines need that would watch for its end.
func long(ctx context.Context) context.Context { return context.WithValue(ctx, longKey{}, true) }

func brief(ctx context.Context) context.Context {
	if ctx.Value(longKey{}) != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func (d *DB) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	text := d.sql(q)
	if d.trace != nil {
		d.trace(text, args)
	}
	if t := from(ctx); t != nil {
		if s := d.inTx(ctx, t, text); s != nil {
			rows, err := s.QueryContext(ctx, args...)
			return rows, d.fail(err)
		}
		rows, err := t.QueryContext(ctx, text, args...)
		return rows, d.fail(err)
	}
	if d.lite {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ctx = brief(ctx)
		s, err := d.stmt(ctx, d.r, text)
		if err != nil {
			return nil, d.fail(err)
		}
		rows, err := s.QueryContext(ctx, args...)
		return rows, d.fail(err)
	}
	rows, err := d.r.QueryContext(ctx, text, args...)
	return rows, d.fail(err)
}

// all reads every row of q into values whose fields dest points at.
func all[T any](ctx context.Context, d *DB, dest func(*T) []any, q string, args ...any) ([]T, error) {
	rows, err := d.query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(dest(&v)...); err != nil {
			return nil, d.fail(err)
		}
		out = append(out, v)
	}
	return out, d.fail(rows.Err())
}

// one reads the first row of q; none is errs.NotFound.
func one[T any](ctx context.Context, d *DB, dest func(*T) []any, q string, args ...any) (T, error) {
	var v T
	rows, err := d.query(ctx, q, args...)
	if err != nil {
		return v, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return v, d.fail(err)
		}
		return v, errs.New(errs.NotFound, "error.not_found")
	}
	if err := rows.Scan(dest(&v)...); err != nil {
		return v, d.fail(err)
	}
	return v, d.fail(rows.Close())
}

// scalar reads one value.
func scalar[T any](ctx context.Context, d *DB, q string, args ...any) (T, error) {
	return one(ctx, d, func(v *T) []any { return []any{v} }, q, args...)
}

// fail gives an engine's error its kind. An error that has one keeps it.
func (d *DB) fail(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	kind, ok := postgres.Kind(err)
	if d.lite {
		kind, ok = sqlite.Kind(err)
	}
	if !ok {
		return err
	}
	return &errs.Error{Kind: kind, Key: "error.database", Err: err}
}

// places writes "$from, ..." for n parameters.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// SchemaVersion returns the number of the newest migration applied.
func (d *DB) SchemaVersion(ctx context.Context) (int64, error) {
	return scalar[int64](ctx, d, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`)
}

// Ready reports whether the database answers and has the schema that this program
// needs. A newer one is right too: a node of the next version has brought it
// while this one still serves.
func (d *DB) Ready(ctx context.Context) error {
	have, err := d.SchemaVersion(ctx)
	if err == nil && have < d.version {
		err = errs.New(errs.Unavailable, "error.database")
	}
	return err
}
