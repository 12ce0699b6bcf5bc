package email

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
	"godwit.dev/godwit/internal/base/outbound"
)

type memServer struct {
	user *imapmemserver.User
	addr *net.TCPAddr
}

func (m *memServer) account(sec Security) Account {
	return Account{Host: "127.0.0.1", Port: m.addr.Port, Security: sec, Username: "desk", Password: "pässword"}
}

func (m *memServer) add(t *testing.T, folder, body string) {
	t.Helper()
	_, err := m.user.Append(folder, literal{strings.NewReader(body)}, &imap.AppendOptions{Time: time.Date(2026, 7, 1, 9, 0, 0, 0, time.FixedZone("", 7200))})
	if err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func newMemServer(t *testing.T, tlsConfig *tls.Config, implicit bool) *memServer {
	t.Helper()
	store := imapmemserver.New()
	user := imapmemserver.NewUser("desk", "pässword")
	for _, f := range []string{"INBOX", "Archive", "Sent Items"} {
		if err := user.Create(f, nil); err != nil {
			t.Fatal(err)
		}
	}
	store.AddUser(user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		TLSConfig:    tlsConfig,
		InsecureAuth: tlsConfig == nil,
		Logger:       quiet{},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &memServer{user: user, addr: l.Addr().(*net.TCPAddr)}
	if implicit {
		l = tls.NewListener(l, tlsConfig)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return m
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func TestRunReadsAndWatches(t *testing.T) {
	srv := newMemServer(t, nil, false)
	srv.add(t, "INBOX", mail(1))
	srv.add(t, "Archive", mail(2))
	acct := srv.account(None)
	acct.Folders = []string{"INBOX", "Archive"}
	sink := &memSink{}
	r := start(t, acct, sink, Options{Poll: 50 * time.Millisecond})
	eventually(t, "both folders", func() bool { return len(sink.all()) == 2 })
	first := sink.all()[0]
	if string(first.Body) != mail(1) || first.Mark != Whole || first.Size != int64(len(mail(1))) {
		t.Errorf("got %+v", first)
	}
	if want := time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC); !first.ReceivedAt.Equal(want) || first.ReceivedAt.Location() != time.UTC {
		t.Errorf("ReceivedAt %v, want %v", first.ReceivedAt, want)
	}
	eventually(t, "idle", r.idle)
	srv.add(t, "INBOX", mail(3))
	srv.add(t, "Archive", mail(4))
	eventually(t, "news", func() bool { return len(sink.all()) == 4 })
	r.stop()

	// A second run goes on from the cursors and asks for nothing twice.
	srv.add(t, "INBOX", mail(5))
	start(t, acct, sink, Options{})
	eventually(t, "news while away", func() bool { return len(sink.all()) == 5 })
	if sink.repeats != 0 {
		t.Errorf("%d messages offered again", sink.repeats)
	}
}

func TestIdlePush(t *testing.T) {
	srv := newMemServer(t, nil, false)
	sink := &memSink{}
	r := start(t, srv.account(None), sink, Options{Poll: time.Hour, IdleFor: time.Hour})
	eventually(t, "idle", r.idle)
	// With an hour to the next look, only a push brings it. This server says nothing of what came in the instant before
	// IDLE until something else comes (real ones tell at once), so that there may have to be a second.
	n, at := 1, time.Now()
	srv.add(t, "INBOX", mail(n))
	eventually(t, "push", func() bool {
		if len(sink.all()) == 0 && time.Since(at) > 2*time.Second {
			n, at = n+1, time.Now()
			srv.add(t, "INBOX", mail(n))
		}
		return len(sink.all()) == n
	})
}

func TestSince(t *testing.T) {
	srv := newMemServer(t, nil, false)
	srv.add(t, "INBOX", mail(1))
	sink := &memSink{}
	r := start(t, srv.account(None), sink, Options{Since: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)})
	eventually(t, "idle", r.idle)
	if n := len(sink.all()); n != 0 {
		t.Errorf("%d messages from before", n)
	}
}

func TestConnectionTest(t *testing.T) {
	ca := newAuthority(t)
	hour := time.Now().Add(time.Hour)
	good := newMemServer(t, ca.server(t, "127.0.0.1", hour), true)
	startTLS := newMemServer(t, ca.server(t, "127.0.0.1", hour), false)
	plain := newMemServer(t, nil, false)
	wrongName := newMemServer(t, ca.server(t, "mail.example.test", hour), true)
	expired := newMemServer(t, ca.server(t, "127.0.0.1", time.Now().Add(-time.Hour)), true)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	with := func(a Account, change func(*Account)) Account {
		a.RootCAs = ca.pool
		if change != nil {
			change(&a)
		}
		return a
	}
	tests := []struct {
		name string
		acct Account
		want Code // empty: OK
	}{
		{"tls", with(good.account(TLS), nil), ""},
		{"starttls", with(startTLS.account(StartTLS), nil), ""},
		{"plain on loopback", with(plain.account(None), nil), ""},
		{"no such host", with(good.account(TLS), func(a *Account) { a.Host = "no-such-host.invalid" }), CodeDNS},
		{"nothing listens", with(good.account(TLS), func(a *Account) { a.Port = closed.Addr().(*net.TCPAddr).Port }), CodeRefused},
		{"wrong name", with(wrongName.account(TLS), nil), CodeTLSName},
		{"unknown authority", with(good.account(TLS), func(a *Account) { a.RootCAs = newAuthority(t).pool }), CodeTLSUnknownCA},
		{"expired", with(expired.account(TLS), nil), CodeTLSExpired},
		{"tls to a plain port", with(plain.account(TLS), nil), CodeTLSMismatch},
		{"no starttls", with(plain.account(StartTLS), nil), CodeNoStartTLS},
		{"starttls, unknown authority", with(startTLS.account(StartTLS), func(a *Account) { a.RootCAs = newAuthority(t).pool }), CodeTLSUnknownCA},
		{"plain to a far host", with(good.account(None), func(a *Account) { a.Host = "192.0.2.1" }), CodePlainRefused},
		{"plain where they refuse", with(startTLS.account(None), nil), CodePlainRefused},
		{"wrong password", with(good.account(TLS), func(a *Account) { a.Password = "wrong" }), CodeAuthFailed},
		{"no such folder", with(good.account(TLS), func(a *Account) { a.Folders = []string{"Nowhere"} }), CodeNoFolder},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Test(t.Context(), tt.acct)
			switch {
			case tt.want == "" && !r.OK:
				t.Fatalf("got %v", r.Problem)
			case tt.want == "" && (len(r.Folders) != 3 || !r.Idle):
				t.Errorf("report %+v", r)
			case tt.want != "" && (r.Problem == nil || r.Problem.Code != tt.want):
				t.Errorf("got %v, want %s", r.Problem, tt.want)
			}
			if r.Problem != nil && strings.Contains(r.Problem.Detail, "pässword") {
				t.Error("the password is in the detail")
			}
		})
	}
}

