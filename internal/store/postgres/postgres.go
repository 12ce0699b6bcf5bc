// Package postgres opens PostgreSQL and turns its error codes into kinds.
package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"godwit.dev/godwit/internal/base/errs"
)

// Open returns a pool for a postgres:// address. It does not connect yet.
func Open(dsn string) (*sql.DB, error) {
	cfg, err := config(dsn)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// How long a server may take to answer a connection, and how long one that has
// fallen silent is believed in. An address may name several servers and
// target_session_attrs=read-write; then the one that writes is found again when
// another takes over.
const (
	connectPatience = 5 * time.Second
	silentPatience  = 10 * time.Second
)

// config reads an address.
func config(dsn string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "error.database_address")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "godwit"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectPatience
	}
	// A server that loses its power says nothing: without these a statement would
	// wait for it a quarter of an hour.
	d := &net.Dialer{
		Timeout:         cfg.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentPatience / 2, Interval: silentPatience / 4, Count: 2},
		ControlContext:  giveUpAfter(silentPatience),
	}
	cfg.DialFunc = d.DialContext
	// A node that stands still within a transaction would hold its locks, and with
	// them all others, for as long as it pleases. It is set by a statement because
	// poolers refuse parameters at the start that they do not know.
	if cfg.RuntimeParams[standstill] == "" {
		cfg.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
			return c.Exec(ctx, fmt.Sprintf("SET %s=%d", standstill, silentPatience.Milliseconds())).Close()
		}
	}
	return cfg, nil
}

// standstill is how long a session may be idle within a transaction before the
// server ends it.
const standstill = "idle_in_transaction_session_timeout"

// stood is the server's code for a transaction that it ended for that
// (idle_in_transaction_session_timeout).
const stood = "25P03"

// Patient lets a transaction stand still for as long as it must: one that holds
// up nobody.
const Patient = "SET LOCAL " + standstill + "=0"

// Kind maps SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html)
// and what a broken connection looks like.
func Kind(err error) (errs.Kind, bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if broken(err) {
			return errs.Unavailable, true
		}
		return errs.Internal, false
	}
	switch {
	case e.Code == "25006": // read_only_sql_transaction: a standby, or a server that was one until now
		return errs.Unavailable, true
	case e.Code == "23505" || e.Code == "23503":
		return errs.Conflict, true
	case e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03" || e.Code == "57014" || e.Code == stood:
		return errs.Unavailable, true
	case len(e.Code) == 5 && (e.Code[:2] == "08" || e.Code[:2] == "53" || e.Code[:2] == "57" || e.Code[:2] == "58"):
		return errs.Unavailable, true
	}
	return errs.Internal, true
}

// broken reports whether an error is the connection's and not the statement's.
func broken(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "conn busy")
}

// Retry reports whether a transaction that failed with err may be run again at
// once: serialization failure, deadlock, or one that stood still on a node that
// was out of breath. The server has undone it each time.
func Retry(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == stood)
}
