package app

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/adapter/channel/email/postman"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/hush"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/credit"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/plan"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/flow/clocks"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/flow/goods"
	"godwit.dev/godwit/internal/flow/lanes"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/portal"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/flow/stall"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/platform/node"
	"godwit.dev/godwit/internal/platform/vault"
	"godwit.dev/godwit/internal/platform/watch"
	"godwit.dev/godwit/internal/platform/webhook"
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
	// Address is the console's public address: letters about sign-in link to it,
	// and passkeys belong to its host. Without it such letters carry no links.
	Address string
	// Issuers names networks in which issuers of single sign-on may be although
	// they are not public.
	Issuers []netip.Prefix
	// Networks may be called by webhooks and for mail tokens although they are not
	// public.
	Networks []netip.Prefix
	// Drop is the folder below which files of shops are dropped; "" is "drop" beside the SQLite file.
	Drop string
	// Records replaces the system's resolver for the hosts of shops' own.
	Records brand.Records
	// Drivers replaces the platforms that shops are connected from; nil is all there are.
	Drivers []commerce.Driver
	// Trackers replaces the services that know of parcels; nil is all there are.
	Trackers []tracking.Driver
	// Translators replaces the providers of translations; nil is all there are.
	Translators []translating.Driver
	// FetchRates asks the European Central Bank for exchange rates a few times a day.
	FetchRates bool
	// Country tells where an address is, by a database of the operator's; nil knows nothing.
	Country func(netip.Addr) string
	// Post replaces the mail transport, for a demo that sends nothing outside.
	Post mailroom.Post
	Now  func() time.Time
	Log  *slog.Logger
}

// Core is Godwit without its doors: the store and the services over it.
type Core struct {
	Config
	Automation *automating.Service

	Store     *store.Store
	Node      *node.Node
	Bus       *event.Bus
	IDs       *id.Source
	Auth      *auth.Service
	Customers *customer.Service
	Orders    *order.Service
	Products  *product.Service
	Rates     *fx.Service
	Plans     *plan.Service
	Shipments *shipment.Service
	Lanes     *lanes.Service
	Traces    *trace.Service
	Ledger    *ledger.Book
	Credit    *credit.Service
	Refunds   *refund.Service
	Cases     *cases.Service
	Goods     *goods.Service
	Outgoing  *outgoing.Service
	Warranty  *warranty.Service
	Recovery  *recovery.Service
	Recoup    *recoup.Service
	Casework  *casework.Service
	Policies  *policy.Service
	Costs     *cost.Service
	Outlays   *outlay.Service
	Replay    *replay.Service
	Pay       *pay.Service
	Stall     *stall.Service
	Clocks    *clocks.Service
	Routing   *routing.Service
	Sorting   *sorting.Service
	Foresight *foresight.Service
	Habits    *habit.Service
	Tickets   *ticket.Service
	Actions   *action.Engine
	Mailroom  *mailroom.Mailroom
	Brands    *brand.Service
	Portal    *portal.Service
	Proactive *proactive.Service
	Transport *postman.Post
	Watch     *watch.Watch
	Webhooks  *webhook.Service
	Hooks     *hook.Service
	Shops     *commerce.Service
	Tracking  *tracking.Service
	Audit     *audit.Service
	sender    *email.Sender
	runner    *job.Runner
	courier   *webhook.Courier
	// dispatcher wakes the jobs of endpoints that have something to do.
	dispatcher *webhook.Dispatcher
	vault      *vault.Vault
	leave      context.CancelFunc // gives the node's number back
	joined     sync.WaitGroup

	Translations *translating.Service // messages and replies in other languages
}

// nodeLease is how long the jobs of a node that died wait for another one. A node
// that lives extends its leases every third of it.
const nodeLease = 10 * time.Second

