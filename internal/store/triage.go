package store

import (
	"context"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/sorting"
	"godwit.dev/godwit/internal/platform/auth"
)

var _ sorting.Store = (*Store)(nil)

// MessagesRead implements sorting.Store.
func (s *Store) MessagesRead(ctx context.Context, w auth.WorkspaceID, t ticket.ID, limit int) ([]sorting.Written, error) {
	type row struct {
		sorting.Written
		reading ticket.Reading
	}
	list, err := all(ctx, s.DB, func(r *row) []any { return []any{&r.Message, &r.Language, &r.Subject, &r.Body, doc(&r.reading)} },
		`SELECT id, language, subject, body, reading FROM message WHERE ticket_id=$1 AND workspace_id=$2 AND reading IS NOT NULL ORDER BY id LIMIT $3`, t, w, limit)
	out := make([]sorting.Written, len(list))
	for i, r := range list {
		out[i] = r.Written
		out[i].Topic, out[i].Model = r.reading.Topic(), r.reading.Model
	}
	return out, err
}

// PutCorrection implements sorting.Store.
func (s *Store) PutCorrection(ctx context.Context, w auth.WorkspaceID, c sorting.Correction) error {
	_, err := s.exec(ctx, `INSERT INTO triage_correction (message_id, workspace_id, was, topic, at, by_id) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (message_id) DO UPDATE SET was=excluded.was, topic=excluded.topic, at=excluded.at, by_id=excluded.by_id WHERE triage_correction.workspace_id=excluded.workspace_id`,
		c.Message, w, c.Was, c.Topic, ms(c.At), c.By)
	return err
}

// DropCorrection implements sorting.Store.
func (s *Store) DropCorrection(ctx context.Context, w auth.WorkspaceID, m ticket.MessageID) error {
	_, err := s.exec(ctx, `DELETE FROM triage_correction WHERE message_id=$1 AND workspace_id=$2`, m, w)
	return err
}

// Corrections implements sorting.Store.
func (s *Store) Corrections(ctx context.Context, w auth.WorkspaceID, limit int) ([]sorting.Written, error) {
	return all(ctx, s.DB, func(r *sorting.Written) []any { return []any{&r.Message, &r.Topic, &r.Language, &r.Subject, &r.Body} },
		`SELECT c.message_id, c.topic, m.language, m.subject, m.body FROM triage_correction c JOIN message m ON m.id=c.message_id
		WHERE c.workspace_id=$1 ORDER BY c.at DESC, c.message_id DESC LIMIT $2`, w, limit)
}

// TrimCorrections implements sorting.Store.
func (s *Store) TrimCorrections(ctx context.Context, w auth.WorkspaceID, keep int) error {
	_, err := s.exec(ctx, `DELETE FROM triage_correction WHERE workspace_id=$1 AND message_id IN
		(SELECT message_id FROM triage_correction WHERE workspace_id=$1 ORDER BY at DESC, message_id DESC LIMIT 10000 OFFSET $2)`, w, keep)
	return err
}

// CorrectionPairs implements sorting.Store.
func (s *Store) CorrectionPairs(ctx context.Context, w auth.WorkspaceID) ([]sorting.Pair, error) {
	return all(ctx, s.DB, func(p *sorting.Pair) []any { return []any{&p.Was, &p.Topic, &p.Count} },
		`SELECT was, topic, count(*) FROM triage_correction WHERE workspace_id=$1 GROUP BY was, topic ORDER BY count(*) DESC, was, topic`, w)
}

// TriageSetting implements sorting.Store.
func (s *Store) TriageSetting(ctx context.Context, w auth.WorkspaceID) (sorting.Setting, error) {
	return one(ctx, s.DB, func(v *sorting.Setting) []any {
		return []any{&v.Workspace, &v.Revision, &v.Mode, &v.Version, ref(&v.Asking.Model), &v.Asking.Daily, at(&v.SavedAt), ref(&v.SavedBy)}
	}, `SELECT workspace_id, revision, mode, version, model_id, model_daily, saved_at, saved_by FROM triage_setting WHERE workspace_id=$1`, w)
}

