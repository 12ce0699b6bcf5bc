package app

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

// ratesEvery is how often the bank is asked. It publishes once on a working day,
// at about 16:00 CET.
const ratesEvery = 6 * time.Hour

// followRates fetches exchange rates as long as ctx goes on, if it was asked for.
// Every node does: the same rates twice change nothing.
func (c *Core) followRates(ctx context.Context) {
	if !c.FetchRates {
		return
	}
	client := outbound.New(outbound.Options{HTTPS: true, Allow: c.Networks})
	tick := time.NewTicker(ratesEvery)
	defer tick.Stop()
	for {
		if err := c.FetchRatesFrom(ctx, client, fx.ECBDaily); err != nil && ctx.Err() == nil {
			c.Log.Warn("fetch exchange rates", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// FetchRatesFrom fetches a feed of the European Central Bank and brings it into
// every workspace. It fails with errs.Unavailable if the bank does not answer,
// and with errs.Invalid if what it answers is no feed; then nothing has changed.
func (c *Core) FetchRatesFrom(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask for rates: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return errs.Wrap(errs.Unavailable, fmt.Errorf("ask for rates: %w", err), "error.unavailable")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errs.Wrap(errs.Unavailable, fmt.Errorf("ask for rates: status %d", resp.StatusCode), "error.unavailable")
	}
	rates, err := fx.ReadECB(resp.Body)
	if err != nil {
		return err
	}
	spaces, err := c.Store.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, w := range spaces {
		if _, err := c.Rates.Import(ctx, auth.ForSystem(w.ID), rates); err != nil {
			return err
		}
	}
	return nil
}
