package ui

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"
)

// LanesView is what lanes did in a period.
type LanesView struct {
	Page
	From, To string // country codes that narrow the list
	Carrier  string
	Sort     string // one of [LaneSorts]
	Days     int
	Periods  []Option
	Carriers []Option
	Rows     []LaneRow
	All      int64 // lanes in all; more than rows where the list is cut

	Promises     []PromiseRow
	MorePromises int64 // that are not shown
}

// PromiseRow is what became of what a shop promised by a service. Times are days from
// the order to the door; 0 is not known.
type PromiseRow struct {
	Shop, Plan, Service string
	Due, Lost           int64 // parcels that ended, and of them those given up
	First, Last         float64
	Median, Ninetieth   float64
	Kept                string // share that came on the last promised day or before, worded
	Early               string // share that came before the first one; empty for none
	Bad                 bool   // less than half of the promises were kept
}

// LaneRow is what one lane did. Times are days; 0 is not known.
type LaneRow struct {
	From, To   string // country codes
	CarrierKey string
	Carrier    string
	Service    string
	Arrived    int64
	Lost       int64
	Promised   float64
	Median     float64
	Ninetieth  float64
	Kept       string // share of promises kept, worded; empty without any
	LossRate   string // worded
}

// LaneSorts are what lanes can be sorted by; the first one is the one without a choice.
func LaneSorts() []string { return []string{"arrived", "lane", "median", "ninetieth", "late", "lost"} }

// path returns an address of the page with some of its query changed.
func (v LanesView) path(base string, change ...string) string {
	q := url.Values{}
	for name, value := range map[string]string{"from": v.From, "to": v.To, "carrier": v.Carrier, "sort": v.Sort, "days": strconv.Itoa(v.Days)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for i := 0; i+1 < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return withQuery(base, q)
}

// behind leads to the parcels behind a number of a lane, of a status or of all.
func (r LaneRow) behind(status string) string {
	q := url.Values{"tab": {"open"}}
	for name, value := range map[string]string{"from": r.From, "to": r.To, "carrier": r.CarrierKey, "status": status} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return withQuery("/parcels", q)
}

// longest is the scale of the pictures: the slowest tenth of the slowest lane, or the longest promise.
func (v LanesView) longest() float64 {
	most := 1.0
	for _, r := range v.Rows {
		most = max(most, r.Ninetieth, r.Promised)
	}
	return most
}

// slowest is the scale of the pictures of promises.
func (v LanesView) slowest() float64 {
	most := 1.0
	for _, r := range v.Promises {
		most = max(most, r.Ninetieth, r.Last)
	}
	return most * 1.04
}

// at writes a number of days as a part of the width of a picture of promises.
func (v LanesView) at(days float64) string { return pct(days / v.slowest() * 100) }

// band is how wide the promised days are drawn; a promise of one day is seen too.
func (v LanesView) band(r PromiseRow) string {
	return v.at(max(r.Last-r.First, v.slowest()/60))
}

// dayRange writes promised days, as one number where they are one.
func (p Page) dayRange(first, last float64) string {
	from, to := p.printer().Decimal(first, 0), p.printer().Decimal(last, 0)
	if from == to {
		return to
	}
	return from + "–" + to
}

// of writes a number of days as a part of the picture's width.
func (v LanesView) of(days float64) string { return pct(days / v.longest() * 100) }

// dayCount writes days with one decimal, a dash for none.
func (p Page) dayCount(days float64) string {
	if days <= 0 {
		return "–"
	}
	return p.printer().Decimal(days, 1)
}

// wholeDays writes days of the calendar, a dash for none.
func (p Page) wholeDays(days float64) string {
	if days <= 0 {
		return "–"
	}
	return p.printer().Decimal(days, 0)
}

// sorted marks the column that a table is sorted by.
func sorted(is bool) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-sort": "other"}
}
