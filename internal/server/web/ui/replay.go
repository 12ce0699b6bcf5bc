package ui

import (
	"strconv"
	"time"
)

// ReplayRow is a trial of a policy in a list.
type ReplayRow struct {
	ID          int64
	Name, State string
	Since, At   time.Time
	Percent     int
	By          string
}

// Replay is the page of a trial of a policy on past cases.
type Replay struct {
	Page
	ReplayRow
	Read, Total int64
	Run         int
	Left        string // how long the rest takes; "": nothing is known of it
	Why         string // it failed
	Moving      bool
	Text        string
	Result      *ReplayResult
}

// ReplayResult is what a text would have changed.
type ReplayResult struct {
	Total, Cases, Unread, Changed, Granted, Refused, Alone, Looked, Customers, Worse int64
	Stopped                                                                          bool
	Share                                                                            string // of the cases, that change
	Money                                                                            []ReplayMoney
	Groups                                                                           []ReplayGroups
	Examples                                                                         []ReplayExample
}

// ReplayMoney is what customers are paid, or what outcomes cost, in one currency.
type ReplayMoney struct {
	Title                 string
	Before, After, Change string
	Was, Is               int64 // drawn
}

// ReplayGroups is the cases that change, by market, law or product.
type ReplayGroups struct {
	Title string
	Rows  []ReplayGroup
}

// ReplayGroup is the cases of one of them.
type ReplayGroup struct {
	Name                    string
	Cases, Changed, Refused int64
	Paid, Cost              string
}

// ReplayExample is a case that changes.
type ReplayExample struct {
	Case                int64
	Rule, Before, After string
}

// share is a part of a whole, as a width.
func share(n, of int64) string {
	return strconv.FormatFloat(float64(max(n, 0))/float64(max(of, 1))*100, 'f', 2, 64) + "%"
}

// most is the largest number of cases of a row.
func (g ReplayGroups) most() int64 {
	n := int64(1)
	for _, r := range g.Rows {
		n = max(n, r.Cases)
	}
	return n
}

func (v Replay) address() string { return replayPath(v.ID) }

func replayPath(id int64) string { return "/admin/policies/replays/" + strconv.FormatInt(id, 10) }

func replayTone(state string) Tone {
	switch state {
	case "done":
		return ToneGood
	case "failed":
		return ToneBad
	case "stopped":
		return ToneWarn
	}
	return ToneInfo
}
