package store

import (
	"context"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// Places of sealed values; see vault.Seal.
func ssoPlace(w auth.WorkspaceID) string { return fmt.Sprintf("sso:%d", w) }
func totpPlace(p auth.PersonID) string   { return fmt.Sprintf("totp:%d", p) }
func ceremonyPlace(hash []byte) string   { return fmt.Sprintf("ceremony:%x", hash) }

// Policy returns how people sign in to a workspace; one that was never set asks
// for nothing.
func (s *Store) Policy(ctx context.Context, w auth.WorkspaceID) (auth.Policy, error) {
	var sealed []byte
	p, err := one(ctx, s.DB, func(p *auth.Policy) []any {
		return []any{&p.Workspace, &p.Way, flag(&p.Everyone), doc(&p.Roles), flag(&p.SSO.On), doc(&p.SSO), &sealed, &p.Lasting}
	}, `SELECT workspace_id, way, factor_all, factor_roles, sso_on, sso, sso_secret, lasting FROM security WHERE workspace_id=$1`, w)
	if errs.Is(err, errs.NotFound) {
		return auth.Policy{Workspace: w, Way: auth.AnyWay, Lasting: auth.StrictSessions}, nil
	}
	if err != nil || len(sealed) == 0 {
		return p, err
	}
	secret, err := s.vault.Open(sealed, ssoPlace(w))
	p.SSO.Secret = string(secret)
	return p, err
}

// SavePolicy writes how people sign in to a workspace.
func (s *Store) SavePolicy(ctx context.Context, p auth.Policy) error {
	sealed := []byte{}
	if p.SSO.Secret != "" {
		sealed = s.vault.Seal([]byte(p.SSO.Secret), ssoPlace(p.Workspace))
	}
	_, err := s.exec(ctx, `INSERT INTO security (workspace_id, way, factor_all, factor_roles, sso_on, sso, sso_secret, lasting) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (workspace_id) DO UPDATE SET way=excluded.way, factor_all=excluded.factor_all, factor_roles=excluded.factor_roles,
			sso_on=excluded.sso_on, sso=excluded.sso, sso_secret=excluded.sso_secret, lasting=excluded.lasting`,
		p.Workspace, p.Way, s.bool(p.Everyone), js(p.Roles), s.bool(p.SSO.On), js(p.SSO), sealed, p.Lasting)
	return err
}

// SSOSlugs returns the slugs of up to n workspaces with single sign-on.
func (s *Store) SSOSlugs(ctx context.Context, n int) ([]string, error) {
	return all(ctx, s.DB, func(v *string) []any { return []any{v} },
		`SELECT w.slug FROM security x JOIN workspace w ON w.id=x.workspace_id WHERE x.sso_on ORDER BY w.id LIMIT $1`, n)
}

// TOTP returns a person's authenticator app.
func (s *Store) TOTP(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) (auth.TOTP, error) {
	t, err := one(ctx, s.DB, func(t *auth.TOTP) []any {
		return []any{&t.Person, &t.Workspace, &t.Secret, &t.Step, at(&t.CreatedAt), at(&t.ConfirmedAt)}
	}, `SELECT person_id, workspace_id, secret, step, created_at, confirmed_at FROM totp WHERE workspace_id=$1 AND person_id=$2`, w, p)
	if err == nil {
		t.Secret, err = s.vault.Open(t.Secret, totpPlace(p))
	}
	return t, err
}

// DraftTOTP keeps a secret that waits for its first code, in the place of one
// that waited before. It fails with errs.Conflict if one is in use.
func (s *Store) DraftTOTP(ctx context.Context, t auth.TOTP) error {
	n, err := s.exec(ctx, `INSERT INTO totp (person_id, workspace_id, secret, step, created_at) VALUES ($1,$2,$3,0,$4)
		ON CONFLICT (person_id) DO UPDATE SET secret=excluded.secret, step=0, created_at=excluded.created_at WHERE totp.confirmed_at IS NULL`,
		t.Person, t.Workspace, s.vault.Seal(t.Secret, totpPlace(t.Person)), ms(t.CreatedAt))
	return onlyOnce(n, err)
}

// onlyOnce turns a change of no row into errs.Conflict.
func onlyOnce(n int64, err error) error {
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "error.once")
	}
	return err
}

// ConfirmTOTP puts a draft into use.
func (s *Store) ConfirmTOTP(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, step int64, at time.Time) error {
	return onlyOnce(s.exec(ctx, `UPDATE totp SET confirmed_at=$1, step=$2 WHERE workspace_id=$3 AND person_id=$4 AND confirmed_at IS NULL`, ms(at), step, w, p))
}

// UseTOTP records the step of a code; one that is not later than the last is
// errs.Conflict.
func (s *Store) UseTOTP(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, step int64) error {
	return onlyOnce(s.exec(ctx, `UPDATE totp SET step=$1 WHERE workspace_id=$2 AND person_id=$3 AND step<$1 AND confirmed_at IS NOT NULL`, step, w, p))
}

