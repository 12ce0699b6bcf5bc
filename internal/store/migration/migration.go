// Package migration holds the schema as numbered SQL files and applies them.
//
// A file NNNN_name.sql is written once, in PostgreSQL's types, and rendered
// for SQLite, whose STRICT tables know fewer type names. Only where the engines
// truly differ (full-text search) is there a file for each, with the engine's
// name in front. Migrations go forward only; a database that is newer than the
// program is refused.
package migration

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"godwit.dev/godwit/internal/base/errs"
)

//go:embed *.sql
var files embed.FS

// Engine is the kind of database that the files are rendered for.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

var types = regexp.MustCompile(`\b(BIGINT|BYTEA|JSONB|BOOLEAN)\b`)

var sqliteTypes = map[string]string{"BIGINT": "INTEGER", "BYTEA": "BLOB", "JSONB": "TEXT", "BOOLEAN": "INTEGER"}

// Files returns the migrations of an engine under the names that goose orders.
func Files(e Engine) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		engine, rest, _ := strings.Cut(name, "_")
		own := engine == string(SQLite) || engine == string(Postgres)
		switch {
		case own && engine != string(e):
			continue
		case !own:
			rest = name
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text := string(body)
		if e == SQLite && !own {
			text = types.ReplaceAllStringFunc(text, func(t string) string { return sqliteTypes[t] })
		}
		strict := ""
		if e == SQLite {
			strict = "STRICT"
		}
		out[rest] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(text, "${STRICT}", strict))}
	}
	return out, nil
}

var created = regexp.MustCompile(`(?m)^CREATE (?:VIRTUAL )?TABLE (\w+)`)

// Tables returns the names of the tables in the order in which the migrations
// make them.
func Tables(e Engine) ([]string, error) {
	src, err := Files(e)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(src, "*.sql") // in order
	var out []string
	for _, name := range names {
		body, err := fs.ReadFile(src, name)
		if err != nil {
			return nil, err
		}
		for _, m := range created.FindAllSubmatch(body, -1) {
			out = append(out, string(m[1]))
		}
	}
	return out, err
}

// Up applies what is missing and returns the version reached. It is safe to
// call from several nodes at once. It fails with errs.Conflict when the
// database was written by a newer Godwit.
func Up(ctx context.Context, e Engine, db *sql.DB) (int64, error) { return UpTo(ctx, e, db, 0) }

// UpTo is Up that stops at a version, for a database that is to take an archive
// of that age; 0 goes to the newest.
func UpTo(ctx context.Context, e Engine, db *sql.DB, version int64) (int64, error) {
	src, err := Files(e)
	if err != nil {
		return 0, err
	}
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{}
	if e == Postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return 0, err
		}
		dialect = goose.DialectPostgres
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, src, opts...)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	if version > want {
		return have, errs.New(errs.Conflict, "error.schema_newer", "have", version, "want", want)
	}
	if have > want {
		return have, errs.New(errs.Conflict, "error.schema_newer", "have", have, "want", want)
	}
	if version == 0 {
		version = want
	}
	if have >= version {
		return have, nil
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return have, fmt.Errorf("migrate: %w", err)
	}
	return version, nil
}
