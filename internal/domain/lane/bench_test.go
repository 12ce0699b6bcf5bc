package lane

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// busy returns a model with so many lanes and a parcel's worth of stages.
func busy(lanes, gaps int) (*Model, []Lane, []Stage) {
	r := rand.New(rand.NewPCG(3, 3))
	m := New(Options{}, start.Add(60*day))
	stages := []Stage{Announced, PickedUp, "in_transit@origin", Transit, Customs, "in_transit@dest"}
	origins, dests := []string{"CN", "HK", "DE", "US", "TR"}, []string{"US", "BR", "DE", "FR", "RU", "AE", "SA", "JP", "GB", "PL", "MX", "CL", "AU", "KZ"}
	ways := make([]Lane, lanes)
	for i := range ways {
		ways[i] = Lane{origins[r.IntN(len(origins))], dests[r.IntN(len(dests))], fmt.Sprintf("service-%d", i)}
		scans := make([]Scan, 0, len(stages)+1)
		at := start.Add(time.Duration(r.IntN(30*24)) * time.Hour)
		for _, s := range stages {
			scans = append(scans, Scan{at, s})
			for range gaps {
				m.Learn(Gap{Lane: ways[i], Stage: s, Start: at, End: at.Add(time.Duration(r.ExpFloat64() * 50 * float64(time.Hour))), Ending: Scanned})
			}
			at = at.Add(time.Duration(r.ExpFloat64() * 50 * float64(time.Hour)))
		}
		m.Arrive(ways[i], append(scans, Scan{at, "delivered"}))
	}
	m.Advance(start.Add(60 * day))
	return m, ways, stages
}

// BenchmarkSweep judges open parcels of 5,000 lanes and 6 stages, in order of
// lanes and in no order. An operation is one parcel: with -benchtime 1000000x
// it is the sweep of a million.
func BenchmarkSweep(b *testing.B) {
	m, ways, stages := busy(5000, 2)
	for _, order := range []string{"lanes", "none"} {
		b.Run("order="+order, func(b *testing.B) {
			r := rand.New(rand.NewPCG(5, 5))
			now := start.Add(60 * day)
			b.ReportAllocs()
			m.Advance(now)
			i, levels := 0, [4]int{}
			for b.Loop() {
				n := r.IntN(len(ways))
				if order == "lanes" {
					n = i / 200 % len(ways)
				}
				p := Parcel{Lane: ways[n], Stage: stages[i%len(stages)], Last: now.Add(-time.Duration(i%1440) * time.Hour), Window: 30 * day}
				levels[m.Judge(p, now).Level]++
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)*1e6, "s/million")
		})
	}
}

func BenchmarkLearn(b *testing.B) {
	m, ways, stages := busy(500, 40)
	r := rand.New(rand.NewPCG(6, 6))
	b.ReportAllocs()
	for b.Loop() {
		at := start.Add(time.Duration(r.IntN(60*24)) * time.Hour)
		m.Learn(Gap{Lane: ways[r.IntN(len(ways))], Stage: stages[r.IntN(len(stages))], Start: at, End: at.Add(time.Duration(r.IntN(200)) * time.Hour), Ending: Scanned})
	}
}

func BenchmarkForecast(b *testing.B) {
	m, ways, stages := busy(500, 40)
	r := rand.New(rand.NewPCG(6, 6))
	b.ReportAllocs()
	for b.Loop() {
		last := start.Add(55 * day)
		m.Forecast(Parcel{Lane: ways[r.IntN(len(ways))], Stage: stages[r.IntN(len(stages))], Last: last}, last.Add(day))
	}
}

// BenchmarkLanes builds the evidence of 100,000 lanes with history in six
// stages each, and says what it weighs. Run it with -benchtime 1x.
func BenchmarkLanes(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var m *Model
	for b.Loop() {
		m, _, _ = busy(100_000, 2)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	rows, bytes := m.Changed(), 0
	for _, r := range rows {
		bytes += len(r.Data)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	b.ReportMetric(float64(len(rows)), "rows")
	b.ReportMetric(float64(bytes)/float64(len(rows)), "B/row")
	runtime.KeepAlive(m)
}
