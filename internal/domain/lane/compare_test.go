package lane_test

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/lane"
	"godwit.dev/godwit/internal/domain/lane/lanesim"
)

const day = 24 * time.Hour

// The trial: history before cut is learned, parcels announced in the days after
// it are judged every day by what was known then.
const (
	trialDays = 420
	cutDay    = 280
	newDays   = 75 // parcels announced in these days after the cut are judged
)

// judged is what happened to a parcel of the trial under one rule.
type judged struct {
	parcel *lanesim.Parcel
	alarm  [4]time.Time // first day of each level
}

// forecast is one forecast on the way, with its outcome.
type forecast struct {
	f       lane.Forecast
	asked   time.Time
	arrived time.Time
	promise time.Time
	stage   lane.Stage
	part    float64 // of the way that was done
}

type trial struct {
	model     *lane.Model
	judged    []judged
	forecasts []forecast
	learned   int
}

var (
	seeds  = flag.Int("seeds", 1, "invented histories that the trial pools")
	seed   = flag.Uint64("seed", 4, "the first of them")
	perDay = flag.Float64("perday", 40, "parcels a day of each history")
	month  = flag.Int("month", 13, "month of 2024 in which histories begin; the trial is nine months later")
	frozen = flag.Bool("frozen", false, "learn nothing after the cut")
)

var theTrial = sync.OnceValue(func() *trial {
	all := &trial{}
	for i := range *seeds {
		t := try(*seed+uint64(i), lane.Options{})
		all.model, all.learned = t.model, all.learned+t.learned
		all.judged = append(all.judged, t.judged...)
		all.forecasts = append(all.forecasts, t.forecasts...)
	}
	return all
})

// open is a parcel on its way.
type open struct {
	p     *lanesim.Parcel
	scan  int // index of its last scan
	step  int
	seen  time.Time
	judge int // index in the trial, -1 for none
}

func try(seed uint64, o lane.Options) *trial {
	from := time.Date(2024, time.Month(*month), 5, 0, 0, 0, 0, time.UTC)
	h := lanesim.New(seed, from, trialDays, *perDay)
	t := &trial{model: lane.New(o, from)}
	type event struct {
		at           time.Time
		parcel, scan int
	}
	var events []event
	for i := range h.Parcels {
		for j, s := range h.Parcels[i].Scans {
			events = append(events, event{s.At, i, j})
		}
	}
	slices.SortFunc(events, func(a, b event) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.parcel, b.parcel), cmp.Compare(a.scan, b.scan))
	})
	way := map[int]*open{}
	next := 0
	for d := range trialDays {
		now := from.Add(time.Duration(d+1) * day)
		for ; next < len(events) && events[next].at.Before(now); next++ {
			t.scan(way, &h.Parcels[events[next].parcel], events[next].parcel, events[next].scan, d)
		}
		t.model.Advance(now)
		ids := make([]int, 0, len(way))
		for i := range way {
			ids = append(ids, i)
		}
		slices.Sort(ids)
		for _, i := range ids {
			t.sweep(way[i], i, d, now)
		}
	}
	return t
}

func (t *trial) scan(way map[int]*open, p *lanesim.Parcel, id, scan, d int) {
	o := way[id]
	if o == nil {
		o = &open{p: p, judge: -1}
		way[id] = o
		if d >= cutDay && d < cutDay+newDays {
			o.judge = len(t.judged)
			t.judged = append(t.judged, judged{parcel: p})
		}
		return
	}
	a, b := p.Scans[scan-1], p.Scans[scan]
	t.call(o, b.At)
	learn := d < cutDay || !*frozen
	if learn {
		t.model.Learn(lane.Gap{Lane: p.Way.Lane, Stage: a.Stage, Start: a.At, End: b.At, Ending: lane.Scanned, Seen: o.seen})
		t.learned++
	}
	if o.step++; a.Stage != b.Stage {
		o.step = 0
	}
	o.scan, o.seen = scan, time.Time{}
	if b.Stage == lanesim.Delivered {
		if learn {
			t.model.Arrive(p.Way.Lane, p.Scans)
		}
		delete(way, id)
	}
}

func (t *trial) sweep(o *open, id, d int, now time.Time) {
	last := o.p.Scans[o.scan]
	if d%7 == 0 && (d < cutDay || !*frozen) {
		o.seen = t.model.Learn(lane.Gap{Lane: o.p.Way.Lane, Stage: last.Stage, Start: last.At, End: now, Seen: o.seen})
	}
	if o.judge < 0 {
		return
	}
	t.call(o, now)
	parcel := o.parcel()
	if (id+d)%5 == 0 && !o.p.Lost {
		if f, ok := t.model.Forecast(parcel, now); ok {
			end := o.p.Scans[len(o.p.Scans)-1].At
			start := o.p.Scans[0].At
			t.forecasts = append(t.forecasts, forecast{f, now, end, o.p.Promise, last.Stage, float64(now.Sub(start)) / float64(end.Sub(start))})
		}
	}
}

