package lanes

import (
	"context"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Config is what a Service needs.
type Config struct {
	Now func() time.Time
}

// Service knows the lanes of all workspaces.
type Service struct {
	Config
	mu     sync.Mutex
	models map[auth.WorkspaceID]*lane.Model
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{Config: cfg, models: map[auth.WorkspaceID]*lane.Model{}}
}

// Outlook says what is expected of parcels, which their caller has seen.
func (s *Service) Outlook(_ context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]Outlook, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	m := s.models[w]
	if m == nil {
		m = lane.New(lane.Options{}, now)
		s.models[w] = m
	}
	out := make(map[shipment.ID]Outlook, len(list))
	for _, v := range list {
		if v.Workspace == w {
			out[v.ID] = outlook(m, v, now)
		}
	}
	return out, nil
}

// Performance returns what lanes did, in the order of their names. It needs
// ReadShipments.
func (s *Service) Performance(_ context.Context, actor auth.Actor, _ Filter) ([]Row, error) {
	return nil, actor.Can(auth.ReadShipments)
}

// outlook judges one parcel.
func outlook(m *lane.Model, v shipment.Shipment, now time.Time) Outlook {
	var o Outlook
	p, ok := ParcelOf(v)
	if !ok {
		return o
	}
	o.Level = m.Judge(p, now).Level
	o.Why = append(o.Why, sentence(m.Explain(p, now)))
	if v.Direction == shipment.Out && v.Status != shipment.Returning {
		if f, ok := m.Forecast(p, now); ok && o.Level < lane.Lost {
			o.Early, o.Likely, o.Late = f.P10, f.P50, f.P90
			o.Why = append(o.Why, sentence(m.ExplainForecast(p, f, now)))
		}
	}
	return o
}

// LaneOf returns the lane of a parcel. Its service names the carrier too, since
// two carriers take different times for what both call standard.
func LaneOf(v shipment.Shipment) lane.Lane {
	service := v.Carrier
	if v.Service != "" {
		service += "/" + v.Service
	}
	return lane.Lane{Origin: v.Origin.Country, Dest: v.To.Country, Service: service}
}

// carrierOf takes the service of a lane apart.
func carrierOf(l lane.Lane) (carrier, service string) {
	carrier, service, _ = strings.Cut(l.Service, "/")
	return carrier, service
}

// ParcelOf returns an open parcel as package lane judges it; ok is false of one
// that has ended or that nobody can tell of, since it has no number.
func ParcelOf(v shipment.Shipment) (p lane.Parcel, ok bool) {
	if !v.Status.Open() || v.Number == "" {
		return p, false
	}
	p = lane.Parcel{Lane: LaneOf(v), Last: v.LastScanAt}
	if p.Last.Before(v.Since) {
		p.Last = v.Since
	}
	if p.Last.IsZero() {
		p.Last = v.CreatedAt
	}
	p.Stage = stageOf(v.Status, v.Place.Country, p.Lane)
	return p, true
}

// stageOf returns the stage of a scan. Parcels under way are told apart by the end
// of the lane that they are at.
func stageOf(s shipment.Status, country string, l lane.Lane) lane.Stage {
	stage := lane.Stage(s)
	switch {
	case s != shipment.InTransit || country == "" || l.Origin == l.Dest:
		return stage
	case country == l.Origin:
		return stage + "@origin"
	case country == l.Dest:
		return stage + "@dest"
	}
	return stage
}

// sentence turns a reason into what the catalogue has words for.
func sentence(r lane.Reason) Sentence {
	s := Sentence{Key: r.Key, Args: map[string]any{}}
	args := r.Args()
	for i := 0; i+1 < len(args); i += 2 {
		s.Args[args[i].(string)] = args[i+1]
	}
	return s
}
