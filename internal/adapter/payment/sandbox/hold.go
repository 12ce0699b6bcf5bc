package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/hold"
	"godwit.dev/godwit/internal/flow/pay"
)

// How long a sum is held.
const (
	HoldLife      = 7 * 24 * time.Hour
	ShortHoldLife = 2 * 24 * time.Hour
)

// held is what the sandbox knows of a hold.
type held struct {
	Ask   pay.HoldAsk  `json:"ask"`
	Stage hold.Outcome `json:"stage"`
	At    time.Time    `json:"at"` // when it was held
	Key   string       `json:"key,omitempty"`
	Taken money.Amount `json:"taken,omitzero"`
	Heard int          `json:"heard,omitzero"` // how often it was asked to take
}

var (
	_ pay.Holder    = (*Provider)(nil)
	_ pay.Rehearsal = (*Provider)(nil)
)

// OpenHold implements pay.Holder. The customer answers on our page.
func (p *Provider) OpenHold(ctx context.Context, x pay.HoldAsk) (pay.HoldPage, error) {
	page := pay.HoldPage{Reference: "sandbox_" + x.Key}
	return page, p.hold(ctx, x.Key, func(h *held) error {
		if h.Stage == "" {
			*h = held{Ask: x, Stage: hold.Open}
		}
		if h.Ask.Sum != x.Sum {
			return errs.New(errs.Invalid, "error.vendor_refused", "status", "key_reused")
		}
		return nil
	})
}

// AnswerHold implements pay.Rehearsal.
func (p *Provider) AnswerHold(ctx context.Context, r pay.HoldRef, agrees bool) error {
	return p.known(ctx, r, func(h *held) error {
		if h.Stage != hold.Open {
			return nil
		}
		if h.Stage = hold.Refused; agrees && h.Ask.Sum.Minor%100 != Fails {
			h.Stage, h.At = hold.IsHeld, p.now().UTC()
		}
		return nil
	})
}

// LookHold implements pay.Holder.
func (p *Provider) LookHold(ctx context.Context, r pay.HoldRef) (answer pay.HoldAnswer, err error) {
	err = p.known(ctx, r, func(h *held) error {
		answer = p.holds(h)
		return nil
	})
	return answer, err
}

// TakeHold implements pay.Holder.
func (p *Provider) TakeHold(ctx context.Context, r pay.HoldRef, key string, sum money.Amount) (answer pay.HoldAnswer, err error) {
	silent := false
	err = p.known(ctx, r, func(h *held) error {
		answer = p.holds(h)
		magic := h.Ask.Sum.Minor % 100
		h.Heard++
		switch {
		case h.Stage == hold.WasTaken:
			return nil
		case h.Stage != hold.IsHeld || sum.Currency != h.Ask.Sum.Currency || sum.Minor < 1 || sum.Minor > h.Ask.Sum.Minor:
			answer = pay.HoldAnswer{Outcome: hold.Refused, Code: "not_held"}
			return nil
		case answer.Outcome == hold.Gone && magic == LapsesUnpaid:
			answer = pay.HoldAnswer{Outcome: hold.Refused, Code: "insufficient_funds"}
			return nil
		case magic == HangsUnheard && h.Heard == 1:
			silent = true
			return nil
		}
		h.Stage, h.Key, h.Taken, silent = hold.WasTaken, key, sum, magic == HangsPaid
		answer = p.holds(h)
		return nil
	})
	if err == nil && silent {
		return pay.HoldAnswer{}, errSilent
	}
	return answer, err
}

// EndHold implements pay.Holder.
func (p *Provider) EndHold(ctx context.Context, r pay.HoldRef) (answer pay.HoldAnswer, err error) {
	err = p.known(ctx, r, func(h *held) error {
		if h.Stage != hold.WasTaken {
			h.Stage = hold.LetGo
		}
		answer = p.holds(h)
		return nil
	})
	return answer, err
}

// holds says how far a hold is by the clock.
func (p *Provider) holds(h *held) pay.HoldAnswer {
	a := pay.HoldAnswer{Outcome: h.Stage}
	switch h.Stage {
	case hold.IsHeld:
		life := HoldLife
		if m := h.Ask.Sum.Minor % 100; m == LapsesEarly || m == LapsesUnpaid {
			life = ShortHoldLife
		}
		if a.EndsAt = h.At.Add(life); !p.now().Before(a.EndsAt) {
			a.Outcome = hold.Gone
		}
	case hold.WasTaken:
		a.Payment, a.Taken = "sandbox_"+h.Key, h.Taken
	case hold.Refused:
		a.Code = "declined"
	}
	return a
}

// hold lets fn see, and change, what is known of a hold. Its keys are apart from those of refunds.
func (p *Provider) hold(ctx context.Context, key string, fn func(*held) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return p.memory.ChangeSandbox(ctx, p.workspace, p.account, "hold/"+key, func(was []byte) ([]byte, error) {
		var h held
		if len(was) > 0 {
			if err := json.Unmarshal(was, &h); err != nil {
				return nil, fmt.Errorf("what the sandbox kept: %w", err)
			}
		}
		if err := fn(&h); err != nil {
			return nil, err
		}
		return json.Marshal(h)
	})
}

// known is hold for one that was opened.
func (p *Provider) known(ctx context.Context, r pay.HoldRef, fn func(*held) error) error {
	return p.hold(ctx, r.Key, func(h *held) error {
		if h.Stage == "" || r.Page != "sandbox_"+r.Key {
			return errs.New(errs.NotFound, "")
		}
		return fn(h)
	})
}

// Charged adds up what the sandbox took of holds: for tests.
func (p *Provider) Charged() (n int64) {
	m, ok := p.memory.(*forgetful)
	if !ok {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, kept := range m.asked {
		var h held
		if json.Unmarshal(kept, &h) == nil {
			n += h.Taken.Minor
		}
	}
	return n
}
