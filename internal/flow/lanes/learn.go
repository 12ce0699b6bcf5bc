package lanes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

const (
	// stepEvents is how many tracking events one step learns from.
	stepEvents = 10_000
	// overlap is how far back events are read again: those of another node may be
	// committed after younger ones. Marks keep them from being learned twice.
	overlap = 30 * time.Second
	// atOnce is how many parcels are learned before whoever waits for a verdict has
	// their turn.
	atOnce = 64
)

// Learn adds to the evidence of a workspace what its carriers have told since the
// last time. Each step is kept whole or not at all, and a parcel's mark with it,
// so that every gap counts once however often this is interrupted or repeated. Of
// two nodes that learn at the same time one is refused, with errs.Conflict.
func (s *Service) Learn(ctx context.Context, w auth.WorkspaceID) (learned int, err error) {
	m := s.of(w)
	m.learning.Lock()
	defer m.learning.Unlock()
	if err := s.refresh(ctx, w, m); err != nil {
		return 0, fmt.Errorf("learn lanes: %w", err)
	}
	settled := shipment.EventID(id.Floor(s.Now().Add(-overlap)))
	at := m.head.Cursor
	for {
		list, err := s.Store.FreshTracking(ctx, w, at, stepEvents)
		if err != nil {
			return learned, fmt.Errorf("learn lanes: %w", err)
		}
		if len(list) == 0 {
			return learned, nil
		}
		at = list[len(list)-1].ID
		next := m.head
		next.Cursor = max(next.Cursor, min(at, settled))
		n, err := s.learnSome(ctx, w, m, m.recent.unknown(list), settled, next)
		if err != nil {
			return learned, fmt.Errorf("learn lanes: %w", err)
		}
		m.recent.note(list, next.Cursor)
		learned += n
	}
}

// learnSome makes one step of some parcels. All events up to settled can be read.
func (s *Service) learnSome(ctx context.Context, w auth.WorkspaceID, m *model, fresh map[shipment.ID][]Fresh, settled shipment.EventID, next Head) (int, error) {
	marks, err := s.marksOf(ctx, w, slices.Sorted(maps.Keys(fresh)))
	if err != nil {
		return 0, err
	}
	maps.DeleteFunc(fresh, func(v shipment.ID, list []Fresh) bool { return marks[v].knows(list) })
	parcels, err := s.Store.ShipmentsByID(ctx, w, slices.Sorted(maps.Keys(fresh)))
	if err != nil {
		return 0, err
	}
	signs, err := s.signsOf(ctx, w, parcels, marks, fresh, settled)
	if err != nil {
		return 0, err
	}
	due, err := s.promised(ctx, w, parcels)
	if err != nil {
		return 0, err
	}
	step := Step{Head: next}
	weeks, promises := map[weekKey]*Week{}, map[promiseKey]*PromiseWeek{}
	now := s.Now()
	for part := range slices.Chunk(parcels, atOnce) {
		m.mu.Lock()
		for _, v := range part {
			mark, ended := learnParcel(m.lanes, v, now, signs[v.ID], marks[v.ID])
			if mark == marks[v.ID] {
				continue
			}
			mark.Shipment = v.ID
			step.Marks = append(step.Marks, mark)
			if ended {
				count(weeks, v, due[v.Order])
				judgePromise(promises, v, due[v.Order])
			}
		}
		m.mu.Unlock()
	}
	for _, x := range weeks {
		step.Weeks = append(step.Weeks, *x)
	}
	for _, x := range promises {
		step.Promises = append(step.Promises, *x)
	}
	return len(step.Marks), s.keep(ctx, w, m, step)
}

// keep writes a step. A model whose step was not kept is thrown away: what it
// learned in it must not count.
func (s *Service) keep(ctx context.Context, w auth.WorkspaceID, m *model, step Step) error {
	if len(step.Marks) == 0 && step.Head == m.head {
		return nil
	}
	m.mu.Lock()
	step.Rows = m.lanes.Changed()
	m.mu.Unlock()
	step.Head.Version = m.head.Version + 1
	kept, err := s.Store.KeepLane(ctx, w, step)
	if err == nil && !kept {
		err = errs.New(errs.Conflict, "error.busy")
	}
	if err != nil {
		m.forget()
		return err
	}
	m.mu.Lock()
	m.head = step.Head
	m.mu.Unlock()
	return nil
}

