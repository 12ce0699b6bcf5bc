package lane

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestSidesOfStages(t *testing.T) {
	for stage, want := range map[Stage]side{
		Announced: atOrigin, PickedUp: atOrigin, Transit: between, "in_transit@origin": atOrigin, "in_transit@dest": atDest,
		Customs: atDest, "in_customs@origin": atOrigin, Out: atDest, Returning: between, "": between, "in_transit@": between,
	} {
		if got := stage.side(); got != want {
			t.Errorf("%q is at %d, not %d", stage, got, want)
		}
	}
}

func TestScopesAreReadBack(t *testing.T) {
	for _, l := range []Lane{{"CN", "BR", "post eco"}, {"", "", ""}, {"CN", "", "x"}, {"US", "US", ""}} {
		for _, s := range l.scopes() {
			if got, err := ParseScope(s.String()); err != nil || got != s {
				t.Errorf("%q was read as %+v: %v", s.String(), got, err)
			}
		}
	}
	for _, bad := range []string{"", "street CN BR", "lane  ", "world CN "} {
		if s, err := ParseScope(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, s)
		}
	}
}

func TestEveryCountryHasOneRegion(t *testing.T) {
	seen := map[string]bool{}
	for _, members := range regions {
		for i := 0; i < len(members); i += 3 {
			if c := members[i : i+2]; seen[c] {
				t.Errorf("%s is in two regions", c)
			} else {
				seen[c] = true
			}
		}
	}
	if region("CN") != "east_asia" || region("ZZ") != "elsewhere" || region("") != "elsewhere" {
		t.Error("regions are wrong")
	}
}

