// Package sqlite opens the embedded engine and turns its error codes into kinds.
package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"

	msqlite "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"godwit.dev/godwit/internal/base/errs"
)

// Open opens the file at path with one writing connection and as many reading
// ones as there are processors. Every commit is flushed to the disk before it
// returns (synchronous=FULL), because a channel is told that its message is
// safe on the strength of it. The file is not mapped into memory: every commit
// would unmap it for all readers, which costs more than reading does.
func Open(path string) (w, r *sql.DB, err error) {
	if err := fold(); err != nil {
		return nil, nil, fmt.Errorf("register lower: %w", err)
	}
	pragma := func(v ...string) string {
		q := url.Values{"_txlock": {"immediate"}}
		for _, p := range append(v,
			"busy_timeout(10000)", "foreign_keys(1)", "cache_size(-65536)", "temp_store(memory)") {
			q.Add("_pragma", p)
		}
		return q.Encode()
	}
	name := "file:" + (&url.URL{Path: strings.ReplaceAll(path, "\\", "/")}).EscapedPath()
	w, err = sql.Open("sqlite", name+"?"+pragma("journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)"))
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	w.SetMaxIdleConns(1)
	if err := w.Ping(); err != nil {
		_ = w.Close()
		return nil, nil, errs.Wrap(errs.Unavailable, err, "error.database_open", "path", path)
	}
	r, err = sql.Open("sqlite", name+"?"+pragma("query_only(1)"))
	if err != nil {
		_ = w.Close()
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	n := max(2, runtime.GOMAXPROCS(0))
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return w, r, nil
}

// fold gives every connection a lower() that knows all scripts, as PostgreSQL
// has it. The engine's own folds ASCII alone (https://sqlite.org/lang_corefunc.html#lower).
var fold = sync.OnceValue(func() error {
	return msqlite.RegisterDeterministicScalarFunction("lower", 1, func(_ *msqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch v := args[0].(type) {
		case string:
			return strings.ToLower(v), nil
		case []byte:
			return strings.ToLower(string(v)), nil
		default:
			return v, nil
		}
	})
})

// Kind maps the engine's result codes (https://sqlite.org/rescode.html).
func Kind(err error) (errs.Kind, bool) {
	var e *msqlite.Error
	if !errors.As(err, &e) {
		return errs.Internal, false
	}
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errs.Conflict, true
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return errs.Unavailable, true
	}
	return errs.Internal, true
}
