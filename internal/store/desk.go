package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

const mailboxCols = `id, workspace_id, address, name, shop_id, team_id, signature, settings, secrets, status, status_detail, status_at, disabled, created_at`

// boxRow is a mailbox with its secrets still sealed.
type boxRow struct {
	ticket.Mailbox
	sealed []byte
}

func mailboxDest(m *boxRow) []any {
	return []any{&m.ID, &m.Workspace, &m.Address, &m.Name, ref(&m.Shop), ref(&m.Team), &m.Signature, doc(&m.Settings), &m.sealed,
		&m.Status, &m.StatusDetail, at(&m.StatusAt), flag(&m.Disabled), at(&m.CreatedAt)}
}

func mailboxPlace(id ticket.MailboxID) string { return fmt.Sprintf("mailbox:%d", id) }

// AddMailbox inserts a mailbox; its secrets are sealed.
func (s *Store) AddMailbox(ctx context.Context, m ticket.Mailbox) error {
	sealed, err := s.vault.SealJSON(m.Secrets, mailboxPlace(m.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO mailbox (`+mailboxCols+`) VALUES (`+places(1, 14)+`)`, m.ID, m.Workspace, m.Address, clean(m.Name),
		opt(m.Shop), opt(m.Team), clean(m.Signature), js(m.Settings), sealed, m.Status, clean(m.StatusDetail), ms(m.StatusAt), s.bool(m.Disabled), ms(m.CreatedAt))
	return err
}

// SaveMailbox writes a mailbox.
func (s *Store) SaveMailbox(ctx context.Context, m ticket.Mailbox) error {
	sealed, err := s.vault.SealJSON(m.Secrets, mailboxPlace(m.ID))
	if err != nil {
		return err
	}
	return found(s.exec(ctx, `UPDATE mailbox SET address=$1, name=$2, shop_id=$3, team_id=$4, signature=$5, settings=$6, secrets=$7, status=$8,
		status_detail=$9, status_at=$10, disabled=$11 WHERE workspace_id=$12 AND id=$13`, m.Address, clean(m.Name), opt(m.Shop), opt(m.Team),
		clean(m.Signature), js(m.Settings), sealed, m.Status, clean(m.StatusDetail), ms(m.StatusAt), s.bool(m.Disabled), m.Workspace, m.ID))
}

// DeleteMailbox deletes a mailbox that no message refers to.
func (s *Store) DeleteMailbox(ctx context.Context, w auth.WorkspaceID, id ticket.MailboxID) error {
	return found(s.exec(ctx, `DELETE FROM mailbox WHERE workspace_id=$1 AND id=$2`, w, id))
}

// Mailbox returns one mailbox.
func (s *Store) Mailbox(ctx context.Context, w auth.WorkspaceID, id ticket.MailboxID) (ticket.Mailbox, error) {
	list, err := s.mailboxes(ctx, `workspace_id=$1 AND id=$2`, w, id)
	if err != nil {
		return ticket.Mailbox{}, err
	}
	if len(list) == 0 {
		return ticket.Mailbox{}, errs.New(errs.NotFound, "error.not_found")
	}
	return list[0], nil
}

func (s *Store) mailboxes(ctx context.Context, cond string, args ...any) ([]ticket.Mailbox, error) {
	rows, err := all(ctx, s.DB, mailboxDest, `SELECT `+mailboxCols+` FROM mailbox WHERE `+cond, args...)
	out := make([]ticket.Mailbox, 0, len(rows))
	for _, r := range rows {
		m := r.Mailbox
		if err := s.vault.OpenJSON(r.sealed, mailboxPlace(r.ID), &m.Secrets); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, err
}

// Mailboxes returns the mailboxes of a workspace.
func (s *Store) Mailboxes(ctx context.Context, w auth.WorkspaceID) ([]ticket.Mailbox, error) {
	return s.mailboxes(ctx, `workspace_id=$1 ORDER BY address LIMIT 500`, w)
}

// AllMailboxes returns the enabled mailboxes of all workspaces.
func (s *Store) AllMailboxes(ctx context.Context) ([]ticket.Mailbox, error) {
	return s.mailboxes(ctx, `NOT disabled ORDER BY id`)
}

// MailboxesByAddress returns the enabled mailboxes with an address, in whichever
// workspace.
func (s *Store) MailboxesByAddress(ctx context.Context, address string) ([]ticket.Mailbox, error) {
	return s.mailboxes(ctx, `address=$1 AND NOT disabled ORDER BY id LIMIT 5`, address)
}

// SetMailboxStatus writes how a mailbox does, and nothing else.
func (s *Store) SetMailboxStatus(ctx context.Context, w auth.WorkspaceID, id ticket.MailboxID, status, detail string, at time.Time) error {
	_, err := s.exec(ctx, `UPDATE mailbox SET status=$1, status_detail=$2, status_at=$3 WHERE workspace_id=$4 AND id=$5`, status, clean(detail), ms(at), w, id)
	return err
}

// PutTag makes a tag; an empty colour leaves that of an existing one.
func (s *Store) PutTag(ctx context.Context, w auth.WorkspaceID, t ticket.Tag) error {
	_, err := s.exec(ctx, `INSERT INTO tag (id, workspace_id, name, color, created_at) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (workspace_id, name) DO UPDATE SET color=CASE WHEN excluded.color='' THEN tag.color ELSE excluded.color END`,
		s.ids.Next(), w, clean(t.Name), t.Color, ms(s.now()))
	return err
}

// DeleteTag deletes a tag.
func (s *Store) DeleteTag(ctx context.Context, w auth.WorkspaceID, name string) error {
	_, err := s.exec(ctx, `DELETE FROM tag WHERE workspace_id=$1 AND name=$2`, w, name)
	return err
}

// Tags returns the tags of a workspace by name.
func (s *Store) Tags(ctx context.Context, w auth.WorkspaceID) ([]ticket.Tag, error) {
	return all(ctx, s.DB, func(t *ticket.Tag) []any { return []any{&t.Name, &t.Color} },
		`SELECT name, color FROM tag WHERE workspace_id=$1 ORDER BY name LIMIT 1000`, w)
}

// TagCounts counts the tickets of each tag.
func (s *Store) TagCounts(ctx context.Context, w auth.WorkspaceID, limit int) (map[string]int64, error) {
	tags, err := s.Tags(ctx, w)
	out := map[string]int64{}
	for _, t := range tags {
		if err == nil {
			out[t.Name], err = scalar[int64](ctx, s.DB, `SELECT count(*) FROM (SELECT 1 FROM ticket_tag WHERE workspace_id=$1 AND tag=$2 LIMIT $3) x`, w, t.Name, limit)
		}
	}
	return out, err
}

// TicketsWithTag returns tickets that bear a tag.
func (s *Store) TicketsWithTag(ctx context.Context, w auth.WorkspaceID, name string, limit int) ([]ticket.ID, error) {
	return all(ctx, s.DB, func(id *ticket.ID) []any { return []any{id} },
		`SELECT ticket_id FROM ticket_tag WHERE workspace_id=$1 AND tag=$2 ORDER BY ticket_id LIMIT $3`, w, name, limit)
}

const macroCols = `id, workspace_id, name, folder, bodies, actions, uses, updated_at, marks, fits, shipped, turned_off`

func macroDest(m *ticket.Macro) []any {
	return []any{&m.ID, &m.Workspace, &m.Name, &m.Folder, doc(&m.Bodies), doc(&m.Actions), &m.Uses, at(&m.UpdatedAt), doc(&m.Marks), doc(&m.Fits), &m.Shipped, flag(&m.Off)}
}

// PutMacro writes a macro; a name that another has is errs.Conflict.
func (s *Store) PutMacro(ctx context.Context, m ticket.Macro) error {
	if m.Bodies == nil {
		m.Bodies = map[string]string{}
	}
	_, err := s.exec(ctx, `INSERT INTO macro (`+macroCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, folder=excluded.folder, bodies=excluded.bodies, actions=excluded.actions, updated_at=excluded.updated_at,
			marks=excluded.marks, fits=excluded.fits, turned_off=excluded.turned_off
		WHERE macro.workspace_id=excluded.workspace_id`,
		m.ID, m.Workspace, clean(m.Name), clean(m.Folder), js(m.Bodies), js(m.Actions), m.Uses, ms(m.UpdatedAt), js(m.Marks), js(m.Fits), m.Shipped, m.Off)
	return err
}

// DeleteMacro deletes a macro.
func (s *Store) DeleteMacro(ctx context.Context, w auth.WorkspaceID, id ticket.MacroID) error {
	return found(s.exec(ctx, `DELETE FROM macro WHERE workspace_id=$1 AND id=$2`, w, id))
}

// Macro returns one macro.
func (s *Store) Macro(ctx context.Context, w auth.WorkspaceID, id ticket.MacroID) (ticket.Macro, error) {
	return one(ctx, s.DB, macroDest, `SELECT `+macroCols+` FROM macro WHERE workspace_id=$1 AND id=$2`, w, id)
}

// Macros returns the macros of a workspace by folder and name.
func (s *Store) Macros(ctx context.Context, w auth.WorkspaceID) ([]ticket.Macro, error) {
	return all(ctx, s.DB, macroDest, `SELECT `+macroCols+` FROM macro WHERE workspace_id=$1 ORDER BY folder, name LIMIT 1000`, w)
}

// MacroFor returns what a workspace made of a shipped macro.
func (s *Store) MacroFor(ctx context.Context, w auth.WorkspaceID, key string) (ticket.Macro, error) {
	return one(ctx, s.DB, macroDest, `SELECT `+macroCols+` FROM macro WHERE workspace_id=$1 AND shipped=$2 AND shipped <> ''`, w, key)
}

// LibraryUsed counts a use of a shipped macro.
func (s *Store) LibraryUsed(ctx context.Context, w auth.WorkspaceID, number ticket.MacroID) error {
	_, err := s.exec(ctx, `INSERT INTO library_use (workspace_id, macro, uses) VALUES ($1,$2,1)
		ON CONFLICT (workspace_id, macro) DO UPDATE SET uses=library_use.uses+1`, w, number)
	return err
}

// LibraryUses returns how often shipped macros were used.
func (s *Store) LibraryUses(ctx context.Context, w auth.WorkspaceID) (map[ticket.MacroID]int64, error) {
	type use struct {
		of   ticket.MacroID
		uses int64
	}
	list, err := all(ctx, s.DB, func(u *use) []any { return []any{&u.of, &u.uses} }, `SELECT macro, uses FROM library_use WHERE workspace_id=$1`, w)
	out := make(map[ticket.MacroID]int64, len(list))
	for _, u := range list {
		out[u.of] = u.uses
	}
	return out, err
}

// MacroUsed counts a use.
func (s *Store) MacroUsed(ctx context.Context, w auth.WorkspaceID, id ticket.MacroID) error {
	_, err := s.exec(ctx, `UPDATE macro SET uses=uses+1 WHERE workspace_id=$1 AND id=$2`, w, id)
	return err
}

const fieldCols = `id, workspace_id, key, label, type, options, required, position`

// PutField writes a custom field; a key that another has is errs.Conflict.
func (s *Store) PutField(ctx context.Context, f ticket.Field) error {
	if f.Options == nil {
		f.Options = []string{}
	}
	_, err := s.exec(ctx, `INSERT INTO field (`+fieldCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (id) DO UPDATE SET label=excluded.label, options=excluded.options, required=excluded.required, position=excluded.position
		WHERE field.workspace_id=excluded.workspace_id`,
		f.ID, f.Workspace, f.Key, clean(f.Label), f.Type, js(f.Options), s.bool(f.Required), f.Position)
	return err
}

// DeleteField deletes a custom field.
func (s *Store) DeleteField(ctx context.Context, w auth.WorkspaceID, id ticket.FieldID) error {
	return found(s.exec(ctx, `DELETE FROM field WHERE workspace_id=$1 AND id=$2`, w, id))
}

// Fields returns the custom fields of a workspace in their order.
func (s *Store) Fields(ctx context.Context, w auth.WorkspaceID) ([]ticket.Field, error) {
	return all(ctx, s.DB, func(f *ticket.Field) []any {
		return []any{&f.ID, &f.Workspace, &f.Key, &f.Label, &f.Type, doc(&f.Options), flag(&f.Required), &f.Position}
	}, `SELECT `+fieldCols+` FROM field WHERE workspace_id=$1 ORDER BY position, id LIMIT 200`, w)
}

const viewCols = `id, workspace_id, person_id, name, condition, sort, position`

// PutView writes a saved view.
func (s *Store) PutView(ctx context.Context, v ticket.View) error {
	_, err := s.exec(ctx, `INSERT INTO ticket_view (`+viewCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET person_id=excluded.person_id, name=excluded.name, condition=excluded.condition, sort=excluded.sort, position=excluded.position
		WHERE ticket_view.workspace_id=excluded.workspace_id`,
		v.ID, v.Workspace, opt(v.Person), clean(v.Name), js(v.Condition), v.Sort, v.Position)
	return err
}

// DeleteView deletes a saved view.
func (s *Store) DeleteView(ctx context.Context, w auth.WorkspaceID, id ticket.ViewID) error {
	return found(s.exec(ctx, `DELETE FROM ticket_view WHERE workspace_id=$1 AND id=$2`, w, id))
}

// Views returns the shared views and a person's own.
func (s *Store) Views(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) ([]ticket.View, error) {
	return all(ctx, s.DB, func(v *ticket.View) []any {
		return []any{&v.ID, &v.Workspace, ref(&v.Person), &v.Name, doc(&v.Condition), &v.Sort, &v.Position}
	}, `SELECT `+viewCols+` FROM ticket_view WHERE workspace_id=$1 AND (person_id IS NULL OR person_id=$2) ORDER BY position, id LIMIT 200`, w, p)
}

// MailboxWorkspace returns the workspace of a mailbox.
func (s *Store) MailboxWorkspace(ctx context.Context, box ticket.MailboxID) (auth.WorkspaceID, error) {
	return scalar[auth.WorkspaceID](ctx, s.DB, `SELECT workspace_id FROM mailbox WHERE id=$1`, box)
}

// WorkspaceSecret returns the key that signs a workspace's reply addresses.
func (s *Store) WorkspaceSecret(ctx context.Context, w auth.WorkspaceID) ([]byte, error) {
	ws, err := s.Workspace(ctx, w)
	return ws.Secret, err
}

// RotateRefreshToken replaces a mailbox's refresh token if it still is the one
// that was; a person who entered another meanwhile wins.
func (s *Store) RotateRefreshToken(ctx context.Context, w auth.WorkspaceID, id ticket.MailboxID, was, is string) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		m, err := s.Mailbox(ctx, w, id)
		if err != nil || m.Secrets.RefreshToken != was {
			return err
		}
		m.Secrets.RefreshToken = is
		return s.SaveMailbox(ctx, m)
	})
}
