package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/migrate"
	"godwit.dev/godwit/internal/platform/auth"
)

// helpdeskFlags are the flags of every import from another helpdesk.
type helpdeskFlags struct {
	databaseFlags
	Source    string `arg:"" type:"existingpath" help:"The export: a file, or a folder of files."`
	Mailbox   string `required:"" placeholder:"EMAIL" help:"The mailbox that the tickets belong to, and by which they are answered."`
	DryRun    bool   `help:"Read everything, report what would happen and what does not fit, and change nothing."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
	JSON      bool   `name:"json" help:"Print the report as JSON."`
}

type (
	importZendeskCmd   struct{ helpdeskFlags }
	importFreshdeskCmd struct{ helpdeskFlags }
	importGorgiasCmd   struct{ helpdeskFlags }
	importChatwootCmd  struct{ helpdeskFlags }
	importCSVCmd       struct {
		helpdeskFlags
		Map map[string]string `placeholder:"FIELD=COLUMN" help:"Which column holds a field, where the header does not tell."`
	}
)

// Run brings an export of Zendesk in.
func (c *importZendeskCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.move(ctx, log, "zendesk", nil)
}

// Run brings an export of Freshdesk in.
func (c *importFreshdeskCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.move(ctx, log, "freshdesk", nil)
}

// Run brings what the API of Gorgias answered in.
func (c *importGorgiasCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.move(ctx, log, "gorgias", nil)
}

// Run brings what the API of Chatwoot answered in.
func (c *importChatwootCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.move(ctx, log, "chatwoot", nil)
}

// Run brings a table of messages in.
func (c *importCSVCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.move(ctx, log, "csv", c.Map)
}

func (f helpdeskFlags) move(ctx context.Context, log *slog.Logger, system string, columns map[string]string) error {
	return withCore(ctx, log, f.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, f.Workspace)
		if err != nil {
			return err
		}
		m := app.Migration{System: system, Path: f.Source, Map: columns, DryRun: f.DryRun}
		if m.Mailbox, err = f.box(ctx, core, w.ID); err != nil {
			return err
		}
		if !f.JSON {
			m.Progress = bytesProgress(os.Stderr, "tickets")
		}
		r, err := core.Migrate(ctx, auth.ForSystem(w.ID), m)
		if !f.JSON {
			fmt.Fprintln(os.Stderr)
		}
		if err != nil {
			return err
		}
		if f.JSON {
			return json.NewEncoder(os.Stdout).Encode(r)
		}
		printMigration(r)
		return nil
	})
}

// box returns the mailbox; a dry run makes none.
func (f helpdeskFlags) box(ctx context.Context, core *app.Core, w auth.WorkspaceID) (ticket.Mailbox, error) {
	if !f.DryRun {
		return mailbox(ctx, core, w, f.Mailbox)
	}
	boxes, err := core.Store.Mailboxes(ctx, w)
	for _, b := range boxes {
		if b.Address == customer.FoldEmail(f.Mailbox) {
			return b, nil
		}
	}
	return ticket.Mailbox{Workspace: w, Address: customer.FoldEmail(f.Mailbox)}, err
}

func printMigration(r *migrate.Report) {
	verb := "Imported"
	if r.DryRun {
		verb = "Would import"
	}
	fmt.Printf("%s %d of %d tickets with %d messages, %d files and %d new customers.\n", verb, r.Tickets, r.Read, r.Messages, r.Files, r.Customers)
	fmt.Printf("%d were here already, %d of them with new messages. %d left out.\n", r.Known+r.Grown, r.Grown, r.Left)
	for _, s := range ticket.Statuses() {
		if n := r.Statuses[string(s)]; n > 0 {
			fmt.Printf("  %-8s %d\n", s, n)
		}
	}
	for _, why := range r.ByReason() {
		fmt.Printf("%d × %s\n", r.Reasons[why], why.English())
		left := min(r.Reasons[why], 5)
		for _, f := range r.Findings {
			if f.Reason == why && left > 0 {
				left--
				fmt.Printf("    %s\n", where(f))
			}
		}
		if more := r.Reasons[why] - 5; more > 0 {
			fmt.Printf("    and %d more\n", more)
		}
	}
}

// where says what a finding is about.
func where(f migrate.Finding) string {
	s := f.File
	if f.Line > 0 {
		s += fmt.Sprintf(":%d", f.Line)
	}
	if f.Record != "" {
		s += "  " + f.Record
	}
	if f.Detail != "" {
		s += fmt.Sprintf("  %q", f.Detail)
	}
	return s
}
