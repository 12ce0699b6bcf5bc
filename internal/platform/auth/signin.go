package auth

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Signin is what sign-in needs beyond the store. The zero Signin sends no mail,
// does every errand at once and reaches no issuer.
type Signin struct {
	// Later leaves an errand for Service.Run, in the transaction of ctx if there
	// is one; nil does it at once.
	Later func(ctx context.Context, e Errand) error
	// Mailer sends letters; nil sends none.
	Mailer Mailer
	// HTTP reaches the issuers of single sign-on; nil refuses it.
	HTTP *http.Client
	// Address is the public address of the console, which links in letters and
	// passkeys belong to; without it no letter carries a link, because the Host
	// of a request is whatever its sender wrote there.
	Address string
	// Notes is where operators read what kept a letter from leaving.
	Notes *slog.Logger
}

func (s Signin) whole() Signin {
	if s.Notes == nil {
		s.Notes = slog.New(slog.DiscardHandler)
	}
	return s
}

// Visit is where a request comes from, as the door saw it.
type Visit struct {
	Address   string // of the network
	UserAgent string
	Origin    string // scheme, host and port under which the person reached the console
	Browser   string // the token by which the browser is known again; "" if it keeps none
}

// Need is what a sign-in still lacks.
type Need string

// The needs. NeedEnrol is that of people who must have a second factor and have
// none yet.
const (
	NeedNothing Need = ""
	NeedFactor  Need = "factor"
	NeedEnrol   Need = "enrol"
)

// Entry is how far a sign-in came: to a session, or to a second step that the
// Pending token stands for.
type Entry struct {
	Person  Person
	Session string
	Pending string
	Need    Need
	// Exposed says that the password, right as it is, would not be taken as a new
	// one any more: it is too short, or among those that are known from breaches.
	Exposed bool
}

// PendingLife is how long the second step of a sign-in may take.
const PendingLife = 10 * time.Minute

// pendingTries is how many codes one pending sign-in may be given.
const pendingTries = 5

// Ceremony is something begun that the same browser has to end: the second step
// of a sign-in, a passkey's challenge, a trip to an issuer. The browser holds the
// token, in a cookie that scripts cannot read.
type Ceremony struct {
	Hash      []byte
	Kind      string
	Workspace WorkspaceID // 0 while nobody is known
	Person    PersonID
	Data      []byte // what was begun; sealed at rest
	Tries     int
	ExpiresAt time.Time
}

// The kinds of ceremony.
const (
	pendingKind = "pending"
	passkeyKind = "passkey"
	ssoKind     = "sso"
)

// SigninStore keeps how people prove who they are. Secrets are sealed at rest.
type SigninStore interface {
	Policy(context.Context, WorkspaceID) (Policy, error)
	SavePolicy(context.Context, Policy) error
	SSOSlugs(ctx context.Context, n int) ([]string, error)
	Proven(context.Context, WorkspaceID) ([]Proven, error)

	TOTP(context.Context, WorkspaceID, PersonID) (TOTP, error)
	DraftTOTP(context.Context, TOTP) error
	ConfirmTOTP(ctx context.Context, w WorkspaceID, p PersonID, step int64, at time.Time) error
	// UseTOTP fails with errs.Conflict unless the step is later than any before.
	UseTOTP(ctx context.Context, w WorkspaceID, p PersonID, step int64) error
	DeleteTOTP(context.Context, WorkspaceID, PersonID) error

	SetRecoveryCodes(ctx context.Context, w WorkspaceID, p PersonID, hashes [][]byte, at time.Time) error
	UseRecoveryCode(ctx context.Context, w WorkspaceID, p PersonID, hash []byte, at time.Time) error
	RecoveryCodes(context.Context, WorkspaceID, PersonID) (int, error)

	AddPasskey(context.Context, Passkey) error
	Passkeys(context.Context, WorkspaceID, PersonID) ([]Passkey, error)
	PasskeyOf(ctx context.Context, credential []byte) (Passkey, error)
	SavePasskey(context.Context, Passkey) error
	DeletePasskey(context.Context, WorkspaceID, PersonID, PasskeyID) error

	AddCeremony(ctx context.Context, c Ceremony, now time.Time) error
	Ceremony(ctx context.Context, kind string, hash []byte) (Ceremony, error)
	// TakeCeremony ends a ceremony; of several takers one gets it.
	TakeCeremony(ctx context.Context, kind string, hash []byte) (Ceremony, error)
	TryCeremony(ctx context.Context, hash []byte) (int, error)
	EndCeremonies(context.Context, WorkspaceID, PersonID) error

	SSOPerson(ctx context.Context, w WorkspaceID, issuer, subject string) (PersonID, error)
	LinkSSO(ctx context.Context, w WorkspaceID, p PersonID, issuer, subject string, at time.Time) error
	UnlinkSSO(context.Context, WorkspaceID, PersonID) error

	RenewSession(ctx context.Context, hash, next []byte, proved time.Time) error
	// LimitSessions makes the sessions there are last so long from their sign-in,
	// and so long unused.
	LimitSessions(ctx context.Context, w WorkspaceID, life, idle time.Duration) error
	// SeeBrowser records a sign-in from a browser, and returns whether the person
	// had signed in from it before, and from any other.
	SeeBrowser(ctx context.Context, w WorkspaceID, p PersonID, hash []byte, now time.Time) (known, others bool, err error)
}

