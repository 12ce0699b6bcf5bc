package app

import (
	"context"
	"sync"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/platform/event"
)

// wakeEvery is how often snoozed tickets whose time has come are looked for.
const wakeEvery = 15 * time.Second

// Background is what a Core does without being asked: it reads the mailboxes,
// runs the jobs, wakes snoozed tickets, tells of promises that are due, tells of tokens that end soon, and talks
// with the other nodes.
type Background struct {
	core    *Core
	fetch   *fetchers
	relay   *event.Relay // nil where there is one node
	reading context.CancelFunc
	telling context.CancelFunc
	wg      sync.WaitGroup
	nodes   sync.WaitGroup
}

// Background returns the background work of a Core, not yet started. Options
// tune how mailboxes are read; the zero value is right for real servers.
func (c *Core) Background(opt email.Options) *Background {
	b := &Background{core: c, fetch: newFetchers(c, opt)}
	if w := c.Store.Wire(); w != nil {
		b.relay = event.NewRelay(c.Bus, w, c.Node.ID, c.Log)
	}
	return b
}

// Start begins the work and returns at once. The work goes on until Stop; the
// end of ctx only stops taking on more of it. Start it once.
func (b *Background) Start(ctx context.Context) {
	reading, stop := context.WithCancel(ctx)
	telling, hush := context.WithCancel(context.WithoutCancel(ctx)) // to the last: whatever still happens here is told
	b.reading, b.telling = stop, hush
	if b.relay != nil {
		b.nodes.Go(func() { b.relay.Run(telling) })
	}
	b.core.runner.Start(ctx)
	b.wg.Go(func() { b.fetch.run(reading) })
	b.wg.Go(func() { b.wake(reading) })
	b.wg.Go(func() { b.core.Clocks.Run(reading) })
	b.wg.Go(func() { b.core.warn(reading) })
	b.wg.Go(func() { b.core.dispatcher.Run(reading) })
	b.wg.Go(func() { b.core.Hooks.Run(reading) })
	b.wg.Go(func() { b.core.Shops.Run(reading) })
	b.wg.Go(func() { b.core.Watch.Run(reading) })
	b.wg.Go(func() { b.core.sweep(reading) })
	b.wg.Go(func() { b.core.followGoods(reading) })
	b.wg.Go(func() { b.core.carryHolds(reading) })
	b.wg.Go(func() { b.core.followRates(reading) })
	b.wg.Go(func() { b.core.askLanes(reading) })
	b.wg.Go(func() { b.core.watchHosts(reading) })
}

// Stop ends the reading of mail at once, then lets running jobs finish until ctx
// ends. When it returns, nothing of the Background runs any more.
func (b *Background) Stop(ctx context.Context) {
	b.reading()
	b.wg.Wait()
	b.core.runner.Stop(ctx)
	b.telling()
	b.nodes.Wait()
}

// wake reopens tickets that were put aside until now.
func (b *Background) wake(ctx context.Context) {
	tick := time.NewTicker(wakeEvery)
	defer tick.Stop()
	for {
		if _, err := b.core.Tickets.Wake(ctx); err != nil && ctx.Err() == nil {
			b.core.Log.Error("wake snoozed tickets", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
