package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	rows "godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/shipment/importer"
	"godwit.dev/godwit/internal/platform/auth"
)

type importTrackingCmd struct {
	databaseFlags
	Source    string            `arg:"" type:"existingfile" help:"The file."`
	Format    string            `enum:"auto,csv,jsonl" default:"auto" help:"${enum}; auto goes by the file's name."`
	Map       map[string]string `placeholder:"FIELD=COLUMN" help:"Which column holds a field, where the header does not tell."`
	Zone      string            `help:"The time zone of times that name none; without it UTC, which is then not relied on."`
	DayFirst  bool              `help:"03/04/2026 is in April."`
	DryRun    bool              `help:"Report what would happen and change nothing."`
	Workspace string            `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool              `name:"json" help:"Print the result as JSON."`
}

func (c *importTrackingCmd) Run(ctx context.Context, log *slog.Logger) error {
	o := importer.Options{DryRun: c.DryRun, DayFirst: c.DayFirst}
	if c.Zone != "" {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			return errs.Field("zone", "error.zone", "zone", c.Zone)
		}
		o.Zone = zone
	}
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
		if !c.JSON {
			draw := bytesProgress(os.Stderr, "KB")
			o.Progress = func(done, total int64) { draw(done, total, int(done>>10)) }
		}
		im := importer.New(importer.Config{Parcels: core.Shipments, Orders: core.Orders, Store: core.Store})
		report, err := im.Import(ctx, auth.ForSystem(w.ID), f, fileFormat(c.Format, c.Source), rows.Mapping(c.Map), o)
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		return c.print(report)
	})
}

func (c *importTrackingCmd) print(r importer.Report) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	verb := "Imported"
	if c.DryRun {
		verb = "Would import"
	}
	fmt.Printf("%s %d events: %d new, %d as they were. %d new parcels. %d rows left out.\n", verb, r.Good, r.Added, r.Known, r.Created, r.Bad)
	if r.Unlinked > 0 {
		fmt.Printf("%d rows name an order that is not here, or not the only one of its number; once it is, import them again.\n", r.Unlinked)
	}
	printRows(r.Rows, r.RowsTotal)
	return nil
}
