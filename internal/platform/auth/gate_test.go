package auth

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// tallies is a TallyStore in memory.
type tallies struct {
	mu   sync.Mutex
	rows map[string]Tally
}

func (x *tallies) Count(_ context.Context, keys [][]byte, fn func([]Tally)) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	list := make([]Tally, len(keys))
	for i, k := range keys {
		list[i] = x.rows[string(k)]
	}
	fn(list)
	for i, k := range keys {
		if x.rows[string(k)] = list[i]; list[i] == (Tally{}) {
			delete(x.rows, string(k))
		}
	}
	return nil
}

func (x *tallies) TallyOf(_ context.Context, key []byte) (Tally, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.rows[string(key)], nil
}

func (x *tallies) SweepTallies(_ context.Context, now time.Time, most int) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var keys []string
	for k, t := range x.rows {
		if !t.CountedTo.After(now) && !t.KnownTo.After(now) {
			delete(x.rows, k)
			continue
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return x.rows[a].N - x.rows[b].N })
	for _, k := range keys[:max(len(keys)-most, 0)] {
		delete(x.rows, k)
	}
	return nil
}

// newGate returns a gate that counts in memory.
func newGate(now func() time.Time) *memoryGate {
	x := &tallies{rows: map[string]Tally{}}
	return &memoryGate{NewGate(x, now), x}
}

type memoryGate struct {
	*Gate
	tallies *tallies
}

func (g *memoryGate) Try(account, address string) time.Duration {
	wait, err := g.Gate.Try(context.Background(), account, address)
	if err != nil {
		panic(err) // memory does not fail
	}
	return wait
}

func (g *memoryGate) Passed(account, address string) {
	g.Gate.Passed(context.Background(), account, address)
}

func (g *memoryGate) Allow(what, who string, n int) bool {
	return g.Gate.Allow(context.Background(), what, who, n)
}

// TestTheRuleOfTheGate goes through what one attempt makes of what is counted.
func TestTheRuleOfTheGate(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	for name, x := range map[string]struct {
		pair, account         Tally
		wait                  time.Duration
		pairFails, otherFails int
		closes                time.Duration
	}{
		"the first":                      {wait: 0, pairFails: 1, otherFails: 1},
		"the fifth":                      {pair: Tally{N: 4, CountedTo: in(time.Hour)}, pairFails: 5, otherFails: 1, closes: 2 * time.Second},
		"the sixth":                      {pair: Tally{N: 5, CountedTo: in(time.Hour)}, pairFails: 6, otherFails: 1, closes: 4 * time.Second},
		"the hundredth":                  {pair: Tally{N: 99, CountedTo: in(time.Hour)}, pairFails: 100, otherFails: 1, closes: 5 * time.Minute},
		"an hour after the last":         {pair: Tally{N: 99, CountedTo: now, ClosedTo: in(-time.Minute)}, pairFails: 1, otherFails: 1},
		"too early":                      {pair: Tally{N: 6, CountedTo: in(time.Hour), ClosedTo: in(3 * time.Second)}, wait: 3 * time.Second, pairFails: 6},
		"others guess":                   {account: Tally{N: 60, CountedTo: in(time.Hour), ClosedTo: in(time.Minute)}, wait: time.Minute, otherFails: 60},
		"others guess, and this is home": {pair: Tally{KnownTo: in(time.Hour)}, account: Tally{N: 60, CountedTo: in(time.Hour), ClosedTo: in(time.Minute)}, pairFails: 1, otherFails: 60},
		"was home long ago":              {pair: Tally{KnownTo: in(-time.Hour)}, account: Tally{N: 60, CountedTo: in(time.Hour), ClosedTo: in(time.Minute)}, wait: time.Minute, otherFails: 60},
		"others have guessed 49 times":   {account: Tally{N: 49, CountedTo: in(time.Hour)}, pairFails: 1, otherFails: 50},
	} {
		pair, account := x.pair, x.account
		wait := attempt(&pair, &account, now)
		if wait != x.wait || pair.N != x.pairFails || account.N != x.otherFails {
			t.Errorf("%s: waits %v, counts %d and %d; want %v, %d and %d", name, wait, pair.N, account.N, x.wait, x.pairFails, x.otherFails)
		}
		if wait == 0 && x.closes != max(pair.ClosedTo.Sub(now), 0) {
			t.Errorf("%s: closes for %v, want %v", name, pair.ClosedTo.Sub(now), x.closes)
		}
	}
	pair, account := Tally{N: 3, CountedTo: in(time.Hour)}, Tally{N: 40, CountedTo: in(time.Hour)}
	passed(&pair, &account, now)
	if pair != (Tally{KnownTo: in(knownFor)}) || account.N != 39 {
		t.Errorf("after a success %+v and %+v", pair, account)
	}
}

