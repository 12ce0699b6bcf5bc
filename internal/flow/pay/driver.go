package pay

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/platform/connector"
)

// Capabilities are what a provider can do. Package paytest holds its driver to them; docs/payments.md shows them.
type Capabilities struct {
	Asked bool          // it can be asked what became of a refund by the name that it gave it; one that cannot has to call
	Keeps time.Duration // how long it knows the key of a refund; later nothing is asked for under it. 0 is as long as the refund
	Holds bool          // its accounts are Holders: they hold a sum on a card
}

// Driver is one provider of payments. It is data plus Open.
type Driver struct {
	Name    string // stripe; what payments and allocations call it, for ever
	Title   string // Stripe
	Docs    string // address of the vendor's reference, with the version that this driver speaks
	Options []connector.Option
	Rate    connector.Rate
	// Scheme is the name of the hook scheme that proves its webhooks, or "" if it is asked only.
	Scheme     string
	HookSecret string        // the option whose value it signs with, or "" if it takes a secret from us alone
	Source     intake.Source // how its webhooks are decoded
	Can        Capabilities
	// Open checks settings and touches no network. It is nil of a bank.
	Open func(connector.Settings) (Provider, error)
	// Bank opens the merchant's own bank account, where files that people carry take the place of calls; else it is nil.
	Bank func(connector.Settings) (Bank, error)
	// Statement reads what such a bank tells, or is nil.
	Statement Reader
}

// Provider is an account with a provider. Its methods may be called by several goroutines.
type Provider interface {
	// About says who we are there: the connection test. It moves nothing.
	About(context.Context) (About, error)
	// Refund asks to pay, once per key: a repeat returns what became of the first. An error says that no answer came, or
	// none that was understood, and that the outcome is not known; a refusal is an answer.
	Refund(context.Context, Ask) (Answer, error)
	// Lookup returns what became of an ask. errs.NotFound says that the provider has never heard of its key, or that to
	// ask once more under the same key is safe and its way to tell; any other error that it could not be asked.
	Lookup(context.Context, Ask) (Answer, error)
}

// Ask is one attempt of an allocation, as a provider is asked for it.
type Ask struct {
	Key       string // under which the provider pays once, however often it is asked
	Payment   string // the provider's own name of the payment that the money goes back to, "" for other destinations
	Reference string // the provider's own name of the refund, where it has answered before
	Amount    money.Amount
	At        time.Time // when the provider was first asked
}

// Answer is what a provider said.
type Answer struct {
	Outcome   refund.Outcome // anything but unknown
	Reference string         // the provider's own name of the refund
	Code      string         // why it failed, waits or was reversed, in the provider's words
	Moved     money.Amount   // what left the provider's balance, or came back, if in another sum or currency
}

// About is who we are at a provider.
type About struct {
	Name string // of the account, or ""
	Test bool   // no real money moves
}

// Connect opens an account of a driver with the client that it is to use. It touches no network.
func (d Driver) Connect(c Account, base *http.Client, now func() time.Time) (Provider, error) {
	values, err := connector.Check(d.Options, c.Values)
	if err != nil {
		return nil, err
	}
	if d.Open == nil {
		return nil, errs.New(errs.Unsupported, "error.invalid")
	}
	p, err := d.Open(connector.Settings{Workspace: c.Workspace, Connection: int64(c.ID), Values: values, Client: connector.Client(base, connector.Policy{Rate: d.Rate}), Now: now})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	return p, nil
}
