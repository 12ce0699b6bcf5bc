package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

const workspaceCols = `id, slug, name, language, zone, secret, created_at`

func (s *Store) openWorkspace(w auth.Workspace, err error) (auth.Workspace, error) {
	if err != nil {
		return w, err
	}
	w.Secret, err = s.vault.Open(w.Secret, workspacePlace(w.ID))
	return w, err
}

func workspacePlace(w auth.WorkspaceID) string { return fmt.Sprintf("workspace:%d", w) }

func workspaceDest(w *auth.Workspace) []any {
	return []any{&w.ID, &w.Slug, &w.Name, &w.Language, &w.Zone, &w.Secret, at(&w.CreatedAt)}
}

// AddWorkspace inserts a workspace; its secret is sealed.
func (s *Store) AddWorkspace(ctx context.Context, w auth.Workspace) error {
	_, err := s.exec(ctx, `INSERT INTO workspace (`+workspaceCols+`, settings) VALUES ($1,$2,$3,$4,$5,$6,$7,'{}')`,
		w.ID, w.Slug, w.Name, w.Language, w.Zone, s.vault.Seal(w.Secret, workspacePlace(w.ID)), ms(w.CreatedAt))
	return err
}

// Workspace returns one workspace.
func (s *Store) Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error) {
	return s.openWorkspace(one(ctx, s.DB, workspaceDest, `SELECT `+workspaceCols+` FROM workspace WHERE id=$1`, id))
}

// WorkspaceBySlug returns the workspace with a slug.
func (s *Store) WorkspaceBySlug(ctx context.Context, slug string) (auth.Workspace, error) {
	return s.openWorkspace(one(ctx, s.DB, workspaceDest, `SELECT `+workspaceCols+` FROM workspace WHERE slug=$1`, slug))
}

// Workspaces returns all workspaces.
func (s *Store) Workspaces(ctx context.Context) ([]auth.Workspace, error) {
	list, err := all(ctx, s.DB, workspaceDest, `SELECT `+workspaceCols+` FROM workspace ORDER BY id`)
	for i := range list {
		if err == nil {
			list[i], err = s.openWorkspace(list[i], nil)
		}
	}
	return list, err
}

const personCols = `id, workspace_id, email, name, role, status, restricted, password_hash, language, zone, settings, created_at, seen_at, limits`

func personDest(p *auth.Person) []any {
	return []any{&p.ID, &p.Workspace, &p.Email, &p.Name, &p.Role, &p.Status, flag(&p.Restricted), &p.PasswordHash, &p.Language, &p.Zone,
		doc(&p.Settings), at(&p.CreatedAt), at(&p.SeenAt), doc(&p.Limits)}
}

