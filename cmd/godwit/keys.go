package main

import (
	"context"
	"fmt"
	"log/slog"

	"godwit.dev/godwit/internal/app"
)

type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the keys and what each is needed for."`
	Add    keysAddCmd    `cmd:"" help:"Put a new key first in the key file. Start every node anew afterwards, then reseal."`
	Reseal keysResealCmd `cmd:"" help:"Seal with the first key what older keys sealed."`
}

type (
	keysListCmd   struct{ databaseFlags }
	keysAddCmd    struct{ databaseFlags }
	keysResealCmd struct{ databaseFlags }
)

// Run prints a line for each key.
func (c *keysListCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		uses, err := core.Store.KeyUses(ctx)
		if err != nil {
			return err
		}
		for i, key := range core.Vault().Keys() {
			state := "opens only"
			if i == 0 {
				state = "seals"
			}
			fmt.Printf("%s  %s  %d secrets, %d audit links\n", key, state, uses[key].Sealed, uses[key].Links)
			delete(uses, key)
		}
		for key, u := range uses {
			fmt.Printf("%s  MISSING  %d secrets, %d audit links\n", key, u.Sealed, u.Links)
		}
		return nil
	})
}

// Run adds a key.
func (c *keysAddCmd) Run(_ context.Context, _ *slog.Logger) error {
	name, path, err := app.AddKey(app.Config{Database: c.Database, KeyFile: c.KeyFile, Keys: c.Keys})
	if err != nil {
		return err
	}
	fmt.Printf("%s seals from the next start on, in %s. Start every node anew, then run godwit keys reseal.\n", name, path)
	return nil
}

// Run seals everything anew.
func (c *keysResealCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		n, err := core.Store.Reseal(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%d secrets sealed anew with %s.\n", n, core.Vault().Current())
		return nil
	})
}
