package store

import (
	"context"
	"math"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

var _ trace.Store = (*Store)(nil)

const traceCols = `id, workspace_id, shipment_id, order_id, shop_id, ticket_id, kind, state, carrier, number, reference, papers, opens_at, deadline, rule,
	amount, currency, note, created_at, updated_at, sent_at, due_at`

func traceDest(t *trace.Trace) []any {
	return []any{
		&t.ID, &t.Workspace, &t.Shipment, ref(&t.Order), ref(&t.Shop), ref(&t.Ticket), &t.Kind, &t.State, &t.Carrier, &t.Number, &t.Reference, doc(&t.Papers),
		at(&t.OpensAt), at(&t.Deadline), &t.Rule, &t.Amount.Minor, &t.Amount.Currency, &t.Note, at(&t.CreatedAt), at(&t.UpdatedAt), at(&t.SentAt), at(&t.DueAt),
	}
}

// AddTrace implements trace.Store.
func (s *Store) AddTrace(ctx context.Context, t trace.Trace) error {
	n, err := s.exec(ctx, `INSERT INTO trace (`+traceCols+`) VALUES (`+places(1, 22)+`) ON CONFLICT DO NOTHING`,
		int64(t.ID), int64(t.Workspace), int64(t.Shipment), opt(t.Order), opt(t.Shop), opt(t.Ticket), string(t.Kind), string(t.State), clean(t.Carrier), clean(t.Number),
		clean(t.Reference), js(t.Papers), ms(t.OpensAt), ms(t.Deadline), t.Rule, t.Amount.Minor, t.Amount.Currency, clean(t.Note),
		ms(t.CreatedAt), ms(t.UpdatedAt), ms(t.SentAt), ms(t.DueAt))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "error.trace_open")
	}
	return err
}

// SaveTrace implements trace.Store.
func (s *Store) SaveTrace(ctx context.Context, t trace.Trace) error {
	_, err := s.exec(ctx, `UPDATE trace SET ticket_id=$1, state=$2, reference=$3, deadline=$4, amount=$5, currency=$6, note=$7, updated_at=$8, sent_at=$9, due_at=$10
		WHERE workspace_id=$11 AND id=$12`,
		opt(t.Ticket), string(t.State), clean(t.Reference), ms(t.Deadline), t.Amount.Minor, t.Amount.Currency, clean(t.Note),
		ms(t.UpdatedAt), ms(t.SentAt), ms(t.DueAt), t.Workspace, int64(t.ID))
	return err
}

// TraceByID implements trace.Store.
func (s *Store) TraceByID(ctx context.Context, w auth.WorkspaceID, id trace.ID) (trace.Trace, error) {
	return one(ctx, s.DB, traceDest, `SELECT `+traceCols+` FROM trace WHERE workspace_id=$1 AND id=$2`, w, int64(id))
}

