package foresight

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// The kinds of event that this package tells.
const (
	SavedKind  = "forecast.saved"  // data: {"version", "warn", "percent"}
	WarnedKind = "forecast.warned" // data: Told
)

// Setting is when the people of a workspace are told, as it was saved.
type Setting struct {
	Workspace auth.WorkspaceID
	Version   int // from 1; 0 is what holds before anything was saved
	Warn      bool
	Percent   int // chance of a broken promise from which they are told, and up to which nobody is missing
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// The limits of a Setting.
const (
	LeastPercent = 5
	MostPercent  = 95
)

// Default is the setting of a workspace that saved none.
func Default(w auth.WorkspaceID) Setting { return Setting{Workspace: w, Warn: true, Percent: 50} }

// Owed counts answers that a team owes.
type Owed struct {
	Team auth.TeamID // 0 for none
	Slot int         // of the forecast in which they are due; -1 for those that are late, -2 for those that lie, forecast.Beyond for those due later
	N    int
}

// Count is what happened at a team in an hour of the clock.
type Count struct {
	Hour int64 // since 1970
	Team auth.TeamID
	Lead int // of what came, in slots
	Came int
	Done int
}

// Queue is the newest forecast of a team, or of the whole desk as team 0.
type Queue struct {
	Team     auth.TeamID
	At       time.Time
	WarnedAt time.Time // when its leads were told of what lies ahead, zero while nothing does
	Forecast forecast.Forecast
}

// Waiting is a ticket that owes an answer.
type Waiting struct {
	Number int64
	Since  time.Time // when the customer asked
	Due    time.Time // zero while its clock stands
}

// Store keeps moves, counts, forecasts and settings.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// TakeMoves returns moves and forgets them, in the transaction in ctx.
	TakeMoves(ctx context.Context, w auth.WorkspaceID, limit int) ([]forecast.Move, error)
	// AddCounts adds to what is counted, of no hour and team twice in the list.
	AddCounts(context.Context, auth.WorkspaceID, []Count) error
	// Counts returns what is counted from an hour on, in order of the hours.
	Counts(ctx context.Context, w auth.WorkspaceID, from int64) ([]Count, error)
	DropCounts(ctx context.Context, w auth.WorkspaceID, before int64) error
	// Owed counts the answers that are owed, of the first tickets by what is due on them:
	// late before now, and in slots from start on.
	Owed(ctx context.Context, w auth.WorkspaceID, start, now time.Time) ([]Owed, error)
	// Waiting returns the tickets that somebody may see and that owe an answer, the first by
	// what is due on them.
	Waiting(ctx context.Context, s auth.Scope, limit int) ([]Waiting, error)

	Forecasts(context.Context, auth.WorkspaceID) ([]Queue, error)
	// PutForecast keeps a forecast in place of the one that was made at a time, zero for none.
	// It reports false if another one has been kept meanwhile.
	PutForecast(ctx context.Context, w auth.WorkspaceID, q Queue, was time.Time) (bool, error)
	DropForecast(context.Context, auth.WorkspaceID, auth.TeamID) error

	// ForecastSetting is errs.NotFound before anything was saved.
	ForecastSetting(context.Context, auth.WorkspaceID) (Setting, error)
	// PutForecastSetting reports false if the version before it is not the one that is kept.
	PutForecastSetting(context.Context, Setting) (bool, error)
}

// Worker is a person with their sheet, and how they stand now.
type Worker struct {
	Person auth.PersonID
	Name   string
	Teams  []auth.TeamID
	Sheet  route.Sheet // of no capacity for whoever has none
	Able   bool        // they may answer tickets
	There  bool
	Until  time.Time // when they go, or come; zero for never
	Off    route.Off
	Load   int // weight of their open tickets
}

// works reports whether the person is given tickets at all.
func (w Worker) works() bool { return w.Able && w.Sheet.Capacity > 0 }

// Config is what a Service needs.
type Config struct {
	Store   Store
	Workers func(context.Context, auth.WorkspaceID) ([]Worker, error)
	Journal event.Journal
	// Tell asks for letters to the leads, in the transaction in ctx; nil: nobody gets any.
	Tell func(context.Context, auth.WorkspaceID, Told) error
	Now  func() time.Time
}

// Service makes forecasts.
type Service struct{ Config }

// New returns a Service.
func New(c Config) *Service { return &Service{c} }

// Setting returns when the people of the actor's workspace are told. Whoever reads tickets
// or manages teams may.
func (s *Service) Setting(ctx context.Context, actor auth.Actor) (Setting, error) {
	if err := actor.CanAny(auth.ReadTickets, auth.ManageTeams); err != nil {
		return Setting{}, err
	}
	return s.setting(ctx, actor.Workspace)
}

func (s *Service) setting(ctx context.Context, w auth.WorkspaceID) (Setting, error) {
	v, err := s.Store.ForecastSetting(ctx, w)
	if errs.Is(err, errs.NotFound) {
		return Default(w), nil
	}
	return v, err
}

// Save saves when people are told as the next version. It fails with errs.Invalid for a
// percentage outside of the limits, and with errs.Conflict if the newest version is not the
// one that the actor saw. It needs ManageTeams.
func (s *Service) Save(ctx context.Context, actor auth.Actor, warn bool, percent, seen int) (v Setting, err error) {
	if err := actor.Can(auth.ManageTeams); err != nil {
		return v, err
	}
	if percent < LeastPercent || percent > MostPercent {
		return v, errs.Field("percent", "error.forecast_percent", "least", LeastPercent, "most", MostPercent)
	}
	v = Setting{Workspace: actor.Workspace, Version: seen + 1, Warn: warn, Percent: percent, SavedAt: s.Now().UTC().Truncate(time.Millisecond), SavedBy: actor.Person()}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		saved, err := s.Store.PutForecastSetting(ctx, v)
		if err == nil && !saved {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(SavedKind, actor, event.Subject{Kind: "forecast", ID: int64(v.Version)}, 0, map[string]any{"version": v.Version, "warn": v.Warn, "percent": v.Percent}))
	})
	return v, err
}
