package simulate

import "time"

// Config says which merchant to invent. The zero value of a field takes its
// default: 3,200 orders, 420 tickets, 120 days. Now must be set by callers who
// want a merchant of today; the zero Now means 1 June 2026, 09:00 UTC.
type Config struct {
	Seed    uint64
	Now     time.Time // history ends here
	Orders  int
	Tickets int
	Days    int // history begins this many days before Now
}

func (c Config) withDefaults() Config {
	if c.Now.IsZero() {
		c.Now = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	}
	c.Now = c.Now.UTC().Truncate(time.Second)
	if c.Orders <= 0 {
		c.Orders = 3200
	}
	if c.Tickets <= 0 {
		c.Tickets = 420
	}
	if c.Days <= 0 {
		c.Days = 120
	}
	if c.Orders < c.Tickets {
		c.Orders = c.Tickets
	}
	return c
}

// Merchant is one invented company with its history up to Config.Now.
type Merchant struct {
	Name      string
	Shops     []Shop
	Agents    []Agent
	Teams     []Team
	Mailboxes []Mailbox
	Products  []Product
	Customers []Customer
	Orders    []Order  // by PlacedAt
	Threads   []Thread // by the time of the first message
	Macros    []Macro
	Tags      []string
	Fields    []Field
	Views     []View

	config Config
	books  *content
	live   []liveStory
	later  []laterMail
}

// Generate invents the merchant of a configuration. Equal configurations give
// equal merchants, byte for byte.
func Generate(c Config) *Merchant {
	c = c.withDefaults()
	m := &Merchant{Name: merchantName, config: c, books: library()}
	m.Shops, m.Agents, m.Teams, m.Mailboxes = shops(), agents(), teams(), mailboxes()
	m.Products = products()
	m.Macros, m.Tags, m.Fields, m.Views = macros(m.books), tags(), fields(), views()
	newHistory(m).write()
	return m
}

// Now returns when the history ends.
func (m *Merchant) Now() time.Time { return m.config.Now }

// Shop is one place where the merchant sells.
type Shop struct {
	Key       string // "shopify", "amazon", "ozon"
	Name      string
	Platform  string
	Currency  string   // ISO 4217, of the payouts
	Countries []string // ISO 3166-1 alpha-2, where it delivers to
	Languages []string
	Mailbox   string // key of the mailbox its customers write to
}

// Agent is a person who serves customers.
type Agent struct {
	Key       string // the local part of Email
	Name      string // as the console shows it
	Native    string // in the person's own script
	Cyrillic  string // as signed in Russian, Kazakh and Ukrainian answers
	Email     string
	Role      string // "owner", "lead", "agent"
	City      string
	TimeZone  string // IANA name
	Languages []string
	Team      string
}

// Team is a group of agents who share a queue.
type Team struct {
	Key, Name string
	Languages []string
	Topics    []string // empty: whatever comes in those languages
}

// Mailbox is an address the merchant receives mail at.
type Mailbox struct {
	Key, Address, Name string
	Shop               string
}

// Product is one article of the catalogue.
type Product struct {
	Key, SKU  string
	Titles    map[string]string // by language: "en", "de", "ru"
	Variants  []string
	Cents     int64 // list price in US cents
	Grams     int
	HSCode    string
	Warehouse string // where it usually ships from, "" for Shenzhen
}

// Address is a postal address in the script and order of its country.
type Address struct {
	Name       string
	Line1      string
	Line2      string
	City       string
	Region     string
	PostalCode string
	Country    string // ISO 3166-1 alpha-2
	Phone      string
}

// Customer is a person who buys.
type Customer struct {
	ID          int // index in Merchant.Customers
	Name        string
	Given       string
	Family      string
	FamilyFirst bool // the name is written family name first
	Email       string
	Phone       string
	Language    string // BCP 47
	Country     string
	Address     Address
	Offset      int // hours east of UTC
	Client      string
	Tier        string // "", "vip"

	female bool // for languages whose verbs tell
}

