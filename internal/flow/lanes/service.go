package lanes

import (
	"context"
	"fmt"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Parcels are the verbs of shipments that are run here.
type Parcels interface {
	Sweep(context.Context, auth.WorkspaceID) (shipment.Swept, error)
	Rejudge(ctx context.Context, w auth.WorkspaceID, each func(context.Context, []shipment.Shipment) error) (shipment.Swept, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Parcels func() Parcels // asked for when it is needed: parcels ask lanes in turn
	// Claims returns from when until when a carrier takes a search request or claim
	// for a parcel, zero where that is not known; nil knows of none.
	Claims  func(shipment.Shipment) (from, until time.Time)
	Options lane.Options
	Now     func() time.Time
}

// Service knows the lanes of all workspaces.
type Service struct {
	Config
	mu     sync.Mutex
	models map[auth.WorkspaceID]*model
}

// model is the evidence of a workspace in this process.
type model struct {
	learning sync.Mutex // one step at a time; taken before mu
	mu       sync.Mutex // the lanes: their caches change with every question
	lanes    *lane.Model
	head     Head
	recent   recent    // learned here behind the cursor
	checked  time.Time // when it was last compared with the store
	advanced time.Time
}

func (m *model) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lanes, m.head, m.checked, m.recent = nil, Head{}, time.Time{}, recent{}
}

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Claims == nil {
		cfg.Claims = func(shipment.Shipment) (from, until time.Time) { return }
	}
	return &Service{Config: cfg, models: map[auth.WorkspaceID]*model{}}
}

func (s *Service) of(w auth.WorkspaceID) *model {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.models[w]
	if m == nil {
		m = &model{}
		s.models[w] = m
	}
	return m
}

const (
	// fresh is how old the comparison of a model with the store may be for verdicts.
	fresh = time.Minute
	// turn is how often a model's clock is moved: what follows from its evidence is
	// kept in between.
	turn = time.Hour
)

// refresh brings a model up to what the store has: whole at first, then the rows
// that other nodes wrote. Its caller holds learning, so that nothing is learned
// meanwhile that is not kept yet.
func (s *Service) refresh(ctx context.Context, w auth.WorkspaceID, m *model) error {
	head, err := s.Store.LaneHead(ctx, w)
	if err != nil {
		return fmt.Errorf("read lanes: %w", err)
	}
	had := m.known()
	var rows []lane.Row
	if head.Version != had.Version {
		if rows, err = s.Store.LaneRows(ctx, w, had.Version); err != nil {
			return fmt.Errorf("read lanes: %w", err)
		}
	}
	now := s.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes == nil {
		m.lanes, m.advanced = lane.New(s.Options, now), now
	}
	for _, r := range rows {
		if err := m.lanes.Put(r); err != nil {
			return fmt.Errorf("read evidence of %q, %q: %w", r.Scope, r.Stage, err)
		}
	}
	if len(rows) > 0 || now.Sub(m.advanced) >= turn {
		m.lanes.Advance(now)
		m.advanced = now
	}
	m.head, m.checked = head, now
	return nil
}

// current reports whether a model may answer: verdicts do with what is a minute
// old. While somebody learns they do with what there is, since who asks may hold
// what the learner waits for.
func (s *Service) current(ctx context.Context, w auth.WorkspaceID, m *model) (bool, error) {
	m.mu.Lock()
	there := m.lanes != nil
	old := !there || s.Now().Sub(m.checked) >= fresh
	m.mu.Unlock()
	if !old || !m.learning.TryLock() {
		return there, nil
	}
	defer m.learning.Unlock()
	err := s.refresh(ctx, w, m)
	return err == nil, err
}

// Patience returns how long parcels of a workspace may be silent, by what is known
// of their lanes. What it returns is for use at once.
func (s *Service) Patience(ctx context.Context, w auth.WorkspaceID) (shipment.Patience, error) {
	m := s.of(w)
	ready, err := s.current(ctx, w, m)
	if err != nil {
		return nil, err
	}
	if !ready {
		return shipment.DefaultPatience, nil
	}
	return func(v shipment.Shipment) shipment.Limits {
		p, ok := s.parcelOf(v)
		if !ok {
			return shipment.Limits{}
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.lanes == nil { // thrown away meanwhile
			return shipment.DefaultPatience(v)
		}
		return shipment.Limits{Stalled: m.lanes.Reaches(p, lane.Stalled), Lost: m.lanes.Reaches(p, lane.Lost)}
	}, nil
}

// parcelOf is ParcelOf with the carrier's window: before that opens, nothing is
// presumed lost.
func (s *Service) parcelOf(v shipment.Shipment) (lane.Parcel, bool) {
	p, ok := ParcelOf(v)
	if ok {
		if from, _ := s.Claims(v); from.After(p.Last) {
			p.Window = from.Sub(p.Last)
		}
	}
	return p, ok
}

// Outlook says what is expected of parcels, which their caller has seen.
func (s *Service) Outlook(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]Outlook, error) {
	out := make(map[shipment.ID]Outlook, len(list))
	var open []shipment.ID
	for _, v := range list {
		if v.Workspace == w && v.Status.Open() {
			open = append(open, v.ID)
		}
	}
	m := s.of(w)
	if _, err := s.current(ctx, w, m); err != nil {
		return nil, err
	}
	events, err := s.eventsOf(ctx, w, open)
	if err != nil {
		return nil, fmt.Errorf("read scans: %w", err)
	}
	now := s.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes == nil { // its first evidence is being read
		m.lanes, m.advanced = lane.New(s.Options, now), now
	}
	for _, v := range list {
		if v.Workspace == w {
			out[v.ID] = s.outlook(m.lanes, v, events[v.ID], now)
		}
	}
	return out, nil
}

// Open parcels are judged anew once an hour, and their silences counted once a day.
const (
	passEvery  = time.Hour
	countEvery = 24 * time.Hour
)

// Work does all that is due in a workspace: it learns, announces the parcels whose
// time has come, and judges all open parcels anew when what is known of their
// lanes has moved. It may be run again at any time, by any node.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	if _, err := s.Learn(ctx, w); err != nil {
		return err
	}
	m, now := s.of(w), s.Now()
	if _, err := s.Parcels().Sweep(ctx, w); err != nil {
		return err
	}
	head := m.known()
	if now.Sub(head.PassedAt) < passEvery {
		return nil
	}
	m.turn(now)
	var each func(context.Context, []shipment.Shipment) error
	count := now.Sub(head.CountedAt) >= countEvery
	if count {
		each = func(ctx context.Context, list []shipment.Shipment) error { return s.wait(ctx, w, list) }
	}
	if _, err := s.Parcels().Rejudge(ctx, w, each); err != nil {
		return err
	}
	return s.passed(ctx, w, m, now, count)
}

// turn moves the model's clock, so that what was learned takes effect.
func (m *model) turn(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes != nil {
		m.lanes.Advance(now)
		m.advanced = now
	}
}

func (m *model) known() Head {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head
}

// passed notes that all open parcels were judged, and forgets what has faded.
func (s *Service) passed(ctx context.Context, w auth.WorkspaceID, m *model, now time.Time, counted bool) error {
	m.learning.Lock()
	defer m.learning.Unlock()
	if err := s.refresh(ctx, w, m); err != nil {
		return err
	}
	step := Step{Head: m.head}
	step.Head.PassedAt = now
	if counted {
		step.Head.CountedAt = now
		m.mu.Lock()
		step.Gone = m.lanes.Forget()
		m.mu.Unlock()
	}
	return s.keep(ctx, w, m, step)
}
