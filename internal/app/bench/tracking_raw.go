package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// rawMark stands in rows that the baseline wrote, which are taken away again.
const rawMark = "raw"

const (
	scanColumns = `id, workspace_id, shipment_id, leg_id, at, key, status, cause, reason, code, text, zoned, correction, expected_from, expected_to,
		place, source, payload_id, arrived_at`
	stateColumns = `shipment_id, workspace_id, updated_at, status, since, cause, reason, first_scan_at, picked_up_at, delivered_at, last_scan_at, customs_since,
		expected_from, expected_to, attempts, attempt_at, delayed, polling_expired, not_found, doubtful, leg, through, risk, risk_at, sweep_at, place, open`
	parcelColumns = `id, workspace_id, shop_id, order_id, direction, carrier, number, origin, destination, service, sent_from, sent_to, created_at, legs`
	legColumns    = `id, workspace_id, shipment_id, seq, carrier, name, number, number_key, params, label_at, from_at, until_at`

	scanKey, scanSource     = 5, 16
	journalKind             = 3
	legShipment, legNumbers = 2, 7
)

// rawTable are rows to be inserted.
type rawTable struct {
	name, columns string
	rows          [][]any
}

// rawRows are rows as an ingest writes them: new ones in the order of their tables,
// and states that are written anew.
type rawRows struct {
	tables []rawTable
	states [][]any
}

// share returns the rows of events from one up to another of n.
func (r rawRows) share(from, to, n int) rawRows {
	cut := func(list [][]any) [][]any { return list[from*len(list)/n : to*len(list)/n] }
	out := rawRows{states: cut(r.states)}
	for _, t := range r.tables {
		t.rows = cut(t.rows)
		out.tables = append(out.tables, t)
	}
	return out
}

// rawTracking writes what the last n events wrote once more over the bare driver, as
// many to a transaction and in their order, in the fastest way that the driver has,
// with nothing read, folded or compared. One of scansOfParcel events makes a parcel,
// all others write the state of their own and the journal.
func (b *bench) rawTracking(ctx context.Context, n int) (Result, error) {
	w, _ := b.core.Store.Pools()
	first := b.core.IDs.Next()
	all, err := b.readRaw(ctx, w, n)
	if err != nil {
		return Result{}, err
	}
	write := rawLite
	if !b.core.Store.Lite() {
		write = rawPostgres
	}
	var took []time.Duration
	used, began := processorTime(), time.Now()
	for i := 0; i < n; i += trackingBatch {
		at := time.Now()
		if err := write(ctx, w, all.share(i, min(i+trackingBatch, n), n)); err != nil {
			return Result{}, err
		}
		took = append(took, time.Since(at))
	}
	spent := time.Since(began)
	r := summary(took, spent)
	r.Name, r.Clients, r.PerSecond, r.CPU = "raw: tracking ingest", 1, float64(n)/spent.Seconds(), perOp(processorTime()-used, n)
	for _, q := range []string{
		`DELETE FROM tracking_event WHERE workspace_id=%d AND id>%d AND source='raw'`, `DELETE FROM event WHERE workspace_id=%d AND id>%d AND kind='shipment.raw'`,
		`DELETE FROM shipment WHERE workspace_id=%d AND id>%d`,
	} {
		if _, err := w.ExecContext(ctx, fmt.Sprintf(q, b.space.ID, first)); err != nil {
			return r, err
		}
	}
	return r, nil
}

