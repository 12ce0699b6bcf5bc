package refund

import (
	"fmt"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
)

// SourceKind is the kind of source of this package's entries in the ledger.
const SourceKind = "refund"

// Postings returns what an event books, given the refund before it. It is a pure function of both, and its keys name the
// step, so that the same event books the same once.
func Postings(before Refund, e Event) ([]ledger.Entry, error) {
	var out []ledger.Entry
	add := func(step string, x ledger.Entry) {
		x.Key, x.Source, x.At = fmt.Sprintf("refund/%d/%s", e.Refund, step), ledger.Source{Kind: SourceKind, ID: int64(e.Refund)}, e.At
		out = append(out, x)
	}
	a, one := before.allocation(e.Allocation)
	var sum money.Amount
	var way ledger.Account
	step := func(name string) string { return fmt.Sprintf("%d/%d/%s", e.Allocation, e.Attempt, name) }
	if one {
		went := a.tried(e.Attempt)
		sum, way = money.Amount{Minor: a.Amount, Currency: before.Currency}, ledger.Way(string(went.To), went.Provider)
	}
	switch {
	case e.Kind == WasApproved:
		x, err := ledger.Owed(before.Components, before.Currency)
		if err != nil {
			return nil, err
		}
		add("approved", x)
	case e.Kind == WasCancelled && before.State() != Requested:
		x, err := ledger.NotOwed(before.Components, before.Currency)
		if err != nil {
			return nil, err
		}
		add("cancelled", x)
	case !one:
	case e.Kind == WasSubmitted:
		add(step("submitted"), ledger.Submit(sum))
	case e.Kind == HasSucceeded:
		if a.State == Failed || a.Withdrawn() { // it was owed again, and has been paid after all
			add(step("resumed"), ledger.Submit(sum))
		}
		add(step("succeeded"), ledger.Succeed(way, sum, e.Moved))
	case e.Kind == HasFailed:
		add(step("failed"), ledger.Fail(sum))
	case e.Kind == WasWithdrawn:
		add(step("withdrawn"), ledger.Fail(sum))
	case e.Kind == WasReversed:
		add(step("reversed"), ledger.Bounce(way, sum, e.Moved))
	case e.Kind == WasPaidTwice:
		if e.To != nil { // by somebody else
			sum.Minor, way = e.Sum, ledger.Clearing.Of(e.To.Provider)
		}
		add(twice(e.Allocation, len(a.Twice)+1, "paid"), ledger.PayTwice(way, sum))
	case settles[e.Kind] != "":
		add, a := add, a.Twice[e.Twice-1]
		if a.Payer != "" {
			way = ledger.Clearing.Of(a.Payer)
		}
		asked, step := a.State == TwiceAsked, func(name string) string { return twice(e.Allocation, a.Number, name) }
		switch sum.Minor = a.Out(); e.Kind {
		case WasAskedBack:
			add(step("asked"), ledger.AskBack(sum))
		case CameBack:
			if sum.Minor = e.Sum; e.To != nil {
				way = ledger.Bank
			}
			add(step(fmt.Sprintf("back/%d", len(a.Receipts)+1)), ledger.ComeBack(way, sum, asked))
		case WasWrittenOff:
			if asked { // else it is a loss already
				add(step("written_off"), ledger.GiveUp(sum))
			}
		case WasNotTwice:
			add(step("not_twice"), ledger.NotTwice(way, sum, asked))
		}
	case e.Kind == PaidElsewhere:
		add(fmt.Sprintf("%d/elsewhere", e.Allocation), ledger.Settle(e.To.Provider, sum))
	}
	return out, nil
}

// twice names a step of what was paid twice.
func twice(allocation, number int, step string) string {
	return fmt.Sprintf("%d/twice/%d/%s", allocation, number, step)
}
