package ui

import "time"

// Proactive is the admin page of what shops write to customers by themselves.
type Proactive struct {
	Page
	Form
	Rows   []ProactiveRow
	Public bool // letters have an address for their links
}

// ProactiveRow is one shop in the list.
type ProactiveRow struct {
	Shop      int64
	Name      string
	On        bool
	Occasions string // worded
	Box       string // the mailbox that sends, "" for none
}

// ProactiveEdit is the admin page of one shop's letters.
type ProactiveEdit struct {
	Page
	Form
	ProactiveRow
	Public                  bool
	Ticks                   []Option // the occasions
	From, Until             string
	Gap, Most               string
	Occasion                []Option // of the preview
	Language                []Option
	Subject, Body           string // of the preview
	PreviewLang, PreviewDir string
}

// Told is a letter about an order to its customer, as far as it got.
type Told struct {
	ID       int64
	Occasion string
	State    string
	Why      string    // worded, of one that waits or was not sent
	Problem  string    // the mail server's words
	At       time.Time // when it left, else when what it is about happened
	Due      time.Time // of one that waits
	Number   string    // of the parcel
	Subject  string    // "" before it left
	Body     string
	To       string
	Lang     string
	Dir      string
}

func toldTone(t Told) string {
	switch t.State {
	case "sent":
		return "good"
	case "failed", "bounced":
		return "bad"
	case "unknown":
		return "warn"
	}
	return ""
}
