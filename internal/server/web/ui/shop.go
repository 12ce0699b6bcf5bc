package ui

import "time"

// Shops is the admin page of the shops whose copies are kept.
type Shops struct {
	Page
	Form
	Rows    []ShopRow
	Drivers []Option // platforms to connect
	Driver  string   // that is being connected, "" for none
	Title   string   // its name
	Docs    string   // its vendor's reference
	Fields  []SettingField
	Name    string // of a refused new connection
	Moving  bool   // an import is under way: the list looks again by itself
}

// ShopRow is a connection with a shop in the list.
type ShopRow struct {
	ID       int64
	Shop     string
	Platform string
	State    string
	Problem  string // in words
	Percent  int    // of the first import
	Known    bool   // how much there is
	Objects  int64
	OKAt     time.Time
	DueAt    time.Time
}

// ShopEdit is the admin page of one connection.
type ShopEdit struct {
	Page
	Form
	ShopRow
	Fields   []SettingField
	Lists    []ShopList
	Problems []ShopProblem
	Address  string // where its webhooks come in, "" for none
	Asked    bool   // the shop was asked to call us
	Secret   string // shown this once
	FailedAt time.Time
}

// ShopList is how far one list is read.
type ShopList struct {
	Kind        string
	Done, Total int64
	Reading     bool
	FinishedAt  time.Time
}

// ShopProblem is an object that could not be taken.
type ShopProblem struct {
	Kind, ID, Why string
	Privacy       bool // a person says when it is done
}
