package ui

import "godwit.dev/godwit/internal/domain/refund"

// Payee is the bank account that a refund goes to, as its customer sees it.
type Payee struct {
	Open  bool   // something still waits to be sent there, so that another account can be given
	Mask  string // of the account that is known, "" for none
	Name  string // as it was typed, if something was wrong
	Wrong string
}

// ToBank reports whether money of the case goes to a bank account, and whether some of it has still to leave.
func (v Case) ToBank() (waits, goes bool) {
	for _, f := range v.Refunds {
		for _, a := range f.Allocations {
			if a.To != refund.ToBank || a.State == refund.Cancelled {
				continue
			}
			goes = true
			waits = waits || a.State == refund.Requested || a.AwaitsTransfer()
		}
	}
	return waits, goes
}