// NewCore opens the database and builds the services. Close it when done.
func NewCore(ctx context.Context, cfg Config) (*Core, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	cfg.Log = slog.New(hush.Handler(cfg.Log.Handler()))
	cfg.UndoSend = cmp.Or(cfg.UndoSend, 10*time.Second)
	cfg.Grace = cmp.Or(cfg.Grace, 3*time.Minute)
	cfg.Lease = cmp.Or(cfg.Lease, nodeLease)
	v, err := openVault(cfg)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return nil, err
	}
	c := &Core{Config: cfg, vault: v, Bus: event.NewBus(), IDs: id.NewSource(id.RandomNode(), cfg.Now)}
	if c.Store, err = store.New(db, store.Config{IDs: c.IDs, Now: cfg.Now, Bus: c.Bus, Vault: v}); err != nil {
		_ = db.Close()
		return nil, err
	}
	c.Node = node.New(c.Store, cfg.Log)
	if err := c.Node.Join(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	c.IDs.Renumber(c.Node.Number())
	stay, leave := context.WithCancel(context.WithoutCancel(ctx))
	c.leave = leave
	c.joined.Go(func() { c.Node.Stay(stay, c.IDs.Renumber) })
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
	return vault.LoadOrCreate(keyPath(cfg))
}

// Vault seals and opens the secrets of the database.
func (c *Core) Vault() *vault.Vault { return c.vault }

// AddKey puts a new key first in the key file of a configuration, and returns
// its name and the file's. Keys that are given otherwise are not ours to change:
// errs.Invalid.
func AddKey(cfg Config) (name, path string, err error) {
	if cfg.Keys != "" {
		return "", "", errs.Field("keys", "error.vault_given")
	}
	path = keyPath(cfg)
	name, err = vault.Add(path)
	return name, path, err
}

// keyPath is where the keys are kept, unless they are given.
func keyPath(cfg Config) string {
	if cfg.KeyFile != "" {
		return cfg.KeyFile
	}
	if file, ok := strings.CutPrefix(cfg.Database, "sqlite:"); ok {
		return filepath.Join(filepath.Dir(file), "godwit.key")
	}
	return "godwit.key"
}

