package api

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
)

func traceGroup() group {
	read, write := may(auth.ReadShipments), may(auth.ReadShipments, auth.WriteTickets)
	return group{"Traces", "A trace is a search request or claim to the carrier of a parcel, with its deadline.", []operation{
		{"traceList", "GET", "/traces", read, do((*server).traceList), "List traces",
			"Traces, newest first; with `state` or `open` the nearest deadline first, and those without one last. `due_before` leaves those whose deadline is known and not later."},
		{"traceCount", "GET", "/traces/counts", read, do((*server).traceCount), "Count open traces",
			"How many traces are open, and of how many drafts the deadline is less than a week away, counted up to 200: `more` says that there are more."},
		{"traceOpen", "POST", "/traces", write, do((*server).traceOpen), "Open a trace",
			"Drafts a trace of a parcel, with the time in which its carrier takes one, the papers that it asks for and the deadline, as far as they are known. A parcel has one open trace at most. Nothing is sent to the carrier."},
		{"traceBulk", "POST", "/traces/bulk", may(auth.ReadShipments, auth.WriteTickets, auth.BulkTickets), do((*server).traceBulk), "Open traces of many parcels",
			"Drafts a trace of each of up to 200 parcels, and answers for each. A parcel that has an open one keeps it, so that a repeat opens nothing."},
		{"traceEvents", "GET", "/traces/{trace}/events", read, do((*server).traceEvents), "List a trace's events", "What happened to a trace, oldest first."},
		{"traceNoteList", "GET", "/traces/{trace}/notes", read, do((*server).traceNoteList), "List a trace's notes", "What people wrote to a trace, newest first. Notes are neither changed nor taken back."},
		{"traceNote", "POST", "/traces/{trace}/notes", write, do((*server).traceNote), "Write a note to a trace", "Adds a note to a trace, open or not. What was just written is not written again."},
		{"traceGet", "GET", "/traces/{trace}", read, do((*server).traceGet), "Get a trace", "One trace."},
		{"traceUpdate", "PATCH", "/traces/{trace}", write, do((*server).traceUpdate), "Move a trace on",
			"Tells what came of a trace: that it was sent, answered, paid or rejected, under which reference and about which sum. From `draft` leads `sent` or `found`; from `sent` also `answered`, `paid` and `rejected`; from `rejected` `sent` again. A draft whose deadline is over becomes `expired` by itself."},
	}}
}

