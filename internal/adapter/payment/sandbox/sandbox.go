// Package sandbox is a payment provider that moves no money, for demos and tests.
//
// What becomes of a refund is chosen by the last two digits of its sum in minor units, the magic amounts: Fails and the
// others below; every other sum succeeds at once. So is what becomes of a sum that is held on a card. It keeps what it was asked where a [Memory] says, apart from the house
// that asks, as a provider does; and it pays a key once.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/pay"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
)

// The magic amounts: the last two digits of a sum in minor units.
const (
	Fails        = 1 // is refused
	HangsPaid    = 2 // no answer comes, and it was paid
	HangsUnheard = 3 // no answer comes, and the request never arrived; the next one does
	Late         = 4 // is pending for an hour, then succeeds
	FailsLate    = 5 // is pending for an hour, then fails
	Reverses     = 6 // succeeds, and the bank sends it back after two days
	WantsAction  = 7 // waits for the customer for an hour, then succeeds
	LapsesEarly  = 8 // held for two days instead of seven
	LapsesUnpaid = 9 // likewise, and then the card has no money
)

// How long the magic amounts take.
const (
	Delay    = time.Hour
	Reversal = 48 * time.Hour
)

// Memory keeps what a sandbox was asked.
type Memory interface {
	// ChangeSandbox lets change say what is kept under a key of an account, given what was, empty at first; empty is kept no
	// more. It is durable when it returns, and nobody else changes the same key meanwhile.
	ChangeSandbox(ctx context.Context, w auth.WorkspaceID, account int64, key string, change func(was []byte) ([]byte, error)) error
}

// Name is the driver's name.
const Name = "sandbox"

// Driver is the sandbox, whose accounts keep what they were asked in a memory.
func Driver(m Memory) pay.Driver {
	return pay.Driver{
		Name: Name, Title: "Sandbox", Source: intake.Source{Name: Name, Known: wire.MustVocabulary("")}, Can: pay.Capabilities{Asked: true, Holds: true},
		Open: func(s connector.Settings) (pay.Provider, error) {
			return &Provider{now: s.Now, workspace: s.Workspace, account: s.Connection, memory: m}, nil
		},
	}
}

// Provider is an account with the sandbox.
type Provider struct {
	now       func() time.Time
	workspace auth.WorkspaceID
	account   int64
	memory    Memory
}

// New returns an account without a past, with a clock; it forgets when the process ends.
func New(now func() time.Time) *Provider {
	return &Provider{now: now, memory: &forgetful{asked: map[string][]byte{}}}
}

// asked is what the sandbox knows of a key.
type asked struct {
	Ask       pay.Ask   `json:"ask"`
	Reference string    `json:"reference,omitempty"` // once it has paid
	At        time.Time `json:"at"`
	Heard     int       `json:"heard"` // how often it was asked
}

var errSilent = errors.New("sandbox: no answer")

// About implements pay.Provider.
func (p *Provider) About(ctx context.Context) (pay.About, error) {
	return pay.About{Name: "Sandbox", Test: true}, ctx.Err()
}

// Refund implements pay.Provider.
func (p *Provider) Refund(ctx context.Context, x pay.Ask) (answer pay.Answer, err error) {
	silent := false
	err = p.at(ctx, x.Key, func(r *asked) {
		if r.Heard == 0 {
			r.Ask, r.At = x, p.now().UTC()
		}
		if r.Ask.Payment != x.Payment || r.Ask.Amount != x.Amount {
			answer = pay.Answer{Outcome: refund.OutcomeFailed, Code: "key_reused"}
			return
		}
		r.Heard++
		magic := x.Amount.Minor % 100
		switch {
		case magic == HangsUnheard && r.Heard == 1:
			silent = true
		case r.Reference == "":
			r.Reference, r.At, silent = "sandbox_"+x.Key, p.now().UTC(), magic == HangsPaid
			fallthrough
		default:
			answer = p.answer(r)
		}
	})
	if err == nil && silent {
		return pay.Answer{}, errSilent
	}
	return answer, err
}

// Lookup implements pay.Provider.
func (p *Provider) Lookup(ctx context.Context, x pay.Ask) (answer pay.Answer, err error) {
	known := false
	err = p.at(ctx, x.Key, func(r *asked) {
		if known = r.Reference != ""; known {
			answer = p.answer(r)
		}
	})
	if err == nil && !known {
		return answer, errs.New(errs.NotFound, "")
	}
	return answer, err
}

// at lets fn see, and change, what is known of a key.
func (p *Provider) at(ctx context.Context, key string, fn func(*asked)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return p.memory.ChangeSandbox(ctx, p.workspace, p.account, key, func(was []byte) ([]byte, error) {
		var r asked
		if len(was) > 0 {
			if err := json.Unmarshal(was, &r); err != nil {
				return nil, fmt.Errorf("what the sandbox kept: %w", err)
			}
		}
		if fn(&r); r.Heard == 0 {
			return nil, nil
		}
		return json.Marshal(r)
	})
}

func (p *Provider) answer(r *asked) pay.Answer {
	a := pay.Answer{Outcome: refund.OutcomeSucceeded, Reference: r.Reference}
	age := p.now().Sub(r.At)
	switch magic := r.Ask.Amount.Minor % 100; {
	case magic == Fails:
		a.Outcome, a.Code = refund.OutcomeFailed, "declined"
	case magic == FailsLate && age >= Delay:
		a.Outcome, a.Code = refund.OutcomeFailed, "account_closed"
	case magic == Late && age < Delay, magic == FailsLate:
		a.Outcome = refund.OutcomePending
	case magic == WantsAction && age < Delay:
		a.Outcome, a.Code = refund.OutcomeNeedsAction, "account_wanted"
	case magic == Reverses && age >= Reversal:
		a.Outcome, a.Code = refund.OutcomeReversed, "returned_by_bank"
	}
	return a
}

// forgetful is a memory that ends with the process.
type forgetful struct {
	mu    sync.Mutex
	asked map[string][]byte
}

func (m *forgetful) ChangeSandbox(_ context.Context, _ auth.WorkspaceID, _ int64, key string, change func([]byte) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next, err := change(slices.Clone(m.asked[key]))
	if err == nil {
		m.asked[key] = next
	}
	return err
}

// Paid returns how often the sandbox has paid back to a payment, what was reversed apart: for tests.
func (p *Provider) Paid(payment string) int {
	m, ok := p.memory.(*forgetful)
	if !ok {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, kept := range m.asked {
		var r asked
		if json.Unmarshal(kept, &r) == nil && r.Ask.Payment == payment && r.Reference != "" && p.answer(&r).Outcome == refund.OutcomeSucceeded {
			n++
		}
	}
	return n
}
