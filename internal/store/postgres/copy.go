package postgres

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Rows are new rows of one table.
type Rows struct {
	Table   string
	Columns string // apart by commas
	Rows    [][]any
}

// Copy writes rows with COPY, in the order given and in one transaction. The
// values are nil, numbers, texts, booleans and bytes.
func Copy(ctx context.Context, db *sql.DB, tables []Rows) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		raw := driver.(*stdlib.Conn).Conn()
		return pgx.BeginFunc(ctx, raw, func(pgx.Tx) error {
			for _, t := range tables {
				if err := t.send(ctx, raw); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// CopyOn writes rows with COPY on a connection, within the transaction that is
// open on it.
func CopyOn(ctx context.Context, conn *sql.Conn, rows Rows) error {
	return conn.Raw(func(driver any) error { return rows.send(ctx, driver.(*stdlib.Conn).Conn()) })
}

func (r Rows) send(ctx context.Context, raw *pgx.Conn) error {
	if len(r.Rows) == 0 {
		return nil
	}
	_, err := raw.PgConn().CopyFrom(ctx, &copyText{rows: r.Rows}, "COPY "+r.Table+" ("+r.Columns+") FROM STDIN")
	if err != nil {
		return fmt.Errorf("copy to %s: %w", r.Table, err)
	}
	return nil
}

// copyText writes rows in COPY's text format
// (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2).
type copyText struct {
	rows [][]any
	buf  []byte
	at   int // read of buf
}

func (c *copyText) Read(p []byte) (int, error) {
	for c.at == len(c.buf) {
		if len(c.rows) == 0 {
			return 0, io.EOF
		}
		c.buf, c.at = c.buf[:0], 0
		for len(c.rows) > 0 && len(c.buf) < 1<<15 {
			for i, v := range c.rows[0] {
				if i > 0 {
					c.buf = append(c.buf, '\t')
				}
				c.buf = appendCopy(c.buf, v)
			}
			c.buf = append(c.buf, '\n')
			c.rows = c.rows[1:]
		}
	}
	n := copy(p, c.buf[c.at:])
	c.at += n
	return n, nil
}

var copyEscape = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func appendCopy(b []byte, v any) []byte {
	switch v := v.(type) { // most are of these
	case int64:
		return strconv.AppendInt(b, v, 10)
	case string:
		return append(b, copyEscape.Replace(v)...)
	case nil:
		return append(b, `\N`...)
	case []byte:
		return append(append(b, `\\x`...), hex.EncodeToString(v)...)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return append(b, copyEscape.Replace(r.String())...)
	case reflect.Bool:
		return strconv.AppendBool(b, r.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, r.Int(), 10)
	default:
		panic(fmt.Sprintf("postgres: a %T cannot be copied", v)) // the store's own values only
	}
}
