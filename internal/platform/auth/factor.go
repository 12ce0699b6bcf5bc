package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
)

// TOTP is a person's authenticator app: codes of six digits that change every 30
// seconds (RFC 6238).
type TOTP struct {
	Person      PersonID
	Workspace   WorkspaceID
	Secret      []byte // 20 bytes (RFC 4226 section 4, R6); sealed at rest
	Step        int64  // of the last code taken
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero until the person has typed a first code
}

const (
	totpPeriod = 30 // seconds
	totpSkew   = 1  // steps before and after now that are taken (RFC 6238 section 5.2)
	secretLen  = 20
	// draftLife is how long a secret that nobody has confirmed is shown again,
	// so that going back does not make the app's entry useless.
	draftLife = 15 * time.Minute
)

// Factors is what a person has besides a password.
type Factors struct {
	TOTP     bool
	Passkeys []Passkey
	Codes    int // recovery codes left
}

// Any reports whether the person has a second factor.
func (f Factors) Any() bool { return f.TOTP || len(f.Passkeys) > 0 }

func (s *Service) factors(ctx context.Context, w WorkspaceID, p PersonID) (f Factors, err error) {
	t, err := s.store.TOTP(ctx, w, p)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return f, err
	}
	f.TOTP = err == nil && !t.ConfirmedAt.IsZero()
	if f.Passkeys, err = s.store.Passkeys(ctx, w, p); err != nil {
		return f, err
	}
	f.Codes, err = s.store.RecoveryCodes(ctx, w, p)
	return f, err
}

// Factors returns what the actor has besides a password.
func (s *Service) Factors(ctx context.Context, a Actor) (Factors, error) {
	return s.factors(ctx, a.Workspace, a.Person())
}

// Bare reports whether the actor manages the workspace or its people and signs in
// by a password alone, so that it should be told to enrol. Whoever must come by
// single sign-on is left to the issuer.
func (s *Service) Bare(ctx context.Context, a Actor) (bool, error) {
	if a.Kind != Agent || !a.May(Manage) && !a.May(ManagePeople) {
		return false, nil
	}
	f, err := s.factors(ctx, a.Workspace, a.Person())
	if err != nil || f.Any() {
		return false, err
	}
	policy, err := s.store.Policy(ctx, a.Workspace)
	return policy.Way != SSOWay || a.Role == Owner, err
}

// Unguarded counts the people of the actor's workspace of whom Bare is true. It
// needs Manage.
func (s *Service) Unguarded(ctx context.Context, a Actor) (n int, err error) {
	policy, proven, err := s.Security(ctx, a)
	if err != nil {
		return 0, err
	}
	for _, x := range proven {
		if x.TOTP+x.Passkeys > 0 {
			continue
		}
		p, err := s.store.Person(ctx, a.Workspace, x.Person)
		if err != nil {
			return 0, err
		}
		who, err := s.resolve(ctx, p)
		if err != nil {
			return 0, err
		}
		if (who.May(Manage) || who.May(ManagePeople)) && (policy.Way != SSOWay || who.Role == Owner) {
			n++
		}
	}
	return n, nil
}

var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Draft is a new secret for an authenticator app, to be confirmed by a code.
type Draft struct {
	Secret string // base 32, for whoever types it
	URI    string // otpauth:, for whoever scans it
}

// DraftApp returns a secret for the actor's authenticator app. One that was shown
// a few minutes ago is shown again. It fails with errs.Conflict if an app is in
// use: it is removed first.
func (s *Service) DraftApp(ctx context.Context, a Actor) (Draft, error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return Draft{}, err
	}
	return s.draft(ctx, p)
}

// DraftPending is DraftApp for somebody whose sign-in waits for a first factor.
func (s *Service) DraftPending(ctx context.Context, p Pending) (Draft, error) {
	if p.Need != NeedEnrol || p.Policy.Way == StrongWay {
		return Draft{}, errStale()
	}
	return s.draft(ctx, p.Person)
}

