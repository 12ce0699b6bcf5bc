package auth

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/forwarded"
)

// Gate slows down those who guess passwords. Failures are counted for the
// account and for the pair of account and address: a botnet of many addresses
// meets the account's limit, and an office behind one address is not locked out
// by one colleague's mistakes, because the address alone is never counted. An
// address from which somebody has signed in to the account is not held up by the
// failures of others, so that a botnet cannot lock people out.
//
// What is counted lies in the database, so that all nodes count together, under
// hashes that name nobody. An attempt that may be made writes once, beside the
// slow hash that it costs anyway. One that must wait writes nothing: the node
// remembers until when.
type Gate struct {
	store TallyStore
	now   func() time.Time
	slots chan struct{} // attempts in the database at a time, so that guessers leave it to others

	mu     sync.Mutex
	closed map[tallyKey]time.Time // what this node knows to be refused, and until when
	since  int                    // tallies that may have been added since the last sweep
}

// tallyKey names what is counted.
type tallyKey = [sha256.Size]byte

// Tally is how often something was tried, by everybody who shares the database.
// The zero Tally counts nothing.
type Tally struct {
	N         int       // failures, or uses within a time
	CountedTo time.Time // N is forgotten then
	ClosedTo  time.Time // nothing passes before then
	KnownTo   time.Time // somebody has signed in from there, which is remembered so long
}

// TallyStore keeps tallies.
type TallyStore interface {
	// Count shows fn the tallies under some keys, in their order, and keeps what fn
	// makes of them; zero ones are not kept. Of those who count at the same moment
	// each sees what the one before has left. It joins a transaction in ctx.
	Count(ctx context.Context, keys [][]byte, fn func([]Tally)) error
	// TallyOf returns one tally as it is now.
	TallyOf(ctx context.Context, key []byte) (Tally, error)
	// SweepTallies drops those that are over, and so many of the others that no
	// more than most are left: first those that count least.
	SweepTallies(ctx context.Context, now time.Time, most int) error
}

// The free failures before waiting begins, and its bounds.
const (
	freeFailures = 5
	firstWait    = 2 * time.Second
	longestWait  = 5 * time.Minute
	forgetAfter  = time.Hour
	knownFor     = 30 * 24 * time.Hour
)

// The sizes of what is kept. The database holds at most mostTallies and, for each
// node, twice sweepAfter: what may come in between two sweeps.
const (
	mostTallies = 100_000
	sweepAfter  = 20_000
	mostClosed  = 50_000 // in the memory of a node
	gateSlots   = 4
)

// What is allowed within an hour where nothing can be guessed, but letters or rows
// can be made. An office behind one address stays far below.
const (
	resetsPerAccount  = 3
	resetsPerAddress  = 200
	startsPerAddress  = 2000 // challenges of passkeys, trips to issuers
	invitesPerAddress = 600
	repeatsTold       = 3 // letters about codes that were used twice
)

// NewGate returns a Gate with a clock.
func NewGate(s TallyStore, now func() time.Time) *Gate {
	return &Gate{store: s, now: now, slots: make(chan struct{}, gateSlots), closed: map[tallyKey]time.Time{}}
}

// longestAccount bounds what an account may be called, in bytes; no mail address
// is longer (RFC 3696 erratum 1690).
const longestAccount = 254

func tallyOf(what, who string) tallyKey {
	return sha256.Sum256([]byte(what + "\x00" + who[:min(len(who), longestAccount)]))
}

func pairKey(account, address string) tallyKey {
	return tallyOf("pair\x00"+forwarded.Network(address), account)
}

// Try asks to make an attempt. It returns how long that must wait, and if that
// is 0 counts the attempt as a failure until Passed says otherwise: of many
// attempts at the same moment, on any nodes, no more go through than one after
// another.
func (g *Gate) Try(ctx context.Context, account, address string) (wait time.Duration, err error) {
	pair, whole := pairKey(account, address), tallyOf("account", account)
	now := g.now()
	if wait := g.shut(pair, now); wait > 0 {
		return wait, nil
	}
	if wait := g.shut(whole, now); wait > 0 {
		t, err := g.store.TallyOf(ctx, pair[:])
		if err != nil || !t.KnownTo.After(now) {
			return wait, err
		}
	}
	err = g.count(ctx, func(t []Tally) {
		wait = attempt(&t[0], &t[1], now)
		g.learn(pair, t[0].ClosedTo, now)
		g.learn(whole, t[1].ClosedTo, now)
	}, pair, whole)
	return wait, err
}

// attempt is the rule of the gate, on what is counted for the pair of account and
// address and for the account. It returns how long the attempt must wait, and
// counts one that must not. An account as such is slowed ten times later than one
// account from one address, and not at all where it is known.
func attempt(pair, account *Tally, now time.Time) time.Duration {
	known := pair.KnownTo.After(now)
	wait := pair.ClosedTo.Sub(now)
	if !known {
		wait = max(wait, account.ClosedTo.Sub(now))
	}
	if wait > 0 {
		return wait
	}
	pair.failed(freeFailures, now)
	if !known {
		account.failed(10*freeFailures, now)
	}
	return 0
}

