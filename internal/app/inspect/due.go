package inspect

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
)

// mostMinutes is more than there are in the years in which a due time is looked for.
const mostMinutes = (hours.Horizon + 1) * 366 * 24 * 60

type dueAnswer struct {
	Due string `json:"due"`
}

type dueCalendar struct {
	Zone     string                 `json:"zone"`
	Weekly   map[string][][2]string `json:"weekly"`
	Holidays []string               `json:"holidays"`
	Closures [][2]string            `json:"closures"`
}

var weekdays = map[string]time.Weekday{"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday}

// inspectDue says when so much open time has passed on a calendar; nothing is known beside the line.
func inspectDue(string) inspector {
	zones := &sync.Map{}
	return each(func(f fields) (any, error) {
		var in dueCalendar
		if !f.has("calendar") || json.Unmarshal(f["calendar"], &in) != nil {
			return nil, sentence("The field %q must be an object with zone and weekly.", "calendar")
		}
		c, err := in.read(zones)
		if err != nil {
			return nil, err
		}
		written, err := f.required("from")
		if err != nil {
			return nil, err
		}
		from, err := instant(written)
		if err != nil {
			return nil, err
		}
		var minutes int64
		if !f.has("minutes") || json.Unmarshal(f["minutes"], &minutes) != nil || minutes < 0 {
			return nil, sentence("The field %q must be a whole number from 0 on.", "minutes")
		}
		var pairs [][2]string
		if f.has("pauses") && json.Unmarshal(f["pauses"], &pairs) != nil {
			return nil, sentence("The field %q must be a list of pairs of instants.", "pauses")
		}
		pauses, err := intervals(pairs)
		if err != nil {
			return nil, err
		}
		due, ok := c.Due(from, time.Duration(min(minutes, mostMinutes))*time.Minute, pauses)
		if !ok {
			return nil, sentence("The calendar is not open for %d minutes within %d years.", minutes, hours.Horizon)
		}
		return dueAnswer{due.Format(time.RFC3339Nano)}, nil
	})("")
}

func (in dueCalendar) read(zones *sync.Map) (*hours.Calendar, error) {
	zone, ok := zones.Load(in.Zone)
	if !ok {
		z, err := time.LoadLocation(in.Zone)
		if err != nil || in.Zone == "" || in.Zone == "Local" {
			return nil, sentence("The zone %q is none of the IANA database.", in.Zone)
		}
		zone, _ = zones.LoadOrStore(in.Zone, z)
	}
	var weekly [7][]hours.Span
	for name, spans := range in.Weekly {
		weekday, ok := weekdays[name]
		if !ok {
			return nil, sentence("The weekday %q is none of mon tue wed thu fri sat sun.", name)
		}
		for _, s := range spans {
			from, ok := clock(s[0])
			to, also := clock(s[1])
			if !ok || !also || from >= to {
				return nil, sentence("The hours from %q to %q are not two times of a day, one behind the other.", s[0], s[1])
			}
			weekly[weekday] = append(weekly[weekday], hours.Span{From: from, To: to})
		}
	}
	var holidays []time.Time
	for _, h := range in.Holidays {
		d, err := time.Parse(time.DateOnly, h)
		if err != nil {
			return nil, sentence("The holiday %q is not a date such as 2026-05-25.", h)
		}
		holidays = append(holidays, d)
	}
	closures, err := intervals(in.Closures)
	if err != nil {
		return nil, err
	}
	return hours.New(zone.(*time.Location), weekly, holidays, closures)
}

// clock reads HH:MM as minutes after midnight, 24:00 among them.
func clock(s string) (int, bool) {
	if s == "24:00" {
		return 1440, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == 5
}

func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.ToUpper(s))
	if err != nil {
		return t, sentence("%q is not an instant such as 2026-05-22T17:15:00+02:00.", s)
	}
	if y := t.Year(); y < 1700 || y > 2250 {
		return t, sentence("The year of %q is not from 1700 to 2250.", s)
	}
	return t, nil
}

func intervals(pairs [][2]string) ([]hours.Interval, error) {
	var out []hours.Interval
	for _, p := range pairs {
		from, err := instant(p[0])
		if err != nil {
			return nil, err
		}
		to, err := instant(p[1])
		if err != nil {
			return nil, err
		}
		out = append(out, hours.Interval{From: from, To: to})
	}
	return out, nil
}
