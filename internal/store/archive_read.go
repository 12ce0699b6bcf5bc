package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store/postgres"
)

// longestLine bounds one row of an archive: the largest mail, in base 64.
const longestLine = 256 << 20

// ArchiveReader reads an archive from its first line on.
type ArchiveReader struct {
	Header ArchiveHeader
	z      *zstd.Decoder
	buf    *bufio.Reader
	line   int
}

// OpenArchive reads the header of an archive. It fails with errs.Invalid if
// there is none, and with errs.Unsupported for a format that it does not know.
func OpenArchive(in io.Reader) (*ArchiveReader, error) {
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.archive")
	}
	a := &ArchiveReader{z: z, buf: bufio.NewReaderSize(z, 1<<16)}
	raw, err := a.next()
	if err == nil {
		err = json.Unmarshal(raw, &a.Header)
	}
	if err != nil || a.Header.Godwit == 0 {
		z.Close()
		return nil, errs.Wrap(errs.Invalid, err, "error.archive")
	}
	if a.Header.Godwit > archiveFormat {
		z.Close()
		return nil, errs.New(errs.Unsupported, "error.archive_newer", "have", a.Header.Godwit, "want", archiveFormat)
	}
	return a, nil
}

// Close frees the reader.
func (a *ArchiveReader) Close() { a.z.Close() }

func (a *ArchiveReader) next() ([]byte, error) {
	a.line++
	var long []byte
	for {
		part, err := a.buf.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part, nil
		case err == nil:
			return append(long, part...), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			if errors.Is(err, io.EOF) {
				err = errs.New(errs.Invalid, "error.archive_short")
			}
			return nil, err
		case len(long) > longestLine:
			return nil, errs.New(errs.Invalid, "error.archive_line", "line", a.line)
		}
		long = append(long, part...)
	}
}

// LoadOptions say what a loaded archive is to be.
type LoadOptions struct {
	// Copy makes it a second one beside the first, for a trial: its mailboxes are
	// paused and nothing that was on its way goes out. Otherwise it takes the
	// first one's place, and what was on its way is looked for in the world
	// before it is sent.
	Copy bool
	Tell Progress
}

// Load writes the records of an archive in one transaction: all or none. A
// whole database is loaded into an empty one, a workspace beside others; else it
// fails with errs.Conflict. The schema must be that of the archive.
func (s *Store) Load(ctx context.Context, a *ArchiveReader, o LoadOptions) (rows int64, err error) {
	have, err := s.SchemaVersion(ctx)
	if err != nil {
		return 0, err
	}
	if have != a.Header.Schema {
		return 0, errs.New(errs.Conflict, "error.archive_schema", "have", have, "want", a.Header.Schema)
	}
	if err := s.roomFor(ctx, a.Header.Workspace); err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(ctx context.Context) error {
		later := `SET CONSTRAINTS ALL DEFERRED` // records that refer to younger ones of their own table
		if s.lite {
			later = `PRAGMA defer_foreign_keys=ON`
		}
		if _, err := from(ctx).ExecContext(ctx, later); err != nil {
			return err
		}
		if !s.lite { // the archive may come slowly, and nobody waits for what is loaded
			if _, err := from(ctx).ExecContext(ctx, postgres.Patient); err != nil {
				return err
			}
		}
		l := &loader{s: s, a: a, o: o}
		if err := l.run(ctx); err != nil {
			return err
		}
		rows = l.rows
		return s.afterLoad(ctx, a.Header.Workspace, o)
	})
	return rows, err
}

// roomFor checks that what an archive holds is not here yet.
func (s *Store) roomFor(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Workspaces(ctx)
	if err != nil {
		return err
	}
	if w == 0 && len(list) > 0 {
		return errs.New(errs.Conflict, "error.archive_not_empty", "workspaces", len(list))
	}
	for _, x := range list {
		if x.ID == w {
			return errs.New(errs.Conflict, "error.archive_there", "name", x.Name)
		}
	}
	return nil
}

type loader struct {
	s     *Store
	a     *ArchiveReader
	o     LoadOptions
	rows  int64
	table string
	cols  []string
	flags []bool  // which columns are truth values in this engine
	bytes []bool  // which columns are bytes in this engine
	batch [][]any // rows not yet written
	terms [][]any
	count int64
	boxes []any // the mailboxes that were read
}

