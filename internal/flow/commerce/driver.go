package commerce

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
)

// Driver is one platform that shops run on. It is data plus Open.
type Driver struct {
	Name         string   // names it in settings, addresses and catalogue keys: shopify
	Title        string   // names it to people: Shopify
	Docs         string   // address of the vendor's reference, with the version that this driver speaks
	Options      []Option // what a connection needs, in the order in which a form asks for it
	Capabilities Capabilities
	Rate         Rate          // what the vendor permits
	Scheme       string        // name of the hook scheme that proves its webhooks, "" if it sends none
	Source       intake.Source // how its webhooks are decoded; the zero Source if it sends none
	TopicHeader  string        // the header in which a webhook's topic travels, if Source reads it there: it is given back
	Whole        []string      // kinds whose webhooks carry all that Fetch returns, with the time of change: they are taken as they come

	// Operation names what a request asks for and its own rate, where the vendor limits each operation by itself; it is nil
	// if all requests share Rate. A rate of no requests is Rate.
	Operation func(*http.Request) (string, Rate)

	// Open returns the shop that settings lead to. It checks them (errs.Invalid with the option as field) and does not
	// touch the network. Callers use Connect.
	Open func(Settings) (Shop, error)
}

// Kinds of options.
const (
	Text   = "text"
	URL    = "url"    // the address of a shop; Connect checks that it is one, and drops a slash at its end
	Secret = "secret" // sealed at rest and never shown again
	Choice = "choice" // one of Choices
)

// Option is one thing that a connection needs; see WebhookSecret for one that means more. A form names it by the catalogue key shop.option.<driver>.<name>, or
// shop.option.<name> if there is none, and explains it by the same with ".help" behind.
type Option struct {
	Name     string
	Kind     string
	Default  string
	Choices  []string
	Required bool
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

// Rate is how many requests a vendor permits in a time, and how many of them at once after a pause. The zero Rate is 2
// a second.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int
	Told     string // header of answers by which the vendor says how many requests a second it permits, "" if none does
}

// Settings is what a shop is opened with.
type Settings struct {
	Values map[string]string // by option; each that is not required may be missing
	Client *http.Client      // keeps the rate and repeats by itself; see Call
	Now    func() time.Time
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

	// Fetch returns one object as it is now. It fails with errs.NotFound if there is none, or none any more.
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
func (d Driver) Option(name string) (Option, bool) {
	i := slices.IndexFunc(d.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return d.Options[i], true
}

// Check returns values as Open takes them: trimmed, with defaults, without what is no option. It fails with
// errs.Invalid, a field error for each option that is missing or cannot be.
func (d Driver) Check(values map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(d.Options))
	var wrong []error
	for _, o := range d.Options {
		v := strings.TrimSpace(values[o.Name])
		if v == "" {
			v = o.Default
		}
		switch {
		case v == "" && o.Required:
			wrong = append(wrong, errs.Field(o.Name, "error.required"))
		case v == "":
			continue
		case len(v) > longestValue(o.Kind):
			wrong = append(wrong, errs.Field(o.Name, "error.shop_value"))
		case o.Kind == Choice && !slices.Contains(o.Choices, v):
			wrong = append(wrong, errs.Field(o.Name, "error.shop_value"))
		case o.Kind == URL:
			v = strings.TrimRight(v, "/")
			if !isAddress(v) {
				wrong = append(wrong, errs.Field(o.Name, "error.outbound_url"))
			}
		}
		out[o.Name] = v
	}
	if len(wrong) > 0 {
		return nil, joined(wrong)
	}
	return out, nil
}

// longestValue leaves room for private keys in PEM.
func longestValue(kind string) int {
	if kind == Secret {
		return 8 << 10
	}
	return 500
}
