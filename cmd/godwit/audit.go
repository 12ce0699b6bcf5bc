package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"os"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/platform/audit"
)

type auditCmd struct {
	databaseFlags
	After     int64  `placeholder:"N" help:"Begin after the link with this number."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
}

// Run writes the audit chain of a workspace as JSON lines, the oldest first. What
// was kept elsewhere can be compared with it link by link.
func (c *auditCmd) Run(ctx context.Context, log *slog.Logger) error {
	return withCore(ctx, log, c.databaseFlags, func(core *app.Core) error {
		w, err := core.Workspace(ctx, c.Workspace)
		if err != nil {
			return err
		}
		out := bufio.NewWriter(os.Stdout)
		enc := json.NewEncoder(out)
		const page = 500
		for last := c.After; ; {
			entries, err := core.Store.AuditFrom(ctx, w.ID, last, page)
			if err != nil {
				return err
			}
			for _, e := range entries {
				last = e.Seq
				if err := enc.Encode(audit.LineOf(e)); err != nil {
					return err
				}
			}
			if len(entries) < page {
				return out.Flush()
			}
		}
	})
}