func TestTimeoutIsReported(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts into the backlog and never speaks
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := Test(ctx, Account{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: None})
	if r.OK || r.Problem.Code != CodeTimeout {
		t.Errorf("got %v", r.Problem)
	}
}

func TestFind(t *testing.T) {
	srv := newMemServer(t, nil, false)
	srv.add(t, "Sent Items", mail(1))
	srv.add(t, "Sent Items", strings.Replace(mail(2), "<2@", "<12@", 1))
	srv.add(t, "INBOX", mail(3))
	for _, tt := range []struct {
		id      string
		folders []string
		want    bool
	}{
		{"<1@example.test>", nil, true},
		{"1@example.test", nil, true},
		{"<2@example.test>", nil, false}, // a part of <12@example.test>
		{"<3@example.test>", nil, false},
		{"<3@example.test>", []string{"Archive", "INBOX"}, true},
	} {
		got, err := Find(t.Context(), srv.account(None), tt.id, tt.folders)
		if err != nil || got != tt.want {
			t.Errorf("Find(%s, %v) = %v, %v", tt.id, tt.folders, got, err)
		}
	}
}

func TestSentFolder(t *testing.T) {
	for want, folders := range map[string]map[string][]string{
		"Verschickt":         {"INBOX": nil, "Sent": nil, "Verschickt": {`\hasnochildren`, `\sent`}},
		"INBOX.Sent":         {"INBOX": nil, "INBOX.Sent": nil},
		"[Gmail]/已发送邮件":      {"INBOX": nil, "[Gmail]/已发送邮件": nil},
		"INBOX/Отправленные": {"INBOX/Отправленные": nil, "Drafts": nil},
		"":                   {"INBOX": nil, "Unsent": nil},
	} {
		if got := sentFolder(folders); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOAuth2(t *testing.T) {
	refreshes := 0
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refreshes++
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("refresh_token") != "r1" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"fresh","token_type":"Bearer","refresh_token":"r2","expires_in":3600}`))
	}))
	defer issuer.Close()
	defer http.DefaultClient.CloseIdleConnections()

	var got *oauth2.Token
	acct := Account{Username: "desk@example.test", OAuth: &OAuth2{
		ClientID: "id", TokenURL: issuer.URL, RefreshToken: "r1", AccessToken: "old", Expiry: time.Now().Add(-time.Hour),
		OnRefresh: func(tok *oauth2.Token) { got = tok }, Client: outbound.New(outbound.Options{Allow: outbound.Loopback()}),
	}}
	for _, offered := range []string{"XOAUTH2", sasl.OAuthBearer} {
		c, err := acct.saslClient(t.Context(), func(m string) bool { return m == offered })
		if err != nil {
			t.Fatal(err)
		}
		mech, first, err := c.Start()
		if err != nil || mech != offered || !strings.Contains(string(first), "auth=Bearer fresh\x01\x01") {
			t.Errorf("%s: %q, %v", mech, first, err)
		}
	}
	if refreshes != 1 || got == nil || got.RefreshToken != "r2" {
		t.Errorf("%d refreshes, told %v", refreshes, got)
	}
	acct.OAuth = &OAuth2{ClientID: "id", TokenURL: issuer.URL, RefreshToken: "revoked", Client: acct.OAuth.Client}
	_, err := acct.saslClient(t.Context(), func(string) bool { return true })
	if p := diagnose(err); p == nil || p.Code != CodeTokenRefused {
		t.Errorf("got %v", p)
	}
	// A token address inside our own network is not called unless it is permitted.
	before := refreshes
	acct.OAuth = &OAuth2{ClientID: "id", TokenURL: issuer.URL, RefreshToken: "r2"}
	_, err = acct.saslClient(t.Context(), func(string) bool { return true })
	if !outbound.Refused(err) || refreshes != before {
		t.Errorf("called: %v", err)
	}
}

func dovecot(t *testing.T) *dovecottest.Server {
	t.Helper()
	if !dovecottest.Available() {
		if os.Getenv("GODWIT_TEST_SERVERS") == "1" {
			t.Fatalf("%s is not installed", dovecottest.Path)
		}
		t.Skipf("not run here: %s is not installed", dovecottest.Path)
	}
	s, err := dovecottest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// A send whose answer is lost is settled by looking for the message.
func TestFindSettlesAnUnknownSend(t *testing.T) {
	srv := dovecot(t)
	imapAcct := Account{Host: srv.Host, Port: srv.Port, Security: None, Username: srv.User, Password: srv.Password}
	var fault atomic.Pointer[smtptest.Fault]
	_, smtpAcct := smtpServer(t, smtptest.Config{Maildir: srv.Maildir, Fault: func(string, []string) smtptest.Fault { return *fault.Load() }})
	s := newSender(t, SenderOptions{})
	for n, f := range []smtptest.Fault{{DropUnstored: true}, {DropAfterStore: true}} {
		fault.Store(&f)
		o := sample()
		o.MessageID = fmt.Sprintf("<unknown-%d@example.test>", n)
		raw, err := Compose(o)
		if err != nil {
			t.Fatal(err)
		}
		if out := s.Send(t.Context(), smtpAcct, o.From.Addr, o.Recipients(), raw, nil); out.Kind != Unknown {
			t.Fatalf("got %+v", out)
		}
		found, err := Find(t.Context(), imapAcct, o.MessageID, []string{"Sent", "INBOX"})
		if err != nil || found != f.DropAfterStore {
			t.Errorf("%+v: Find = %v, %v", f, found, err)
		}
	}
}

func TestDovecot(t *testing.T) {
	srv := dovecot(t)
	acct := Account{Host: srv.Host, Port: srv.Port, Security: None, Username: srv.User, Password: srv.Password}
	deliver := func(body string) {
		t.Helper()
		if _, err := smtptest.Deliver(srv.Maildir, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	const before = 120 // more than one batch
	for i := range before {
		deliver(mail(i))
	}
	sink := &memSink{}
	r := start(t, acct, sink, Options{MaxMessage: 100_000})
	eventually(t, "the mail that waits", func() bool { return len(sink.all()) == before })
	eventually(t, "idle", r.idle)
	deliver(mail(1000))
	eventually(t, "news by IDLE", func() bool { return len(sink.all()) == before+1 })
	deliver(mail(1001) + strings.Repeat("0123456789\r\n", 20_000))
	eventually(t, "a long message", func() bool { return len(sink.all()) == before+2 })
	last := sink.all()[before+1]
	if last.Mark != Truncated || len(last.Body) != 100_000 || last.Size < 240_000 {
		t.Errorf("mark %v, %d of %d bytes", last.Mark, len(last.Body), last.Size)
	}
	if got := sink.all()[before]; string(got.Body) != mail(1000) || time.Since(got.ReceivedAt) > time.Minute {
		t.Errorf("got %q at %v", got.Body, got.ReceivedAt)
	}

	rep := Test(t.Context(), acct)
	if !rep.OK || !rep.Idle {
		t.Errorf("report %+v, %v", rep, rep.Problem)
	}
	acct.Password = "wrong"
	if rep := Test(t.Context(), acct); rep.OK || rep.Problem.Code != CodeAuthFailed {
		t.Errorf("report %+v, %v", rep, rep.Problem)
	}
	acct.Password = srv.Password
	if found, err := Find(t.Context(), acct, "<1000@example.test>", []string{"INBOX"}); err != nil || !found {
		t.Errorf("Find = %v, %v", found, err)
	}
	if found, err := Find(t.Context(), acct, "<1000@example.test>", nil); err != nil || found {
		t.Errorf("Find in Sent = %v, %v", found, err)
	}

	// The server dies under an open connection and comes back on another port, as a
	// new Run would find it: nothing is lost and nothing is read twice.
	srv.Kill()
	eventually(t, "the loss to be noticed", func() bool {
		return r.has(func(s Status) bool { return s.State == Failed })
	})
	r.stop()
	if sink.repeats != 0 {
		t.Errorf("%d repeats", sink.repeats)
	}
}
