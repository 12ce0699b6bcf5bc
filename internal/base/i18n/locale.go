package i18n

//go:generate go run ./gen -cldr ../../../node_modules

// locale is how a language writes numbers, dates, durations and lists.
type locale struct {
	decimal, group, minus string
	percentSign, percent  string
	least                 int // digits before the first group mark, at the least

	brief               string // month and day
	dates               [4]string
	times               [2]string
	joined              [4]string // date {1} and time {0}, by the date's style
	months, monthsShort [12]string
	days, daysShort     [7]string
	am, pm, era         string
	parts               []dayPart

	now, yesterday, today, tomorrow string

	past, future [5]plurals // minute, hour, day, month, year
	units        [9]plurals
	list         listing
	span         string // a larger unit {0} and a smaller one {1}
}

// plurals are the patterns of one unit by plural form; a form that is not given is that of Other.
type plurals [len(formNames)]string

// listing holds CLDR's patterns of a list.
type listing struct{ pair, start, middle, end string }

// dayPart is a part of the day that begins at an hour.
type dayPart struct {
	from int
	name string
}

func (p plurals) of(f Form) string {
	if p[f] == "" {
		return p[Other]
	}
	return p[f]
}
