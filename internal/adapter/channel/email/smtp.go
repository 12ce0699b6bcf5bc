package email

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// SenderOptions tunes a Sender. Zero fields take the default named beside them.
type SenderOptions struct {
	HelloName   string        // what we call ourselves: this machine's host name
	PerAccount  int           // connections per account at once: 3
	PerConn     int           // messages before a connection is renewed: 100
	IdleClose   time.Duration // an unused connection is closed after: 30 seconds
	Timeout     time.Duration // of one command: 1 minute
	DataTimeout time.Duration // for the answer to the final dot: 10 minutes (RFC 5321 section 4.5.3.2.6)
	Grace       time.Duration // the same once ctx has ended: 10 seconds
	// DSN asks servers that can (RFC 3461) to report failures only, with the
	// headers, and to name the message by the Message-ID in the report.
	DSN bool
}

// Sender sends over SMTP and keeps connections for reuse. It is safe for
// concurrent use. Close it when done.
type Sender struct {
	opt  SenderOptions
	pool *pool
}

// NewSender returns a Sender that has not connected yet.
func NewSender(opt SenderOptions) *Sender {
	if opt.HelloName == "" {
		opt.HelloName, _ = os.Hostname()
		opt.HelloName = cmp.Or(opt.HelloName, "localhost")
	}
	opt.PerAccount = cmp.Or(opt.PerAccount, 3)
	opt.PerConn = cmp.Or(opt.PerConn, 100)
	opt.IdleClose = cmp.Or(opt.IdleClose, 30*time.Second)
	opt.Timeout = cmp.Or(opt.Timeout, time.Minute)
	opt.DataTimeout = cmp.Or(opt.DataTimeout, 10*time.Minute)
	opt.Grace = cmp.Or(opt.Grace, 10*time.Second)
	return &Sender{opt: opt, pool: newPool(opt)}
}

// Close closes idle connections at once and busy ones after their message.
func (s *Sender) Close() { s.pool.close() }

// Send offers one message to the account's server for rcpt. raw must have CRLF
// line ends, as Compose makes them. beforeDot, if not nil, runs right before the
// final dot is written, when everything else has gone well; its error, or the end
// of ctx until then, calls the send off as RefusedTemporary.
//
// After the dot, the end of ctx does not break off: Send waits for the answer up
// to Grace longer, because a known outcome is worth more than a quick stop.
func (s *Sender) Send(ctx context.Context, acct Account, from string, rcpt []string, raw []byte, beforeDot func() error) Outcome {
	return s.SendWitnessed(ctx, acct, from, rcpt, "", raw, beforeDot)
}