func (s *Service) draft(ctx context.Context, p Person) (Draft, error) {
	now := s.now()
	t, err := s.store.TOTP(ctx, p.Workspace, p.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Draft{}, err
	}
	if err != nil || now.Sub(t.CreatedAt) > draftLife {
		t = TOTP{Person: p.ID, Workspace: p.Workspace, Secret: make([]byte, secretLen), CreatedAt: now}
		_, _ = rand.Read(t.Secret) // never fails (crypto/rand)
		if err := s.store.DraftTOTP(ctx, t); err != nil {
			return Draft{}, appInUse(err)
		}
	}
	if !t.ConfirmedAt.IsZero() {
		return Draft{}, errs.New(errs.Conflict, "error.app_in_use")
	}
	w, err := s.store.Workspace(ctx, p.Workspace)
	if err != nil {
		return Draft{}, err
	}
	// Apps put issuer and name together with a colon, so neither may hold one.
	issuer := strings.ReplaceAll("Godwit "+w.Name, ":", " ")
	secret := secretText.EncodeToString(t.Secret)
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return Draft{Secret: secret, URI: "otpauth://totp/" + url.PathEscape(issuer+":"+p.Email) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")}, nil
}

func appInUse(err error) error {
	if errs.Is(err, errs.Conflict) {
		return errs.New(errs.Conflict, "error.app_in_use")
	}
	return err
}

// stepOf returns the step that a code belongs to, 0 for none.
func stepOf(secret []byte, code string, now time.Time) int64 {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		return 0
	}
	text, found := secretText.EncodeToString(secret), int64(0)
	for d := int64(-totpSkew); d <= totpSkew; d++ {
		step := now.Unix()/totpPeriod + d
		want, err := hotp.GenerateCodeCustom(text, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found
}

// confirm puts the draft into use by its first code and returns recovery codes,
// if this is the person's first factor.
func (s *Service) confirm(ctx context.Context, p Person, code string, v Visit) (codes []string, err error) {
	t, err := s.store.TOTP(ctx, p.Workspace, p.ID)
	if errs.Is(err, errs.NotFound) || err == nil && !t.ConfirmedAt.IsZero() {
		return nil, errs.New(errs.Conflict, "error.app_in_use")
	}
	if err != nil {
		return nil, err
	}
	account := factorAccount(p)
	if err := s.try(ctx, account, v); err != nil {
		return nil, err
	}
	step := stepOf(t.Secret, code, s.now())
	if step == 0 {
		return nil, errs.Field("code", "error.code_wrong")
	}
	s.gate.Passed(ctx, account, v.Address)
	had, err := s.factors(ctx, p.Workspace, p.ID)
	if err != nil {
		return nil, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.ConfirmTOTP(ctx, p.Workspace, p.ID, step, s.now()); err != nil {
			return appInUse(err)
		}
		if !had.Any() {
			if codes, err = s.newCodes(ctx, p); err != nil {
				return err
			}
		}
		return s.changed(ctx, s.actor(p, nil), p, "app_added")
	})
	return codes, err
}

// ConfirmApp puts the actor's new authenticator app into use; it is proved by a
// code. Their other sessions end, this one goes on under the token returned. The
// recovery codes are there if this is the actor's first factor, this once.
func (s *Service) ConfirmApp(ctx context.Context, a Actor, token, code string, v Visit) (codes []string, next string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return nil, "", err
	}
	if codes, err = s.confirm(ctx, p, code, v); err != nil {
		return nil, "", err
	}
	next, err = s.alone(ctx, a, token)
	return codes, next, err
}

// EnrolByApp ends a pending sign-in by a first authenticator app.
func (s *Service) EnrolByApp(ctx context.Context, token, code string, v Visit) (codes []string, session string, err error) {
	p, err := s.Pending(ctx, token)
	if err == nil && (p.Need != NeedEnrol || p.Factors.Any() || p.Policy.Way == StrongWay) {
		err = errStale()
	}
	if err != nil {
		return nil, "", err
	}
	if codes, err = s.confirm(ctx, p.Person, code, v); err != nil {
		return nil, "", err
	}
	session, err = s.finish(ctx, p, v)
	return codes, session, err
}

// RemoveApp takes the actor's authenticator app away. It fails with
// errs.Conflict if it is their last factor and the workspace asks for one.
func (s *Service) RemoveApp(ctx context.Context, a Actor, token string) (next string, err error) {
	p, f, err := s.removable(ctx, a)
	if err != nil {
		return "", err
	}
	if err := s.lastFactor(ctx, p, Factors{Passkeys: f.Passkeys}); err != nil {
		return "", err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeleteTOTP(ctx, p.Workspace, p.ID); err != nil {
			return err
		}
		if len(f.Passkeys) == 0 {
			if err := s.store.SetRecoveryCodes(ctx, p.Workspace, p.ID, nil, s.now()); err != nil {
				return err
			}
		}
		if err := s.changed(ctx, a, p, "app_removed"); err != nil {
			return err
		}
		next, err = s.alone(ctx, a, token)
		return err
	})
	return next, err
}

func (s *Service) removable(ctx context.Context, a Actor) (Person, Factors, error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return p, Factors{}, err
	}
	f, err := s.factors(ctx, p.Workspace, p.ID)
	return p, f, err
}

// lastFactor refuses to leave a person without a factor that they must have.
func (s *Service) lastFactor(ctx context.Context, p Person, left Factors) error {
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil {
		return err
	}
	strong := policy.Way != StrongWay || p.Role == Owner || len(left.Passkeys) > 0
	if policy.Requires(p.Role) && !left.Any() || !strong {
		return errs.New(errs.Conflict, "error.factor_required")
	}
	return nil
}

