package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
)

func smtpServer(t *testing.T, cfg smtptest.Config) (*smtptest.Server, Account) {
	t.Helper()
	s, err := smtptest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s, Account{Host: s.Host, Port: s.Port, Security: None, Username: cfg.User, Password: cfg.Password}
}

func newSender(t *testing.T, opt SenderOptions) *Sender {
	t.Helper()
	s := NewSender(opt)
	t.Cleanup(s.Close)
	return s
}

func send(t *testing.T, s *Sender, acct Account, rcpt ...string) Outcome {
	t.Helper()
	return s.Send(t.Context(), acct, "desk@example.test", rcpt, []byte(mail(1)), nil)
}

func TestSendOutcomes(t *testing.T) {
	status := func(code int, e smtp.EnhancedCode) *smtp.SMTPError {
		return &smtp.SMTPError{Code: code, EnhancedCode: e, Message: "no"}
	}
	tests := []struct {
		name     string
		fault    smtptest.Fault
		want     OutcomeKind
		code     int
		enhanced string
		stored   int
	}{
		{name: "taken", want: Sent, code: 250, stored: 1},
		{name: "text refused for good", fault: smtptest.Fault{Reply: status(550, smtp.EnhancedCode{5, 7, 1})}, want: RefusedPermanent, code: 550, enhanced: "5.7.1"},
		{name: "text put off", fault: smtptest.Fault{Reply: status(451, smtp.EnhancedCode{4, 3, 0})}, want: RefusedTemporary, code: 451, enhanced: "4.3.0"},
		{name: "recipient refused for good", fault: smtptest.Fault{Rcpt: status(550, smtp.EnhancedCode{5, 1, 1})}, want: RefusedPermanent, code: 550, enhanced: "5.1.1"},
		{name: "recipient greylisted", fault: smtptest.Fault{Rcpt: status(450, smtp.EnhancedCode{4, 2, 0})}, want: RefusedTemporary, code: 450, enhanced: "4.2.0"},
		{name: "lost after the dot, stored", fault: smtptest.Fault{DropAfterStore: true}, want: Unknown, stored: 1},
		{name: "lost after the dot, not stored", fault: smtptest.Fault{DropUnstored: true}, want: Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv, acct := smtpServer(t, smtptest.Config{Fault: func(string, []string) smtptest.Fault { return tt.fault }})
			out := send(t, newSender(t, SenderOptions{}), acct, "a@example.test")
			if out.Kind != tt.want || out.Code != tt.code || out.EnhancedCode != tt.enhanced {
				t.Errorf("got %+v", out)
			}
			if n := len(srv.Messages()); n != tt.stored {
				t.Errorf("%d stored, want %d", n, tt.stored)
			}
		})
	}
}

func TestSendLostBeforeTheDotIsNotUnknown(t *testing.T) {
	_, acct := smtpServer(t, smtptest.Config{Fault: func(_ string, to []string) smtptest.Fault {
		return smtptest.Fault{DropBeforeData: true}
	}})
	s := newSender(t, SenderOptions{})
	// The server hangs up while a text too long for any buffer is being sent.
	raw := []byte(mail(1) + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1<<20))
	called := false
	out := s.Send(t.Context(), acct, "", []string{"a@example.test"}, raw, func() error { called = true; return nil })
	if out.Kind != RefusedTemporary || called {
		t.Errorf("got %+v, beforeDot called: %v", out, called)
	}
	if out.Problem == nil || out.Problem.Code != CodeLost {
		t.Errorf("problem %v", out.Problem)
	}
}

