package store

import (
	"context"
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

// insert writes the rows of a batch and returns how many; those that a unique
// index knows are left out. Every row brings its own workspace_id. PostgreSQL
// takes them in one statement.
func (s *Store) insert(ctx context.Context, b batch) (int64, error) {
	if len(b.rows) == 0 {
		return 0, nil
	}
	if !s.lite {
		return s.exec(ctx, postgres.InsertRows(b.table, b.cols), b.arrays()...)
	}
	return s.each(ctx, `INSERT INTO `+b.table+` (`+names(b.cols)+`) VALUES `, "("+bare(len(b.cols))+")", ` ON CONFLICT DO NOTHING`, b.rows)
}

// fill writes the rows of a batch, none of which may be stored already: one that a
// unique index knows is errs.Conflict. Every row brings its own workspace_id.
// PostgreSQL takes them as COPY, which costs it a fraction of an insertion that must
// look for conflicts.
func (s *Store) fill(ctx context.Context, b batch) error {
	if len(b.rows) == 0 {
		return nil
	}
	if s.lite {
		_, err := s.each(ctx, `INSERT INTO `+b.table+` (`+names(b.cols)+`) VALUES `, "("+bare(len(b.cols))+")", "", b.rows)
		return err
	}
	t := from(ctx)
	if t == nil {
		return s.InTx(ctx, func(ctx context.Context) error { return s.fill(ctx, b) })
	}
	return s.fail(postgres.CopyOn(ctx, t.conn, postgres.Rows{Table: b.table, Columns: names(b.cols), Rows: b.rows}))
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
	set := make([]string, 0, len(b.cols))
	for _, c := range b.cols[1:] {
		set = append(set, c.Name+"=?")
	}
	rows := make([][]any, len(b.rows))
	for i, r := range b.rows {
		rows[i] = append(append(make([]any, 0, len(r)+1), r[1:]...), r[0], workspace)
	}
	_, err := s.each(ctx, `UPDATE `+b.table+` SET `+strings.Join(set, ",")+` WHERE `+b.cols[0].Name+`=? AND workspace_id=?`, "", "", rows)
	return err
}

// bare writes parameters for SQLite by place alone: those with numbers are names
// to its driver, which looks each up among all.
func bare(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

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

// abreast is how many rows SQLite takes in one statement.
const abreast = 16

// each runs one statement of SQLite for each row, within a transaction: the text
// in front of the values of a row, those, and the text behind them. A statement
// that can take several rows, which is one with values, does.
func (s *Store) each(ctx context.Context, head, values, tail string, rows [][]any) (done int64, err error) {
	t := from(ctx)
	if t == nil {
		err = s.InTx(ctx, func(ctx context.Context) error {
			done, err = s.each(ctx, head, values, tail, rows)
			return err
		})
		return done, err
	}
	ctx = context.WithoutCancel(ctx) // rows take microseconds; watching each for its caller's end takes more
	many := 1
	if values != "" {
		many = abreast
	}
	for _, n := range []int{many, 1} {
		if len(rows) < n {
			continue
		}
		text := head + strings.TrimSuffix(strings.Repeat(values+",", n), ",") + tail
		st := s.inTx(ctx, t, text)
		if st == nil {
			if st, err = t.PrepareContext(ctx, text); err != nil {
				return done, s.fail(err)
			}
		}
		args := make([]any, 0, n*len(rows[0]))
		for ; len(rows) >= n; rows = rows[n:] {
			args = args[:0]
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
			res, err := st.ExecContext(ctx, args...)
			if err != nil {
				_ = st.Close()
				return done, s.fail(err)
			}
			count, _ := res.RowsAffected() // SQLite always knows
			done += count
		}
		if err := st.Close(); err != nil {
			return done, s.fail(err)
		}
	}
	return done, nil
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