func TestAlmanac(t *testing.T) {
	a, err := readAlmanac(events)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ country, day, want string }{
		{"CN", "2026-02-17", "lunar_new_year"}, {"CN", "2026-03-03", "lunar_new_year"}, {"CN", "2026-03-04", weekday},
		{"CN", "2028-10-03", "golden_week_cn"}, {"JP", "2027-01-01", "new_year_jp"}, {"DE", "2026-12-25", "christmas"},
		{"DE", "2026-12-05", "peak_season"}, {"US", "2026-11-26", "thanksgiving_us"}, {"DE", "2026-08-01", weekend},
		{"SA", "2026-08-07", weekend}, {"SA", "2026-08-09", weekday}, {"AE", "2026-08-09", weekend}, {"", "2026-08-03", weekday},
		{"ID", "2027-03-10", "eid_fitr"}, {"ID", "2027-02-10", "ramadan"},
	} {
		d, _ := time.Parse(time.DateOnly, c.day)
		if got := a.names[a.on(c.country, int32(d.Unix()/86400))]; got != c.want {
			t.Errorf("%s %s is %s, not %s", c.country, c.day, got, c.want)
		}
	}
	for _, bad := range []string{"e,c,d,s,b\nx,CN,2026-02-30/2026-03-01,0.5,-", "e,c,d,s,b\nx,CN,2026-02-03/2026-02-01,0.5,-", "e,c,d,s,b\nx,CN,02-01/02-03,2,-", "e,c\nx"} {
		if _, err := readAlmanac(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// With history enough, the estimate is that of Kaplan and Meier, censored gaps
// and those that never end included.
func TestEstimateIsKaplanMeiersWithHistoryEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	m := New(Options{HalfLife: 1e5 * day}, start)
	l := Lane{Service: "post"} // on a plain clock
	type gap struct {
		hours float64
		ended bool
	}
	m.almanac, _ = readAlmanac("event,countries,days,speed,basis\n")
	m.almanac.speed[weekend] = 1
	clear(m.paces)
	m.Advance(start)
	var gaps []gap
	for range 20000 {
		truth := 30 * math.Exp(0.8*r.NormFloat64())
		if r.Float64() < 0.03 {
			truth = math.Inf(1)
		}
		g := gap{min(truth, horizon), !math.IsInf(truth, 1)}
		if c := 200 * r.ExpFloat64(); c < g.hours {
			g = gap{c, false}
		}
		gaps = append(gaps, g)
		ending := Open
		if g.ended {
			ending = Scanned
		}
		m.Learn(Gap{Lane: l, Stage: Transit, Start: start, End: start.Add(time.Duration(g.hours * float64(time.Hour))), Ending: ending})
	}
	slices.SortFunc(gaps, func(a, b gap) int {
		if a.hours < b.hours {
			return -1
		}
		return 1
	})
	got, _ := m.estimate(l, Transit)
	s := 1.0
	for i, g := range gaps {
		if g.ended {
			s *= 1 - 1/float64(len(gaps)-i)
		}
		if i%500 == 0 && i < 19500 {
			if d := math.Abs(got.longer(g.hours) - s); d > 0.012 {
				t.Errorf("S(%.0f h) = %.3f, Kaplan-Meier %.3f", g.hours, got.longer(g.hours), s)
			}
		}
	}
	if never := got.never(); never < 0.02 || never > 0.045 {
		t.Errorf("never: %.3f of 0.030", never)
	}
}

func TestThinLanesLeanOnTheirPools(t *testing.T) {
	m := New(Options{}, start)
	teach := func(l Lane, hours float64, n int) {
		for i := range n {
			at := start.Add(-time.Duration(i%90+90) * day)
			m.Learn(Gap{Lane: l, Stage: Customs, Start: at, End: at.Add(time.Duration(hours * (0.5 + float64(i%10)/10) * float64(time.Hour))), Ending: Scanned})
		}
	}
	teach(Lane{"CN", "BR", "post"}, 150, 3000)
	teach(Lane{"CN", "DE", "line"}, 10, 3000)
	teach(Lane{"CN", "BR", "new"}, 120, 2)
	m.Advance(start)
	median := func(l Lane) float64 {
		c, _ := m.estimate(l, Customs)
		return c.when(0.5)
	}
	slow, fast, unknown, other := median(Lane{"CN", "BR", "new"}), median(Lane{"CN", "DE", "new"}), median(Lane{"CN", "CL", "new"}), median(Lane{"CN", "FR", "new"})
	if slow < 60 || fast > 20 {
		t.Errorf("a new service has a median of %.0f h to BR and %.0f h to DE", slow, fast)
	}
	if unknown < 2*other {
		t.Errorf("an unknown pair has %.0f h in the slow region and %.0f h in the fast one", unknown, other)
	}
}

func TestAlarmsOfAnUnknownLane(t *testing.T) {
	m := New(Options{}, start)
	for _, s := range []Stage{Announced, Transit, Customs, Out} {
		p := Parcel{Lane: Lane{"CN", "BR", "post"}, Stage: s, Last: start}
		v := m.Judge(p, start)
		watch := v.Next.Sub(start).Hours() / 24
		stalled := m.Judge(p, v.Next).Next.Sub(start).Hours() / 24
		if v.Level != Quiet || watch < 2 || stalled < 5 || stalled > 40 {
			t.Errorf("%s is watched after %.0f days and stalled after %.0f", s, watch, stalled)
		}
	}
}

// A festival stretches the silence that is let pass, and what was seen of it
// moves its speed from the table's.
func TestSeasons(t *testing.T) {
	l := Lane{"CN", "BR", "post"}
	before := time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC)
	m := New(Options{}, before)
	plain := Parcel{Lane: l, Stage: PickedUp, Last: before.Add(-60 * day)}
	festive := Parcel{Lane: l, Stage: PickedUp, Last: before}
	wait := func(p Parcel) float64 { return m.Judge(p, p.Last).Next.Sub(p.Last).Hours() / 24 }
	if a, b := wait(plain), wait(festive); b < a+2 {
		t.Errorf("watched after %.1f days, over the new year after %.1f", a, b)
	}
	if r := m.Explain(festive, before.Add(9*day)); r.Event != "lunar_new_year" {
		t.Errorf("the reason names %q", r.Event)
	}
	for i := range 4000 { // gaps of a day, whatever the season
		at := before.Add(time.Duration(i-3500) * time.Hour)
		m.Learn(Gap{Lane: l, Stage: PickedUp, Start: at, End: at.Add(20*time.Hour + time.Duration(i%8)*time.Hour), Ending: Scanned})
		if i%200 == 0 {
			m.Advance(at)
		}
	}
	m.Advance(before.Add(30 * day))
	if v := m.Speeds()[Season{"lunar_new_year", "CN", false}]; v < 0.6 {
		t.Errorf("a new year without any stop has the speed %.2f", v)
	}
}

