package cases

import (
	"encoding/json"
	"slices"
	"time"

	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a case.
type ID int64

// Kind is what a case is called; it never narrows what the customer may have. The words are those of package decision.
type Kind string

// The kinds.
const (
	Withdrawal  Kind = "withdrawal"
	Return      Kind = "return"
	Exchange    Kind = "exchange"
	Warranty    Kind = "warranty"
	NotReceived Kind = "not_received"
	Damaged     Kind = "damaged_wrong_missing"
	Goodwill    Kind = "goodwill"
	AtDoor      Kind = "refused_at_door"
)

// Kinds returns all kinds.
func Kinds() []Kind {
	return []Kind{Withdrawal, Return, Exchange, Warranty, Damaged, NotReceived, AtDoor, Goodwill}
}

// Phase is where a case stands.
type Phase string

// The phases.
const (
	Draft         Phase = "draft"
	Submitted     Phase = "submitted"
	NeedsInfo     Phase = "needs_info"
	Approved      Phase = "approved"
	Declined      Phase = "declined"
	Appealed      Phase = "appealed"
	AwaitingGoods Phase = "awaiting_goods"
	GoodsMoving   Phase = "goods_moving"
	GoodsHere     Phase = "goods_here"
	Inspecting    Phase = "inspecting"
	NoGoodsNeeded Phase = "no_goods_needed"
	Resolving     Phase = "resolving"
	Closed        Phase = "closed"
)

// Phases returns all phases in the order of a case's life.
func Phases() []Phase {
	return []Phase{Draft, Submitted, NeedsInfo, Approved, Declined, Appealed, NoGoodsNeeded, AwaitingGoods, GoodsMoving, GoodsHere, Inspecting, Resolving, Closed}
}

var paths = map[Phase][]Phase{
	Draft:         {Submitted, Closed},
	Submitted:     {NeedsInfo, Approved, Declined, Closed},
	NeedsInfo:     {Submitted, Closed},
	Approved:      {AwaitingGoods, NoGoodsNeeded, Closed},
	Declined:      {Appealed, Closed},
	Appealed:      {Submitted, Closed},
	AwaitingGoods: {GoodsMoving, GoodsHere, NoGoodsNeeded, Closed}, // here at once: nobody scanned it on its way
	GoodsMoving:   {GoodsHere, NoGoodsNeeded, Closed},              // none needed: lost on its way back, or may be kept after all
	GoodsHere:     {Inspecting, Resolving, Closed},
	Inspecting:    {Resolving, GoodsHere, Closed},
	NoGoodsNeeded: {Resolving, AwaitingGoods, Closed},
	Resolving:     {GoodsHere, AwaitingGoods, Closed}, // another parcel came, or is asked for
	Closed:        {},
}

// CanGo reports whether a case may go from one phase to another; a closed one is reopened instead.
func CanGo(from, to Phase) bool { return slices.Contains(paths[from], to) }

// CloseReason says why a case is closed.
type CloseReason string

// The reasons.
const (
	Completed      CloseReason = "completed"
	WasDeclined    CloseReason = "declined"
	WasWithdrawn   CloseReason = "withdrawn" // the customer gave it up
	Expired        CloseReason = "expired"
	MovedToDispute CloseReason = "moved_to_dispute"
	Merged         CloseReason = "merged"
)

// CloseReasons returns all of them.
func CloseReasons() []CloseReason {
	return []CloseReason{Completed, WasDeclined, WasWithdrawn, Expired, MovedToDispute, Merged}
}

// Counter is a quantity of a line. Counters only ever grow.
type Counter string

// The counters.
const (
	Asked      Counter = "asked"
	Authorised Counter = "authorised"
	Shipped    Counter = "shipped"
	Received   Counter = "received"
	Matched    Counter = "matched"    // received, and what was announced
	Unexpected Counter = "unexpected" // received, and something else
	Missing    Counter = "missing"    // announced, and not in the parcel
	Accepted   Counter = "accepted"
	Rejected   Counter = "rejected"
)

// within says which counter bounds another one: no more is authorised than was asked for.
var within = map[Counter]Counter{Authorised: Asked, Matched: Received, Accepted: Received, Rejected: Received}

// Line is a line item that a case is about.
type Line struct {
	Number   int               `json:"n"` // from 1, within its case
	Order    order.ID          `json:"order,omitzero"`
	OrderRow int64             `json:"order_line,omitzero"` // order.Line.ID; 0: not bought here
	Foreign  string            `json:"foreign,omitempty"`   // what the customer calls what was not bought here
	SKU      string            `json:"sku,omitempty"`
	Title    string            `json:"title,omitempty"`
	From     int64             `json:"from,omitzero"` // the first of the line's units (from 1) that it is about; they follow each other
	Reason   string            `json:"reason"`        // of package decision
	Declined string            `json:"declined,omitempty"`
	Counts   map[Counter]int64 `json:"counts"`
}

// Count returns a counter.
func (l Line) Count(c Counter) int64 { return l.Counts[c] }

// Disposition is what becomes of received goods.
type Disposition string

// The dispositions, the warehouse's verbs among them.
const (
	HubHold         Disposition = "hub_hold"
	RestockNew      Disposition = "restock_new"
	RestockSecond   Disposition = "restock_second"
	Refurbish       Disposition = "refurbish"
	ForRepair       Disposition = "repair"
	ToSupplier      Disposition = "to_supplier"
	Redispatch      Disposition = "redispatch" // 重派
	Relabel         Disposition = "relabel"    // 换标
	ConsolidateHome Disposition = "consolidate_home"
	Donate          Disposition = "donate"
	Destroy         Disposition = "destroy" // 销毁
	BackToBuyer     Disposition = "back_to_buyer"
	GoneMissing     Disposition = "missing"
)

// Dispositions returns all of them.
func Dispositions() []Disposition {
	return []Disposition{HubHold, RestockNew, RestockSecond, Refurbish, ForRepair, ToSupplier, Redispatch, Relabel, ConsolidateHome, Donate, Destroy, BackToBuyer, GoneMissing}
}

// Group is some units of a line.
type Group struct {
	Line     int   `json:"line"`
	From     int64 `json:"from"` // the first unit, from 1 within the case's units of the line
	Quantity int64 `json:"qty"`
}

// Placed is the newest disposition of some units.
type Placed struct {
	Group
	As    Disposition `json:"as"`
	Grade string      `json:"grade,omitempty"` // A, B or C
	At    time.Time   `json:"at"`
}

// Decision is what was decided about a case, frozen: the input and the output of package decision as JSON, and the version
// of the policy.
type Decision struct {
	Policy string          `json:"policy"`
	Input  json.RawMessage `json:"input,omitempty"`
	Output json.RawMessage `json:"output,omitempty"`
	Why    string          `json:"why,omitempty"` // of a person who decided otherwise
	By     auth.PersonID   `json:"by,omitzero"`   // the person who decided; 0: nobody had to
}

// Case is an after-sales case.
type Case struct {
	ID          ID
	Workspace   auth.WorkspaceID
	Number      int64 // what people call it by, counted in the workspace
	Kind        Kind
	Phase       Phase
	Reason      CloseReason // while it is closed
	Before      Phase       // it was closed, to which a reopening leads
	MergedInto  ID
	Customer    customer.ID
	Shop        order.ShopID
	Ticket      ticket.ID
	Gift        bool // who asks is not who paid
	Statutory   bool // a withdrawal by law
	Lines       []Line
	Placed      []Placed
	Resolutions []Resolution
	Differences []Difference `json:",omitempty"` // between what was announced and what came
	Met         []Trigger    // what happened of that which triggers wait for
	Decision    Decision
	Deadline    time.Time // the law's: a refund must be on its way by then; zero is none
	Waiting     string    // what the customer is asked for, while it needs info
	AskedAt     time.Time `json:",omitzero"` // since when evidence is waited for; zero while none is
	Urged       int       `json:",omitzero"` // how often the customer was reminded of it
	AskedItself bool      `json:",omitzero"` // it asked by itself: once
	Wants       string    // the remedy that the customer named, in the words of package decision
	Evidence    []string  // that the customer gave, likewise
	Words       string    `json:",omitempty"` // that the customer wrote with it
	Language    string    // in which the customer is written to, BCP 47; "" is theirs as far as it is known
	OpenedAt    time.Time // when the customer told us
	UpdatedAt   time.Time
	Events      int
}

// Orders returns the orders that a case is about.
func (c Case) Orders() []order.ID {
	var out []order.ID
	for _, l := range c.Lines {
		if l.Order != 0 && !slices.Contains(out, l.Order) {
			out = append(out, l.Order)
		}
	}
	return out
}

// Resource returns the case as rights see it: with the orders of its shop.
func (c Case) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: c.Workspace, Shop: int64(c.Shop)}
}

// Of reports whether a customer is the one whom a case is about.
func (c Case) Of(actor auth.Actor) bool {
	return actor.Kind == auth.Customer && actor.ID != 0 && actor.Workspace == c.Workspace && int64(c.Customer) == actor.ID
}

func (c *Case) line(n int) (*Line, bool) {
	if n < 1 || n > len(c.Lines) {
		return nil, false
	}
	return &c.Lines[n-1], true
}

// Money is what a resolution gives, in components; empty for one that gives goods.
type Money struct {
	Currency   string            `json:"currency,omitempty"`
	Components ledger.Components `json:"components,omitzero"`
}
