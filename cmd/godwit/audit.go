package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"godwit.dev/godwit/internal/app"
)

type auditCmd struct {
	databaseFlags
	After     int64  `placeholder:"N" help:"Begin after the link with this number."`
	Workspace string `placeholder:"SLUG" help:"The workspace, if there are several."`
}

// auditLine is one link of the chain as it leaves.
type auditLine struct {
	Seq     int64           `json:"seq"`
	Event   int64           `json:"event"`
	At      *time.Time      `json:"at,omitempty"`
	Kind    string          `json:"kind,omitempty"`
	Actor   string          `json:"actor,omitempty"`
	ActorID int64           `json:"actor_id,omitempty"`
	Subject string          `json:"subject,omitempty"`
	ID      int64           `json:"subject_id,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Erased  bool            `json:"erased,omitempty"`
	Key     string          `json:"key"`
	Digest  string          `json:"digest"`
	Hash    string          `json:"hash"`
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
				line := auditLine{Seq: e.Seq, Event: int64(e.Event), Erased: e.Erased, Key: e.Key, Digest: hex.EncodeToString(e.Digest), Hash: hex.EncodeToString(e.Hash)}
				if e.What.ID != 0 {
					at := e.What.At.UTC()
					line.At, line.Kind, line.Data = &at, e.What.Kind, e.What.Data
					line.Actor, line.ActorID = e.What.ActorName, e.What.ActorID
					line.Subject, line.ID = e.What.Subject.Kind, e.What.Subject.ID
				}
				if err := enc.Encode(line); err != nil {
					return err
				}
			}
			if len(entries) < page {
				return out.Flush()
			}
		}
	})
}
