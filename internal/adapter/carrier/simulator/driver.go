package simulator

import (
	"context"
	"strconv"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/connector"
)

// fastest is the fastest simulated clock: a day of the carriers in seven seconds.
const fastest = 12_000

// Name is the driver's name and the source of its events.
const Name = "simulator"

// Driver invents journeys. What is known of them beforehand is told by a number; nil
// knows nothing.
func Driver(told func(number string) (Fate, bool)) tracking.Driver {
	return tracking.Driver{
		Name: Name, Title: "Simulated parcels, for trying out", Docs: "https://godwit.dev/docs/tracking#simulated-parcels", Invented: true,
		Options: []connector.Option{
			{Name: "speed", Kind: connector.Text, Default: "24", Required: true},
			{Name: "faults", Kind: connector.Text, Default: "5", Required: true},
			{Name: "seed", Kind: connector.Text, Default: "1", Required: true},
			{Name: "fast_from", Kind: connector.Text},
		},
		Capabilities: tracking.Capabilities{Register: true, Poll: true, Detect: true, RegisterBatch: 200, PollBatch: 200},
		Rate:         connector.Rate{Requests: 1000, Per: time.Second}, // nobody is called
		Source:       source(),
		Open:         func(s connector.Settings) (tracking.Tracker, error) { return open(s, told) },
	}
}

// tracker is a simulated service.
type tracker struct {
	world // start is that of no number; from is zero if every number has its own
	told  func(string) (Fate, bool)
	now   func() time.Time
}

func open(s connector.Settings, told func(string) (Fate, bool)) (tracking.Tracker, error) {
	t := &tracker{told: told, now: s.Now}
	var err error
	if t.speed, err = strconv.ParseInt(s.Values["speed"], 10, 64); err != nil || t.speed < 1 || t.speed > fastest {
		return nil, errs.Field("speed", "error.setting_value")
	}
	if t.faults, err = strconv.ParseInt(s.Values["faults"], 10, 64); err != nil || t.faults < 0 || t.faults > 100 {
		return nil, errs.Field("faults", "error.setting_value")
	}
	if t.seed, err = strconv.ParseUint(s.Values["seed"], 10, 64); err != nil {
		return nil, errs.Field("seed", "error.setting_value")
	}
	if v := s.Values["fast_from"]; v != "" {
		if t.from, err = time.Parse(time.RFC3339, v); err != nil {
			return nil, errs.Field("fast_from", "error.setting_value")
		}
	}
	return t, nil
}

// About implements tracking.Tracker.
func (t *tracker) About(context.Context) (tracking.About, error) {
	return tracking.About{Name: "Invented parcels", Quota: -1}, nil
}

// Register implements tracking.Tracker. The reference holds what the journey follows
// from.
func (t *tracker) Register(_ context.Context, numbers []tracking.Number) ([]tracking.Outcome, error) {
	out := make([]tracking.Outcome, len(numbers))
	for i, n := range numbers {
		if order.TrackingKey(n.Number) == "" || begins(n.Number, refused) {
			out[i].Err = tracking.ErrNumber()
			continue
		}
		w := t.of(n)
		out[i] = tracking.Outcome{Ref: w.ref(), Next: w.real(w.start)}
	}
	return out, nil
}

// of returns the world of a number.
func (t *tracker) of(n tracking.Number) world {
	if w, ok := parseRef(n.Ref); ok {
		return w
	}
	w := t.world
	now := t.now().UTC().Truncate(time.Millisecond)
	if w.start = n.Since; w.start.IsZero() || w.start.After(now) {
		w.start = now.Add(-time.Minute)
	}
	w.start = w.start.UTC().Truncate(time.Millisecond)
	if w.from.IsZero() {
		w.from = w.start
	}
	return w
}

// Poll implements tracking.Tracker.
func (t *tracker) Poll(_ context.Context, numbers []tracking.Number) (tracking.News, error) {
	now := t.now().UTC()
	next := map[string]time.Time{}
	var doc message
	var gone []string
	for _, n := range numbers {
		if order.TrackingKey(n.Number) == "" || begins(n.Number, unknown) || begins(n.Number, refused) {
			gone = append(gone, n.Number)
			continue
		}
		if isOnward(n.Number) {
			continue // what its first carrier's number tells is all there is
		}
		w := t.of(n)
		j := w.journey(n, t.fateOf(n.Number))
		if p, ok := w.parcel(n.Number, j, now); ok {
			doc.Parcels = append(doc.Parcels, p)
		}
		if at, ok := w.next(j, now); ok {
			next[n.Number] = at
		}
	}
	news := tracking.News{}
	if len(doc.Parcels) > 0 {
		raw, err := doc.write()
		if err != nil {
			return tracking.News{}, err
		}
		if news, err = tracking.Decoded(source(), raw, numbers); err != nil {
			return tracking.News{}, err
		}
	}
	news.Next, news.Unregistered = next, gone
	return news, nil
}
