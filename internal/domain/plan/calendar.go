package plan

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
)

// closures are the weeks in which warehouses of a country stand still although
// few of their days are public holidays, with what the table of seasons says:
// factories and carriers in China stop around the Spring Festival for ten to
// twenty days, and for the National Day week.
var closures = map[string][][2]string{
	"CN": {
		{"2026-02-12", "2026-02-23"}, {"2027-02-01", "2027-02-12"}, {"2028-01-21", "2028-02-01"}, {"2029-02-08", "2029-02-19"}, {"2030-01-29", "2030-02-09"},
		{"2026-10-01", "2026-10-07"}, {"2027-10-01", "2027-10-07"}, {"2028-10-01", "2028-10-07"}, {"2029-10-01", "2029-10-07"}, {"2030-10-01", "2030-10-07"},
	},
}

// fridays are the countries of our markets whose weekend is Friday and Saturday.
const fridays = "SA IL"

// calendar says which days of a country are worked on.
type calendar struct {
	country   string
	off, work map[string]bool
}

func (d Document) calendar(country string) calendar {
	c := calendar{country: country, off: map[string]bool{}, work: map[string]bool{}}
	for _, day := range d.Holidays[country] {
		c.off[day] = true
	}
	for _, day := range d.WorkingDays[country] {
		c.work[day] = true
	}
	return c
}

// works reports whether a day, a midnight in UTC, is worked on.
func (c calendar) works(day time.Time) bool {
	text := day.Format(time.DateOnly)
	switch {
	case c.work[text]:
		return true
	case c.off[text]:
		return false
	}
	switch w := day.Weekday(); {
	case w == time.Saturday, w == time.Sunday && !strings.Contains(fridays, c.country), w == time.Friday && c.country != "" && strings.Contains(fridays, c.country):
		return false
	}
	for _, s := range closures[c.country] {
		if s[0] <= text && text <= s[1] {
			return false
		}
	}
	return !hours.Holiday(c.country, day)
}

// farthest bounds how far ahead a working day is looked for.
const farthest = 400

// next returns the first working day on or after a day.
func (c calendar) next(day time.Time) time.Time {
	for range farthest {
		if c.works(day) {
			return day
		}
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// add returns the day that lies n working days after a day.
func (c calendar) add(day time.Time, n int) time.Time {
	for range n {
		day = c.next(day.AddDate(0, 0, 1))
	}
	return day
}

// Dispatch returns the day on which a parcel leaves a warehouse if it is ordered
// at a moment: a midnight in UTC that names the day there.
func (d Document) Dispatch(w Warehouse, ordered time.Time) time.Time {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	local := ordered.In(zone)
	cal := d.calendar(w.Country)
	y, m, n := local.Date()
	day := time.Date(y, m, n, 0, 0, 0, 0, time.UTC)
	if local.Format("15:04") >= w.CutOff || !cal.works(day) {
		day = cal.next(day.AddDate(0, 0, 1))
	}
	return cal.add(day, w.Handling)
}

// Arrival returns the day on which a parcel that leaves on a day comes after some
// days of transit.
func (d Document) Arrival(s Way, country string, leaves time.Time, days int) time.Time {
	if s.EveryDay {
		return leaves.AddDate(0, 0, days)
	}
	return d.calendar(country).add(leaves, days)
}
