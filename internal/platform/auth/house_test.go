package auth_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const secret = "quiet tide over sand"

// house is a workspace with an owner, on a clock of its own.
type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	auth  *auth.Service
	owner auth.Actor
	mu    sync.Mutex
	time  time.Time
	log   []string
	mails []auth.Mail
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.time = h.time.Add(d)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// fails expects an error of a kind.
func (h *house) fails(err error, kind errs.Kind, what string) {
	h.Helper()
	if !errs.Is(err, kind) {
		h.Errorf("%s: %v, want %v", what, err, kind)
	}
}

// on runs a test on each engine.
func on(t *testing.T, config func(*house, *auth.Signin), run func(h *house)) {
	t.Helper()
	storetest.Open(t, func(t *testing.T, s *store.Store) { build(t, s, config, run) })
}

// quickly runs a test on the embedded engine, for what is not the store's.
func quickly(t *testing.T, config func(*house, *auth.Signin), run func(h *house)) {
	t.Helper()
	build(t, storetest.SQLite(t), config, run)
}

func build(t *testing.T, s *store.Store, config func(*house, *auth.Signin), run func(h *house)) {
	t.Helper()
	h := &house{T: t, ctx: context.Background(), store: s, time: time.Date(2026, 11, 22, 10, 0, 5, 0, time.UTC)}
	in := auth.Signin{Address: "https://desk.example", Mailer: func(_ context.Context, _ auth.WorkspaceID, m auth.Mail) error {
		h.mails = append(h.mails, m)
		return nil
	}}
	if config != nil {
		config(h, &in)
	}
	h.auth = auth.NewService(auth.Config{Store: s, Hasher: auth.NewHasher(), IDs: id.NewSource(3, time.Now), Now: h.now, Signin: in,
		Log: func(_ context.Context, kind string, _ auth.Actor, _ string, _ int64, _ any) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.log = append(h.log, kind)
			return nil
		}})
	_, p, err := h.auth.Found(h.ctx, auth.Founding{Workspace: "Lumen", Name: "Olga", Email: "olga@lumen.example", Password: secret, Language: "en"})
	h.must(err)
	p.PasswordHash = auth.CheapHash(secret)
	h.must(s.SavePerson(h.ctx, p))
	_, h.owner = h.enter("olga@lumen.example", secret)
	run(h)
}

var here = auth.Visit{Address: "192.0.2.1", UserAgent: "test", Origin: "https://desk.example"}

// enter signs somebody in who needs no second step.
func (h *house) enter(email, password string) (string, auth.Actor) {
	h.Helper()
	e, err := h.auth.Enter(h.ctx, email, password, here)
	h.must(err)
	if e.Need != auth.NeedNothing {
		h.Fatalf("%s needs %s", email, e.Need)
	}
	return e.Session, h.who(e.Session)
}

func (h *house) who(session string) auth.Actor {
	h.Helper()
	a, _, err := h.auth.Authenticate(h.ctx, session)
	h.must(err)
	return a
}

// invited makes a person who has joined.
func (h *house) invited(email string, role auth.Role) auth.PersonID {
	h.Helper()
	token, p, err := h.auth.Invite(h.ctx, h.owner, email, "", role, false, nil)
	h.must(err)
	_, err = h.auth.Accept(h.ctx, token, auth.Joining{Password: secret, Language: "en", Zone: "UTC"}, here)
	h.must(err)
	return p.ID
}
