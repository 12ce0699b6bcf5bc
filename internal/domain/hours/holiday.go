package hours

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// holidays is the public holidays of our markets from 2026 to 2030, one country a
// line. Where it is from stands in data/NOTICE.md.
//
//go:embed data/holidays.csv
var holidays string

// closedEvents is the table of longer closures around holidays.
//
//go:embed data/events.csv
var closedEvents string

// publicHolidays is the table read once, as it never changes: days since 1970 by
// country, in order.
var publicHolidays = sync.OnceValue(func() map[string][]int64 {
	out := map[string][]int64{}
	for line := range strings.Lines(holidays) {
		country, days, _ := strings.Cut(strings.TrimSpace(line), ",")
		if country == "country" {
			continue
		}
		for _, d := range strings.Fields(days) {
			t, err := time.Parse(time.DateOnly, d)
			if err != nil {
				panic(err) // it is part of the program, and tested
			}
			out[country] = append(out[country], t.Unix()/86400)
		}
		slices.Sort(out[country])
	}
	return out
})

// The years that the table of holidays knows about.
const (
	FirstYear = 2026
	LastYear  = 2030
)

// Holiday reports whether a date is a public holiday of a country (ISO 3166-1
// alpha-2), as far as the table goes; the hours of the date are not looked at.
func Holiday(country string, date time.Time) bool {
	y, m, d := date.Date()
	_, found := slices.BinarySearch(publicHolidays()[country], time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400)
	return found
}

// Holidays returns the public holidays of a country, in order, and nil for one that
// the table does not know.
func Holidays(country string) []time.Time {
	days, known := publicHolidays()[country]
	if !known {
		return nil
	}
	out := make([]time.Time, len(days))
	for i, d := range days {
		out[i] = time.Unix(d*86400, 0).UTC()
	}
	return out
}

// Countries lists the countries of which the public holidays are known, in order.
func Countries() []string {
	var out []string
	for country := range publicHolidays() {
		out = append(out, country)
	}
	slices.Sort(out)
	return out
}

// Event is a closure around a holiday that is longer than the holiday itself, such
// as the week of the Spring Festival.
type Event struct {
	Key       string
	Countries []string    // that know it; none is all
	Days      []time.Time // in order, within the years of the table
}

// Events lists the events, in the order of the table.
func Events() []Event { return slices.Clone(allEvents()) }

// EventDays returns the days of an event and whether there is such a one.
func EventDays(key string) ([]time.Time, bool) {
	i := slices.IndexFunc(allEvents(), func(e Event) bool { return e.Key == key })
	if i < 0 {
		return nil, false
	}
	return allEvents()[i].Days, true
}

var allEvents = sync.OnceValue(func() []Event {
	list, err := readEvents(closedEvents)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return list
})

// readEvents reads the table: days are "2027-02-05/2027-02-11", or "10-01/10-07"
// for every year.
func readEvents(table string) ([]Event, error) {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	var out []Event
	for _, row := range rows[1:] {
		e := Event{Key: row[0], Countries: strings.Fields(row[1])}
		for _, written := range strings.Fields(row[2]) {
			years := []string{""}
			if len(written) == len("10-01/10-07") {
				years = nil
				for y := FirstYear; y <= LastYear; y++ {
					years = append(years, fmt.Sprint(y, "-"))
				}
			}
			for _, year := range years {
				first, last, _ := strings.Cut(written, "/")
				from, err := time.Parse(time.DateOnly, year+first)
				if err != nil {
					return nil, fmt.Errorf("event %s: %w", e.Key, err)
				}
				to, err := time.Parse(time.DateOnly, year+last)
				if err != nil || to.Before(from) {
					return nil, fmt.Errorf("event %s ends at %q: %w", e.Key, last, err)
				}
				for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
					e.Days = append(e.Days, d)
				}
			}
		}
		out = append(out, e)
	}
	return out, nil
}
