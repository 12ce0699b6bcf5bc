package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

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
	"godwit.dev/godwit/internal/platform/watch"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/server/web/ui"
)

// Config is what the door needs.
type Config struct {
	Automation *automating.Service

	Auth      *auth.Service
	Tickets   *ticket.Service
	Clocks    *clocks.Service // nil shows no promises
	Routing   *routing.Service
	Sorting   *sorting.Service
	Foresight *foresight.Service
	Habits    *habit.Service // how customers of markets are used to be served
	Customers *customer.Service
	Orders    *order.Service
	Shipments *shipment.Service
	Traces    *trace.Service
	Goods     *goods.Service
	Outgoing  *outgoing.Service
	Warranty  *warranty.Service
	Recovery  *recovery.Service
	Recoup    *recoup.Service
	Rates     *fx.Service
	Plans     *plan.Service
	Policies  *policy.Service
	Costs     *cost.Service
	Outlays   *outlay.Service
	Replay    *replay.Service
	Products  *product.Service
	Cases     *cases.Service
	Casework  *casework.Service
	Refunds   *refund.Service
	Ledger    *ledger.Book // nil shows no books
	// OrderLink returns the address of an order's page for its customer, "" where
	// there is none.
	OrderLink func(context.Context, order.Order) (string, error)
	Webhooks  *webhook.Service
	Hooks     *hook.Service
	Shops     *commerce.Service
	Tracking  *tracking.Service
	Pay       *pay.Service
	Proactive *proactive.Service
	Brands    *brand.Service
	// CustomerPage returns the public address of a shop's page for its customers, ""
	// where there is none.
	CustomerPage func(context.Context, order.Shop) (string, error)
	Translations *translating.Service // messages and replies in other languages
	Audit        *audit.Service
	Bus          *event.Bus
	Now          func() time.Time
	Log          *slog.Logger

	Presence *Presence       // who has which ticket open; nil makes one for this handler
	Watch    *watch.Watch    // is told of refusals; nil: nobody is
	Rate     rate.Rate       // of a person's requests; the zero Rate is DefaultRate
	Nodes    func() int      // how many nodes share the rate at this moment; nil: one
	Secure   bool            // the door is reached over HTTPS, whatever a proxy says: cookies are marked Secure
	Demo     []ui.Login      // logins to offer on the sign-in page; nil outside the demo
	Key      []byte          // signs the outcome shown after a redirect; nil makes one, good until restart
	Done     <-chan struct{} // closed when the process begins to stop: live streams end then; nil never does
	Address  string          // the public base URL, for links in invitations; "" takes the request's own

	// Lanes says what is expected of parcels; nil says nothing.
	Lanes Lanes

	// MailTest tries the ways in and out of a mailbox as given and reports each
	// step; nil tells that tests are not at hand.
	MailTest func(ctx context.Context, m ticket.Mailbox) []TestStep
}

// TestStep is how one direction of a mailbox did in a test: "incoming" or
// "outgoing". By the code in its Key, which is "mailtest." and the code, the page
// shows how far it came.
type TestStep struct {
	Name    string
	OK      bool
	Skipped bool
	Key     string // catalogue key of the sentence for a person; "" shows Detail alone
	Args    []any
	Detail  string // the server's own words, without secrets
	Took    time.Duration
}

// server holds what handlers share.
type server struct {
	Config
	cache   *cache
	zones   *zones
	rules   *http.ServeMux // what asks for what; see allows
	founded atomic.Bool    // there is a workspace; see firstRun
	rates   *rate.Buckets[auth.PersonID]
	secure  *server // for who comes over HTTPS all the same; nil if everybody does
}

// New returns the console as a handler. It panics on a route without a rule and
// on two routes for one pattern: both are mistakes in the tables.
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
	if c.Presence == nil {
		c.Presence = NewPresence(c.Now)
	}
	if c.Key == nil {
		c.Key = make([]byte, 32)
		_, _ = rand.Read(c.Key) // never fails (crypto/rand)
	}
	s := &server{Config: c, zones: &zones{}, rules: ruleTable()}
	s.cache = newCache(c)
	if c.Rate == (rate.Rate{}) {
		c.Rate = DefaultRate
	}
	s.rates = rate.New[auth.PersonID](c.Rate, c.Nodes, c.Now)
	if !c.Secure {
		s.secure = &server{Config: s.Config, cache: s.cache, zones: s.zones, rules: s.rules, rates: s.rates}
		s.secure.Secure = true
	}
	c.Presence.join(c.Bus)
	return s.guard(s.mux())
}
