package auth

import (
	"fmt"
	"testing"
	"time"
)

func TestGateAgainstGuessersAndForPeople(t *testing.T) {
	clock := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	g := NewGate(func() time.Time { return clock })
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
	g = NewGate(func() time.Time { return clock })
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
	g := NewGate(func() time.Time { return clock })
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
	g := NewGate(func() time.Time { return clock })
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
	for i := range 3 * gateSize {
		g.Allow("reset", fmt.Sprint(i), 1)
	}
	if len(g.meter) > gateSize {
		t.Errorf("%d are remembered", len(g.meter))
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
