package ui

import "time"

// Search is the page of search results.
type Search struct {
	Page
	Q       string
	Sort    string // "rank" or "new"
	Hits    []Hit
	Count   int64
	More    bool // the count stopped at Count and there are more
	Next    string
	Took    time.Duration
	Unknown []string // field names in the query that mean nothing, told to the reader
}

// Hit is one ticket that was found, with the message that matched best.
type Hit struct {
	Number   int64
	Message  int64 // id of the matching message; 0 if the ticket itself matched
	Subject  []Span
	Snippet  []Span
	Lang     string
	Who      string
	Status   Status
	Channel  Channel
	Shop     string
	At       time.Time
	Assignee *Person
	Matches  int64 // messages of the ticket that match
}

// Span is a piece of text; Hit marks what the query matched.
type Span struct {
	Text string
	Hit  bool
}
