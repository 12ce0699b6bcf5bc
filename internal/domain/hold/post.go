package hold

import (
	"time"

	"godwit.dev/godwit/internal/domain/ledger"
)

// SourceKind is the kind of source of this package's entries in the ledger.
const SourceKind = "hold"

// Postings returns what it books that a hold came to its state: what was taken is income for goods that the customer kept,
// and what was paid back is not. A hold itself moves no money, and is not booked.
func Postings(h Hold, now time.Time) []ledger.Entry {
	var x ledger.Entry
	switch {
	case h.State == Taken && h.Take > 0:
		x = ledger.Keep(h.Provider, h.ToTake())
		x.Key = h.TakeKey()
	case h.State == Returned && h.Take > 0:
		x = ledger.GiveBack(h.Provider, h.ToTake())
		x.Key = h.ReturnKey()
	default:
		return nil
	}
	x.Source, x.At = ledger.Source{Kind: SourceKind, ID: int64(h.ID)}, now
	return []ledger.Entry{x}
}
