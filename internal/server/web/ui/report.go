package ui

// Report is the dashboard: how many tickets stand where, and what came and went.
type Report struct {
	Page
	ByView   []Bar
	ByStatus []Bar
	ByAgent  []Bar
	ByTag    []Bar
	Days     []Day
	Open     int64
	Late     int64
	Unowned  int64
	Waiting  int64
	First    string // median first response, worded; empty if unknown
	Solve    string // median time to solve, worded; empty if unknown
}

// Bar is one labelled count. Key is a status or built-in view that the console words, when Label is empty.
type Bar struct {
	Key   string
	Label string
	Count int64
	Late  int64
	Href  string
}

// Day is one day's traffic.
type Day struct {
	Date   string // 2006-01-02 in the page's zone
	Opened int64
	Solved int64
}
