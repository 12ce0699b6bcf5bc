package postgres

import (
	"context"
	"database/sql"
	"time"
)

// Leases end by the server's clock, which all nodes share. clock_timestamp is
// the time of the statement, not of its transaction.
const clock = `cast(extract(epoch FROM clock_timestamp())*1000 AS bigint)`

// Lease takes or renews names for a holder and returns those it has now. A name
// that another one holds is left alone until its time is up.
func Lease(ctx context.Context, db *sql.DB, holder int64, names []string, life time.Duration) ([]string, error) {
	rows, err := db.QueryContext(ctx, `INSERT INTO lease (name, holder, until)
		SELECT name, cast($2 AS bigint), `+clock+`+cast($3 AS bigint) FROM unnest(cast($1 AS text[])) name
		ON CONFLICT (name) DO UPDATE SET holder=excluded.holder, until=excluded.until
		WHERE lease.holder=excluded.holder OR lease.until<=`+clock+` RETURNING name`, names, holder, life.Milliseconds())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		got = append(got, name)
	}
	return got, rows.Err()
}

// Release gives a holder's names back.
func Release(ctx context.Context, db *sql.DB, holder int64, names []string) error {
	_, err := db.ExecContext(ctx, `DELETE FROM lease WHERE holder=$1 AND name=ANY($2)`, holder, names)
	return err
}

// Holders returns who has the living leases whose names begin with a prefix,
// and sweeps those that ended long ago.
func Holders(ctx context.Context, db *sql.DB, prefix string) (map[string]int64, error) {
	if _, err := db.ExecContext(ctx, `DELETE FROM lease WHERE until<`+clock+`-86400000`); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT name, holder FROM lease WHERE starts_with(name, $1) AND until>`+clock, prefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var holder int64
		if err := rows.Scan(&name, &holder); err != nil {
			return nil, err
		}
		out[name] = holder
	}
	return out, rows.Err()
}

// HeldText selects 1 if a holder has a lease now, and keeps whoever would take it
// over waiting until the transaction ends.
const HeldText = `SELECT count(*) FROM (SELECT 1 FROM lease WHERE name=$1 AND holder=$2 AND until>` + clock + ` FOR SHARE) x`

// ByID is the condition that an identifier is among an array of them.
const ByID = `id=ANY($1)`
