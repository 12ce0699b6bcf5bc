package ui

import "time"

// Place is where goods go back to, as its form holds it.
type Place struct {
	ID                                                                          int64
	Shop, Route, Markets, Name                                                  string
	Person, Company, Line1, Line2, City, Region, Postcode, Country, Land, Phone string
	Hours, Map, Note                                                            string
	Off                                                                         bool
}

// Places is the page of places.
type Places struct {
	Page
	Form   Form
	Rows   []Place
	Edit   Place
	Shops  []Option
	Routes []Option
}

// Back is a parcel in which goods come back.
type Back struct {
	ID       int64
	RMA      string
	Case     int64
	State    string
	Customer string
	Tracking string
	Units    int64
	At       time.Time
}

// BackLine is goods of one line in a parcel that lies open.
type BackLine struct {
	Reason                                 string // for which it comes back
	Line                                   int
	SKU, Title                             string
	Quantity, Matched, Unexpected, Missing int64
	Left                                   int64
	Grades                                 []string // of each unit that came, "-" for one that is not graded
	Shots                                  [][]Shot // of each of these, what was seen here
}

// Unknown is a parcel that nobody expected.
type Unknown struct {
	ID         int64
	Code, Note string
	By         string
	At         time.Time
}

// Warehouse is the door of a warehouse.
type Warehouse struct {
	Page
	Form      Form
	Key       string // of the next thing that is done
	Code      string
	Sound     string // good or bad: how the last scan went
	Open      *Back
	Lines     []BackLine
	Counted   bool
	Crooked   bool   // something is missing or other than announced
	Announced []Shot // what the customer showed
	Shots     []Shot // what was seen here
	Found     []Back
	Asked     string // a code that nobody knows
	Waiting   []Back
	Unknown   []Unknown
	MayWrite  bool
	Grades    []string
	Fates     []Option
	HasLabel  bool
	HasPapers bool
	Drop      Drop
}

// Drop is what it leads to when an open parcel is said not to come.
type Drop struct {
	May  bool
	Law  string // that keeps it; empty: none does
	Gets string // what lapses, in words; empty: nothing does
	Ends bool   // the case closes
}

func backTone(state string) string {
	switch state {
	case "arrived":
		return "warn"
	case "received":
		return "good"
	case "cancelled":
		return "bad"
	}
	return "info"
}

func warehousePath(id int64) string { return "/warehouse/" + id64(id) }

// Shot is a photo of goods.
type Shot struct{ Href, Name string }

// shown reports whether there is anything to say about the parcel not coming.
func (d Drop) shown() bool { return d.May || d.Law != "" }
