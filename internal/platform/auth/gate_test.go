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

func TestGrants(t *testing.T) {
	every := []Permission{ReadTickets, WriteTickets, BulkTickets, ReadCustomers, MergeCustomer, ReadOrders, ImportOrders, ImportMail, ManageMacros,
		ManageFields, ManagePeople, ManageTeams, ManageMail, SeeReports, Manage}
	want := map[Role]string{AgentRole: "111111000000000", Lead: "111111101101010", Owner: "111111111111111", "": "000000000000000", "admin": "000000000000000"}
	for role, row := range want {
		got := ""
		for _, p := range every {
			got += map[bool]string{true: "1", false: "0"}[Actor{Kind: Agent, Workspace: 1, Role: role}.May(p)]
			for _, a := range []Actor{{Kind: Customer, Workspace: 1, Role: role}, {Kind: Bot, Workspace: 1, Role: role}, {Kind: Agent, Role: role}, {Kind: System}} {
				if a.May(p) {
					t.Errorf("%+v may %s", a, p)
				}
			}
			if !ForSystem(1).May(p) {
				t.Errorf("the system may not %s", p)
			}
		}
		if got != row {
			t.Errorf("%q may %s, want %s", role, got, row)
		}
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
