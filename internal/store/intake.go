package store

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// AcceptMail keeps raw mail and the cursor behind it, and asks for its
// processing, all in one transaction. Mail with a known source is skipped. It
// returns how many were new.
func (s *Store) AcceptMail(ctx context.Context, w auth.WorkspaceID, box ticket.MailboxID, batch []mailroom.Raw, next *mailroom.Cursor) (int, error) {
	packed := make([][]byte, len(batch))
	for i := range batch {
		packed[i] = s.pack(batch[i].Body)
	}
	added := 0
	err := s.InTx(ctx, func(ctx context.Context) error {
		added = 0
		for i, r := range batch {
			n, err := s.exec(ctx, `INSERT INTO intake (id, workspace_id, mailbox_id, source, state, size, raw, envelope, received_at, error)
				VALUES ($1,$2,$3,$4,'new',$5,$6,$7,$8,'') ON CONFLICT (mailbox_id, source) DO NOTHING`,
				s.ids.Next(), w, box, clean(r.Source), int64(len(r.Body)), packed[i], js(r.Envelope), ms(r.ReceivedAt))
			if err != nil {
				return err
			}
			added += int(n)
		}
		if next != nil {
			_, err := s.exec(ctx, `INSERT INTO mail_cursor (mailbox_id, folder, uid_validity, last_uid) VALUES ($1,$2,$3,$4)
				ON CONFLICT (mailbox_id, folder) DO UPDATE SET uid_validity=excluded.uid_validity, last_uid=excluded.last_uid`,
				box, next.Folder, int64(next.UIDValidity), int64(next.LastUID))
			if err != nil {
				return err
			}
		}
		if added == 0 {
			return nil
		}
		return s.Enqueue(ctx, job.New(w, mailroom.ProcessJob, struct{}{}).On(mailroom.Queue).WithKey("process").Tries(1000))
	})
	return added, err
}

// Cursors returns the saved cursors of a mailbox.
func (s *Store) Cursors(ctx context.Context, box ticket.MailboxID) ([]mailroom.Cursor, error) {
	return all(ctx, s.DB, func(c *mailroom.Cursor) []any { return []any{&c.Folder, &c.UIDValidity, &c.LastUID} },
		`SELECT folder, uid_validity, last_uid FROM mail_cursor WHERE mailbox_id=$1 ORDER BY folder`, box)
}

type intakeRow struct {
	mailroom.Intake
	packed []byte
}

func intakeDest(r *intakeRow) []any {
	return []any{&r.ID, &r.Workspace, &r.Mailbox, &r.Source, &r.packed, doc(&r.Envelope), at(&r.ReceivedAt)}
}

// NewMail returns the oldest mail of a workspace that is not processed yet.
func (s *Store) NewMail(ctx context.Context, w auth.WorkspaceID, limit int) ([]mailroom.Intake, error) {
	rows, err := all(ctx, s.DB, intakeDest, `SELECT id, workspace_id, mailbox_id, source, raw, envelope, received_at FROM intake
		WHERE workspace_id=$1 AND state='new' ORDER BY id LIMIT $2`, w, limit)
	if err != nil {
		return nil, err
	}
	out := make([]mailroom.Intake, len(rows))
	for i, r := range rows {
		if r.Body, err = s.unpack(r.packed); err != nil {
			return nil, err
		}
		out[i] = r.Intake
	}
	return out, nil
}

// TakeMail marks new mail as processed, or as failed for a cause. It reports
// false if somebody else has taken it. Within a transaction the mail is held
// until that ends, so that two workers can never process the same message.
func (s *Store) TakeMail(ctx context.Context, w auth.WorkspaceID, id ticket.IntakeID, cause string) (bool, error) {
	state := "done"
	if cause != "" {
		state = "failed"
	}
	n, err := s.exec(ctx, `UPDATE intake SET state=$1, error=$2 WHERE workspace_id=$3 AND id=$4 AND state='new'`, state, clean(cause), w, id)
	return n == 1, err
}

// RetryFailedMail makes mail that could not be processed new again.
func (s *Store) RetryFailedMail(ctx context.Context, w auth.WorkspaceID) (int64, error) {
	return s.exec(ctx, `UPDATE intake SET state='new' WHERE workspace_id=$1 AND state='failed'`, w)
}

// Raw returns a mail as it came in.
func (s *Store) Raw(ctx context.Context, w auth.WorkspaceID, id ticket.IntakeID) ([]byte, error) {
	packed, err := scalar[[]byte](ctx, s.DB, `SELECT raw FROM intake WHERE workspace_id=$1 AND id=$2`, w, id)
	if err != nil {
		return nil, err
	}
	return s.unpack(packed)
}

const importMail = "mail"

// MailImport returns how far the import of an archive came; the zero run if it
// has not begun.
func (s *Store) MailImport(ctx context.Context, w auth.WorkspaceID, source string) (mailroom.Import, error) {
	r, err := one(ctx, s.DB, func(r *mailroom.Import) []any { return []any{doc(&r.Position), &r.Good, flag(&r.Finished)} },
		`SELECT position, good, finished FROM import_run WHERE workspace_id=$1 AND kind=$2 AND source=$3`, w, importMail, source)
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return r, err
}

// SaveMailImport notes how far the import of an archive came.
func (s *Store) SaveMailImport(ctx context.Context, w auth.WorkspaceID, source string, r mailroom.Import) error {
	_, err := s.exec(ctx, `INSERT INTO import_run (id, workspace_id, kind, source, position, good, bad, finished, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,0,$7,$8) ON CONFLICT (workspace_id, kind, source)
		DO UPDATE SET position=excluded.position, good=excluded.good, finished=excluded.finished, updated_at=excluded.updated_at`,
		s.ids.Next(), w, importMail, source, js(r.Position), r.Good, s.bool(r.Finished), ms(s.now()))
	return err
}
