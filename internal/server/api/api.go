package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"godwit.dev/godwit/internal/base/rate"
	"godwit.dev/godwit/internal/domain/brand"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
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
	"godwit.dev/godwit/internal/flow/outgoing"
	"godwit.dev/godwit/internal/flow/outlay"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/flow/recoup"
	"godwit.dev/godwit/internal/flow/replay"
	"godwit.dev/godwit/internal/flow/routing"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/once"
	"godwit.dev/godwit/internal/platform/watch"
	"godwit.dev/godwit/internal/platform/webhook"
)

// Prefix is where the door stands.
const Prefix = "/api/v1"

// Version is the version of the API's description.
const Version = "1.0.0"

// Store is what the door needs of the database besides the domain's verbs.
type Store interface {
	once.Store
	// Step runs fn so that its failure leaves the transaction in ctx as it was.
	Step(ctx context.Context, fn func(context.Context) error) error
	// EventsBetween returns events after one and before another, oldest first; a
	// ticket that is not 0 leaves out those of others.
	EventsBetween(ctx context.Context, w auth.WorkspaceID, t ticket.ID, after, before event.ID, limit int) ([]event.Event, error)
}

// Presence knows who has which ticket, named by its number, open.
type Presence interface {
	Seen(w auth.WorkspaceID, number int64, who auth.PersonID, typing bool)
	Left(w auth.WorkspaceID, number int64, who auth.PersonID)
	Others(w auth.WorkspaceID, number int64, me auth.PersonID) []Present
}

// Present is somebody who has a ticket open.
type Present struct {
	Person auth.PersonID
	Typing bool
}

// MailStep is how one direction of a mailbox did in a test: "incoming" or
// "outgoing". Code names what went wrong.
type MailStep struct {
	Name    string
	OK      bool
	Skipped bool
	Code    string
	Detail  string // the server's own words, without secrets
}

// Config is what the door needs.
type Config struct {
	Auth    *auth.Service
	Tickets *ticket.Service
	Clocks  *clocks.Service
	Routing *routing.Service

	Automation *automating.Service

	Sorting   *sorting.Service
	Foresight *foresight.Service
	// Habits tells how customers of markets are used to be served.
	Habits    *habit.Service
	Customers *customer.Service
	Orders    *order.Service
	// OrderLink returns the address of an order's page for its customer, "" where
	// there is none.
	OrderLink func(context.Context, order.Order) (string, error)
	Products  *product.Service
	Rates     *fx.Service
	Plans     *plan.Service
	Policies  *policy.Service
	Costs     *cost.Service
	Outlays   *outlay.Service
	Replay    *replay.Service
	Shipments *shipment.Service
	Traces    *trace.Service
	Cases     *cases.Service
	Casework  *casework.Service
	Goods     *goods.Service
	Outgoing  *outgoing.Service
	Warranty  *warranty.Service
	Recovery  *recovery.Service
	Recoup    *recoup.Service
	Lanes     *lanes.Service
	Webhooks  *webhook.Service
	Hooks     *hook.Service
	Shops     *commerce.Service
	Tracking  *tracking.Service
	Refunds   *refund.Service
	Pay       *pay.Service
	Ledger    *ledger.Book
	Proactive *proactive.Service
	Brands    *brand.Service
	// CustomerPage returns the public address of a shop's page for its customers, ""
	// where there is none.
	CustomerPage func(context.Context, order.Shop) (string, error)
	Translations *translating.Service // messages and replies in other languages
	Audit        *audit.Service
	Bus          *event.Bus // wakes listeners; nil: they look once a second
	Store        Store
	Presence     Presence     // nil: nobody is ever seen
	Watch        *watch.Watch // is told of refusals and reads; nil: nobody is
	Now          func() time.Time
	Log          *slog.Logger

	Address string          // the public base URL, for links in invitations; "" takes the request's own
	Secure  bool            // the door is reached over HTTPS
	Rate    rate.Rate       // of a token; the zero Rate is DefaultRate
	Nodes   func() int      // how many nodes share the rate at this moment; nil: one
	Done    <-chan struct{} // closed when the process begins to stop: listeners are answered then; nil never is

	// MailTest tries the ways in and out of a mailbox; nil tells that tests are
	// not at hand.
	MailTest func(ctx context.Context, m ticket.Mailbox) []MailStep
}

// server holds what handlers share.
type server struct {
	Config
	desk  *once.Desk
	rates *rate.Buckets[auth.TokenID]
	mux   *http.ServeMux
	spec  *description
	page  []byte // the whole reference
}

// New returns the door as a handler of everything under /api/. It panics on an
// operation that is not whole and on two for one path: both are mistakes in the
// tables.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Bus == nil {
		c.Bus = event.NewBus()
	}
	if c.Rate == (rate.Rate{}) {
		c.Rate = DefaultRate
	}
	s := &server{Config: c, desk: once.NewDesk(c.Store, c.Now), rates: rate.New[auth.TokenID](c.Rate, c.Nodes, c.Now), mux: http.NewServeMux()}
	a := s.mount()
	s.spec = describe(a)
	s.mux.HandleFunc("GET "+Prefix+"/openapi.json", s.openapi)
	s.page = s.spec.drawn()
	s.mux.HandleFunc("GET "+docsPath, s.docs)
	s.mux.HandleFunc("GET "+stylePath, s.style)
	return s.guard(s.mux)
}

// gate is the mux as the adapter sees it: each handler it mounts stands behind
// the door's checks.
type gate struct {
	s   *server
	ops map[string]*mounted
}

// HandleFunc mounts the handler of an operation behind the checks.
func (g gate) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	g.s.mux.Handle(pattern, g.s.serve(g.ops[pattern], h))
}

// ServeHTTP answers a request.
func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.s.mux.ServeHTTP(w, r) }

// mount puts the tables on the mux.
func (s *server) mount() huma.API {
	g := gate{s: s, ops: map[string]*mounted{}}
	a := huma.NewAPI(config(), humago.NewAdapter(g, Prefix))
	for _, grp := range groups() {
		for _, op := range grp.operations {
			if !op.rule.whole() || op.handle.mount == nil || op.id == "" || op.summary == "" || op.text == "" {
				panic("api: the operation " + op.method + " " + op.path + " is not whole")
			}
			m := op.on(Prefix)
			g.ops[m.pattern] = m
			op.handle.mount(s, a, documented(a, grp, op))
		}
	}
	return a
}