func (o *open) parcel() lane.Parcel {
	last := o.p.Scans[o.scan]
	return lane.Parcel{Lane: o.p.Way.Lane, Stage: last.Stage, Step: o.step, Last: last.At, Window: 10 * day}
}

// call takes down the levels that a parcel has reached at an instant: once a
// day, and just before its next scan, so that no alarm between is missed.
func (t *trial) call(o *open, now time.Time) {
	if o.judge < 0 {
		return
	}
	j := &t.judged[o.judge]
	for level := lane.Watch; level <= t.model.Judge(o.parcel(), now).Level; level++ {
		if j.alarm[level].IsZero() {
			j.alarm[level] = now
		}
	}
}

// score is how one rule did.
type score struct {
	name                       string
	precision, recall7         float64
	recall14, recall, falsely  float64
	wait                       float64 // days from the last scan to the alarm, lost parcels, the median
	alarms                     map[*lanesim.Parcel]time.Time
	lost, healthy, right, over int
}

// rate scores a rule by its first alarm for each parcel, the zero time for none.
func (t *trial) rate(name string, alarm func(*judged) time.Time) score {
	s := score{name: name, alarms: map[*lanesim.Parcel]time.Time{}}
	var waits []float64
	var in7, in14, all int
	for i := range t.judged {
		j := &t.judged[i]
		at := alarm(j)
		end := j.parcel.Scans[len(j.parcel.Scans)-1].At
		if !j.parcel.Lost {
			s.healthy++
			if !at.IsZero() && !at.After(end) {
				s.over++
			}
			continue
		}
		s.lost++
		if at.IsZero() || at.Sub(end) > 45*day {
			waits = append(waits, 45)
			s.alarms[j.parcel] = end.Add(45 * day)
			continue
		}
		at = latest(at, end)
		s.alarms[j.parcel] = at
		wait := at.Sub(end).Hours() / 24
		waits = append(waits, wait)
		all++
		if wait <= 7 {
			in7++
		}
		if wait <= 14 {
			in14++
		}
	}
	slices.Sort(waits)
	n := float64(max(s.lost, 1))
	s.right = all
	s.precision = float64(all) / float64(max(all+s.over, 1))
	s.recall7, s.recall14, s.recall = float64(in7)/n, float64(in14)/n, float64(all)/n
	s.falsely = float64(s.over) / float64(max(s.healthy, 1))
	s.wait = waits[len(waits)/2]
	return s
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// fixed is the rule of a fixed number of silent days, as lanes' tables have
// it, times a factor.
func fixed(factor float64) func(*judged) time.Time {
	return func(j *judged) time.Time {
		limit := time.Duration(j.parcel.Way.Warn * factor * 24 * float64(time.Hour))
		scans := j.parcel.Scans
		for i, s := range scans {
			if i+1 == len(scans) {
				if j.parcel.Lost {
					return s.At.Add(limit)
				}
				return time.Time{}
			}
			if scans[i+1].At.Sub(s.At) > limit {
				return s.At.Add(limit)
			}
		}
		return time.Time{}
	}
}

// matched tunes a rule's factor until it errs as seldom as ours, with the
// outcome in hand: better than anybody could tune it beforehand.
func (t *trial) matched(name string, rule func(float64) func(*judged) time.Time, falsely float64) (score, float64) {
	lo, hi := 0.05, 20.0
	for range 30 {
		mid := math.Sqrt(lo * hi)
		if t.rate("", rule(mid)).falsely > falsely {
			lo = mid
		} else {
			hi = mid
		}
	}
	return t.rate(name, rule(hi)), hi
}

// late is the rule by the carrier's own arrival: overdue by a factor of the
// days that the lanes' tables allow.
func late(factor float64) func(*judged) time.Time {
	return func(j *judged) time.Time {
		at := j.parcel.Promise.Add(time.Duration(factor * j.parcel.Way.Late * 24 * float64(time.Hour)))
		if end := j.parcel.Scans[len(j.parcel.Scans)-1].At; !j.parcel.Lost && at.After(end) {
			return time.Time{}
		}
		return at
	}
}

func ours(level lane.Level) func(*judged) time.Time {
	return func(j *judged) time.Time { return j.alarm[level] }
}

// gained is how many days earlier a rule warned of the lost parcels than
// another, on average.
func gained(a, b score) float64 {
	sum := 0.0
	for p, at := range a.alarms {
		sum += b.alarms[p].Sub(at).Hours() / 24
	}
	return sum / float64(max(len(a.alarms), 1))
}

func (t *trial) scores() []score {
	stalled := t.rate("learned, stalled", ours(lane.Stalled))
	fix, m := t.matched("fixed days, matched", fixed, stalled.falsely)
	fix.name += fmt.Sprintf(" (x %.2f)", m)
	eta, m := t.matched("carrier's ETA, matched", late, stalled.falsely)
	eta.name += fmt.Sprintf(" (x %.2f)", m)
	return []score{stalled, t.rate("learned, watch", ours(lane.Watch)), t.rate("learned, presumed lost", ours(lane.Lost)),
		t.rate("fixed days", fixed(1)), fix, t.rate("carrier's ETA", late(1)), eta}
}

func table(scores []score) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| rule | false alarms | precision | recall in 7 days | in 14 | in 45 | median days to alarm | days gained by ours |\n|---|---|---|---|---|---|---|---|\n")
	for _, s := range scores {
		fmt.Fprintf(&b, "| %s | %.2f %% | %.0f %% | %.0f %% | %.0f %% | %.0f %% | %.1f | %+.1f |\n", s.name, 100*s.falsely, 100*s.precision,
			100*s.recall7, 100*s.recall14, 100*s.recall, s.wait, gained(scores[0], s))
	}
	return b.String()
}