// RemoveFactors takes all second factors of somebody away who has lost them; they
// enrol anew at the next sign-in if they must have one. Their sessions end.
func (s *Service) RemoveFactors(ctx context.Context, a Actor, who PersonID) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, a.Workspace, who)
		if err != nil {
			return err
		}
		if err := s.outranks(ctx, a, p); err != nil {
			return err
		}
		f, err := s.factors(ctx, p.Workspace, p.ID)
		if err != nil {
			return err
		}
		for _, k := range f.Passkeys {
			if err := s.store.DeletePasskey(ctx, p.Workspace, p.ID, k.ID); err != nil {
				return err
			}
		}
		if err := s.store.DeleteTOTP(ctx, p.Workspace, p.ID); err != nil {
			return err
		}
		if err := s.store.SetRecoveryCodes(ctx, p.Workspace, p.ID, nil, s.now()); err != nil {
			return err
		}
		if err := s.store.DeleteSessions(ctx, p.Workspace, p.ID, nil); err != nil {
			return err
		}
		return s.changed(ctx, a, p, "factors_removed")
	})
}

// Recovery codes: how many, and the alphabet of base 32 without letters that look
// like digits (Crockford).
const (
	codeCount = 10
	codeBytes = 15 // 120 bits (OWASP ASVS 2.6.2 asks for 112) in six groups of four letters
)

var codeText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newCodes replaces a person's recovery codes. Each holds 120 random bits, so that
// a plain hash of one is as good as a slow one.
func (s *Service) newCodes(ctx context.Context, p Person) ([]string, error) {
	codes, hashes := make([]string, codeCount), make([][]byte, codeCount)
	for i := range codes {
		raw := make([]byte, codeBytes)
		_, _ = rand.Read(raw) // never fails (crypto/rand)
		c := codeText.EncodeToString(raw)
		codes[i], hashes[i] = inFours(c), codeHash(p.ID, c)
	}
	return codes, s.store.SetRecoveryCodes(ctx, p.Workspace, p.ID, hashes, s.now())
}

// inFours writes a code as people copy it.
func inFours(c string) string {
	var groups []string
	for g := range slices.Chunk([]byte(c), 4) {
		groups = append(groups, string(g))
	}
	return strings.Join(groups, "-")
}

// codeHash returns the hash of a recovery code as people may type it: in capitals,
// grouped by whatever their keyboard has, and with letters for the digits that
// look like them.
func codeHash(p PersonID, code string) []byte {
	alike := map[rune]rune{'o': '0', 'i': '1', 'l': '1'}
	folded := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		if d, ok := alike[r]; ok {
			return d
		}
		return r
	}, strings.ToLower(code))
	return TokenHash(id.Format("recovery", int64(p)) + "/" + folded)
}

// RenewCodes replaces the actor's recovery codes and returns the new ones, this
// once. It fails with errs.Conflict if the actor has no factor to recover.
func (s *Service) RenewCodes(ctx context.Context, a Actor) (codes []string, err error) {
	p, f, err := s.removable(ctx, a)
	if err != nil {
		return nil, err
	}
	if !f.Any() {
		return nil, errs.New(errs.Conflict, "error.no_factor")
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if codes, err = s.newCodes(ctx, p); err != nil {
			return err
		}
		return s.changed(ctx, a, p, "codes_renewed")
	})
	return codes, err
}

// factorAccount names what failures of a person's second factor are counted for,
// apart from those of the password.
func factorAccount(p Person) string { return id.Format("factor", int64(p.ID)) }

// repeated writes down that a code was used that had been used before, and tells
// its person: somebody may have looked over their shoulder (OWASP ASVS 2.8.5). A
// few letters an hour say it; the journal has all of it.
func (s *Service) repeated(ctx context.Context, p Person, v Visit) error {
	const what = "code_repeated"
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.log(ctx, "person."+what, s.actor(p, nil), "person", int64(p.ID), map[string]any{"address": v.Address}); err != nil {
			return err
		}
		if !s.gate.Allow(ctx, what, factorAccount(p), repeatsTold) {
			return nil
		}
		return s.later(ctx, Errand{Kind: noticeErrand, Workspace: p.Workspace, Person: p.ID, Note: what, At: s.now(), Address: v.Address, UserAgent: short(v.UserAgent)})
	})
}

// checkCode judges a code of the app or a recovery code; each works once.
func (s *Service) checkCode(ctx context.Context, p Person, code string, v Visit) error {
	account := factorAccount(p)
	if err := s.try(ctx, account, v); err != nil {
		return err
	}
	wrong := errs.Field("code", "error.code_wrong")
	t, err := s.store.TOTP(ctx, p.Workspace, p.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if err == nil && !t.ConfirmedAt.IsZero() {
		if step := stepOf(t.Secret, code, s.now()); step != 0 {
			err := s.store.UseTOTP(ctx, p.Workspace, p.ID, step)
			if errs.Is(err, errs.Conflict) {
				if err := s.repeated(ctx, p, v); err != nil {
					return err
				}
				return errs.Field("code", "error.code_used")
			}
			if err == nil {
				s.gate.Passed(ctx, account, v.Address)
			}
			return err
		}
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UseRecoveryCode(ctx, p.Workspace, p.ID, codeHash(p.ID, code), s.now()); err != nil {
			return err
		}
		return s.changed(ctx, s.actor(p, nil), p, "code_used")
	})
	if errs.Is(err, errs.Conflict) {
		return wrong
	}
	if err == nil {
		s.gate.Passed(ctx, account, v.Address)
	}
	return err
}
