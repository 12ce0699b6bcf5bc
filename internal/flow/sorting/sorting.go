package sorting

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Config is what a Service needs.
type Config struct {
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	}
	Shipments interface {
		List(ctx context.Context, actor auth.Actor, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error)
	}
	Store   Store
	Outside Outside        // nil asks nobody
	Tickets func() Tickets // asked for when needed: tickets are built with this package; only what asks needs it
	Journal event.Journal
	Queue   job.Queue
	Log     *slog.Logger
	Now     func() time.Time
}

// Service reads messages, and learns from what people say of them.
type Service struct {
	Config
	loaded sync.Map // auth.WorkspaceID to version
}

// New returns a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c}
}

// mostParcels bounds the parcels of one order that are looked at.
const mostParcels = 20

// Read says what a message is taken for, of an order that it is likely about, 0 for none.
func (s *Service) Read(ctx context.Context, w auth.WorkspaceID, m triage.Message, about order.ID) (triage.Verdict, error) {
	c, err := s.classifier(ctx, w)
	if err != nil {
		return triage.Verdict{}, err
	}
	if about == 0 {
		return c.Classify(m, triage.Evidence{}), nil
	}
	system := auth.ForSystem(w)
	o, err := s.Orders.Get(ctx, system, about)
	if errs.Is(err, errs.NotFound) {
		return c.Classify(m, triage.Evidence{}), nil
	}
	if err != nil {
		return triage.Verdict{}, err
	}
	parcels, err := s.Shipments.List(ctx, system, shipment.Filter{Order: about}, shipment.Cursor{}, mostParcels)
	if err != nil {
		return triage.Verdict{}, err
	}
	return c.Classify(m, Evidence(o, parcels, s.Now())), nil
}

// Evidence is what the state of an order and of its parcels says. Of several parcels the one that has come the least far
// counts: it is what people ask about.
func Evidence(o order.Order, parcels []shipment.Shipment, now time.Time) triage.Evidence {
	e := triage.Evidence{Unpaid: unpaid(o.PaymentStatus), Unshipped: o.Status != "cancelled"}
	for _, p := range parcels {
		if p.Direction == shipment.Back {
			e.Returning = true
			continue
		}
		e.Unshipped = false
		if e.Shipment == "" || e.Shipment == shipment.Delivered {
			e.Shipment = p.Status
		}
		if p.Status != shipment.Delivered {
			late := !o.Promise.To.IsZero() && now.After(o.Promise.To.AddDate(0, 0, 1)) // the day is promised to its end
			e.Late = e.Late || late || p.Risk != "" && !p.RiskAt.After(now)
		}
	}
	e.Refunding = e.Returning && o.Refunded == 0
	return e
}

// unpaid reports whether money has not come. What is held on a card comes when the order leaves.
func unpaid(status string) bool {
	return status == "pending" || status == "failed" || status == "expired"
}