// Trace is a search request or claim to a carrier.
type Trace struct {
	ID         Ref[aTrace]    `json:"id"`
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	OrderID    *Ref[anOrder]  `json:"order_id" nullable:"true"`
	TicketID   *Ref[aTicket]  `json:"ticket_id" nullable:"true"`
	Kind       string         `json:"kind" enum:"search,claim"`
	State      string         `json:"state" enum:"draft,sent,answered,paid,rejected,found,expired"`
	Carrier    string         `json:"carrier" example:"royalmail"`
	Number     string         `json:"number" example:"RM123456789GB"`
	Reference  *string        `json:"reference" doc:"The carrier's own."`
	Papers     []string       `json:"papers" nullable:"false" example:"[\"proof_of_posting\"]" doc:"What the carrier asks for."`
	OpensAt    *time.Time     `json:"opens_at" doc:"The carrier takes it from then."`
	Deadline   *time.Time     `json:"deadline" doc:"And until then; null if no deadline is known."`
	Rule       *string        `json:"rule" example:"royal_mail_uk" doc:"The row of the table of windows that both follow from."`
	Amount     *Money         `json:"amount,omitempty" doc:"Claimed, and paid once it is."`
	Note       string         `json:"note" doc:"What was last written to it; the notes before it are listed by themselves."`
	SentAt     *time.Time     `json:"sent_at"`
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

func traceRecord(t trace.Trace) Trace {
	out := Trace{
		ID: refTo[aTrace](t.ID), ShipmentID: refTo[aShipment](t.Shipment), OrderID: optRef[anOrder](t.Order), TicketID: optRef[aTicket](t.Ticket),
		Kind: string(t.Kind), State: string(t.State), Carrier: t.Carrier, Number: t.Number, Reference: optText(t.Reference), Papers: append([]string{}, t.Papers...),
		OpensAt: optTime(t.OpensAt), Deadline: optTime(t.Deadline), Rule: optText(t.Rule), Note: t.Note, SentAt: optTime(t.SentAt), CreatedAt: at(t.CreatedAt), UpdatedAt: at(t.UpdatedAt),
	}
	if t.Amount.Currency != "" {
		out.Amount = &Money{t.Amount.Minor, t.Amount.Currency}
	}
	return out
}

func (s *server) traceList(c *call, in *struct {
	State     string         `query:"state" enum:"draft,sent,answered,paid,rejected,found,expired"`
	Open      bool           `query:"open" doc:"Those alone of which something is still to come."`
	DueBefore time.Time      `query:"due_before"`
	Shipment  Ref[aShipment] `query:"shipment"`
	Ticket    Ref[aTicket]   `query:"ticket"`
	Paging
	Picking
}) (*pageOut[Trace], error) {
	f := trace.Filter{State: trace.State(in.State), Open: in.Open, Before: in.DueBefore, Shipment: shipment.ID(in.Shipment.num()), Ticket: ticket.ID(in.Ticket.num())}
	var after trace.Cursor
	if in.Cursor != "" {
		var ms, last int64
		if err := readCursor('t', in.Cursor, &ms, &last); err != nil {
			return nil, err
		}
		after = trace.Cursor{ID: trace.ID(last)}
		if ms != 0 {
			after.At = time.UnixMilli(ms).UTC()
		}
	}
	found, err := s.Traces.List(c, c.actor, f, after, min(in.Limit+1, trace.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == trace.MaxPage {
		found = found[:min(len(found), in.Limit)]
		place := f.CursorAt(found[len(found)-1])
		ms := int64(0)
		if !place.At.IsZero() {
			ms = place.At.UnixMilli()
		}
		next = writeCursor('t', ms, int64(place.ID))
	}
	return page(c, convert(found, traceRecord), next), nil
}

// TraceCounts is how many traces wait for somebody.
type TraceCounts struct {
	Open BoardTally `json:"open" doc:"Something is still to come of them."`
	Due  BoardTally `json:"due" doc:"Drafts whose deadline is less than a week away."`
}

// BoardTally is a count that stops.
type BoardTally struct {
	Count int  `json:"count" example:"12"`
	More  bool `json:"more" doc:"There are more than were counted."`
}

func tally(n int) BoardTally {
	return BoardTally{min(n, shipment.CountLimit), n > shipment.CountLimit}
}

func (s *server) traceCount(c *call, _ *struct{ Picking }) (*recordOut[TraceCounts], error) {
	open := trace.Filter{Open: true}
	n, err := s.Traces.Counts(c, c.actor, []trace.Filter{open, open.DueSoon(s.Now())}, shipment.CountLimit+1)
	if err != nil {
		return nil, err
	}
	return record(TraceCounts{tally(n[0]), tally(n[1])}), nil
}

// TraceMany names parcels to be traced.
type TraceMany struct {
	ShipmentIDs []Ref[aShipment] `json:"shipment_ids" nullable:"false" minItems:"1" maxItems:"200"`
	Kind        string           `json:"kind,omitempty" enum:"search,claim" doc:"search by default."`
}

// TraceManyOutcome is what was done about many parcels.
type TraceManyOutcome struct {
	Done    []TraceDone    `json:"done" nullable:"false"`
	Refused []TraceRefused `json:"refused" nullable:"false"`
}

// TraceDone is the open trace of a parcel.
type TraceDone struct {
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	TraceID    Ref[aTrace]    `json:"trace_id"`
	Opened     bool           `json:"opened" doc:"Now; false if the parcel had it before."`
}

// TraceRefused is a parcel of which no trace can be opened.
type TraceRefused struct {
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	Code       string         `json:"code" example:"trace_window"`
	Detail     string         `json:"detail" example:"The carrier took this until 2026-05-21."`
}

func (s *server) traceBulk(c *call, in *struct{ Body TraceMany }) (*recordOut[TraceManyOutcome], error) {
	out := TraceManyOutcome{Done: []TraceDone{}, Refused: []TraceRefused{}}
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(in.Body.ShipmentIDs))) {
		var got []trace.Outcome
		err := s.step(c, func(c *call) (err error) {
			got, err = s.Traces.OpenMany(c, c.actor, []shipment.ID{shipment.ID(ref.num())}, trace.Kind(in.Body.Kind))
			return err
		})
		if err != nil {
			return nil, err
		}
		if o := got[0]; o.Err != nil {
			p := c.problem(o.Err)
			out.Refused = append(out.Refused, TraceRefused{ref, p.Code, p.Detail})
		} else {
			out.Done = append(out.Done, TraceDone{ref, refTo[aTrace](o.Trace.ID), !o.Had})
		}
	}
	return record(out), nil
}

func (s *server) traceEvents(c *call, in *struct {
	Trace Ref[aTrace] `path:"trace" doc:"The trace's id."`
	Picking
}) (*pageOut[Event], error) {
	t, err := s.Traces.Get(c, c.actor, trace.ID(in.Trace.num()))
	if err != nil {
		return nil, err
	}
	list, err := s.Traces.History(c, c.actor, []trace.Trace{t})
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, eventRecord), ""), nil
}

func (s *server) traceGet(c *call, in *struct {
	Trace Ref[aTrace] `path:"trace" doc:"The trace's id."`
	Picking
}) (*recordOut[Trace], error) {
	t, err := s.Traces.Get(c, c.actor, trace.ID(in.Trace.num()))
	if err != nil {
		return nil, err
	}
	return record(traceRecord(t)), nil
}

