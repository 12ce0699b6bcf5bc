package tracking

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
)

// The kinds of event that this package announces.
const (
	Saved   = "tracker.saved"
	Deleted = "tracker.deleted"
	Refusal = "tracker.broken"
)

// SubjectKind is the kind of subject of these events, HookKind the kind of the
// connections through which services call.
const (
	SubjectKind = "tracker"
	HookKind    = "tracking"
)

const (
	maxConnections = 20
	maxName        = 100
	testPatience   = 20 * time.Second
	// adoptSince is how far back parcels are taken up by a new connection.
	adoptSince = 90 * day
)

// Hooks is what the package needs of hooks.
type Hooks interface {
	Add(context.Context, auth.Actor, hook.New) (hook.Connection, string, error)
	Rotate(context.Context, auth.Actor, hook.ID, string) (string, error)
	Change(context.Context, auth.Actor, hook.ID, hook.Update) (hook.Connection, error)
	Delete(context.Context, auth.Actor, hook.ID) error
}

// Parcels is what the package needs of shipments.
type Parcels interface {
	Ingest(context.Context, auth.Actor, shipment.Delivery) (shipment.Result, error)
}

// Config is what a Service needs.
type Config struct {
	Store   Store
	Hooks   Hooks
	Parcels Parcels
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Now     func() time.Time
	Log     *slog.Logger
	Client  *http.Client // of package outbound
	Drivers []Driver
}

// Service holds the verbs about connections with tracking services, and the job
// that works for them. Those of people need auth.ManageWebhooks and a view of the
// whole workspace: a connection takes numbers out of the house and news into it.
type Service struct {
	Config
	mu     sync.Mutex
	opened map[ID]account
}

// account is an opened tracker, which keeps its vendor's rate.
type account struct {
	Tracker
	as time.Time // UpdatedAt of the connection
}

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c, opened: map[ID]account{}} }

func may(a auth.Actor) error {
	if err := a.Can(auth.ManageWebhooks); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.webhook_limited")
	}
	return nil
}

// Driver returns a driver by its name.
func (s *Service) Driver(name string) (Driver, bool) {
	i := slices.IndexFunc(s.Drivers, func(d Driver) bool { return d.Name == name })
	if i < 0 {
		return Driver{}, false
	}
	return s.Drivers[i], true
}

// Connections returns the connections of the actor's workspace, the oldest first,
// without secrets.
func (s *Service) Connections(ctx context.Context, a auth.Actor) ([]Connection, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.Trackers(ctx, a.Workspace)
	for i := range list {
		list[i].Values = s.shown(list[i])
	}
	return list, err
}

// Connection returns one connection without secrets.
func (s *Service) Connection(ctx context.Context, a auth.Actor, conn ID) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	c, err := s.Store.Tracker(ctx, a.Workspace, conn)
	c.Values = s.shown(c)
	return c, err
}

func (s *Service) shown(c Connection) map[string]string {
	d, _ := s.Driver(c.Driver)
	return connector.Shown(d.Options, c.Values)
}

// Counts returns how many numbers the connections follow, by stage.
func (s *Service) Counts(ctx context.Context, a auth.Actor) (map[ID]map[Stage]int64, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.CountFollows(ctx, a.Workspace)
	out := map[ID]map[Stage]int64{}
	for _, c := range list {
		if out[c.Connection] == nil {
			out[c.Connection] = map[Stage]int64{}
		}
		out[c.Connection][c.Stage] = c.Numbers
	}
	return out, err
}

// Input is what somebody gives of a connection.
type Input struct {
	Driver string            // of a new one
	Name   string            // "" is the service's
	Values map[string]string // by option; secrets that are not given stay
}

