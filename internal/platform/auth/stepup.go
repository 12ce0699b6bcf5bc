package auth

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// FreshFor is how long a proof of oneself is good for what matters most: money,
// deletion, export, tokens, roles and the settings of security.
const FreshFor = 10 * time.Minute

// session returns the actor's own session of a token.
func (s *Service) session(ctx context.Context, a Actor, token string) (Session, error) {
	x, err := s.store.Session(ctx, TokenHash(token))
	if errs.Is(err, errs.NotFound) || err == nil && (x.Workspace != a.Workspace || x.Person != a.Person() || x.Person == 0) {
		return x, errs.New(errs.Denied, "error.signed_out")
	}
	return x, err
}

// StepUp fails with errs.Denied, key error.step_up, unless the person behind a
// session has proved themself within FreshFor.
func (s *Service) StepUp(ctx context.Context, a Actor, token string) error {
	x, err := s.session(ctx, a, token)
	if err != nil {
		return err
	}
	if s.now().Sub(x.ProvedAt) > FreshFor {
		return errs.New(errs.Denied, "error.step_up")
	}
	return nil
}

// Proofs are the ways in which somebody can prove themself.
type Proofs struct{ Password, Code, Passkey, SSO bool }

// Proofs returns by what the actor can prove themself.
func (s *Service) Proofs(ctx context.Context, a Actor) (out Proofs, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return out, err
	}
	if out.Password, err = s.mayUsePassword(ctx, p); err != nil {
		return out, err
	}
	out.Password = out.Password && p.PasswordHash != ""
	f, err := s.factors(ctx, p.Workspace, p.ID)
	if err != nil {
		return out, err
	}
	out.Code, out.Passkey = f.TOTP || f.Codes > 0, len(f.Passkeys) > 0
	policy, err := s.store.Policy(ctx, p.Workspace)
	out.SSO = policy.SSO.On
	return out, err
}

// ProveByPassword lets the actor prove themself again. The session goes on under
// the token returned, and the old one is worth nothing any more. A wrong password
// is errs.Invalid.
func (s *Service) ProveByPassword(ctx context.Context, a Actor, token, password string, v Visit) (next string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return "", err
	}
	if err := s.try(ctx, p.Email, v); err != nil {
		return "", err
	}
	ok, err := s.hasher.Try(ctx, password, p.PasswordHash)
	if err == nil && ok {
		ok, err = s.mayUsePassword(ctx, p)
	}
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errs.Field("password", "error.password_wrong")
	}
	s.gate.Passed(ctx, p.Email, v.Address)
	return s.renew(ctx, a, token, s.now())
}

// ProveByCode is ProveByPassword with a code of the authenticator app or a
// recovery code.
func (s *Service) ProveByCode(ctx context.Context, a Actor, token, code string, v Visit) (next string, err error) {
	p, err := s.store.Person(ctx, a.Workspace, a.Person())
	if err != nil {
		return "", err
	}
	if err := s.checkCode(ctx, p, code, v); err != nil {
		return "", err
	}
	return s.renew(ctx, a, token, s.now())
}

// renew gives the actor's session a new token: what was stolen before a person
// proved themself, or gained a right, is worth nothing after it.
func (s *Service) renew(ctx context.Context, a Actor, token string, proved time.Time) (string, error) {
	x, err := s.session(ctx, a, token)
	if err != nil {
		return "", err
	}
	next, hash := newLink()
	return next, s.store.RenewSession(ctx, x.Hash, hash, proved)
}

// alone ends all of the actor's other sessions and pending sign-ins, and renews
// this one.
func (s *Service) alone(ctx context.Context, a Actor, token string) (next string, err error) {
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeleteSessions(ctx, a.Workspace, a.Person(), TokenHash(token)); err != nil {
			return err
		}
		if err := s.store.EndCeremonies(ctx, a.Workspace, a.Person()); err != nil {
			return err
		}
		next, err = s.renew(ctx, a, token, time.Time{})
		return err
	})
	return next, err
}

// SessionsOf returns where somebody is signed in, for those who manage people.
func (s *Service) SessionsOf(ctx context.Context, a Actor, who PersonID) (Person, []Session, error) {
	if err := a.Can(ManagePeople); err != nil {
		return Person{}, nil, err
	}
	p, err := s.store.Person(ctx, a.Workspace, who)
	if err != nil {
		return p, nil, err
	}
	list, err := s.store.Sessions(ctx, a.Workspace, who)
	return p, s.live(list), err
}

// EndSessionsOf ends one of somebody's sessions, or all of them if hash is nil.
func (s *Service) EndSessionsOf(ctx context.Context, a Actor, who PersonID, hash []byte) error {
	if err := a.Can(ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, a.Workspace, who)
		if err == nil && p.Role == Owner && a.Role != Owner && a.Kind != System {
			err = errs.New(errs.Denied, "error.owners_only")
		}
		if err != nil {
			return err
		}
		if hash != nil {
			err = s.store.DeleteSession(ctx, p.Workspace, p.ID, hash)
		} else if err = s.store.DeleteSessions(ctx, p.Workspace, p.ID, nil); err == nil {
			err = s.store.EndCeremonies(ctx, p.Workspace, p.ID)
		}
		if err != nil {
			return err
		}
		return s.log(ctx, "person.sessions_ended", a, "person", int64(p.ID), map[string]any{"all": hash == nil})
	})
}
