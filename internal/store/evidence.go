package store

import (
	"context"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
)

// Content stands in the row of its file, so that it goes when the file goes, and is kept as it came: cameras have
// compressed it already.

const evidenceCols = `id, workspace_id, COALESCE(case_id, 0), COALESCE(form_id, 0), line, unit, kind, sha256, name, type, size, at, actor_kind, actor_id, actor_name`

func evidenceDest(f *cases.File) []any {
	return []any{&f.ID, &f.Workspace, &f.Case, &f.Form, &f.Line, &f.Unit, &f.Kind, &f.SHA256, &f.Name, &f.Type, &f.Size, at(&f.At), &f.By.Kind, &f.By.ID, &f.By.Name}
}

// AddFile implements cases.FileStore.
func (s *Store) AddFile(ctx context.Context, f cases.File, data []byte) (cases.File, error) {
	n, err := s.exec(ctx, `INSERT INTO case_evidence (id, workspace_id, case_id, form_id, line, unit, kind, sha256, name, type, size, at, actor_kind, actor_id, actor_name, data)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16) ON CONFLICT DO NOTHING`, int64(f.ID), int64(f.Workspace), opt(f.Case), opt(f.Form), f.Line, f.Unit, string(f.Kind), f.SHA256,
		clean(f.Name), f.Type, f.Size, ms(f.At), string(f.By.Kind), f.By.ID, clean(f.By.Name), data)
	if err != nil || n > 0 {
		return f, err
	}
	list, err := s.FilesOf(ctx, f.Workspace, f.Case, f.Form)
	for _, x := range list {
		if x.SHA256 == f.SHA256 {
			return x, nil
		}
	}
	return f, found(0, err)
}

// FilesOf implements cases.FileStore.
func (s *Store) FilesOf(ctx context.Context, w auth.WorkspaceID, c cases.ID, d cases.FormID) ([]cases.File, error) {
	if c != 0 {
		return all(ctx, s.DB, evidenceDest, `SELECT `+evidenceCols+` FROM case_evidence WHERE workspace_id=$1 AND case_id=$2 ORDER BY id`, w, int64(c))
	}
	return all(ctx, s.DB, evidenceDest, `SELECT `+evidenceCols+` FROM case_evidence WHERE workspace_id=$1 AND form_id=$2 AND case_id IS NULL ORDER BY id`, w, int64(d))
}

// FileData implements cases.FileStore.
func (s *Store) FileData(ctx context.Context, w auth.WorkspaceID, f cases.FileID) ([]byte, error) {
	return scalar[[]byte](ctx, s.DB, `SELECT data FROM case_evidence WHERE workspace_id=$1 AND id=$2`, w, int64(f))
}

// DropFile implements cases.FileStore.
func (s *Store) DropFile(ctx context.Context, w auth.WorkspaceID, d cases.FormID, f cases.FileID) error {
	return found(s.exec(ctx, `DELETE FROM case_evidence WHERE workspace_id=$1 AND form_id=$2 AND id=$3 AND case_id IS NULL`, w, int64(d), int64(f)))
}

const formCols = `id, workspace_id, shop_id, COALESCE(order_id, 0), key, data, COALESCE(case_id, 0), COALESCE(ticket_id, 0), created_at, updated_at`

func formDest(d *cases.Form) []any {
	return []any{&d.ID, &d.Workspace, &d.Shop, &d.Order, &d.Key, doc(&d.Data), &d.Case, &d.Ticket, at(&d.CreatedAt), at(&d.UpdatedAt)}
}

// PutForm implements cases.FileStore.
func (s *Store) PutForm(ctx context.Context, d cases.Form) (out cases.Form, err error) {
	if d.Data == nil {
		d.Data = json.RawMessage("{}")
	}
	err = s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `INSERT INTO case_form (id, workspace_id, shop_id, order_id, key, data, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT DO NOTHING`,
			int64(d.ID), int64(d.Workspace), int64(d.Shop), opt(d.Order), d.Key, js(d.Data), ms(d.CreatedAt), ms(d.UpdatedAt))
		if out = d; err != nil || n > 0 {
			return err
		}
		if d.Key != "" {
			out, err = one(ctx, s.DB, formDest, `SELECT `+formCols+` FROM case_form WHERE workspace_id=$1 AND key=$2`, int64(d.Workspace), d.Key)
		} else {
			out, err = one(ctx, s.DB, formDest, `SELECT `+formCols+` FROM case_form WHERE workspace_id=$1 AND order_id=$2 AND case_id IS NULL AND ticket_id IS NULL AND key=''`,
				int64(d.Workspace), int64(d.Order))
		}
		if err == nil && out.Shop != d.Shop {
			err = errs.New(errs.NotFound, "error.not_found")
		}
		return err
	})
	return out, err
}

// HoldForm implements cases.FileStore.
func (s *Store) HoldForm(ctx context.Context, w auth.WorkspaceID, d cases.FormID) (cases.Form, error) {
	return one(ctx, s.DB, formDest, `SELECT `+formCols+` FROM case_form WHERE workspace_id=$1 AND id=$2 FOR UPDATE`, w, int64(d))
}

// WriteForm implements cases.FileStore.
func (s *Store) WriteForm(ctx context.Context, d cases.Form) error {
	return found(s.exec(ctx, `UPDATE case_form SET order_id=$1, data=$2, case_id=$3, ticket_id=$4, updated_at=$5 WHERE workspace_id=$6 AND id=$7`,
		opt(d.Order), js(d.Data), opt(d.Case), opt(d.Ticket), ms(d.UpdatedAt), int64(d.Workspace), int64(d.ID)))
}

// GiveFiles implements cases.FileStore.
func (s *Store) GiveFiles(ctx context.Context, w auth.WorkspaceID, d cases.FormID, c cases.ID) error {
	_, err := s.exec(ctx, `UPDATE case_evidence SET case_id=$1 WHERE workspace_id=$2 AND form_id=$3`, int64(c), w, int64(d))
	return err
}

// DropForms implements cases.FileStore.
func (s *Store) DropForms(ctx context.Context, w auth.WorkspaceID, before time.Time, limit int) (n int64, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		old, err := all(ctx, s.DB, func(id *cases.FormID) []any { return []any{id} }, `SELECT id FROM case_form
			WHERE workspace_id=$1 AND updated_at<$2 AND case_id IS NULL AND ticket_id IS NULL ORDER BY updated_at, id LIMIT $3 FOR UPDATE`, w, ms(before), limit)
		if err != nil {
			return err
		}
		for _, id := range old {
			if _, err := s.exec(ctx, `DELETE FROM case_evidence WHERE workspace_id=$1 AND form_id=$2`, w, int64(id)); err != nil {
				return err
			}
			if _, err := s.exec(ctx, `DELETE FROM case_form WHERE workspace_id=$1 AND id=$2`, w, int64(id)); err != nil {
				return err
			}
		}
		n = int64(len(old))
		return nil
	})
	return n, err
}
