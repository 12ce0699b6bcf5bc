package translating

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
)

// ID identifies a connection.
type ID int64

// State says whether a connection works.
type State string

// The states of a connection.
const (
	On     State = "on"
	Paused State = "paused" // by a person
	Broken State = "broken" // the provider refuses the key; a person must see to it
)

// Connection is an account of a workspace with a provider.
type Connection struct {
	ID        ID
	Workspace auth.WorkspaceID
	Driver    string
	Name      string
	Values    map[string]string // settings by option; sealed at rest
	Terms     Terms
	Place     int // connections are asked in this order, then by age
	State     State
	Problem   string    // catalogue key of what went wrong last, or ""
	RestUntil time.Time // it is not asked until then
	OKAt      time.Time // when it last answered
	CreatedBy auth.PersonID
	CreatedAt time.Time
	UpdatedAt time.Time
}

// The kinds of event that this package tells.
const (
	BookSaved    = "translation.saved"  // data: {"version"}
	Saved        = "translator.saved"   // of a connection; data: connectionData
	Deleted      = "translator.deleted" // likewise
	Turned       = "ticket.translation" // data: {"number", "language", "on"}
	Translated   = "ticket.translated"  // data: {"number", "language", "messages"}
	maxName      = 100                  // bytes
	mostAccounts = 10                   // connections of a workspace
	testPatience = 20 * time.Second
)

// Setting is a workspace's book, as it was saved.
type Setting struct {
	Workspace auth.WorkspaceID
	Version   int // from 1; 0 is what holds before anything was saved
	Book      translate.Book
	SavedAt   time.Time
	SavedBy   auth.PersonID
}

// Setting returns the book of the actor's workspace; the default, as version 0, until one is
// saved. Whoever reads tickets or manages macros may.
func (s *Service) Setting(ctx context.Context, a auth.Actor) (Setting, error) {
	if err := a.CanAny(auth.ReadTickets, auth.ManageMacros); err != nil {
		return Setting{}, err
	}
	return s.setting(ctx, a.Workspace)
}

func (s *Service) setting(ctx context.Context, w auth.WorkspaceID) (Setting, error) {
	v, err := s.Store.TranslationBook(ctx, w)
	if errs.Is(err, errs.NotFound) {
		return Setting{Workspace: w, Book: translate.DefaultBook()}, nil
	}
	return v, err
}

// Save checks a book and saves it as the next version. It fails with errs.Invalid and the
// place of each problem, and with errs.Conflict if the newest version is not the one that the
// actor saw. It needs ManageMacros.
func (s *Service) Save(ctx context.Context, a auth.Actor, b translate.Book, seen int) (v Setting, err error) {
	if err := a.Can(auth.ManageMacros); err != nil {
		return v, err
	}
	if err := b.Check(); err != nil {
		return v, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		v = Setting{Workspace: a.Workspace, Version: seen + 1, Book: b, SavedAt: s.Now().UTC().Truncate(time.Millisecond), SavedBy: a.Person()}
		saved, err := s.Store.PutTranslationBook(ctx, v)
		if err == nil && !saved {
			err = errs.New(errs.Conflict, "error.promise_changed")
		}
		if err != nil {
			return err
		}
		if err := s.Store.TrimMemory(ctx, a.Workspace, b.Memory); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(BookSaved, a, event.Subject{Kind: "translation", ID: int64(v.Version)}, 0, map[string]any{"version": v.Version}))
	})
	return v, err
}

// may lets in whoever changes connections: they let text out of the house.
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

// Connections returns the connections of the actor's workspace in the order in which they are
// asked, without secrets. Whoever manages macros or webhooks may.
func (s *Service) Connections(ctx context.Context, a auth.Actor) ([]Connection, error) {
	if err := a.CanAny(auth.ManageMacros, auth.ManageWebhooks); err != nil {
		return nil, err
	}
	list, err := s.Store.Translators(ctx, a.Workspace)
	for i, c := range list {
		d, _ := s.Driver(c.Driver)
		list[i].Values = connector.Shown(d.Options, c.Values)
	}
	return list, err
}

// Input is what somebody gives of a connection.
type Input struct {
	Driver string            // of a new one
	Name   string            // "" is the provider's, or the one that it has
	Values map[string]string // by option; secrets that are not given stay
	Terms  *Terms            // nil leaves them
}

// Add connects a provider, which is asked after those that are there. It needs ManageWebhooks
// and a view of the whole workspace.
func (s *Service) Add(ctx context.Context, a auth.Actor, in Input) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	d, ok := s.Driver(in.Driver)
	if !ok {
		return Connection{}, errs.Field("driver", "error.invalid")
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	c := Connection{ID: ID(s.IDs.Next()), Workspace: a.Workspace, Driver: d.Name, State: On, CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now}
	if err := c.take(d, in); err != nil {
		return Connection{}, err
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Translators(ctx, a.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= mostAccounts {
			return errs.New(errs.Conflict, "error.webhook_many", "max", mostAccounts)
		}
		c.Place = 1
		for _, x := range list {
			c.Place = max(c.Place, x.Place+1)
		}
		if err := s.Store.AddTranslator(ctx, c); err != nil {
			return err
		}
		return s.note(ctx, a, Saved, c)
	})
	c.Values = connector.Shown(d.Options, c.Values)
	return c, err
}

