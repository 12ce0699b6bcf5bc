// Package storetest opens databases for tests, on every engine.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that creates and drops databases

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
)

// Node is the node of the numbers that a store of a test gives itself.
const Node = 255

var others atomic.Int64

// OtherNode is the node of another source of numbers in the same database: never Node, and never the last one's, since two of
// one node give the same numbers within a millisecond.
func OtherNode() uint8 { return uint8(others.Add(1) % Node) }

// Server is the environment variable with the address of a PostgreSQL server on
// which tests may create databases. Without it they are skipped there, unless
// Servers is "1": then its absence is a failure.
const (
	Server  = "GODWIT_TEST_PG"
	Servers = "GODWIT_TEST_SERVERS"
)

// Only is the environment variable that keeps Each to one engine, "sqlite" or
// "postgres": scripts/test runs most tests twice, once with the race detector, and
// has each engine in one of the two.
const Only = "GODWIT_TEST_ENGINE"

// Open runs a test on each engine, on a fresh database that goes away with it.
func Open(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	Each(t, func(t *testing.T, address string) { run(t, At(t, address)) })
}

// Each is Open for a test that opens the databases itself, by their addresses.
func Each(t *testing.T, run func(t *testing.T, address string)) {
	t.Helper()
	only := os.Getenv(Only)
	if only != "" && only != "sqlite" && only != "postgres" {
		t.Fatalf("%s is %q, and must be sqlite, postgres or nothing", Only, only)
	}
	if only != "postgres" {
		t.Run("sqlite", func(t *testing.T) { run(t, File(t)) })
	}
	if only != "sqlite" {
		t.Run("postgres", func(t *testing.T) { run(t, Database(t)) })
	}
}

// SQLite returns a store in a temporary file.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return At(t, File(t))
}

// Postgres returns a store in a new database of the test server.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return At(t, Database(t))
}

// Database makes a database on the test server that is up to date and holds
// nothing, and returns its address.
func Database(t testing.TB) string {
	t.Helper()
	return create(t, template)
}

// Empty makes a database without any table on the test server, for tests of how
// it is brought up to date, and returns its address.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, func(context.Context, *sql.DB, string) (string, error) { return "template0", nil })
}

// byFile asks a server for the words that make it copy a database file by file. From
// 15 on it would write every page into its log instead, which takes longer for many
// tables that are all empty; before, it knew no other way.
const byFile = "SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 THEN ' STRATEGY FILE_COPY' ELSE '' END"

// create makes a copy of a database on the test server.
func create(t testing.TB, from func(ctx context.Context, admin *sql.DB, server string) (string, error)) string {
	t.Helper()
	server := os.Getenv(Server)
	if server == "" {
		if os.Getenv(Servers) == "1" {
			t.Fatal(Server + " is not set")
		}
		t.Skip("not run: " + Server + " is not set")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "godwit_test_" + suffix()
	model, err := from(context.Background(), admin, server)
	var strategy string
	if err == nil {
		err = admin.QueryRow(byFile).Scan(&strategy)
	}
	if err == nil {
		err = patiently(func() error {
			_, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + model + " ENCODING 'UTF8'" + strategy)
			return err
		})
	}
	if err != nil {
		_ = admin.Close()
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
		_ = admin.Close()
	})
	address, err := at(server, name)
	if err != nil {
		t.Fatalf("%s must be a postgres:// address: %v", Server, err)
	}
	return address
}

func suffix() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// At returns a store in the database at an address, brought up to date.
func At(t testing.TB, address string) *store.Store {
	t.Helper()
	db, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	v, err := vault.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(db, store.Config{IDs: id.NewSource(Node, time.Now), Now: time.Now, Bus: event.NewBus(), Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Workspace adds a workspace and returns it.
func Workspace(t testing.TB, s *store.Store) auth.WorkspaceID {
	t.Helper()
	var b [8]byte
	_, _ = rand.Read(b[:])
	w := int64(binary.BigEndian.Uint64(b[:]) >> 2) // nobody orders workspaces by time
	secret := "''"
	if s.Lite() {
		secret = "x''"
	}
	write, _ := s.Pools()
	_, err := write.Exec(fmt.Sprintf(`INSERT INTO workspace (id, slug, name, language, zone, secret, settings, created_at)
		VALUES (%d, 'w%d', 'Test', 'en', 'UTC', %s, '{}', 0)`, w, w, secret))
	if err != nil {
		t.Fatalf("add workspace: %v", err)
	}
	return auth.WorkspaceID(w)
}
