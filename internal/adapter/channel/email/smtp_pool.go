package email

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"sync"
	"time"
)

// accountKey tells accounts apart without keeping passwords about: a changed
// password must not be served by a connection of the old one.
type accountKey [sha256.Size]byte

func keyOf(a Account) accountKey {
	return sha256.Sum256(fmt.Appendf(nil, "%q %d %q %q %q %p %t", a.Host, a.Port, a.Security, a.Username, a.Password, a.OAuth, a.AllowPlain))
}

// pool keeps signed-in connections and limits their number per account.
type pool struct {
	opt SenderOptions

	mu     sync.Mutex
	closed bool
	idle   map[accountKey][]*smtpConn // the freshest last
	slots  map[accountKey]*slots
	timers sync.WaitGroup // closers of idle connections that are running or due
}

// slots counts the users of one account; it goes when nobody uses it.
type slots struct {
	tokens chan struct{}
	users  int
}

func newPool(opt SenderOptions) *pool {
	return &pool{opt: opt, idle: map[accountKey][]*smtpConn{}, slots: map[accountKey]*slots{}}
}

// slot waits for one of the account's connections to be free to use.
func (p *pool) slot(ctx context.Context, acct Account) (release func(), err error) {
	key := keyOf(acct)
	p.mu.Lock()
	s := p.slots[key]
	if s == nil {
		s = &slots{tokens: make(chan struct{}, p.opt.PerAccount)}
		p.slots[key] = s
	}
	s.users++
	p.mu.Unlock()
	leave := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if s.users--; s.users == 0 {
			delete(p.slots, key)
		}
	}
	select {
	case s.tokens <- struct{}{}:
		return func() {
			<-s.tokens
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// get returns a live idle connection, or a new one.
func (p *pool) get(ctx context.Context, acct Account) (*smtpConn, error) {
	key := keyOf(acct)
	for {
		c, err := p.take(key)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return dialSMTP(ctx, acct, p.opt)
		}
		stop := context.AfterFunc(ctx, c.abort)
		err = c.Noop()
		if stop() && err == nil {
			return c, nil
		}
		c.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (p *pool) take(key accountKey) (*smtpConn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, net.ErrClosed
	}
	list := p.idle[key]
	for len(list) > 0 {
		c := list[len(list)-1]
		list = list[:len(list)-1]
		p.keep(key, list)
		if c.idle.Stop() {
			p.timers.Done()
			return c, nil
		}
		// Its closer is already running and owns it.
	}
	return nil, nil
}

func (p *pool) keep(key accountKey, list []*smtpConn) {
	if len(list) == 0 {
		delete(p.idle, key)
		return
	}
	p.idle[key] = list
}

// put takes a connection back, to be closed if nobody wants it for a while.
func (p *pool) put(c *smtpConn) {
	p.mu.Lock()
	if p.closed || c.sent >= p.opt.PerConn {
		p.mu.Unlock()
		c.quit()
		return
	}
	p.timers.Add(1)
	c.idle = time.AfterFunc(p.opt.IdleClose, func() {
		defer p.timers.Done()
		p.drop(c)
		c.quit()
	})
	p.idle[c.key] = append(p.idle[c.key], c)
	p.mu.Unlock()
}

func (p *pool) drop(c *smtpConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[c.key]
	for i, have := range list {
		if have == c {
			p.keep(c.key, append(list[:i:i], list[i+1:]...))
			return
		}
	}
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	var mine []*smtpConn
	for _, list := range p.idle {
		for _, c := range list {
			if c.idle.Stop() {
				p.timers.Done()
				mine = append(mine, c)
			}
		}
	}
	clear(p.idle)
	p.mu.Unlock()
	for _, c := range mine {
		c.quit()
	}
	p.timers.Wait()
}
