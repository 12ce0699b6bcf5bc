package ui

import "time"

// Markets is the admin page of how customers of markets are served.
type Markets struct {
	Page
	Sold   []MarketRow // where a shop of the workspace sells
	Others []MarketRow
}

// MarketRow is one market.
type MarketRow struct {
	Code      string
	Name      string
	First     string
	Formality string
	Channels  string
	Hours     string // "" if nobody said
	Own       bool   // the workspace says something of its own
}

// MarketEdit is the form of a market.
type MarketEdit struct {
	Page
	Form
	Code    string
	Name    string
	Version int
	SavedAt time.Time
	SavedBy string
	Own     bool

	Choices  []Select // first, formality, name, address, units
	Channels []Select // in order, all of the name channels
	Days     []Option
	From, To string
	Volts    string
	Plugs    string

	ShippedChannels string
	ShippedVolts    string
	ShippedPlugs    string
	Verified        bool
	Source          string
	AsOf            string
}
