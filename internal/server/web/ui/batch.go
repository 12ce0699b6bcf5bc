package ui

import (
	"net/url"
	"strconv"
)

// Batches is the book of batches of suppliers.
type Batches struct {
	Page
	Days  int
	Total []Sum // units sold and found, and the rate of all
	Rows  []BatchRow
	All   int64 // batches that there are, shown or not
	Form  Form
}

// BatchRow is one batch.
type BatchRow struct {
	Supplier, Name          string // as forms name it; a batch without a name is ""
	Articles, Sold, Found   int64
	Unclaimed, Claims       int64
	Share, Low, High, Usual float64 // between 0 and 1
	Rate, Range, UsualText  string
	Why                     string // it stands out; empty if it does not
	Cost                    []string
	Asked, Received         []string
}

// scale is what the width of a drawing stands for: all rates that matter have room, and no batch of a few units squeezes
// them.
func (v Batches) scale() float64 {
	most := 0.01
	for _, r := range v.Rows {
		most = max(most, r.Share, r.Usual)
		if r.Why != "" || r.Sold >= 50 {
			most = max(most, r.High)
		}
	}
	return min(most*1.05, 1)
}

// at is a rate as a place of a drawing.
func (v Batches) at(rate float64) string {
	return strconv.FormatFloat(min(rate/v.scale(), 1)*100, 'f', 2, 64) + "%"
}

// claims is the address of the claims for a batch.
func (r BatchRow) claims() string {
	q := url.Values{"against": {"supplier"}, "party": {r.Supplier}}
	if r.Name != "" {
		q.Set("batch", r.Name)
	}
	return withQuery("/recoveries", q)
}