func (s *Service) eventsOf(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) (map[shipment.ID][]shipment.Event, error) {
	list, err := s.Store.TrackingEvents(ctx, w, ids)
	out := make(map[shipment.ID][]shipment.Event, len(ids))
	for _, e := range list {
		out[e.Shipment] = append(out[e.Shipment], e)
	}
	return out, err
}

func (s *Service) marksOf(ctx context.Context, w auth.WorkspaceID, ids []shipment.ID) (map[shipment.ID]Mark, error) {
	list, err := s.Store.LaneMarks(ctx, w, ids)
	out := make(map[shipment.ID]Mark, len(list))
	for _, m := range list {
		out[m.Shipment] = m
	}
	return out, err
}

// promised asks what was promised of the orders of parcels that have ended.
func (s *Service) promised(ctx context.Context, w auth.WorkspaceID, parcels []shipment.Shipment) (map[order.ID]Due, error) {
	orders := map[order.ID]bool{}
	for _, v := range parcels {
		if v.Order != 0 && !v.Status.Open() {
			orders[v.Order] = true
		}
	}
	if len(orders) == 0 {
		return nil, nil
	}
	return s.Store.Promised(ctx, w, slices.Sorted(maps.Keys(orders)))
}

// learnParcel teaches what a parcel's signs of life say beyond its mark, and
// returns the new mark; ended says that this was the end of it.
func learnParcel(m *lane.Model, v shipment.Shipment, now time.Time, told told, mark Mark) (Mark, bool) {
	if mark.Ended || len(told.signs) == 0 {
		return mark, false
	}
	l, signs := LaneOf(v), told.signs
	mark.Trail, mark.Through, mark.Read = writeTrail(signs), told.through, told.read
	first := 0
	for i, g := range signs {
		if !g.At.After(mark.Last) {
			first = i
		}
	}
	for i := first; i < len(signs); i++ {
		g := lane.Gap{Lane: l, Stage: stageOf(signs[i].Status, signs[i].Country, l), Start: signs[i].At, End: now}
		if i == first && !mark.Last.IsZero() {
			g.Seen = mark.Seen
		}
		mark.Last, mark.Seen = signs[i].At, time.Time{}
		switch {
		case !signs[i].Status.Open():
			mark.Ended, mark.Trail = true, ""
			endParcel(m, l, signs[:i+1])
			return mark, true
		case i+1 < len(signs):
			g.End, g.Ending = signs[i+1].At, endingOf(signs[i+1].Status)
			m.Learn(g)
		case v.PollingExpired: // nobody would hear of a scan
		default:
			mark.Seen = m.Learn(g)
		}
	}
	return mark, false
}

func endingOf(next shipment.Status) lane.Ending {
	switch next {
	case shipment.Lost, shipment.Destroyed:
		return lane.Gone
	case shipment.Cancelled:
		return lane.Open
	}
	return lane.Scanned
}

// endParcel teaches a parcel's whole way.
func endParcel(m *lane.Model, l lane.Lane, signs []shipment.Sign) {
	end := signs[len(signs)-1]
	switch end.Status {
	case shipment.Delivered:
		scans := make([]lane.Scan, len(signs))
		for i, g := range signs {
			scans[i] = lane.Scan{At: g.At, Stage: stageOf(g.Status, g.Country, l)}
		}
		m.Arrive(l, scans)
	case shipment.Lost, shipment.Destroyed:
		m.Lose(l, end.At)
	}
}

// wait counts the silences of open parcels until now.
func (s *Service) wait(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) error {
	m := s.of(w)
	m.learning.Lock()
	defer m.learning.Unlock()
	if err := s.refresh(ctx, w, m); err != nil {
		return err
	}
	ids := make([]shipment.ID, len(list))
	for i, v := range list {
		ids[i] = v.ID
	}
	marks, err := s.marksOf(ctx, w, ids)
	if err != nil {
		return err
	}
	step := Step{Head: m.head}
	now := s.Now()
	for part := range slices.Chunk(list, atOnce) {
		m.mu.Lock()
		for _, v := range part {
			mark, known := marks[v.ID]
			p, open := ParcelOf(v)
			if !known || mark.Ended || !open || v.PollingExpired || !mark.Last.Equal(p.Last) {
				continue
			}
			seen := m.lanes.Learn(lane.Gap{Lane: p.Lane, Stage: p.Stage, Start: p.Last, End: now, Seen: mark.Seen})
			if !seen.Equal(mark.Seen) {
				mark.Seen = seen
				step.Marks = append(step.Marks, mark)
			}
		}
		m.mu.Unlock()
	}
	return s.keep(ctx, w, m, step)
}
