package store

import (
	"context"

	"godwit.dev/godwit/internal/base/term"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/store/postgres"
)

// Bulk is a batch of new records that refer to each other and to nothing that is
// not stored yet. Nothing in it may be stored already.
type Bulk struct {
	Workspace    auth.WorkspaceID
	Customers    []customer.Customer
	Orders       []order.Order
	Tickets      []ticket.Ticket
	Participants map[ticket.ID][]ticket.Participant
	Messages     []ticket.Message
	Events       []event.Event
}

// BulkRows is a Bulk as rows, ready to be written.
type BulkRows struct {
	workspace auth.WorkspaceID
	number    int64 // the highest ticket number
	tables    []postgres.Rows
}

// Count returns the number of rows.
func (r BulkRows) Count() int {
	n := 0
	for _, t := range r.tables {
		n += len(t.Rows)
	}
	return n
}

const (
	identityCols    = "id, workspace_id, customer_id, kind, value, verified, created_at"
	lineCols        = "id, workspace_id, order_id, position, sku, title, variant, quantity, price, discount, tax, duty, shop_id, placed_at, sku_key"
	parcelCols      = "id, workspace_id, order_id, carrier, tracking, tracking_key, status, shipped_at, delivered_at, packed"
	participantCols = "ticket_id, workspace_id, address, name, verified"
)

// BulkRows turns records into rows with the values that the other ways into the
// store write, search terms included. It needs no database and may run beside
// PutBulk.
func (s *Store) BulkRows(b Bulk) BulkRows {
	customers, identities, keys := rowsOf("customer", customerCols), rowsOf("identity", identityCols), rowsOf("customer_key", "workspace_id, word, customer_id")
	for _, c := range b.Customers {
		customers.add(c.ID, c.Workspace, clean(c.Name), clean(c.Language), clean(c.Country), clean(c.Tier), clean(c.Note), opt(c.MergedInto), ms(c.CreatedAt), ms(c.UpdatedAt), s.bool(c.Said), opt(c.Agent))
		for _, i := range c.Identities {
			identities.add(s.ids.Next(), c.Workspace, c.ID, i.Kind, clean(i.Value), s.bool(i.Verified), ms(c.CreatedAt))
		}
		for _, k := range c.Keys() {
			keys.add(c.Workspace, clean(k), c.ID)
		}
	}
	orders, lines, parcels := rowsOf("orders", orderCols), rowsOf("order_line", lineCols), rowsOf("fulfillment", parcelCols)
	paid := rowsOf("order_payment", orderPaymentCols)
	for _, o := range b.Orders {
		orders.add(orderArgs(o)...)
		for i, l := range o.Lines {
			lines.add(lineVals(o, i, l)...)
		}
		for i, p := range o.Payments {
			paid.add(s.orderPaymentVals(o, i, p)...)
		}
		for _, f := range o.Fulfillments {
			parcels.add(parcelVals(o, f)...)
		}
	}
	tickets, tags, people := rowsOf("ticket", ticketCols), rowsOf("ticket_tag", "workspace_id, tag, ticket_id"), rowsOf("participant", participantCols)
	out := BulkRows{workspace: b.Workspace}
	for i := range b.Tickets {
		t := &b.Tickets[i]
		out.number = max(out.number, t.Number)
		tickets.add(s.ticketVals(t)...)
		for _, tag := range t.Tags {
			tags.add(t.Workspace, tag, t.ID)
		}
		for _, p := range b.Participants[t.ID] {
			people.add(t.ID, t.Workspace, clean(p.Address), clean(p.Name), s.bool(p.Verified))
		}
	}
	messages, terms := rowsOf("message", messageCols), s.termRows()
	for i := range b.Messages {
		m := &b.Messages[i]
		messages.add(s.messageVals(*m)...)
		terms.add(s.termVals(*m)...)
	}
	events := rowsOf("event", eventCols)
	for i := range b.Events {
		events.add(eventVals(&b.Events[i])...)
	}
	out.tables = []postgres.Rows{customers.Rows, identities.Rows, keys.Rows, orders.Rows, lines.Rows, parcels.Rows, paid.Rows,
		tickets.Rows, tags.Rows, people.Rows, messages.Rows, terms.Rows, events.Rows}
	return out
}

type bulkTable struct{ postgres.Rows }

func rowsOf(table, cols string) *bulkTable {
	return &bulkTable{postgres.Rows{Table: table, Columns: cols}}
}

func (t *bulkTable) add(vals ...any) { t.Rows.Rows = append(t.Rows.Rows, vals) }

func (s *Store) termRows() *bulkTable {
	if s.lite {
		return rowsOf("message_term", "rowid, raw, stem")
	}
	return rowsOf("message_term", "message_id, terms")
}

// termVals returns the row of the search index for a message.
func (s *Store) termVals(m ticket.Message) []any {
	d, own := term.Analyze(searchText(m), m.Language), workspaceTerm(m.Workspace)
	if s.lite {
		raw, stem := d.Columns(own)
		return []any{m.ID, raw, stem}
	}
	return []any{m.ID, d.TSVector(own)}
}

// PutBulk writes rows in one transaction: PostgreSQL takes them as COPY, SQLite
// by prepared statements. Events are not published: a bulk tells of the past.
func (s *Store) PutBulk(ctx context.Context, r BulkRows) error {
	if !s.lite {
		if err := postgres.Copy(ctx, s.w, r.tables); err != nil {
			return s.fail(err)
		}
		return s.countTo(ctx, r)
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		for _, t := range r.tables {
			if len(t.Rows) == 0 {
				continue
			}
			// Every record brings its own workspace_id.
			q := `INSERT INTO ` + t.Table + ` (` + t.Columns + `) VALUES (` + places(1, len(t.Rows[0])) + `)`
			for _, vals := range t.Rows {
				if _, err := s.exec(ctx, q, vals...); err != nil {
					return err
				}
			}
		}
		return s.countTo(ctx, r)
	})
}

// countTo lifts the counter of ticket numbers to what a bulk used.
func (s *Store) countTo(ctx context.Context, r BulkRows) error {
	if r.number == 0 {
		return nil
	}
	_, err := s.exec(ctx, `INSERT INTO counter (workspace_id, name, value) VALUES ($1,'ticket',$2)
		ON CONFLICT (workspace_id, name) DO UPDATE SET value=excluded.value WHERE counter.value<excluded.value`, r.workspace, r.number)
	return err
}

// Settle lets the engine gather what its planner goes by, after a bulk.
func (s *Store) Settle(ctx context.Context) error {
	if s.lite {
		if _, err := s.w.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
			return s.fail(err)
		}
		return nil
	}
	_, err := s.w.ExecContext(ctx, `VACUUM (ANALYZE)`)
	return s.fail(err)
}
