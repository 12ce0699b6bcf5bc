// Package smtptest runs a small SMTP server for tests and the crash harness. What
// it accepts is on disk, in a Maildir, before it says so; what it shall do wrong
// is told by a Fault for each message.
package smtptest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Fault is one way to misbehave. The zero Fault is none.
type Fault struct {
	// DropBeforeData hangs up before anything of the text is stored.
	DropBeforeData bool
	// DropAfterStore stores the message and hangs up without an answer: the case in
	// which a sender cannot know.
	DropAfterStore bool
	// DropUnstored hangs up after the final dot without having stored anything.
	DropUnstored bool
	// StoreLate hangs up after the final dot and stores the message that much later.
	StoreLate time.Duration
	// Reply answers the final dot with this instead of 250, storing nothing.
	Reply *smtp.SMTPError
	// Rcpt answers RCPT with this.
	Rcpt *smtp.SMTPError
	// Delay waits before the answer to the final dot.
	Delay time.Duration
}

// Message is one accepted message.
type Message struct {
	From string
	To   []string
	Body []byte
	File string // its path in the Maildir, empty without one
}

// Config says how a server behaves. Zero fields mean: nothing stored on disk, no
// sign-in, no TLS, no limit, no faults.
type Config struct {
	Addr               string // "127.0.0.1:0" if empty
	Maildir            string // has tmp, new and cur
	User, Password     string
	TLS                *tls.Config // offers STARTTLS
	ImplicitTLS        bool        // speaks TLS from the first byte
	MaxSize            int64
	SMTPUTF8, DSN      bool
	Fault              func(from string, to []string) Fault // asked once for RCPT and once for the text
	OnAccept           func(Message)                        // after it is durable, before the answer
	ForgetMessages     bool                                 // Messages stays empty, for long runs
	DropOnNewSessionAt int64                                // refuse sessions from the n-th on; 0 means never
}

// Server is a running server.
type Server struct {
	Addr string
	Host string
	Port int

	cfg      Config
	srv      *smtp.Server
	done     chan error
	sessions atomic.Int64
	serial   atomic.Int64

	mu   sync.Mutex
	msgs []Message
}

// Start listens and serves until Stop.
func Start(cfg Config) (*Server, error) {
	addr := cfg.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	tcp := l.Addr().(*net.TCPAddr)
	s := &Server{Addr: tcp.String(), Host: tcp.IP.String(), Port: tcp.Port, cfg: cfg, done: make(chan error, 1)}
	s.srv = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.srv.Domain = "smtp.example.test"
	s.srv.AllowInsecureAuth = true
	s.srv.MaxMessageBytes = cfg.MaxSize
	s.srv.EnableSMTPUTF8 = cfg.SMTPUTF8
	s.srv.EnableDSN = cfg.DSN
	s.srv.ErrorLog = log.New(io.Discard, "", 0)
	s.srv.ReadTimeout = time.Minute
	if cfg.ImplicitTLS {
		l = tls.NewListener(l, cfg.TLS)
	} else {
		s.srv.TLSConfig = cfg.TLS
	}
	go func() { s.done <- s.srv.Serve(l) }()
	return s, nil
}

// Stop hangs up on everybody and returns when nothing runs any more.
func (s *Server) Stop() {
	if err := s.srv.Close(); err == nil {
		<-s.done
	}
	// Close does not wait for sessions; a shutdown on the closed server would refuse
	// to, so wait for their number to fall to zero.
	for range 500 {
		if s.sessions.Load() == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// Messages returns what has been accepted, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.msgs...)
}

// Sessions returns how many connections have said hello so far.
func (s *Server) Sessions() int64 { return s.serial.Load() }

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	n := s.serial.Add(1)
	if s.cfg.DropOnNewSessionAt > 0 && n >= s.cfg.DropOnNewSessionAt {
		return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many connections"}
	}
	s.sessions.Add(1)
	return &session{s: s, conn: c.Conn(), signedIn: s.cfg.User == ""}, nil
}

type session struct {
	s        *Server
	conn     net.Conn
	signedIn bool
	from     string
	to       []string
}

func (x *session) AuthMechanisms() []string {
	if x.s.cfg.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != x.s.cfg.User || password != x.s.cfg.Password {
			return smtp.ErrAuthFailed
		}
		x.signedIn = true
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.signedIn {
		return smtp.ErrAuthRequired
	}
	x.from = from
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if f := x.fault([]string{to}); f.Rcpt != nil {
		return f.Rcpt
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) fault(to []string) Fault {
	if x.s.cfg.Fault == nil {
		return Fault{}
	}
	return x.s.cfg.Fault(x.from, to)
}

func (x *session) Data(r io.Reader) error {
	f := x.fault(x.to)
	if f.DropBeforeData {
		_ = x.conn.Close()
		return errors.New("dropped")
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if f.DropUnstored {
		_ = x.conn.Close()
		return errors.New("dropped")
	}
	if f.StoreLate > 0 {
		_ = x.conn.Close()
		time.Sleep(f.StoreLate)
	}
	if f.Reply != nil {
		time.Sleep(f.Delay)
		return f.Reply
	}
	if err := x.s.accept(Message{From: x.from, To: x.to, Body: body}); err != nil {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: err.Error()}
	}
	time.Sleep(f.Delay)
	if f.DropAfterStore {
		_ = x.conn.Close()
	}
	return nil
}

func (x *session) Reset() { x.from, x.to = "", nil }

func (x *session) Logout() error {
	x.s.sessions.Add(-1)
	return nil
}

func (s *Server) accept(m Message) error {
	if s.cfg.Maildir != "" {
		file, err := Deliver(s.cfg.Maildir, m.Body)
		if err != nil {
			return err
		}
		m.File = file
	}
	if !s.cfg.ForgetMessages {
		s.mu.Lock()
		s.msgs = append(s.msgs, m)
		s.mu.Unlock()
	}
	if s.cfg.OnAccept != nil {
		s.cfg.OnAccept(m)
	}
	return nil
}

// Deliver writes one message into a Maildir so that it survives a power cut, and
// returns its path: write and sync in tmp, rename into new, sync the directory.
// Line ends become LF, as is usual on disk.
func Deliver(maildir string, body []byte) (string, error) {
	now := time.Now()
	// Servers number new messages by the time in their names.
	name := fmt.Sprintf("%d.M%06dR%016x.test", now.Unix(), now.Nanosecond()/1000, rand.Uint64())
	tmp, final := filepath.Join(maildir, "tmp", name), filepath.Join(maildir, "new", name)
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return "", err
	}
	_, err = f.Write(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", err
	}
	if err := os.Rename(tmp, final); err != nil {
		return "", err
	}
	d, err := os.Open(filepath.Dir(final))
	if err != nil {
		return "", err
	}
	return final, errors.Join(d.Sync(), d.Close())
}

// WaitFor returns when n messages have been accepted, or ctx's error.
func (s *Server) WaitFor(ctx context.Context, n int) error {
	for {
		if len(s.Messages()) >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}
