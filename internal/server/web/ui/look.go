package ui

// Looks is the admin page of the shops' pages for customers.
type Looks struct {
	Page
	Rows []LookRow
}

// LookRow is one shop with the address of its page.
type LookRow struct {
	ID      int64
	Shop    string
	Address string
	Waits   bool // its own host is named and not proven yet
	Failing bool // its host's proof is gone
	Gone    bool // its host was withdrawn
}

// LookEdit is the admin page of how one shop's page looks.
type LookEdit struct {
	Page
	Form
	ID       int64
	Shop     string
	Address  string // of the page
	Version  string // changes with the look
	Name     string
	Accent   string
	Light    string // the shades of the accent
	Dark     string
	Support  string
	Links    []LookLink
	Langs    []Option
	Origins  string
	Replies  bool // carry a link to their order's page
	HasLogo  bool
	MostLogo string // written for people
	Host     string // of the shop's own, "" for none
	Proven   bool
	Failing  string // since when the proof of the proven host is gone, written for people; "" if it is there
	Ends     string // when that one is withdrawn
	Gone     string // since when the proof of the withdrawn host had been gone
	Record   string // that proves it
	Value    string
	Ours     string // where the host must lead
}

// LookLink is one address of the shop's own pages.
type LookLink struct{ Name, URL string }
