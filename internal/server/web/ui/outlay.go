package ui

import (
	"net/url"
	"strconv"
	"time"
)

// OutlayParts are the parts of a cost in the order in which they are drawn.
var OutlayParts = []string{"refunds", "tax", "goods", "freight", "handling", "credit"}

// Outlays is the report on where the money of cases goes.
type Outlays struct {
	// Received is what carriers, insurers, suppliers and marketplaces paid for claims of the period; empty for who may not know.
	Received string
	Page
	By, Market, Currency      string
	Days                      int
	Dims, Periods, Currencies []Option
	Rows                      []OutlayRow
	Total                     OutlayRow
	All                       int64 // rows that there are, shown or not
}

// OutlayRow is what one market, product, reason, remedy or lane cost.
type OutlayRow struct {
	Key, Name         string
	Cases, Known      int64
	Parts             []OutlayPart
	Recovered         int64
	RecoveredText     string
	Cost              string
	Planned, Happened string // "": nothing is known
	Worse             bool   // it cost more than was expected
}

// OutlayPart is a part of a cost.
type OutlayPart struct {
	Key, Text string
	Amount    int64
}

// OutlayCases is the cases behind a row.
type OutlayCases struct {
	Page
	By, Market, Name string
	Days, Most       int
	Rows             []OutlayCase
}

// OutlayCase is a case in a list.
type OutlayCase struct {
	ID, Number  int64
	Kind, Phase string
	At          time.Time
}

// spent is the sum of a row's parts.
func (r OutlayRow) spent() int64 {
	n := int64(0)
	for _, p := range r.Parts {
		n += p.Amount
	}
	return n
}

// of is a part of the longest row, as a width.
func (v Outlays) of(n int64) string {
	most := int64(1)
	for _, r := range v.Rows {
		most = max(most, r.spent(), r.Recovered)
	}
	return strconv.FormatFloat(float64(n)/float64(most)*100, 'f', 2, 64) + "%"
}

// start is where a part of a row begins.
func (r OutlayRow) start(part int) int64 {
	n := int64(0)
	for _, p := range r.Parts[:part] {
		n += p.Amount
	}
	return n
}

func (v Outlays) path(to string) string {
	q := url.Values{"by": {v.By}, "days": {strconv.Itoa(v.Days)}}
	if v.Market != "" {
		q.Set("market", v.Market)
	}
	if v.Currency != "" {
		q.Set("currency", v.Currency)
	}
	return to + "?" + q.Encode()
}

// behind is the address of the cases behind a row.
func (v Outlays) behind(r OutlayRow) string {
	return v.path("/reports/returns/cases") + "&" + url.Values{"key": {r.Key}}.Encode()
}

func (v OutlayCases) back() string {
	return Outlays{By: v.By, Market: v.Market, Days: v.Days}.path("/reports/returns")
}
