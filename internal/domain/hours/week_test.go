package hours

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNextIsTheFirstOpenMinutes(t *testing.T) {
	zone := load(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		var weekly [7][]Span
		for d := range weekly {
			for range rapid.IntRange(0, 3).Draw(t, "spans") {
				from := rapid.SampledFrom([]int{0, 300, 720, 1380}).Draw(t, "from")
				weekly[d] = append(weekly[d], Span{from, min(1440, from+60*rapid.IntRange(1, 20).Draw(t, "hours"))})
			}
		}
		start := time.Date(2026, rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, "month"), 23, 0, 0, 0, 0, zone).Add(time.Duration(rapid.IntRange(0, 8*1440).Draw(t, "minute")) * time.Minute)
		c, err := New(zone, weekly, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := c.Next(start)
		at := start
		for range 9 * 1440 {
			if oracle(zone, weekly, nil, nil, at) {
				break
			}
			at = at.Add(time.Minute)
		}
		open := oracle(zone, weekly, nil, nil, at)
		if ok != open {
			t.Fatalf("opens: %v, want %v", ok, open)
		}
		if !ok {
			return
		}
		end := at
		for end.Sub(at) < 9*24*time.Hour && oracle(zone, weekly, nil, nil, end) {
			end = end.Add(time.Minute)
		}
		if !got.From.Equal(at) || !got.To.Equal(end) && end.Sub(at) < 9*24*time.Hour {
			t.Fatalf("%v to %v, want %v to %v", got.From, got.To, at, end)
		}
	})
}

func TestParseSpan(t *testing.T) {
	for text, want := range map[[2]string]Span{{"09:00", "18:30"}: {540, 1110}, {"00:00", "24:00"}: {0, 1440}} {
		if got, ok := ParseSpan(text[0], text[1]); !ok || got != want {
			t.Errorf("%v: %v %v", text, got, ok)
		}
	}
	for _, text := range [][2]string{{"9:00", "18:00"}, {"18:00", "09:00"}, {"09:00", "09:00"}, {"24:00", "24:00"}, {"09:00", "25:00"}, {"", ""}} {
		if got, ok := ParseSpan(text[0], text[1]); ok {
			t.Errorf("%v: %v", text, got)
		}
	}
}
