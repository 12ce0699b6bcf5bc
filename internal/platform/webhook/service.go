package webhook

import (
	"context"
	"fmt"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// The kinds of event that this package announces.
const (
	Tested   = "webhook.test"
	Saved    = "webhook.saved"
	Deleted  = "webhook.deleted"
	Rotated  = "webhook.rotated"
	Replayed = "webhook.replayed"
	Disabled = "webhook.disabled"
)

// SubjectKind is the kind of subject of these events.
const SubjectKind = "webhook"

const (
	maxEndpoints   = 50
	maxDescription = 200
	maxURL         = 2000
)

// Config is what a Service needs.
type Config struct {
	Store   Store
	Journal event.Journal
	Queue   job.Queue
	IDs     *id.Source
	Now     func() time.Time
	// Check judges an address before it is saved.
	Check outbound.Options
}

// Service holds the verbs of people and programs about endpoints. All of them
// need auth.ManageWebhooks and a view of the whole workspace: who names an
// endpoint reads the whole journal.
type Service struct{ Config }

// NewService returns a Service.
func NewService(c Config) *Service { return &Service{c} }

// may fails with errs.Denied unless the actor manages webhooks and sees the whole
// workspace: what leaves through a webhook cannot be narrowed to a team.
func may(a auth.Actor) error {
	if err := a.Can(auth.ManageWebhooks); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.webhook_limited")
	}
	return nil
}

// Endpoints returns the endpoints of the actor's workspace, the oldest first,
// without their secrets.
func (s *Service) Endpoints(ctx context.Context, a auth.Actor) ([]Endpoint, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.Endpoints(ctx, a.Workspace)
	for i := range list {
		list[i].Keys = nil
	}
	return list, err
}

// Waiting returns how many deliveries are owed to each endpoint.
func (s *Service) Waiting(ctx context.Context, a auth.Actor) (map[ID]int64, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.CountWaiting(ctx, a.Workspace)
}

// Endpoint returns one endpoint without its secrets.
func (s *Service) Endpoint(ctx context.Context, a auth.Actor, id ID) (Endpoint, error) {
	if err := may(a); err != nil {
		return Endpoint{}, err
	}
	e, err := s.Store.Endpoint(ctx, a.Workspace, id)
	e.Keys = nil
	return e, err
}

// New is a new endpoint.
type New struct {
	URL         string
	Description string
	Kinds       []string // patterns; none means all
}

// Add makes an endpoint, which is on from now, and returns its secret, which is
// not shown again. It fails with errs.Invalid on an address that would never be
// called and on a pattern that fits no kind.
func (s *Service) Add(ctx context.Context, a auth.Actor, n New) (Endpoint, Secret, error) {
	if err := may(a); err != nil {
		return Endpoint{}, Secret{}, err
	}
	now := s.Now().UTC()
	secret := NewSecret()
	e := Endpoint{
		ID: ID(s.IDs.Next()), Workspace: a.Workspace, State: On, Keys: rotated(nil, secret, now), CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now,
	}
	if err := s.fill(&e, &n.URL, &n.Description, n.Kinds); err != nil {
		return Endpoint{}, Secret{}, err
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Endpoints(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= maxEndpoints {
			return errs.New(errs.Conflict, "error.webhook_many", "max", maxEndpoints)
		}
		if err := s.Store.AddEndpoint(ctx, e); err != nil {
			return err
		}
		return s.note(ctx, a, Saved, e)
	})
	e.Keys = nil
	return e, secret, err
}

// Update is what changes about an endpoint; nil leaves a value.
type Update struct {
	URL         *string
	Description *string
	Kinds       []string // nil leaves them
	On          *bool    // switching on forgets the failures so far
}

// Change changes an endpoint.
func (s *Service) Change(ctx context.Context, a auth.Actor, id ID, u Update) (Endpoint, error) {
	return s.change(ctx, a, id, Saved, func(e *Endpoint, now time.Time) error {
		if err := s.fill(e, u.URL, u.Description, u.Kinds); err != nil {
			return err
		}
		switch {
		case u.On == nil || *u.On == (e.State == On):
		case *u.On:
			e.State, e.Streak, e.FailingSince, e.DueAt = On, 0, time.Time{}, time.Time{}
		default:
			e.State, e.DisabledAt = Off, now
		}
		return nil
	})
}

