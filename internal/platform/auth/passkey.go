package auth

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"godwit.dev/godwit/internal/base/errs"
)

// PasskeyID identifies a passkey.
type PasskeyID int64

// Passkey is a key pair on a person's device that signs them in (WebAuthn).
type Passkey struct {
	ID         PasskeyID
	Workspace  WorkspaceID
	Person     PersonID
	Credential []byte // its id, given by the authenticator
	Name       string
	Record     webauthn.Credential
	CreatedAt  time.Time
	SeenAt     time.Time
	ClonedAt   time.Time // its counter went backwards then: a copy of it may exist, so it opens nothing
}

// Bounds of passkeys.
const (
	passkeyLife   = 5 * time.Minute // of a challenge
	passkeysLimit = 20              // of a person
)

// party is a person as the library of WebAuthn sees them.
type party struct {
	person Person
	keys   []Passkey
}

// WebAuthnID is the user handle: the person's identifier, which says nothing
// about them (WebAuthn section 14.6.1).
func (p party) WebAuthnID() []byte          { return handle(p.person.ID) }
func (p party) WebAuthnName() string        { return p.person.Email }
func (p party) WebAuthnDisplayName() string { return p.person.Name }
func (p party) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, 0, len(p.keys))
	for _, k := range p.keys {
		if k.ClonedAt.IsZero() {
			out = append(out, k.Record)
		}
	}
	return out
}

func handle(p PersonID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(p)) }

// relying returns the relying party under the public address or, without one,
// under the address of the request: an authenticator signs only for the host that
// its browser shows, so a forged Host finds no key.
func (s *Service) relying(v Visit) (*webauthn.WebAuthn, error) {
	origin := strings.TrimRight(s.signin.Address, "/")
	if origin == "" {
		origin = v.Origin
	}
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil, errs.New(errs.Unsupported, "error.passkey_address")
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Godwit", RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, errs.Wrap(errs.Unsupported, err, "error.passkey_address")
	}
	return w, nil
}

// challenge is what a passkey's ceremony keeps until the browser answers.
type challenge struct {
	For     string // what the answer may be used for
	Session webauthn.SessionData
}

// What a passkey's challenge may be used for.
const (
	toRegister = "register"
	toSignIn   = "sign-in"
	toFinish   = "second step"
	toProve    = "step up"
)

// errPasskey is what a passkey answers that does not fit, whatever the reason.
func errPasskey(err error) error {
	if errs.KindOf(err) == errs.Unavailable {
		return err
	}
	return &errs.Error{Kind: errs.Invalid, Field: "passkey", Key: "error.passkey", Err: err}
}

// BeginPasskey starts the registration of a passkey of the actor. Options are for
// the browser's navigator.credentials.create, the token for FinishPasskey.
func (s *Service) BeginPasskey(ctx context.Context, a Actor, v Visit) (options any, token string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return nil, "", err
	}
	return s.register(ctx, p, v)
}

// BeginPendingPasskey is BeginPasskey for somebody whose sign-in waits for a first
// factor.
func (s *Service) BeginPendingPasskey(ctx context.Context, p Pending, v Visit) (options any, token string, err error) {
	if p.Need != NeedEnrol || p.Factors.Any() {
		return nil, "", errStale()
	}
	return s.register(ctx, p.Person, v)
}

func (s *Service) register(ctx context.Context, p Person, v Visit) (options any, token string, err error) {
	if !s.gate.Allow(ctx, "passkey from", v.Address, startsPerAddress) {
		return nil, "", s.wait(time.Minute)
	}
	w, err := s.relying(v)
	if err != nil {
		return nil, "", err
	}
	keys, err := s.store.Passkeys(ctx, p.Workspace, p.ID)
	if err != nil {
		return nil, "", err
	}
	if len(keys) >= passkeysLimit {
		return nil, "", errs.New(errs.Conflict, "error.passkeys_many", "max", passkeysLimit)
	}
	var known []protocol.CredentialDescriptor
	for _, k := range keys {
		known = append(known, k.Record.Descriptor())
	}
	o, session, err := w.BeginRegistration(party{p, keys}, webauthn.WithExclusions(known), webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
		ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
	}))
	if err != nil {
		return nil, "", errPasskey(err)
	}
	token, err = s.begin(ctx, passkeyKind, p, passkeyLife, challenge{toRegister, *session})
	return o, token, err
}

// FinishPasskey keeps the passkey that the browser has made for the actor. Their
// other sessions end; this one goes on under the token returned. The recovery
// codes are there if it is the actor's first factor, this once.
func (s *Service) FinishPasskey(ctx context.Context, a Actor, session, token, name string, answer []byte, v Visit) (codes []string, next string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return nil, "", err
	}
	if codes, err = s.keep(ctx, p, token, name, answer, v); err != nil {
		return nil, "", err
	}
	next, err = s.alone(ctx, a, session)
	return codes, next, err
}