// Order is one purchase. All money is in minor units of Currency.
type Order struct {
	Number       string
	Shop         string
	Customer     int
	Currency     string
	Country      string
	Status       string // "unpaid", "processing", "shipped", "delivered", "cancelled", "refunded"
	State        string // the finer state a story asks for
	PlacedAt     time.Time
	PaidAt       time.Time // zero when not paid
	CancelledAt  time.Time // zero unless cancelled
	Lines        []Line
	Subtotal     int64 // sum of Qty x UnitPrice
	Discount     int64 // sum of the lines' Discount
	Shipping     int64
	Tax          int64
	TaxIncluded  bool // prices contain Tax, as in Europe
	Duty         int64
	Total        int64 // Subtotal - Discount + Shipping + Duty (+ Tax unless TaxIncluded)
	Refunded     int64
	Payment      Payment
	Address      Address
	Fulfillments []Fulfillment
	PromisedAt   time.Time // the delivery date shown at checkout
	Note         string
}

// Line is one line item.
type Line struct {
	SKU, Product, Title, Variant string
	Qty                          int
	UnitPrice                    int64
	Discount                     int64 // of the whole line
	Tax                          int64
	Duty                         int64
}

// Payment is how an order was paid.
type Payment struct {
	Method    string
	Status    string // "pending", "paid", "partially_refunded", "refunded", "voided"
	Reference string
}

// Fulfillment is one parcel of an order.
type Fulfillment struct {
	Carrier     string
	Service     string
	Tracking    string
	Status      string // "announced", "in_transit", "in_customs", "ready_for_pickup", "delivered", "lost", "returned"
	ShippedAt   time.Time
	ArrivesAt   time.Time // when it does, or would if it were not lost
	DeliveredAt time.Time // zero unless delivered
}

// Who wrote a mail.
const (
	FromCustomer    = "customer"
	FromAgent       = "agent"
	FromNote        = "note" // between agents, never sent
	FromCarrier     = "carrier"
	FromMarketplace = "marketplace"
	FromBounce      = "bounce"
	FromAuto        = "auto" // a customer's vacation reply
	FromList        = "list" // newsletter
	FromSupplier    = "supplier"
)

// Thread is one conversation.
type Thread struct {
	Key         string // unique and stable, used in message IDs
	Mailbox     string
	Customer    int    // -1 when no customer is part of it
	OrderNumber string // "" when it concerns no order
	Topic       string
	Language    string // BCP 47
	Messages    []Mail
	Status      string // "new", "open", "pending", "solved", "closed"
	Outcome     string
	Mood        string
	Assignee    string // agent key, "" for nobody
	Team        string
	Tags        []string
	Priority    string // "normal", "high", "urgent"
}

// Mail is one message of a thread.
type Mail struct {
	At          time.Time
	From        string // one of the From constants
	Agent       string // key of the agent who wrote it, for agent and note
	Name        string // display name of a foreign sender
	Address     string // address of a foreign sender
	Subject     string
	Text        string // what the sender newly wrote
	HTML        string // own HTML body of notices and newsletters; "" otherwise
	Client      string // mail program of the sender
	Attachments []Attachment
}

// Attachment is a file sent along.
type Attachment struct {
	Name        string
	ContentType string
	Inline      bool
	Data        []byte
}

// Macro is a reusable reply.
type Macro struct {
	Key, Title string
	Topic      string
	Bodies     map[string]string // by language
	Status     string            // status to set, "" to leave
	Tags       []string
}

// Field is a custom field of tickets.
type Field struct {
	Key, Label, Kind string // kind: "text", "number", "choice", "date", "check"
	Options          []string
}

// View is a saved list of tickets.
type View struct {
	Key, Name  string
	Match      string // "all" or "any"
	Conditions []Condition
	Sort       string
}

// Condition is one test of a view.
type Condition struct{ Field, Op, Value string }
