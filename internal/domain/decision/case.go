package decision

import (
	"time"
)

// Remedy is a way out for the customer.
type Remedy uint8

// The remedies, in the order in which they are listed.
const (
	Refund      Remedy = iota + 1 // money back
	FullKeep                      // all the money, and the goods stay
	PartialKeep                   // some of the money, and the goods stay
	StoreCredit
	Exchange // another variant
	Replace  // the same again
	Repair
)

var remedyWords = words[Remedy]{"", "refund", "full_keep", "partial_keep", "store_credit", "exchange", "replace", "repair"}

// String returns the word of the remedy.
func (r Remedy) String() string { return remedyWords.of(r) }

// Kind is what a case is called; it never narrows what the customer may have.
type Kind uint8

// The kinds.
const (
	Withdrawal Kind = iota + 1
	Return
	ExchangeWish
	Warranty
	DamagedWrongMissing
	NotReceived
	RefusedAtDoor
	Goodwill
)

var kindWords = words[Kind]{"", "withdrawal", "return", "exchange", "warranty", "damaged_wrong_missing", "not_received", "refused_at_door", "goodwill"}

// String returns the word of the kind.
func (k Kind) String() string { return kindWords.of(k) }

// Reason is what the customer says is the matter.
type Reason uint8

// The reasons.
const (
	ChangedMind Reason = iota + 1
	SizeFit
	Damaged
	Defective
	NotAsDescribed
	WrongItem
	MissingItem
	Late
	OtherReason
)

var reasonWords = words[Reason]{"", "changed_mind", "size_fit", "damaged", "defective", "not_as_described", "wrong_item", "missing_item", "late", "other"}

// String returns the word of the reason.
func (r Reason) String() string { return reasonWords.of(r) }

// defect reports whether the goods are not what was sold.
func (r Reason) defect() bool { return r >= Damaged && r <= MissingItem }

// Shipment is where the order's parcels are, in the words of docs/states.md.
type Shipment uint8

// The statuses.
const (
	Unknown Shipment = iota + 1
	Announced
	PickedUp
	InTransit
	InCustoms
	OutForDelivery
	ReadyForPickup
	AttemptFailed
	Held
	Delivered
	Returning
	Returned
	Lost
	Destroyed
	Cancelled
)

var shipmentWords = words[Shipment]{"", "unknown", "announced", "picked_up", "in_transit", "in_customs", "out_for_delivery", "ready_for_pickup",
	"attempt_failed", "held", "delivered", "returning", "returned", "lost", "destroyed", "cancelled"}

// String returns the word of the status.
func (s Shipment) String() string { return shipmentWords.of(s) }

// Flags are properties of a line by which the law or a policy goes.
type Flags uint16

// The flags.
const (
	CustomMade Flags = 1 << iota
	Perishable
	HygieneSealOpened
	MediaSealOpened
	Periodical
	DigitalStarted // with the customer's consent
	MixedInseparably
	PriceFluctuates
	DateSpecificService
	ConfirmedNoReturn
	Used       // worn beyond trying
	Complex    // technically complex goods by Russian law
	NonDurable // by Brazilian law
)

var flagWords = words[Flags]{"custom_made", "perishable", "hygiene_seal_opened", "media_seal_opened", "periodical", "digital_started_with_consent",
	"mixed_inseparably", "price_fluctuates", "date_specific_service", "confirmed_no_return", "used", "complex", "non_durable"}

// Evidence is a set of what a customer has shown, or must.
type Evidence uint8

// The kinds of evidence, in the order in which they are listed.
const (
	Photo Evidence = 1 << iota
	Video
	Serial
	CarrierReport
	Statement
	ProofOfPurchase
	ExpertReport
)

var evidenceWords = words[Evidence]{"photo", "video", "serial", "carrier_report", "statement", "proof_of_purchase", "expert_report"}

// Payer is who bears a cost: the customer or the merchant; zero is nobody.
type Payer uint8

// The payers.
const (
	Customer Payer = iota + 1
	Merchant
)

var payerWords = words[Payer]{"", "customer", "merchant"}

// String returns the word of the payer.
func (p Payer) String() string { return payerWords.of(p) }

// Route is a way back for goods.
type Route uint8

// The routes, in the order of their words.
const (
	NoRoute    Route = iota // nothing comes back
	Carrier                 // on its way back by itself
	DropOff                 // a third party's counter
	LocalHub                // the merchant's hub in the market
	LocalStore              // a warehouse in the market
	Origin                  // where it was sent from
)

var routeWords = words[Route]{"none", "carrier", "drop_off", "local_hub", "local_warehouse", "origin"}

// String returns the word of the route.
func (r Route) String() string { return routeWords.of(r) }

// Case is all that a decision goes by. Times are instants, amounts are in minor
// units of the order's currency and never negative, absent ones are zero.
type Case struct {
	ID     string
	Now    time.Time
	Market Market
	// ShopDays is the shortest window for a refund that the marketplace itself
	// demands, in days after delivery; nil if it demands none.
	ShopDays *int
	Order    Order
	Claim    Claim
	Policy   Policy
	Costs    Costs
	Buyer    Buyer
}

// Market is where the order goes.
type Market struct {
	Country  string // ISO 3166-1 alpha-2
	Region   string // ON, QC, SCT, ...
	Zone     *time.Location
	Holidays []Day
}

