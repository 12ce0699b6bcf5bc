package auth

import (
	"sync"
	"time"
)

// Gate slows down those who guess passwords. Failures are counted for the
// account and for the pair of account and address: a botnet of many addresses
// meets the account's limit, and an office behind one address is not locked out
// by one colleague's mistakes, because the address alone is never counted.
type Gate struct {
	mu    sync.Mutex
	now   func() time.Time
	tries map[string]*try
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
)

// NewGate returns a Gate with a clock.
func NewGate(now func() time.Time) *Gate { return &Gate{now: now, tries: map[string]*try{}} }

// Wait returns how long an attempt must wait, 0 if it may proceed.
func (g *Gate) Wait(account, address string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	var wait time.Duration
	for _, k := range gateKeys(account, address) {
		if t := g.tries[k]; t != nil {
			wait = max(wait, t.until.Sub(now))
		}
	}
	return wait
}

func gateKeys(account, address string) []string {
	return []string{"a:" + account, "p:" + account + "|" + address}
}

// Failed counts a failure. An account as such is slowed ten times later than
// one account from one address.
func (g *Gate) Failed(account, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if len(g.tries) >= gateSize {
		for k := range g.tries { // in no order: a tenth makes room
			delete(g.tries, k)
			if len(g.tries) < gateSize*9/10 {
				break
			}
		}
	}
	for i, k := range gateKeys(account, address) {
		free := freeFailures
		if i == 0 {
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

// Passed forgets the failures of an account from an address.
func (g *Gate) Passed(account, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range gateKeys(account, address) {
		delete(g.tries, k)
	}
}
