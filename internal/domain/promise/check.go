package promise

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/domain/hours"
)

func join(list []error) error { return errors.Join(list...) }

func (c *check) name(path, name string, taken map[string]hours.Chain) {
	switch {
	case strings.TrimSpace(name) == "" || len(name) > mostWord:
		c.add(path+".name", "error.promise_name")
	case taken[name] != nil:
		c.add(path+".name", "error.promise_name_twice", "name", name)
	}
}

func (c *check) calendars(d *Desk) {
	if len(d.Book.Calendars) > MostCalendars {
		c.add("calendars", "error.promise_many", "most", MostCalendars)
		return
	}
	for i, cal := range d.Book.Calendars {
		path := fmt.Sprintf("calendars.%d", i)
		c.name(path, cal.Name, d.walls)
		zone, err := time.LoadLocation(cal.Zone)
		if err != nil || cal.Zone == "" || cal.Zone == "Local" {
			c.add(path+".zone", "error.promise_zone", "zone", cal.Zone)
			zone = time.UTC
		}
		weekly := c.weekly(path+".weekly", cal.Weekly)
		off := c.days(path+".holidays", cal.Holidays)
		for k, country := range cal.Countries {
			list := hours.Holidays(country)
			if list == nil {
				c.add(fmt.Sprintf("%s.countries.%d", path, k), "error.promise_country", "country", country)
			}
			off = append(off, list...)
		}
		for k, key := range cal.Events {
			list, ok := hours.EventDays(key)
			if !ok {
				c.add(fmt.Sprintf("%s.events.%d", path, k), "error.promise_event", "event", key)
			}
			off = append(off, list...)
		}
		work := c.days(path+".working_days", cal.WorkingDays)
		off = slices.DeleteFunc(off, func(day time.Time) bool { return slices.ContainsFunc(work, day.Equal) })
		var closed []hours.Interval
		for _, x := range d.Book.Closures {
			if slices.Contains(x.Calendars, cal.Name) {
				closed = append(closed, hours.Interval{From: x.From, To: x.To})
			}
		}
		wall, err := hours.New(zone, weekly, off, closed)
		if err != nil { // weekly has judged each span
			c.add(path+".weekly", "error.promise_hours")
			continue
		}
		for _, team := range cal.Teams {
			if other := d.team[team]; other != "" {
				c.add(path+".teams", "error.promise_team_twice", "name", other)
			}
			d.team[team] = cal.Name
		}
		d.walls[cal.Name] = hours.Chain{wall}
	}
}

func (c *check) weekly(path string, weekly map[string][][2]string) (out [7][]hours.Span) {
	open := 0
	for name, spans := range weekly {
		at := slices.Index(hours.Weekdays(), name)
		if at < 0 || len(spans) > mostSpans {
			c.add(path+"."+name, "error.promise_hours")
			continue
		}
		for _, s := range spans {
			span, ok := hours.ParseSpan(s[0], s[1])
			if !ok {
				c.add(path+"."+name, "error.promise_hours")
				continue
			}
			open++
			day := (at + 1) % 7 // time.Weekday begins on Sunday
			out[day] = append(out[day], span)
		}
	}
	if open == 0 {
		c.add(path, "error.promise_never_open")
	}
	return out
}

func (c *check) days(path string, list []string) []time.Time {
	var out []time.Time
	if len(list) > mostDays {
		c.add(path, "error.promise_many", "most", mostDays)
		return nil
	}
	for _, s := range list {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			c.add(path, "error.promise_day", "day", s)
			continue
		}
		out = append(out, d)
	}
	return out
}

func (c *check) chains(d *Desk) {
	if len(d.Book.Chains) > MostCalendars {
		c.add("chains", "error.promise_many", "most", MostCalendars)
		return
	}
	single := map[string]hours.Chain{}
	for _, cal := range d.Book.Calendars {
		single[cal.Name] = d.walls[cal.Name]
	}
	for i, chain := range d.Book.Chains {
		path := fmt.Sprintf("chains.%d", i)
		c.name(path, chain.Name, d.walls)
		var wall hours.Chain
		for k, name := range chain.Calendars {
			if single[name] == nil {
				c.add(fmt.Sprintf("%s.calendars.%d", path, k), "error.promise_calendar", "name", name)
			}
			wall = append(wall, single[name]...)
		}
		if len(chain.Calendars) == 0 || len(chain.Calendars) > 12 {
			c.add(path+".calendars", "error.promise_chain")
		}
		d.walls[chain.Name] = wall
	}
}

func (c *check) closures(d *Desk) {
	if len(d.Book.Closures) > MostClosures {
		c.add("closures", "error.promise_many", "most", MostClosures)
		return
	}
	for i, x := range d.Book.Closures {
		path := fmt.Sprintf("closures.%d", i)
		if !x.From.Before(x.To) || x.From.Year() < 2000 || x.To.Year() > 2200 {
			c.add(path+".to", "error.promise_closure")
		}
		if len(x.Note) > 200 {
			c.add(path+".note", "error.promise_name")
		}
		if len(x.Calendars) > 0 && len(x.Shops) > 0 {
			c.add(path+".shops", "error.promise_closure_of")
		}
		for k, name := range x.Calendars {
			if !slices.ContainsFunc(d.Book.Calendars, func(cal Calendar) bool { return cal.Name == name }) {
				c.add(fmt.Sprintf("%s.calendars.%d", path, k), "error.promise_calendar", "name", name)
			}
		}
		if len(x.Calendars) == 0 {
			d.shut = append(d.shut, shut{hours.Interval{From: x.From, To: x.To}, x.Shops})
		}
	}
}

func (c *check) rules(d *Desk) {
	if len(d.Book.Rules) > MostRules {
		c.add("rules", "error.promise_many", "most", MostRules)
		return
	}
	names := map[string]bool{}
	for i, r := range d.Book.Rules {
		path := fmt.Sprintf("rules.%d", i)
		c.name(path, r.Name, nil)
		if names[r.Name] {
			c.add(path+".name", "error.promise_name_twice", "name", r.Name)
		}
		names[r.Name] = true
		if r.Calendar != "" && d.walls[r.Calendar] == nil {
			c.add(path+".calendar", "error.promise_calendar", "name", r.Calendar)
		}
		if len(r.Targets) == 0 {
			c.add(path+".targets", "error.promise_targets")
		}
		for t, minutes := range r.Targets {
			if !slices.Contains(Targets(), t) || minutes < 0 || minutes > MostMinutes {
				c.add(path+".targets."+string(t), "error.promise_minutes")
			}
		}
		for t, reasons := range r.Pauses {
			for _, why := range reasons {
				if !slices.Contains(Targets(), t) || !slices.Contains(d.waits, why) {
					c.add(path+".pauses."+string(t), "error.promise_pause", "reason", why)
				}
			}
		}
		if r.Soon < 0 || r.Soon > MostMinutes {
			c.add(path+".soon", "error.promise_minutes")
		}
		for name, list := range map[string][]string{"channels": r.When.Channels, "topics": r.When.Topics, "tiers": r.When.Tiers, "markets": r.When.Markets} {
			if len(list) > 100 || slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" || len(s) > mostWord }) {
				c.add(path+".when."+name, "error.promise_condition")
			}
		}
	}
}
