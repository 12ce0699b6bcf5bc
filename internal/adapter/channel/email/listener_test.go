package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// addresses is a Resolver over a map.
type addresses map[string]int64

func (a addresses) Mailbox(_ context.Context, rcpt string) (int64, bool, error) {
	if rcpt == "broken@example.test" {
		return 0, false, errors.New("database away")
	}
	id, ok := a[rcpt]
	return id, ok, nil
}

var desk = addresses{"desk@example.test": 1, "alias@example.test": 1, "shop@example.test": 2}

func listen(t *testing.T, sink Sink, opt ListenerOptions) (*Listener, *net.TCPAddr, func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := NewListener(sink, desk, opt)
	done := make(chan error, 1)
	go func() { done <- l.Serve(ln) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := l.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown = %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve = %v", err)
		}
	}
	t.Cleanup(stop)
	return l, ln.Addr().(*net.TCPAddr), stop
}

// talk is a dialogue with a server, line by line.
type talk struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func dialTalk(t *testing.T, addr net.Addr) *talk {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return &talk{t: t, c: c, r: bufio.NewReader(c)}
}

// reply reads one answer and returns its last line.
func (k *talk) reply() string {
	k.t.Helper()
	for {
		line, err := k.r.ReadString('\n')
		if err != nil {
			k.t.Fatalf("read: %v", err)
		}
		if len(line) < 4 || line[3] != '-' {
			return strings.TrimSpace(line)
		}
	}
}

func (k *talk) say(line, want string) string {
	k.t.Helper()
	if line != "" {
		if _, err := fmt.Fprintf(k.c, "%s\r\n", line); err != nil {
			k.t.Fatal(err)
		}
	}
	got := k.reply()
	if !strings.HasPrefix(got, want) {
		k.t.Fatalf("%q: got %q, want %s", line, got, want)
	}
	return got
}

func (k *talk) begin(rcpts ...string) {
	k.t.Helper()
	k.say("MAIL FROM:<customer@example.com>", "250")
	for _, r := range rcpts {
		k.say("RCPT TO:<"+r+">", "250")
	}
	k.say("DATA", "354")
}

func TestListenerTakesMail(t *testing.T) {
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{MaxMessage: 100_000})
	k := dialTalk(t, addr)
	k.say("", "220")
	k.say("EHLO relay.example.com", "250")
	k.say("MAIL FROM:<customer@example.com>", "250")
	k.say("RCPT TO:<nobody@example.test>", "550 5.1.1")
	k.say("RCPT TO:<broken@example.test>", "451")
	k.say("RCPT TO:<desk@example.test>", "250")
	k.say("RCPT TO:<shop@example.test>", "250")
	k.say("RCPT TO:<alias@example.test>", "250")
	k.say("DATA", "354")
	long := strings.Repeat("x", 60_000)
	k.say(mail(1)+long+"\r\n.", "250")
	msgs := sink.all()
	if len(msgs) != 1 || sink.repeats != 1 { // both mailboxes get the same source
		t.Fatalf("%d messages, %d repeats", len(msgs), sink.repeats)
	}
	m := msgs[0]
	if string(m.Body) != mail(1)+long+"\r\n" || !strings.HasPrefix(m.Source, "smtp:") {
		t.Errorf("got %s, %d bytes", m.Source, len(m.Body))
	}
	e := m.Envelope
	if e.MailFrom != "customer@example.com" || len(e.RcptTo) != 2 || e.RemoteIP != "127.0.0.1" || e.Helo != "relay.example.com" || e.TLS {
		t.Errorf("envelope %+v", e)
	}
	// The same text again, as after a lost answer, is the same message.
	k.begin("desk@example.test")
	k.say(mail(1)+long+"\r\n.", "250")
	if len(sink.all()) != 1 {
		t.Error("a repeat became a second message")
	}
	k.say("MAIL FROM:<> SIZE=100001", "552")
	k.begin("desk@example.test")
	k.say(strings.Repeat(strings.Repeat("y", 98)+"\r\n", 1001)+".", "552")
	k.begin("desk@example.test")
	k.say(strings.Repeat("Received: from a by b\r\n", 51)+"\r\nhi\r\n.", "554 5.4.6")
	k.begin("desk@example.test")
	k.say(strings.Repeat("Received: from a by b\r\n", 50)+"\r\n"+strings.Repeat("Received: quoted\r\n", 9)+".", "250")
	k.say("QUIT", "221")
}

func TestListenerAcknowledgesOnlyWhatIsDurable(t *testing.T) {
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{})
	sink.setFail(func([]Raw) error { return errors.New("disk full") })
	k := dialTalk(t, addr)
	k.say("", "220")
	k.say("EHLO a", "250")
	k.begin("desk@example.test")
	if got := k.say(mail(1)+".", "451 4.3.0"); strings.Contains(got, "disk full") {
		t.Error("the sender is told our trouble")
	}
	sink.setFail(nil)
	k.begin("desk@example.test")
	k.say(mail(1)+".", "250")
	if len(sink.all()) != 1 {
		t.Error("not taken at the second try")
	}
}

