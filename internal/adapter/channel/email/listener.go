package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// Resolver knows which mailbox an address belongs to. ok is false for an address
// that is not ours; err means that it cannot be told now.
type Resolver interface {
	Mailbox(ctx context.Context, rcpt string) (id int64, ok bool, err error)
}

// ListenerOptions tunes a Listener. Zero fields take the default named beside
// them.
type ListenerOptions struct {
	LMTP          bool          // speak LMTP (RFC 2033), for a mail server beside us
	Domain        string        // our name in the greeting: this machine's host name
	TLS           *tls.Config   // offers STARTTLS if set
	MaxMessage    int64         // octets, told to senders: 50 MiB
	MaxRecipients int           // of one message: 100
	Timeout       time.Duration // of one command or message: 5 minutes
	MaxConns      int           // connections in all: 200
	PerAddress    int           // connections from one address: 20
	PerMinute     int           // messages from one address in a minute: 300
	MaxHeld       int64         // octets of unfinished messages in memory, then 452: 512 MiB
	// Trusted are the networks to which PerAddress and PerMinute do not apply. nil
	// means this machine.
	Trusted []netip.Prefix
	Log     *slog.Logger // panics and broken connections; discarded if nil
}

// maxReceived is how many hops a message may have behind it before it is taken
// for one that goes round in circles (RFC 5321 section 6.3 says 100; no honest
// path comes near 50).
const maxReceived = 50

// maxLine is far above the 1,000 octets of RFC 5321: customers' programs write a
// whole HTML page in one line, and that mail shall not be lost.
const maxLine = 512 << 10

// maxStrangers is how many unknown recipients one session may try, lest somebody
// finds our addresses by guessing.
const maxStrangers = 20

// Listener takes mail over SMTP or LMTP for the mailboxes that its Resolver
// knows. It relays nothing and offers no sign-in. A message is acknowledged only
// after Sink.Accept has returned; if that fails the sender is told to try again.
//
// The Source of a message is a digest of its sender and text, so that a message
// offered again after a lost acknowledgement is known as the same.
type Listener struct {
	sink     Sink
	resolver Resolver
	opt      ListenerOptions
	srv      *smtp.Server
	rate     *rateLimit
	stop     context.CancelFunc
	ctx      context.Context // of the Sink's calls; ends when Shutdown loses patience
	work     sync.WaitGroup  // messages being taken in
	held     atomic.Int64    // octets of them in memory

	mu     sync.Mutex
	conns  map[*guardedConn]struct{}
	byAddr map[netip.Addr]int
}

