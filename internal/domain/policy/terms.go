package policy

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
)

// BuiltIn is the version of the terms of a merchant who has published none.
const BuiltIn = "built-in"

// Facts are what the conditions of rules are asked of: the goods of one reason in
// one case.
type Facts struct {
	Shop              order.ShopID
	Market            string // where it was sent to, ISO 3166-1 alpha-2
	Region            string // of the market: ON, SCT
	Kind              string // of the case, in the words of package cases
	Reason            string // in the words of package decision
	SKU               string
	Category          string
	Price             int64 // of one unit, after discount
	Currency          string
	Tier              string // of the customer
	Days              int    // since delivery; 0 before it
	Returns, Disputes int64  // the customer's, of the last twelve months
	PlacedAt          time.Time
}

// Terms are what a policy says of some facts.
type Terms struct {
	Version   string // name and number, to be frozen into the case: "standard/7", or BuiltIn
	Rule      string // that decided; "" is the terms at the top
	Policy    decision.Policy
	Trigger   string         // when money goes, in the words of cases.Trigger
	HoldCard  bool           // an exchange may go out at once, against a sum that is held on the customer's card
	HoldShare decision.Share // of the price that is held so; 0: all of it
	SendDays  int            // in which goods are sent back, once it is agreed; 0: cases.SendWithin
	Flags     decision.Flags // what the rule says that the goods are
	Cap       *CapTerms      // on what goes out without a person; nil: none
	Rate      *Rate          // nil: the order is in the document's currency
}

// CapTerms is a cap with what its sum is kept under.
type CapTerms struct {
	Rule     string // where the clause stands; "" is the terms at the top
	Per      string
	Limit    int64 // minor units of Currency, the document's
	Currency string
	Of       int64 // the same in minor units of the order's currency; 0: no rate is known
}

// Rate is what amounts were converted by.
type Rate struct {
	From    string    `json:"from"`
	To      string    `json:"to"`
	Value   string    `json:"value"`
	Day     time.Time `json:"day"`
	Sources []string  `json:"sources"`
}

// builtIn is what holds without a policy: a month for whoever changes their
// mind and for what is wrong, the way back at the cost of who is the cause,
// and a person who looks at everything that the law does not decide.
func builtIn() Terms {
	return Terms{
		Version: BuiltIn, Trigger: string(cases.AtReceipt),
		Policy: decision.Policy{
			Windows: map[decision.Remedy]int{decision.Refund: 30, decision.Exchange: 30, decision.Replace: 30},
			Evidence: map[decision.Reason]decision.Evidence{
				decision.Damaged: decision.Photo, decision.Defective: decision.Photo, decision.NotAsDescribed: decision.Photo, decision.WrongItem: decision.Photo,
			},
			Fallback: decision.Fallback{Method: "bank", Days: 5},
		},
	}
}
