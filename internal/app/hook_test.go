package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/app"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/mailroom"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
	"godwit.dev/godwit/internal/platform/webhook"
	"godwit.dev/godwit/internal/store/storetest"
)

// lines is a writer that tells of each line.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	news chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default:
	}
	return l.text.Write(b)
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// until waits until what was written fits.
func (l *lines) until(t *testing.T, what string, fits func(string) bool) {
	t.Helper()
	end := time.After(30 * time.Second)
	for {
		text := l.all()
		if fits(text) {
			return
		}
		select {
		case <-l.news:
		case <-end:
			t.Fatalf("%s: %s", what, text)
		}
	}
}

func newLines() *lines { return &lines{news: make(chan struct{}, 1)} }

// TestWebhooksFromEndToEnd sees a hook come in at a running server, become an
// event, and leave to an endpoint, to a listener and to the program behind it.
func TestWebhooksFromEndToEnd(t *testing.T) {
	storetest.Each(t, webhooksFromEndToEnd)
}

func webhooksFromEndToEnd(t *testing.T, database string) {
	ctx := t.Context()
	core, err := app.NewCore(ctx, app.Config{
		Database: database, KeyFile: filepath.Join(t.TempDir(), "key"), Networks: outbound.Loopback(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = core.Close() }()
	a, err := app.Start(ctx, core, app.ServeConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	server := "http://" + a.Addr()
	_, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: "acme", Name: "Ada", Email: "ada@acme.example", Password: "correct horse battery", Language: "en", Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	owner := auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: "Ada", Role: auth.Owner, Workspace: p.Workspace, Proved: time.Now()}
	token, _, err := core.Auth.CreateToken(ctx, owner, auth.NewToken{Name: "t", Scopes: []auth.Permission{auth.ManageWebhooks}})
	if err != nil {
		t.Fatal(err)
	}

	out, program := newLines(), newLines()
	receive := func(secret *webhook.Secret, to io.Writer) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			h := r.Header
			if err == nil {
				err = webhook.Verify(h.Get(webhook.HeaderID), h.Get(webhook.HeaderTimestamp), h.Get(webhook.HeaderSignature), body, time.Now(), *secret)
			}
			if err != nil {
				t.Error(err)
			}
			_, _ = to.Write(append(body, '\n'))
		}))
		t.Cleanup(s.Close)
		return s
	}
	var secret webhook.Secret
	endpoint := receive(&secret, out)
	_, secret, err = core.Webhooks.Add(ctx, owner, webhook.New{URL: endpoint.URL, Kinds: []string{"hook.received", "macro.*"}})
	if err != nil {
		t.Fatal(err)
	}

	printed, notes := newLines(), newLines()
	l := &app.Listener{Source: app.ServerSource(server, token, "hook.*"), Out: printed, Notes: notes, Secret: webhook.NewSecret()}
	l.Forward = receive(&l.Secret, program).URL
	listening, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(listening) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("listen: %v", err)
		}
	}()
	notes.until(t, "not listening", func(s string) bool { return strings.Contains(s, "listening") })

	c, given, err := core.Hooks.Add(ctx, owner, hook.New{Name: "Shop", Scheme: "standard"})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := webhook.ParseSecret(given)
	if err != nil {
		t.Fatal(err)
	}
	req, err := webhook.Request(ctx, server+c.ID.Path(), "m1", time.Now(), []byte(`{"type":"order.paid"}`), signer)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the hook is answered with %d", res.StatusCode)
	}
	if _, err := core.Tickets.SaveMacro(ctx, owner, ticket.Macro{Name: "Hello", Bodies: map[string]string{"": "Hello"}}); err != nil {
		t.Fatal(err)
	}
	came := func(s string) bool { return strings.Contains(s, `"key":"m1"`) }
	out.until(t, "nothing left", func(s string) bool { return came(s) && strings.Contains(s, "macro.saved") })
	printed.until(t, "nothing printed", came)
	program.until(t, "nothing forwarded", came)
	printed.until(t, "printed twice or more than asked for", func(s string) bool { return strings.Count(s, `"key":"m1"`) == 1 && !strings.Contains(s, "macro") })
	var m webhook.Message
	for line := range strings.SplitSeq(strings.TrimSpace(printed.all()), "\n") {
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}

	journal, own := newLines(), newLines()
	db := &app.Listener{Source: core.JournalSource(p.Workspace, []string{"hook.received"}), After: 1, Out: journal, Notes: own}
	again, end := context.WithCancel(ctx)
	go func() { ended <- db.Run(again) }()
	journal.until(t, "the journal is silent", came)
	end()
	if err := <-ended; err != nil {
		t.Errorf("listen to the journal: %v", err)
	}
	refused := &app.Listener{Source: app.ServerSource(server, "gwt_none", "*"), Out: io.Discard, Notes: io.Discard}
	if err := refused.Run(ctx); err == nil {
		t.Error("a wrong token listens")
	}
}

// What fails itself off is told to the owners by mail.
func TestOwnersAreWrittenToWhenAWebhookIsSwitchedOff(t *testing.T) {
	ctx := t.Context()
	post := &letterBox{news: make(chan mailroom.Letter, 4)}
	core, err := app.NewCore(ctx, app.Config{
		Database: storetest.File(t), KeyFile: filepath.Join(t.TempDir(), "key"), Networks: outbound.Loopback(), Post: post, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = core.Close() }()
	a, err := app.Start(ctx, core, app.ServeConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	_, p, err := core.Auth.Found(ctx, auth.Founding{Workspace: "acme", Name: "Ada", Email: "ada@acme.example", Password: "correct horse battery", Language: "ru", Zone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	owner := auth.Actor{Kind: auth.Agent, ID: int64(p.ID), Name: "Ada", Role: auth.Owner, Workspace: p.Workspace}
	box := ticket.Mailbox{Address: "help@acme.example", Name: "Acme", Settings: ticket.MailSettings{InKind: "off", OutKind: "smtp", OutHost: "127.0.0.1", OutPort: 25, OutTLS: "none"}}
	if _, err := core.Tickets.SaveMailbox(ctx, owner, box); err != nil {
		t.Fatal(err)
	}
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer gone.Close()
	if _, _, err := core.Webhooks.Add(ctx, owner, webhook.New{URL: gone.URL}); err != nil {
		t.Fatal(err)
	}
	select {
	case l := <-post.news:
		if len(l.To) != 1 || l.To[0].Address != "ada@acme.example" || !strings.Contains(l.Subject, "Вебхук выключен: 127.0.0.1") {
			t.Errorf("%+v", l)
		}
	case <-time.After(30 * time.Second):
		t.Error("nobody is written to")
	}
}

// letterBox takes letters instead of a mail server.
type letterBox struct{ news chan mailroom.Letter }

func (b *letterBox) Send(_ context.Context, _ ticket.Mailbox, l mailroom.Letter, mark func() error) mailroom.Answer {
	if err := mark(); err != nil {
		return mailroom.Answer{Verdict: mailroom.RefusedNow, Detail: err.Error()}
	}
	b.news <- l
	return mailroom.Answer{Verdict: mailroom.Accepted}
}

func (b *letterBox) Find(context.Context, ticket.Mailbox, string) (bool, error) { return false, nil }