func TestBeforeDot(t *testing.T) {
	srv, acct := smtpServer(t, smtptest.Config{})
	s := newSender(t, SenderOptions{})
	out := s.Send(t.Context(), acct, "", []string{"a@example.test"}, []byte(mail(1)), func() error {
		if len(srv.Messages()) != 0 {
			t.Error("taken before the dot")
		}
		return errors.New("undo")
	})
	if out.Kind != RefusedTemporary || len(srv.Messages()) != 0 {
		t.Errorf("got %+v, %d stored", out, len(srv.Messages()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	out = s.Send(ctx, acct, "", []string{"a@example.test"}, []byte(mail(1)), func() error { cancel(); return nil })
	if out.Kind != RefusedTemporary || len(srv.Messages()) != 0 {
		t.Errorf("cancelled at the dot: %+v, %d stored", out, len(srv.Messages()))
	}
}

func TestCancelAfterTheDotWaitsForTheAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv, acct := smtpServer(t, smtptest.Config{
		Fault:    func(string, []string) smtptest.Fault { return smtptest.Fault{Delay: 100 * time.Millisecond} },
		OnAccept: func(smtptest.Message) { cancel() },
	})
	out := newSender(t, SenderOptions{}).Send(ctx, acct, "", []string{"a@example.test"}, []byte(mail(1)), nil)
	if out.Kind != Sent || len(srv.Messages()) != 1 {
		t.Errorf("got %+v", out)
	}
}

func TestGraceEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, acct := smtpServer(t, smtptest.Config{
		Fault:    func(string, []string) smtptest.Fault { return smtptest.Fault{Delay: 300 * time.Millisecond} },
		OnAccept: func(smtptest.Message) { cancel() },
	})
	out := newSender(t, SenderOptions{Grace: 20 * time.Millisecond}).Send(ctx, acct, "", []string{"a@example.test"}, []byte(mail(1)), nil)
	if out.Kind != Unknown {
		t.Errorf("got %+v", out)
	}
}

func TestSomeRecipientsRefused(t *testing.T) {
	srv, acct := smtpServer(t, smtptest.Config{Fault: func(_ string, to []string) smtptest.Fault {
		if to[0] == "gone@example.test" {
			return smtptest.Fault{Rcpt: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "who?"}}
		}
		return smtptest.Fault{}
	}})
	out := send(t, newSender(t, SenderOptions{}), acct, "gone@example.test", "here@example.test")
	if out.Kind != Sent || len(out.Refused) != 1 || out.Refused[0].Rcpt != "gone@example.test" || out.Refused[0].Temporary {
		t.Errorf("got %+v", out)
	}
	if m := srv.Messages(); len(m) != 1 || len(m[0].To) != 1 {
		t.Errorf("stored %+v", m)
	}
}

func TestConnectionReuse(t *testing.T) {
	fail := atomic.Bool{}
	srv, acct := smtpServer(t, smtptest.Config{User: "u", Password: "p", Fault: func(string, []string) smtptest.Fault {
		if fail.Load() {
			return smtptest.Fault{Reply: &smtp.SMTPError{Code: 550, Message: "no"}}
		}
		return smtptest.Fault{}
	}})
	s := newSender(t, SenderOptions{PerConn: 4})
	for range 3 {
		if out := send(t, s, acct, "a@example.test"); out.Kind != Sent {
			t.Fatalf("got %+v", out)
		}
	}
	if n := srv.Sessions(); n != 1 {
		t.Errorf("%d sessions for 3 messages", n)
	}
	fail.Store(true)
	if out := send(t, s, acct, "a@example.test"); out.Kind != RefusedPermanent {
		t.Errorf("got %+v", out)
	}
	fail.Store(false)
	if out := send(t, s, acct, "a@example.test"); out.Kind != Sent {
		t.Errorf("got %+v", out)
	}
	if n := len(srv.Messages()); n != 4 {
		t.Errorf("%d stored", n)
	}
}

func TestIdleConnectionLost(t *testing.T) {
	for range 10 {
		if idleConnectionLost(t) {
			return
		}
	}
	t.Error("every port was taken while its server was gone")
}

// idleConnectionLost sends to a server that goes and comes back. It returns false if
// somebody else listened at its port meanwhile.
func idleConnectionLost(t *testing.T) bool {
	srv, acct := smtpServer(t, smtptest.Config{})
	s := newSender(t, SenderOptions{})
	if out := send(t, s, acct, "a@example.test"); out.Kind != Sent {
		t.Fatalf("got %+v", out)
	}
	srv.Stop()
	gone := send(t, s, acct, "a@example.test")
	again, err := smtptest.Start(smtptest.Config{Addr: srv.Addr})
	if err != nil {
		return false
	}
	defer again.Stop()
	if gone.Kind != RefusedTemporary || gone.Problem == nil || gone.Problem.Code != CodeRefused {
		t.Errorf("server gone: %+v", gone)
	}
	if out := send(t, s, acct, "a@example.test"); out.Kind != Sent {
		t.Errorf("server back: %+v", out)
	}
	return true
}

func TestIdleConnectionClosed(t *testing.T) {
	srv, acct := smtpServer(t, smtptest.Config{})
	s := newSender(t, SenderOptions{IdleClose: 5 * time.Millisecond})
	send(t, s, acct, "a@example.test")
	eventually(t, "the pool to be empty", func() bool {
		s.pool.mu.Lock()
		defer s.pool.mu.Unlock()
		return len(s.pool.idle) == 0
	})
	send(t, s, acct, "a@example.test")
	if len(srv.Messages()) != 2 {
		t.Error("second message not sent")
	}
}

