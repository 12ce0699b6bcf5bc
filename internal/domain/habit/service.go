package habit

import (
	"context"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// SavedKind is the event that this package announces: what a workspace says of a market was saved, or taken back.
const SavedKind = "market.saved" // data: {"market", "version", "own"}

// Setting is what a workspace says of a market.
type Setting struct {
	Workspace auth.WorkspaceID
	Market    string
	Version   int // from 1; 0 for one that nobody ever saved
	SavedAt   time.Time
	SavedBy   auth.PersonID
	Own       Own
}

// Profile is how the workspace's customers in the market are used to be served.
func (s Setting) Profile() Profile {
	p, _ := Of(s.Market)
	return p.With(s.Own)
}

// Store keeps settings.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// Habits lists what a workspace saved, by market.
	Habits(context.Context, auth.WorkspaceID) ([]Setting, error)
	// Habit is errs.NotFound of a market that the workspace never saved.
	Habit(ctx context.Context, w auth.WorkspaceID, market string) (Setting, error)
	// PutHabit reports false if the version before it is not the one that is kept.
	PutHabit(context.Context, Setting) (bool, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	Now     func() time.Time
}

// Service holds the verbs of what a workspace says of markets.
type Service struct{ Config }

// New returns a Service.
func New(c Config) *Service { return &Service{c} }

// Of returns how a workspace's customers in a market are used to be served, the zero Profile for a market that nothing is
// known of.
func (s *Service) Of(ctx context.Context, w auth.WorkspaceID, market string) (Profile, error) {
	p, ok := Of(market)
	if !ok {
		return Profile{}, nil
	}
	v, err := s.Store.Habit(ctx, w, p.Market)
	if errs.Is(err, errs.NotFound) {
		return p, nil
	}
	return p.With(v.Own), err
}

// List returns all markets by code with what the actor's workspace says of each. Whoever reads tickets or manages the
// workspace may.
func (s *Service) List(ctx context.Context, actor auth.Actor) ([]Setting, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.Manage); err != nil {
		return nil, err
	}
	saved, err := s.Store.Habits(ctx, actor.Workspace)
	if err != nil {
		return nil, err
	}
	var out []Setting
	for _, market := range Markets() {
		v := Setting{Workspace: actor.Workspace, Market: market}
		if i := slices.IndexFunc(saved, func(x Setting) bool { return x.Market == market }); i >= 0 {
			v = saved[i]
		}
		out = append(out, v)
	}
	return out, nil
}

// Get returns what the actor's workspace says of a market, as version 0 if it never said anything. A market that is not
// in the table is errs.NotFound. Whoever reads tickets or manages the workspace may.
func (s *Service) Get(ctx context.Context, actor auth.Actor, market string) (Setting, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.Manage); err != nil {
		return Setting{}, err
	}
	return s.setting(ctx, actor.Workspace, market)
}

func (s *Service) setting(ctx context.Context, w auth.WorkspaceID, market string) (Setting, error) {
	p, ok := Of(market)
	if !ok {
		return Setting{}, errs.New(errs.NotFound, "error.not_found")
	}
	v, err := s.Store.Habit(ctx, w, p.Market)
	if errs.Is(err, errs.NotFound) {
		return Setting{Workspace: w, Market: p.Market}, nil
	}
	return v, err
}

// Save keeps what the workspace says of a market, as the version after the one that the actor saw; the zero Own takes it
// all back, and the market is as shipped. To save what is kept already changes nothing. It fails with errs.Invalid and
// the field of each problem, and with errs.Conflict if the newest version is not the one that the actor saw. It needs
// Manage.
func (s *Service) Save(ctx context.Context, actor auth.Actor, market string, o Own, seen int) (v Setting, err error) {
	if err := actor.Can(auth.Manage); err != nil {
		return v, err
	}
	if o, err = o.tidy(); err != nil {
		return v, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		was, err := s.setting(ctx, actor.Workspace, strings.ToUpper(market))
		if err != nil {
			return err
		}
		if v = was; v.Own.same(o) {
			return nil
		}
		v = Setting{Workspace: actor.Workspace, Market: was.Market, Version: seen + 1, SavedAt: s.Now().UTC().Truncate(time.Millisecond), SavedBy: actor.Person(), Own: o}
		saved, err := s.Store.PutHabit(ctx, v)
		if err == nil && (!saved || was.Version != seen) {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(SavedKind, actor, event.Subject{Kind: "market", ID: int64(v.Version)}, 0, map[string]any{"market": v.Market, "version": v.Version, "own": !o.IsZero()}))
	})
	return v, err
}
