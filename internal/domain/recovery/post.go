package recovery

import (
	"fmt"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/platform/auth"
)

// PaymentID identifies a payment.
type PaymentID int64

// Payment is money that a party paid.
type Payment struct {
	ID        PaymentID
	Workspace auth.WorkspaceID
	Claim     ID
	Reference string       // of the bank or the party; once in a claim
	Paid      money.Amount // as it came
	Counts    int64        // for so much of the claim, in its currency
	At        time.Time    // when it came
	By        auth.Actor
	BookedAt  time.Time
}

// SourceKind is the kind of source of this package's entries in the ledger.
const SourceKind = "recovery"

// accounts returns the receivable from a party and the income that it is, both kept apart by party.
func (c Claim) accounts() (receivable, income ledger.Account) {
	switch c.Against {
	case Insurer:
		receivable, income = ledger.InsurerReceivable, ledger.InsurerRecovery
	case Supplier:
		receivable, income = ledger.SupplierDue, ledger.SupplierRecovery
	case Marketplace:
		receivable, income = ledger.MarketplaceReceivable, ledger.MarketplaceRecovery
	default:
		receivable, income = ledger.CarrierReceivable, ledger.CarrierRecovery
	}
	return receivable.Of(c.Party), income.Of(c.Party)
}

// Postings returns what a change of a claim books: what was granted more, or less, and a payment, if there was one. It is a
// pure function of both claims, and its keys name the steps.
func Postings(before, after Claim, p *Payment, at time.Time) []ledger.Entry {
	var out []ledger.Entry
	add := func(step string, x ledger.Entry) {
		x.Key, x.Source, x.At = fmt.Sprintf("recovery/%d/%s", after.ID, step), ledger.Source{Kind: SourceKind, ID: int64(after.ID)}, at
		out = append(out, x)
	}
	receivable, income := after.accounts()
	if d := after.Granted - before.Granted; d != 0 {
		add(fmt.Sprintf("granted/%d", after.Grants), ledger.Grant(receivable, income, after.Amount(d)))
	}
	if p != nil {
		add(fmt.Sprintf("paid/%d", p.ID), ledger.Recover(receivable, after.Amount(p.Counts), p.Paid))
	}
	return out
}
