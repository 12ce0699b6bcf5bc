package lane

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Row is evidence as the store keeps it: one row per scope and stage, and one
// per season with the stage "season".
type Row struct {
	Scope string
	Stage Stage
	Data  []byte
}

// seasonStage marks rows of seasons.
const seasonStage Stage = "season"

func (s Season) scope() string {
	place := "here"
	if s.UnderWay {
		place = "way"
	}
	return s.Event + " " + place + " " + s.Country
}

func parseSeason(scope string) (Season, bool) {
	parts := strings.Split(scope, " ")
	if len(parts) != 3 || parts[1] != "here" && parts[1] != "way" {
		return Season{}, false
	}
	return Season{parts[0], parts[2], parts[1] == "way"}, true
}

// Changed returns the rows that differ from what the last call returned or Load
// brought in, in order of their keys. A row takes the place of that kept before.
func (m *Model) Changed() []Row {
	var out []Row
	for _, key := range m.changed {
		c := m.cells[key]
		c.changed = false
		out = append(out, Row{key.scope.String(), key.stage, c.encode()})
	}
	m.changed = m.changed[:0]
	for s, p := range m.paces {
		if p.changed {
			c := cell{at: p.at, gaps: []tally{{p.ends, p.expected}}}
			out = append(out, Row{s.scope(), seasonStage, c.encode()})
			p.changed = false
		}
	}
	slices.SortFunc(out, byKey)
	return out
}

// Load adds a row to the model's evidence: all rows of a workspace when it
// starts. Loading the same row twice counts it twice. It fails with
// errs.Invalid, or errs.Unsupported for a row of a newer version, and then has
// changed nothing.
func (m *Model) Load(r Row) error {
	c, err := decode(r.Data)
	if err != nil {
		return err
	}
	if r.Stage == seasonStage {
		s, ok := parseSeason(r.Scope)
		if !ok || len(c.gaps) != 1 {
			return unreadable("season %q", r.Scope)
		}
		if _, known := m.almanac.speed[s.Event]; known { // an event that left the table is forgotten
			m.paceOf(s).merge(&pace{at: c.at, ends: c.gaps[0].ends, expected: c.gaps[0].waited})
		}
		return nil
	}
	scope, err := ParseScope(r.Scope)
	if err != nil {
		return err
	}
	m.cell(cellKey{scope, r.Stage}).merge(c, m.options.HalfLife)
	return nil
}

// Forget drops the evidence of lanes and pools that has faded to less than a
// tenth of a gap, and returns the keys of its rows for the store to delete.
// Called now and then it keeps the model as large as the lanes in use.
func (m *Model) Forget() []Row {
	var gone []Row
	for key, c := range m.cells {
		weight := c.arrived + c.lost
		for _, t := range c.gaps {
			weight += t.ends + t.waited
		}
		for _, h := range c.ahead {
			for _, v := range h {
				weight += v
			}
		}
		if c.at < m.now && weight*fade(c.at, m.now, m.options.HalfLife) < 0.1 {
			delete(m.cells, key)
			gone = append(gone, Row{Scope: key.scope.String(), Stage: key.stage})
		}
	}
	m.changed = slices.DeleteFunc(m.changed, func(key cellKey) bool { return m.cells[key] == nil })
	slices.SortFunc(gone, byKey)
	return gone
}

func byKey(a, b Row) int {
	return strings.Compare(a.Scope+"\x00"+string(a.Stage), b.Scope+"\x00"+string(b.Stage))
}

// Merge adds another model's evidence, such as that of another part of an
// import; the order of merges does not matter. Both need the same HalfLife.
func (m *Model) Merge(o *Model) {
	for key, c := range o.cells {
		m.change(key.scope, key.stage).merge(c, m.options.HalfLife)
	}
	for s, p := range o.paces {
		q := m.paceOf(s)
		q.merge(p)
		q.changed = q.changed || p.at != 0
	}
}

func (p *pace) merge(o *pace) {
	at := max(p.at, o.at)
	if p.at != 0 {
		f := fade(p.at, at, seasonHalfLife)
		p.ends, p.expected = p.ends*f, p.expected*f
	}
	if o.at != 0 {
		f := fade(o.at, at, seasonHalfLife)
		p.ends, p.expected = p.ends+o.ends*f, p.expected+o.expected*f
	}
	p.at = at
}

// Speeds returns what was learned of seasons: the part of a plain weekday's
// scans that one of their days has, as of the last Advance.
func (m *Model) Speeds() map[Season]float64 {
	out := make(map[Season]float64, len(m.paces))
	for s, p := range m.paces {
		if p.at != 0 {
			out[s] = p.speed
		}
	}
	return out
}

// Performance is how a lane did, the old counted less.
type Performance struct {
	Lane         Lane
	Arrived      float64       // parcels delivered, by their weight
	Lost         float64       // the share of parcels that were lost
	Median       time.Duration // from the first scan to delivery
	Ninetieth    time.Duration // the same for the slowest parcel of ten
	GapsOnTheWay float64
}

// Performance returns the lanes with history of their own, in order.
func (m *Model) Performance() []Performance {
	var out []Performance
	for key, c := range m.cells {
		if key.stage != journey || key.scope.Pool != OfLane {
			continue
		}
		f := fade(c.at, max(m.now, c.at), m.options.HalfLife)
		l := Lane{key.scope.Origin, key.scope.Dest, key.scope.Service}
		p := Performance{Lane: l, Arrived: c.arrived * f, GapsOnTheWay: m.silences(l)}
		if all := c.arrived + c.lost; all > 0 {
			p.Lost = c.lost / all
		}
		p.Median, p.Ninetieth = c.total(0.5), c.total(0.9)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Performance) int {
		return slices.Compare([]string{a.Lane.Origin, a.Lane.Dest, a.Lane.Service}, []string{b.Lane.Origin, b.Lane.Dest, b.Lane.Service})
	})
	return out
}

// total reads a quantile off the journeys of a cell.
func (c *cell) total(q float64) time.Duration {
	want, below := q*c.arrived, 0.0
	for k, v := range c.ahead[0] {
		if below+v >= want && v > 0 {
			return time.Duration((edges[k] + (want-below)/v*(edges[k+1]-edges[k])) * float64(time.Hour))
		}
		below += v
	}
	return 0
}

// Stages returns the stages of which a scope has evidence, in order.
func (m *Model) Stages(s Scope) []Stage {
	seen := map[Stage]bool{}
	for key := range m.cells {
		if key.scope == s && key.stage != journey {
			seen[key.stage] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Put takes a row in the place of what the model knows under its key, for a model
// that follows what another one learns. It fails as Load does.
func (m *Model) Put(r Row) error {
	if r.Stage == seasonStage {
		s, ok := parseSeason(r.Scope)
		if !ok {
			return unreadable("season %q", r.Scope)
		}
		if _, known := m.almanac.speed[s.Event]; known {
			p := m.paceOf(s)
			was := *p
			p.at, p.ends, p.expected = 0, 0, 0
			if err := m.Load(r); err != nil {
				*p = was
				return err
			}
		}
		return nil
	}
	scope, err := ParseScope(r.Scope)
	if err != nil {
		return err
	}
	key := cellKey{scope, r.Stage}
	was, known := m.cells[key]
	delete(m.cells, key)
	if err := m.Load(r); err != nil {
		if known {
			m.cells[key] = was
		}
		return err
	}
	return nil
}
