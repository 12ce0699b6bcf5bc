package casework

import (
	"context"
	"log/slog"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/cost"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/policy"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// OfferLife is how long a customer may take an offer; CompareLife how long one who withdrew, and did not say what they
// would like, may compare it with others before the law's refund is taken for them.
const (
	OfferLife   = 14 * 24 * time.Hour
	CompareLife = 3 * 24 * time.Hour
)

// Item is units of an order's line, or something that was not bought here.
type Item struct {
	Row      int64  // order.Line.ID; 0: not bought here
	Foreign  string // what the customer calls what was not bought here
	Quantity int64
	Reason   string // in the words of package decision
}

// Wish is what somebody asks for.
type Wish struct {
	Order    order.ID
	Items    []Item
	Kind     cases.Kind
	Wants    string    // a remedy of package decision, or ""
	Evidence []string  // likewise
	Words    string    // what the customer wrote
	Gift     bool      // who asks is not who paid
	Ticket   ticket.ID // 0: one is opened
	Language string    // in which the customer is written to; "" is theirs as far as it is known
	OpenedAt time.Time // when the customer told us; now if zero
}

// Part is lines of one reason and one set of terms, which are decided together.
type Part struct {
	Lines    []int // of the case, from 1
	Terms    policy.Terms
	Case     decision.Case
	Decision decision.Decision
}

// Offer is one way out.
type Offer struct {
	decision.Offer
	Part       int              // place in Advice.Parts
	Index      int              // place in the part's offers
	Resolution int64            // that stands for it in the case; 0 while there is none
	Means      cases.Means      // by which it would be carried out
	Units      []cases.Group    // lines of the case
	Currency   string           // of its amounts
	Trigger    cases.Trigger    // when money goes
	Why        decision.Why     // to be worded for whoever reads it
	Stand      cases.Stand      // of the resolution, "" while there is none
	Payments   []refund.Planned // where the money would go, as far as it is known
}

// Right is what the law gives for some lines.
type Right struct {
	decision.Right
	Lines []int // of the case
}

// Refusal says why lines do not have a remedy.
type Refusal struct {
	Remedy string // "": none at all
	Lines  []int  // of the case
	Code   string // in the words of package decision, or cases.NotBoughtHere
	Clause string
}

// Advice is what may be done about a wish.
type Advice struct {
	Parts    []Part
	Offers   []Offer // within a part the cheapest for the merchant first
	Rights   []Right
	Refused  []Refusal
	ByLaw    bool      // the wish is a withdrawal that the law gives
	RefundBy time.Time // the last moment that the law leaves for the money, or zero
}

// Store is what is asked of the database.
type Store interface {
	job.Setbacks
	InTx(context.Context, func(context.Context) error) error
	UnitsHeld(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]cases.Claimed, error)
	Cases(ctx context.Context, s auth.Scope, f cases.Filter, before cases.ID, limit int) ([]cases.Case, error)
	LapsedCases(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]cases.ID, error)
}

// Orders knows orders.
type Orders interface {
	Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
}

// Parcels knows parcels.
type Parcels interface {
	List(ctx context.Context, actor auth.Actor, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error)
}

// Customers knows customers.
type Customers interface {
	ByIDs(ctx context.Context, actor auth.Actor, ids []customer.ID) (map[customer.ID]customer.Customer, error)
}

// Policies knows the merchant's terms.
type Policies interface {
	Terms(ctx context.Context, w auth.WorkspaceID, f policy.Facts) (policy.Terms, error)
	// Spend reserves an amount for a resolution from what may go out under a cap; it reports false where that would pass it.
	Spend(ctx context.Context, w auth.WorkspaceID, of int64, k policy.CapTerms, amount int64) (bool, error)
	// GiveBack takes it off again, and Settle says that it went out.
	GiveBack(ctx context.Context, w auth.WorkspaceID, of int64) error
	Settle(ctx context.Context, w auth.WorkspaceID, of int64) error
}

// Costs knows what ways out cost.
type Costs interface {
	Costs(ctx context.Context, w auth.WorkspaceID, f cost.Facts) (decision.Costs, error)
}

// Repairs knows repairs.
type Repairs interface {
	// FollowCase lets repairs follow their case, in the transaction in ctx.
	FollowCase(ctx context.Context, c cases.Case) error
	// Carried reports whether a resolution is carried out by a repair.
	Carried(ctx context.Context, w auth.WorkspaceID, resolution int64) (bool, error)
}

