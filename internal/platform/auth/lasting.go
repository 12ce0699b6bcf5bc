package auth

import (
	"context"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Lasting says how long the sessions of a workspace last.
type Lasting string

// The spans that a workspace chooses from. StrictSessions is the default, and what
// OWASP ASVS 3.3.2 asks for at its second level.
const (
	StrictSessions Lasting = "strict" // twelve hours, and half an hour unused
	DaySessions    Lasting = "day"    // a day, and eight hours unused
	WeekSessions   Lasting = "week"   // a week, and three days unused
	MonthSessions  Lasting = "month"  // 30 days, and a week unused
)

// Lastings lists the spans from the shortest to the longest.
func Lastings() []Lasting {
	return []Lasting{StrictSessions, DaySessions, WeekSessions, MonthSessions}
}

// Spans returns how long a session lasts from its sign-in, used or not, and how
// long unused. What is no Lasting is strict.
func (l Lasting) Spans() (life, idle time.Duration) {
	const day = 24 * time.Hour
	switch l {
	case DaySessions:
		return day, 8 * time.Hour
	case WeekSessions:
		return 7 * day, 3 * day
	case MonthSessions:
		return 30 * day, 7 * day
	}
	return 12 * time.Hour, 30 * time.Minute
}

// LongestSession is the longest life that any workspace can give a session.
const LongestSession = 30 * 24 * time.Hour

// Live reports whether a session still opens anything.
func (x Session) Live(now time.Time) bool {
	return !now.After(x.ExpiresAt) && now.Sub(x.SeenAt) <= x.Idle
}

// touchSession is how often the use of a session is written down: often enough to
// tell half an hour from 32 minutes, and seldom enough to cost nothing.
func touchSession(idle time.Duration) time.Duration { return min(idle/15, touchEvery) }

// live leaves out the sessions that are over and have not been swept yet.
func (s *Service) live(list []Session) []Session {
	now := s.now()
	return slices.DeleteFunc(list, func(x Session) bool { return !x.Live(now) })
}

// Watch is Authenticate for what a page asks by itself while nobody touches it: it
// does not make the session last.
func (s *Service) Watch(ctx context.Context, token string) (Actor, Person, error) {
	a, p, _, err := s.holder(ctx, token)
	return a, p, err
}

// Authenticate returns who holds a session token. It fails with errs.Denied if
// the session does not exist, is over, or its person is disabled. The session
// counts as used.
func (s *Service) Authenticate(ctx context.Context, token string) (Actor, Person, error) {
	a, p, x, err := s.holder(ctx, token)
	if now := s.now(); err == nil && now.Sub(x.SeenAt) > touchSession(x.Idle) {
		err = s.store.TouchSession(ctx, x.Hash, now)
	}
	if err != nil {
		return Actor{}, Person{}, err
	}
	return a, p, nil
}

// holder returns who holds a session token, and the session.
func (s *Service) holder(ctx context.Context, token string) (Actor, Person, Session, error) {
	denied := errs.New(errs.Denied, "error.signed_out")
	fail := func(err error) (Actor, Person, Session, error) { return Actor{}, Person{}, Session{}, err }
	if token == "" {
		return fail(denied)
	}
	x, err := s.store.Session(ctx, TokenHash(token))
	if errs.Is(err, errs.NotFound) || err == nil && !x.Live(s.now()) {
		return fail(denied)
	}
	if err != nil {
		return fail(err)
	}
	p, err := s.store.Person(ctx, x.Workspace, x.Person)
	if errs.Is(err, errs.NotFound) || err == nil && p.Status != Active {
		return fail(denied)
	}
	if err != nil {
		return fail(err)
	}
	a, err := s.resolve(ctx, p)
	if err != nil {
		return fail(err)
	}
	return a, p, x, nil
}