// EnrolByPasskey ends a pending sign-in by a first passkey.
func (s *Service) EnrolByPasskey(ctx context.Context, pending, token, name string, answer []byte, v Visit) (codes []string, session string, err error) {
	p, err := s.Pending(ctx, pending)
	if err == nil && (p.Need != NeedEnrol || p.Factors.Any()) {
		err = errStale()
	}
	if err != nil {
		return nil, "", err
	}
	if codes, err = s.keep(ctx, p.Person, token, name, answer, v); err != nil {
		return nil, "", err
	}
	session, err = s.finish(ctx, p, v)
	return codes, session, err
}

// keep verifies the answer to a registration and stores the passkey.
func (s *Service) keep(ctx context.Context, p Person, token, name string, answer []byte, v Visit) (codes []string, err error) {
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > 100 {
		return nil, errs.Field("name", "error.name_empty")
	}
	w, err := s.relying(v)
	if err != nil {
		return nil, err
	}
	var c challenge
	begun, err := s.end(ctx, passkeyKind, token, &c)
	if err != nil {
		return nil, err
	}
	if c.For != toRegister || begun.Person != p.ID || begun.Workspace != p.Workspace {
		return nil, errStale()
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, errPasskey(err)
	}
	had, err := s.factors(ctx, p.Workspace, p.ID)
	if err != nil {
		return nil, err
	}
	record, err := w.CreateCredential(party{p, had.Passkeys}, c.Session, parsed)
	if err != nil {
		return nil, errPasskey(err)
	}
	k := Passkey{ID: PasskeyID(s.ids.Next()), Workspace: p.Workspace, Person: p.ID, Credential: record.ID, Name: name, Record: *record, CreatedAt: s.now()}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.AddPasskey(ctx, k); err != nil {
			return err
		}
		if !had.Any() {
			if codes, err = s.newCodes(ctx, p); err != nil {
				return err
			}
		}
		return s.changed(ctx, s.actor(p, nil), p, "passkey_added")
	})
	if errs.Is(err, errs.Conflict) {
		err = errPasskey(err)
	}
	return codes, err
}

// BeginPasskeySignIn starts a sign-in by passkey alone. It is told nothing of
// whoever comes and therefore tells nothing.
func (s *Service) BeginPasskeySignIn(ctx context.Context, v Visit) (options any, token string, err error) {
	if !s.gate.Allow(ctx, "passkey from", v.Address, startsPerAddress) {
		return nil, "", s.wait(time.Minute)
	}
	w, err := s.relying(v)
	if err != nil {
		return nil, "", err
	}
	o, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", errPasskey(err)
	}
	token, err = s.begin(ctx, passkeyKind, Person{}, passkeyLife, challenge{toSignIn, *session})
	return o, token, err
}

// EnterByPasskey signs somebody in by passkey alone: the key is one factor, the
// verification of its user on the device another. Whatever is wrong, it fails
// alike.
func (s *Service) EnterByPasskey(ctx context.Context, token string, answer []byte, v Visit) (session string, err error) {
	denied := func(err error) error { return errs.Wrap(errs.Denied, err, "error.passkey") }
	w, err := s.relying(v)
	if err != nil {
		return "", err
	}
	var c challenge
	if _, err := s.end(ctx, passkeyKind, token, &c); err != nil {
		return "", err
	}
	if c.For != toSignIn {
		return "", errStale()
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", denied(err)
	}
	var key Passkey
	var who party
	_, record, err := w.ValidatePasskeyLogin(func(raw, _ []byte) (webauthn.User, error) {
		if key, err = s.store.PasskeyOf(ctx, raw); err != nil {
			return nil, err
		}
		p, err := s.store.Person(ctx, key.Workspace, key.Person)
		who = party{p, []Passkey{key}}
		return who, err
	}, c.Session, parsed)
	if err != nil {
		return "", denied(err)
	}
	if err := s.seen(ctx, who.person, key, *record); err != nil {
		return "", err
	}
	policy, err := s.store.Policy(ctx, who.person.Workspace)
	if err != nil {
		return "", err
	}
	if who.person.Status != Active || policy.Way == SSOWay && who.person.Role != Owner {
		return "", errs.New(errs.Denied, "error.passkey")
	}
	return s.open(ctx, who.person, v)
}

// seen records the use of a passkey. One whose counter has not risen is taken out
// of use: it or its copy has signed elsewhere (WebAuthn section 6.1.1).
func (s *Service) seen(ctx context.Context, p Person, k Passkey, record webauthn.Credential) error {
	k.Record, k.SeenAt = record, s.now()
	cloned := record.Authenticator.CloneWarning
	if cloned {
		k.ClonedAt = s.now()
	}
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.SavePasskey(ctx, k); err != nil || !cloned {
			return err
		}
		return s.changed(ctx, ForSystem(p.Workspace), p, "passkey_cloned")
	})
	if err == nil && cloned {
		err = errs.New(errs.Denied, "error.passkey")
	}
	return err
}

// BeginPasskeyFinish starts the second step of a sign-in by one of the person's
// passkeys.
func (s *Service) BeginPasskeyFinish(ctx context.Context, p Pending, v Visit) (options any, token string, err error) {
	if p.Need != NeedFactor {
		return nil, "", errStale()
	}
	return s.ask(ctx, p.Person, toFinish, v)
}

