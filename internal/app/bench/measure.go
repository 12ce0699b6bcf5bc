package bench

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Result is what one measure found, in milliseconds and operations per second.
// CPU is the processor time of one operation, of server and client together but
// without that of another process such as PostgreSQL: unlike the times, it does
// not depend on what else the machine does.
type Result struct {
	Name      string  `json:"name"`
	Clients   int     `json:"clients"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	P99       float64 `json:"p99_ms"`
	PerSecond float64 `json:"per_second"`
	CPU       float64 `json:"-"`
}

// op is one operation of a client; i counts over all clients of a measure.
type op func(ctx context.Context, i int) error

// rounds is how often a measure is run; the best round counts.
const rounds = 3

// measure runs an operation with a number of clients at once, in rounds of a
// given time, and returns the round with the lowest median.
func measure(ctx context.Context, name string, clients int, life time.Duration, run op) (Result, error) {
	best := Result{Name: name, Clients: clients}
	var serial atomic.Int64
	for n := range rounds + 1 {
		span := life
		if n == 0 {
			span = life / 4 // caches and prepared statements, not counted
		}
		used := processorTime()
		took, all, err := round(ctx, clients, span, &serial, run)
		if err != nil {
			return best, err
		}
		r := summary(took, all)
		r.CPU = perOp(processorTime()-used, len(took))
		if n > 0 && (best.P50 == 0 || r.P50 < best.P50) {
			r.Name, r.Clients = name, clients
			best = r
		}
	}
	return best, nil
}

func round(ctx context.Context, clients int, life time.Duration, serial *atomic.Int64, run op) ([]time.Duration, time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	took, failed := make([][]time.Duration, clients), make([]error, clients)
	began := time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for time.Since(began) < life {
				at := time.Now()
				if err := run(ctx, int(serial.Add(1))); err != nil {
					failed[c] = err
					cancel()
					return
				}
				took[c] = append(took[c], time.Since(at))
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil && !errors.Is(err, context.Canceled) {
			return nil, 0, err
		}
	}
	return slices.Concat(took...), time.Since(began), ctx.Err()
}

func summary(took []time.Duration, all time.Duration) Result {
	slices.SortFunc(took, cmp.Compare)
	at := func(p float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[int(p*float64(len(took)-1))].Nanoseconds()) / 1e6
	}
	return Result{P50: at(.50), P95: at(.95), P99: at(.99), PerSecond: float64(len(took)) / all.Seconds()}
}

func perOp(used time.Duration, n int) float64 {
	return float64(used.Nanoseconds()) / 1e6 / float64(max(1, n))
}