func TestConcurrentSends(t *testing.T) {
	srv, acct := smtpServer(t, smtptest.Config{})
	s := newSender(t, SenderOptions{PerAccount: 2, PerConn: 7})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			out := s.Send(t.Context(), acct, "desk@example.test", []string{fmt.Sprintf("r%d@example.test", i)}, []byte(mail(i)), nil)
			if out.Kind != Sent {
				t.Errorf("got %+v", out)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, m := range srv.Messages() {
		seen[string(m.Body)] = true
	}
	if len(seen) != 60 || len(srv.Messages()) != 60 {
		t.Errorf("%d stored, %d different", len(srv.Messages()), len(seen))
	}
	if len(s.pool.slots) != 0 {
		t.Error("slots are left over")
	}
}

func TestSendChecks(t *testing.T) {
	_, acct := smtpServer(t, smtptest.Config{MaxSize: 100})
	s := newSender(t, SenderOptions{DSN: true})
	if out := s.Send(t.Context(), acct, "", []string{"a@example.test"}, make([]byte, 101), nil); out.Kind != RefusedPermanent || out.EnhancedCode != "5.3.4" {
		t.Errorf("too long: %+v", out)
	}
	for _, bad := range []string{"", "x", "a@b\r\nRCPT TO:<c@d>", "a b@example.test", "<a@example.test>", "@example.test", "a@"} {
		if out := s.Send(t.Context(), acct, "", []string{bad}, nil, nil); out.Kind != RefusedPermanent {
			t.Errorf("%q: %+v", bad, out)
		}
	}
	if out := s.Send(t.Context(), acct, "", []string{"почта@example.test"}, nil, nil); out.EnhancedCode != "5.6.7" {
		t.Errorf("no SMTPUTF8: %+v", out)
	}
	srv, acct := smtpServer(t, smtptest.Config{SMTPUTF8: true, DSN: true})
	if out := s.Send(t.Context(), acct, "", []string{"почта@пример.test"}, []byte(mail(1)), nil); out.Kind != Sent {
		t.Errorf("SMTPUTF8: %+v", out)
	} else if to := srv.Messages()[0].To[0]; to != "почта@xn--e1afmkfd.test" {
		t.Errorf("sent to %s", to)
	}
	if id := envelopeID([]byte(mail(1))); id != "1@example.test" {
		t.Errorf("ENVID %q", id)
	}
}

func TestDotStuffing(t *testing.T) {
	srv, acct := smtpServer(t, smtptest.Config{})
	raw := mail(1) + ".\r\n..\r\n.hidden\r\n"
	out := newSender(t, SenderOptions{}).Send(t.Context(), acct, "", []string{"a@example.test"}, []byte(raw), nil)
	if out.Kind != Sent || string(srv.Messages()[0].Body) != raw {
		t.Errorf("got %q", srv.Messages()[0].Body)
	}
}

func TestSMTPConnectionTest(t *testing.T) {
	ca := newAuthority(t)
	conf := ca.server(t, "127.0.0.1", time.Now().Add(time.Hour))
	start := func(cfg smtptest.Config, sec Security) Account {
		cfg.User, cfg.Password, cfg.MaxSize = "u", "secret", 1000
		_, a := smtpServer(t, cfg)
		a.Security, a.RootCAs = sec, ca.pool
		return a
	}
	implicit := start(smtptest.Config{TLS: conf, ImplicitTLS: true}, TLS)
	upgrade := start(smtptest.Config{TLS: conf}, StartTLS)
	plain := start(smtptest.Config{}, None)
	busy := start(smtptest.Config{DropOnNewSessionAt: 1}, None)
	wrong := upgrade
	wrong.Password = "wrong"
	stranger := upgrade
	stranger.RootCAs = newAuthority(t).pool
	noTLS := plain
	noTLS.Security = StartTLS
	token := upgrade
	token.OAuth = &OAuth2{TokenURL: "http://127.0.0.1:1/", RefreshToken: "x"}
	for name, tt := range map[string]struct {
		acct Account
		want Code
	}{
		"tls": {implicit, ""}, "starttls": {upgrade, ""}, "plain": {plain, ""}, "busy": {busy, CodeBusy},
		"password": {wrong, CodeAuthFailed}, "authority": {stranger, CodeTLSUnknownCA}, "no starttls": {noTLS, CodeNoStartTLS},
		"token": {token, CodeTokenRefused},
	} {
		r := newSender(t, SenderOptions{}).TestSMTP(t.Context(), tt.acct)
		if tt.want == "" && (!r.OK || r.MaxSize != 1000) || tt.want != "" && (r.Problem == nil || r.Problem.Code != tt.want) {
			t.Errorf("%s: %+v, %v", name, r, r.Problem)
		}
	}
}