// TraceNote is what somebody wrote to a trace.
type TraceNote struct {
	ID        Ref[aTraceNote] `json:"id"`
	TraceID   Ref[aTrace]     `json:"trace_id"`
	At        time.Time       `json:"at"`
	ActorName string          `json:"actor_name" example:"Lena Fischer" doc:"Empty of a note that is older than the list of notes."`
	PersonID  *Ref[aPerson]   `json:"person_id" nullable:"true" doc:"The person of the workspace who wrote it."`
	Text      string          `json:"text" example:"Called the carrier: no scan since Leipzig, they search for ten days."`
}

func traceNoteRecord(n trace.Note) TraceNote {
	out := TraceNote{ID: refTo[aTraceNote](n.ID), TraceID: refTo[aTrace](n.Trace), At: at(n.At), ActorName: n.ActorName, Text: n.Text}
	if n.ActorKind == auth.Agent {
		out.PersonID = optRef[aPerson](n.ActorID)
	}
	return out
}

func (s *server) traceNoteList(c *call, in *struct {
	Trace Ref[aTrace] `path:"trace" doc:"The trace's id."`
	Paging
	Picking
}) (*pageOut[TraceNote], error) {
	var last int64
	if err := readCursor('n', in.Cursor, &last); err != nil {
		return nil, err
	}
	t, err := s.Traces.Get(c, c.actor, trace.ID(in.Trace.num()))
	if err != nil {
		return nil, err
	}
	found, err := s.Traces.Notes(c, c.actor, []trace.Trace{t}, trace.NoteID(last), min(in.Limit+1, trace.MaxPage))
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit || len(found) == trace.MaxPage {
		found = found[:min(len(found), in.Limit)]
		next = writeCursor('n', int64(found[len(found)-1].ID))
	}
	return page(c, convert(found, traceNoteRecord), next), nil
}

// TraceNoteDraft is a note to be written to a trace.
type TraceNoteDraft struct {
	Text string `json:"text" minLength:"1" maxLength:"4000"`
}

func (s *server) traceNote(c *call, in *struct {
	Trace Ref[aTrace] `path:"trace" doc:"The trace's id."`
	Body  TraceNoteDraft
}) (*recordOut[TraceNote], error) {
	n, err := s.Traces.Annotate(c, c.actor, trace.ID(in.Trace.num()), in.Body.Text)
	if err != nil {
		return nil, err
	}
	return record(traceNoteRecord(n)), nil
}

// TraceDraft is a trace to be opened.
type TraceDraft struct {
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	TicketID   Ref[aTicket]   `json:"ticket_id,omitempty"`
	Kind       string         `json:"kind,omitempty" enum:"search,claim" doc:"search by default."`
	Amount     *Money         `json:"amount,omitempty" doc:"What is claimed."`
	Deadline   *time.Time     `json:"deadline,omitempty" doc:"That of the carrier by default."`
	Note       string         `json:"note,omitempty" maxLength:"4000"`
}

func (s *server) traceOpen(c *call, in *struct{ Body TraceDraft }) (*recordOut[Trace], error) {
	b := in.Body
	n := trace.NewTrace{Shipment: shipment.ID(b.ShipmentID.num()), Ticket: ticket.ID(b.TicketID.num()), Kind: trace.Kind(b.Kind), Note: b.Note}
	if b.Amount != nil {
		n.Amount = money.Amount{Minor: b.Amount.Amount, Currency: b.Amount.Currency}
	}
	if b.Deadline != nil {
		n.Deadline = *b.Deadline
	}
	if n.Ticket != 0 {
		if _, err := s.Tickets.Get(c, c.actor, n.Ticket); err != nil {
			return nil, err
		}
	}
	t, err := s.Traces.Open(c, c.actor, n)
	if err != nil {
		return nil, err
	}
	return record(traceRecord(t)), nil
}

// TraceChange is what became of a trace; what is left out stays.
type TraceChange struct {
	State     string     `json:"state,omitempty" enum:"sent,answered,paid,rejected,found"`
	Reference *string    `json:"reference,omitempty" maxLength:"100"`
	Amount    *Money     `json:"amount,omitempty"`
	Deadline  *time.Time `json:"deadline,omitempty"`
	Note      *string    `json:"note,omitempty" maxLength:"4000" doc:"Added to what was written before."`
}

func (s *server) traceUpdate(c *call, in *struct {
	Trace Ref[aTrace] `path:"trace" doc:"The trace's id."`
	Matching
	Body TraceChange
}) (out *recordOut[Trace], err error) {
	b, id := in.Body, trace.ID(in.Trace.num())
	change := trace.Change{To: trace.State(b.State), Reference: b.Reference, Note: b.Note, Deadline: b.Deadline}
	if b.Amount != nil {
		change.Amount = &money.Amount{Minor: b.Amount.Amount, Currency: b.Amount.Currency}
	}
	err = s.inTx(c, func(c *call) error {
		old, err := s.Traces.Get(c, c.actor, id)
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(traceRecord(old))); err != nil {
			return err
		}
		t, err := s.Traces.Change(c, c.actor, id, change)
		out = record(traceRecord(t))
		return err
	})
	return out, err
}