// readRaw reads what the last n events wrote, and gives what is to be inserted
// identifiers and numbers of its own.
func (b *bench) readRaw(ctx context.Context, db *sql.DB, n int) (rawRows, error) {
	made := n / scansOfParcel
	read := func(table, columns, what string, limit int) (rawTable, error) {
		rows, err := readAll(ctx, db, fmt.Sprintf(`SELECT `+columns+` FROM `+table+` WHERE workspace_id=%d`+what+` LIMIT %d`, b.space.ID, limit))
		slices.Reverse(rows) // the newest came first
		return rawTable{table, columns, rows}, err
	}
	var out rawRows
	for _, q := range []struct {
		table, columns, what string
		limit                int
	}{
		{"shipment", parcelColumns, " ORDER BY id DESC", made},
		{"shipment_state", stateColumns, " ORDER BY shipment_id DESC", made},
		{"shipment_leg", legColumns, " ORDER BY id DESC", made},
		{"tracking_event", scanColumns, " ORDER BY id DESC", n},
		{"event", eventColumns, " AND subject_kind='shipment' ORDER BY id DESC", n - made},
	} {
		t, err := read(q.table, q.columns, q.what, q.limit)
		if err != nil {
			return out, err
		}
		out.tables = append(out.tables, t)
	}
	told := map[any][]any{} // the newest state of each parcel that was told of
	states, err := readAll(ctx, db, fmt.Sprintf(`SELECT `+stateColumns+` FROM shipment_state WHERE shipment_id IN
		(SELECT shipment_id FROM (SELECT shipment_id FROM tracking_event WHERE workspace_id=%d ORDER BY id DESC LIMIT %d) AS newest)`, b.space.ID, n))
	if err != nil {
		return out, err
	}
	for _, r := range states {
		told[r[0]] = r
	}
	for _, e := range out.tables[3].rows[made:] {
		out.states = append(out.states, told[e[2]])
	}
	ids := map[any]any{}
	for i, t := range out.tables {
		for k, r := range t.rows {
			switch i {
			case 0:
				ids[r[0]] = b.core.IDs.Next()
				r[0] = ids[r[0]]
			case 1:
				t.rows[k] = append([]any{ids[r[0]]}, r[1:]...) // a copy: it may stand among those told
			case 2:
				r[0], r[legShipment], r[legNumbers] = b.core.IDs.Next(), ids[r[legShipment]], rawMark+strconv.FormatInt(b.core.IDs.Next(), 36)
			case 3:
				r[0], r[scanKey], r[scanSource] = b.core.IDs.Next(), rand.Int64(), rawMark
			case 4:
				r[0], r[journalKind] = b.core.IDs.Next(), "shipment."+rawMark
			}
		}
	}
	return out, nil
}

func readAll(ctx context.Context, db *sql.DB, q string) ([][]any, error) {
	rows, err := db.QueryContext(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for rows.Next() {
		r, dest := make([]any, len(cols)), make([]any, len(cols))
		for i := range r {
			dest[i] = &r[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		for i, v := range r {
			if raw, ok := v.([]byte); ok { // JSON
				r[i] = string(raw)
			}
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// rawAbreast is how many rows SQLite takes in one statement.
const rawAbreast = 16

func rawLite(ctx context.Context, db *sql.DB, rows rawRows) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	run := func(text string, rows [][]any, abreast int) error {
		st, err := tx.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		var args []any
		for ; len(rows) >= abreast; rows = rows[abreast:] {
			args = args[:0]
			for _, r := range rows[:abreast] {
				args = append(args, r...)
			}
			if _, err := st.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
		return st.Close()
	}
	for _, t := range rows.tables {
		values := "(" + strings.TrimSuffix(strings.Repeat("?,", strings.Count(t.columns, ",")+1), ",") + "),"
		for _, n := range []int{rawAbreast, 1} {
			if len(t.rows) < n {
				continue
			}
			if err := run(`INSERT INTO `+t.name+` (`+t.columns+`) VALUES `+strings.TrimSuffix(strings.Repeat(values, n), ","), t.rows, n); err != nil {
				return err
			}
			t.rows = t.rows[len(t.rows)-len(t.rows)%n:]
		}
	}
	set := rawColumns(stateColumns)[2:]
	states := make([][]any, len(rows.states))
	for i, r := range rows.states {
		states[i] = append(append([]any{}, r[2:]...), r[0])
	}
	if err := run(`UPDATE shipment_state SET `+strings.Join(set, "=?,")+`=? WHERE shipment_id=?`, states, 1); err != nil {
		return err
	}
	return tx.Commit()
}

func rawColumns(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// rawPostgres copies, which is the fastest way in that the server has.
func rawPostgres(ctx context.Context, db *sql.DB, rows rawRows) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	set := rawColumns(stateColumns)[2:]
	for i, c := range set {
		set[i] = c + "=n." + c
	}
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error {
			for _, t := range rows.tables {
				if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, rawColumns(t.columns), pgx.CopyFromRows(t.rows)); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `CREATE TEMP TABLE raw_state ON COMMIT DROP AS SELECT `+stateColumns+` FROM shipment_state LIMIT 0`); err != nil {
				return err
			}
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"raw_state"}, rawColumns(stateColumns), pgx.CopyFromRows(rows.states)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE shipment_state SET `+strings.Join(set, ",")+` FROM raw_state n WHERE shipment_state.shipment_id=n.shipment_id`)
			return err
		})
	})
}
