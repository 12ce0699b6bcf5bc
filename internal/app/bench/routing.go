package bench

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/domain/route/routesim"
)

// The day that routing is tried on.
const (
	routedTickets = 20_000
	routedPeople  = 200
	routedSeed    = 1
)

// routing plays a day at a desk, with tickets given out by routing and in turn, and
// measures how fast a long queue is decided.
func (b *bench) routing(context.Context) error {
	const name = "routing of a day"
	if !b.wanted(name) {
		return nil
	}
	day, err := routesim.New(routedSeed, routedTickets, routedPeople)
	if err != nil {
		return fmt.Errorf("measure %s: %w", name, err)
	}
	book := route.Default()
	for _, slower := range []float64{1.6, 1} {
		b.Say("%d tickets, %d people, answers in another language take %.1f times as long", routedTickets, routedPeople, slower)
		for _, way := range []struct {
			name string
			give routesim.Way
		}{{"routed", routesim.Routed(book)}, {"in turn", routesim.RoundRobin(false)}, {"in turn, by language", routesim.RoundRobin(true)}} {
			b.Progress(name+": "+way.name, 0, 1)
			f := day.Play(way.give, slower)
			b.Say("  %-21s answered after %v, p95 %v, longest %v; VIP %v, p95 %v; in the right language %.1f %%; wrote %.0f %% to %.0f %% of their hours, spread %.2f",
				way.name, f.Median, f.P95, f.Max, f.VIPMedian, f.VIPP95, f.Language*100, f.Low*100, f.High*100, f.Spread)
		}
	}
	queue, people, now := day.Rush(1000)
	used, began := processorTime(), time.Now()
	const rounds = 20
	for range rounds {
		book.Decide(queue, people, now)
	}
	spent := time.Since(began)
	r := summary([]time.Duration{spent / rounds}, spent)
	r.Name, r.Clients, r.PerSecond, r.CPU = "routing of a queue of 1,000", 1, float64(rounds*len(queue))/spent.Seconds(), perOp(processorTime()-used, rounds)
	b.results = append(b.results, r)
	return nil
}
