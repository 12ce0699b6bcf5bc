package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
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
	stateColumns = `shipment_id, updated_at, status, since, cause, reason, first_scan_at, picked_up_at, delivered_at, last_scan_at, customs_since,
		expected_from, expected_to, attempts, attempt_at, delayed, polling_expired, not_found, doubtful, leg, through, risk, risk_at, sweep_at, place`
	scanKey, scanSource = 5, 16
	journalKind         = 3
)

// rawRows are rows that an ingest wrote: events, states and the journal.
type rawRows struct{ scans, states, told [][]any }

// rawTracking writes rows like those of the last n events over the bare driver,
// as many to a transaction, with nothing read, folded or compared: events and
// journal are inserted, states updated.
func (b *bench) rawTracking(ctx context.Context, n, told int) (Result, error) {
	w, _ := b.core.Store.Pools()
	var all rawRows
	var err error
	for _, q := range []struct {
		into *[][]any
		text string
		n    int
	}{
		{&all.scans, `SELECT ` + scanColumns + ` FROM tracking_event WHERE workspace_id=%d ORDER BY id DESC LIMIT %d`, n},
		{&all.states, `SELECT ` + stateColumns + ` FROM shipment_state WHERE workspace_id=%d ORDER BY shipment_id DESC LIMIT %d`, n},
		{&all.told, `SELECT ` + eventColumns + ` FROM event WHERE workspace_id=%d AND subject_kind='shipment' ORDER BY id DESC LIMIT %d`, told},
	} {
		if *q.into, err = readAll(ctx, w, fmt.Sprintf(q.text, b.space.ID, q.n)); err != nil {
			return Result{}, err
		}
	}
	first := b.core.IDs.Next()
	for _, r := range all.scans {
		r[0], r[scanKey], r[scanSource] = b.core.IDs.Next(), rand.Int64(), rawMark
	}
	for _, r := range all.told {
		r[0], r[journalKind] = b.core.IDs.Next(), "shipment."+rawMark
	}
	rand.Shuffle(len(all.states), func(i, j int) { all.states[i], all.states[j] = all.states[j], all.states[i] })
	write := rawLite
	if !b.core.Store.Lite() {
		write = rawPostgres
	}
	var took []time.Duration
	used, began := processorTime(), time.Now()
	for i := 0; i < n; i += trackingBatch {
		at := time.Now()
		share := func(list [][]any) [][]any { return list[i*len(list)/n : min(i+trackingBatch, n)*len(list)/n] }
		if err := write(ctx, w, rawRows{share(all.scans), share(all.states), share(all.told)}); err != nil {
			return Result{}, err
		}
		took = append(took, time.Since(at))
	}
	spent := time.Since(began)
	r := summary(took, spent)
	r.Name, r.Clients, r.PerSecond, r.CPU = "raw: tracking ingest", 1, float64(n)/spent.Seconds(), perOp(processorTime()-used, n)
	for _, q := range []string{`DELETE FROM tracking_event WHERE id>%d AND source='raw'`, `DELETE FROM event WHERE id>%d AND kind='shipment.raw'`} {
		if _, err := w.ExecContext(ctx, fmt.Sprintf(q, first)); err != nil {
			return r, err
		}
	}
	return r, nil
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

func rawLite(ctx context.Context, db *sql.DB, rows rawRows) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	set := strings.Split(stateColumns, ",")
	for i, c := range set {
		set[i] = strings.TrimSpace(c) + "=?"
	}
	states := make([][]any, len(rows.states))
	for i, r := range rows.states {
		states[i] = append(append([]any{}, r[1:]...), r[0])
	}
	for _, part := range []struct {
		text string
		rows [][]any
	}{
		{`INSERT INTO tracking_event (` + scanColumns + `) VALUES (` + strings.TrimSuffix(strings.Repeat("?,", 19), ",") + `)`, rows.scans},
		{`UPDATE shipment_state SET ` + strings.Join(set[1:], ",") + ` WHERE shipment_id=?`, states},
		{`INSERT INTO event (` + eventColumns + `) VALUES (` + strings.TrimSuffix(strings.Repeat("?,", 11), ",") + `)`, rows.told},
	} {
		st, err := tx.PrepareContext(ctx, part.text)
		if err != nil {
			return err
		}
		for _, r := range part.rows {
			if _, err := st.ExecContext(ctx, r...); err != nil {
				return err
			}
		}
		if err := st.Close(); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// rawPostgres copies, which is the fastest way in that the server has.
func rawPostgres(ctx context.Context, db *sql.DB, rows rawRows) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	list := func(cols string) []string {
		out := strings.Split(cols, ",")
		for i := range out {
			out[i] = strings.TrimSpace(out[i])
		}
		return out
	}
	set := list(stateColumns)
	for i, c := range set {
		set[i] = c + "=n." + c
	}
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"tracking_event"}, list(scanColumns), pgx.CopyFromRows(rows.scans)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `CREATE TEMP TABLE raw_state ON COMMIT DROP AS SELECT `+stateColumns+` FROM shipment_state LIMIT 0`); err != nil {
				return err
			}
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"raw_state"}, list(stateColumns), pgx.CopyFromRows(rows.states)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE shipment_state SET `+strings.Join(set[1:], ",")+` FROM raw_state n WHERE shipment_state.shipment_id=n.shipment_id`); err != nil {
				return err
			}
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"event"}, list(eventColumns), pgx.CopyFromRows(rows.told))
			return err
		})
	})
}