// Add makes a connection and the hook through which its service calls. The secret
// is what the service must sign with, where it takes one from us, else "". Open
// parcels of the last three months are taken up by it.
func (s *Service) Add(ctx context.Context, a auth.Actor, in Input) (c Connection, secret string, err error) {
	if err := may(a); err != nil {
		return Connection{}, "", err
	}
	d, ok := s.Driver(in.Driver)
	if !ok {
		return Connection{}, "", errs.Field("driver", "error.invalid")
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	c = Connection{
		ID: ID(s.IDs.Next()), Workspace: a.Workspace, Driver: d.Name, State: On, Asks: d.Open != nil, CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now,
		AdoptAfter: shipment.ID(id.Floor(now.Add(-adoptSince))),
	}
	if !c.Asks {
		c.AdoptAfter = -1
	}
	if err := c.take(d, in); err != nil {
		return Connection{}, "", err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Trackers(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= maxConnections {
			return errs.New(errs.Conflict, "error.webhook_many", "max", maxConnections)
		}
		if d.Capabilities.Webhooks {
			given := c.Values[d.HookSecret]
			h, made, err := s.Hooks.Add(ctx, a, hook.New{Name: c.Name, Scheme: d.Scheme, Kind: HookKind, Secret: given})
			if err != nil {
				return hookError(d, err)
			}
			if c.Hook = h.ID; given == "" {
				secret = made
			}
		}
		if err := s.Store.AddTracker(ctx, c); err != nil {
			return err
		}
		if err := s.note(ctx, a, Saved, c); err != nil || !c.Asks {
			return err
		}
		return s.Queue.Enqueue(ctx, Wake(c.Workspace, c.ID))
	})
	c.Values = s.shown(c)
	return c, secret, err
}

// hookError names the option that a hook's secret came from.
func hookError(d Driver, err error) error {
	var e *errs.Error
	if errors.As(err, &e) && e.Field == "secret" && d.HookSecret != "" {
		return errs.Field(d.HookSecret, e.Key)
	}
	return err
}

// take brings what somebody gave into the connection, and checks it.
func (c *Connection) take(d Driver, in Input) error {
	c.Name = strings.TrimSpace(in.Name)
	if c.Name == "" {
		c.Name = d.Title
	}
	var err error
	if len(c.Name) > maxName {
		err = errs.Field("name", "error.hook_name")
	}
	values, verr := connector.Check(d.Options, connector.Merge(d.Options, c.Values, in.Values))
	c.Values = values
	return errors.Join(err, verr)
}

// Change gives a connection another name or other settings. One that was broken
// works again, until the service refuses it once more.
func (s *Service) Change(ctx context.Context, a auth.Actor, conn ID, in Input) (Connection, error) {
	return s.change(ctx, a, conn, func(ctx context.Context, c *Connection, d Driver) error {
		was := c.Values[d.HookSecret]
		if err := c.take(d, in); err != nil {
			return err
		}
		if c.State == Broken {
			c.State = On
		}
		c.Problem, c.Failures, c.RestUntil, c.QuotaUntil = "", 0, time.Time{}, time.Time{}
		if now := c.Values[d.HookSecret]; c.Hook != 0 && now != "" && now != was {
			if _, err := s.Hooks.Rotate(ctx, a, c.Hook, now); err != nil {
				return hookError(d, err)
			}
		}
		return nil
	})
}

// Pause stops a connection or lets it go on. What came into the house meanwhile is
// taken up then.
func (s *Service) Pause(ctx context.Context, a auth.Actor, conn ID, paused bool) (Connection, error) {
	return s.change(ctx, a, conn, func(ctx context.Context, c *Connection, _ Driver) error {
		switch {
		case paused:
			c.State = Paused
		case c.State != On:
			c.State, c.Problem, c.Failures, c.RestUntil = On, "", 0, time.Time{}
			if c.Asks {
				c.AdoptAfter = shipment.ID(id.Floor(s.Now().Add(-adoptSince)))
			}
		}
		if c.Hook == 0 {
			return nil
		}
		_, err := s.Hooks.Change(ctx, a, c.Hook, hook.Update{Disabled: &paused})
		return err
	})
}

func (s *Service) change(ctx context.Context, a auth.Actor, conn ID, fn func(context.Context, *Connection, Driver) error) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	var c Connection
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Store.HoldTracker(ctx, a.Workspace, conn); err != nil {
			return err
		}
		d, ok := s.Driver(c.Driver)
		if !ok {
			return errs.New(errs.Unsupported, "error.invalid")
		}
		if err := fn(ctx, &c, d); err != nil {
			return err
		}
		c.UpdatedAt = s.Now().UTC().Truncate(time.Millisecond)
		if err := s.Store.SaveTracker(ctx, c); err != nil {
			return err
		}
		if err := s.note(ctx, a, Saved, c); err != nil || c.State != On || !c.Asks {
			return err
		}
		return s.Queue.Enqueue(ctx, Wake(c.Workspace, c.ID))
	})
	c.Values = s.shown(c)
	return c, err
}

// Test asks the service who we are there. Its errors are those of the service.
func (s *Service) Test(ctx context.Context, a auth.Actor, conn ID) (About, error) {
	if err := may(a); err != nil {
		return About{}, err
	}
	c, err := s.Store.Tracker(ctx, a.Workspace, conn)
	if err != nil {
		return About{}, err
	}
	t, err := s.open(c)
	if err != nil {
		return About{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	return t.About(ctx)
}

// Delete removes a connection and its hook. The numbers that it followed are taken
// up by the others.
func (s *Service) Delete(ctx context.Context, a auth.Actor, conn ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldTracker(ctx, a.Workspace, conn)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteTracker(ctx, a.Workspace, conn); err != nil {
			return err
		}
		if c.Hook != 0 {
			if err := s.Hooks.Delete(ctx, a, c.Hook); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		if err := s.inherit(ctx, a.Workspace); err != nil {
			return err
		}
		return s.note(ctx, a, Deleted, c)
	})
}

// inherit lets the oldest connection that works look for parcels that nobody
// follows.
func (s *Service) inherit(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.Trackers(ctx, w)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(c Connection) bool { return c.State == On && c.Asks })
	if i < 0 {
		return nil
	}
	c, err := s.Store.HoldTracker(ctx, w, list[i].ID)
	if err != nil {
		return err
	}
	c.AdoptAfter = shipment.ID(id.Floor(s.Now().Add(-adoptSince)))
	if err := s.Store.SaveTracker(ctx, c); err != nil {
		return err
	}
	return s.Queue.Enqueue(ctx, Wake(w, c.ID))
}

// open returns the tracker of a connection, the same as long as it is unchanged.
func (s *Service) open(c Connection) (Tracker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.opened[c.ID]; ok && a.as.Equal(c.UpdatedAt) {
		return a.Tracker, nil
	}
	d, ok := s.Driver(c.Driver)
	if !ok {
		return nil, errs.New(errs.Unsupported, "error.invalid")
	}
	t, err := d.Connect(c.Values, s.Client, s.Now)
	if err == nil {
		s.opened[c.ID] = account{t, c.UpdatedAt}
	}
	return t, err
}

func (s *Service) note(ctx context.Context, a auth.Actor, kind string, c Connection) error {
	return s.Journal.Append(ctx, event.New(kind, a, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0,
		map[string]any{"name": c.Name, "driver": c.Driver, "state": string(c.State)}))
}

// outside matches the keys of what a service, or the way to it, answered.
var outside = regexp.MustCompile(`^error\.(vendor|tracker|outbound)_`)

// Trouble reports whether an error of Test is the service's answer or its absence,
// and not a refusal of ours, with the catalogue key that tells it.
func Trouble(err error) (key string, ok bool) {
	if key = keyOf(err); err != nil && outside.MatchString(key) {
		return key, true
	}
	return "", false
}
