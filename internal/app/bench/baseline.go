package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// bare sends statements over the bare driver, prepared once, into scratch
// variables: what the engine and the driver take without anything of ours.
type bare struct {
	w, r *sql.DB
	lite bool
}

func (b *bare) text(q string) string {
	if b.lite { // a bare LIMIT ? would prepare the statement at every execution
		return strings.ReplaceAll(strings.ReplaceAll(q, "$", "?"), "LIMIT ?", "LIMIT +?")
	}
	return q
}

func (b *bare) prepare(ctx context.Context, db *sql.DB, q string) (*sql.Stmt, error) {
	return db.PrepareContext(ctx, b.text(q))
}

// drain reads all rows as they come.
func drain(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]any, len(cols))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
	}
	return rows.Err()
}

const (
	ticketColumns = `id, workspace_id, number, version, channel, mailbox_id, shop_id, customer_id, order_id, subject, preview, language,
		topic, status, bucket, waiting, priority, assignee_id, team_id, tags, fields, snoozed_until, wake_on_reply, merged_into, follow_up_of,
		messages, unread, reopened, last_at, last_inbound_at, last_outbound_at, created_at, solved_at`
	messageColumns = `id, workspace_id, ticket_id, side_id, intake_id, kind, form, channel, author_kind, author_id, author_name, verified, address,
		rcpt, subject, body, quoted, signature, html, language, message_key, digest, delivery, delivery_detail, auth, warnings, mentions, files,
		send_at, sent_at, at`
	eventColumns = `id, workspace_id, at, kind, actor_kind, actor_id, actor_name, subject_kind, subject_id, ticket_id, data`
)

