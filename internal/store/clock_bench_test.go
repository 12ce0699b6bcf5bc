package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/store/storetest"
)

// openClocks is how many clocks run while they are measured: four for each ticket.
const openClocks = 1_000_000

// wound is a workspace with a million clocks, the first four of which are due in an hour
// and four more with each second after that.
func wound(b *testing.B, x shelf) (first ticket.ID, now time.Time) {
	b.Helper()
	ctx := context.Background()
	c := customer.Customer{ID: customer.ID(x.ids.Next()), Workspace: x.w, Name: "C", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	if _, err := x.AddCustomer(ctx, c); err != nil {
		b.Fatal(err)
	}
	now = time.UnixMilli(1_800_000_000_000)
	json := func(s string) string {
		if x.Lite() {
			return "'" + s + "'"
		}
		return "cast('" + s + "' as jsonb)"
	}
	count := fmt.Sprintf("WITH RECURSIVE c(i) AS (SELECT cast(1 AS bigint) UNION ALL SELECT i+1 FROM c WHERE i<%d) ", openClocks/4)
	write, _ := x.Pools()
	for _, q := range []string{
		`INSERT INTO ticket (id, workspace_id, number, version, channel, customer_id, subject, preview, language, topic, status, bucket, waiting, priority, tags, fields, wake_on_reply, messages,
			unread, reopened, last_at, created_at, due_at) ` + count + fmt.Sprintf(`SELECT 3000000+i, %d, 100000+i, 1, 'email', %d, 'Subject', '', 'de', '', 'open', 'open', '', 0, `, x.w, c.ID) + json("[]") + `, ` + json("{}") +
			`, FALSE, 1, FALSE, 0, 1799000000000+i, 1799000000000+i, 1800003600000+i*1000 FROM c`,
		`INSERT INTO ticket_record (ticket_id, workspace_id, record) ` + count + fmt.Sprintf(`SELECT 3000000+i, %d, `, x.w) + json(`{"threads":[{"ticket":1,"opened":"2027-01-01T00:00:00Z","first":"2027-01-01T00:00:00Z"}]}`) + ` FROM c`,
	} {
		if _, err := write.Exec(q); err != nil {
			b.Fatalf("%v\n%s", err, q)
		}
	}
	for _, target := range promise.Targets() {
		q := `INSERT INTO ticket_clock (ticket_id, target, workspace_id, rule, place, calendar, thread_id, minutes, from_at, soon_at, due_at, rest, paused, stage, next_at) ` + count +
			fmt.Sprintf(`SELECT 3000000+i, '%s', %d, 'Everybody', 0, 'Shenzhen', 3000000+i, 480, 1799000000000+i, 0, 1800003600000+i*1000, 0, '', 0, 1800003600000+i*1000 FROM c`, target, x.w)
		if _, err := write.Exec(q); err != nil {
			b.Fatal(err)
		}
	}
	if err := x.Settle(ctx); err != nil {
		b.Fatal(err)
	}
	return 3000001, now
}

// BenchmarkMillionClocks measures what a million open clocks cost: to look whether one
// rings (twice a second on each node, when none does), to find those that do, to tell of a
// hundred, to set one, and to bring the clocks of a ticket in line within its change.
func BenchmarkMillionClocks(b *testing.B) {
	run := func(b *testing.B, x shelf) {
		first, now := wound(b, x)
		ctx, until := context.Background(), now.Add(time.Hour+5*time.Second)
		service := clocks.New(clocks.Config{Store: x.Store, Journal: x.Store, Queue: x.Store, Now: func() time.Time { return now }})
		b.Run("look/store", func(b *testing.B) {
			for b.Loop() {
				if list, err := x.Ringing(ctx, now, 100); err != nil || len(list) != 0 {
					b.Fatal(list, err)
				}
			}
		})
		b.Run("ring/store", func(b *testing.B) {
			for b.Loop() {
				if list, err := x.Ringing(ctx, until, 20); err != nil || len(list) != 20 {
					b.Fatal(len(list), err)
				}
			}
		})
		b.Run("ring/driver", func(b *testing.B) {
			q := x.plain(b, `SELECT c.*, t.number FROM ticket_clock c JOIN ticket t ON t.id=c.ticket_id WHERE c.next_at>0 AND c.next_at<=$1 ORDER BY c.next_at LIMIT $2`)
			for b.Loop() {
				consume(b, q, until.UnixMilli(), 20)
			}
		})
		b.Run("fire100", func(b *testing.B) {
			b.StopTimer()
			at := now.Add(time.Hour - time.Millisecond)
			told := clocks.New(clocks.Config{Store: x.Store, Journal: x.Store, Queue: x.Store, Now: func() time.Time { return at }})
			b.StartTimer()
			for b.Loop() {
				at = at.Add(25 * time.Second)
				if _, err := told.Ring(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("set/store", func(b *testing.B) {
			rows, err := x.Clocks(ctx, x.w, first)
			if err != nil || len(rows) != 4 {
				b.Fatal(rows, err)
			}
			for i := 0; b.Loop(); i++ {
				r := rows[i%4]
				r.Ticket = first + ticket.ID(i%200_000)
				r.Due = r.Due.Add(time.Duration(i) * time.Millisecond)
				r.Next = r.Due
				if err := x.PutClock(ctx, r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("set/driver", func(b *testing.B) {
			write, _ := x.Pools()
			text := `UPDATE ticket_clock SET due_at=$1, next_at=$1 WHERE ticket_id=$2 AND target=$3`
			if x.Lite() {
				text = `UPDATE ticket_clock SET due_at=?1, next_at=?1 WHERE ticket_id=?2 AND target=?3`
			}
			q, err := write.Prepare(text)
			if err != nil {
				b.Fatal(err)
			}
			defer q.Close()
			for i := 0; b.Loop(); i++ {
				if _, err := q.Exec(now.UnixMilli()+int64(i), int64(first)+int64(i%200_000), "next"); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("keep", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				id := first + ticket.ID(i%200_000)
				err := x.InTx(ctx, func(ctx context.Context) error {
					t, err := x.Ticket(ctx, x.w, id)
					if err != nil {
						return err
					}
					return service.Keep(ctx, &t, ticket.Shift{At: now})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("sqlite", func(b *testing.B) { run(b, newShelf(b, storetest.SQLite(b), 1)) })
	b.Run("postgres", func(b *testing.B) { run(b, newShelf(b, storetest.Postgres(b), 1)) })
}