// batchRows is how many rows go in one statement, within what an engine takes as
// parameters (32,766 in SQLite, 65,535 in PostgreSQL).
const batchRows = 200

func (l *loader) run(ctx context.Context) error {
	known, err := l.s.tables()
	if err != nil {
		return err
	}
	for {
		raw, err := l.a.next()
		if err != nil {
			return err
		}
		if len(raw) > 0 && raw[0] == '[' {
			if err := l.row(ctx, raw); err != nil {
				return fmt.Errorf("archive line %d, %s: %w", l.a.line, l.table, err)
			}
			continue
		}
		if err := l.flush(ctx); err != nil {
			return fmt.Errorf("load %s: %w", l.table, err)
		}
		var head struct {
			archiveTable
			archiveEnd
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return errs.Wrap(errs.Invalid, err, "error.archive_line", "line", l.a.line)
		}
		if head.End {
			if head.Rows != l.rows {
				return errs.New(errs.Invalid, "error.archive_short")
			}
			return nil
		}
		if !slices.Contains(known, head.Table) {
			return errs.New(errs.Invalid, "error.archive_table", "table", head.Table)
		}
		if err := l.begin(ctx, head.archiveTable); err != nil {
			return err
		}
	}
}

// begin takes up a table. Names of columns come from the archive and are compared
// with those of the table: nothing foreign gets into a statement.
func (l *loader) begin(ctx context.Context, t archiveTable) error {
	names, kinds, err := l.s.kinds(ctx, from(ctx), t.Table)
	if err != nil {
		return err
	}
	l.table, l.cols, l.count = t.Table, t.Columns, 0
	l.flags, l.bytes = make([]bool, len(t.Columns)), make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		at := slices.Index(names, c)
		if at < 0 {
			return errs.New(errs.Invalid, "error.archive_table", "table", t.Table+"."+c)
		}
		l.flags[i], l.bytes[i] = kinds[at] == "boolean", kinds[at] == "bytea" || kinds[at] == "BLOB"
	}
	return nil
}

func (l *loader) row(ctx context.Context, raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var vals []any
	if err := d.Decode(&vals); err != nil || len(vals) != len(l.cols) || l.table == "" {
		return errs.Wrap(errs.Invalid, err, "error.archive_line", "line", l.a.line)
	}
	for i, v := range vals {
		x, err := value(v, l.flags[i], l.bytes[i])
		if err != nil {
			return errs.Wrap(errs.Invalid, err, "error.archive_line", "line", l.a.line)
		}
		vals[i] = x
	}
	if w := l.a.Header.Workspace; w != 0 && !l.owned(vals, int64(w)) {
		return errs.New(errs.Invalid, "error.archive_line", "line", l.a.line) // a record of somebody else
	}
	if l.table == "shop" {
		if err := l.freeSlug(ctx, vals); err != nil {
			return err
		}
	}
	l.batch = append(l.batch, vals)
	if l.table == "message" {
		terms, err := l.termsOf(vals)
		if err != nil {
			return err
		}
		l.terms = append(l.terms, terms)
	}
	l.rows++
	if l.count++; l.o.Tell != nil && l.count%1000 == 0 {
		l.o.Tell(l.table, l.count)
	}
	if len(l.batch) == batchRows || len(raw) > 1<<20 {
		return l.flush(ctx)
	}
	return nil
}

// freeSlug gives a shop another address for its page if one that is here already
// has its own.
func (l *loader) freeSlug(ctx context.Context, vals []any) error {
	at, id := slices.Index(l.cols, "slug"), slices.Index(l.cols, "id")
	if at < 0 || id < 0 {
		return nil
	}
	n, err := scalar[int](ctx, l.s.DB, `SELECT count(*) FROM shop WHERE slug = $1 AND slug <> ''`, vals[at])
	if err == nil && n > 0 {
		vals[at] = fmt.Sprintf("%v-%v", vals[at], vals[id])
	}
	return err
}