func (s *Service) note(ctx context.Context, a auth.Actor, kind string, c Connection) error {
	return s.Journal.Append(ctx, event.New(kind, a, event.Subject{Kind: "translator", ID: int64(c.ID)}, 0, map[string]any{"driver": c.Driver, "name": c.Name, "state": c.State}))
}

// take brings what somebody gave into the connection, and checks it.
func (c *Connection) take(d Driver, in Input) error {
	if name := strings.TrimSpace(in.Name); name != "" {
		c.Name = name
	}
	if c.Name == "" {
		c.Name = d.Title
	}
	var err error
	if len(c.Name) > maxName {
		err = errs.Field("name", "error.hook_name")
	}
	values, verr := connector.Check(d.Options, connector.Merge(d.Options, c.Values, in.Values))
	c.Values = values
	if in.Terms != nil {
		c.Terms = *in.Terms
	}
	return errors.Join(err, verr, c.Terms.check())
}

// Change gives a connection another name or other settings. One that was broken works again,
// until the provider refuses it once more.
func (s *Service) Change(ctx context.Context, a auth.Actor, id ID, in Input) error {
	return s.change(ctx, a, id, func(_ context.Context, c *Connection, d Driver) error {
		if c.State == Broken {
			c.State = On
		}
		c.Problem, c.RestUntil = "", time.Time{}
		return c.take(d, in)
	})
}

// Pause stops asking a connection, or begins again.
func (s *Service) Pause(ctx context.Context, a auth.Actor, id ID, stop bool) error {
	return s.change(ctx, a, id, func(_ context.Context, c *Connection, _ Driver) error {
		c.State, c.Problem, c.RestUntil = On, "", time.Time{}
		if stop {
			c.State = Paused
		}
		return nil
	})
}

// First has a connection asked before all others.
func (s *Service) First(ctx context.Context, a auth.Actor, id ID) error {
	return s.change(ctx, a, id, func(ctx context.Context, c *Connection, _ Driver) error {
		list, err := s.Store.Translators(ctx, a.Workspace)
		for _, x := range list {
			c.Place = min(c.Place, x.Place-1)
		}
		return err
	})
}

func (s *Service) change(ctx context.Context, a auth.Actor, id ID, do func(context.Context, *Connection, Driver) error) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.Translator(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		d, _ := s.Driver(c.Driver)
		if err := do(ctx, &c, d); err != nil {
			return err
		}
		c.UpdatedAt = s.Now().UTC().Truncate(time.Millisecond)
		if err := s.Store.SaveTranslator(ctx, c); err != nil {
			return err
		}
		return s.note(ctx, a, Saved, c)
	})
}

// Delete deletes a connection. What it translated stays.
func (s *Service) Delete(ctx context.Context, a auth.Actor, id ID) error {
	if err := may(a); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.Translator(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteTranslator(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.note(ctx, a, Deleted, c)
	})
}

// Test asks a provider what it translates. It fails as the provider does.
func (s *Service) Test(ctx context.Context, a auth.Actor, id ID) (About, error) {
	if err := may(a); err != nil {
		return About{}, err
	}
	c, err := s.Store.Translator(ctx, a.Workspace, id)
	if err != nil {
		return About{}, err
	}
	e, _, err := s.engine(c)
	if err != nil {
		return About{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	return e.About(ctx)
}

// account is an opened engine, which keeps its vendor's rate.
type account struct {
	Engine
	as time.Time // UpdatedAt of the connection
}

// engine opens a connection, once for each version of its settings.
func (s *Service) engine(c Connection) (Engine, Driver, error) {
	d, ok := s.Driver(c.Driver)
	if !ok {
		return nil, d, errs.New(errs.Unsupported, "error.translator_missing")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, ok := s.opened[c.ID]; ok && x.as.Equal(c.UpdatedAt) {
		return x.Engine, d, nil
	}
	e, err := d.Connect(c.Values, s.Client, s.Now)
	if err == nil {
		s.opened[c.ID] = account{e, c.UpdatedAt}
	}
	return e, d, err
}

// Spending is what a connection was sent in a month.
type Spending struct {
	Connection ID
	Characters int64
	Requests   int64
}

// Month names the month of an instant, in UTC: 2026-11.
func Month(t time.Time) string { return t.UTC().Format("2006-01") }

// Spent returns what connections were sent in the present month; those that are deleted by
// now are among them. Whoever manages macros or webhooks may.
func (s *Service) Spent(ctx context.Context, a auth.Actor) ([]Spending, error) {
	if err := a.CanAny(auth.ManageMacros, auth.ManageWebhooks); err != nil {
		return nil, err
	}
	return s.Store.SpentOnTranslation(ctx, a.Workspace, Month(s.Now()))
}