func (c *Core) build() {
	s := c.Store
	c.Auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: c.IDs, Now: c.Now, Signin: c.signin(), Log: func(ctx context.Context, kind string, by auth.Actor, subject string, id int64, data any) error {
		if err := s.Append(ctx, event.New(kind, by, event.Subject{Kind: subject, ID: id}, 0, data)); err != nil {
			return err
		}
		switch kind {
		case "person.changed", "role.saved", "role.deleted", "team.saved", "team.deleted": // who may have which ticket
			return c.Routing.Wake(ctx, by.Workspace)
		}
		return nil
	}})
	for _, rights := range []string{"token.revoked", "person.", "role.", "team.", "workspace."} { // changed here or on another node
		c.Bus.On(rights, func(event.Event) { c.Auth.Forget() })
	}
	c.Audit = audit.NewService(audit.Config{Store: s, Journal: s, Signer: c.vault, Now: c.Now})
	c.Customers = customer.New(customer.Config{Store: s, Journal: s, IDs: c.IDs, Now: c.Now, People: s,
		Placed: func(ctx context.Context, w auth.WorkspaceID, list ...customer.ID) error {
			if err := c.Clocks.OfCustomers(ctx, w, list...); err != nil {
				return err
			}
			return c.Routing.Follow(ctx, w, list...)
		}})
	c.Lanes = lanes.New(lanes.Config{Store: s, Parcels: func() lanes.Parcels { return c.Shipments }, Claims: claimWindow, Now: c.Now})
	c.Shipments = shipment.New(shipment.Config{Store: s, Journal: s, IDs: c.IDs, Now: c.Now, Patience: c.Lanes.Patience,
		Turned: func(ctx context.Context, v shipment.Shipment) error { return c.Casework.Turned(ctx, v) }})
	c.Rates = fx.New(fx.Config{Store: s, Journal: s, Now: c.Now})
	c.Traces = trace.New(trace.Config{Store: s, Shipments: c.Shipments, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Products = product.NewService(product.Config{Store: s, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Plans = plan.New(plan.Config{Store: s, Products: c.Products, Rates: c.Rates, Journal: s, IDs: c.IDs, Now: c.Now})
	c.Orders = order.NewService(order.Config{Store: s, Customers: c.Customers, Parcels: c.Shipments, Journal: s, IDs: c.IDs, Now: c.Now,
		Money: func(ctx context.Context, a auth.Actor, list []order.Order) error {
			return c.Refunds.Follow(ctx, a, list)
		},
		Elsewhere: func(ctx context.Context, w auth.WorkspaceID, list ...order.ID) error {
			return c.Clocks.OfOrders(ctx, w, list...)
		}})

	// The engine runs what tickets propose, and what it ran is told to tickets:
	// the map closes that circle, and is not written once jobs run.
	runners := map[string]action.Runner{}
	c.Actions = action.NewEngine(s, s, runners, c.Now, c.Log)
	c.Habits = habit.New(habit.Config{Store: s, Journal: s, Now: c.Now})
	c.buildClocks()
	c.buildRouting()
	c.buildTranslation()
	c.Sorting = sorting.New(sorting.Config{Orders: c.Orders, Shipments: c.Shipments, Store: s, Outside: c.Translations,
		Tickets: func() sorting.Tickets { return c.Tickets }, Journal: s, Queue: s, Log: c.Log, Now: c.Now})
	c.buildForesight()
	c.Tickets = ticket.NewService(ticket.Config{
		Library: ticket.Library(),
		Clocks:  upkeep{c.Clocks, c.Routing, c.Translations}, Store: s, Journal: s, Actions: c.Actions, Customers: c.Customers, Orders: c.Orders, People: s, Letters: s, IDs: c.IDs, Now: c.Now, UndoSend: c.UndoSend,
		Triage: c.Sorting, Habits: c.Habits,
		Footer: func(ctx context.Context, f ticket.Footing) (string, error) { return c.Portal.ReplyFooter(ctx, f) },
	})
	c.buildAutomation()
	c.Stall = stall.New(stall.Config{Store: s, Orders: c.Orders, Shipments: c.Shipments, Tickets: c.Tickets, Traces: c.Traces, Now: c.Now})
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
	c.buildHooks()
	c.buildMoney()
	c.buildWarranty()
	c.buildCasework()
	c.buildGoods()
	c.buildRecovery()
	c.buildOutgoing()
	c.buildShops()
	c.buildTracking()
	c.buildWatch()
	c.buildBrands()
	c.buildPortal()
	c.buildProactive()
	runners[proactive.SendKind] = c.Proactive
	handlers := map[string]job.Handler{
		errandJob:           c.errand,
		unusualJob:          c.unusualLetter,
		budgetNoticeJob:     c.budgetLetter,
		foresightJob:        c.foresightLetter,
		mailroom.ProcessJob: c.Mailroom.Process,
		portal.JobKind:      c.Portal.Handle,
		registeredJob:       c.registeredLetter,
		proactive.JobKind:   c.Proactive.Handle,
		action.JobKind:      c.Actions.Handle,
		webhook.DeliverJob:  c.courier.Handle,
		webhookNoticeJob:    c.webhookLetter,
		hook.ProcessJob:     c.Hooks.Process,
		laneJob:             c.workLanes,
		hostJob:             c.lookAtHost,
		hostNoticeJob:       c.hostLetter,
		tracking.FollowJob:  c.Tracking.Handle,
		pay.Kind:            c.Pay.Work,
		pay.Resume:          c.Pay.TakeUp,
		replay.Kind:         c.Replay.Work,
		clocks.RecountJob:   c.Clocks.Work,
		routing.Job:         c.Routing.Work,
		translating.Job:     c.Translations.Work,
		sorting.Job:         c.Sorting.Work,
		sorting.AskJob:      c.Sorting.Ask,
		automating.Job:      c.Automation.Work,
		automating.TrialJob: c.Automation.WorkTrial,
		ruleNoticeJob:       c.ruleLetter,
	}
	maps.Copy(handlers, c.Shops.Handlers())
	c.runner = job.NewRunner(job.Config{
		Store: s, Log: c.Log, Now: c.Now, Lease: c.Lease, Poll: c.Poll, Handlers: handlers,
		Queues: map[string]int{
			translating.Queue: translateWorkers,

			mailroom.Queue:   1,
			errandQueue:      1,
			portal.Queue:     1,
			proactive.Queue:  1,
			laneQueue:        1,
			hostQueue:        hostWorkers,
			action.Queue:     6,
			webhook.Queue:    webhookWorkers,
			hook.Queue:       hookWorkers,
			commerce.Queue:   shopWorkers,
			tracking.Queue:   trackWorkers,
			pay.Queue:        payWorkers,
			replay.Queue:     1,
			clocks.Queue:     1,
			routing.Queue:    1,
			sorting.Queue:    1,
			sorting.AskQueue: 1,
			automating.Queue: 1,

			automating.TrialQueue: 1,
		},
	})
}

// Close releases what NewCore opened.
func (c *Core) Close() error {
	c.sender.Close()
	c.leave()
	c.joined.Wait()
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
