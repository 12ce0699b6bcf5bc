// Package sandbox is a payment provider that moves no money, for demos and tests.
//
// What becomes of a refund is chosen by the last two digits of its sum in minor units, the magic amounts: Fails and the
// others below; every other sum succeeds at once. It keeps what it was asked, in memory, and pays a key once.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/pay"
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
)

// How long the magic amounts take.
const (
	Delay    = time.Hour
	Reversal = 48 * time.Hour
)

// Provider is the sandbox.
type Provider struct {
	now func() time.Time

	mu    sync.Mutex
	asked map[string]*asked
}

type asked struct {
	pay.Ask
	reference string
	at        time.Time
	heard     int // how often it was asked
}

// New returns an empty sandbox with a clock.
func New(now func() time.Time) *Provider { return &Provider{now: now, asked: map[string]*asked{}} }

var errSilent = errors.New("sandbox: no answer")

// Refund implements pay.Provider.
func (p *Provider) Refund(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if err := ctx.Err(); err != nil {
		return pay.Answer{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r, known := p.asked[x.Key]
	if !known {
		r = &asked{Ask: x, at: p.now()}
		p.asked[x.Key] = r
	}
	if r.Payment != x.Payment || r.Amount != x.Amount {
		return pay.Answer{Outcome: refund.OutcomeFailed, Code: "key_reused"}, nil
	}
	r.heard++
	if magic := x.Amount.Minor % 100; magic == HangsUnheard && r.heard == 1 {
		return pay.Answer{}, errSilent
	} else if r.reference == "" {
		r.reference, r.at = fmt.Sprintf("sandbox_%d", len(p.asked)), p.now()
		if magic == HangsPaid {
			return pay.Answer{}, errSilent
		}
	}
	return p.answer(r), nil
}

// Lookup implements pay.Provider.
func (p *Provider) Lookup(ctx context.Context, x pay.Ask) (pay.Answer, error) {
	if err := ctx.Err(); err != nil {
		return pay.Answer{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r, known := p.asked[x.Key]
	if !known || r.reference == "" {
		return pay.Answer{}, errs.New(errs.NotFound, "")
	}
	return p.answer(r), nil
}

func (p *Provider) answer(r *asked) pay.Answer {
	a := pay.Answer{Outcome: refund.OutcomeSucceeded, Reference: r.reference}
	age := p.now().Sub(r.at)
	switch magic := r.Amount.Minor % 100; {
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

// Paid returns how often the sandbox has paid back to a payment, what was reversed apart: for tests.
func (p *Provider) Paid(payment string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.asked {
		if r.Payment == payment && r.reference != "" && p.answer(r).Outcome == refund.OutcomeSucceeded {
			n++
		}
	}
	return n
}