// fill checks and sets what people give.
func (s *Service) fill(e *Endpoint, address, description *string, kinds []string) error {
	if address != nil {
		u, err := s.Check.Check(*address)
		if err != nil || len(*address) > maxURL {
			f := errs.Field("url", "error.outbound_url")
			if known, ok := err.(*errs.Error); ok {
				f.Key, f.Args = known.Key, known.Args
			}
			return f
		}
		e.URL = u.String()
	}
	if description != nil {
		e.Description = strings.TrimSpace(*description)
		if len(e.Description) > maxDescription {
			return errs.Field("description", "error.webhook_long", "max", maxDescription)
		}
	}
	if kinds != nil || e.Kinds == nil {
		var err error
		if e.Kinds, err = Patterns(strings.Join(kinds, ",")); err != nil {
			return err
		}
	}
	return nil
}

// Rotate gives an endpoint a new secret and returns it. Messages carry a
// signature by the old one as well for a day, so that the receiver can change
// over in its own time.
func (s *Service) Rotate(ctx context.Context, a auth.Actor, id ID) (Secret, error) {
	secret := NewSecret()
	_, err := s.change(ctx, a, id, Rotated, func(e *Endpoint, now time.Time) error {
		e.Keys = rotated(e.Keys, secret, now)
		return nil
	})
	return secret, err
}

// Delete removes an endpoint with what is owed to it and its log.
func (s *Service) Delete(ctx context.Context, a auth.Actor, id ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		e, err := s.Store.HoldEndpoint(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteEndpoint(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.note(ctx, a, Deleted, e)
	})
}

// Replay owes the endpoint again what happened from an event on, in order. A
// receiver tells repeats by their id. It fails with errs.Conflict while the
// endpoint is off or an earlier replay is still going on.
func (s *Service) Replay(ctx context.Context, a auth.Actor, id ID, from event.ID) (Endpoint, error) {
	return s.change(ctx, a, id, Replayed, func(e *Endpoint, _ time.Time) error {
		switch {
		case e.State != On:
			return errs.New(errs.Conflict, "error.webhook_off")
		case !e.Replay.Empty():
			return errs.New(errs.Conflict, "error.webhook_replaying")
		}
		// What happens from now on is owed anyway.
		e.Replay = Stretch{From: max(from, 1), Until: event.ID(s.IDs.Next())}
		return nil
	})
}

// ReplaySince is Replay from a moment.
func (s *Service) ReplaySince(ctx context.Context, a auth.Actor, id ID, since time.Time) (Endpoint, error) {
	if since.IsZero() || since.After(s.Now()) {
		return Endpoint{}, errs.Field("since", "error.webhook_since")
	}
	return s.Replay(ctx, a, id, first(since))
}

func first(t time.Time) event.ID { return event.ID(id.Floor(t)) }

// Resend owes one delivery again.
func (s *Service) Resend(ctx context.Context, a auth.Actor, id ID, e event.ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.Store.Endpoint(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if p.State != On {
			return errs.New(errs.Conflict, "error.webhook_off")
		}
		d, err := s.Store.Delivery(ctx, a.Workspace, id, e)
		if err != nil {
			return err
		}
		d.State, d.Attempt, d.DueAt = Waiting, 0, s.Now().UTC()
		if err := s.Store.Owe(ctx, true, d); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Wake(a.Workspace, id))
	})
}