// DeleteTOTP forgets a person's authenticator app.
func (s *Store) DeleteTOTP(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) error {
	_, err := s.exec(ctx, `DELETE FROM totp WHERE workspace_id=$1 AND person_id=$2`, w, p)
	return err
}

// SetRecoveryCodes replaces a person's recovery codes.
func (s *Store) SetRecoveryCodes(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, hashes [][]byte, at time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM recovery_code WHERE workspace_id=$1 AND person_id=$2`, w, p); err != nil {
			return err
		}
		for _, h := range hashes {
			if _, err := s.exec(ctx, `INSERT INTO recovery_code (workspace_id, person_id, hash, created_at) VALUES ($1,$2,$3,$4)`, w, p, h, ms(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// UseRecoveryCode marks a code as used, once; else it is errs.Conflict.
func (s *Store) UseRecoveryCode(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, hash []byte, at time.Time) error {
	return onlyOnce(s.exec(ctx, `UPDATE recovery_code SET used_at=$1 WHERE workspace_id=$2 AND person_id=$3 AND hash=$4 AND used_at IS NULL`, ms(at), w, p, hash))
}

// RecoveryCodes counts the codes that a person has left.
func (s *Store) RecoveryCodes(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) (int, error) {
	return scalar[int](ctx, s.DB, `SELECT count(*) FROM recovery_code WHERE workspace_id=$1 AND person_id=$2 AND used_at IS NULL`, w, p)
}

const passkeyCols = `id, workspace_id, person_id, credential, name, record, created_at, seen_at, cloned_at`

func passkeyDest(k *auth.Passkey) []any {
	return []any{&k.ID, &k.Workspace, &k.Person, &k.Credential, &k.Name, doc(&k.Record), at(&k.CreatedAt), at(&k.SeenAt), at(&k.ClonedAt)}
}

// AddPasskey inserts a passkey; a credential that is known is errs.Conflict.
func (s *Store) AddPasskey(ctx context.Context, k auth.Passkey) error {
	_, err := s.exec(ctx, `INSERT INTO passkey (`+passkeyCols+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
		k.ID, k.Workspace, k.Person, k.Credential, clean(k.Name), js(k.Record), ms(k.CreatedAt), optMS(k.SeenAt), optMS(k.ClonedAt))
	return err
}

// Passkeys returns a person's passkeys, the oldest first.
func (s *Store) Passkeys(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) ([]auth.Passkey, error) {
	return all(ctx, s.DB, passkeyDest, `SELECT `+passkeyCols+` FROM passkey WHERE workspace_id=$1 AND person_id=$2 ORDER BY id`, w, p)
}

// PasskeyOf returns the passkey with a credential's id.
func (s *Store) PasskeyOf(ctx context.Context, credential []byte) (auth.Passkey, error) {
	return one(ctx, s.DB, passkeyDest, `SELECT `+passkeyCols+` FROM passkey WHERE credential=$1`, credential)
}

// SavePasskey writes a passkey's name, record and times.
func (s *Store) SavePasskey(ctx context.Context, k auth.Passkey) error {
	return found(s.exec(ctx, `UPDATE passkey SET name=$1, record=$2, seen_at=$3, cloned_at=$4 WHERE workspace_id=$5 AND person_id=$6 AND id=$7`,
		clean(k.Name), js(k.Record), optMS(k.SeenAt), optMS(k.ClonedAt), k.Workspace, k.Person, k.ID))
}

// DeletePasskey deletes a person's passkey.
func (s *Store) DeletePasskey(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, id auth.PasskeyID) error {
	return found(s.exec(ctx, `DELETE FROM passkey WHERE workspace_id=$1 AND person_id=$2 AND id=$3`, w, p, id))
}

// Proven returns what each person of a workspace has to prove themself with.
func (s *Store) Proven(ctx context.Context, w auth.WorkspaceID) ([]auth.Proven, error) {
	return all(ctx, s.DB, func(v *auth.Proven) []any { return []any{&v.Person, &v.TOTP, &v.Passkeys, &v.Linked} },
		`SELECT p.id,
			(SELECT count(*) FROM totp t WHERE t.workspace_id=p.workspace_id AND t.person_id=p.id AND t.confirmed_at IS NOT NULL),
			(SELECT count(*) FROM passkey k WHERE k.workspace_id=p.workspace_id AND k.person_id=p.id),
			(SELECT count(*) FROM sso_link l WHERE l.workspace_id=p.workspace_id AND l.person_id=p.id)
		FROM person p WHERE p.workspace_id=$1 AND p.status='active' ORDER BY p.name, p.id LIMIT 2000`, w)
}

// AddCeremony inserts a ceremony and removes those that have expired.
func (s *Store) AddCeremony(ctx context.Context, c auth.Ceremony, now time.Time) error {
	if _, err := s.exec(ctx, `DELETE FROM ceremony WHERE expires_at<$1`, ms(now)); err != nil {
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO ceremony (hash, kind, workspace_id, person_id, data, tries, expires_at) VALUES ($1,$2,$3,$4,$5,0,$6)`,
		c.Hash, c.Kind, c.Workspace, c.Person, s.vault.Seal(c.Data, ceremonyPlace(c.Hash)), ms(c.ExpiresAt))
	return err
}

