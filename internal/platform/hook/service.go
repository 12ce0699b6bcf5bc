package hook

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// The kinds of event that this package announces.
const (
	Saved   = "hook.saved"
	Deleted = "hook.deleted"
	Rotated = "hook.rotated"
	Came    = "hook.received"
)

// SubjectKind is the kind of subject of these events.
const SubjectKind = "hook"

// Queue is the queue of the jobs that process hooks, and ProcessJob their kind.
const (
	Queue      = "hook"
	ProcessJob = "hook.process"
)

const (
	maxConnections = 50
	maxName        = 100
	maxKey         = 200
	maxTopic       = 100
	tries          = 12
	unknownScheme  = "standard" // by which a request to nobody is judged

	keepLog  = 30 * 24 * time.Hour
	keepRows = 10_000
)

// Config is what a Service needs.
type Config struct {
	Store      Store
	Journal    event.Journal
	Queue      job.Queue
	IDs        *id.Source
	Now        func() time.Time
	Log        *slog.Logger
	Schemes    map[string]Scheme
	Processors map[string]Processor
}

// Service holds the verbs about connections and what they receive. Those of
// people need auth.ManageWebhooks and a view of the whole workspace.
type Service struct {
	Config
	mu      sync.Mutex
	refused map[ID]map[Reason]*Refusals // not yet in the database
}

// NewService returns a Service.
func NewService(c Config) *Service {
	return &Service{Config: c, refused: map[ID]map[Reason]*Refusals{}}
}

// may fails with errs.Denied unless the actor manages webhooks and sees the whole
// workspace: a hook may be about anything in it.
func may(a auth.Actor) error {
	if err := a.Can(auth.ManageWebhooks); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.webhook_limited")
	}
	return nil
}

// SchemeNames returns the schemes that a connection can have.
func (s *Service) SchemeNames() []string { return slices.Sorted(maps.Keys(s.Schemes)) }

// KindNames returns the kinds that a connection can have.
func (s *Service) KindNames() []string { return slices.Sorted(maps.Keys(s.Processors)) }

// Connections returns the connections of the actor's workspace, the oldest
// first, without their secrets.
func (s *Service) Connections(ctx context.Context, a auth.Actor) ([]Connection, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.Hooks(ctx, a.Workspace)
	for i := range list {
		list[i].Keys = nil
	}
	return list, err
}

// Connection returns one connection without its secrets.
func (s *Service) Connection(ctx context.Context, a auth.Actor, id ID) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	c, err := s.Store.Hook(ctx, a.Workspace, id)
	c.Keys = nil
	return c, err
}

// New is a new connection.
type New struct {
	Name   string
	Scheme string
	Kind   string // "" is Journal
	Secret string // that the sender gave; "" makes one
}

// Add makes a connection and returns its secret, which is not shown again.
func (s *Service) Add(ctx context.Context, a auth.Actor, n New) (Connection, string, error) {
	if err := may(a); err != nil {
		return Connection{}, "", err
	}
	now := s.Now().UTC()
	if n.Kind == "" {
		n.Kind = Journal
	}
	c := Connection{ID: ID(s.IDs.Next()), Workspace: a.Workspace, Scheme: n.Scheme, Kind: n.Kind, CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now}
	if s.Processors[n.Kind] == nil {
		return Connection{}, "", errs.Field("kind", "error.hook_kind")
	}
	secret, err := s.secret(n.Scheme, n.Secret)
	if err == nil {
		err = c.name(n.Name)
	}
	if err != nil {
		return Connection{}, "", err
	}
	c.Keys = rotated(nil, secret, now)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Hooks(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= maxConnections {
			return errs.New(errs.Conflict, "error.webhook_many", "max", maxConnections)
		}
		if err := s.Store.AddHook(ctx, c); err != nil {
			return err
		}
		return s.note(ctx, a, Saved, c)
	})
	c.Keys = nil
	return c, secret, err
}

func (c *Connection) name(text string) error {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxName {
		return errs.Field("name", "error.hook_name")
	}
	c.Name = text
	return nil
}

