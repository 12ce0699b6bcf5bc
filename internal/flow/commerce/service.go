package commerce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
)

// Orders is what the service needs of orders.
type Orders interface {
	EnsureShop(ctx context.Context, actor auth.Actor, shop order.Shop) (order.Shop, bool, error)
	SaveAll(ctx context.Context, actor auth.Actor, shop order.Shop, list []order.New) ([]order.Order, []order.Outcome, error)
	Deleted(ctx context.Context, actor auth.Actor, shop order.Shop, external []string) error
}

// Customers is what the service needs of customers.
type Customers interface {
	Recognise(ctx context.Context, w auth.WorkspaceID, proofs []customer.Identity, name, language string) (customer.Customer, bool, error)
}

// Products is what the service needs of products.
type Products interface {
	Save(ctx context.Context, actor auth.Actor, n product.New) (product.Product, order.Outcome, error)
	Gone(ctx context.Context, actor auth.Actor, shop order.ShopID, external string) error
}

// Promises is what the service needs of shipping plans.
type Promises interface {
	Promise(ctx context.Context, actor auth.Actor, quote, service string) (order.Promise, error)
}

// Hooks is what the service needs of hooks that come in.
type Hooks interface {
	Add(ctx context.Context, a auth.Actor, n hook.New) (hook.Connection, string, error)
	Rotate(ctx context.Context, a auth.Actor, id hook.ID, given string) (string, error)
	Delete(ctx context.Context, a auth.Actor, id hook.ID) error
}

// Config is what a Service needs.
type Config struct {
	Store     Store
	Orders    Orders
	Customers Customers
	Products  Products
	Promises  Promises // nil keeps what an order itself says of its quote
	Hooks     Hooks
	Journal   event.Journal
	Queue     job.Queue
	IDs       *id.Source
	Client    *http.Client // of package outbound
	Drivers   []Driver     // in the order in which a form offers them
	Address   string       // our public address; "" asks no shop to call us
	Now       func() time.Time
	Log       *slog.Logger
}

// Service holds the verbs of connections, and the jobs that keep the copies. Verbs of people need auth.Manage and a view
// of the whole workspace: whoever holds the keys of a shop holds the shop.
type Service struct {
	Config
	mu    sync.Mutex
	shops map[ID]opened
}

// opened is a shop that is kept for its rate, its tokens and its idle connections.
type opened struct {
	as   time.Time // of the settings it was opened with
	shop Shop
}

// NewService returns a Service.
func NewService(c Config) *Service {
	return &Service{Config: c, shops: map[ID]opened{}}
}

func may(a auth.Actor) error {
	if err := a.Can(auth.Manage); err != nil {
		return err
	}
	if !a.Scope().All {
		return errs.New(errs.Denied, "error.shop_limited")
	}
	return nil
}

// Driver returns the driver of a name, errs.Unsupported if there is none.
func (s *Service) Driver(name string) (Driver, error) {
	for _, d := range s.Drivers {
		if d.Name == name {
			return d, nil
		}
	}
	return Driver{}, errs.New(errs.Unsupported, "error.shop_driver")
}

// shown leaves out what is never shown again.
func (s *Service) shown(c Connection) Connection {
	d, _ := s.Driver(c.Driver) // of one that is gone all may be secret
	c.Settings = connector.Shown(d.Options, c.Settings)
	return c
}

// Connections returns the connections of the actor's workspace, the oldest first, without secrets.
func (s *Service) Connections(ctx context.Context, a auth.Actor) ([]Connection, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	list, err := s.Store.ShopConnections(ctx, a.Workspace)
	for i := range list {
		list[i] = s.shown(list[i])
	}
	return list, err
}

// Connection returns one connection without secrets.
func (s *Service) Connection(ctx context.Context, a auth.Actor, id ID) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	c, err := s.Store.ShopConnection(ctx, a.Workspace, id)
	return s.shown(c), err
}

// Problems returns objects that could not be taken, by kind and identifier, after the last one seen.
func (s *Service) Problems(ctx context.Context, a auth.Actor, id ID, after Version, limit int) ([]Version, error) {
	if err := may(a); err != nil {
		return nil, err
	}
	return s.Store.ShopProblems(ctx, a.Workspace, id, after.Kind, after.External, min(max(limit, 1), 200))
}

// New is a connection to be made.
type New struct {
	Driver   string
	Settings map[string]string
	Name     string // of our shop; "" is what the shop calls itself
	Currency string // of our shop; "" is what the shop says
}

