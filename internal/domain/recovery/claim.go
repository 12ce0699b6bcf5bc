package recovery

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a claim.
type ID int64

// Against is what kind of party a claim is made against.
type Against string

// The parties.
const (
	Carrier     Against = "carrier"
	Insurer     Against = "insurer"
	Supplier    Against = "supplier"
	Marketplace Against = "marketplace"
)

// Parties returns all kinds of parties.
func Parties() []Against { return []Against{Carrier, Insurer, Supplier, Marketplace} }

// State is where a claim stands.
type State string

// The states.
const (
	Collecting State = "collecting" // papers or the sum are missing
	Ready      State = "ready"
	Submitted  State = "submitted"
	Asked      State = "asked" // the party asks for more
	Accepted   State = "accepted"
	Partly     State = "partly" // less than was asked for is granted
	Refused    State = "refused"
	Appealed   State = "appealed"
	Paid       State = "paid"
	WrittenOff State = "written_off"
	Lapsed     State = "lapsed" // not submitted by the deadline
)

// States returns all states in the order of a claim's life.
func States() []State {
	return []State{Collecting, Ready, Submitted, Asked, Accepted, Partly, Refused, Appealed, Paid, WrittenOff, Lapsed}
}

var moves = map[State][]State{
	Collecting: {Ready, Lapsed, WrittenOff},
	Ready:      {Submitted, Collecting, Lapsed, WrittenOff},
	Submitted:  {Asked, Accepted, Partly, Refused, WrittenOff},
	Asked:      {Submitted, Accepted, Partly, Refused, WrittenOff},
	Accepted:   {Paid, WrittenOff},
	Partly:     {Paid, Appealed, WrittenOff},
	Refused:    {Appealed, WrittenOff},
	Appealed:   {Asked, Accepted, Partly, Refused, WrittenOff},
	Paid:       {},
	WrittenOff: {},
	Lapsed:     {},
}

// CanMove reports whether a claim may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Open reports whether something is still to come of a claim.
func (s State) Open() bool { return len(moves[s]) > 0 }

// Unsent reports whether the party has not heard of the claim yet.
func (s State) Unsent() bool { return s == Collecting || s == Ready }

// Verbs returns the states into which people may move a claim, in order; the others follow by themselves.
func (s State) Verbs() []State {
	return slices.DeleteFunc(slices.Clone(moves[s]), func(to State) bool { return to == Ready || to == Collecting || to == Lapsed })
}

// Item is what happened: a parcel, or some units of a line of a case.
type Item struct {
	Source   string // names it: parcel/ID, case/ID/LINE; in one claim of a party
	Shipment shipment.ID
	Tracking string // the parcel's number
	Order    order.ID
	Case     cases.ID
	SKU      string
	Title    string
	Quantity int64
	Value    int64 // asked for it, in minor units of the claim's currency
	Refunded int64 // what its customer got back, likewise, as far as that is known
	At       time.Time
}

// Claim is money that is asked of one party.
type Claim struct {
	ID        ID
	Workspace auth.WorkspaceID
	Shop      order.ShopID // 0: of none
	Against   Against
	Party     string // key: of a carrier, or the name in small letters
	Name      string // of the party
	Cause     Cause
	State     State
	Currency  string // ISO 4217
	Asked     int64  // in minor units, as are the others
	Granted   int64
	Received  int64
	Batch     string // of the supplier
	Reference string // the party's own
	Owner     auth.PersonID
	Items     []Item
	File                // what no query asks of it
	Deadline  time.Time // of the submission; zero: not known
	ReplyBy   time.Time // when the party answers at the latest, while it should; zero: not known
	DueAt     time.Time // when somebody is to be reminded, or it lapses; zero: never
	CreatedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time // zero while it is open
}

// File is what a claim says of itself beside what it is found by.
type File struct {
	Papers      []Paper    `json:"papers"`
	Rule        string     `json:"rule,omitempty"`   // of rules.csv
	Agreed      *Agreement `json:"agreed,omitempty"` // it follows this, as it was when the claim was opened
	OpensAt     time.Time  `json:"opens_at,omitzero"`
	SubmittedAt time.Time  `json:"submitted_at,omitzero"`
	Why         string     `json:"why,omitempty"` // it was refused, asked about or written off
	Grants      int        `json:"grants,omitzero"`
	Reply       int        `json:"reply,omitzero"` // days in which the party answers; 0: not known
	Fixed       bool       `json:"fixed,omitzero"` // a person named the sum: items do not change it
}

// Resource returns the claim as rights see it: with the orders of its shop.
func (c Claim) Resource() auth.Resource {
	return auth.Resource{Kind: auth.OfOrder, Workspace: c.Workspace, Shop: int64(c.Shop)}
}

