package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rates is the admin page of exchange rates.
type Rates struct {
	Page
	Form
	Rows  []RateRow
	Stale bool       // one of the bank's is old
	Asked string     // the pair that was asked for, or empty
	Pair  string     // that is drawn, as "EUR-USD"; empty for none
	Told  []RateTold // of it, the newest first
	Own   RateForm   // of a refused one
}

// RateRow says that one Base is worth Value of Quote.
type RateRow struct {
	Base, Quote string
	Value       string
	Own         bool // the merchant's; else the European Central Bank's
	Day         time.Time
	Until       time.Time // zero for none
	AgeDays     int64
	Stale       bool
}

// Pair names the row in an address.
func (r RateRow) Pair() string { return r.Base + "-" + r.Quote }

// RateTold is the rate of one day.
type RateTold struct {
	Day   time.Time
	Value string
	At    float64 // the same as a number, to draw it
	Own   bool
}

// RateForm is a rate of the merchant's own as it was given.
type RateForm struct{ Base, Quote, Value, Day, Until string }

// The drawn line has this size in units of its own.
const rateWidth, rateHeight = 640.0, 140.0

// rateRange returns the lowest and the highest rate that is drawn.
func rateRange(told []RateTold) (low, high RateTold) {
	by := func(a, b RateTold) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	}
	return slices.MinFunc(told, by), slices.MaxFunc(told, by)
}

// rateY is how high a rate is drawn. The line begins at its lowest rate, not at
// zero: what is compared is how it moved.
func rateY(told []RateTold, at float64) float64 {
	low, high := rateRange(told)
	if high.At == low.At {
		return rateHeight / 2
	}
	return rateHeight - (at-low.At)/(high.At-low.At)*rateHeight
}

// rateLine is the line of a pair's rates, the oldest at its beginning.
func rateLine(told []RateTold) string {
	first, last := told[len(told)-1].Day, told[0].Day
	width := max(last.Sub(first).Hours(), 1)
	var points []string
	for _, x := range slices.Backward(told) {
		points = append(points, px(x.Day.Sub(first).Hours()/width*rateWidth)+","+px(rateY(told, x.At)))
	}
	return strings.Join(points, " ")
}

// rateTicks are the heights at which the axis of the line is labelled.
func rateTicks(told []RateTold) []RateTold {
	low, high := rateRange(told)
	if low.At == high.At {
		return []RateTold{low}
	}
	return []RateTold{high, low}
}

// pairWords writes a pair for people.
func pairWords(pair string) string { return strings.Replace(pair, "-", " → ", 1) }

func today(p Page) string { return p.Now.UTC().Format(time.DateOnly) }

func widthBox() string {
	return "-64 -10 " + strconv.Itoa(int(rateWidth)+76) + " " + strconv.Itoa(int(rateHeight)+38)
}
