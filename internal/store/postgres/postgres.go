// Package postgres opens PostgreSQL and turns its error codes into kinds.
package postgres

import (
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"godwit.dev/godwit/internal/base/errs"
)

// Open returns a pool for a postgres:// address. It does not connect yet.
func Open(dsn string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.database_address")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "godwit"
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// Kind maps SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func Kind(err error) (errs.Kind, bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var c *pgconn.ConnectError
		if errors.As(err, &c) {
			return errs.Unavailable, true
		}
		return errs.Internal, false
	}
	switch {
	case e.Code == "23505" || e.Code == "23503":
		return errs.Conflict, true
	case e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03" || e.Code == "57014":
		return errs.Unavailable, true
	case len(e.Code) == 5 && (e.Code[:2] == "08" || e.Code[:2] == "53" || e.Code[:2] == "57" || e.Code[:2] == "58"):
		return errs.Unavailable, true
	}
	return errs.Internal, true
}

// Retry reports whether a transaction that failed with err may be run again at
// once: serialization failure or deadlock.
func Retry(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