// Made is a connection with what is told once.
type Made struct {
	Connection Connection
	Shop       order.Shop
	About      About
	Secret     string // that signs its webhooks, "" if it sends none or we were given it
}

// Connect asks a shop who it is, and makes a connection if it answers: our shop of that name, the place where its
// webhooks come in, and the job that begins the first import. It fails with errs.Invalid for settings that cannot be
// (fields), as the shop does if it refuses, and with errs.Conflict if our shop has a connection.
func (s *Service) Connect(ctx context.Context, a auth.Actor, n New) (Made, error) {
	if err := may(a); err != nil {
		return Made{}, err
	}
	d, err := s.Driver(n.Driver)
	if err != nil {
		return Made{}, errs.Field("driver", "error.shop_driver")
	}
	values, about, err := s.try(ctx, d.Of(a.Workspace), n.Settings)
	if err != nil {
		return Made{}, err
	}
	shop := order.Shop{Name: first(n.Name, about.Name, d.Title), Platform: d.Name, Market: about.Country, Currency: strings.ToUpper(first(n.Currency, about.Currency))}
	now := s.Now().UTC().Truncate(time.Millisecond)
	m := Made{About: about, Connection: Connection{
		ID: ID(s.IDs.Next()), Workspace: a.Workspace, Driver: d.Name, Settings: values, State: Importing, CreatedBy: a.Person(), CreatedAt: now, UpdatedAt: now, DueAt: now,
	}}
	system := auth.ForSystem(a.Workspace)
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if m.Shop, _, err = s.Orders.EnsureShop(ctx, system, shop); err != nil {
			return err
		}
		c := &m.Connection
		c.Shop = m.Shop.ID
		if d.Scheme != "" && s.Hooks != nil {
			given := values[WebhookSecret]
			h, secret, err := s.Hooks.Add(ctx, system, hook.New{Name: cut(d.Title+": "+m.Shop.Name, 100), Scheme: d.Scheme, Kind: HookKind, Secret: given})
			if err != nil {
				return err
			}
			if c.Hook = h.ID; given == "" {
				m.Secret = secret
			}
		}
		added, err := s.Store.AddShopConnection(ctx, *c)
		if err != nil {
			return err
		}
		if !added {
			return errs.New(errs.Conflict, "error.shop_connected", "name", m.Shop.Name)
		}
		if err := s.note(ctx, a, Connected, *c); err != nil {
			return err
		}
		jobs := []job.Job{syncing(*c)}
		if d.Capabilities.WebhookSetup && s.Address != "" && c.Hook != 0 {
			jobs = append(jobs, job.New(c.Workspace, SubscribeJob, ref{Connection: c.ID}).On(Queue).WithKey(c.ID.String()))
		}
		return s.Queue.Enqueue(ctx, jobs...)
	})
	if err != nil {
		return Made{}, fmt.Errorf("connect shop: %w", err)
	}
	m.Connection = s.shown(m.Connection)
	return m, nil
}

// WebhookSecret is the option, of drivers that have it, with which the vendor signs. Without a value we make the secret,
// and tell it once.
const WebhookSecret = "webhook_secret"