// Amount returns a sum of the claim.
func (c Claim) Amount(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: c.Currency}
}

// Due is what was granted and is still to come, in minor units.
func (c Claim) Due() int64 { return max(c.Granted-c.Received, 0) }

// Gone is what was asked for and will not come, of a claim that has ended; 0 of one that is open.
func (c Claim) Gone() int64 {
	if c.State.Open() {
		return 0
	}
	return max(c.Asked-c.Received, 0)
}

// Clock is the moment by which something about the claim must happen: the deadline of the submission, the party's answer,
// and at once what the party asks for. Zero is none.
func (c Claim) Clock() time.Time {
	switch {
	case c.State.Unsent():
		return c.Deadline
	case c.State == Submitted, c.State == Appealed:
		return c.ReplyBy
	case c.State == Asked, c.State == Refused:
		return c.UpdatedAt
	}
	return time.Time{}
}

// Paper is something that a party wants to see.
type Paper struct {
	Kind string    `json:"kind"`
	From string    `json:"from,omitempty"` // order, tracking, case: the house holds it; FromPerson, FromFile; "": missing
	At   time.Time `json:"at,omitzero"`
}

// Where a paper is from that the house does not hold by itself.
const (
	FromPerson = "person" // somebody says that they have it
	FromFile   = "file"   // a Document is it
)

// Kinds of papers.
const (
	Invoice       = "invoice"
	DeclaredValue = "declared_value"
	Posting       = "proof_of_posting"
	Insurance     = "proof_of_insurance"
	PhotoDamage   = "photo_damage"
	PhotoPacking  = "photo_packing"
	Statement     = "statement"   // of the customer, that it was not received
	RefundProof   = "refund"      // that the customer got their money back
	Inspection    = "inspection"  // what was found when the goods came back
	PartyForm     = "party_form"  // the party's own, filled in
	PurchaseOrder = "purchase"    // of the batch
	PhotoDefect   = "photo_fault" // of the goods
	Other         = "other"       // what no party asks for by name
)

// PaperKinds returns the kinds of papers that there are.
func PaperKinds() []string {
	return []string{Invoice, DeclaredValue, Posting, Insurance, PhotoDamage, PhotoPacking, PhotoDefect, Statement, RefundProof, Inspection, PurchaseOrder, PartyForm, Other}
}

// SupplierPapers are what a supplier is shown of faulty goods.
func SupplierPapers() []string { return []string{PurchaseOrder, PhotoDefect} }

// Missing returns the kinds of papers that are missing.
func (c Claim) Missing() []string {
	var out []string
	for _, p := range c.Papers {
		if p.From == "" {
			out = append(out, p.Kind)
		}
	}
	return out
}

// paper returns a paper that the claim asks for, nil if it does not.
func (c *Claim) paper(kind string) *Paper {
	i := slices.IndexFunc(c.Papers, func(p Paper) bool { return p.Kind == kind })
	if i < 0 {
		return nil
	}
	return &c.Papers[i]
}

// has says where a paper is from; one that the claim does not ask for changes nothing. What a person said or gave stays
// against what the house learns later, and a file is more than a word.
func (c *Claim) has(kind, from string, now time.Time) {
	p := c.paper(kind)
	if p == nil || p.From == from || p.From == FromFile {
		return
	}
	if p.From == "" || p.From == FromPerson && from == FromFile || p.From != FromPerson && from == FromPerson {
		p.From, p.At = from, now
	}
}

// lacks says that a paper is missing after all.
func (c *Claim) lacks(kind string) {
	if p := c.paper(kind); p != nil {
		p.From, p.At = "", time.Time{}
	}
}

// settle adds up what is asked for, where no person has said it, and moves a claim that the party has not heard of between
// collecting and ready.
func (c *Claim) settle() {
	if !c.State.Unsent() {
		return
	}
	if !c.Fixed {
		c.Asked = 0
		for _, x := range c.Items {
			c.Asked += x.Value
		}
	}
	c.State = Collecting
	if len(c.Missing()) == 0 && c.Asked > 0 {
		c.State = Ready
	}
}

// Warnings are how long before a deadline people are reminded of it.
var warnings = []time.Duration{7 * 24 * time.Hour, 2 * 24 * time.Hour, 0}

// dueAt is the next moment at which something is to be done about a claim by itself.
func (c Claim) dueAt(now time.Time) time.Time {
	switch {
	case c.State.Unsent() && !c.Deadline.IsZero():
		for _, w := range warnings {
			if at := c.Deadline.Add(-w); at.After(now) {
				return at
			}
		}
		return c.Deadline
	case (c.State == Submitted || c.State == Appealed) && c.ReplyBy.After(now):
		return c.ReplyBy
	}
	return time.Time{}
}
