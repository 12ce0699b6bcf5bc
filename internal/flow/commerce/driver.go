package commerce

import (
	"context"
	"net/http"
	"slices"
	"time"

	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver is one platform that shops run on. It is data plus Open.
type Driver struct {
	Name    string             // names it in settings, addresses and catalogue keys: shopify
	Title   string             // names it to people: Shopify
	Docs    string             // address of the vendor's reference, with the version that this driver speaks
	Options []connector.Option // what a connection needs, in the order in which a form asks for it; see WebhookSecret for one that means more.
	// A form names it by the catalogue key shop.option.<driver>.<name>, or shop.option.<name> if there is none, and explains it by the same with ".help" behind.

	Capabilities Capabilities
	Rate         connector.Rate // what the vendor permits
	Scheme       string         // name of the hook scheme that proves its webhooks, "" if it sends none
	Source       intake.Source  // how its webhooks are decoded; the zero Source if it sends none
	TopicHeader  string         // the header in which a webhook's topic travels, if Source reads it there: it is given back
	Whole        []string       // kinds whose webhooks carry all that Fetch returns, with the time of change: they are taken as they come

	// Operation names what a request asks for and its own rate, where the vendor limits each operation by itself; it is nil
	// if all requests share Rate. A rate of no requests is Rate.
	Operation func(*http.Request) (string, connector.Rate)

	// Open returns the shop that settings lead to. It checks them (errs.Invalid with the option as field) and does not
	// touch the network. Callers use Connect.
	Open func(Settings) (Shop, error)

	workspace auth.WorkspaceID
}

// Of returns the driver for the shops of a workspace.
func (d Driver) Of(w auth.WorkspaceID) Driver {
	d.workspace = w
	return d
}

// Capabilities says what a driver can do. It is the row of the driver in the table of docs/shops.md.
type Capabilities struct {
	Orders    bool // lists and fetches orders
	Products  bool // lists and fetches products
	Customers bool // lists and fetches customers
	Returns   bool // returns come, within orders or listed
	Refunds   bool // refunds come, within orders or listed

	ListsReturns bool // lists and fetches returns by themselves

	IncrementalOrders    bool // lists of orders begin at a time of change
	IncrementalProducts  bool
	IncrementalCustomers bool
	IncrementalReturns   bool

	// A list of these from its beginning has all that there is, and so has Fetch: what is missing there was deleted.
	CompleteOrders    bool
	CompleteProducts  bool
	CompleteCustomers bool

	Pushed       bool // objects come by themselves and cannot be asked for: Fetch is errs.Unsupported
	Webhooks     bool // the vendor calls us
	WebhookSetup bool // and the driver can ask for it: the Shop is a Subscriber
	Messages     bool // what buyers write comes as objects
	Feedback     bool // what buyers rate comes as objects
}

// Kinds returns what List takes, in the order in which the first import asks for it: an order finds its products and
// customers there.
func (c Capabilities) Kinds() []string {
	var out []string
	for _, k := range []struct {
		has  bool
		kind string
	}{{c.Products, intake.KindProduct}, {c.Customers, intake.KindCustomer}, {c.Orders, intake.KindOrder}, {c.ListsReturns, intake.KindReturn}} {
		if k.has {
			out = append(out, k.kind)
		}
	}
	return out
}

// Complete reports whether what is missing in the list of a kind, and cannot be fetched, was deleted.
func (c Capabilities) Complete(kind string) bool {
	switch kind {
	case intake.KindOrder:
		return c.CompleteOrders
	case intake.KindProduct:
		return c.CompleteProducts
	case intake.KindCustomer:
		return c.CompleteCustomers
	}
	return false
}

// Incremental reports whether the list of a kind can begin at a time of change. Of other kinds a later look reads the
// whole list again.
func (c Capabilities) Incremental(kind string) bool {
	switch kind {
	case intake.KindOrder:
		return c.IncrementalOrders
	case intake.KindProduct:
		return c.IncrementalProducts
	case intake.KindCustomer:
		return c.IncrementalCustomers
	case intake.KindReturn:
		return c.IncrementalReturns
	}
	return false
}

// Settings is what a shop is opened with.
type Settings struct {
	Workspace auth.WorkspaceID  // whose shop it is; what belongs to another must not be touched
	Values    map[string]string // by option; each that is not required may be missing
	Client    *http.Client      // made by connector.Client; see Call
	Now       func() time.Time
}

// Shop is one shop on its platform. Every method is one request, or a bounded few; all of them only read. Errors are of
// kind errs.Denied if the shop refuses our credentials, errs.Unavailable if a repeat later may succeed, and
// errs.Invalid if an answer cannot be read. It is safe for concurrent use.
type Shop interface {
	// About tells who we are there: the test of a connection.
	About(ctx context.Context) (About, error)

	// List returns the objects of a kind from a cursor on, the oldest change first where the vendor can order so. A list
	// loses nothing because something in it changes while it is read: it goes on behind a key (a time of change, an
	// identifier, the vendor's own cursor) and not at a number of objects. It
	// fails with errs.Unsupported for a kind that is not in Capabilities.Kinds.
	List(ctx context.Context, kind string, c Cursor) (Page, error)

	// Fetch returns one object as it is now. It fails with errs.NotFound if there is none, or none any more, and with
	// errs.Unsupported if objects are Pushed.
	Fetch(ctx context.Context, kind, id string) (intake.Object, error)
}

// Subscriber is a Shop that can be asked to call us.
type Subscriber interface {
	// Subscribe makes the shop send its webhooks to an address of ours, signed with a secret. A repeat adds nothing.
	Subscribe(ctx context.Context, address, secret string) error
}

// About is what a shop says of itself. What it does not say is empty.
type About struct {
	ID       string // the vendor's identifier of the shop
	Name     string
	Currency string // ISO 4217
	Zone     string // IANA name of the time zone
	Country  string // ISO 3166-1 alpha-2
	URL      string // where customers see it
}

// Cursor is a place in a list. The zero Cursor is the beginning of everything.
type Cursor struct {
	Since time.Time `json:"since,omitzero"`  // changed at this time or after; zero is ever
	Token string    `json:"token,omitempty"` // the vendor's own place in that list, "" at its beginning
}

// Page is a part of a list. With More set, Next goes on behind it; a page may be empty and still have more behind it.
type Page struct {
	Objects []intake.Object
	Next    Cursor
	More    bool
	Total   int64 // objects in the whole list, 0 if the vendor does not say
}

// Option returns an option by its name.
func (d Driver) Option(name string) (connector.Option, bool) {
	i := slices.IndexFunc(d.Options, func(o connector.Option) bool { return o.Name == name })
	if i < 0 {
		return connector.Option{}, false
	}
	return d.Options[i], true
}

// policy is how the vendor is called: a walk through a list is in no hurry. Without a rate it is 2 requests a second.
func (d Driver) policy() connector.Policy {
	p := connector.Policy{Rate: d.Rate, Operation: d.Operation, Tries: 5, Patience: 2 * time.Minute}
	if p.Rate.Requests < 1 {
		p.Rate = connector.Rate{Requests: 2, Per: time.Second, Burst: 2}
	}
	return p
}