// FinishByPasskey ends a pending sign-in by a passkey.
func (s *Service) FinishByPasskey(ctx context.Context, pending, token string, answer []byte, v Visit) (session string, err error) {
	p, err := s.Pending(ctx, pending)
	if err == nil && p.Need != NeedFactor {
		err = errStale()
	}
	if err != nil {
		return "", err
	}
	if err := s.answered(ctx, p.Person, toFinish, token, answer, v); err != nil {
		return "", err
	}
	return s.finish(ctx, p, v)
}

// BeginPasskeyProof starts a proof of the actor by one of their passkeys.
func (s *Service) BeginPasskeyProof(ctx context.Context, a Actor, v Visit) (options any, token string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return nil, "", err
	}
	return s.ask(ctx, p, toProve, v)
}

// ProveByPasskey is ProveByPassword with a passkey.
func (s *Service) ProveByPasskey(ctx context.Context, a Actor, session, token string, answer []byte, v Visit) (next string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return "", err
	}
	if err := s.answered(ctx, p, toProve, token, answer, v); err != nil {
		return "", err
	}
	return s.renew(ctx, a, session, s.now())
}

// ask challenges the passkeys of a person who is known.
func (s *Service) ask(ctx context.Context, p Person, what string, v Visit) (options any, token string, err error) {
	if !s.gate.Allow(ctx, "passkey from", v.Address, startsPerAddress) {
		return nil, "", s.wait(time.Minute)
	}
	w, err := s.relying(v)
	if err != nil {
		return nil, "", err
	}
	keys, err := s.store.Passkeys(ctx, p.Workspace, p.ID)
	if err != nil {
		return nil, "", err
	}
	if len(party{p, keys}.WebAuthnCredentials()) == 0 {
		return nil, "", errPasskey(nil)
	}
	o, session, err := w.BeginLogin(party{p, keys}, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, "", errPasskey(err)
	}
	token, err = s.begin(ctx, passkeyKind, p, passkeyLife, challenge{what, *session})
	return o, token, err
}

// answered verifies the answer to ask.
func (s *Service) answered(ctx context.Context, p Person, what, token string, answer []byte, v Visit) error {
	w, err := s.relying(v)
	if err != nil {
		return err
	}
	var c challenge
	begun, err := s.end(ctx, passkeyKind, token, &c)
	if err != nil {
		return err
	}
	if c.For != what || begun.Person != p.ID || begun.Workspace != p.Workspace {
		return errStale()
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return errPasskey(err)
	}
	keys, err := s.store.Passkeys(ctx, p.Workspace, p.ID)
	if err != nil {
		return err
	}
	record, err := w.ValidateLogin(party{p, keys}, c.Session, parsed)
	if err != nil {
		return errPasskey(err)
	}
	i := slices.IndexFunc(keys, func(k Passkey) bool { return slices.Equal(k.Credential, record.ID) })
	return s.seen(ctx, p, keys[i], *record)
}

// RenamePasskey gives one of the actor's passkeys another name.
func (s *Service) RenamePasskey(ctx context.Context, a Actor, id PasskeyID, name string) error {
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > 100 {
		return errs.Field("name", "error.name_empty")
	}
	keys, err := s.store.Passkeys(ctx, a.Workspace, a.Person())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(keys, func(k Passkey) bool { return k.ID == id })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	keys[i].Name = name
	return s.store.SavePasskey(ctx, keys[i])
}

// RemovePasskey revokes one of the actor's passkeys; their other sessions end. It
// fails with errs.Conflict if it is their last factor and the workspace asks for
// one.
func (s *Service) RemovePasskey(ctx context.Context, a Actor, token string, id PasskeyID) (next string, err error) {
	p, f, err := s.removable(ctx, a)
	if err != nil {
		return "", err
	}
	left := slices.DeleteFunc(slices.Clone(f.Passkeys), func(k Passkey) bool { return k.ID == id })
	if len(left) == len(f.Passkeys) {
		return "", errs.New(errs.NotFound, "error.not_found")
	}
	if err := s.lastFactor(ctx, p, Factors{TOTP: f.TOTP, Passkeys: left}); err != nil {
		return "", err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeletePasskey(ctx, p.Workspace, p.ID, id); err != nil {
			return err
		}
		if !f.TOTP && len(left) == 0 {
			if err := s.store.SetRecoveryCodes(ctx, p.Workspace, p.ID, nil, s.now()); err != nil {
				return err
			}
		}
		if err := s.changed(ctx, a, p, "passkey_removed"); err != nil {
			return err
		}
		next, err = s.alone(ctx, a, token)
		return err
	})
	return next, err
}

// PasskeyOptions writes the options of a challenge as the browser's
// parseCreationOptionsFromJSON and parseRequestOptionsFromJSON read them.
func PasskeyOptions(options any) ([]byte, error) {
	switch o := options.(type) {
	case *protocol.CredentialCreation:
		return json.Marshal(o.Response)
	case *protocol.CredentialAssertion:
		return json.Marshal(o.Response)
	}
	return nil, errs.New(errs.Internal, "error.passkey")
}