// failed counts a failure and closes for a while if there were more than free.
func (t *Tally) failed(free int, now time.Time) {
	if !t.CountedTo.After(now) {
		t.N = 0
	}
	t.N++
	t.CountedTo = now.Add(forgetAfter)
	if over := t.N - free; over >= 0 {
		t.ClosedTo = now.Add(min(firstWait<<min(over, 10), longestWait))
	}
}

// passed is what a success leaves of both: nothing for the pair but that it is
// known, and of what others failed at the account all but this attempt.
func passed(pair, account *Tally, now time.Time) {
	if !pair.KnownTo.After(now) {
		if account.N--; account.N <= 0 {
			*account = Tally{}
		}
	}
	*pair = Tally{KnownTo: now.Add(knownFor)}
}

// Passed forgets the failures of an account from an address, and remembers the
// address. Where the database does not take it, the failures stay counted.
func (g *Gate) Passed(ctx context.Context, account, address string) {
	pair, whole := pairKey(account, address), tallyOf("account", account)
	now := g.now()
	_ = g.count(ctx, func(t []Tally) { passed(&t[0], &t[1], now) }, pair, whole) // see above
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.closed, pair)
}

// Allow counts one use of something and reports whether it is among the first n
// within an hour, or, while the database cannot be asked, that it is not.
func (g *Gate) Allow(ctx context.Context, what, who string, n int) bool {
	ok, err := g.AllowWithin(ctx, what, who, n, time.Hour)
	return ok && err == nil
}

// AllowWithin is Allow for another time than an hour.
func (g *Gate) AllowWithin(ctx context.Context, what, who string, n int, within time.Duration) (ok bool, err error) {
	key := tallyOf(what, who)
	now := g.now()
	if g.shut(key, now) > 0 {
		return false, nil
	}
	err = g.count(ctx, func(t []Tally) {
		if !t[0].CountedTo.After(now) {
			t[0] = Tally{CountedTo: now.Add(within)}
		}
		t[0].N++
		if ok = t[0].N <= n; !ok {
			g.learn(key, t[0].CountedTo, now)
		}
	}, key)
	return ok && err == nil, err
}

// count counts under some keys when it is this call's turn.
func (g *Gate) count(ctx context.Context, fn func([]Tally), keys ...tallyKey) error {
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return errs.Wrap(errs.Unavailable, ctx.Err(), "error.database")
	}
	raw := make([][]byte, len(keys))
	for i := range keys {
		raw[i] = keys[i][:]
	}
	if err := g.store.Count(ctx, raw, fn); err != nil {
		return err
	}
	g.mu.Lock()
	g.since += len(keys)
	due := g.since >= sweepAfter
	g.mu.Unlock()
	if due {
		return g.Sweep(ctx)
	}
	return nil
}

// Sweep drops what is over or too much. It is called from time to time.
func (g *Gate) Sweep(ctx context.Context) error {
	g.mu.Lock()
	g.since = 0
	g.mu.Unlock()
	return g.store.SweepTallies(ctx, g.now(), mostTallies)
}

// shut returns for how long this node knows a key to be refused.
func (g *Gate) shut(key tallyKey, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.closed[key].Sub(now), 0)
}

// learn remembers until when a key is refused. A full memory drops a tenth, in no
// order: what is forgotten is asked of the database again.
func (g *Gate) learn(key tallyKey, until, now time.Time) {
	if !until.After(now) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.closed) >= mostClosed {
		for k := range g.closed {
			if delete(g.closed, k); len(g.closed) < mostClosed*9/10 {
				break
			}
		}
	}
	g.closed[key] = until
}

// Sweep drops what the gate has counted and nobody needs any more.
func (s *Service) Sweep(ctx context.Context) error { return s.gate.Sweep(ctx) }

// Once reports whether something happens for the first time within a while, on
// whichever node: of those who ask at the same moment one is told so.
func (s *Service) Once(ctx context.Context, what, who string, within time.Duration) (bool, error) {
	return s.gate.AllowWithin(ctx, what, who, 1, within)
}

// Happened reports whether Once was told of something that it still remembers.
func (s *Service) Happened(ctx context.Context, what, who string) (bool, error) {
	key := tallyOf(what, who)
	t, err := s.gate.store.TallyOf(ctx, key[:])
	return t.CountedTo.After(s.now()), err
}

// try asks the gate for an attempt at an account; it fails with errs.Unavailable
// and says how long to wait.
func (s *Service) try(ctx context.Context, account string, v Visit) error {
	wait, err := s.gate.Try(ctx, account, v.Address)
	if err != nil {
		return err
	}
	return s.wait(wait)
}
