package tracking

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver is one service that knows of parcels. It is data plus Open.
type Driver struct {
	Name         string // aftership; the source of its events, for ever
	Title        string // AfterShip
	Docs         string // address of the vendor's reference, with the version that this driver speaks
	Options      []connector.Option
	Capabilities Capabilities
	Rate         connector.Rate
	Scheme       string        // name of the hook scheme that proves its webhooks, or ""
	HookSecret   string        // the option whose value it signs with, or "" if it takes a secret from us alone
	Source       intake.Source // how its webhooks are decoded
	Invented     bool          // its parcels are: people must be told so
	// Open checks settings and touches no network. It is nil for a service that only
	// calls us.
	Open func(connector.Settings) (Tracker, error)
}

// Capabilities are what a service can do for us.
type Capabilities struct {
	Webhooks bool // it calls us when there is news
	Register bool // it wants to be told of a number before it follows it
	Poll     bool // it can be asked about a number
	Detect   bool // it finds out the carrier of a number by itself
	Quota    bool // it says how many numbers are left
	// RegisterBatch and PollBatch are how many numbers one request takes.
	RegisterBatch, PollBatch int
}

// Tracker is an account with a service. Every method is one request of the vendor.
// Errors are of the kinds that package connector gives them.
type Tracker interface {
	// About says who we are there: the connection test. It costs no quota.
	About(context.Context) (About, error)
	// Register tells the service of numbers, at most Capabilities.RegisterBatch of
	// them. Outcomes stand in the order of the numbers. A number that is registered
	// already is no error.
	Register(context.Context, []Number) ([]Outcome, error)
	// Poll asks about numbers, at most Capabilities.PollBatch of them.
	Poll(context.Context, []Number) (News, error)
}

// Number is a parcel as a service is asked about it.
type Number struct {
	Number   string
	Carrier  string            // its name as we know it, or ""
	Ref      string            // the service's own identifier, from an earlier Outcome, or ""
	Params   map[string]string // what some carriers want besides
	Since    time.Time         // when the parcel was announced, as far as is known
	Country  string            // where it goes, or ""
	Postcode string            // of that place, or ""
}

// Outcome is what became of registering one number.
type Outcome struct {
	Ref string // the service's own identifier, or ""
	// Next is when the number is worth asking about first, where the service says so;
	// zero is after a while.
	Next time.Time
	// Err is why it was not taken: errs.Unsupported if the service knows no such
	// number or carrier, errs.Invalid if the number is none, errs.Conflict if the
	// quota is used up.
	Err error
}

// News is an answer about numbers.
type News struct {
	Raw       []byte // as it came
	Shipments []*intake.Shipment
	// Next is when there will be news of an open parcel's number, where the service
	// says so; all others are asked about after an Interval.
	Next map[string]time.Time
	// Unregistered are numbers that the service does not follow (any more).
	Unregistered []string
}

// About is who we are at a service.
type About struct {
	Name  string // of the account, or ""
	Quota int    // numbers that may still be registered; -1 if the service does not say
}

// Connect opens a driver with settings and the client that it is to use. It
// touches no network.
func (d Driver) Connect(values map[string]string, base *http.Client, now func() time.Time) (Tracker, error) {
	if d.Open == nil {
		return nil, errs.New(errs.Unsupported, "error.tracker_receives")
	}
	values, err := connector.Check(d.Options, values)
	if err != nil {
		return nil, err
	}
	t, err := d.Open(connector.Settings{Values: values, Client: connector.Client(base, connector.Policy{Rate: d.Rate}), Now: now})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	return t, nil
}

// ErrQuota is the error of an Outcome or a call when the account's quota is used up.
func ErrQuota() error { return errs.New(errs.Conflict, "error.tracker_quota") }

// ErrCarrier is the error of an Outcome for a number whose carrier the service does
// not know, or wants to be told.
func ErrCarrier() error { return errs.New(errs.Unsupported, "error.tracker_carrier") }

// ErrNumber is the error of an Outcome for a number that the service refuses.
func ErrNumber() error { return errs.New(errs.Invalid, "error.tracker_number") }

// Decoded reads an answer about numbers with a driver's source. Parcels that nobody
// asked about are left out. It fails with errs.Unavailable if it cannot be read: a
// broken answer is not the number's fault.
func Decoded(s intake.Source, raw []byte, numbers []Number) (News, error) {
	d, err := s.Decode(nil, raw)
	if err != nil {
		return News{}, errs.Wrap(errs.Unavailable, err, "error.vendor_answer")
	}
	news := News{Raw: raw}
	for _, o := range d.Items {
		if v, ok := o.(*intake.Shipment); ok && asked(v, numbers) {
			news.Shipments = append(news.Shipments, v)
		}
	}
	return news, nil
}

// asked reports whether a parcel goes by one of the numbers.
func asked(v *intake.Shipment, numbers []Number) bool {
	for _, n := range numbers {
		key := order.TrackingKey(n.Number)
		for _, have := range v.Numbers {
			if key != "" && order.TrackingKey(have) == key {
				return true
			}
		}
	}
	return false
}
