package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/migration"
	"godwit.dev/godwit/internal/store/postgres"
)

// An archive holds all records of a database, or those of one workspace, as JSON
// lines under zstd. It does not depend on the engine that wrote it.
//
// The first line is the ArchiveHeader. Then each table begins with a line that
// is an object naming it and its columns, followed by one array for each row:
// numbers are integers, truth is 0 or 1, JSON is a string, and bytes are an
// object {"b": base 64}. The last line counts the rows, so that an archive that
// was cut off is known as such.
//
// What can be computed from other records (search terms) is left out. Secrets
// stay sealed, with the key of the machine that they come from.

// archiveFormat is the version of the format itself.
const archiveFormat = 1

// ArchiveHeader is the first line of an archive.
type ArchiveHeader struct {
	Godwit    int              `json:"godwit_archive"`
	Schema    int64            `json:"schema"`
	Engine    string           `json:"engine"`
	Workspace auth.WorkspaceID `json:"workspace,omitempty"` // 0: the whole database
	Name      string           `json:"name,omitempty"`      // of the workspace
	At        time.Time        `json:"at"`
}

type archiveTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type archiveEnd struct {
	End  bool  `json:"end"`
	Rows int64 `json:"rows"`
}

// personal are the tables that a workspace does not take to another machine:
// who is signed in there, and links that stand in letters with its address.
var personal = []string{"session", "invite", "ceremony", "browser", "portal_code", "brand_domain"}

// passing are the tables that say what runs at this moment, and where.
var passing = []string{"lease", "node", "presence", "tally"}

// derived are the tables whose rows are computed from others.
var derived = []string{"message_term", "preview"}

// Progress is told how many rows of a table are written or read so far.
type Progress func(table string, rows int64)

// tables returns the names of the tables in the order in which the migrations
// make them, which is one in which a row comes after those that it refers to.
func (d *DB) tables() ([]string, error) {
	engine := migration.Postgres
	if d.lite {
		engine = migration.SQLite
	}
	names, err := migration.Tables(engine)
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(derived, n) || slices.Contains(passing, n) }), err
}

// kinds returns the columns of a table and the engine's names of their types.
func (d *DB) kinds(ctx context.Context, q querier, table string) (names, kinds []string, err error) {
	text := `SELECT name, type FROM pragma_table_info($1)`
	if !d.lite {
		text = `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema=current_schema() AND table_name=$1 ORDER BY ordinal_position`
	}
	rows, err := q.QueryContext(ctx, d.sql(text), table)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, nil, err
		}
		names, kinds = append(names, name), append(kinds, kind)
	}
	return names, kinds, rows.Err()
}

// querier is a connection or transaction that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// snapshot runs fn on a connection that sees the database as it is now, however
// long fn takes and whatever is written meanwhile.
func (d *DB) snapshot(ctx context.Context, fn func(querier) error) error {
	conn, err := d.r.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	begin := "BEGIN" // deferred: a reading transaction of the write-ahead log
	if !d.lite {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	if !d.lite { // whoever takes the archive may be slow, and it holds no locks
		if _, err := conn.ExecContext(ctx, postgres.Patient); err != nil {
			return err
		}
	}
	return fn(conn)
}

// WriteArchive writes the whole database, or one workspace, as it is at one
// moment. The server may go on working. It returns the number of rows.
func (s *Store) WriteArchive(ctx context.Context, out io.Writer, w auth.WorkspaceID, tell Progress) (int64, error) {
	h := ArchiveHeader{Godwit: archiveFormat, Engine: s.engine(), Workspace: w, At: s.now().UTC()}
	var err error
	if h.Schema, err = s.SchemaVersion(ctx); err != nil {
		return 0, err
	}
	if w != 0 {
		ws, err := s.Workspace(ctx, w)
		if err != nil {
			return 0, err
		}
		h.Name = ws.Name
	}
	z, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return 0, err
	}
	a := &archiveWriter{buf: bufio.NewWriterSize(z, 1<<16), tell: tell}
	if err := a.line(h); err != nil {
		return 0, err
	}
	err = s.snapshot(ctx, func(q querier) error { return s.writeTables(ctx, q, a, w) })
	if err == nil {
		err = a.line(archiveEnd{End: true, Rows: a.rows})
	}
	if err == nil {
		err = a.buf.Flush()
	}
	if cerr := z.Close(); err == nil {
		err = cerr
	}
	return a.rows, s.fail(err)
}

func (d *DB) engine() string {
	if d.lite {
		return string(migration.SQLite)
	}
	return string(migration.Postgres)
}

type archiveWriter struct {
	buf  *bufio.Writer
	rows int64
	tell Progress
}

func (a *archiveWriter) line(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = a.buf.Write(append(b, '\n'))
	}
	return err
}

func (s *Store) writeTables(ctx context.Context, q querier, a *archiveWriter, w auth.WorkspaceID) error {
	names, err := s.tables()
	if err != nil {
		return err
	}
	for _, table := range names {
		if w != 0 && slices.Contains(personal, table) {
			continue
		}
		cols, exprs, err := s.kinds(ctx, q, table)
		if err != nil {
			return fmt.Errorf("columns of %s: %w", table, err)
		}
		for i, kind := range exprs {
			if exprs[i] = cols[i]; kind == "jsonb" {
				exprs[i] = "cast(" + cols[i] + " AS text)"
			}
		}
		if err := a.line(archiveTable{table, cols}); err != nil {
			return err
		}
		if err := s.writeRows(ctx, q, a, table, cols, exprs, w); err != nil {
			return fmt.Errorf("archive %s: %w", table, err)
		}
	}
	return nil
}

func (s *Store) writeRows(ctx context.Context, q querier, a *archiveWriter, table string, cols, exprs []string, w auth.WorkspaceID) error {
	text, args := `SELECT `+strings.Join(exprs, ", ")+` FROM `+table, []any(nil)
	if w != 0 {
		scope := `workspace_id=$1`
		switch {
		case slices.Contains(cols, "workspace_id"):
		case table == "workspace":
			scope = `id=$1`
		case slices.Contains(cols, "mailbox_id"):
			scope = `mailbox_id IN (SELECT id FROM mailbox WHERE workspace_id=$1)`
		default:
			return errs.New(errs.Internal, "", "table", table) // every table leads to its tenant
		}
		text, args = text+` WHERE `+scope, []any{w}
	}
	rows, err := q.QueryContext(ctx, s.sql(text), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	vals, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		dest[i] = &vals[i]
	}
	n := int64(0)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, v := range vals {
			switch v := v.(type) {
			case []byte:
				vals[i] = archiveBytes{base64.StdEncoding.EncodeToString(v)}
			case bool:
				vals[i] = 0
				if v {
					vals[i] = 1
				}
			}
		}
		if err := a.line(vals); err != nil {
			return err
		}
		n++
		a.rows++
		if a.tell != nil && n%1000 == 0 {
			a.tell(table, n)
		}
	}
	if a.tell != nil && n > 0 {
		a.tell(table, n)
	}
	return rows.Err()
}

type archiveBytes struct {
	B string `json:"b"`
}
