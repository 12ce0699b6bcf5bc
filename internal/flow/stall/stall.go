// Package stall brings parcels that have stopped moving to people, before their
// customers ask.
//
// It reads the journal. A parcel that stalls or is presumed lost is noted on the
// open ticket of its order, or opens one, with the suggested next step; a search
// request to the carrier is drafted with its deadline. Nothing leaves the house.
//
// Parcels that nobody ever scanned are left to the board: as a rule nobody tells
// us of them at all. What began long ago is history that was imported, and is
// left alone too.
package stall

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Recent is how long ago a silence may have become too long for people to be told.
const Recent = 14 * 24 * time.Hour

const (
	reader  = "stall"
	batch   = 500
	overlap = 2 * time.Minute // events of another node may be committed after younger ones
)

// Store is what is read and kept.
type Store interface {
	EventsAfter(ctx context.Context, w auth.WorkspaceID, after event.ID, limit int) ([]event.Event, error)
	EventCursor(ctx context.Context, w auth.WorkspaceID, reader string) (event.ID, error)
	MoveEventCursor(ctx context.Context, w auth.WorkspaceID, reader string, to event.ID) error
	Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error)
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	}
	Shipments interface {
		Get(ctx context.Context, actor auth.Actor, id shipment.ID) (shipment.Shipment, error)
	}
	Tickets interface {
		Raise(ctx context.Context, actor auth.Actor, c ticket.Case) (ticket.Ticket, error)
	}
	Traces interface {
		Open(ctx context.Context, actor auth.Actor, n trace.NewTrace) (trace.Trace, error)
	}
	Now func() time.Time
}

// Service brings parcels to people.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

// Work reads what the journal has since the last time. It may be repeated at any
// time: a parcel's stall is raised once.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	at, err := s.Store.EventCursor(ctx, w, reader)
	if err != nil {
		return fmt.Errorf("raise stalled parcels: %w", err)
	}
	at = max(at, event.ID(id.Floor(s.Now().Add(-Recent)))) // what is older is not told of anyhow
	settled := event.ID(id.Floor(s.Now().Add(-overlap)))
	for {
		list, err := s.Store.EventsAfter(ctx, w, at, batch)
		if err != nil {
			return fmt.Errorf("raise stalled parcels: %w", err)
		}
		for _, e := range list {
			if e.Kind != shipment.IsStalled && e.Kind != shipment.IsPresumedLost {
				continue
			}
			if err := s.raise(ctx, w, e); err != nil {
				return fmt.Errorf("raise stalled parcel: %w", err)
			}
		}
		if len(list) > 0 {
			at = list[len(list)-1].ID
			if err := s.Store.MoveEventCursor(ctx, w, reader, min(at, settled)); err != nil {
				return fmt.Errorf("raise stalled parcels: %w", err)
			}
		}
		if len(list) < batch {
			return nil
		}
	}
}

// raise brings one parcel to people, if it is still as the event says.
func (s *Service) raise(ctx context.Context, w auth.WorkspaceID, e event.Event) error {
	var told shipment.Summary
	if err := json.Unmarshal(e.Data, &told); err != nil {
		return fmt.Errorf("read %s: %w", e.Kind, err)
	}
	since, actor := time.UnixMilli(told.At), auth.ForSystem(w)
	if s.Now().Sub(since) > Recent {
		return nil
	}
	v, err := s.Shipments.Get(ctx, actor, shipment.ID(e.Subject.ID))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if v.Order == 0 || v.Direction != shipment.Out || v.FirstScanAt.IsZero() || v.Risk != told.Risk {
		return nil
	}
	o, err := s.Orders.Get(ctx, actor, v.Order)
	if errs.Is(err, errs.NotFound) || err == nil && (o.Status == order.Cancelled || o.Email == "") {
		return nil
	}
	if err != nil {
		return err
	}
	space, err := s.Store.Workspace(ctx, w)
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(space.Language, i18n.Console()))
	c := Case(say, v, o, s.Now())
	c.Key = fmt.Sprintf("stall.%d.%s.%d", int64(v.ID), told.Risk, told.At)
	t, err := s.Tickets.Raise(ctx, actor, c)
	if errs.Is(err, errs.Invalid) { // nobody to write to: the board shows it
		return nil
	}
	if err != nil || t.ID == 0 {
		return err
	}
	_, err = s.Traces.Open(ctx, actor, trace.NewTrace{Shipment: v.ID, Ticket: t.ID})
	if errs.Is(err, errs.Conflict) { // it has one
		return nil
	}
	return err
}

// Case is what people are told of a parcel that stalls: the silence, the next step,
// and when its carrier takes a search request. Key is left to the caller.
func Case(say *i18n.Printer, v shipment.Shipment, o order.Order, now time.Time) ticket.Case {
	subject, step := "stall.subject.stalled", "stall.step.stalled"
	if v.Risk == shipment.PresumedLost {
		subject, step = "stall.subject.lost", "stall.step.lost"
	}
	note := say.N("stall.silence", int64(v.Silent(now)), "Number", v.Number) + "\n\n" + say.T(step)
	date := func(t time.Time) string { return say.Date(t, time.UTC, i18n.Medium) }
	switch w, ok := trace.WindowOf(v); {
	case ok && !w.ClosesAt.IsZero():
		note += "\n" + say.T("stall.window", "From", date(w.OpensAt), "Until", date(w.ClosesAt)) + "\n" + say.T("stall.source", "Source", w.Source)
	case ok:
		note += "\n" + say.T("stall.opens", "From", date(w.OpensAt)) + "\n" + say.T("stall.source", "Source", w.Source)
	default:
		note += "\n" + say.T("stall.unknown")
	}
	return ticket.Case{Order: o, Subject: say.T(subject, "Number", v.Number, "Order", o.Number), Note: note}
}
