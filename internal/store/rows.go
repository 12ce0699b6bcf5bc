package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/store/postgres"
)

// batch is rows of one table that are written together.
type batch struct {
	table string
	cols  []postgres.Column
	rows  [][]any
}

// columnsOf reads "id, name text, data jsonb": what has no type is a bigint.
func columnsOf(list string) []postgres.Column {
	var out []postgres.Column
	for part := range strings.SplitSeq(list, ",") {
		f := strings.Fields(part)
		if len(f) == 1 {
			f = append(f, "bigint")
		}
		out = append(out, postgres.Column{Name: f[0], Type: f[1]})
	}
	return out
}

// names writes the columns as a SELECT wants them.
func names(cols []postgres.Column) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return strings.Join(out, ", ")
}

// add appends a row. Values are int64, string or bool, and nil for a reference
// to nothing.
func (b *batch) add(vals ...any) { b.rows = append(b.rows, vals) }

// insert writes the rows of a batch; those that a unique index knows are left
// out. Every row brings its own workspace_id. PostgreSQL takes them in one
// statement, SQLite by a prepared one for each, which there is the faster way.
func (s *Store) insert(ctx context.Context, b batch) error {
	if len(b.rows) == 0 {
		return nil
	}
	if !s.lite {
		_, err := s.exec(ctx, postgres.InsertRows(b.table, b.cols), b.arrays()...)
		return err
	}
	return s.each(ctx, `INSERT INTO `+b.table+` (`+names(b.cols)+`) VALUES (`+places(1, len(b.cols))+`) ON CONFLICT DO NOTHING`, b.rows)
}

// update changes the rows that the first column of a batch names, within the
// workspace_id given.
func (s *Store) update(ctx context.Context, b batch, workspace int64) error {
	if len(b.rows) == 0 {
		return nil
	}
	if !s.lite {
		_, err := s.exec(ctx, postgres.UpdateRows(b.table, b.cols), append(b.arrays(), workspace)...)
		return err
	}
	n := len(b.cols)
	set := make([]string, 0, n-1)
	for i, c := range b.cols[1:] {
		set = append(set, fmt.Sprintf("%s=$%d", c.Name, i+1))
	}
	rows := make([][]any, len(b.rows))
	for i, r := range b.rows {
		rows[i] = append(append(make([]any, 0, n+1), r[1:]...), r[0], workspace)
	}
	return s.each(ctx, `UPDATE `+b.table+` SET `+strings.Join(set, ",")+fmt.Sprintf(` WHERE %s=$%d AND workspace_id=$%d`, b.cols[0].Name, n, n+1), rows)
}

// arrays turns rows into one array for each column.
func (b *batch) arrays() []any {
	out := make([]any, len(b.cols))
	for i, c := range b.cols {
		switch c.Type {
		case "bigint":
			if !slices.ContainsFunc(b.rows, func(r []any) bool { return r[i] == nil }) {
				out[i] = array[int64](b.rows, i)
				continue
			}
			list := make([]*int64, len(b.rows))
			for k, r := range b.rows {
				if v, ok := r[i].(int64); ok {
					list[k] = &v
				}
			}
			out[i] = list
		case "boolean":
			out[i] = array[bool](b.rows, i)
		default:
			out[i] = array[string](b.rows, i)
		}
	}
	return out
}

func array[T any](rows [][]any, i int) []T {
	list := make([]T, len(rows))
	for k, r := range rows {
		list[k] = r[i].(T)
	}
	return list
}

// each runs one statement of SQLite for each row, within a transaction.
func (s *Store) each(ctx context.Context, q string, rows [][]any) error {
	t := from(ctx)
	if t == nil {
		return s.InTx(ctx, func(ctx context.Context) error { return s.each(ctx, q, rows) })
	}
	text := s.sql(q)
	st := s.inTx(ctx, t, text)
	if st == nil {
		var err error
		if st, err = t.PrepareContext(ctx, text); err != nil {
			return s.fail(err)
		}
	}
	defer st.Close()
	ctx = context.WithoutCancel(ctx) // rows take microseconds; watching each for its caller's end takes more
	for _, r := range rows {
		if _, err := st.ExecContext(ctx, r...); err != nil {
			return s.fail(err)
		}
	}
	return nil
}

// among reads the rows of a statement, which ends in a condition to be completed,
// whose column is one of many keys. PostgreSQL takes the keys as an array, SQLite
// in parts whose sizes are powers of two.
func among[R any, K int64 | string](ctx context.Context, d *DB, dest func(*R) []any, head string, args []any, column string, keys []K, tail string) ([]R, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if !d.lite {
		return all(ctx, d, dest, head+postgres.Among(column, len(args)+1)+tail, append(args, keys)...)
	}
	var out []R
	for part := range slices.Chunk(keys, 256) {
		n := 1
		for n < len(part) {
			n *= 2
		}
		vals := slices.Clone(args)
		for i := range n {
			vals = append(vals, part[min(i, len(part)-1)])
		}
		list, err := all(ctx, d, dest, head+column+" IN ("+places(len(args)+1, n)+")"+tail, vals...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
