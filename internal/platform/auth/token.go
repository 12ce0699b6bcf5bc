package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// TokenID identifies an API token.
type TokenID int64

// Token is a key to the API that acts for a person. Its secret is not kept.
type Token struct {
	ID        TokenID
	Workspace WorkspaceID
	Person    PersonID // whose rights it borrows; it dies with them
	Name      string
	Scopes    []Permission // what of these rights it borrows
	Prefix    string       // the beginning of the secret, to tell tokens apart
	CreatedAt time.Time
	SeenAt    time.Time // last used, within ten minutes; zero: never
	ExpiresAt time.Time // zero: never; those with grave scopes have an end
	RevokedAt time.Time // zero: not revoked
}

// How long a token lives that carries a grave scope (see Grave): GraveLife if its
// maker names no end, and no longer than GraveMost.
const (
	GraveLife = 90 * 24 * time.Hour
	GraveMost = 366 * 24 * time.Hour
)

// Live reports whether the token works at a time, as far as it is up to the token.
func (t Token) Live(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// grants returns what the token's scopes grant: grave ones only to a token that
// has an end, wherever its row comes from.
func (t Token) grants() Set {
	scopes := NewSet(t.Scopes...)
	if t.ExpiresAt.IsZero() {
		for p := range scopes.grave() {
			delete(scopes, p)
		}
	}
	return scopes
}

// NewToken is what a new API token is made from.
type NewToken struct {
	Name      string
	Scopes    []Permission
	ExpiresAt time.Time // zero: never, or after GraveLife
	// Person is for whom the system makes a token. A person makes tokens only for
	// themselves and leaves it 0.
	Person PersonID
}

// TokenMark begins the secret of every API token, so that people and secret
// scanners know one when they see it.
const TokenMark = "gwt_"

// tokenWords writes secrets in lower-case base 32 (RFC 4648 section 6).
var tokenWords = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

const (
	tokenBytes   = 32
	tokenCheck   = 3  // of SHA-256: a typo passes once in sixteen million
	tokenLetters = 56 // of both in base 32
	tokenShown   = 6  // of these in Token.Prefix
)

// newTokenSecret returns a fresh secret: gwt_ and 56 letters, of which the last ones
// check the others.
func newTokenSecret() string {
	b := make([]byte, tokenBytes, tokenBytes+tokenCheck)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	sum := sha256.Sum256(b)
	return TokenMark + tokenWords.EncodeToString(append(b, sum[:tokenCheck]...))
}

// IsToken reports whether a text has the form of a token's secret and its check
// is right: what is mistyped or cut off is told without a look at the database.
func IsToken(s string) bool {
	s, ok := strings.CutPrefix(s, TokenMark)
	if !ok || len(s) != tokenLetters {
		return false
	}
	b, err := tokenWords.DecodeString(s)
	if err != nil || len(b) != tokenBytes+tokenCheck {
		return false
	}
	sum := sha256.Sum256(b[:tokenBytes])
	return subtle.ConstantTimeCompare(sum[:tokenCheck], b[tokenBytes:]) == 1
}

// CreateToken makes a token for the actor and returns its secret, which is shown
// once: only its hash is kept. It grants no more than the actor holds, and one
// made with a token lives no longer than that token. Grave scopes are granted by
// people alone, who have proved themselves within FreshFor (else errs.Denied, key
// error.step_up), and for a time. It needs ManageTokens.
func (s *Service) CreateToken(ctx context.Context, a Actor, n NewToken) (secret string, t Token, err error) {
	if err := a.Can(ManageTokens); err != nil {
		return "", t, err
	}
	now := s.now()
	t = Token{
		ID: TokenID(s.ids.Next()), Workspace: a.Workspace, Person: a.Person(), Name: strings.Join(strings.Fields(n.Name), " "),
		Scopes: NewSet(n.Scopes...).List(), CreatedAt: now, ExpiresAt: n.ExpiresAt,
	}
	var problems []error
	if t.Name == "" || len(t.Name) > 200 {
		problems = append(problems, errs.Field("name", "error.name_empty"))
	}
	switch {
	case len(t.Scopes) != len(NewSet(n.Scopes...)):
		problems = append(problems, errs.Field("scopes", "error.scope_unknown"))
	case len(t.Scopes) == 0:
		problems = append(problems, errs.Field("scopes", "error.scopes_empty"))
	}
	for _, p := range t.Scopes {
		if !a.May(p) {
			problems = append(problems, errs.Field("scopes", "error.grant_more", "permission", string(p)))
			break
		}
	}
	if !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) {
		problems = append(problems, errs.Field("expires", "error.expiry_past"))
	}
	if grave := NewSet(t.Scopes...).grave().List(); len(grave) > 0 {
		switch {
		case a.Token != 0:
			problems = append(problems, errs.Field("scopes", "error.scope_grave", "permission", string(grave[0])))
		case a.Kind != System && now.Sub(a.Proved) > FreshFor:
			return "", Token{}, errs.New(errs.Denied, "error.step_up")
		case t.ExpiresAt.IsZero():
			t.ExpiresAt = now.Add(GraveLife)
		case t.ExpiresAt.Sub(now) > GraveMost:
			problems = append(problems, errs.Field("expires", "error.expiry_late"))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return "", Token{}, err
	}
	if a.Kind == System {
		if _, err := s.store.Person(ctx, a.Workspace, n.Person); err != nil {
			return "", Token{}, err
		}
		t.Person = n.Person
	}
	if a.Token != 0 {
		maker, err := s.store.Token(ctx, a.Workspace, a.Token)
		if err != nil {
			return "", Token{}, err
		}
		if end := maker.ExpiresAt; !end.IsZero() && (t.ExpiresAt.IsZero() || t.ExpiresAt.After(end)) {
			t.ExpiresAt = end
		}
	}
	secret = newTokenSecret()
	t.Prefix = secret[:len(TokenMark)+tokenShown]
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.AddToken(ctx, t, TokenHash(secret)); err != nil {
			return err
		}
		return s.log(ctx, "token.created", a, "token", int64(t.ID),
			map[string]any{"name": t.Name, "prefix": t.Prefix, "scopes": t.Scopes, "person": int64(t.Person)})
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, t, nil
}

// Tokens returns the tokens of the actor's workspace, also those that work no
// more, the newest first. It needs ManageTokens.
func (s *Service) Tokens(ctx context.Context, a Actor) ([]Token, error) {
	if err := a.Can(ManageTokens); err != nil {
		return nil, err
	}
	return s.store.Tokens(ctx, a.Workspace)
}

// RevokeToken ends a token at once on this node, and on others as soon as they
// hear of it, within TokenMemory at the latest. To revoke it again changes nothing. It needs ManageTokens.
func (s *Service) RevokeToken(ctx context.Context, a Actor, id TokenID) error {
	if err := a.Can(ManageTokens); err != nil {
		return err
	}
	defer s.tokens.forget()
	return s.store.InTx(ctx, func(ctx context.Context) error {
		t, err := s.store.Token(ctx, a.Workspace, id)
		if err != nil {
			return err
		}
		if !t.RevokedAt.IsZero() {
			return nil
		}
		if err := s.store.RevokeToken(ctx, a.Workspace, id, s.now()); err != nil {
			return err
		}
		return s.log(ctx, "token.revoked", a, "token", int64(id), map[string]any{"name": t.Name, "prefix": t.Prefix})
	})
}

// AuthenticateToken returns who a token acts for and what it may do: what its
// scopes and its person's role both grant, within the person's limits. It fails
// with errs.Denied, and with nothing more, if the secret is unknown, expired or
// revoked, or its person cannot sign in.
//
// The answer is remembered for TokenMemory, so that a burst of requests costs one
// read. What happens in this process to tokens, people, roles and teams is
// heeded by the very next request; what happens on another node, as soon as
// Forget is told of it, within TokenMemory at the latest.
func (s *Service) AuthenticateToken(ctx context.Context, secret string) (Actor, Token, error) {
	denied := errs.New(errs.Denied, "error.token")
	if !IsToken(secret) {
		return Actor{}, Token{}, denied
	}
	now := s.now()
	hash := sha256.Sum256([]byte(secret))
	known, generation, ok := s.tokens.recall(hash, now)
	if ok {
		if !known.token.Live(now) {
			return Actor{}, Token{}, denied
		}
		return known.actor, known.token, nil
	}
	t, err := s.store.TokenByHash(ctx, hash[:])
	if errs.Is(err, errs.NotFound) || err == nil && !t.Live(now) {
		return Actor{}, Token{}, denied
	}
	if err != nil {
		return Actor{}, Token{}, err
	}
	p, err := s.store.Person(ctx, t.Workspace, t.Person)
	if errs.Is(err, errs.NotFound) || err == nil && p.Status != Active {
		return Actor{}, Token{}, denied
	}
	if err != nil {
		return Actor{}, Token{}, err
	}
	a, err := s.resolve(ctx, p)
	if err != nil {
		return Actor{}, Token{}, err
	}
	a.Permissions, a.Token = a.holds().And(t.grants()), t.ID
	if now.Sub(t.SeenAt) > touchEvery {
		if err := s.store.TouchToken(ctx, t.Workspace, t.ID, now); err != nil {
			return Actor{}, Token{}, err
		}
		t.SeenAt = now
	}
	s.tokens.keep(hash, remembered{a, t, now.Add(TokenMemory)}, generation)
	return a, t, nil
}

// TokenMemory is how long an authenticated token is remembered.
const TokenMemory = 5 * time.Second

// touchEvery is how often the use of a token is written down; of sessions see
// touchSession.
const touchEvery = 10 * time.Minute

// memorySize bounds the tokens remembered at a time.
const memorySize = 4096

// remembered is an authenticated token and how long that holds.
type remembered struct {
	actor Actor
	token Token
	until time.Time
}

// tokenMemory remembers tokens that were authenticated moments ago. It forgets
// all of them whenever rights change: that is rare, and to find out whom a change
// touches would be the more delicate code.
type tokenMemory struct {
	mu         sync.RWMutex
	generation uint64 // how often it has forgotten
	entries    map[[sha256.Size]byte]remembered
}

// recall returns what is remembered under a hash, and the generation that keep wants.
func (m *tokenMemory) recall(hash [sha256.Size]byte, now time.Time) (remembered, uint64, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	e, ok := m.entries[hash]
	return e, m.generation, ok && now.Before(e.until)
}

// keep remembers what was read since generation. If rights have changed in
// between, it may be what they were before, and is not kept.
func (m *tokenMemory) keep(hash [sha256.Size]byte, e remembered, generation uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if m.entries == nil || len(m.entries) >= memorySize {
		m.entries = make(map[[sha256.Size]byte]remembered)
	}
	m.entries[hash] = e
}

// Forget drops what is remembered of tokens, because another node has changed
// what they may do.
func (s *Service) Forget() { s.tokens.forget() }

// forget drops everything. It is called after a change of rights was written.
func (m *tokenMemory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	m.entries = nil
}