// AddPerson inserts a person; a second one with the address in the workspace is
// errs.Conflict.
func (s *Store) AddPerson(ctx context.Context, p auth.Person) error {
	_, err := s.exec(ctx, `INSERT INTO person (`+personCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)`,
		p.ID, p.Workspace, p.Email, clean(p.Name), p.Role, p.Status, s.bool(p.Restricted), p.PasswordHash, p.Language, p.Zone, js(p.Settings),
		ms(p.CreatedAt), ms(p.SeenAt), js(p.Limits))
	return err
}

// SavePerson writes a person.
func (s *Store) SavePerson(ctx context.Context, p auth.Person) error {
	n, err := s.exec(ctx, `UPDATE person SET name=$1, role=$2, status=$3, restricted=$4, password_hash=$5, language=$6, zone=$7, settings=$8, seen_at=$9, limits=$10
		WHERE workspace_id=$11 AND id=$12`,
		clean(p.Name), p.Role, p.Status, s.bool(p.Restricted), p.PasswordHash, p.Language, p.Zone, js(p.Settings), ms(p.SeenAt), js(p.Limits), p.Workspace, p.ID)
	return found(n, err)
}

// found turns a change of no row into errs.NotFound.
func found(n int64, err error) error {
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return err
}

// Person returns one person.
func (s *Store) Person(ctx context.Context, w auth.WorkspaceID, id auth.PersonID) (auth.Person, error) {
	return one(ctx, s.DB, personDest, `SELECT `+personCols+` FROM person WHERE workspace_id=$1 AND id=$2`, w, id)
}

// PeopleByEmail returns the people with an address, in whichever workspace.
func (s *Store) PeopleByEmail(ctx context.Context, email string) ([]auth.Person, error) {
	return all(ctx, s.DB, personDest, `SELECT `+personCols+` FROM person WHERE email=$1 ORDER BY id LIMIT 20`, email)
}

// People returns the people of a workspace by name.
func (s *Store) People(ctx context.Context, w auth.WorkspaceID) ([]auth.Person, error) {
	return all(ctx, s.DB, personDest, `SELECT `+personCols+` FROM person WHERE workspace_id=$1 ORDER BY name, id LIMIT 2000`, w)
}

// CountOwners counts the owners who can sign in, and holds them until the
// transaction ends, so that two owners cannot remove each other at once.
func (s *Store) CountOwners(ctx context.Context, w auth.WorkspaceID) (int, error) {
	return scalar[int](ctx, s.DB, `SELECT count(*) FROM (
		SELECT id FROM person WHERE workspace_id=$1 AND role='owner' AND status='active' ORDER BY id FOR UPDATE) x`, w)
}

// AddTeam inserts a team with its members.
func (s *Store) AddTeam(ctx context.Context, t auth.Team) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `INSERT INTO team (id, workspace_id, name, created_at) VALUES ($1,$2,$3,$4)`, t.ID, t.Workspace, clean(t.Name), ms(t.CreatedAt)); err != nil {
			return err
		}
		return s.setMembers(ctx, t)
	})
}

// SaveTeam writes a team's name and members.
func (s *Store) SaveTeam(ctx context.Context, t auth.Team) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := found(s.exec(ctx, `UPDATE team SET name=$1 WHERE workspace_id=$2 AND id=$3`, clean(t.Name), t.Workspace, t.ID)); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM team_member WHERE workspace_id=$1 AND team_id=$2`, t.Workspace, t.ID); err != nil {
			return err
		}
		return s.setMembers(ctx, t)
	})
}

