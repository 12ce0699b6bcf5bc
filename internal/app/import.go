package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"godwit.dev/godwit/internal/adapter/channel/email"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// MailImport says which archive to bring in.
type MailImport struct {
	Path     string // mbox, maildir, .eml or a folder of these
	Mailbox  ticket.Mailbox
	Progress func(done, total int64, messages int)
}

// MailImported says what an import of mail did.
type MailImported struct {
	Read    int  `json:"read"`    // messages in the archive from where this run began
	Added   int  `json:"added"`   // those that were not here yet
	Resumed bool `json:"resumed"` // an earlier run had come some way
}

// importBatch is how many messages are accepted and threaded at a time.
const importBatch = 200

// ImportMail brings an archive of mail in, in the order of its files. It notes
// after every batch how far it came: a run that was cut off goes on from there,
// and one that is repeated adds nothing.
func (c *Core) ImportMail(ctx context.Context, actor auth.Actor, in MailImport) (MailImported, error) {
	var out MailImported
	if err := actor.Can(auth.ImportMail); err != nil {
		return out, err
	}
	abs, err := filepath.Abs(in.Path)
	if err != nil {
		return out, err
	}
	source := fmt.Sprintf("%d:%s", in.Mailbox.ID, abs)
	run, err := c.Store.MailImport(ctx, actor.Workspace, source)
	if err != nil {
		return out, err
	}
	var from email.Position
	if len(run.Position) > 0 && !run.Finished {
		if err := json.Unmarshal(run.Position, &from); err != nil {
			return out, err
		}
		out.Resumed = true
	}
	run.Finished = false
	var batch []mailroom.Raw
	var next email.Position
	flush := func(finished bool) error {
		added, err := c.Mailroom.Accept(ctx, actor.Workspace, in.Mailbox.ID, batch, nil)
		if err != nil {
			return err
		}
		if err := c.Mailroom.Process(ctx, job.Job{Workspace: actor.Workspace}); err != nil {
			return err
		}
		out.Added += added
		if run.Position, err = json.Marshal(next); err != nil {
			return err
		}
		run.Good, run.Finished = run.Good+int64(added), finished
		batch = batch[:0]
		return c.Store.SaveMailImport(ctx, actor.Workspace, source, run)
	}
	err = email.Walk(ctx, in.Path, from, func(it email.Item) error {
		batch = append(batch, mailroom.Raw{Source: it.Source, Body: it.Body, ReceivedAt: it.ReceivedAt, Envelope: mailroom.Envelope{Imported: true}})
		next = it.Next
		out.Read++
		if in.Progress != nil {
			in.Progress(it.Done, it.Total, out.Read)
		}
		if len(batch) < importBatch {
			return nil
		}
		return flush(false)
	})
	if err != nil {
		return out, fmt.Errorf("import mail: %w", err)
	}
	return out, flush(true)
}