func TestReasonsAreSentences(t *testing.T) {
	m := New(Options{}, start)
	l := Lane{"CN", "BR", "post"}
	for i := range 2000 {
		at := start.Add(-time.Duration(i%60) * day)
		m.Learn(Gap{Lane: l, Stage: Customs, Start: at, End: at.Add(time.Duration(24+i%96) * time.Hour), Ending: Scanned})
		if i%100 == 0 {
			m.Learn(Gap{Lane: l, Stage: Customs, Start: at, End: at, Ending: Gone})
		}
	}
	m.Advance(start)
	p := Parcel{Lane: l, Stage: Customs, Last: start}
	for _, c := range []struct {
		days int
		key  string
	}{{2, "lane.silence.quiet"}, {12, "lane.silence.long"}, {40, "lane.silence.lost"}} {
		r := m.Explain(p, start.Add(time.Duration(c.days)*day))
		args := map[string]any{}
		for i := 0; i < len(r.Args()); i += 2 {
			args[r.Args()[i].(string)] = r.Args()[i+1]
		}
		if r.Key != c.key || args["days"] != c.days || args["stage"] != "in_customs" || args["pool"] != "lane" {
			t.Errorf("%d days: %s %v", c.days, r.Key, args)
		}
		if within, ok := args["within"].(int); c.key == "lane.silence.long" && (!ok || within < 4 || within > 9 || args["of"] != 98) {
			t.Errorf("98 of 100 within %v days", args["within"])
		}
		if c.key == "lane.silence.lost" && args["of"].(int) > 10 {
			t.Errorf("%v of 100 come back", args["of"])
		}
	}
}

func TestPerformance(t *testing.T) {
	m := New(Options{}, start)
	l := Lane{"CN", "BR", "post"}
	for i := range 90 {
		m.Arrive(l, []Scan{{start, Announced}, {start.Add(day), Transit}, {start.Add(time.Duration(240+i*2) * time.Hour), "delivered"}})
	}
	for range 10 {
		m.Lose(l, start)
	}
	ps := m.Performance()
	if len(ps) != 1 || ps[0].Lane != l || math.Abs(ps[0].Arrived-90) > 3 || math.Abs(ps[0].Lost-0.1) > 0.01 {
		t.Fatalf("%+v", ps)
	}
	if d := ps[0].Median.Hours(); d < 240 || d > 420 || ps[0].Ninetieth <= ps[0].Median {
		t.Errorf("median %s, ninetieth %s", ps[0].Median, ps[0].Ninetieth)
	}
}

func TestFadedEvidenceIsForgotten(t *testing.T) {
	m := New(Options{HalfLife: 30 * day}, start)
	old, fresh := Lane{"CN", "BR", "old"}, Lane{"CN", "BR", "new"}
	for _, l := range []Lane{old, fresh} {
		at := start.Add(-day)
		if l == fresh {
			at = start.Add(299 * day)
		}
		m.Learn(Gap{Lane: l, Stage: Transit, Start: at, End: at.Add(day), Ending: Scanned})
		m.Changed()
	}
	if gone := m.Forget(); len(gone) != 0 {
		t.Errorf("forgot %v at once", gone)
	}
	m.Advance(start.Add(300 * day))
	if gone := m.Forget(); len(gone) != 1 || gone[0].Scope != "lane CN BR old" || gone[0].Stage != Transit {
		t.Errorf("forgot %v", gone)
	}
	if s := m.Stages(Scope{OfLane, "CN", "BR", "new"}); len(s) != 1 {
		t.Errorf("stages of the new lane: %v", s)
	}
}
