package refund

import (
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

// Payment is one of the means by which an order was paid.
type Payment struct {
	ID        string // the provider's own identifier
	Provider  string // who took it
	Method    string // of methods.csv
	Left      int64  // paid and not refunded yet, in minor units of the order's currency
	PaidAt    time.Time
	NotBefore time.Time // it is captured, or may be refunded, from then on
	Until     time.Time // the provider takes it back until then; zero leaves it to the method
	Closed    bool      // it takes nothing back
	Disputed  bool
}

// Destination is where an allocation goes.
type Destination string

// The destinations.
const (
	ToPayment     Destination = "payment" // back to where it came from
	ToBank        Destination = "bank"
	ToCredit      Destination = "store_credit"
	ToGiftCard    Destination = "gift_card"
	ToPoints      Destination = "points"
	ToMarketplace Destination = "marketplace" // who sold pays, out of what it holds
)

// Wish is what decides on the destination beside the payments.
type Wish struct {
	Credit bool // the customer wants store credit for all of it
	// Fallback is where goes what no payment takes back; "" is a bank account. What the law gives goes to an account
	// unless the customer agreed to credit (2011/83/EU art. 13).
	Fallback Destination
	Agreed   bool  // the customer agreed to the fallback
	Beyond   int64 // the part of the sum beyond what was paid: bonus and goodwill
}

// Target is where an allocation goes, and why not to the payment.
type Target struct {
	To        Destination `json:"to"`
	Provider  string      `json:"provider,omitempty"`
	Payment   string      `json:"payment,omitempty"`
	Method    string      `json:"method,omitempty"`
	Why       string      `json:"why,omitempty"` // of a fallback: method_never, method_account, window_over, closed, no_parts, beyond_paid
	NotBefore time.Time   `json:"not_before,omitzero"`
}

// Planned is a part of a sum and where it goes.
type Planned struct {
	Target
	Amount int64
}

// Plan divides a sum, in minor units, over the means by which an order was paid, in their order, each up to what is left
// of it; what none of them takes back goes to the fallback. The parts add up to the sum. It fails with errs.Conflict if a
// payment is disputed, because the bank may be giving the same money back, and with errs.Invalid if the sum is not above
// zero or more than what is left, what goes beyond apart.
func Plan(sum int64, payments []Payment, w Wish, now time.Time) ([]Planned, error) {
	if sum <= 0 || w.Beyond < 0 {
		return nil, errs.Field("amount", "error.refund_sum")
	}
	paid := int64(0)
	for _, p := range payments {
		if p.Disputed {
			return nil, errs.New(errs.Conflict, "error.refund_dispute")
		}
		paid += max(p.Left, 0)
	}
	if sum-w.Beyond > paid {
		return nil, errs.Field("amount", "error.refund_above")
	}
	if w.Credit {
		return []Planned{{Target{To: ToCredit, Method: string(ToCredit)}, sum}}, nil
	}
	rest, why := sum, "beyond_paid"
	var out []Planned
	for _, p := range payments {
		part := min(rest, p.Left)
		if part <= 0 {
			continue
		}
		if reason := p.refuses(part, now); reason != "" {
			why = reason
			continue
		}
		rest -= part
		out = append(out, Planned{p.target(), part})
	}
	if rest > 0 {
		to := ToBank
		if w.Fallback == ToCredit && w.Agreed {
			to = ToCredit
		}
		out = append(out, Planned{Target{To: to, Method: string(to), Why: why}, rest})
	}
	return out, nil
}

func (p Payment) target() Target {
	t := Target{To: ToPayment, Provider: p.Provider, Payment: p.ID, Method: p.Method, NotBefore: p.NotBefore}
	if d := Destination(p.Method); d == ToCredit || d == ToGiftCard || d == ToPoints || d == ToMarketplace {
		t.To = d
	}
	return t
}

// refuses says why a payment cannot take a sum back, or "".
func (p Payment) refuses(part int64, now time.Time) string {
	m, _ := MethodOf(p.Method)
	switch {
	case p.Closed:
		return "closed"
	case m.Way == NotBack:
		return "method_never"
	case m.Way == ToAccount:
		return "method_account"
	case !p.Until.IsZero() && now.After(p.Until),
		p.Until.IsZero() && m.Latest > 0 && !p.PaidAt.IsZero() && now.After(p.PaidAt.AddDate(0, 0, m.Latest)):
		return "window_over"
	case m.Partial == "no" && part < p.Left:
		return "no_parts"
	}
	return ""
}