func (s *Store) openCeremony(c auth.Ceremony, err error) (auth.Ceremony, error) {
	if err == nil {
		c.Data, err = s.vault.Open(c.Data, ceremonyPlace(c.Hash))
	}
	return c, err
}

const ceremonyCols = `hash, kind, workspace_id, person_id, data, tries, expires_at`

func ceremonyDest(c *auth.Ceremony) []any {
	return []any{&c.Hash, &c.Kind, &c.Workspace, &c.Person, &c.Data, &c.Tries, at(&c.ExpiresAt)}
}

// Ceremony returns a ceremony of a kind.
func (s *Store) Ceremony(ctx context.Context, kind string, hash []byte) (auth.Ceremony, error) {
	return s.openCeremony(one(ctx, s.DB, ceremonyDest, `SELECT `+ceremonyCols+` FROM ceremony WHERE hash=$1 AND kind=$2`, hash, kind))
}

// TakeCeremony returns a ceremony and ends it: of several takers one gets it.
func (s *Store) TakeCeremony(ctx context.Context, kind string, hash []byte) (c auth.Ceremony, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error { // what returns rows outside of one is read from another pool
		c, err = s.openCeremony(one(ctx, s.DB, ceremonyDest, `DELETE FROM ceremony WHERE hash=$1 AND kind=$2 RETURNING `+ceremonyCols, hash, kind))
		return err
	})
	return c, err
}

// TryCeremony counts an attempt and returns how many there were.
func (s *Store) TryCeremony(ctx context.Context, hash []byte) (n int, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		n, err = scalar[int](ctx, s.DB, `UPDATE ceremony SET tries=tries+1 WHERE hash=$1 RETURNING tries`, hash)
		return err
	})
	return n, err
}

// EndCeremonies ends whatever a person has begun.
func (s *Store) EndCeremonies(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) error {
	_, err := s.exec(ctx, `DELETE FROM ceremony WHERE workspace_id=$1 AND person_id=$2`, w, p)
	return err
}

// SSOPerson returns whom an issuer's subject is.
func (s *Store) SSOPerson(ctx context.Context, w auth.WorkspaceID, issuer, subject string) (auth.PersonID, error) {
	return scalar[auth.PersonID](ctx, s.DB, `SELECT person_id FROM sso_link WHERE workspace_id=$1 AND issuer=$2 AND subject=$3`, w, issuer, subject)
}

// LinkSSO makes an issuer's subject a person, for good; a subject or person that
// is linked already is errs.Conflict.
func (s *Store) LinkSSO(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, issuer, subject string, at time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO sso_link (workspace_id, issuer, subject, person_id, created_at) VALUES ($1,$2,$3,$4,$5)`, w, issuer, subject, p, ms(at))
	return err
}

// UnlinkSSO forgets whom issuers say a person is.
func (s *Store) UnlinkSSO(ctx context.Context, w auth.WorkspaceID, p auth.PersonID) error {
	_, err := s.exec(ctx, `DELETE FROM sso_link WHERE workspace_id=$1 AND person_id=$2`, w, p)
	return err
}

// RenewSession gives a session another token, and with proved not zero records
// that its person proved themself then.
func (s *Store) RenewSession(ctx context.Context, hash, next []byte, proved time.Time) error {
	if proved.IsZero() {
		return found(s.exec(ctx, `UPDATE session SET hash=$1 WHERE hash=$2`, next, hash))
	}
	return found(s.exec(ctx, `UPDATE session SET hash=$1, proved_at=$2 WHERE hash=$3`, next, ms(proved), hash))
}

// browserLife is how long a browser stays known from which nobody signs in: as long
// as browsers keep a cookie (RFC 6265bis section 5.5).
const browserLife = 400 * 24 * time.Hour

// SeeBrowser records a sign-in from a browser. It returns whether the person had
// signed in from it before, and from any other.
func (s *Store) SeeBrowser(ctx context.Context, w auth.WorkspaceID, p auth.PersonID, hash []byte, now time.Time) (known, others bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `DELETE FROM browser WHERE workspace_id=$1 AND person_id=$2 AND seen_at<$3`, w, p, ms(now.Add(-browserLife))); err != nil {
			return err
		}
		n, err := s.exec(ctx, `UPDATE browser SET seen_at=$1 WHERE workspace_id=$2 AND person_id=$3 AND hash=$4`, ms(now), w, p, hash)
		if err != nil {
			return err
		}
		count, err := scalar[int](ctx, s.DB, `SELECT count(*) FROM browser WHERE workspace_id=$1 AND person_id=$2`, w, p)
		if err != nil {
			return err
		}
		if known, others = n > 0, count > int(n); known {
			return nil
		}
		_, err = s.exec(ctx, `INSERT INTO browser (workspace_id, person_id, hash, seen_at) VALUES ($1,$2,$3,$4)`, w, p, hash, ms(now))
		return err
	})
	return known, others, err
}
