package decision

import (
	"slices"
	"time"
)

// Day is a date, counted from 1970-01-01. Never is no date.
type Day int32

// Never is the day of what does not happen or has no end.
const Never Day = -1 << 31

// DayOf returns the date of an instant in a zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Date(y, m, d)
}

// Date returns a day of the proleptic Gregorian calendar.
func Date(y int, m time.Month, d int) Day {
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Time returns the beginning of the day, as if in UTC.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String writes the day as 2006-01-02, Never as "".
func (d Day) String() string {
	if d == Never {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// ParseDay reads 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Never, err
	}
	return Day(t.Unix() / 86400), nil
}

// addMonths returns the same day of the month n months on, or the last of that
// month where it is shorter.
func (d Day) addMonths(n int) Day {
	y, m, day := d.Time().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return Date(y, m+time.Month(n), min(day, last))
}

// calendar knows the working days of a market: Monday to Friday, holidays out.
type calendar struct{ holidays []Day }

func (c calendar) works(d Day) bool {
	weekday := (int(d)%7 + 7 + 4) % 7 // 1970-01-01 was a Thursday
	return weekday != 0 && weekday != 6 && !slices.Contains(c.holidays, d)
}

// roll returns d, or the next working day if it is none.
func (c calendar) roll(d Day) Day {
	for !c.works(d) {
		d++
	}
	return d
}

// addWorking returns the n-th working day after d.
func (c calendar) addWorking(d Day, n int) Day {
	for ; n > 0; n-- {
		d = c.roll(d + 1)
	}
	return d
}