// Order is the sale.
type Order struct {
	Currency    string
	PlacedAt    time.Time
	Shipment    Shipment
	DeliveredAt time.Time // of the last parcel, of a delivered shipment
	ShipBy      time.Time // promised, or zero
	DeliverBy   time.Time // likewise
	Delays      []Delay   // oldest first
	ExtraUntil  time.Time // the end of the further period that the customer set
	InformedAt  time.Time // when the customer had the legal information on returns, or zero
	Incomplete  bool      // parts of that information were missing
	Lines       []Line
	Shipping    int64 // paid for the way out, tax included
	Standard    int64 // what the cheapest ordinary delivery would have cost
	Payments    []Payment
}

// Answer is what a customer said to a notice of delay.
type Answer uint8

// The answers.
const (
	Accepted Answer = iota + 1
	Silent
	Refused
)

var answerWords = words[Answer]{"", "accepted", "silent", "refused"}

// Delay is a notice that an order will be sent later than promised.
type Delay struct {
	To     time.Time
	Answer Answer
}

// Line is a line item; amounts are those of the whole line.
type Line struct {
	Line     string
	SKU      string
	Qty      int64
	Settled  int64 // units that have a remedy already
	Flags    Flags
	Goods    int64 // without tax, before discount
	Discount int64
	Tax      int64
	Duty     int64
}

// Payment is one of the means by which the order was paid.
type Payment struct {
	Method  string
	Left    int64 // paid and not refunded yet
	Closed  bool  // it takes no money back
	Until   Day   // the last day on which it does, or Never
	Days    int   // until money arrives
	Dispute bool
}

// Claim is what the customer says and wants.
type Claim struct {
	Kind       Kind
	Reason     Reason
	Lines      []Asked
	Wants      Remedy
	OpenedAt   time.Time
	Evidence   Evidence
	Prior      []Prior // earlier attempts on these units
	Major      bool    // the defect is major
	Discovered time.Time
	ReturnedAt time.Time // the goods, or proof of posting, are here
}

// Asked is a line with the number of units that the claim is about.
type Asked struct {
	Line string
	Qty  int64
}

// Prior is an earlier repair or replacement.
type Prior struct {
	Remedy Remedy
	At     time.Time
	Failed bool
}

// Policy is the merchant's own rules. Maps hold what is set.
type Policy struct {
	Windows   map[Remedy]int // days after delivery; a remedy that is absent is not offered
	Postage   map[Reason]Payer
	Label     *int64 // charged for our label; nil: customers who pay send at their own expense
	Fee       Share  // of the goods, kept as restocking fee
	Duty      bool   // duty is returned too on a change of mind
	FinalSale []string
	NoReturn  Flags
	Evidence  map[Reason]Evidence
	KeepBelow int64 // the largest refund for which the goods may stay
	Partial   Share
	Bonus     Share
	Fallback  Fallback
	Auto      map[Remedy]int64 // approved without a person up to here
	Review    Review
	Tiers     map[string]Tier
	Cap       *Cap // nil: no bound
}

// Cap bounds what goes out without a person in a while: an offer that would pass it waits for one.
type Cap struct {
	Limit int64
	Spent int64 // so far, before this case
}

// Fallback is where money goes that no payment takes back.
type Fallback struct {
	Method string // bank, store_credit
	Days   int
}

// Review names the counts from which a person looks at a customer's cases; nil is
// never.
type Review struct {
	Returns  *int64
	Disputes *int64
}

// Tier is what a group of customers has instead.
type Tier struct {
	Days int    // added to windows
	Fee  *Share // instead of the policy's fee
	Auto *int64 // instead of every limit
}

// Costs are what a way out costs the merchant.
type Costs struct {
	Routes   [Origin + 1]*RouteCost // nil is not available
	Handling int64                  // inspection and grading, a unit
	Items    map[string]Item
	Replace  []Sender // by name; empty: nothing to send
	Repair   *RepairCost
	TaxBack  Share // of refunded tax, recovered
	Credit   Share // of face value, that store credit costs
}

// RouteCost is one way back.
type RouteCost struct {
	Freight  int64 // a parcel
	Fee      int64 // a unit
	Days     int
	DutyBack Share // of refunded duty, recovered
}

// Item is what a unit costs to buy and is worth again.
type Item struct {
	Cost   int64
	Resale [3]int64 // grades A, B, C
}

// Sender is where a new unit may be sent from.
type Sender struct {
	From    Route // LocalStore or Origin
	Freight int64
	Days    int
}

// RepairCost is what a repair costs.
type RepairCost struct {
	Cost    int64 // a unit
	Freight int64 // the way out
	Days    int
}

// Buyer is the customer's record of the last twelve months.
type Buyer struct {
	Tier     string
	Returns  int64
	Disputes int64
}

// Words returns the words of a set of evidence, in order.
func (e Evidence) Words() []string { return evidenceWords.list(e) }

// words are the names of an enumeration's values, or of the bits of a set.
type words[T ~uint8 | ~uint16] []string

func (w words[T]) of(v T) string {
	if int(v) < len(w) {
		return w[v]
	}
	return ""
}

func (w words[T]) find(s string) (T, bool) {
	for i, word := range w {
		if word == s && s != "" {
			return T(i), true
		}
	}
	return 0, false
}

// bit returns the member of a set that a word names.
func (w words[T]) bit(s string) (T, bool) {
	i, ok := w.find(s)
	return 1 << i, ok
}

// list returns the words of a set's members, in order.
func (w words[T]) list(set T) []string {
	var out []string
	for i, word := range w {
		if set&(1<<i) != 0 {
			out = append(out, word)
		}
	}
	return out
}