// begin keeps a ceremony and returns the token that ends it.
func (s *Service) begin(ctx context.Context, kind string, p Person, life time.Duration, data any) (string, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	token, hash := newLink()
	now := s.now()
	return token, s.store.AddCeremony(ctx, Ceremony{
		Hash: hash, Kind: kind, Workspace: p.Workspace, Person: p.ID, Data: raw, ExpiresAt: now.Add(life),
	}, now)
}

// errStale is what a ceremony that is unknown, over or too old answers.
func errStale() error { return errs.New(errs.Denied, "error.sign_in_again") }

// end takes a ceremony and reads what was begun. It works once.
func (s *Service) end(ctx context.Context, kind, token string, data any) (Ceremony, error) {
	if token == "" {
		return Ceremony{}, errStale()
	}
	c, err := s.store.TakeCeremony(ctx, kind, TokenHash(token))
	if errs.Is(err, errs.NotFound) || err == nil && s.now().After(c.ExpiresAt) {
		return c, errStale()
	}
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(c.Data, data)
}

// Enter checks an address and password. It fails alike, and after the same work,
// for an unknown address, a wrong password, a disabled person and one who may not
// sign in by password; and with errs.Unavailable when there were too many
// failures. Whoever has a second factor is not in yet: see Entry.
func (s *Service) Enter(ctx context.Context, email, password string, v Visit) (Entry, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := s.try(ctx, email, v); err != nil {
		return Entry{}, err
	}
	people, err := s.store.PeopleByEmail(ctx, email)
	if err != nil {
		return Entry{}, err
	}
	var p Person
	for _, x := range people {
		ok, err := s.hasher.Try(ctx, password, x.PasswordHash)
		if err == nil && ok && x.Status == Active {
			ok, err = s.mayUsePassword(ctx, x)
		}
		if err != nil {
			return Entry{}, err
		}
		if ok && x.Status == Active {
			p = x
			break
		}
	}
	if len(people) == 0 {
		if _, err := s.hasher.Try(ctx, password, ""); err != nil {
			return Entry{}, err
		}
	}
	if p.ID == 0 {
		return Entry{}, errs.New(errs.Denied, "error.sign_in")
	}
	s.gate.Passed(ctx, email, v.Address)
	e, err := s.admit(ctx, p, v)
	e.Exposed = CheckNew(password, p.Email, p.Name) != nil
	return e, err
}

// wait words how long somebody must wait.
func (s *Service) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	return errs.New(errs.Unavailable, "error.sign_in_wait", "seconds", int(d.Seconds())+1)
}

// SignIn is Enter for whoever has no second step to take; it fails with
// errs.Denied for others.
func (s *Service) SignIn(ctx context.Context, email, password, address, userAgent string) (token string, p Person, err error) {
	e, err := s.Enter(ctx, email, password, Visit{Address: address, UserAgent: userAgent})
	if err == nil && e.Need != NeedNothing {
		return "", Person{}, errs.New(errs.Denied, "error.second_step")
	}
	return e.Session, e.Person, err
}

