package lane

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// events is the table of holidays and seasons that slow parcels down, with the
// speed that is believed before any was learned and where each came from.
//
//go:embed events.csv
var events string

const (
	weekday = "weekday"
	weekend = "weekend"

	weekendSpeed = 0.6
	msPerDay     = 24 * 3600 * 1000
	msPerHour    = 3600 * 1000.0
	daysBack     = 500
	daysAhead    = 260
)

// almanac says which event rules a country's days: the slowest by the table.
type almanac struct {
	speed map[string]float64           // by event, as believed beforehand
	days  map[string]map[int32]eventID // by country and day since 1970
	names []string
}

type eventID uint8

// theAlmanac is the table read once, as it never changes.
var theAlmanac = sync.OnceValue(func() *almanac {
	a, err := readAlmanac(events)
	if err != nil {
		panic(err) // it is part of the program, and tested
	}
	return a
})

// friday are the countries whose weekend is Friday and Saturday.
const friday = "SA EG QA KW BH OM YE IQ JO SY DZ LY SD IL MV BD"

// readAlmanac reads the table. Days are "2027-02-01/2027-02-20", or
// "12-29/01-03" for every year.
func readAlmanac(table string) (*almanac, error) {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	a := &almanac{speed: map[string]float64{weekday: 1, weekend: weekendSpeed}, days: map[string]map[int32]eventID{}, names: []string{weekday, weekend}}
	for _, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[3], 64)
		if err != nil || v <= 0 || v > 1 {
			return nil, fmt.Errorf("speed of %s: %q", row[0], row[3])
		}
		if _, ok := a.speed[row[0]]; !ok {
			a.names = append(a.names, row[0])
			a.speed[row[0]] = v
		}
		id := eventID(len(a.names) - 1)
		for _, span := range strings.Fields(row[2]) {
			spans, err := spansOf(span)
			if err != nil {
				return nil, fmt.Errorf("days of %s: %w", row[0], err)
			}
			for _, country := range strings.Fields(row[1]) {
				a.mark(country, spans, id)
			}
		}
	}
	return a, nil
}

func (a *almanac) mark(country string, spans [][2]int32, id eventID) {
	days := a.days[country]
	if days == nil {
		days = map[int32]eventID{}
		a.days[country] = days
	}
	for _, s := range spans {
		for d := s[0]; d <= s[1]; d++ {
			if old, ok := days[d]; !ok || a.speed[a.names[id]] < a.speed[a.names[old]] {
				days[d] = id
			}
		}
	}
}

