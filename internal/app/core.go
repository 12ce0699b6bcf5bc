package app

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/postman"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/store"
)

// Config is what a Core is built from.
type Config struct {
	Database string // sqlite:PATH or postgres://...
	KeyFile  string // seals secrets; default godwit.key beside the SQLite file, or in the working folder
	Keys     string // keys in base 64 instead of a file, the newest first
	// UndoSend is how long a reply waits before it leaves. Grace is how long a mail
	// server may take to show a message whose acceptance was not heard.
	UndoSend time.Duration
	Grace    time.Duration
	// Lease is how long a worker that has fallen silent keeps its job, Poll how
	// often jobs are looked for without being told; zero leaves both to package job.
	Lease, Poll time.Duration
	// PlainMail permits mail servers without encryption that are not this machine.
	PlainMail bool
	// CheckOrigin lets SPF, DKIM and DMARC be looked up in the DNS.
	CheckOrigin bool
	// Post replaces the mail transport, for a demo that sends nothing outside.
	Post mailroom.Post
	Now  func() time.Time
	Log  *slog.Logger
}

// Core is Godwit without its doors: the store and the services over it.
type Core struct {
	Config
	Store     *store.Store
	Bus       *event.Bus
	IDs       *id.Source
	Auth      *auth.Service
	Customers *customer.Service
	Orders    *order.Service
	Tickets   *ticket.Service
	Actions   *action.Engine
	Mailroom  *mailroom.Mailroom
	Transport *postman.Post
	sender    *email.Sender
	runner    *job.Runner
}

// NewCore opens the database and builds the services. Close it when done.
func NewCore(ctx context.Context, cfg Config) (*Core, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	cfg.UndoSend = cmp.Or(cfg.UndoSend, 10*time.Second)
	cfg.Grace = cmp.Or(cfg.Grace, 3*time.Minute)
	v, err := openVault(cfg)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return nil, err
	}
	c := &Core{Config: cfg, Bus: event.NewBus(), IDs: id.NewSource(id.RandomNode(), cfg.Now)}
	if c.Store, err = store.New(db, store.Config{IDs: c.IDs, Now: cfg.Now, Bus: c.Bus, Vault: v}); err != nil {
		_ = db.Close()
		return nil, err
	}
	c.build()
	return c, nil
}

func openVault(cfg Config) (*vault.Vault, error) {
	if cfg.Keys != "" {
		keys, err := vault.ParseKeys(cfg.Keys)
		if err != nil {
			return nil, err
		}
		return vault.New(keys...)
	}
	path := cfg.KeyFile
	if path == "" {
		path = "godwit.key"
		if file, ok := strings.CutPrefix(cfg.Database, "sqlite:"); ok {
			path = filepath.Join(filepath.Dir(file), "godwit.key")
		}
	}
	return vault.LoadOrCreate(path)
}

func (c *Core) build() {
	s := c.Store
	c.Auth = auth.NewService(s, auth.NewHasher(), c.IDs, c.Now, func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		return s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data))
	})
	c.Customers = customer.New(customer.Config{Store: s, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Orders = order.NewService(order.Config{Store: s, Customers: c.Customers, Journal: s, IDs: c.IDs, Now: c.Now})

	// The engine runs what tickets propose, and what it ran is told to tickets:
	// the map closes that circle, and is not written once jobs run.
	runners := map[string]action.Runner{}
	c.Actions = action.NewEngine(s, s, runners, c.Now, c.Log)
	c.Tickets = ticket.NewService(ticket.Config{
		Store: s, Journal: s, Actions: c.Actions, Customers: c.Customers, Orders: c.Orders, People: s, IDs: c.IDs, Now: c.Now, UndoSend: c.UndoSend,
	})
	c.sender = email.NewSender(email.SenderOptions{DSN: true})
	c.Transport = &postman.Post{Sender: c.sender, AllowPlain: c.PlainMail}
	c.Transport.Rotated = func(box ticket.Mailbox, was, is string) {
		if err := s.RotateRefreshToken(context.Background(), box.Workspace, box.ID, was, is); err != nil {
			c.Log.Error("keep refresh token", "mailbox", int64(box.ID), "error", err)
		}
	}
	if c.Post == nil {
		c.Post = c.Transport
	}
	runners[ticket.SendKind] = mailroom.NewSender(s, c.Post, c.Tickets, c.Now, c.Grace, c.Log)
	reader := postman.Reader{}
	if c.CheckOrigin {
		reader.Resolver = net.DefaultResolver
	}
	c.Mailroom = mailroom.New(s, reader, c.Tickets, c.Log, runtime.GOMAXPROCS(0))
	c.runner = job.NewRunner(job.Config{
		Store: s, Log: c.Log, Now: c.Now, Lease: c.Lease, Poll: c.Poll, Queues: map[string]int{mailroom.Queue: 1, action.Queue: 6},
		Handlers: map[string]job.Handler{mailroom.ProcessJob: c.Mailroom.Process, action.JobKind: c.Actions.Handle},
	})
}

// Close releases what NewCore opened.
func (c *Core) Close() error {
	c.sender.Close()
	return c.Store.Close()
}

// Workspace returns the workspace with a slug, or the only one if slug is "".
func (c *Core) Workspace(ctx context.Context, slug string) (auth.Workspace, error) {
	if slug != "" {
		return c.Store.WorkspaceBySlug(ctx, slug)
	}
	list, err := c.Store.Workspaces(ctx)
	if err != nil {
		return auth.Workspace{}, err
	}
	switch len(list) {
	case 0:
		return auth.Workspace{}, errs.New(errs.NotFound, "error.no_workspace")
	case 1:
		return list[0], nil
	}
	return auth.Workspace{}, errs.New(errs.Invalid, "error.which_workspace")
}