// HoldTrace implements trace.Store.
func (s *Store) HoldTrace(ctx context.Context, w auth.WorkspaceID, id trace.ID) (trace.Trace, error) {
	return one(ctx, s.DB, traceDest, `SELECT `+traceCols+` FROM trace WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(id))
}

// DueTraces implements trace.Store.
func (s *Store) DueTraces(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]trace.Trace, error) {
	return all(ctx, s.DB, traceDest, `SELECT `+traceCols+` FROM trace WHERE workspace_id=$1 AND due_at>0 AND due_at<=$2 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED`,
		w, ms(now), limit)
}

// whenDue is the deadline of a trace; one without is due after all others. An
// index goes by it (0032_trace_board.sql).
const whenDue = "CASE WHEN deadline=0 THEN 9223372036854775807 ELSE deadline END"

// Traces implements trace.Store.
func (s *Store) Traces(ctx context.Context, sc auth.Scope, f trace.Filter, after trace.Cursor, limit int) ([]trace.Trace, error) {
	b := &where{}
	b.traces(sc, f)
	by := "id DESC"
	switch {
	case f.ByDeadline():
		by = whenDue + ", id"
		if after.ID != 0 {
			due := int64(math.MaxInt64)
			if !after.At.IsZero() {
				due = ms(after.At)
			}
			b.raw("(" + whenDue + ", id)>(" + b.param(due) + "," + b.param(int64(after.ID)) + ")")
		}
	case after.ID != 0:
		b.add("id<$", int64(after.ID))
	}
	return all(long(ctx), s.DB, traceDest, `SELECT `+traceCols+` FROM trace WHERE `+b.String()+` ORDER BY `+by+` LIMIT `+b.param(limit), b.args...)
}

// traces adds who sees a list of traces and what its filter says.
func (b *where) traces(sc auth.Scope, f trace.Filter) {
	if f.Shipment != 0 || f.Among != nil { // parcels have few: SQLite must not read the workspace for them
		b.add("+workspace_id=$", sc.Workspace)
	} else {
		b.add("workspace_id=$", sc.Workspace)
	}
	if !sc.All && sc.Shops != nil {
		b.raw(oneOf(b, "shop_id", sc.Shops))
	}
	if f.State != "" {
		b.add("state=$", string(f.State))
	}
	if f.Open { // as the index says it
		b.raw("state IN ('draft', 'sent', 'answered')")
	}
	if !f.Before.IsZero() {
		b.raw("deadline>0")
		b.add(whenDue+"<=$", ms(f.Before))
	}
	if f.Shipment != 0 {
		b.add("shipment_id=$", int64(f.Shipment))
	}
	if f.Among != nil {
		b.raw(oneOf(b, "shipment_id", f.Among))
	}
	if f.Ticket != 0 {
		b.add("ticket_id=$", int64(f.Ticket))
	}
	if !f.Parcels.Zero() { // open traces are few: each looks at its parcel
		inner := &where{args: b.args}
		filterShipments(inner, sc.Workspace, f.Parcels)
		b.args = inner.args
		b.raw("EXISTS (SELECT 1 FROM shipment JOIN shipment_state ON shipment_state.shipment_id=shipment.id WHERE shipment.id=trace.shipment_id AND " + inner.String() + ")")
	}
}

// CountTraces implements trace.Store.
func (s *Store) CountTraces(ctx context.Context, sc auth.Scope, list []trace.Filter, limit int) ([]int, error) {
	b := &where{}
	most := b.param(limit)
	counts := make([]string, len(list))
	for i, f := range list {
		b.parts = nil
		b.traces(sc, f)
		counts[i] = `(SELECT count(*) FROM (SELECT 1 FROM trace WHERE ` + b.String() + ` LIMIT ` + most + `) AS found)`
	}
	return s.counted(ctx, counts, b.args)
}

const traceNoteCols = `id, workspace_id, trace_id, at, actor_kind, actor_id, actor_name, body`

// AddTraceNote implements trace.Store.
func (s *Store) AddTraceNote(ctx context.Context, n trace.Note) error {
	_, err := s.exec(ctx, `INSERT INTO trace_note (`+traceNoteCols+`) VALUES (`+places(1, 8)+`)`,
		int64(n.ID), n.Workspace, int64(n.Trace), ms(n.At), string(n.ActorKind), n.ActorID, clean(n.ActorName), clean(n.Text))
	return err
}

// TraceNotes implements trace.Store.
func (s *Store) TraceNotes(ctx context.Context, w auth.WorkspaceID, list []trace.ID, after trace.NoteID, limit int) ([]trace.Note, error) {
	b := &where{}
	b.add("+workspace_id=$", w) // a trace has few
	b.raw(oneOf(b, "trace_id", list))
	if after != 0 {
		b.add("id<$", int64(after))
	}
	dest := func(n *trace.Note) []any {
		return []any{&n.ID, &n.Workspace, &n.Trace, at(&n.At), &n.ActorKind, &n.ActorID, &n.ActorName, &n.Text}
	}
	return all(ctx, s.DB, dest, `SELECT `+traceNoteCols+` FROM trace_note WHERE `+b.String()+` ORDER BY id DESC LIMIT `+b.param(limit), b.args...)
}

// TraceEvents implements trace.Store.
func (s *Store) TraceEvents(ctx context.Context, w auth.WorkspaceID, ids []trace.ID) ([]event.Event, error) {
	b := &where{}
	b.add("+workspace_id=$", w)
	b.raw("subject_kind='trace'") // as the index says it
	b.raw(oneOf(b, "subject_id", ids))
	return all(ctx, s.DB, eventDest, `SELECT `+eventCols+` FROM event WHERE `+b.String()+` ORDER BY id`, b.args...)
}
