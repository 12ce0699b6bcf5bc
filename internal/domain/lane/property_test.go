package lane

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func genLane(t *rapid.T) Lane {
	return Lane{
		rapid.SampledFrom([]string{"CN", "DE", "AE", ""}).Draw(t, "origin"),
		rapid.SampledFrom([]string{"BR", "RU", "FR", "SA"}).Draw(t, "dest"),
		rapid.SampledFrom([]string{"post", "line"}).Draw(t, "service"),
	}
}

func genStage(t *rapid.T) Stage {
	return rapid.SampledFrom([]Stage{Announced, Transit, "in_transit@dest", Customs, Out}).Draw(t, "stage")
}

func genGap(t *rapid.T) Gap {
	at := start.Add(time.Duration(rapid.IntRange(0, 200*24).Draw(t, "at")) * time.Hour)
	return Gap{Lane: genLane(t), Stage: genStage(t), Start: at,
		End:    at.Add(time.Duration(math.Pow(10, rapid.Float64Range(-1, 3.6).Draw(t, "gap")) * float64(time.Hour))),
		Ending: rapid.SampledFrom([]Ending{Scanned, Scanned, Scanned, Open, Gone}).Draw(t, "ending")}
}

func genModel(t *rapid.T) *Model {
	m := New(Options{}, start.Add(100*day))
	for range rapid.IntRange(0, 6).Draw(t, "bursts") {
		g := genGap(t)
		for range rapid.IntRange(1, 40).Draw(t, "times") {
			m.Learn(g)
		}
	}
	m.Advance(start.Add(220 * day))
	return m
}

func genParcel(t *rapid.T) Parcel {
	return Parcel{Lane: genLane(t), Stage: genStage(t), Step: rapid.IntRange(0, 6).Draw(t, "step"),
		Last:   start.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "last")) * time.Hour),
		Window: time.Duration(rapid.IntRange(0, 60).Draw(t, "window")) * day}
}

func TestSurvivalFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := genModel(t).estimate(genLane(t), genStage(t))
		last := 1.0
		for h := 0.0; h < horizon*1.1; h = h*1.1 + 0.3 {
			s := c.longer(h)
			if !(s > 0) || s > last {
				t.Fatalf("S(%g) = %g after %g", h, s, last)
			}
			last = s
			if back := c.when(s); math.Abs(c.longer(back)-s) > 1e-9 {
				t.Fatalf("S(when(%g)) = %g", s, c.longer(back))
			}
		}
	})
}

// Evidence of a longer gap never makes a shorter silence look rarer.
func TestLongerGapsRaiseNoAlarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genModel(t)
		g := genGap(t)
		before, _ := m.estimate(g.Lane, g.Stage)
		m.Learn(g)
		after, _ := m.estimate(g.Lane, g.Stage)
		c := m.clock(g.Lane, g.Stage.side())
		to := c.hours(g.End.UnixMilli()) - c.hours(g.Start.UnixMilli())
		if g.Ending == Gone {
			to = horizon
		}
		for k := 0; k <= min(binOf(to), bins); k++ {
			if after[k] > before[k]+1e-12 {
				t.Fatalf("after a gap of %g h the chance of more than %g h fell from %g to %g", to, edges[k], math.Exp(-before[k]), math.Exp(-after[k]))
			}
		}
	})
}

func TestMergeIsAddInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const halfLife = 90 * day
		type wait struct {
			at       int64
			from, to float64
			ended    bool
		}
		waits := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) wait {
			from := rapid.Float64Range(0, 300).Draw(t, "from")
			return wait{start.UnixMilli() + rapid.Int64Range(0, 3*365).Draw(t, "day")*msPerDay, from,
				from + rapid.Float64Range(0, 3000).Draw(t, "for"), rapid.Bool().Draw(t, "ended")}
		}), 0, 30).Draw(t, "waits")
		add := func(cs []*cell, order []int) *cell {
			for n, i := range order {
				c, w := cs[n%len(cs)], waits[i]
				f := c.weight(w.at, halfLife)
				c.wait(w.from, w.to, w.ended, f)
				c.arrive(i%steps, w.to, f)
				c.rank(float64(i%20)/20, f)
			}
			sum := &cell{}
			for _, c := range cs {
				sum.merge(c, halfLife)
			}
			return sum
		}
		order := make([]int, len(waits))
		for i := range order {
			order[i] = i
		}
		one := add([]*cell{{}}, order)
		many := add([]*cell{{}, {}, {}}, rapid.Permutation(order).Draw(t, "order"))
		same := func(what string, a, b, f float64) {
			if math.Abs(a-b*f) > 1e-9*(1+a) {
				t.Fatalf("%s: %g and %g", what, a, b*f)
			}
		}
		f := fade(many.at, one.at, halfLife)
		if len(one.gaps) != len(many.gaps) {
			t.Fatalf("%d bins and %d", len(one.gaps), len(many.gaps))
		}
		for i := range one.gaps {
			same("ends", one.gaps[i].ends, many.gaps[i].ends, f)
			same("waited", one.gaps[i].waited, many.gaps[i].waited, f)
		}
		for s := range one.ahead {
			for i := range one.ahead[s] {
				same("ahead", one.ahead[s][i], many.ahead[s][i], f)
			}
		}
		for i := range one.ranks {
			same("ranks", one.ranks[i], many.ranks[i], f)
		}
	})
}