// mayUsePassword reports whether a password opens the way for a person at all.
// An owner keeps it until they have a passkey: a workspace never locks itself out.
func (s *Service) mayUsePassword(ctx context.Context, p Person) (bool, error) {
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil || policy.Way == AnyWay {
		return err == nil, err
	}
	if p.Role != Owner {
		return false, nil
	}
	if policy.Way == SSOWay {
		return true, nil
	}
	keys, err := s.store.Passkeys(ctx, p.Workspace, p.ID)
	return len(keys) == 0, err
}

// mayChoosePassword refuses a password that would open nothing. Those who must
// have a passkey choose one on their way to it.
func (s *Service) mayChoosePassword(ctx context.Context, p Person) error {
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil || p.Role == Owner {
		return err
	}
	keys := []Passkey(nil)
	if policy.Way == StrongWay {
		if keys, err = s.store.Passkeys(ctx, p.Workspace, p.ID); err != nil {
			return err
		}
	}
	if policy.Way == SSOWay || len(keys) > 0 {
		return errs.New(errs.Denied, "error.no_password")
	}
	return nil
}

// admit opens a session for somebody who gave a first proof, or asks for the
// second step.
func (s *Service) admit(ctx context.Context, p Person, v Visit) (Entry, error) {
	policy, err := s.store.Policy(ctx, p.Workspace)
	if err != nil {
		return Entry{}, err
	}
	f, err := s.factors(ctx, p.Workspace, p.ID)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Person: p}
	switch {
	case f.Any():
		e.Need = NeedFactor
	case policy.Requires(p.Role):
		e.Need = NeedEnrol
	default:
		e.Session, err = s.open(ctx, p, v)
		return e, err
	}
	e.Pending, err = s.begin(ctx, pendingKind, p, PendingLife, e.Need)
	return e, err
}

// Pending is a sign-in that waits for its second step.
type Pending struct {
	Person  Person
	Need    Need
	Factors Factors
	Policy  Policy
	hash    []byte
}

// Pending returns what a pending sign-in waits for. It fails with errs.Denied if
// the token is unknown or too old.
func (s *Service) Pending(ctx context.Context, token string) (Pending, error) {
	var p Pending
	if token == "" {
		return p, errStale()
	}
	c, err := s.store.Ceremony(ctx, pendingKind, TokenHash(token))
	if errs.Is(err, errs.NotFound) || err == nil && s.now().After(c.ExpiresAt) {
		return p, errStale()
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(c.Data, &p.Need); err != nil {
		return p, err
	}
	p.hash = c.Hash
	if p.Person, err = s.store.Person(ctx, c.Workspace, c.Person); err != nil {
		return p, err
	}
	if p.Person.Status != Active {
		return p, errStale()
	}
	if p.Factors, err = s.factors(ctx, c.Workspace, c.Person); err != nil {
		return p, err
	}
	p.Policy, err = s.store.Policy(ctx, c.Workspace)
	return p, err
}

// FinishByCode ends a pending sign-in with a code of the authenticator app or a
// recovery code. It fails with errs.Invalid for a wrong code, with errs.Denied
// after too many of them, and with errs.Unavailable while somebody guesses.
func (s *Service) FinishByCode(ctx context.Context, token, code string, v Visit) (session string, err error) {
	p, err := s.Pending(ctx, token)
	if err == nil && p.Need != NeedFactor {
		err = errStale()
	}
	if err != nil {
		return "", err
	}
	n, err := s.store.TryCeremony(ctx, p.hash)
	if errs.Is(err, errs.NotFound) || err == nil && n > pendingTries {
		_, _ = s.store.TakeCeremony(ctx, pendingKind, p.hash) // it may be gone
		return "", errStale()
	}
	if err != nil {
		return "", err
	}
	if err := s.checkCode(ctx, p.Person, code, v); err != nil {
		return "", err
	}
	return s.finish(ctx, p, v)
}

// finish turns a pending sign-in into a session, once.
func (s *Service) finish(ctx context.Context, p Pending, v Visit) (session string, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.store.TakeCeremony(ctx, pendingKind, p.hash); err != nil {
			if errs.Is(err, errs.NotFound) {
				return errStale()
			}
			return err
		}
		session, err = s.open(ctx, p.Person, v)
		return err
	})
	return session, err
}
