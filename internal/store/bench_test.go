package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// shelf is a store with a few thousand tickets of two messages each.
type shelf struct {
	*store.Store
	w   auth.WorkspaceID
	ids *id.Source
	all []ticket.Ticket
	box ticket.MailboxID
}

func newShelf(b *testing.B, s *store.Store, n int) shelf {
	b.Helper()
	x := shelf{Store: s, w: storetest.Workspace(b, s), ids: id.NewSource(3, time.Now)}
	at := time.Now().UTC().Add(-1000 * time.Hour)
	bulk := store.Bulk{Workspace: x.w, Participants: map[ticket.ID][]ticket.Participant{}}
	for i := range n {
		at := at.Add(time.Duration(i) * time.Minute)
		c := customer.Customer{ID: customer.ID(x.ids.Next()), Workspace: x.w, Name: fmt.Sprint("Customer ", i), CreatedAt: at, UpdatedAt: at}
		t := ticket.Ticket{
			ID: ticket.ID(x.ids.Next()), Workspace: x.w, Number: int64(i + 1), Channel: ticket.Email, Customer: c.ID, Subject: "Where is my parcel?",
			Status: ticket.Open, Messages: 2, LastAt: at, CreatedAt: at,
		}
		bulk.Customers, bulk.Tickets = append(bulk.Customers, c), append(bulk.Tickets, t)
		bulk.Participants[t.ID] = []ticket.Participant{{Address: fmt.Sprintf("c%d@example.com", i), Verified: true}}
		for range 2 {
			bulk.Messages = append(bulk.Messages, letter(x, t.ID, at))
		}
	}
	ctx := context.Background()
	if err := s.PutBulk(ctx, s.BulkRows(bulk)); err != nil {
		b.Fatal(err)
	}
	if err := s.Settle(ctx); err != nil {
		b.Fatal(err)
	}
	x.all = bulk.Tickets
	m := ticket.Mailbox{ID: ticket.MailboxID(x.ids.Next()), Workspace: x.w, Address: "bench@example.com"}
	if err := s.AddMailbox(ctx, m); err != nil {
		b.Fatal(err)
	}
	x.box = m.ID
	return x
}

func letter(x shelf, t ticket.ID, at time.Time) ticket.Message {
	return ticket.Message{
		ID: ticket.MessageID(x.ids.Next()), Workspace: x.w, Ticket: t, Kind: ticket.KindInbound, Form: ticket.Plain, Channel: ticket.Email,
		AuthorKind: auth.Customer, AuthorName: "Customer", Body: "My parcel has not come, although the carrier says that it was delivered on Monday.", Language: "en", At: at,
	}
}

// engines runs a benchmark of the store on both, and the same statement over the
// bare driver beside it.
func engines(b *testing.B, run func(b *testing.B, x shelf)) {
	b.Run("sqlite", func(b *testing.B) { run(b, newShelf(b, storetest.SQLite(b), 3000)) })
	b.Run("postgres", func(b *testing.B) { run(b, newShelf(b, storetest.Postgres(b), 3000)) })
}

// plain writes a statement with the engine's own parameters.
func (x shelf) plain(b *testing.B, q string) *sql.Stmt {
	b.Helper()
	_, r := x.Pools()
	if x.Lite() {
		q = strings.ReplaceAll(q, "$", "?")
	}
	s, err := r.Prepare(q)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func consume(b *testing.B, s *sql.Stmt, args ...any) {
	rows, err := s.Query(args...)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	cells := make([]any, len(cols))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkList(b *testing.B) {
	engines(b, func(b *testing.B, x shelf) {
		q := ticket.ListQuery{Scope: auth.ForSystem(x.w).Scope(), Bucket: ticket.InOpen, Limit: 51}
		b.Run("store", func(b *testing.B) {
			for b.Loop() {
				if list, err := x.Tickets(context.Background(), q); err != nil || len(list) != 51 {
					b.Fatal(len(list), err)
				}
			}
		})
		s := x.plain(b, `SELECT * FROM ticket WHERE workspace_id=$1 AND bucket=$2 ORDER BY last_at DESC, id DESC LIMIT $3`)
		b.Run("bare", func(b *testing.B) {
			for b.Loop() {
				consume(b, s, int64(x.w), "open", 51)
			}
		})
	})
}

func BenchmarkMessages(b *testing.B) {
	engines(b, func(b *testing.B, x shelf) {
		n := 0
		next := func() ticket.ID { n++; return x.all[n*7%len(x.all)].ID }
		b.Run("store", func(b *testing.B) {
			for b.Loop() {
				if list, err := x.Messages(context.Background(), x.w, next(), 0, 51); err != nil || len(list) != 2 {
					b.Fatal(len(list), err)
				}
			}
		})
		s := x.plain(b, `SELECT * FROM message WHERE ticket_id=$1 AND workspace_id=$2 ORDER BY id DESC LIMIT $3`)
		b.Run("bare", func(b *testing.B) {
			for b.Loop() {
				consume(b, s, int64(next()), int64(x.w), 51)
			}
		})
	})
}

func BenchmarkAddMessage(b *testing.B) {
	engines(b, func(b *testing.B, x shelf) {
		n := 0
		for b.Loop() {
			n++
			err := x.InTx(context.Background(), func(ctx context.Context) error {
				return x.AddMessage(ctx, letter(x, x.all[n%len(x.all)].ID, time.Now()))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAcceptMail(b *testing.B) {
	body := []byte("From: a@example.com\r\nSubject: Hello\r\n\r\n" + strings.Repeat("The parcel has not come. ", 60))
	for _, size := range []int{1, 50} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			engines(b, func(b *testing.B, x shelf) {
				for b.Loop() {
					batch := make([]mailroom.Raw, size)
					for i := range batch {
						batch[i] = mailroom.Raw{Source: fmt.Sprint(x.ids.Next()), Body: body, ReceivedAt: time.Now()}
					}
					if _, err := x.AcceptMail(context.Background(), x.w, x.box, batch, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