func first(list ...string) string {
	for _, v := range list {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

func cut(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }

// try opens a shop with values and asks who it is.
func (s *Service) try(ctx context.Context, d Driver, values map[string]string) (map[string]string, About, error) {
	values, err := connector.Check(d.Options, values)
	if err != nil {
		return nil, About{}, err
	}
	shop, err := d.Connect(values, s.Client, s.Now)
	if err != nil {
		return nil, About{}, err
	}
	about, err := shop.About(ctx)
	return values, about, err
}

// Change gives a connection other settings, after the shop has answered to them. Options that are missing or empty keep
// their value.
func (s *Service) Change(ctx context.Context, a auth.Actor, id ID, settings map[string]string) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	c, err := s.Store.ShopConnection(ctx, a.Workspace, id)
	if err != nil {
		return Connection{}, err
	}
	d, err := s.Driver(c.Driver)
	if err != nil {
		return Connection{}, err
	}
	values := maps.Clone(c.Settings)
	for k, v := range settings {
		if strings.TrimSpace(v) != "" {
			values[k] = v
		}
	}
	values, _, err = s.try(ctx, d.Of(a.Workspace), values)
	if err != nil {
		return Connection{}, err
	}
	return s.change(ctx, a, id, Changed, func(ctx context.Context, c *Connection) error {
		if now := values[WebhookSecret]; now != "" && now != c.Settings[WebhookSecret] && c.Hook != 0 {
			if _, err := s.Hooks.Rotate(ctx, auth.ForSystem(c.Workspace), c.Hook, now); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		c.Settings, c.UpdatedAt = values, s.Now().UTC().Truncate(time.Millisecond)
		c.Problem, c.Streak, c.DueAt = "", 0, c.UpdatedAt
		return s.Queue.Enqueue(ctx, syncing(*c))
	})
}

// Test asks a shop who it is, with the settings that are kept.
func (s *Service) Test(ctx context.Context, a auth.Actor, id ID) (About, error) {
	if err := may(a); err != nil {
		return About{}, err
	}
	c, err := s.Store.ShopConnection(ctx, a.Workspace, id)
	if err != nil {
		return About{}, err
	}
	_, shop, err := s.open(c)
	if err != nil {
		return About{}, err
	}
	return shop.About(ctx)
}

// Pause stops a connection until Resume. A repeat changes nothing.
func (s *Service) Pause(ctx context.Context, a auth.Actor, id ID) (Connection, error) {
	return s.change(ctx, a, id, PausedKind, func(_ context.Context, c *Connection) error {
		if c.State == Paused {
			return errUnchanged
		}
		c.State = Paused
		return nil
	})
}

// Resume goes on where Pause stopped. A repeat changes nothing.
func (s *Service) Resume(ctx context.Context, a auth.Actor, id ID) (Connection, error) {
	return s.change(ctx, a, id, Resumed, func(ctx context.Context, c *Connection) error {
		if c.State != Paused {
			return errUnchanged
		}
		c.State, c.DueAt = Importing, s.Now().UTC()
		if c.imported() {
			c.State = Live
		}
		return s.Queue.Enqueue(ctx, syncing(*c))
	})
}

// SyncNow looks at a shop at once; whole reads its lists from their beginning. It fails with errs.Conflict while the
// connection is paused.
func (s *Service) SyncNow(ctx context.Context, a auth.Actor, id ID, whole bool) (Connection, error) {
	return s.change(ctx, a, id, "", func(ctx context.Context, c *Connection) error {
		if c.State == Paused {
			return errs.New(errs.Conflict, "error.shop_paused")
		}
		d, err := s.Driver(c.Driver)
		if err != nil {
			return err
		}
		for i := range c.Lists {
			w := &c.Lists[i]
			if whole {
				w.Began = time.Time{}
			}
			if whole || !d.Capabilities.Incremental(w.Kind) {
				w.WholeAt = time.Time{}
			}
		}
		c.DueAt = s.Now().UTC()
		return s.Queue.Enqueue(ctx, syncing(*c))
	})
}

// Remove forgets a connection: its settings, its place for hooks and what it knew of versions. Orders, customers and the
// shop stay.
func (s *Service) Remove(ctx context.Context, a auth.Actor, id ID) error {
	if err := may(a); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.shops, id)
	s.mu.Unlock()
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		c, err := s.Store.HoldShopConnection(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if c.Hook != 0 {
			if err := s.Hooks.Delete(ctx, auth.ForSystem(a.Workspace), c.Hook); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		if err := s.Store.DeleteShopConnection(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.note(ctx, a, Removed, c)
	})
}

// imported reports whether every list was read to its end once.
func (c Connection) imported() bool {
	for _, w := range c.Lists {
		if w.FinishedAt.IsZero() {
			return false
		}
	}
	return len(c.Lists) > 0
}

// errUnchanged ends a change that has nothing to do.
var errUnchanged = errors.New("unchanged")

func (s *Service) change(ctx context.Context, a auth.Actor, id ID, kind string, fn func(context.Context, *Connection) error) (Connection, error) {
	if err := may(a); err != nil {
		return Connection{}, err
	}
	var c Connection
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Store.HoldShopConnection(ctx, a.Workspace, id); err != nil {
			return err
		}
		if err := fn(ctx, &c); err != nil {
			return err
		}
		if err := s.Store.SaveShopConnection(ctx, c); err != nil || kind == "" {
			return err
		}
		return s.note(ctx, a, kind, c)
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return s.shown(c), err
}

// open returns the shop of a connection, opened once for its settings.
func (s *Service) open(c Connection) (Driver, Shop, error) {
	d, err := s.Driver(c.Driver)
	if err != nil {
		return d, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.shops[c.ID]; ok && o.as.Equal(c.UpdatedAt) {
		return d, o.shop, nil
	}
	shop, err := d.Of(c.Workspace).Connect(c.Settings, s.Client, s.Now)
	if err != nil {
		return d, nil, err
	}
	s.shops[c.ID] = opened{c.UpdatedAt, shop}
	return d, shop, nil
}
