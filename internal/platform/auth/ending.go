package auth

import (
	"context"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
)

// Warning is how long before its end the person of an API token is told.
const Warning = 7 * 24 * time.Hour

// shortToken is the life of a token whose end nobody needs to be told: it was made
// for a task of the day.
const shortToken = 24 * time.Hour

// endsSoon reports whether it is time to tell of a token's end: a week before, or
// when half its life is over if it was made for less than two weeks.
func (t Token) endsSoon(now time.Time) bool {
	life := t.ExpiresAt.Sub(t.CreatedAt)
	return t.Live(now) && !t.ExpiresAt.IsZero() && life > shortToken && t.ExpiresAt.Sub(now) <= min(Warning, life/2)
}

// warnAtOnce bounds how many tokens one round of WarnOfEnds looks at.
const warnAtOnce = 1000

// WarnOfEnds leaves an errand for each API token that ends soon, once: its person
// is told by mail while there is time to make another. It is called every now and
// then, on any node, and returns how many people it has told.
func (s *Service) WarnOfEnds(ctx context.Context) (n int, err error) {
	now := s.now()
	list, err := s.store.TokensEnding(ctx, now, now.Add(Warning), warnAtOnce)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		if !t.endsSoon(now) {
			continue
		}
		err := s.store.InTx(ctx, func(ctx context.Context) error {
			if err := s.store.WarnToken(ctx, t.Workspace, t.ID, now); err != nil {
				return err
			}
			return s.later(ctx, Errand{Kind: tokenErrand, Workspace: t.Workspace, Person: t.Person, Token: t.ID, At: now})
		})
		if errs.Is(err, errs.Conflict) {
			continue // another node has told of it
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// mailEnd tells a token's person when it ends. One that was revoked meanwhile is
// not worth a letter.
func (s *Service) mailEnd(ctx context.Context, p Person, e Errand) error {
	t, err := s.store.Token(ctx, e.Workspace, e.Token)
	if err != nil || !t.Live(s.now()) || p.Status != Active {
		return err
	}
	words := i18n.For(i18n.Match(p.Language, i18n.Console()))
	return s.mail(ctx, p, "mail.token_ends", "Token", t.Name, "Prefix", t.Prefix, "Date", words.DateTime(t.ExpiresAt, nil, i18n.Medium))
}
