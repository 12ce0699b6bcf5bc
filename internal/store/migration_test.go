package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/migration"
	"godwit.dev/godwit/internal/store/storetest"
)

// The numbers and names of migrations are the same for both engines, and no
// number is used twice.
func TestMigrationsAreOneList(t *testing.T) {
	list := func(e migration.Engine) []string {
		src, err := migration.Files(e)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(src, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	lite, full := list(migration.SQLite), list(migration.Postgres)
	if !slices.Equal(lite, full) {
		t.Errorf("%v\n%v", lite, full)
	}
	last := ""
	for _, name := range lite {
		number, _, _ := strings.Cut(name, "_")
		if len(number) != 4 || number <= last {
			t.Errorf("%s follows migration %s", name, last)
		}
		last = number
	}
}

// columns lists table.column, with a mark for what may be empty.
func columns(t *testing.T, s *store.Store) []string {
	t.Helper()
	text := `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN ' optional' ELSE '' END
		FROM information_schema.columns WHERE table_schema='public'`
	if s.Lite() {
		text = `SELECT m.name || '.' || c.name || CASE WHEN c."notnull"=1 OR c.pk>0 THEN '' ELSE ' optional' END
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type='table' AND m.name NOT LIKE 'sqlite_%'`
	}
	return texts(t, s, text)
}

// indexes lists the indexes that we named.
func indexes(t *testing.T, s *store.Store) []string {
	t.Helper()
	text := `SELECT indexname FROM pg_indexes WHERE schemaname='public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key' OR indexname IN ('message_key','action_key','field_key','job_key')`
	if s.Lite() {
		// PostgreSQL finds by its primary key what tracking_event_news finds here.
		text = `SELECT name FROM sqlite_master WHERE type='index' AND sql IS NOT NULL AND name <> 'tracking_event_news'`
	}
	return texts(t, s, text)
}

func texts(t *testing.T, s *store.Store, query string) []string {
	t.Helper()
	_, read := s.Pools()
	rows, err := read.Query(query)
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
		if !strings.HasPrefix(v, "goose_") && !strings.HasPrefix(v, "message_term") { // the two ways to search
			out = append(out, v)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestSchemasAreAlike(t *testing.T) {
	lite, full := storetest.SQLite(t), storetest.Postgres(t)
	for what, list := range map[string]func(*testing.T, *store.Store) []string{"columns": columns, "indexes": indexes} {
		a, b := list(t, lite), list(t, full)
		if len(a) < 30 || !reflect.DeepEqual(a, b) {
			for _, v := range a {
				if !slices.Contains(b, v) {
					t.Errorf("%s: only SQLite has %s", what, v)
				}
			}
			for _, v := range b {
				if !slices.Contains(a, v) {
					t.Errorf("%s: only PostgreSQL has %s", what, v)
				}
			}
		}
	}
}

func TestMigratingAgainDoesNothingAndBackwardsIsRefused(t *testing.T) {
	for name, address := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "g.db") },
		"postgres": func(t *testing.T) string { return storetest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			for range 2 {
				db, err := store.Open(context.Background(), at)
				if err != nil {
					t.Fatal(err)
				}
				version, err := db.SchemaVersion(context.Background())
				if err != nil || version < 4 {
					t.Errorf("version %d, %v", version, err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			db, err := store.Open(context.Background(), at)
			if err != nil {
				t.Fatal(err)
			}
			w, _ := db.Pools()
			stamp := "CURRENT_TIMESTAMP"
			if _, err := w.Exec("INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (9999, TRUE, " + stamp + ")"); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if db, err := store.Open(context.Background(), at); !errs.Is(err, errs.Conflict) {
				t.Errorf("a newer database was opened: %v, %v", db, err)
			}
		})
	}
}

// Several nodes that start at once bring one database up to date together.
func TestFourNodesMigrateAtOnce(t *testing.T) {
	address := storetest.Empty(t)
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			db, err := sql.Open("pgx", address)
			if err != nil {
				return err
			}
			defer db.Close()
			_, err = migration.Up(context.Background(), migration.Postgres, db)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
