package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-smtp"
)

// delivery is one session: a client, and the message that it is handing over.
type delivery struct {
	l         *Listener
	conn      *guardedConn
	helo      string
	tls       bool
	from      string
	rcpt      []recipient
	strangers int
}

type recipient struct {
	addr    string
	mailbox int64
}

func reply(code int, enhanced smtp.EnhancedCode, text string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

func (l *Listener) newSession(c *smtp.Conn) (smtp.Session, error) {
	_, isTLS := c.TLSConnectionState()
	return &delivery{l: l, conn: guarded(c.Conn()), helo: c.Hostname(), tls: isTLS}, nil
}

// guarded finds our connection below the TLS that STARTTLS has put on it.
func guarded(c net.Conn) *guardedConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	g, _ := c.(*guardedConn)
	return g
}

func (d *delivery) Reset() { d.from, d.rcpt = "", nil }

func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	if !d.conn.trusted && !d.l.rate.allow(d.conn.addr, time.Now()) {
		return reply(451, smtp.EnhancedCode{4, 7, 0}, "too many messages from your address, try again in a minute")
	}
	d.from = from
	return nil
}

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	id, ok, err := d.l.resolver.Mailbox(d.l.ctx, to)
	if err != nil {
		return reply(451, smtp.EnhancedCode{4, 3, 0}, "cannot look up the recipient now")
	}
	if !ok {
		if d.strangers++; d.strangers > maxStrangers {
			return reply(421, smtp.EnhancedCode{4, 7, 0}, "too many unknown recipients")
		}
		return reply(550, smtp.EnhancedCode{5, 1, 1}, "no such mailbox here")
	}
	d.rcpt = append(d.rcpt, recipient{addr: to, mailbox: id})
	return nil
}

// Data takes the message for all recipients or, as SMTP has one answer only, for
// none. Mailboxes that have it already when a later one fails get it again with
// the same Source when the sender repeats.
func (d *delivery) Data(r io.Reader) error {
	defer d.begin()()
	in := &held{r: r, l: d.l}
	defer in.release()
	raw, err := d.read(in)
	if err != nil {
		return err
	}
	for _, id := range d.mailboxes() {
		if err := d.accept(id, raw); err != nil {
			return err
		}
	}
	return nil
}

// LMTPData takes the message for each recipient on its own.
func (d *delivery) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	defer d.begin()()
	in := &held{r: r, l: d.l}
	defer in.release()
	raw, err := d.read(in)
	if err != nil {
		return err // is the answer for all
	}
	results := map[int64]error{}
	for _, id := range d.mailboxes() {
		results[id] = d.accept(id, raw)
	}
	for _, rc := range d.rcpt {
		status.SetStatus(rc.addr, results[rc.mailbox])
	}
	return nil
}

func (d *delivery) begin() (end func()) {
	d.l.work.Add(1)
	d.conn.busy.Add(1)
	return func() {
		d.conn.busy.Add(-1)
		d.l.work.Done()
	}
}

func (d *delivery) mailboxes() []int64 {
	var ids []int64
	for _, rc := range d.rcpt {
		if !slices.Contains(ids, rc.mailbox) {
			ids = append(ids, rc.mailbox)
		}
	}
	return ids
}

func (d *delivery) read(r io.Reader) (Raw, error) {
	// One more octet than allowed: CHUNKING counts by chunk, DATA by octet.
	body, err := io.ReadAll(io.LimitReader(r, d.l.opt.MaxMessage+1))
	var se *smtp.SMTPError
	switch {
	case errors.As(err, &se):
		return Raw{}, se
	case err != nil:
		return Raw{}, reply(451, smtp.EnhancedCode{4, 4, 2}, "the message did not arrive whole")
	case int64(len(body)) > d.l.opt.MaxMessage:
		return Raw{}, smtp.ErrDataTooLarge
	case hops(body) > maxReceived:
		return Raw{}, reply(554, smtp.EnhancedCode{5, 4, 6}, "too many hops, the message is going round in circles")
	}
	return Raw{Source: d.source(body), Body: body, Size: int64(len(body)), ReceivedAt: time.Now().UTC()}, nil
}

// held counts the octets of a message while it is in memory, so that many large
// ones at once are put off and not paid for.
type held struct {
	r io.Reader
	l *Listener
	n int64
}

func (h *held) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	h.n += int64(n)
	if h.l.held.Add(int64(n)) > h.l.opt.MaxHeld {
		return n, reply(452, smtp.EnhancedCode{4, 3, 1}, "too much mail at once, try again later")
	}
	return n, err
}

func (h *held) release() { h.l.held.Add(-h.n) }

func (d *delivery) source(body []byte) string {
	h := sha256.New()
	_, _ = io.WriteString(h, d.from)
	h.Write([]byte{0})
	h.Write(body)
	kind := "smtp:"
	if d.l.opt.LMTP {
		kind = "lmtp:"
	}
	return kind + hex.EncodeToString(h.Sum(nil)[:16])
}

func (d *delivery) accept(mailbox int64, raw Raw) error {
	env := &Envelope{MailFrom: d.from, Helo: d.helo, TLS: d.tls}
	if d.conn.addr.IsValid() {
		env.RemoteIP = d.conn.addr.String()
	}
	for _, rc := range d.rcpt {
		if rc.mailbox == mailbox {
			env.RcptTo = append(env.RcptTo, rc.addr)
		}
	}
	raw.Envelope = env
	ctx, cancel := context.WithTimeout(d.l.ctx, d.l.opt.Timeout)
	defer cancel()
	if err := d.l.sink.Accept(ctx, mailbox, []Raw{raw}, nil); err != nil {
		d.l.opt.Log.Error("mail not taken", "mailbox", mailbox, "err", err)
		return reply(451, smtp.EnhancedCode{4, 3, 0}, "cannot store the message now")
	}
	return nil
}

// hops counts the Received fields of the header.
func hops(body []byte) int {
	n := 0
	for len(body) > 0 {
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		if len(bytes.TrimRight(line, "\r")) == 0 {
			break
		}
		const name = "received:"
		if len(line) >= len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
			n++
		}
		body = rest
	}
	return n
}
