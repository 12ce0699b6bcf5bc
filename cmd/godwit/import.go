package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

type importCmd struct {
	Mail      importMailCmd      `cmd:"" help:"Bring an archive of mail in: mbox, maildir, .eml, or a folder of these."`
	Orders    importOrdersCmd    `cmd:"" help:"Bring orders in from CSV or JSON lines."`
	Tracking  importTrackingCmd  `cmd:"" help:"Bring tracking events in from CSV or JSON lines."`
	Workspace importWorkspaceCmd `cmd:"" help:"Bring a workspace in that godwit export wrote."`
	Zendesk   importZendeskCmd   `cmd:"" help:"Bring tickets in from a Zendesk export."`
	Freshdesk importFreshdeskCmd `cmd:"" help:"Bring tickets in from a Freshdesk export."`
	Gorgias   importGorgiasCmd   `cmd:"" help:"Bring tickets in from what the Gorgias API answered."`
	Chatwoot  importChatwootCmd  `cmd:"" help:"Bring tickets in from what the Chatwoot API answered."`
	CSV       importCSVCmd       `cmd:"" name:"csv" help:"Bring tickets in from a table with one message a row."`
}

type importMailCmd struct {
	databaseFlags
	Source    string `arg:"" type:"existingpath" help:"The archive."`
	Mailbox   string `required:"" placeholder:"EMAIL" help:"The mailbox that the mail belongs to."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool   `name:"json" help:"Print the result as JSON."`
}

func (c *importMailCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		box, err := mailbox(ctx, core, w.ID, c.Mailbox)
		if err != nil {
			return err
		}
		in := app.MailImport{Path: c.Source, Mailbox: box}
		if !c.JSON {
			in.Progress = bytesProgress(os.Stderr, "messages")
		}
		out, err := core.ImportMail(ctx, auth.ForSystem(w.ID), in)
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(out)
		}
		fmt.Printf("Read %d messages, %d of them new.\n", out.Read, out.Added)
		return nil
	})
}

func mailbox(ctx context.Context, core *app.Core, w auth.WorkspaceID, address string) (ticket.Mailbox, error) {
	boxes, err := core.Store.Mailboxes(ctx, w)
	if err != nil {
		return ticket.Mailbox{}, err
	}
	for _, b := range boxes {
		if b.Address == customer.FoldEmail(address) {
			return b, nil
		}
	}
	// An archive may come before its mailbox is connected.
	return core.Tickets.SaveMailbox(ctx, auth.ForSystem(w), ticket.Mailbox{Address: address, Name: address, Settings: ticket.MailSettings{InKind: "off", OutKind: "off"}})
}

// bytesProgress draws a line that fills up as a source is read.
func bytesProgress(w io.Writer, what string) func(done, total int64, n int) {
	last := time.Time{}
	return func(done, total int64, n int) {
		if time.Since(last) < 100*time.Millisecond && done != total {
			return
		}
		last = time.Now()
		const width = 40
		full := 0
		if total > 0 {
			full = int(done * width / total)
		}
		fmt.Fprintf(w, "\r  [%-*s] %d %s", width, bar(full), n, what)
	}
}

type importOrdersCmd struct {
	databaseFlags
	Source    string            `arg:"" type:"existingfile" help:"The file."`
	Shop      string            `required:"" help:"The shop's name; it is made if there is none."`
	Currency  string            `default:"USD" help:"The currency of a new shop."`
	Format    string            `enum:"auto,csv,jsonl" default:"auto" help:"${enum}; auto goes by the file's name."`
	Map       map[string]string `placeholder:"FIELD=COLUMN" help:"Which column holds a field, where the header does not tell."`
	Zone      string            `default:"UTC" help:"The time zone of dates that name none."`
	DayFirst  bool              `help:"03/04/2026 is in April."`
	DryRun    bool              `help:"Report what would happen and change nothing."`
	Workspace string            `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool              `name:"json" help:"Print the result as JSON."`
}

func (c *importOrdersCmd) Run(ctx context.Context, log *slog.Logger) error {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return errs.Field("zone", "error.zone", "zone", c.Zone)
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
		format := fileFormat(c.Format, c.Source)
		o := importer.Options{DryRun: c.DryRun, Zone: zone, DayFirst: c.DayFirst}
		if !c.JSON {
			draw := bytesProgress(os.Stderr, "KB")
			o.Progress = func(done, total int64) { draw(done, total, int(done>>10)) }
		}
		var report importer.Report
		load := func(ctx context.Context) error {
			by := auth.ForSystem(w.ID)
			shop, _, err := core.Orders.EnsureShop(ctx, by, order.Shop{Name: c.Shop, Currency: c.Currency})
			if err != nil {
				return err
			}
			o.Shop = shop.ID
			im := importer.New(importer.Config{Orders: core.Orders, Store: core.Store, IDs: core.IDs, Now: core.Now})
			report, err = im.Import(ctx, by, f, format, importer.Mapping(c.Map), o)
			return err
		}
		if c.DryRun { // not even a new shop stays
			err = core.Store.InTx(ctx, func(ctx context.Context) error { return cmp.Or(load(ctx), errDry) })
			if errors.Is(err, errDry) {
				err = nil
			}
		} else {
			err = load(ctx)
		}
		if !c.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		return c.print(report)
	})
}

// errDry ends the transaction of a dry run without keeping anything of it.
var errDry = errors.New("dry run")

func (c *importOrdersCmd) print(r importer.Report) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	verb := "Imported"
	if c.DryRun {
		verb = "Would import"
	}
	fmt.Printf("%s %d orders: %d new, %d changed, %d as they were. %d left out.\n", verb, r.Good, r.Created, r.Updated, r.Unchanged, r.Bad)
	printRows(r.Rows, r.RowsTotal)
	return nil
}

// fileFormat returns the format of a file by its flag, or by its name.
func fileFormat(flag, name string) importer.Format {
	if flag == "jsonl" || flag == "auto" && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")) {
		return importer.JSONL
	}
	return importer.CSV
}

// printRows tells which rows of a file were left out, and why.
func printRows(list []importer.RowError, total int) {
	for _, row := range list {
		where := fmt.Sprintf("line %d", row.Line)
		if row.Column != "" {
			where += fmt.Sprintf("  %s %q", row.Column, row.Value)
		}
		fmt.Printf("  %s: %s\n", where, row.Reason.English())
	}
	if n := total - len(list); n > 0 {
		fmt.Printf("  and %d more\n", n)
	}
}