// secret returns the given secret if it can fit, or a new one.
func (s *Service) secret(scheme, given string) (string, error) {
	how := s.Schemes[scheme]
	if how == nil {
		return "", errs.Field("scheme", "error.hook_scheme")
	}
	given = strings.TrimSpace(given)
	if given == "" {
		return how.NewSecret(), nil
	}
	if how.CheckSecret(given) != nil {
		return "", errs.Field("secret", "error.hook_secret")
	}
	return given, nil
}

// Update is what changes about a connection; nil leaves a value.
type Update struct {
	Name     *string
	Disabled *bool
}

// Change changes a connection.
func (s *Service) Change(ctx context.Context, a auth.Actor, id ID, u Update) (Connection, error) {
	return s.change(ctx, a, id, Saved, func(c *Connection) error {
		if u.Disabled != nil {
			c.Disabled = *u.Disabled
		}
		if u.Name != nil {
			return c.name(*u.Name)
		}
		return nil
	})
}

// Rotate gives a connection another secret, made here if given is "", and
// returns it. The old one stays valid for a day.
func (s *Service) Rotate(ctx context.Context, a auth.Actor, id ID, given string) (string, error) {
	var secret string
	_, err := s.change(ctx, a, id, Rotated, func(c *Connection) error {
		var err error
		if secret, err = s.secret(c.Scheme, given); err == nil {
			c.Keys = rotated(c.Keys, secret, s.Now().UTC())
		}
		return err
	})
	return secret, err
}

// Delete removes a connection with all that it received.
func (s *Service) Delete(ctx context.Context, a auth.Actor, id ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.Hook(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteHook(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.note(ctx, a, Deleted, c)
	})
}

// History returns what a connection received, the newest first, without bodies.
func (s *Service) History(ctx context.Context, a auth.Actor, id ID, state State, before ReceivedID, limit int) ([]Received, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.ReceivedLog(ctx, a.Workspace, id, state, before, min(max(limit, 1), 200))
}

// Received returns one stored hook with its body.
func (s *Service) Received(ctx context.Context, a auth.Actor, c ID, id ReceivedID) (Received, error) {
	if err := may(a); err != nil {
		return Received{}, err
	}
	return s.Store.Received(ctx, a.Workspace, c, id)
}

// Refused returns what was turned away in the last 30 days, by day and reason.
func (s *Service) Refused(ctx context.Context, a auth.Actor, id ID) ([]Refusals, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.Refused(ctx, a.Workspace, id, day(s.Now().Add(-keepLog)))
}

// Replay processes a stored hook again.
func (s *Service) Replay(ctx context.Context, a auth.Actor, c ID, id ReceivedID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.Received(ctx, a.Workspace, c, id)
		if err != nil {
			return err
		}
		r.State, r.Attempt, r.Problem, r.DoneAt = Waiting, 0, "", time.Time{}
		if err := s.Store.SettleReceived(ctx, r); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, processing(r))
	})
}

// Accept takes a request for a connection. It returns when the request is
// durable; repeat tells that it was before. It fails with errs.NotFound for a
// connection that is unknown or switched off, after the same work as for one
// that is there, with errs.Denied for a forged request and with errs.Invalid for
// one that is malformed or too old.
func (s *Service) Accept(ctx context.Context, connection ID, h http.Header, body []byte) (repeat bool, err error) {
	c, err := s.Store.HookAt(ctx, connection)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return false, err
	}
	now := s.Now().UTC()
	if err != nil || c.Disabled {
		if how := s.Schemes[unknownScheme]; how != nil {
			_, _ = how.Verify(h, body, []string{how.NewSecret()}, now) // so that the answer takes as long
		}
		return false, errs.New(errs.NotFound, "error.not_found")
	}
	how := s.Schemes[c.Scheme]
	if how == nil {
		return false, errs.New(errs.Unsupported, "error.hook_scheme")
	}
	proof, err := how.Verify(h, body, c.secrets(now), now)
	if err == nil && (proof.Key == "" || len(proof.Key) > maxKey) {
		err = errs.New(errs.Invalid, "error.hook_headers")
	}
	if err != nil {
		s.turnAway(c, why(err), now)
		return false, err
	}
	r := Received{
		ID: ReceivedID(s.IDs.Next()), Workspace: c.Workspace, Connection: c.ID, Key: proof.Key, Topic: cut(proof.Topic, maxTopic),
		ContentType: cut(h.Get("Content-Type"), maxTopic), Size: int64(len(body)), Body: body, At: now, State: Waiting,
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		added, err := s.Store.AddReceived(ctx, r)
		if repeat = !added; err != nil || repeat {
			return err
		}
		return s.Queue.Enqueue(ctx, processing(r))
	})
	return repeat, err
}

