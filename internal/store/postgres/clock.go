package postgres

import (
	"context"
	"database/sql"
	"time"
)

// Clock returns the time of the server's machine.
func Clock(ctx context.Context, db *sql.DB) (time.Time, error) {
	var ms int64
	err := db.QueryRowContext(ctx, `SELECT cast(extract(epoch FROM clock_timestamp())*1000 AS bigint)`).Scan(&ms)
	return time.UnixMilli(ms).UTC(), err
}
