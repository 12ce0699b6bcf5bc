package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies an entry.
type ID int64

// Kind is what happened to money.
type Kind string

// The kinds of entries.
const (
	Paid            Kind = "payment"          // a customer's payment was seen
	Approved        Kind = "refund_approved"  // the customer is owed
	Withdrawn       Kind = "refund_withdrawn" // is not owed after all
	Submitted       Kind = "refund_submitted"
	Succeeded       Kind = "refund_succeeded"
	Failed          Kind = "refund_failed"
	Bounced         Kind = "refund_reversed" // the bank sent it back
	PaidElsewhere   Kind = "refund_elsewhere"
	PaidTwice       Kind = "refund_paid_twice"
	AskedBack       Kind = "refund_asked_back"
	GotBack         Kind = "refund_recovered"
	GivenUp         Kind = "refund_given_up"
	WasNotTwice     Kind = "refund_not_twice"
	CreditSpent     Kind = "credit_spent"
	CreditExpired   Kind = "credit_expired"
	CreditAdjusted  Kind = "credit_adjusted"
	FeeCharged      Kind = "provider_fee"
	HoldTaken       Kind = "hold_taken"    // a customer kept goods that were exchanged
	HoldReturned    Kind = "hold_returned" // that sum was paid back
	Granted         Kind = "recovery_granted"
	Recovered       Kind = "recovery_paid"
	WrittenOff      Kind = "written_off"
	Reversal        Kind = "reversal"
	ExchangeSettled Kind = "exchange_settled"
)

// Source is the record that an entry is about.
type Source struct {
	Kind string // refund, order, trace, ...
	ID   int64
}

// Line moves a sum into an account (debit, plus) or out of it (credit, minus), in minor units.
type Line struct {
	Account  Account
	Amount   int64
	Currency string // ISO 4217
}

// Entry is one thing that happened to money. It is never changed.
type Entry struct {
	ID        ID
	Workspace auth.WorkspaceID
	Key       string // names what is booked, once in a workspace
	Kind      Kind
	Source    Source
	Reverses  ID // the entry that this one takes back, or 0
	At        time.Time
	BookedAt  time.Time
	Lines     []Line
}

const maxKey = 200

// Check fails with errs.Invalid unless the entry may be booked: it has a key and a kind, its accounts are in the chart,
// no line is zero, and the lines of each currency add up to zero.
func (e Entry) Check() error {
	if e.Key == "" || len(e.Key) > maxKey || e.Kind == "" {
		return wrong(fmt.Errorf("an entry needs a key of at most %d bytes and a kind", maxKey))
	}
	if len(e.Lines) < 2 {
		return wrong(fmt.Errorf("entry %s has %d lines", e.Key, len(e.Lines)))
	}
	sums := map[string]money.Amount{}
	for _, l := range e.Lines {
		if _, ok := l.Account.Entry(); !ok {
			return wrong(fmt.Errorf("entry %s: no account %q", e.Key, l.Account))
		}
		a, err := money.New(l.Amount, l.Currency)
		if err != nil {
			return err
		}
		if a.IsZero() {
			return wrong(fmt.Errorf("entry %s moves nothing in %s", e.Key, l.Account))
		}
		sum := sums[l.Currency]
		sum.Currency = l.Currency
		if sums[l.Currency], err = sum.Add(a); err != nil {
			return err
		}
	}
	for currency, sum := range sums {
		if !sum.IsZero() {
			return wrong(fmt.Errorf("entry %s is out of balance by %s %s", e.Key, sum, currency))
		}
	}
	return nil
}

func wrong(cause error) error { return errs.Wrap(errs.Invalid, cause, "error.ledger_entry") }

// Same reports whether two entries book the same: what differs between two tellings of one thing (identifier and the
// time of booking) does not count.
func (e Entry) Same(o Entry) bool {
	return e.Workspace == o.Workspace && e.Key == o.Key && e.Kind == o.Kind && e.Source == o.Source && e.Reverses == o.Reverses && slices.Equal(e.Lines, o.Lines)
}

// Reverse returns the entry that takes another back: the same lines with the opposite signs, under a key of its own, so
// that an entry is taken back once at most. A reversal is not taken back; what was right is booked again.
func Reverse(e Entry, at time.Time) (Entry, error) {
	if e.Kind == Reversal || e.ID == 0 {
		return Entry{}, errs.New(errs.Conflict, "error.ledger_reversal")
	}
	r := Entry{Workspace: e.Workspace, Key: fmt.Sprintf("reverse/%d", e.ID), Kind: Reversal, Source: e.Source, Reverses: e.ID, At: at}
	for _, l := range e.Lines {
		opposite, err := money.Amount{Minor: l.Amount, Currency: l.Currency}.Neg()
		if err != nil {
			return Entry{}, err
		}
		r.Lines = append(r.Lines, Line{l.Account, opposite.Minor, l.Currency})
	}
	return r, nil
}

// Balance is what an account holds in a currency. Debit and Credit are what went in and out since the beginning, neither
// is negative.
type Balance struct {
	Account       Account
	Currency      string
	Debit, Credit int64
	Lines         int64
}

// Net returns what is in the account: more debit than credit is plus.
func (b Balance) Net() int64 { return b.Debit - b.Credit }

// Balances adds up entries, by account and currency.
func Balances(entries ...Entry) []Balance {
	type place struct {
		account  Account
		currency string
	}
	sums := map[place]Balance{}
	for _, e := range entries {
		for _, l := range e.Lines {
			at := place{l.Account, l.Currency}
			b := sums[at]
			b.Account, b.Currency, b.Lines = l.Account, l.Currency, b.Lines+1
			if l.Amount > 0 {
				b.Debit += l.Amount
			} else {
				b.Credit -= l.Amount
			}
			sums[at] = b
		}
	}
	out := make([]Balance, 0, len(sums))
	for _, b := range sums {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Balance) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