// Test sends the endpoint an event of its own, whatever it subscribed to, and
// returns the delivery to watch.
func (s *Service) Test(ctx context.Context, a auth.Actor, id ID) (Delivery, error) {
	if err := may(a); err != nil {
		return Delivery{}, err
	}
	var d Delivery
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		e, err := s.Store.Endpoint(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if e.State != On {
			return errs.New(errs.Conflict, "error.webhook_off")
		}
		ev := event.New(Tested, a, event.Subject{Kind: SubjectKind, ID: int64(id)}, 0, map[string]string{"text": "Hello from Godwit."})
		ev.ID, ev.At = event.ID(s.IDs.Next()), s.Now().UTC()
		// A lane of its own: a test is not held back by what it is to explain.
		d = owe(ev, e, ev.At)
		d.Lane = fmt.Sprintf("test:%d", ev.ID)
		if err := s.Journal.Append(ctx, ev); err != nil {
			return err
		}
		if err := s.Store.Owe(ctx, false, d); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Wake(a.Workspace, id))
	})
	return d, err
}

// Deliveries returns the log of an endpoint, the newest event first.
func (s *Service) Deliveries(ctx context.Context, a auth.Actor, id ID, state DeliveryState, before event.ID, limit int) ([]Delivery, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.Deliveries(ctx, a.Workspace, id, state, before, min(max(limit, 1), 200))
}

// Delivery returns one delivery with its attempts, the newest first.
func (s *Service) Delivery(ctx context.Context, a auth.Actor, id ID, e event.ID) (Delivery, []Attempt, error) {
	if err := may(a); err != nil {
		return Delivery{}, nil, err
	}
	d, err := s.Store.Delivery(ctx, a.Workspace, id, e)
	if err != nil {
		return d, nil, err
	}
	list, err := s.Store.Attempts(ctx, a.Workspace, id, e, 50)
	return d, list, err
}

// Message returns the body that an event is delivered with.
func (s *Service) Message(ctx context.Context, a auth.Actor, e event.ID) (Message, error) {
	if err := may(a); err != nil {
		return Message{}, err
	}
	ev, err := s.Store.Event(ctx, a.Workspace, e)
	if err != nil {
		return Message{}, err
	}
	return Payload(ev)
}

// Listen returns the messages of wanted kinds after an event, oldest first, and
// the event to go on after. Nodes do not commit in the order of identifiers: a
// caller that must miss nothing asks again from a little earlier and drops what
// it has seen.
func (s *Service) Listen(ctx context.Context, a auth.Actor, kinds []string, after event.ID, limit int) ([]Message, event.ID, error) {
	if err := may(a); err != nil {
		return nil, 0, err
	}
	events, err := s.Store.EventsAfter(ctx, a.Workspace, after, min(max(limit, 1), 500))
	out := []Message{}
	for _, e := range events {
		after = e.ID
		if !Known(e.Kind) || !Match(kinds, e.Kind) {
			continue
		}
		m, err := Payload(e)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, m)
	}
	return out, after, err
}

// change runs fn on an endpoint that is held, saves it and tells the journal.
func (s *Service) change(ctx context.Context, a auth.Actor, id ID, kind string, fn func(e *Endpoint, now time.Time) error) (Endpoint, error) {
	if err := may(a); err != nil {
		return Endpoint{}, err
	}
	var e Endpoint
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if e, err = s.Store.HoldEndpoint(ctx, a.Workspace, id); err != nil {
			return err
		}
		now := s.Now().UTC()
		if err := fn(&e, now); err != nil {
			return err
		}
		e.UpdatedAt = now
		if err := s.Store.SaveEndpoint(ctx, e); err != nil {
			return err
		}
		if err := s.note(ctx, a, kind, e); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Wake(a.Workspace, id))
	})
	e.Keys = nil
	return e, err
}

func (s *Service) note(ctx context.Context, a auth.Actor, kind string, e Endpoint) error {
	return note(ctx, s.Journal, a, kind, e)
}

// note tells the journal of an endpoint by its host: its path may hold a token.
func note(ctx context.Context, j event.Journal, a auth.Actor, kind string, e Endpoint) error {
	return j.Append(ctx, event.New(kind, a, event.Subject{Kind: SubjectKind, ID: int64(e.ID)}, 0, map[string]string{"host": Host(e.URL), "state": string(e.State)}))
}