// Books tries what ways out would cost by another book.
type Books interface {
	Try(ctx context.Context, a auth.Actor, f cost.Facts, b cost.Book) (cost.Figures, error)
}

// Config is what a Service needs.
type Config struct {
	Store     Store
	Orders    Orders
	Parcels   Parcels
	Customers Customers
	Policies  Policies
	Costs     Costs
	Books     Books                 // nil: nothing can be weighed
	Cases     func() *cases.Service // it is built from this service's own methods
	Refunds   *refund.Service
	Log       *slog.Logger // nil: silent
	// Left tells what each payment of an order has left, in order of payment.
	Left func(ctx context.Context, w auth.WorkspaceID, o order.Order) ([]refund.Payment, error)
	// Alone tells whether the refund of a resolution needs nobody's approval any more. Nil leaves all of them to people.
	Alone func(ctx context.Context, c cases.Case, r cases.Resolution, f refund.Refund) (bool, error)
	// Category tells what kind of goods an article is, in the merchant's word; nil knows none.
	Category func(ctx context.Context, o order.Order, sku string) (string, error)
	// Guaranteed tells for how many days after delivery the merchant's own promise for a unit of a line gives a remedy; nil
	// promises nothing.
	Guaranteed func(ctx context.Context, o order.Order, row int64) (map[decision.Remedy]int, error)
	// Expect is told that the goods of a resolution will come back by a route, that of the carrier among them, on which the
	// parcel of the order comes back by itself; nil leaves that to people.
	Expect func(ctx context.Context, c cases.Case, r cases.Resolution, route string) error
	// Send makes what is sent to the customer for a resolution that is carried out by goods; nil leaves that to people on the
	// ticket.
	Send func(ctx context.Context, c cases.Case, r cases.Resolution) (cases.Carried, error)
	// Sent returns the parcels of an order in which replacements went out: what they do is not what became of the order. Nil is
	// none.
	Sent func(ctx context.Context, w auth.WorkspaceID, o order.ID) ([]shipment.ID, error)
	// Posted tells whether the goods of a resolution are said to be on their way, by a tracking number; nil knows of none.
	Posted func(ctx context.Context, c cases.Case, r cases.Resolution) (bool, error)
	// Secured tells whether a sum on the customer's card is held for the goods of a resolution, whose own letters name their
	// last day; nil knows of none.
	Secured func(ctx context.Context, c cases.Case, r cases.Resolution) (bool, error)
	// Repairs are what carries out a resolution "repair"; nil leaves it to people.
	Repairs Repairs
	// Desk is where customers are written to and people find work; nil writes nothing, and takes no withdrawal by law.
	Desk Desk
	IDs  *id.Source
	Now  func() time.Time
}

// Service holds the verbs.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// orderOf returns an order in the actor's sight; a customer sees their own.
func (s *Service) orderOf(ctx context.Context, a auth.Actor, id order.ID) (order.Order, error) {
	if a.Kind != auth.Customer {
		return s.Orders.Get(ctx, a, id)
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(a.Workspace), id)
	if err == nil && (a.ID == 0 || int64(o.Customer) != a.ID) {
		return order.Order{}, errs.New(errs.NotFound, "error.not_found")
	}
	return o, err
}

// check returns what is wrong with a wish, and the wish with items of one row and reason put together.
func (w Wish) check() (Wish, error) {
	if _, ok := decision.KindOf(string(w.Kind)); !ok {
		return w, errs.Field("kind", "error.invalid")
	}
	if _, ok := decision.RemedyOf(w.Wants); !ok && w.Wants != "" {
		return w, errs.Field("wants", "error.invalid")
	}
	if _, ok := decision.EvidenceOf(w.Evidence); !ok {
		return w, errs.Field("evidence", "error.invalid")
	}
	if len(w.Items) == 0 || len(w.Items) > mostItems {
		return w, errs.Field("items", "error.invalid")
	}
	var out []Item
next:
	for _, it := range w.Items {
		if _, ok := decision.ReasonOf(it.Reason); !ok {
			return w, errs.Field("reason", "error.invalid")
		}
		if it.Quantity < 1 {
			return w, errs.Field("quantity", "error.case_quantity")
		}
		if (it.Row == 0) == (it.Foreign == "") {
			return w, errs.Field("items", "error.invalid")
		}
		for i := range out {
			if out[i].Row == it.Row && it.Row != 0 && out[i].Reason == it.Reason {
				out[i].Quantity += it.Quantity
				continue next
			}
		}
		out = append(out, it)
	}
	w.Items = out
	return w, nil
}

// mostItems bounds the items of a wish.
const mostItems = 200
