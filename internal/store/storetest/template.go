package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/migration"
)

// Bringing an empty database up to date costs more than most tests do with it.
// So it is done once, for SQLite in each process and for PostgreSQL once on the
// server, and each test begins with a copy.

// migrated holds the bytes of a SQLite database that is up to date.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "godwit-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "godwit.db")
	db, err := store.Open(context.Background(), "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // which moves the log into the file
		return nil, err
	}
	return os.ReadFile(file)
})

// File makes a SQLite database that is up to date, and returns its address.
func File(t testing.TB) string {
	t.Helper()
	data, err := migrated()
	if err != nil {
		t.Fatalf("make the database that tests copy: %v", err)
	}
	file := filepath.Join(t.TempDir(), "godwit.db")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// The server's copies. The name of a template says which migrations it has, so
// that two versions of Godwit are tested beside each other on one server; the
// comment says when it was made, and one that is a day old makes way for the next.
const (
	templates   = "godwit_template_"
	templateAge = 24 * time.Hour
	inUse       = "55006" // object_in_use: somebody is still connected to it
)

// template returns the name of the database on the server that tests copy,
// and makes it where it is missing.
func template(ctx context.Context, admin *sql.DB, server string) (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()          // which ends the session's lock as well
	const lock = 0x676f64776974 // "godwit"
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(lock)); err != nil {
		return "", err
	}
	defer conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(lock))
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname=$1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	dropOldTemplates(ctx, conn)
	unfinished := name + "_new"
	for _, command := range []string{
		"DROP DATABASE IF EXISTS " + unfinished + " WITH (FORCE)",
		"CREATE DATABASE " + unfinished + " TEMPLATE template0 ENCODING 'UTF8'",
	} {
		if _, err := conn.ExecContext(ctx, command); err != nil {
			return "", err
		}
	}
	address, err := at(server, unfinished)
	if err != nil {
		return "", err
	}
	db, err := store.Open(ctx, address)
	if err != nil {
		return "", err
	}
	if err := db.Close(); err != nil {
		return "", err
	}
	for _, command := range []string{
		"COMMENT ON DATABASE " + unfinished + " IS '" + time.Now().UTC().Format(time.RFC3339) + "'",
		"ALTER DATABASE " + unfinished + " RENAME TO " + name,
	} {
		if err := patiently(func() error { _, err := conn.ExecContext(ctx, command); return err }); err != nil {
			return "", err
		}
	}
	return name, nil
}

// templateName names the template by the content of the migrations.
func templateName() (string, error) {
	files, err := migration.Files(migration.Postgres)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		sum.Write([]byte(name + "\n"))
		sum.Write(body)
		return err
	})
	return templates + hex.EncodeToString(sum.Sum(nil)[:8]), err
}

// dropOldTemplates drops what it can; another process may be copying one.
func dropOldTemplates(ctx context.Context, conn *sql.Conn) {
	rows, err := conn.QueryContext(ctx, `SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname LIKE $1`, templates+"%")
	if err != nil {
		return
	}
	defer rows.Close()
	var old []string
	for rows.Next() {
		var name, comment string
		if rows.Scan(&name, &comment) != nil {
			return
		}
		if made, err := time.Parse(time.RFC3339, comment); err == nil && time.Since(made) > templateAge {
			old = append(old, name)
		}
	}
	if rows.Err() != nil {
		return
	}
	for _, name := range old {
		_, _ = conn.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name)
	}
}

// patiently repeats what a session that is just ending keeps from working.
func patiently(do func() error) error {
	for pause := 10 * time.Millisecond; ; pause *= 2 {
		err := do()
		if fault := (*pgconn.PgError)(nil); !errors.As(err, &fault) || fault.Code != inUse || pause > 5*time.Second {
			return err
		}
		time.Sleep(pause)
	}
}

// at is the address of another database on the same server.
func at(server, name string) (string, error) {
	address, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	address.Path = "/" + name
	return address.String(), nil
}