// setMembers adds the members that belong to the team's workspace.
func (s *Store) setMembers(ctx context.Context, t auth.Team) error {
	for _, p := range t.Members {
		_, err := s.exec(ctx, `INSERT INTO team_member (workspace_id, team_id, person_id)
			SELECT $1, $2, id FROM person WHERE workspace_id=$1 AND id=$3 ON CONFLICT DO NOTHING`, t.Workspace, t.ID, p)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteTeam deletes a team; its tickets and mailboxes keep no team.
func (s *Store) DeleteTeam(ctx context.Context, w auth.WorkspaceID, id auth.TeamID) error {
	return found(s.exec(ctx, `DELETE FROM team WHERE workspace_id=$1 AND id=$2`, w, id))
}

// Teams returns the teams of a workspace with their members.
func (s *Store) Teams(ctx context.Context, w auth.WorkspaceID) ([]auth.Team, error) {
	teams, err := all(ctx, s.DB, func(t *auth.Team) []any { return []any{&t.ID, &t.Workspace, &t.Name, at(&t.CreatedAt)} },
		`SELECT id, workspace_id, name, created_at FROM team WHERE workspace_id=$1 ORDER BY name LIMIT 500`, w)
	if err != nil {
		return nil, err
	}
	type member struct {
		team   auth.TeamID
		person auth.PersonID
	}
	members, err := all(ctx, s.DB, func(m *member) []any { return []any{&m.team, &m.person} },
		`SELECT team_id, person_id FROM team_member WHERE workspace_id=$1 ORDER BY person_id`, w)
	for i := range teams {
		for _, m := range members {
			if m.team == teams[i].ID {
				teams[i].Members = append(teams[i].Members, m.person)
			}
		}
	}
	return teams, err
}

// TeamsOf returns the teams of a person.
func (s *Store) TeamsOf(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) ([]auth.TeamID, error) {
	return all(ctx, s.DB, func(t *auth.TeamID) []any { return []any{t} },
		`SELECT team_id FROM team_member WHERE workspace_id=$1 AND person_id=$2 ORDER BY team_id`, w, p)
}

const sessionCols = `hash, workspace_id, person_id, created_at, seen_at, expires_at, user_agent, address, proved_at, idle_ms`

func sessionDest(x *auth.Session) []any {
	return []any{&x.Hash, &x.Workspace, &x.Person, at(&x.CreatedAt), at(&x.SeenAt), at(&x.ExpiresAt), &x.UserAgent, &x.Address, at(&x.ProvedAt), span(&x.Idle)}
}

// AddSession inserts a session and removes those that have expired.
func (s *Store) AddSession(ctx context.Context, x auth.Session) error {
	if _, err := s.exec(ctx, `DELETE FROM session WHERE expires_at<$1`, ms(x.CreatedAt)); err != nil {
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO session (`+sessionCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
		x.Hash, x.Workspace, x.Person, ms(x.CreatedAt), ms(x.SeenAt), ms(x.ExpiresAt), clean(x.UserAgent), x.Address, ms(x.ProvedAt), x.Idle.Milliseconds())
	return err
}

// Session returns the session with a hash.
func (s *Store) Session(ctx context.Context, hash []byte) (auth.Session, error) {
	return one(ctx, s.DB, sessionDest, `SELECT `+sessionCols+` FROM session WHERE hash=$1`, hash)
}

// TouchSession records that a session was used.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen time.Time) error {
	_, err := s.exec(ctx, `UPDATE session SET seen_at=$1 WHERE hash=$2`, ms(seen), hash)
	return err
}

// LimitSessions makes the sessions of a workspace last so long from their sign-in,
// and so long unused.
func (s *Store) LimitSessions(ctx context.Context, w auth.WorkspaceID, life, idle time.Duration) error {
	_, err := s.exec(ctx, `UPDATE session SET expires_at=created_at+$1, idle_ms=$2 WHERE workspace_id=$3`, life.Milliseconds(), idle.Milliseconds(), w)
	return err
}

// DeleteSession ends one session of a person.
func (s *Store) DeleteSession(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, hash []byte) error {
	_, err := s.exec(ctx, `DELETE FROM session WHERE workspace_id=$1 AND person_id=$2 AND hash=$3`, w, p, hash)
	return err
}

// DeleteSessions ends all sessions of a person but one.
func (s *Store) DeleteSessions(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, except []byte) error {
	list, err := s.Sessions(ctx, w, p)
	for _, x := range list {
		if err == nil && !bytes.Equal(x.Hash, except) {
			err = s.DeleteSession(ctx, w, p, x.Hash)
		}
	}
	return err
}

// Sessions returns a person's sessions, the newest first.
func (s *Store) Sessions(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) ([]auth.Session, error) {
	return all(ctx, s.DB, sessionDest, `SELECT `+sessionCols+` FROM session WHERE workspace_id=$1 AND person_id=$2 ORDER BY created_at DESC LIMIT 200`, w, p)
}

const inviteCols = `hash, workspace_id, person_id, purpose, created_at, expires_at, used_at`

// AddInvite inserts an invite.
func (s *Store) AddInvite(ctx context.Context, i auth.Invite) error {
	_, err := s.exec(ctx, `INSERT INTO invite (`+inviteCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		i.Hash, i.Workspace, i.Person, i.Purpose, ms(i.CreatedAt), ms(i.ExpiresAt), optMS(i.UsedAt))
	return err
}

// Invite returns the invite with a hash.
func (s *Store) Invite(ctx context.Context, hash []byte) (auth.Invite, error) {
	return one(ctx, s.DB, func(i *auth.Invite) []any {
		return []any{&i.Hash, &i.Workspace, &i.Person, &i.Purpose, at(&i.CreatedAt), at(&i.ExpiresAt), at(&i.UsedAt)}
	}, `SELECT `+inviteCols+` FROM invite WHERE hash=$1`, hash)
}

// UseInvite marks an invite as used, once, and with it all others that the
// person still holds: who has chosen a password needs no older link.
func (s *Store) UseInvite(ctx context.Context, hash []byte, at time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE invite SET used_at=$1 WHERE hash=$2 AND used_at IS NULL`, ms(at), hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "error.invite_used")
		}
		_, err = s.exec(ctx, `UPDATE invite SET used_at=$1 WHERE used_at IS NULL AND workspace_id=(SELECT workspace_id FROM invite WHERE hash=$2)
			AND person_id=(SELECT person_id FROM invite WHERE hash=$2)`, ms(at), hash)
		return err
	})
}
