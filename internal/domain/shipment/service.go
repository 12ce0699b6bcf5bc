package shipment

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most shipments that one call returns.
const MaxPage = 200

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	// Patience returns what is known now of how long parcels of a workspace may be
	// silent; DefaultPatience if nil.
	Patience func(context.Context, auth.WorkspaceID) (Patience, error)
	// Carrier returns the key of a carrier by the name that somebody used for it;
	// CarrierKey if nil. It is a pure function.
	Carrier func(name string) string
	// Turned is told, in the transaction that moves it, of a parcel of an order that turns out to be on its way back to its
	// sender, or to be back there. Nil is nobody.
	Turned func(ctx context.Context, v Shipment) error
}

// Service holds the verbs of shipments.
type Service struct {
	store    Store
	journal  event.Journal
	ids      *id.Source
	now      func() time.Time
	patience func(context.Context, auth.WorkspaceID) (Patience, error)
	carrier  func(string) string
	turned   func(context.Context, Shipment) error
}

// New returns a Service.
func New(cfg Config) *Service {
	s := &Service{store: cfg.Store, journal: cfg.Journal, ids: cfg.IDs, now: cfg.Now, patience: cfg.Patience, carrier: cfg.Carrier, turned: cfg.Turned}
	if s.now == nil {
		s.now = time.Now
	}
	if s.patience == nil {
		s.patience = Always(DefaultPatience)
	}
	if s.carrier == nil {
		s.carrier = CarrierKey
	}
	return s
}

// Always returns one Patience for all workspaces, for Config.
func Always(p Patience) func(context.Context, auth.WorkspaceID) (Patience, error) {
	return func(context.Context, auth.WorkspaceID) (Patience, error) { return p, nil }
}

// Resource returns the shipment as rights see it.
func (v Shipment) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: v.Workspace, Shop: int64(v.Shop)}
}

// Get returns a shipment that the actor may see; any other is errs.NotFound.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (Shipment, error) {
	if err := actor.Can(auth.ReadShipments); err != nil { // before anything is read
		return Shipment{}, err
	}
	v, err := s.store.Shipment(ctx, actor.Workspace, id)
	if err == nil {
		err = auth.Can(actor, auth.ReadShipments, v.Resource())
	}
	if err != nil {
		return Shipment{}, err
	}
	return v, nil
}

// Events returns what was told of a shipment that the actor may see, in the order
// in which it happened.
func (s *Service) Events(ctx context.Context, actor auth.Actor, id ID) ([]Event, error) {
	if _, err := s.Get(ctx, actor, id); err != nil {
		return nil, err
	}
	return s.store.TrackingEvents(ctx, actor.Workspace, []ID{id})
}

// Payload returns what a service sent, as it was sent, with whatever it holds of
// people: to whoever may bring such in, for a shipment in their sight. Without an
// event of the shipment in it, it is errs.NotFound.
func (s *Service) Payload(ctx context.Context, actor auth.Actor, id ID, payload PayloadID) ([]byte, error) {
	if err := actor.Can(auth.WriteShipments); err != nil {
		return nil, err
	}
	v, err := s.store.Shipment(ctx, actor.Workspace, id)
	if err == nil {
		err = auth.Can(actor, auth.WriteShipments, v.Resource())
	}
	if err != nil {
		return nil, err
	}
	events, err := s.store.TrackingEvents(ctx, actor.Workspace, []ID{id})
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Payload == payload && payload != 0 {
			return s.store.Payload(ctx, actor.Workspace, payload)
		}
	}
	return nil, notFound()
}

// List returns the shipments under a filter that the actor may see, after a
// cursor, at most MaxPage.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, after Cursor, limit int) ([]Shipment, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	if f.Carrier != "" {
		f.Carrier = s.carrier(f.Carrier)
	}
	return s.store.ListShipments(ctx, actor.Scope(), f, after, limit)
}

// Counts counts the shipments under each filter that the actor may see, up to a
// limit: a count of the limit is that many or more.
func (s *Service) Counts(ctx context.Context, actor auth.Actor, list []Filter, limit int) ([]int, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Carrier != "" {
			list[i].Carrier = s.carrier(list[i].Carrier)
		}
	}
	return s.store.CountShipments(ctx, actor.Scope(), list, limit)
}

// Links returns the orders and fulfillments that shipments belong to. The caller
// has seen the shipments; orders of shops that the actor may not see are left to
// whoever reads them.
func (s *Service) Links(ctx context.Context, actor auth.Actor, ids []ID) ([]Link, error) {
	if err := actor.Can(auth.ReadShipments); err != nil {
		return nil, err
	}
	return s.store.LinksOf(ctx, actor.Workspace, ids)
}