func marks(n int) string {
	p := make([]string, n)
	for i := range p {
		p[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(p, ",")
}

// baseline measures the statements of the hot paths over the bare driver.
func (b *bench) baseline(ctx context.Context) error {
	w, r := b.core.Store.Pools()
	d := &bare{w: w, r: r, lite: b.core.Store.Lite()}
	reads, err := b.bareReads(ctx, d)
	if err != nil {
		return err
	}
	writes, err := b.bareWrites(ctx, d)
	if err != nil {
		return err
	}
	for _, m := range append(reads, writes...) {
		if err := b.run(ctx, "raw: "+m.name, m.do); err != nil {
			return err
		}
	}
	return nil
}

type named struct {
	name string
	do   op
}

func (b *bench) bareReads(ctx context.Context, d *bare) ([]named, error) {
	space := int64(b.space.ID)
	list, err := d.prepare(ctx, d.r, `SELECT `+ticketColumns+` FROM ticket WHERE workspace_id=$1 AND bucket=$2 ORDER BY last_at DESC, id DESC LIMIT $3`)
	if err != nil {
		return nil, err
	}
	after, err := d.prepare(ctx, d.r, `SELECT `+ticketColumns+` FROM ticket WHERE workspace_id=$1 AND bucket=$2 AND (last_at,id)<($3,$4) ORDER BY last_at DESC, id DESC LIMIT $5`)
	if err != nil {
		return nil, err
	}
	byNumber, err := d.prepare(ctx, d.r, `SELECT `+ticketColumns+` FROM ticket WHERE workspace_id=$1 AND number=$2`)
	if err != nil {
		return nil, err
	}
	messages, err := d.prepare(ctx, d.r, `SELECT `+messageColumns+` FROM message WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY id DESC LIMIT $3`)
	if err != nil {
		return nil, err
	}
	people, err := d.prepare(ctx, d.r, `SELECT address, name, verified FROM participant WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY verified DESC, address LIMIT 200`)
	if err != nil {
		return nil, err
	}
	events, err := d.prepare(ctx, d.r, `SELECT `+eventColumns+` FROM event WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY id DESC LIMIT 200`)
	if err != nil {
		return nil, err
	}
	drafts, err := d.prepare(ctx, d.r, `SELECT kind, data FROM draft WHERE ticket_id=$1 AND person_id=$2 AND workspace_id=$3`)
	if err != nil {
		return nil, err
	}
	deep, err := b.cursorAt(ctx, deepRow)
	if err != nil {
		return nil, err
	}
	ids, err := b.ticketIDs(ctx)
	if err != nil {
		return nil, err
	}
	return []named{
		{"list page 1", func(ctx context.Context, _ int) error { return drain(list.QueryContext(ctx, space, "open", 51)) }},
		{"list row 50000", func(ctx context.Context, _ int) error {
			return drain(after.QueryContext(ctx, space, "open", deep.At.UnixMilli(), int64(deep.ID), 51))
		}},
		{"ticket", func(ctx context.Context, _ int) error {
			if err := drain(byNumber.QueryContext(ctx, space, b.anyNumber())); err != nil {
				return err
			}
			t := ids[rand.IntN(len(ids))]
			if err := drain(messages.QueryContext(ctx, t, space, 51)); err != nil {
				return err
			}
			if err := drain(people.QueryContext(ctx, t, space)); err != nil {
				return err
			}
			if err := drain(events.QueryContext(ctx, t, space)); err != nil {
				return err
			}
			return drain(drafts.QueryContext(ctx, t, int64(b.owner.Person()), space))
		}},
	}, nil
}

// ticketIDs picks tickets that the load left open.
func (b *bench) ticketIDs(ctx context.Context) ([]int64, error) {
	_, r := b.core.Store.Pools()
	rows, err := r.QueryContext(ctx, fmt.Sprintf(`SELECT id FROM ticket WHERE workspace_id=%d AND bucket='open' AND number<=%d ORDER BY number LIMIT 5000`, b.space.ID, b.Tickets))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// bareWrites are a note and an accepted mail: the same rows in the same
// transaction, with nothing decided; and what any change costs at the least, the
// commit of one row.
func (b *bench) bareWrites(ctx context.Context, d *bare) ([]named, error) {
	space := int64(b.space.ID)
	ids, err := b.ticketIDs(ctx)
	if err != nil {
		return nil, err
	}
	var stmts []*sql.Stmt
	term := `INSERT INTO message_term (rowid, raw, stem) VALUES ($1,$2,$3)`
	if !d.lite {
		term = `INSERT INTO message_term (message_id, terms) VALUES ($1, cast(cast($2 as text) as tsvector))`
	}
	for _, q := range []string{
		`SELECT ` + ticketColumns + ` FROM ticket WHERE workspace_id=$1 AND id=$2`,
		`INSERT INTO message (` + messageColumns + `) VALUES (` + marks(31) + `)`,
		term,
		`UPDATE ticket SET version=version+1, messages=messages+1 WHERE workspace_id=$1 AND id=$2`,
		`INSERT INTO event (` + eventColumns + `) VALUES (` + marks(11) + `)`,
		`INSERT INTO intake (id, workspace_id, mailbox_id, source, state, size, raw, envelope, received_at, error) VALUES (` + marks(10) + `)`,
	} {
		st, err := d.prepare(ctx, d.w, q)
		if err != nil {
			return nil, err
		}
		stmts = append(stmts, st)
	}
	tx := func(ctx context.Context, run func(*sql.Tx) error) error {
		t, err := d.w.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := run(t); err != nil {
			_ = t.Rollback()
			return err
		}
		return t.Commit()
	}
	note := func(ctx context.Context, i int) error {
		t, m, now := ids[rand.IntN(len(ids))], b.core.IDs.Next(), time.Now().UnixMilli()
		body := fmt.Sprintf("Asked the carrier, note %d: the parcel waits at customs.", i)
		return tx(ctx, func(x *sql.Tx) error {
			if err := drain(x.StmtContext(ctx, stmts[0]).QueryContext(ctx, space, t)); err != nil {
				return err
			}
			_, err := x.StmtContext(ctx, stmts[1]).ExecContext(ctx, m, space, t, nil, nil, "note", "message", "email", "agent", b.owner.ID, b.owner.Name, true, "",
				"{}", "", body, "", "", "", "", "", "", "", "", "{}", "null", "null", "null", nil, nil, now)
			if err != nil {
				return err
			}
			terms := []any{m, "carrier parcel waits customs", "~carrier ~parcel ~wait ~custom"}
			if !d.lite {
				terms = []any{m, "'carrier':1 'parcel':2 'waits':3 'customs':4 '~wait':3 '~custom':4"}
			}
			if _, err := x.StmtContext(ctx, stmts[2]).ExecContext(ctx, terms...); err != nil {
				return err
			}
			if _, err := x.StmtContext(ctx, stmts[3]).ExecContext(ctx, space, t); err != nil {
				return err
			}
			_, err = x.StmtContext(ctx, stmts[4]).ExecContext(ctx, b.core.IDs.Next(), space, now, "ticket.noted", "agent", b.owner.ID, b.owner.Name, "message", m, t, `{"bench":true}`)
			return err
		})
	}
	commit := func(ctx context.Context, _ int) error {
		return tx(ctx, func(x *sql.Tx) error {
			_, err := x.StmtContext(ctx, stmts[3]).ExecContext(ctx, space, ids[rand.IntN(len(ids))])
			return err
		})
	}
	raw := make([]byte, 2500) // as a mail packs
	accept := func(n int) op {
		return func(ctx context.Context, i int) error {
			return tx(ctx, func(x *sql.Tx) error {
				for k := range n {
					id := b.core.IDs.Next()
					// Rows of another state than new: no worker takes them for mail.
					_, err := x.StmtContext(ctx, stmts[5]).ExecContext(ctx, id, space, int64(b.box.ID), fmt.Sprintf("raw:%d:%d:%d", id, i, k), "baseline", 5000, raw, "{}", time.Now().UnixMilli(), "")
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	return []named{{"note", note}, {"commit of one row", commit}, {"accept one mail", accept(1)}, {"accept a batch", accept(fetchBatch)}}, nil
}
