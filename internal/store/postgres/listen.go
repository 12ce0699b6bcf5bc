package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// channel is what the nodes of a database talk on.
const channel = "godwit"

// silence is how long a listener hears nothing before it asks whether the
// server is still there.
const silence = 10 * time.Second

// Announce hands a text to all who listen. It is a transaction of its own.
func Announce(ctx context.Context, db *sql.DB, text string) error {
	_, err := db.ExecContext(ctx, `SELECT pg_notify('`+channel+`', $1)`, text)
	return err
}

// Listen hears what is announced, on a connection of its own, until that breaks
// or ctx ends. It calls ready once it listens.
func Listen(ctx context.Context, dsn string, ready func(), got func(text string)) error {
	cfg, err := config(dsn)
	if err != nil {
		return err
	}
	cfg.RuntimeParams["application_name"] += " listener"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(last)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return err
	}
	ready()
	for {
		n, err := next(ctx, conn)
		switch {
		case err == nil:
			got(n.Payload)
		case ctx.Err() != nil:
			return ctx.Err()
		case pgconn.Timeout(err) && !conn.IsClosed():
			if err := ping(ctx, conn); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	return conn.WaitForNotification(ctx)
}

func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, silence/2)
	defer cancel()
	return conn.Ping(ctx)
}