// owned reports whether a row is of the workspace that the archive says it holds.
func (l *loader) owned(vals []any, w int64) bool {
	col := "workspace_id"
	if l.table == "workspace" {
		col = "id"
	}
	if i := slices.Index(l.cols, col); i >= 0 {
		if l.table == "mailbox" {
			l.boxes = append(l.boxes, vals[slices.Index(l.cols, "id")])
		}
		return vals[i] == w
	}
	i := slices.Index(l.cols, "mailbox_id")
	return i >= 0 && slices.Contains(l.boxes, vals[i])
}

func value(v any, truth, raw bool) (any, error) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		if err == nil && truth {
			return n != 0, nil
		}
		return n, err
	case map[string]any:
		b, ok := v["b"].(string)
		if !ok || !raw {
			return nil, errors.New("bytes in a column of another type")
		}
		return base64.StdEncoding.DecodeString(b)
	case nil, string:
		return v, nil
	}
	return nil, fmt.Errorf("a %T in a row", v)
}

// termsOf returns the row of the search index for a row of messages.
func (l *loader) termsOf(vals []any) ([]any, error) {
	var m ticket.Message
	for i, c := range l.cols {
		switch c {
		case "id":
			id, _ := vals[i].(int64)
			m.ID = ticket.MessageID(id)
		case "workspace_id":
			w, _ := vals[i].(int64)
			m.Workspace = auth.WorkspaceID(w)
		case "subject":
			m.Subject, _ = vals[i].(string)
		case "body":
			m.Body, _ = vals[i].(string)
		case "author_name":
			m.AuthorName, _ = vals[i].(string)
		case "address":
			m.Address, _ = vals[i].(string)
		case "language":
			m.Language, _ = vals[i].(string)
		case "files":
			if err := doc(&m.Files).Scan(vals[i]); err != nil {
				return nil, err
			}
		}
	}
	return l.s.termVals(m), nil
}

// flush writes the rows that were read.
func (l *loader) flush(ctx context.Context) error {
	if l.count > 0 && l.o.Tell != nil && len(l.batch) > 0 {
		l.o.Tell(l.table, l.count)
	}
	if err := l.insert(ctx, l.table, strings.Join(l.cols, ", "), l.batch); err != nil {
		return err
	}
	terms := l.s.termRows()
	if err := l.insert(ctx, terms.Table, terms.Columns, l.terms); err != nil {
		return err
	}
	l.batch, l.terms = l.batch[:0], l.terms[:0]
	return nil
}

// insert writes rows with as few statements as there may be. Each row brings its
// own workspace_id.
func (l *loader) insert(ctx context.Context, table, cols string, rows [][]any) error {
	for len(rows) > 0 {
		n := 1
		if len(rows) == batchRows {
			n = batchRows
		}
		var text strings.Builder
		text.WriteString(`INSERT INTO ` + table + ` (` + cols + `) VALUES `)
		args := make([]any, 0, n*len(rows[0]))
		for i, r := range rows[:n] {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString(`(` + places(len(args)+1, len(r)) + `)`)
			args = append(args, r...)
		}
		if _, err := l.s.exec(ctx, text.String(), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// afterLoad brings what was on its way in line with the new place.
func (s *Store) afterLoad(ctx context.Context, w auth.WorkspaceID, o LoadOptions) error {
	if !o.Copy {
		// The first one may have sent it since the archive was written: each is in
		// doubt until the world was asked.
		_, err := s.exec(ctx, `UPDATE action SET state=$1, updated_at=$2 WHERE state IN ($3,$4) AND (workspace_id=$5 OR $5=0)`,
			action.Committing, ms(s.now()), action.Ready, action.Running, w)
		return err
	}
	for _, q := range []string{
		`UPDATE mailbox SET disabled=TRUE WHERE workspace_id=$1 OR $1=0`,
		`UPDATE message SET delivery='cancelled' WHERE (workspace_id=$1 OR $1=0) AND kind='outbound' AND delivery IN ('scheduled','sending')`,
		`UPDATE action SET state='cancelled' WHERE (workspace_id=$1 OR $1=0) AND state IN ('proposed','ready','running','committing')`,
		`DELETE FROM job WHERE workspace_id=$1 OR $1=0`,
	} {
		if _, err := s.exec(ctx, q, w); err != nil {
			return err
		}
	}
	return nil
}