func spansOf(span string) ([][2]int32, error) {
	first, last, _ := strings.Cut(span, "/")
	if len(first) == len("2027-02-01") {
		s, err := spanOf(first, last)
		return [][2]int32{s}, err
	}
	var out [][2]int32
	for year := 2023; year <= 2030; year++ {
		end := year
		if last < first { // over the new year
			end++
		}
		s, err := spanOf(fmt.Sprintf("%d-%s", year, first), fmt.Sprintf("%d-%s", end, last))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func spanOf(first, last string) ([2]int32, error) {
	a, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return [2]int32{}, err
	}
	b, err := time.Parse(time.DateOnly, last)
	if err != nil || b.Before(a) {
		return [2]int32{}, fmt.Errorf("%s to %s: %w", first, last, err)
	}
	return [2]int32{int32(a.Unix() / 86400), int32(b.Unix() / 86400)}, nil
}

// on returns the event that rules a day in a country.
func (a *almanac) on(country string, day int32) eventID {
	if id, ok := a.days[country][day]; ok {
		return id
	}
	w := time.Weekday((day + 4) % 7) // 1970-01-01 was a Thursday
	switch {
	case w == time.Saturday, w == time.Sunday && !strings.Contains(friday, country), w == time.Friday && country != "" && strings.Contains(friday, country):
		return 1
	}
	return 0
}

// Season is a kind of day: an event in a country, for parcels that lie there
// or for parcels under way that begin or end there.
type Season struct {
	Event, Country string
	UnderWay       bool
}

// pace is what was learned of a season: ends of gaps on its days, and the ends
// that the lanes' curves expect there at full speed.
type pace struct {
	at             int64
	ends, expected float64
	speed          float64 // as of the last Advance
	changed        bool
}

// pacePrior is the weight of the table's speed, in ends of gaps.
const pacePrior = 30.0

// learned returns the speed of a season: the posterior mean of a gamma prior
// around the table's. Plain weekdays of the same country are the measure of
// full speed.
func (p *pace) learned(believed float64, plain *pace) float64 {
	full := 1.0
	if plain != nil {
		full = (plain.ends + pacePrior) / (plain.expected + pacePrior)
	}
	return min(max((p.ends+pacePrior)/(p.expected*full+pacePrior/believed), 0.05), 1)
}

// clock is a lane's own time: it runs slower on days on which fewer parcels
// are scanned. Within its days it rises strictly; outside it is plain time.
type clock struct {
	first int32 // day since 1970
	cum   []float64
	paces []*pace
}

func (c *clock) end() int64 { return int64(c.first)*msPerDay + int64(len(c.paces))*msPerDay }

// hours returns the clock's reading at an instant in Unix milliseconds.
func (c *clock) hours(ms int64) float64 {
	since := ms - int64(c.first)*msPerDay
	if since < 0 {
		return float64(since) / msPerHour
	}
	d := int(since / msPerDay)
	if d >= len(c.paces) {
		return c.cum[len(c.paces)] + float64(ms-c.end())/msPerHour
	}
	return c.cum[d] + (c.cum[d+1]-c.cum[d])*float64(since%msPerDay)/msPerDay
}

// instant is the inverse of hours.
func (c *clock) instant(hours float64) int64 {
	switch {
	case hours <= 0:
		return int64(c.first)*msPerDay + int64(hours*msPerHour)
	case hours >= c.cum[len(c.paces)]:
		return c.end() + int64((hours-c.cum[len(c.paces)])*msPerHour)
	}
	d := sort.SearchFloat64s(c.cum, hours) // cum[d-1] < hours <= cum[d]
	part := (hours - c.cum[d-1]) / (c.cum[d] - c.cum[d-1])
	return (int64(c.first)+int64(d)-1)*msPerDay + int64(part*msPerDay)
}

type clockKey struct{ origin, dest string }

// clock returns the clock of a lane at a side, made on first use.
func (m *Model) clock(l Lane, s side) *clock {
	key := clockKey{l.Origin, l.Dest}
	switch s {
	case atOrigin:
		key.dest = "-"
	case atDest:
		key.origin = "-"
	}
	if c, ok := m.clocks[key]; ok {
		return c
	}
	if len(m.clocks) >= mostClocks {
		clear(m.clocks)
	}
	first := max(int32(m.now/msPerDay)-daysBack, 0)
	origin := &paced{model: m, country: l.Origin, underWay: s == between}
	dest := &paced{model: m, country: l.Dest, underWay: s == between}
	c := &clock{first: first, cum: make([]float64, 1, daysBack+daysAhead+1), paces: make([]*pace, 0, daysBack+daysAhead)}
	for d := first; d < first+daysBack+daysAhead; d++ {
		var p *pace
		switch s {
		case atOrigin:
			p = origin.on(d)
		case atDest:
			p = dest.on(d)
		default:
			p = origin.on(d)
			if q := dest.on(d); q.speed < p.speed {
				p = q
			}
		}
		c.paces = append(c.paces, p)
		c.cum = append(c.cum, c.cum[len(c.cum)-1]+24*p.speed)
	}
	m.clocks[key] = c
	return c
}

// paced reads the days of one country.
type paced struct {
	model    *Model
	country  string
	underWay bool
	known    [256]*pace // by event
}

func (c *paced) on(day int32) *pace {
	id := c.model.almanac.on(c.country, day)
	if c.known[id] == nil {
		c.known[id] = c.model.paceOf(Season{c.model.almanac.names[id], c.country, c.underWay})
	}
	return c.known[id]
}

func (m *Model) paceOf(s Season) *pace {
	p, ok := m.paces[s]
	if !ok {
		p = &pace{speed: m.almanac.speed[s.Event]}
		m.paces[s] = p
	}
	return p
}
