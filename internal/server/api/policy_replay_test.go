package api

import (
	"context"

	"godwit.dev/godwit/internal/flow/replay"
)

func (w *world) replays() *replay.Service {
	return replay.New(replay.Config{Store: w.store, Rates: w.rates, Jobs: replay.Jobs{Store: w.store, Queue: w.store, Journal: w.store, IDs: w.ids, Now: w.now}})
}

// stageReplay stops what is under way, so that there is a place, and asks for a replay unless the operation does.
func (w *world) stageReplay(m *merchant, op string, put func(kind, bool, int64)) {
	ctx, service := context.Background(), w.replays()
	list, err := service.Trials(ctx, m.owner)
	must(w.t, err)
	for _, x := range list {
		_, err := service.Cancel(ctx, m.owner, x.ID)
		must(w.t, err)
	}
	if op == "policyReplayCreate" {
		return
	}
	x, err := service.Start(ctx, m.owner, m.mark, "currency: EUR\nterms: {windows: {refund: 41}, fallback: {method: bank, days: 5}, trigger: receipt}\n", w.now().AddDate(-1, 0, 0))
	must(w.t, err)
	put(aReplay{}, false, int64(x.ID))
}