func TestVerdictRisesWithSilenceAndSaysWhen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, p := genModel(t), genParcel(t)
		now := p.Last
		for level := Watch; level <= Lost; level++ {
			at := m.Reaches(p, level)
			if got := m.Judge(p, at).Level; got < level || level > Watch && at.Before(m.Reaches(p, level-1)) {
				t.Fatalf("at %s, when %s is reached, it is %s", at, level, got)
			}
		}
		last, odds := m.Judge(p, now), m.Odds(p, now)
		for range 12 {
			var later time.Time
			if rapid.Bool().Draw(t, "jump") && !last.Next.IsZero() {
				if !last.Next.After(now) {
					t.Fatalf("at %s the next change is at %s", now, last.Next)
				}
				if before := m.Judge(p, last.Next.Add(-2*time.Millisecond)); before.Level != last.Level && last.Next.Sub(now) > 2*time.Millisecond {
					t.Fatalf("%s became %s before its time", last.Level, before.Level)
				}
				later = last.Next
				if after := m.Judge(p, later); after.Level <= last.Level {
					t.Fatalf("%s stayed %s at the time of its change", last.Level, after.Level)
				}
			} else {
				later = now.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "hours")) * time.Hour)
			}
			v, o := m.Judge(p, later), m.Odds(p, later)
			if v.Level < last.Level || o.Longer > odds.Longer+1e-12 || o.Never < odds.Never-1e-12 {
				t.Fatalf("%v %v, then %v %v", last, odds, v, o)
			}
			if (v.Level == Lost) != v.Next.IsZero() {
				t.Fatalf("%s, next %s", v.Level, v.Next)
			}
			if v.Level == Lost && later.Before(p.Last.Add(p.Window)) {
				t.Fatal("lost within the carrier's window")
			}
			now, last, odds = later, v, o
		}
	})
}

func TestForecastsAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, p := genModel(t), genParcel(t)
		for range rapid.IntRange(0, 5).Draw(t, "deliveries") {
			scans := []Scan{{At: p.Last, Stage: Announced}}
			for range rapid.IntRange(1, 6).Draw(t, "scans") {
				scans = append(scans, Scan{scans[len(scans)-1].At.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "h")) * time.Hour), genStage(t)})
			}
			m.Arrive(p.Lane, scans)
		}
		now := p.Last.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "silence")) * time.Hour)
		f, ok := m.Forecast(p, now)
		if !ok {
			return
		}
		if f.P10.Before(now.Add(-time.Second)) || f.P50.Before(f.P10) || f.P90.Before(f.P50) {
			t.Fatalf("now %s: %s, %s, %s", now, f.P10, f.P50, f.P90)
		}
		last := 0.0
		for d := -5; d < 200; d += 5 {
			by := f.By(now.Add(time.Duration(d) * day))
			if !(by >= last) || by > 1-f.Never+1e-9 {
				t.Fatalf("by day %d: %g after %g, never %g", d, by, last, f.Never)
			}
			last = by
		}
	})
}

func TestLearningInPiecesIsLearningOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{HalfLife: 1e5 * day} // so that the age of pieces weighs nothing
		one, many := New(o, start), New(o, start)
		g := genGap(t)
		one.Learn(g)
		piece := g
		for range rapid.IntRange(0, 4).Draw(t, "looks") {
			piece.Ending = Open
			piece.End = g.Start.Add(time.Duration(rapid.Float64Range(0, 1).Draw(t, "part") * float64(g.End.Sub(g.Start))))
			piece.Seen = many.Learn(piece)
			if seen := many.Learn(piece); !seen.Equal(piece.Seen) {
				t.Fatalf("learned up to %s, then to %s", piece.Seen, seen)
			}
		}
		piece.End, piece.Ending = g.End, g.Ending
		many.Learn(piece)
		key := cellKey{Scope{Pool: OfWorld}, g.Stage}
		a, b := one.cell(key), many.cell(key)
		if len(a.gaps) != len(b.gaps) {
			t.Fatalf("%d bins and %d", len(a.gaps), len(b.gaps))
		}
		for i := range a.gaps {
			if math.Abs(a.gaps[i].waited-b.gaps[i].waited) > 1e-2 || math.Abs(a.gaps[i].ends-b.gaps[i].ends) > 1e-2 {
				t.Fatalf("bin %d: %v and %v", i, a.gaps[i], b.gaps[i])
			}
		}
	})
}

func TestClockTurnsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genModel(t)
		c := m.clock(genLane(t), rapid.SampledFrom([]side{between, atOrigin, atDest}).Draw(t, "side"))
		a := start.UnixMilli() + rapid.Int64Range(-900*msPerDay, 900*msPerDay).Draw(t, "a")
		b := a + rapid.Int64Range(0, 100*msPerDay).Draw(t, "b")
		if c.hours(b) < c.hours(a) || c.hours(b)-c.hours(a) > float64(b-a)/msPerHour+1e-6 {
			t.Fatal("the clock runs back, or ahead of the world")
		}
		if back := c.instant(c.hours(a)); back < a-5 || back > a+5 {
			t.Fatalf("%d came back as %d", a, back)
		}
	})
}

func TestRowsKeepTheEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genModel(t)
		m.Arrive(Lane{"CN", "BR", "post"}, []Scan{{start, Announced}, {start.Add(day), Transit}, {start.Add(9 * day), "delivered"}})
		m.Lose(Lane{"CN", "BR", "post"}, start)
		rows := m.Changed()
		if again := m.Changed(); len(again) != 0 {
			t.Fatalf("%d rows changed by nothing", len(again))
		}
		n := New(Options{}, start.Add(220*day))
		for _, i := range rapid.Permutation(indices(len(rows))).Draw(t, "order") {
			if err := n.Load(rows[i]); err != nil {
				t.Fatal(err)
			}
		}
		if len(n.Changed()) != 0 {
			t.Fatal("loading changed rows")
		}
		n.Advance(start.Add(220 * day))
		m.Advance(start.Add(220 * day))
		l, s := genLane(t), genStage(t)
		a, _ := m.estimate(l, s)
		b, _ := n.estimate(l, s)
		for k := range a {
			if math.Abs(a[k]-b[k]) > 1e-5*(1+a[k]) {
				t.Fatalf("hazard %d: %g and %g", k, a[k], b[k])
			}
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func FuzzRow(f *testing.F) {
	m := New(Options{}, start)
	m.Learn(Gap{Lane: Lane{"CN", "BR", "post"}, Stage: Customs, Start: start, End: start.Add(9 * day), Ending: Scanned})
	m.Arrive(Lane{"CN", "BR", "post"}, []Scan{{start, Announced}, {start.Add(day), Transit}, {start.Add(9 * day), "delivered"}})
	for _, r := range m.Changed() {
		f.Add(r.Scope, string(r.Stage), r.Data)
	}
	f.Add("world", "in_transit", []byte{})
	certain := cell{at: start.UnixMilli(), gaps: slices.Repeat([]tally{{ends: 1e9}}, bins)} // that a scan comes at once
	f.Add("world", string(Customs), certain.encode())
	f.Fuzz(func(t *testing.T, scope, stage string, data []byte) {
		m := New(Options{}, start)
		if err := m.Load(Row{scope, Stage(stage), data}); err != nil {
			return
		}
		if c, err := decode(data); err == nil {
			if b, err := decode(c.encode()); err != nil || !slices.Equal(b.encode(), c.encode()) {
				t.Fatalf("a row does not survive: %v", err)
			}
		}
		p := Parcel{Lane: Lane{"CN", "BR", "post"}, Stage: Customs, Last: start}
		if o := m.Odds(p, start.Add(5*day)); !(o.Longer >= 0 && o.Longer <= 1) || !(o.Never >= 0 && o.Never <= 1) {
			t.Fatalf("odds %v", o)
		}
		if f, ok := m.Forecast(p, start.Add(day)); ok && f.P90.Before(f.P10) {
			t.Fatalf("forecast %s to %s", f.P10, f.P90)
		}
		m.Performance()
	})
}
