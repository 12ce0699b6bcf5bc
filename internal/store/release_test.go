package store_test

import (
	"compress/gzip"
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/storetest"
)

// Releases and schemas that somebody may have left their databases behind
// (scripts/release-dump). Brought up to date, each still holds every value that it held, passes the checks, and its
// audit chain is whole.
func TestDatabasesOfEveryReleaseComeUpToDate(t *testing.T) {
	dumps, err := filepath.Glob("testdata/release/*.gz")
	if err != nil || len(dumps) < 2 {
		t.Fatalf("%v, %v", dumps, err)
	}
	for _, dump := range dumps {
		name := strings.TrimSuffix(filepath.Base(dump), ".gz")
		t.Run(name, func(t *testing.T) {
			address, driver, source := restored(t, dump)
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			before := kept(t, db, nil)
			if len(before) < 40 || len(before["ticket"].rows) < 2 || len(before["event"].rows) < 10 {
				t.Fatalf("the dump holds %d tables, %d tickets", len(before), len(before["ticket"].rows))
			}
			s := storetest.At(t, address)
			after := kept(t, db, before)
			for table, was := range before {
				if is := after[table]; !slices.Equal(was.rows, is.rows) {
					t.Errorf("%s: %d rows became %d, or others:\n%v\n%v", table, len(was.rows), len(is.rows), was.rows, is.rows)
				}
			}
			if c, err := s.Examine(t.Context()); err != nil || len(c.Problems) > 0 {
				t.Errorf("examined: %+v, %v", c, err)
			}
			spaces := texts(t, s, "SELECT CAST(id AS TEXT) FROM workspace")
			for _, text := range spaces {
				w, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				links, faults, err := s.VerifyAudit(t.Context(), auth.WorkspaceID(w))
				if err != nil || links < 5 || len(faults) > 0 {
					t.Errorf("workspace %d: %d links, %v, %v", w, links, faults, err)
				}
			}
			if len(spaces) == 0 {
				t.Error("no workspace is left")
			}
		})
	}
}

// restored puts the database of a release back, as it was, and returns its
// address, and how to open it without bringing it up to date.
func restored(t *testing.T, dump string) (address, driver, source string) {
	t.Helper()
	data := unpacked(t, dump)
	if strings.HasSuffix(dump, ".sqlite.gz") {
		file := filepath.Join(t.TempDir(), "godwit.db")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + file, "sqlite", "file:" + file
	}
	address = storetest.Empty(t)
	perform(t, address, string(data))
	return address, "pgx", address
}

func unpacked(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// perform runs the statements of a dump.
func perform(t *testing.T, address, script string) {
	t.Helper()
	c, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.PgConn().Exec(context.Background(), script).ReadAll(); err != nil {
		t.Fatalf("play the dump: %v", err)
	}
}

type keptTable struct{ columns, rows []string }

// kept reads tables as text, their rows in a stable order: all of them, or
// the tables and columns that were kept before.
func kept(t *testing.T, db *sql.DB, like map[string]keptTable) map[string]keptTable {
	t.Helper()
	lite := false
	list := func(query string, args ...any) []string {
		rows, err := db.Query(query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var v string
			if err := rows.Scan(&v); err != nil {
				t.Fatal(err)
			}
			out = append(out, v)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if _, err := db.Exec("SELECT 1 FROM sqlite_master"); err == nil {
		lite = true
	}
	tables := "SELECT table_name FROM information_schema.tables WHERE table_schema='public'"
	columns := "SELECT column_name FROM information_schema.columns WHERE table_schema='public' AND table_name=$1 AND is_generated='NEVER' ORDER BY ordinal_position"
	if lite {
		tables = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
		columns = "SELECT name FROM pragma_table_info($1) ORDER BY cid"
	}
	out := map[string]keptTable{}
	for _, table := range list(tables) {
		if strings.HasPrefix(table, "goose_") || strings.HasPrefix(table, "message_term") {
			continue // the list of migrations grows, and terms are indexed anew
		}
		c := keptTable{columns: list(columns, table)}
		if like != nil {
			c.columns = like[table].columns
		}
		if len(c.columns) == 0 {
			continue
		}
		parts := make([]string, len(c.columns))
		for i, name := range c.columns {
			parts[i] = `COALESCE(CAST("` + name + `" AS TEXT), 'NULL')`
		}
		if lite {
			for i, name := range c.columns {
				parts[i] = `quote("` + name + `")`
			}
		}
		c.rows = list("SELECT " + strings.Join(parts, " || '|' || ") + ` FROM "` + table + `"`)
		slices.Sort(c.rows)
		out[table] = c
	}
	return out
}