func TestLMTPAnswersForEachRecipient(t *testing.T) {
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{LMTP: true})
	sink.setFail(func(b []Raw) error {
		if b[0].Envelope.RcptTo[0] == "shop@example.test" {
			return errors.New("no")
		}
		return nil
	})
	k := dialTalk(t, addr)
	k.say("", "220")
	k.say("LHLO a", "250")
	k.begin("desk@example.test", "shop@example.test", "alias@example.test")
	k.say(mail(1)+".", "250")
	k.say("", "451")
	k.say("", "250")
	if m := sink.all(); len(m) != 1 || !strings.HasPrefix(m[0].Source, "lmtp:") {
		t.Errorf("got %v", sources(m))
	}
}

func TestListenerChunking(t *testing.T) {
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{})
	k := dialTalk(t, addr)
	k.say("", "220")
	k.say("EHLO a", "250")
	k.say("MAIL FROM:<customer@example.com>", "250")
	k.say("RCPT TO:<desk@example.test>", "250")
	body := mail(1)
	_, _ = fmt.Fprintf(k.c, "BDAT %d\r\n%s", 10, body[:10])
	k.say("", "250")
	_, _ = fmt.Fprintf(k.c, "BDAT %d LAST\r\n%s", len(body)-10, body[10:])
	k.say("", "250")
	if m := sink.all(); len(m) != 1 || string(m[0].Body) != body {
		t.Errorf("got %d messages", len(m))
	}
}

func TestListenerStartTLS(t *testing.T) {
	ca := newAuthority(t)
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{TLS: ca.server(t, "127.0.0.1", time.Now().Add(time.Hour))})
	acct := Account{Host: "127.0.0.1", Port: addr.Port, Security: StartTLS, RootCAs: ca.pool}
	out := newSender(t, SenderOptions{}).Send(t.Context(), acct, "a@example.com", []string{"desk@example.test"}, []byte(mail(1)), nil)
	if out.Kind != Sent || len(sink.all()) != 1 || !sink.all()[0].Envelope.TLS {
		t.Errorf("got %+v", out)
	}
}

func TestListenerLimits(t *testing.T) {
	sink := &memSink{}
	_, addr, _ := listen(t, sink, ListenerOptions{PerAddress: 2, PerMinute: 3, Trusted: []netip.Prefix{}, MaxHeld: 1000})
	a, b := dialTalk(t, addr), dialTalk(t, addr)
	a.say("", "220")
	b.say("", "220")
	dialTalk(t, addr).say("", "421 4.7.0")
	_ = b.c.Close()
	eventually(t, "the place of a closed connection", func() bool {
		k := dialTalk(t, addr)
		ok := strings.HasPrefix(k.reply(), "220")
		_ = k.c.Close()
		return ok
	})
	a.say("EHLO a", "250")
	a.begin("desk@example.test")
	a.say(strings.Repeat("z", 2000)+"\r\n.", "452 4.3.1")
	a.begin("desk@example.test")
	a.say(mail(1)+".", "250")
	a.say("MAIL FROM:<>", "250")
	a.say("RSET", "250")
	// A new minute may begin just now and forget; then the limit comes one round later.
	for i := 0; ; i++ {
		_, _ = fmt.Fprint(a.c, "MAIL FROM:<>\r\n")
		got := a.reply()
		if strings.HasPrefix(got, "451 4.7.0") {
			break
		}
		if i > 4 {
			t.Fatalf("no limit: %s", got)
		}
		a.say("RSET", "250")
	}
}

func TestShutdownLetsAMessageFinish(t *testing.T) {
	sink := &memSink{}
	entered, leave := make(chan struct{}), make(chan struct{})
	sink.setFail(func([]Raw) error {
		close(entered)
		<-leave
		return nil
	})
	_, addr, stop := listen(t, sink, ListenerOptions{})
	idle := dialTalk(t, addr)
	idle.say("", "220")
	k := dialTalk(t, addr)
	k.say("", "220")
	k.say("EHLO a", "250")
	k.begin("desk@example.test")
	_, _ = fmt.Fprint(k.c, mail(1)+".\r\n")
	<-entered
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop()
	}()
	idle.say("", "421")
	close(leave)
	k.say("", "250")
	<-done
	if len(sink.all()) != 1 {
		t.Error("the message is lost")
	}
}

func TestShutdownGivesUp(t *testing.T) {
	sink := blockedSink{entered: make(chan struct{})}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := NewListener(sink, desk, ListenerOptions{})
	served := make(chan error, 1)
	go func() { served <- l.Serve(ln) }()
	k := dialTalk(t, ln.Addr())
	k.say("", "220")
	k.say("EHLO a", "250")
	k.begin("desk@example.test")
	_, _ = fmt.Fprint(k.c, mail(1)+".\r\n")
	<-sink.entered
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := l.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown = %v", err)
	}
	<-served
	if line, err := k.r.ReadString('\n'); err == nil && strings.HasPrefix(line, "250") {
		t.Errorf("acknowledged: %s", line)
	}
}

// blockedSink waits for the end of ctx.
type blockedSink struct{ entered chan struct{} }

func (b blockedSink) Accept(ctx context.Context, _ int64, _ []Raw, _ *Cursor) error {
	close(b.entered)
	<-ctx.Done()
	return ctx.Err()
}

func (b blockedSink) Cursors(context.Context, int64) ([]Cursor, error) { return nil, nil }
