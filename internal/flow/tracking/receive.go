package tracking

import (
	"context"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/hook"
)

// Receive makes events of what a service called with: the processor of hooks of
// HookKind. A message that tells of no parcel changes nothing. It fails with
// errs.Invalid for one that cannot be read.
func (s *Service) Receive(ctx context.Context, h hook.Connection, r hook.Received) error {
	d, c, err := s.caller(ctx, h)
	if err != nil {
		return err
	}
	told, err := d.Source.Decode(http.Header{"Content-Type": {r.ContentType}}, r.Body)
	if err != nil {
		return err
	}
	var list []*intake.Shipment
	for _, o := range told.Items {
		if v, ok := o.(*intake.Shipment); ok {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return nil
	}
	now := s.Now().UTC()
	parcels, err := s.take(ctx, h.Workspace, d.Name, r.Body, list, nil, now)
	if err != nil || !c.Asks {
		return err
	}
	return s.heard(ctx, c, parcels, now)
}

// caller returns the driver that a hook belongs to, with its connection if it has
// one; a hook that somebody made by hand goes by its scheme.
func (s *Service) caller(ctx context.Context, h hook.Connection) (Driver, Connection, error) {
	list, err := s.Store.Trackers(ctx, h.Workspace)
	if err != nil {
		return Driver{}, Connection{}, err
	}
	for _, c := range list {
		if d, ok := s.Driver(c.Driver); ok && c.Hook == h.ID {
			return d, c, nil
		}
	}
	for _, d := range s.Drivers {
		if d.Scheme == h.Scheme {
			return d, Connection{}, nil
		}
	}
	return Driver{}, Connection{}, errs.New(errs.Unsupported, "error.hook_scheme")
}

// heard puts off asking about numbers that the service told of by itself.
func (s *Service) heard(ctx context.Context, c Connection, parcels map[shipment.ID]*shipment.Shipment, now time.Time) error {
	ids := make([]shipment.ID, 0, len(parcels))
	for id := range parcels {
		ids = append(ids, id)
	}
	list, err := s.Store.FollowsOf(ctx, c.Workspace, ids)
	if err != nil {
		return err
	}
	var mine []Follow
	for _, f := range list {
		if v := parcels[f.Shipment]; v != nil && f.Connection == c.ID && f.Stage != Fresh {
			f.HeardAt, f.Problem = now, ""
			f.plan(*v, true, now)
			mine = append(mine, f)
		}
	}
	return s.Store.SaveFollows(ctx, c.Workspace, mine)
}
