package ui

import "time"

// Triage is the admin page of what is learned of corrected topics.
type Triage struct {
	Page
	Form
	Revision    int
	SavedAt     time.Time
	SavedBy     string // "" for the program
	Mode        string // learn, hold or off
	Version     int    // in use; 0 for the shipped one
	Stale       bool
	Modes       []Option
	Choices     []Option // versions that may be used
	Versions    []TriageVersion
	Corrections []TriagePair
	Count       int64 // of corrections
	Model       TriageModel
	Fewest      int
}

// TriageVersion is a row of what was learned.
type TriageVersion struct {
	Number  int
	At      time.Time
	Adopted bool
	Why     string // the judgement in words
	Taught  string
	Aside   string
	Shipped string
	InUse   bool
}

// TriagePair is how often a topic was corrected to another.
type TriagePair struct {
	Was   string
	Topic string
	Count int64
}

// TriageModel is which outside model is asked about what tells no topic.
type TriageModel struct {
	May     bool // the reader may choose it
	On      bool
	Gone    bool     // the chosen one is not there any more
	Models  []Option // the first is none
	Daily   string
	Today   string // how often it was asked, in words
	Problem string // what went wrong last
}
