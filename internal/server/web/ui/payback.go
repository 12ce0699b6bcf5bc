package ui

import "time"

// Payback is the form by which money is given back of an order.
type Payback struct {
	Page
	Form
	OrderID     int64
	Order       string
	Currency    string
	Key         string // under which it is given once
	Ticket      int64  // number of the ticket that it is from, 0 for none
	Lines       []PaybackLine
	All         bool
	Credit      bool
	Postage     string
	Goodwill    string
	Reasons     []Option
	Why         string
	Left        string // of the order, goodwill apart
	PostageLeft string // empty for none
	None        bool   // nothing is left but a gesture
	Quote       *PaybackQuote
}

// PaybackLine is a line of the order, with what of it may go back.
type PaybackLine struct {
	Row    int64
	Title  string
	SKU    string
	Bought int64
	Free   int64 // units that nothing else pays for
	Asked  string
	Price  string
}

// PaybackQuote is what the form comes to.
type PaybackQuote struct {
	Total string
	Seen  string // the same as machines write it
	Parts []Sum
	Ways  []PaybackWay
	Alone bool // it leaves without another person's approval
}

// PaybackWay is a part of the sum and where it goes.
type PaybackWay struct {
	To      string
	Method  string
	Why     string // not back to the payment
	Amount  string
	Arrives string
}

// RefundBrief is a refund beside its order.
type RefundBrief struct {
	ID      int64
	State   string
	Lane    string
	Amount  string
	Why     string // in a word that the catalogue explains; empty once it is done
	Code    string // in the provider's words
	Arrives string
	At      time.Time
}

// PaybackPath is where the form for an order stands, from a ticket (0: from none).
func PaybackPath(order, ticket int64) string {
	path := "/orders/" + id64(order) + "/refunds/new"
	if ticket != 0 {
		path += "?t=" + id64(ticket)
	}
	return path
}
