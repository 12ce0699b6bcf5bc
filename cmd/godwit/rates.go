package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/platform/auth"
)

type ratesCmd struct {
	Import ratesImportCmd `cmd:"" help:"Bring in a file of the European Central Bank: eurofxref-daily.xml, -hist.xml, -hist-90d.xml or eurofxref-hist.csv."`
	List   ratesListCmd   `cmd:"" help:"Print the rates as they stand now, with source and age."`
}

type ratesImportCmd struct {
	databaseFlags
	Source    string `arg:"" type:"existingfile" help:"The file."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool   `name:"json" help:"Print the result as JSON."`
}

func (c *ratesImportCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		f, err := os.Open(c.Source)
		if err != nil {
			return err
		}
		defer f.Close()
		rates, err := fx.ReadECB(f)
		if err != nil {
			return err
		}
		changed, err := core.Rates.Import(ctx, auth.ForSystem(w.ID), rates)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(map[string]int{"read": len(rates), "changed": changed})
		}
		fmt.Printf("Read %d rates: %d are new or different.\n", len(rates), changed)
		return nil
	})
}

type ratesListCmd struct {
	databaseFlags
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
}

func (c *ratesListCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		table, err := core.Rates.Table(ctx, auth.ForSystem(w.ID))
		if err != nil {
			return err
		}
		for _, r := range table.Rates() {
			days, stale := table.Age(r)
			mark := ""
			if stale {
				mark = "  STALE"
			}
			fmt.Printf("1 %s = %s %s  %s  %s  %d days%s\n", r.Base, r.Value, r.Quote, r.Source, r.Day.Format(time.DateOnly), days, mark)
		}
		return nil
	})
}
