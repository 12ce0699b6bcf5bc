package ui

import "time"

// Trackers is the admin page of tracking services.
type Trackers struct {
	Page
	Form
	Rows     []TrackerRow
	Services []ServiceCard
}

// TrackerRow is one connection.
type TrackerRow struct {
	ID        int64
	Name      string
	Service   string
	State     string // "on", "paused", "broken"
	Problem   string // as a sentence
	Followed  int64
	Waiting   int64
	Refused   int64
	OKAt      time.Time
	RestUntil time.Time
}

// ServiceCard is a service that can be connected.
type ServiceCard struct {
	Name     string
	Title    string
	Docs     string
	Invented bool // its parcels are
	Fields   []SettingField
	Open     bool // its form was refused
	Paid     bool // it has terms
	Terms    TranslatorTerms
}

// TrackerEdit is the page of one connection.
type TrackerEdit struct {
	Page
	Form
	TrackerRow
	Fields   []SettingField
	Address  string // where the service calls us; "" if it does not
	Docs     string
	Invented bool // its parcels are
	Asks     bool
	Secret   string // shown once
}
