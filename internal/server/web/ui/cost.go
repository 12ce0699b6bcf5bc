package ui

import "strconv"

// Costs is the page of what ways out of cases cost.
type Costs struct {
	Page
	Form
	Wrong                  []PlanWrong
	Number                 int               // of the version that stands; 0: there is none
	Rest                   map[string]string // fields as they were typed, by name
	Careful                map[string]string // the built-in shares
	Lanes                  []CostLane
	Goods                  []CostGoods
	AllLanes, AllGoods     int64 // rows that there are, shown or not
	FixedLanes, FixedGoods bool  // too many for the page: they come and go as files
	Reasons                []Option
	Sample                 map[string]string // the example order, by field
	Weighed                *CostWeighed
	Versions               []PolicyVersion
}

// CostLane is a lane as it is typed.
type CostLane struct {
	Way, From, To, Route, Bands, Fee, Days, Duty string
	Ways, Routes                                 []Option
}

// CostGoods is an article as it is typed.
type CostGoods struct{ SKU, Cost, A, B, C, Grams string }

// CostWeighed is what a draft changes for an example order.
type CostWeighed struct {
	Offers    []CostOffer
	Figures   []CostFigure
	NoRate    bool // the book's currency has no rate to the order's
	Unweighed bool // the weight is not known
}

// CostOffer is a way out by the draft and as it was; rank 0 is not offered.
type CostOffer struct {
	Remedy, Route, WasRoute, Why, Cost, Was string
	Rank, WasRank                           int
	ByLaw                                   bool
}

// CostFigure is a figure that an example rests on.
type CostFigure struct{ Label, Value, Was, Source string }

// costName names a field of a row, counted from 1, or the row.
func costName(table string, row int, column string) string {
	name := table + "." + strconv.Itoa(row+1)
	if column != "" {
		name += "." + column
	}
	return name
}

func (v Costs) rowLabel(row int, key string) string {
	return v.T("cost.row", "N", v.number(int64(row+1)), "Column", v.T(key))
}

func (v Costs) rank(n int) string {
	if n == 0 {
		return "–"
	}
	return v.number(int64(n))
}

func costTone(source string) string {
	if source == "careful" {
		return ""
	}
	return "info"
}
