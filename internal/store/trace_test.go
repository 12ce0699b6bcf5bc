package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

// Open traces go by deadline, page by page, those without one last; what narrows
// the list narrows the counts.
func TestTracesByDeadline(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), storetest.Workspace(t, s)
		scope, now := auth.Scope{Workspace: w, All: true}, time.UnixMilli(1_800_000_000_000).UTC()
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		var parcels []shipment.Shipment
		for i := range 5 {
			parcels = append(parcels, shipment.Shipment{ID: shipment.ID(101 + i), Workspace: w, Direction: shipment.Out, Carrier: "4px", Origin: shipment.Place{Country: "CN"}, To: shipment.Place{Country: []string{"BR", "PL"}[i%2]}, CreatedAt: now})
		}
		if err := s.AddShipments(ctx, parcels); err != nil {
			t.Fatal(err)
		}
		for i, x := range []struct {
			state    trace.State
			deadline time.Time
		}{{trace.Draft, day(9)}, {trace.Sent, day(2)}, {trace.Draft, time.Time{}}, {trace.Paid, day(1)}, {trace.Draft, day(3)}} {
			if err := s.AddTrace(ctx, trace.Trace{ID: trace.ID(201 + i), Workspace: w, Shipment: parcels[i].ID, Kind: trace.Search, State: x.state, Deadline: x.deadline, CreatedAt: now, UpdatedAt: now}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name   string
			filter trace.Filter
			want   []trace.ID
		}{
			{"open", trace.Filter{Open: true}, []trace.ID{202, 205, 201, 203}},
			{"drafts", trace.Filter{State: trace.Draft}, []trace.ID{205, 201, 203}},
			{"due soon", trace.Filter{Open: true}.DueSoon(now), []trace.ID{205}},
			{"of a lane", trace.Filter{Open: true, Parcels: shipment.Filter{To: "PL"}}, []trace.ID{202}},
			{"of parcels", trace.Filter{Open: true, Among: []shipment.ID{101, 104}}, []trace.ID{201}},
			{"of none", trace.Filter{Open: true, Among: []shipment.ID{}}, nil},
			{"all", trace.Filter{}, []trace.ID{205, 204, 203, 202, 201}},
		} {
			var got []trace.ID
			for after := (trace.Cursor{}); ; {
				page, err := s.Traces(ctx, scope, c.filter, after, 2)
				if err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				for _, x := range page {
					got, after = append(got, x.ID), c.filter.CursorAt(x)
				}
				if len(page) < 2 {
					break
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
			n, err := s.CountTraces(ctx, scope, []trace.Filter{c.filter, {}}, 100)
			if err != nil || n[0] != len(c.want) || n[1] != 5 {
				t.Errorf("%s: counted %v, %v", c.name, n, err)
			}
		}
	})
}

// Notes are read page by page, the newest first, of the traces that are asked for and
// of no other workspace.
func TestTraceNotes(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, w, other := context.Background(), storetest.Workspace(t, s), storetest.Workspace(t, s)
		now := time.UnixMilli(1_800_000_000_000).UTC()
		for i := range 2 {
			v := shipment.Shipment{ID: shipment.ID(101 + i), Workspace: w, Direction: shipment.Out, CreatedAt: now}
			if err := s.AddShipments(ctx, []shipment.Shipment{v}); err != nil {
				t.Fatal(err)
			}
			if err := s.AddTrace(ctx, trace.Trace{ID: trace.ID(201 + i), Workspace: w, Shipment: v.ID, Kind: trace.Search, State: trace.Draft, CreatedAt: now, UpdatedAt: now}); err != nil {
				t.Fatal(err)
			}
		}
		want := map[trace.NoteID]trace.Note{}
		for i := range 5 {
			n := trace.Note{ID: trace.NoteID(301 + i), Workspace: w, Trace: trace.ID(201 + i%2), At: now, ActorKind: auth.Agent, ActorID: 7, ActorName: "Lena", Text: strings.Repeat("so ", i+1)}
			if err := s.AddTraceNote(ctx, n); err != nil {
				t.Fatal(err)
			}
			want[n.ID] = n
		}
		read := func(w auth.WorkspaceID, after trace.NoteID, limit int, of ...trace.ID) (ids []trace.NoteID) {
			list, err := s.TraceNotes(ctx, w, of, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				if ids = append(ids, n.ID); n != want[n.ID] {
					t.Errorf("%+v, want %+v", n, want[n.ID])
				}
			}
			return ids
		}
		for _, c := range []struct{ got, want []trace.NoteID }{
			{read(w, 0, 2, 201), []trace.NoteID{305, 303}},
			{read(w, 303, 2, 201), []trace.NoteID{301}},
			{read(w, 0, 9, 201, 202), []trace.NoteID{305, 304, 303, 302, 301}},
			{read(w, 0, 9), nil},
			{read(other, 0, 9, 201, 202), nil},
		} {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("notes %v, want %v", c.got, c.want)
			}
		}
	})
}

// Open traces are few beside the parcels and the events of a workspace: all lists
// of them are read from indexes that hold them alone.
func TestReadsOfTracesSeek(t *testing.T) {
	ctx, s := context.Background(), storetest.SQLite(t)
	scope := auth.Scope{Workspace: 7, All: true}
	list := func(f trace.Filter) func() error {
		return func() error {
			_, err := s.Traces(ctx, scope, f, trace.Cursor{At: time.UnixMilli(5), ID: 5}, 50)
			return err
		}
	}
	for _, c := range []struct {
		name, want string
		read       func() error
	}{
		{"open", "trace_board (workspace_id=?)", list(trace.Filter{Open: true})},
		{"of a lane", "trace_board (workspace_id=?)", list(trace.Filter{Open: true, Parcels: shipment.Filter{From: "CN"}})},
		{"of parcels", "trace_open (shipment_id=?)", list(trace.Filter{Open: true, Among: []shipment.ID{1, 2}})},
		{"all of parcels", "trace_shipment (shipment_id=?", list(trace.Filter{Among: []shipment.ID{1, 2}})},
		{"notes", "trace_note_trace (trace_id=?", func() error { _, err := s.TraceNotes(ctx, 7, []trace.ID{1, 2}, 9, 50); return err }},
		{"events", "event_trace (subject_id=?)", func() error { _, err := s.TraceEvents(ctx, 7, []trace.ID{1, 2}); return err }},
	} {
		var plan string
		s.DB.Trace(func(text string, args []any) { plan += explain(t, s, text, args) })
		err := c.read()
		s.DB.Trace(nil)
		if err != nil || !strings.Contains(plan, c.want) || strings.Contains(plan, "SCAN ") {
			t.Errorf("%s: %v, no %s in\n%s", c.name, err, c.want, plan)
		}
	}
}