// PutTriageSetting implements sorting.Store.
func (s *Store) PutTriageSetting(ctx context.Context, v sorting.Setting) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO triage_setting (workspace_id, revision, mode, version, model_id, model_daily, saved_at, saved_by) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (workspace_id) DO UPDATE SET revision=excluded.revision, mode=excluded.mode, version=excluded.version, model_id=excluded.model_id, model_daily=excluded.model_daily, saved_at=excluded.saved_at, saved_by=excluded.saved_by
		WHERE triage_setting.revision=excluded.revision-1`, v.Workspace, v.Revision, v.Mode, v.Version, opt(v.Asking.Model), v.Asking.Daily, ms(v.SavedAt), opt(v.SavedBy))
	return n == 1, err
}

// AddTriageVersion implements sorting.Store.
func (s *Store) AddTriageVersion(ctx context.Context, v sorting.Version) error {
	_, err := s.exec(ctx, `INSERT INTO triage_version (workspace_id, version, at, lesson, learnt) VALUES ($1,$2,$3,$4,$5)`,
		v.Workspace, v.Number, ms(v.At), js(v.Lesson), v.Lesson.Learnt)
	return err
}

// TriageVersions implements sorting.Store.
func (s *Store) TriageVersions(ctx context.Context, w auth.WorkspaceID) ([]sorting.Version, error) {
	return all(ctx, s.DB, func(v *sorting.Version) []any { return []any{&v.Workspace, &v.Number, at(&v.At), doc(&v.Lesson)} },
		`SELECT workspace_id, version, at, lesson FROM triage_version WHERE workspace_id=$1 ORDER BY version DESC`, w)
}

// Learnt implements sorting.Store.
func (s *Store) Learnt(ctx context.Context, w auth.WorkspaceID, version int) ([]byte, error) {
	return one(ctx, s.DB, func(b *[]byte) []any { return []any{b} },
		`SELECT learnt FROM triage_version WHERE workspace_id=$1 AND version=$2 AND learnt IS NOT NULL`, w, version)
}

// DropTriageVersions implements sorting.Store.
func (s *Store) DropTriageVersions(ctx context.Context, w auth.WorkspaceID, versions []int) error {
	for _, n := range versions {
		if _, err := s.exec(ctx, `DELETE FROM triage_version WHERE workspace_id=$1 AND version=$2`, w, n); err != nil {
			return err
		}
	}
	return nil
}

// CountAsked implements sorting.Store.
func (s *Store) CountAsked(ctx context.Context, w auth.WorkspaceID, day string, most int) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO triage_model_day (workspace_id, day, asked, answered, problem) VALUES ($1,$2,1,0,'')
		ON CONFLICT (workspace_id, day) DO UPDATE SET asked=triage_model_day.asked+1 WHERE triage_model_day.asked<$3`, w, day, most)
	return n == 1, err
}

// NoteAsking implements sorting.Store.
func (s *Store) NoteAsking(ctx context.Context, w auth.WorkspaceID, day string, answered int, problem string) error {
	_, err := s.exec(ctx, `INSERT INTO triage_model_day (workspace_id, day, asked, answered, problem) VALUES ($1,$2,0,$3,$4)
		ON CONFLICT (workspace_id, day) DO UPDATE SET answered=triage_model_day.answered+excluded.answered, problem=excluded.problem`, w, day, answered, problem)
	return err
}

// AskedOn implements sorting.Store.
func (s *Store) AskedOn(ctx context.Context, w auth.WorkspaceID, day string) (sorting.Day, error) {
	d, err := one(ctx, s.DB, func(d *sorting.Day) []any { return []any{&d.Asked, &d.Answered, &d.Problem} },
		`SELECT asked, answered, problem FROM triage_model_day WHERE workspace_id=$1 AND day=$2`, w, day)
	if errs.Is(err, errs.NotFound) {
		return sorting.Day{}, nil
	}
	return d, err
}
