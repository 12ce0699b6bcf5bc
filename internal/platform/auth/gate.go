package auth

import (
	"sync"
	"time"
)

// Gate slows down those who guess passwords. Failures are counted for the
// account and for the pair of account and address: a botnet of many addresses
// meets the account's limit, and an office behind one address is not locked out
// by one colleague's mistakes, because the address alone is never counted. An
// address from which somebody has signed in to the account is not held up by the
// failures of others, so that a botnet cannot lock people out.
type Gate struct {
	mu    sync.Mutex
	now   func() time.Time
	tries map[string]*try
	known map[string]time.Time // pairs that signed in, and when
	meter map[string]*window
}

// window counts what was allowed within an hour.
type window struct {
	n     int
	until time.Time
}

type try struct {
	failures int
	until    time.Time
	last     time.Time
}

// The free failures before waiting begins, and its bounds.
const (
	freeFailures = 5
	firstWait    = 2 * time.Second
	longestWait  = 5 * time.Minute
	forgetAfter  = time.Hour
	gateSize     = 50_000
	knownFor     = 30 * 24 * time.Hour
)

// What is allowed within an hour where nothing can be guessed, but letters or rows
// can be made. An office behind one address stays far below.
const (
	resetsPerAccount  = 3
	resetsPerAddress  = 200
	startsPerAddress  = 2000 // challenges of passkeys, trips to issuers
	invitesPerAddress = 600
)

// NewGate returns a Gate with a clock.
func NewGate(now func() time.Time) *Gate {
	return &Gate{now: now, tries: map[string]*try{}, known: map[string]time.Time{}, meter: map[string]*window{}}
}

// Try asks to make an attempt. It returns how long that must wait, and if that
// is 0 counts the attempt as a failure until Passed says otherwise: of many
// attempts at the same moment no more go through than one after another.
func (g *Gate) Try(account, address string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	keys := g.keys(account, address, now)
	var wait time.Duration
	for _, k := range keys {
		if t := g.tries[k]; t != nil {
			wait = max(wait, t.until.Sub(now))
		}
	}
	if wait <= 0 {
		g.count(keys, now)
	}
	return max(wait, 0)
}

// longestAccount bounds what is kept of an account's name, in bytes; no mail
// address is longer (RFC 3696 erratum 1690).
const longestAccount = 254

// keys returns what an attempt is counted for: the pair, and the account unless
// the pair is known.
func (g *Gate) keys(account, address string, now time.Time) []string {
	account = account[:min(len(account), longestAccount)]
	pair := "p:" + account + "|" + address
	if at, ok := g.known[pair]; ok && now.Sub(at) < knownFor {
		return []string{pair}
	}
	return []string{pair, "a:" + account}
}

// Allow counts one use of something and reports whether it is among the first n
// within an hour.
func (g *Gate) Allow(what, who string, n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	key := what + "|" + who[:min(len(who), longestAccount)]
	w := g.meter[key]
	if w == nil || now.After(w.until) {
		makeRoom(g.meter)
		w = &window{until: now.Add(time.Hour)}
		g.meter[key] = w
	}
	w.n++
	return w.n <= n
}

// makeTryRoom drops failures from a full map: first those who failed once or
// twice, which is what somebody leaves behind who floods the map with names in
// order to be forgotten.
func (g *Gate) makeTryRoom() {
	if len(g.tries) < gateSize {
		return
	}
	for k, t := range g.tries {
		if t.failures < freeFailures {
			delete(g.tries, k)
		}
		if len(g.tries) < gateSize*9/10 {
			return
		}
	}
	makeRoom(g.tries)
}

// makeRoom drops a tenth of a full map, in no order.
func makeRoom[V any](m map[string]V) {
	if len(m) < gateSize {
		return
	}
	for k := range m {
		if delete(m, k); len(m) < gateSize*9/10 {
			return
		}
	}
}

// count counts a failure. An account as such is slowed ten times later than one
// account from one address.
func (g *Gate) count(keys []string, now time.Time) {
	g.makeTryRoom()
	for i, k := range keys {
		free := freeFailures
		if i > 0 {
			free *= 10
		}
		t := g.tries[k]
		if t == nil || now.Sub(t.last) > forgetAfter {
			t = &try{}
			g.tries[k] = t
		}
		t.failures++
		t.last = now
		if over := t.failures - free; over >= 0 {
			t.until = now.Add(min(firstWait<<min(over, 10), longestWait))
		}
	}
}

// Passed forgets the failures of an account from an address, and remembers the
// address. What others failed at the account stays counted, but for this attempt.
func (g *Gate) Passed(account, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for i, k := range g.keys(account, address, now) {
		if t := g.tries[k]; i > 0 && t != nil && t.failures > 1 {
			t.failures--
			continue
		}
		delete(g.tries, k)
	}
	makeRoom(g.known)
	g.known["p:"+account[:min(len(account), longestAccount)]+"|"+address] = now
}