// NewListener returns a Listener that does not listen yet.
func NewListener(sink Sink, resolver Resolver, opt ListenerOptions) *Listener {
	if opt.Domain == "" {
		opt.Domain, _ = os.Hostname()
		opt.Domain = cmp.Or(opt.Domain, "localhost")
	}
	opt.MaxMessage = cmp.Or(opt.MaxMessage, 50<<20)
	opt.MaxRecipients = cmp.Or(opt.MaxRecipients, 100)
	opt.Timeout = cmp.Or(opt.Timeout, 5*time.Minute)
	opt.MaxConns = cmp.Or(opt.MaxConns, 200)
	opt.PerAddress = cmp.Or(opt.PerAddress, 20)
	opt.PerMinute = cmp.Or(opt.PerMinute, 300)
	opt.MaxHeld = cmp.Or(opt.MaxHeld, 512<<20)
	if opt.Trusted == nil {
		opt.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	l := &Listener{
		sink: sink, resolver: resolver, opt: opt,
		rate:  &rateLimit{most: opt.PerMinute},
		conns: map[*guardedConn]struct{}{}, byAddr: map[netip.Addr]int{},
	}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.srv = smtp.NewServer(smtp.BackendFunc(l.newSession))
	l.srv.LMTP = opt.LMTP
	l.srv.Domain = opt.Domain
	l.srv.TLSConfig = opt.TLS
	l.srv.MaxMessageBytes = opt.MaxMessage
	l.srv.MaxRecipients = opt.MaxRecipients
	l.srv.MaxLineLength = maxLine
	l.srv.ReadTimeout = opt.Timeout
	l.srv.WriteTimeout = opt.Timeout
	l.srv.EnableSMTPUTF8 = true
	l.srv.ErrorLog = slog.NewLogLogger(opt.Log.Handler(), slog.LevelWarn)
	return l
}

// Serve takes connections from ln until Shutdown, and then returns nil.
func (l *Listener) Serve(ln net.Listener) error {
	return l.srv.Serve(&guardedListener{Listener: ln, l: l})
}

// Shutdown stops listening, hangs up on idle connections, and waits for messages
// that are under way. When ctx ends first it breaks those off, unacknowledged,
// and returns ctx's error. It returns when nothing of the Listener runs any more.
func (l *Listener) Shutdown(ctx context.Context) error {
	done := make(chan error, 1)
	go func() {
		err := l.srv.Shutdown(context.Background())
		l.work.Wait()
		done <- err
	}()
	defer l.stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if errors.Is(err, smtp.ErrServerClosed) {
				return nil
			}
			return err
		case <-tick.C:
			l.each(func(c *guardedConn) {
				if c.busy.Load() == 0 {
					// A reader that waits for a command wakes up and says goodbye. It may
					// just be setting its own deadline, so this is repeated.
					_ = c.SetReadDeadline(time.Now())
				}
			})
		case <-ctx.Done():
			l.stop()
			l.each(func(c *guardedConn) { _ = c.Close() })
			<-done
			return ctx.Err()
		}
	}
}

func (l *Listener) each(f func(*guardedConn)) {
	l.mu.Lock()
	conns := make([]*guardedConn, 0, len(l.conns))
	for c := range l.conns {
		conns = append(conns, c)
	}
	l.mu.Unlock()
	for _, c := range conns {
		f(c)
	}
}

// admit counts a connection in, or says why not.
func (l *Listener) admit(c *guardedConn) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.conns) >= l.opt.MaxConns:
		return "421 4.3.2 too many connections, try again later\r\n"
	case !c.trusted && l.byAddr[c.addr] >= l.opt.PerAddress:
		return "421 4.7.0 too many connections from your address\r\n"
	}
	l.conns[c] = struct{}{}
	l.byAddr[c.addr]++
	return ""
}

func (l *Listener) leave(c *guardedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.conns[c]; !ok {
		return
	}
	delete(l.conns, c)
	if l.byAddr[c.addr]--; l.byAddr[c.addr] <= 0 {
		delete(l.byAddr, c.addr)
	}
}

// guardedListener admits connections within the limits.
type guardedListener struct {
	net.Listener
	l *Listener
}

func (g *guardedListener) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &guardedConn{Conn: conn, l: g.l, addr: remoteAddr(conn)}
		c.trusted = !c.addr.IsValid() // a Unix socket
		for _, p := range g.l.opt.Trusted {
			c.trusted = c.trusted || p.Contains(c.addr)
		}
		no := g.l.admit(c)
		if no == "" {
			return c, nil
		}
		// One short write into an empty buffer; a peer that does not read loses the
		// reason, and we no time.
		_ = conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, _ = conn.Write([]byte(no))
		_ = conn.Close()
	}
}

// guardedConn is counted until it is closed.
type guardedConn struct {
	net.Conn
	l       *Listener
	addr    netip.Addr // invalid for Unix sockets
	trusted bool
	busy    atomic.Int32 // messages being taken in on it
}

func (c *guardedConn) Close() error {
	c.l.leave(c)
	return c.Conn.Close()
}

func remoteAddr(c net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// rateLimit counts messages per address in the running minute. Forgetting
// everything at the turn of the minute bounds its memory.
type rateLimit struct {
	most int

	mu     sync.Mutex
	minute int64
	count  map[netip.Addr]int
}

func (r *rateLimit) allow(a netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := now.Unix() / 60; m != r.minute || r.count == nil {
		r.minute, r.count = m, map[netip.Addr]int{}
	}
	r.count[a]++
	return r.count[a] <= r.most
}