func TestGateAgainstGuessersAndForPeople(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return clock })
	passed := 0
	for range 1000 { // at one moment: none has failed yet when the others ask
		if g.Try("anna@shop", "192.0.2.1") == 0 {
			passed++
		}
	}
	if passed != freeFailures {
		t.Errorf("%d guesses at once", passed)
	}
	if g.Try("bo@shop", "192.0.2.1") != 0 {
		t.Error("a colleague's mistakes lock the office out")
	}
	g = newGate(func() time.Time { return clock })
	if g.Try("anna@shop", "office") != 0 {
		t.Fatal("the first attempt waits")
	}
	g.Passed("anna@shop", "office")
	guesses := 0
	for day := clock.Add(24 * time.Hour); clock.Before(day); clock = clock.Add(10 * time.Second) {
		for i := range 3 { // each time from a new address
			if g.Try("anna@shop", fmt.Sprintf("bot %v %d", clock, i)) == 0 {
				guesses++
			}
		}
	}
	if guesses > 10*freeFailures+24*12+20 {
		t.Errorf("a botnet made %d guesses in a day", guesses)
	}
	if g.Try("anna@shop", "office") != 0 {
		t.Error("a botnet locks Anna out of her own office")
	}
	if g.Try("anna@shop", "a hotel") == 0 {
		t.Error("an unknown address passes during an attack")
	}
}

func TestHasher(t *testing.T) {
	h := NewHasher()
	a, b := h.Hash("a long enough secret"), h.Hash("a long enough secret")
	if a == b || !h.Check("a long enough secret", a) || h.Check("another long secret", a) || h.Check("", a) {
		t.Error("hashes do not tell passwords apart")
	}
	for _, bad := range []string{"", "$argon2id$", a[:len(a)-2], "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$2a$10$x"} {
		if h.Check("a long enough secret", bad) || h.Check("", bad) {
			t.Errorf("%q matches", bad)
		}
	}
}

// TestABotnetOfTenThousandAddresses guesses at one account for an hour, and floods
// the gate with accounts of its own making in order to be forgotten.
func TestABotnetOfTenThousandAddresses(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return clock })
	guesses := 0
	for i := range 100_000 {
		clock = clock.Add(36 * time.Millisecond)
		if g.Try("anna@shop", fmt.Sprintf("bot %d", i%10_000)) == 0 {
			guesses++
		}
		g.Try(fmt.Sprintf("made up %d", i), "bot")
	}
	if guesses > 75 {
		t.Errorf("%d guesses in an hour", guesses)
	}
}

func TestAllow(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return clock })
	count := func() (n int) {
		for range 10 {
			if g.Allow("reset", "anna@shop", 3) {
				n++
			}
		}
		return n
	}
	if n := count(); n != 3 || !g.Allow("reset", "bo@shop", 3) || !g.Allow("sso", "anna@shop", 3) {
		t.Errorf("%d of 3 allowed, or others held up", n)
	}
	if clock = clock.Add(61 * time.Minute); count() != 3 {
		t.Error("the next hour begins with the last one's count")
	}
}

// TestTheGateForgetsWhatIsTooMuch floods the gate, and keeps who guesses in mind.
func TestTheGateForgetsWhatIsTooMuch(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	g := newGate(func() time.Time { return clock })
	for range freeFailures {
		g.Try("anna@shop", "192.0.2.1")
	}
	for i := range 2 * (mostTallies + sweepAfter) {
		g.Allow("reset", fmt.Sprint(i), 1)
	}
	if n := len(g.tallies.rows); n > mostTallies+sweepAfter {
		t.Errorf("%d are counted", n)
	}
	for i := range 2 * mostClosed {
		g.learn(tallyOf("x", fmt.Sprint(i)), clock.Add(time.Hour), clock)
	}
	if n := len(g.closed); n > mostClosed {
		t.Errorf("%d are remembered", n)
	}
	if g.Try("anna@shop", "192.0.2.1") == 0 {
		t.Error("a flood makes the gate forget who guesses")
	}
	clock = clock.Add(2 * time.Hour)
	if err := g.Sweep(t.Context()); err != nil || len(g.tallies.rows) != 0 {
		t.Errorf("%d are left two hours later: %v", len(g.tallies.rows), err)
	}
}

// TestNobodysNameIsKept looks at the keys of what is counted.
func TestNobodysNameIsKept(t *testing.T) {
	g := newGate(time.Now)
	g.Try("anna@shop", "192.0.2.1")
	for k := range g.tallies.rows {
		if len(k) != 32 || bytes.Contains([]byte(k), []byte("anna")) {
			t.Errorf("key %q", k)
		}
	}
	if pairKey("anna@shop", "2001:db8::1") != pairKey("anna@shop", "2001:db8::2") {
		t.Error("whoever has a network of IPv6 comes from a new address each time")
	}
}

func TestCodesOfTheStandard(t *testing.T) {
	// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if step := stepOf(secret, code, time.Unix(at, 0)); step != at/30 {
			t.Errorf("%s at %d: step %d", code, at, step)
		}
		if step := stepOf(secret, code, time.Unix(at+90, 0)); step != 0 {
			t.Errorf("%s is good 90 s later", code)
		}
	}
	for _, bad := range []string{"", "1", "28708", "2870820", "２８７０８２", "-87082"} {
		if stepOf(secret, bad, time.Unix(59, 0)) != 0 {
			t.Errorf("%q is a code", bad)
		}
	}
}