// coverage is the share of arrivals within the central range that should hold so many.
func coverage(fs []forecast, share float64) float64 {
	in := 0
	for _, f := range fs {
		if lo, hi := f.f.At((1-share)/2), f.f.At((1+share)/2); !f.arrived.Before(lo) && !f.arrived.After(hi) {
			in++
		}
	}
	return float64(in) / float64(max(len(fs), 1))
}

// pinball is the loss of a quantile in days (Koenker & Bassett 1978).
func pinball(at, truth time.Time, q float64) float64 {
	d := truth.Sub(at).Hours() / 24
	return max(q*d, (q-1)*d)
}

func TestLearnedAlarmsAgainstFixedRules(t *testing.T) {
	tr := theTrial()
	scores := tr.scores()
	t.Logf("%d parcels judged, %d lost; %d gaps learned\n%s", len(tr.judged), scores[0].lost, tr.learned, table(scores))
	learned, fix, eta := scores[0], scores[4], scores[6]
	if want := 0.02; learned.falsely < want/2.5 || learned.falsely > want*2 {
		t.Errorf("false alarms: %.4f, set %.4f", learned.falsely, want)
	}
	if watch := scores[1].falsely; watch < 0.04 || watch > 0.2 {
		t.Errorf("parcels watched: %.4f, set 0.10", watch)
	}
	if learned.recall14 < fix.recall14+0.05 || learned.recall14 < eta.recall14+0.05 {
		t.Errorf("recall in 14 days: learned %.2f, fixed days %.2f, carrier's ETA %.2f", learned.recall14, fix.recall14, eta.recall14)
	}
	if g := gained(learned, fix); g < 1 {
		t.Errorf("gained %.1f days on the fixed rule", g)
	}
	if lost := scores[2]; lost.falsely > 0.005 || lost.precision < 0.8 {
		t.Errorf("presumed lost: falsely %.4f, precision %.2f", lost.falsely, lost.precision)
	}
}

func TestForecastsHoldWhatTheySay(t *testing.T) {
	fs := theTrial().forecasts
	var b strings.Builder
	var loss, losses [3]float64
	for _, f := range fs {
		for i, q := range []float64{0.1, 0.5, 0.9} {
			loss[i] += pinball(f.f.At(q), f.arrived, q) / float64(len(fs))
			losses[i] += pinball(latest(f.promise, f.asked.Add(2*day)), f.arrived, q) / float64(len(fs))
		}
	}
	for _, share := range []float64{0.5, 0.8, 0.9} {
		got := coverage(fs, share)
		fmt.Fprintf(&b, "| %.0f %% | %.1f %% |\n", 100*share, 100*got)
		if math.Abs(got-share) > 0.05 {
			t.Errorf("the range of %.2f held %.3f", share, got)
		}
	}
	t.Logf("%d forecasts\n%spinball 10/50/90: ours %.2f, carrier %.2f days", len(fs), b.String(), loss, losses)
	if loss[1] > 0.8*losses[1] {
		t.Errorf("pinball loss at the median: ours %.2f, carrier's %.2f", loss[1], losses[1])
	}
	var width [4][]float64
	for _, f := range fs {
		if f.part >= 0 && f.part < 1 {
			width[int(4*f.part)] = append(width[int(4*f.part)], f.f.P90.Sub(f.f.P10).Hours()/24)
		}
	}
	for i, w := range width {
		slices.Sort(w)
		t.Logf("quarter %d of the way: median width of the 80 %% range %.1f days", i+1, w[len(w)/2])
		if i > 0 && w[len(w)/2] > width[i-1][len(width[i-1])/2] {
			t.Errorf("the range does not narrow in quarter %d", i+1)
		}
	}
	stages := map[lane.Stage][]forecast{}
	for _, f := range fs {
		stages[f.stage] = append(stages[f.stage], f)
	}
	for s, fs := range stages {
		t.Logf("%s: %d, 80 %% held %.3f", s, len(fs), coverage(fs, 0.8))
	}
}