func cut(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }

// TooLarge counts a request whose body was not read to its end.
func (s *Service) TooLarge(ctx context.Context, connection ID) {
	if c, err := s.Store.HookAt(ctx, connection); err == nil {
		s.turnAway(c, Oversized, s.Now().UTC())
	}
}

type ref struct {
	Received ReceivedID `json:"received"`
}

func processing(r Received) job.Job {
	return job.New(r.Workspace, ProcessJob, ref{r.ID}).On(Queue).Tries(tries)
}

// Process is the handler of ProcessJob.
func (s *Service) Process(ctx context.Context, j job.Job) error {
	var f ref
	if err := j.Decode(&f); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.invalid")
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.HoldReceived(ctx, j.Workspace, f.Received)
		if errs.Is(err, errs.NotFound) || err == nil && r.State != Waiting {
			return nil // deleted, or done by the run before
		}
		if err != nil {
			return err
		}
		c, err := s.Store.Hook(ctx, r.Workspace, r.Connection)
		if err != nil {
			return err
		}
		process := s.Processors[c.Kind]
		if process == nil {
			return errs.New(errs.Unsupported, "error.hook_kind")
		}
		if err := process(ctx, c, r); err != nil {
			return err
		}
		e := event.New(Came, auth.ForSystem(r.Workspace), event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0,
			map[string]any{"connection": int64(c.ID), "received": int64(r.ID), "key": r.Key, "topic": r.Topic})
		if err := s.Journal.Append(ctx, e); err != nil {
			return err
		}
		r.State, r.Attempt, r.Problem, r.DoneAt = Done, j.Attempt, "", s.Now().UTC()
		return s.Store.SettleReceived(ctx, r)
	})
	if err == nil {
		return nil
	}
	s.failed(context.WithoutCancel(ctx), j, f.Received, err)
	return err
}

// failed notes on the hook what its log shows.
func (s *Service) failed(ctx context.Context, j job.Job, id ReceivedID, cause error) {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.HoldReceived(ctx, j.Workspace, id)
		if err != nil || r.State != Waiting {
			return err
		}
		r.Attempt, r.Problem = j.Attempt, cut(cause.Error(), 500)
		if kind := errs.KindOf(cause); kind == errs.Invalid || kind == errs.Unsupported || j.Attempt >= j.MaxAttempts {
			r.State, r.DoneAt = Failed, s.Now().UTC()
		}
		return s.Store.SettleReceived(ctx, r)
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		s.Log.Error("note a failed hook", "error", err)
	}
}

func (s *Service) change(ctx context.Context, a auth.Actor, id ID, kind string, fn func(*Connection) error) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	var c Connection
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Store.HoldHook(ctx, a.Workspace, id); err != nil {
			return err
		}
		if err := fn(&c); err != nil {
			return err
		}
		c.UpdatedAt = s.Now().UTC()
		if err := s.Store.SaveHook(ctx, c); err != nil {
			return err
		}
		return s.note(ctx, a, kind, c)
	})
	c.Keys = nil
	return c, err
}

func (s *Service) note(ctx context.Context, a auth.Actor, kind string, c Connection) error {
	return s.Journal.Append(ctx, event.New(kind, a, event.Subject{Kind: SubjectKind, ID: int64(c.ID)}, 0, map[string]any{"name": c.Name, "disabled": c.Disabled}))
}