// SendWitnessed is Send with a further recipient, a mailbox of our own, in which
// Find looks for the message if its Outcome is Unknown. The witness counts for
// nothing by itself: the message leaves only if somebody else is taken too. And
// it leaves only if the witness is taken, because a message that the witness was
// not to get looks, when it is searched for, as if it had never left; a refused
// witness is RefusedTemporary.
func (s *Sender) SendWitnessed(ctx context.Context, acct Account, from string, rcpt []string, witness string, raw []byte, beforeDot func() error) Outcome {
	env, out := envelope(from, rcpt, witness)
	if out != nil {
		return *out
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	env.utf8 = env.utf8 || !ascii(string(head))
	release, err := s.pool.slot(ctx, acct)
	if err != nil {
		return unreachable(err)
	}
	defer release()
	for {
		c, err := s.pool.get(ctx, acct)
		if err != nil {
			return unreachable(err)
		}
		reused := c.sent > 0
		out, state := s.transact(ctx, c, env, raw, beforeDot)
		switch state {
		case reusable:
			s.pool.put(c)
		case broken:
			c.close()
		case stale:
			c.close()
			if reused && ctx.Err() == nil {
				continue // the server had hung up on an idle connection; nothing was said yet
			}
		}
		return out
	}
}

// TestSMTP connects over SMTP and signs in, and says what is wrong. It sends
// nothing.
func (s *Sender) TestSMTP(ctx context.Context, acct Account) TestReport {
	began := time.Now()
	c, err := dialSMTP(ctx, acct, s.opt)
	r := TestReport{Problem: diagnose(err)}
	if err == nil {
		size, _ := c.MaxMessageSize()
		r.MaxSize = int64(size)
		c.quit()
	}
	r.OK, r.Took = r.Problem == nil, time.Since(began)
	return r
}

// mailEnvelope is a checked envelope in the form in which it is sent.
type mailEnvelope struct {
	from    string
	rcpt    []string
	witness string // empty for none
	utf8    bool   // needs SMTPUTF8
}

func envelope(from string, rcpt []string, witness string) (mailEnvelope, *Outcome) {
	var env mailEnvelope
	var err error
	if from != "" {
		if env.from, err = normalAddr(from); err != nil {
			out := refused(553, "5.1.7", "the sender's address is malformed")
			return env, &out
		}
	}
	env.utf8 = !ascii(env.from)
	for _, r := range rcpt {
		a, err := normalAddr(r)
		if err != nil {
			out := refused(553, "5.1.3", "a recipient's address is malformed")
			return env, &out
		}
		env.utf8 = env.utf8 || !ascii(a)
		env.rcpt = append(env.rcpt, a)
	}
	if len(env.rcpt) == 0 {
		out := refused(554, "5.5.1", "no recipients")
		return env, &out
	}
	if witness != "" {
		var err error
		if env.witness, err = normalAddr(witness); err != nil {
			out := refused(553, "5.1.3", "the address of our own copy is malformed")
			return env, &out
		}
		env.utf8 = env.utf8 || !ascii(env.witness)
	}
	return env, nil
}

// connState says what a transaction has left of its connection.
type connState uint8

const (
	reusable connState = iota
	broken
	stale // failed at its first command, as a connection does that the server has closed
)

// transact runs one mail transaction. Until close of the data no error can mean
// that the message was taken; from there on, only a reply tells.
func (s *Sender) transact(ctx context.Context, c *smtpConn, env mailEnvelope, raw []byte, beforeDot func() error) (Outcome, connState) {
	stop := context.AfterFunc(ctx, c.abort)
	defer stop()
	if limit, ok := c.MaxMessageSize(); ok && limit > 0 && len(raw) > limit {
		return refused(552, "5.3.4", fmt.Sprintf("the message has %d octets, the server takes %d", len(raw), limit)), reusable
	}
	opts := &smtp.MailOptions{Size: int64(len(raw)), UTF8: env.utf8}
	if utf8ok, _ := c.Extension("SMTPUTF8"); env.utf8 && !utf8ok {
		return refused(553, "5.6.7", "the server does not take addresses outside ASCII"), reusable
	}
	var ropts *smtp.RcptOptions
	if s.opt.DSN {
		opts.Return = smtp.DSNReturnHeaders
		opts.EnvelopeID = envelopeID(raw)
		ropts = &smtp.RcptOptions{Notify: []smtp.DSNNotify{smtp.DSNNotifyFailure}}
	}
	c.sent++
	if err := c.Mail(env.from, opts); err != nil {
		var se *smtp.SMTPError
		if !errors.As(err, &se) || se.Code == 421 {
			return answered(ctxFirst(ctx, err)), stale
		}
		return answered(err), c.reset()
	}
	var refusedRcpt []Refusal
	for _, r := range env.rcpt {
		err := c.Rcpt(r, ropts)
		var se *smtp.SMTPError
		if errors.As(err, &se) && se.Code != 421 {
			refusedRcpt = append(refusedRcpt, Refusal{
				Rcpt: r, Temporary: se.Code/100 == 4, Code: se.Code, EnhancedCode: enhanced(se), Detail: se.Message,
			})
			continue
		}
		if err != nil {
			return answered(ctxFirst(ctx, err)), broken
		}
	}
	if len(refusedRcpt) == len(env.rcpt) {
		return refusals(refusedRcpt), c.reset()
	}
	if env.witness != "" {
		if err := c.Rcpt(env.witness, ropts); err != nil {
			var se *smtp.SMTPError
			if !errors.As(err, &se) || se.Code == 421 {
				return answered(ctxFirst(ctx, err)), broken
			}
			return Outcome{Kind: RefusedTemporary, Code: se.Code, EnhancedCode: enhanced(se), Detail: "our own copy is refused: " + se.Message}, c.reset()
		}
	}
	w, err := c.Data()
	if err != nil {
		var se *smtp.SMTPError
		if errors.As(err, &se) && se.Code != 421 {
			return answered(err), c.reset()
		}
		return answered(ctxFirst(ctx, err)), broken
	}
	c.limitWrites(s.opt.DataTimeout)
	if _, err := w.Write(raw); err != nil {
		return answered(ctxFirst(ctx, err)), broken
	}
	if beforeDot != nil {
		if err := beforeDot(); err != nil {
			return Outcome{Kind: RefusedTemporary, Detail: "called off: " + err.Error()}, broken
		}
	}
	if !stop() || ctx.Err() != nil {
		return unreachable(ctx.Err()), broken
	}
	// The point of no return. From here on ctx only shortens the wait.
	done := make(chan struct{})
	defer close(done)
	defer context.AfterFunc(ctx, func() {
		t := time.NewTimer(s.opt.Grace)
		defer t.Stop()
		select {
		case <-t.C:
			c.abort()
		case <-done:
		}
	})()
	resp, err := w.CloseWithResponse()
	var se *smtp.SMTPError
	switch {
	case err == nil:
		return Outcome{Kind: Sent, Code: 250, Detail: resp.StatusText, Refused: refusedRcpt}, reusable
	case errors.As(err, &se) && se.Code/100 == 2: // not 250, but a yes all the same
		return Outcome{Kind: Sent, Code: se.Code, Detail: se.Message, Refused: refusedRcpt}, reusable
	case errors.As(err, &se) && se.Code/100 >= 4 && se.Code/100 <= 5:
		out := answered(se)
		out.Refused = refusedRcpt
		if se.Code == 421 {
			return out, broken
		}
		return out, c.reset()
	}
	p := diagnose(err)
	return Outcome{Kind: Unknown, Detail: "no answer to the final dot: " + p.Detail, Refused: refusedRcpt, Problem: p}, broken
}

// ctxFirst blames ctx for the error that its end has caused.
func ctxFirst(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	return err
}

// envelopeID takes the Message-ID for ENVID, at most the 100 octets of RFC 3461
// section 4.4.
func envelopeID(raw []byte) string {
	head, _, _ := strings.Cut(string(raw[:min(len(raw), 16<<10)]), "\r\n\r\n")
	for line := range strings.SplitSeq(unfold(head), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(name, "Message-ID") {
			id := strings.Trim(value, " <>")
			if len(id) <= 100 && ascii(id) && !strings.ContainsAny(id, " \t") {
				return id
			}
		}
	}
	return ""
}

// smtpConn is one signed-in connection.
type smtpConn struct {
	*smtp.Client
	raw     net.Conn
	key     accountKey
	sent    int // transactions begun
	idle    *time.Timer
	timeout time.Duration
}

func dialSMTP(ctx context.Context, acct Account, opt SenderOptions) (*smtpConn, error) {
	raw, err := acct.dial(ctx, acct.address(465, 587), "")
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c := &smtpConn{raw: raw, key: keyOf(acct), timeout: opt.Timeout}
	ctx, cancel := context.WithTimeout(ctx, opt.Timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.abort)
	defer stop()
	if err := c.handshake(ctx, acct, opt); err != nil {
		_ = raw.Close()
		return nil, ctxFirst(ctx, err)
	}
	c.CommandTimeout, c.SubmissionTimeout = opt.Timeout, opt.DataTimeout
	return c, nil
}

func (c *smtpConn) handshake(ctx context.Context, acct Account, opt SenderOptions) error {
	if acct.Security == StartTLS {
		client, err := smtp.NewClientStartTLS(c.raw, acct.tlsConfig(""))
		if err != nil {
			var se *smtp.SMTPError
			if errors.As(err, &se) && se.Code/100 == 5 || strings.Contains(err.Error(), "support STARTTLS") {
				return fmt.Errorf("%w: %w", errNoStartTLS, err)
			}
			return fmt.Errorf("starttls: %w", err)
		}
		c.Client = client
	} else {
		c.Client = smtp.NewClient(c.raw)
	}
	c.CommandTimeout = opt.Timeout
	if err := c.Hello(opt.HelloName); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if acct.Username == "" && acct.OAuth == nil {
		return nil
	}
	mech, err := acct.saslClient(ctx, c.SupportsAuth)
	if err != nil {
		return err
	}
	if err := c.Auth(mech); err != nil {
		var se *smtp.SMTPError
		if errors.As(err, &se) {
			if acct.OAuth != nil {
				acct.OAuth.forget()
			}
			return fmt.Errorf("%w: %w", errAuth, err)
		}
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

// abort makes every pending and later call fail.
func (c *smtpConn) abort() { _ = c.raw.Close() }

func (c *smtpConn) close() { _ = c.raw.Close() }

// quit says goodbye, within a second.
func (c *smtpConn) quit() {
	c.CommandTimeout = time.Second
	if c.Quit() != nil {
		c.close()
	}
}

// limitWrites bounds the sending of the text: the library limits commands only.
func (c *smtpConn) limitWrites(d time.Duration) { _ = c.raw.SetWriteDeadline(time.Now().Add(d)) }

// reset ends a refused transaction so that the connection can serve another.
func (c *smtpConn) reset() connState {
	if c.Reset() != nil {
		return broken
	}
	return reusable
}
