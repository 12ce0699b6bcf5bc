package refund

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/ledger"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

// Follow takes what shops tell of orders: it books what paid them, once, and finds out what went back there. Money of
// exactly the sum of something that waits here was paid by the shop, and is never paid again; of something that was paid
// here it is the echo; all else somebody gave back without asking here, and is not left any more. It is called in the
// transaction that saves the orders, which holds them.
func (s *Service) Follow(ctx context.Context, actor auth.Actor, orders []order.Order) error {
	for _, o := range orders {
		if len(o.Payments) > 0 {
			if err := s.book(ctx, o); err != nil {
				return fmt.Errorf("book payments of order %s: %w", o.Number, err)
			}
		}
		if o.Refunded > 0 {
			if err := s.find(ctx, o); err != nil {
				return fmt.Errorf("refunds of order %s at its shop: %w", o.Number, err)
			}
		}
	}
	return nil
}

// book brings the books up to what paid an order: what was taken anew, or turned out to be another sum, is an entry.
func (s *Service) book(ctx context.Context, o order.Order) error {
	src := ledger.Source{Kind: OrderSource, ID: int64(o.ID)}
	known, err := s.Ledger.EntriesOf(ctx, auth.ForSystem(o.Workspace), src, 0, ledger.MaxPage)
	if err != nil {
		return err
	}
	entries := PaymentEntries(o, known)
	_, err = s.Ledger.Post(ctx, o.Workspace, entries...)
	return err
}

// PaymentEntries returns what is to be booked so that the books hold what paid an order, given what they hold of it.
func PaymentEntries(o order.Order, known []ledger.Entry) []ledger.Entry {
	type ways struct{ to, from ledger.Account }
	booked := map[ways]int64{}
	for _, e := range known {
		if len(e.Lines) == 2 && e.Lines[0].Currency == o.Currency {
			booked[ways{e.Lines[0].Account, e.Lines[1].Account}] += e.Lines[0].Amount
		}
	}
	wanted := map[ways]money.Amount{}
	entries := map[ways]ledger.Entry{}
	at := map[ways]time.Time{}
	for _, p := range o.Payments {
		if p.CapturedAt.IsZero() || p.Amount == 0 {
			continue
		}
		sum := money.Amount{Minor: p.Amount, Currency: o.Currency}
		e := ledger.Payment(MethodKey(p.Method), p.Provider, sum)
		if e.Kind == ledger.CreditSpent { // credit that a platform holds: what is spent of ours is booked where it is redeemed
			e = ledger.Payment("", p.Provider, sum)
			e.Lines[1].Account = ledger.Payments.Of(MethodKey(p.Method))
		}
		w := ways{e.Lines[0].Account, e.Lines[1].Account}
		sum.Minor += wanted[w].Minor
		wanted[w], entries[w], at[w] = sum, e, p.CapturedAt
	}
	var out []ledger.Entry
	add := func(w ways, kind ledger.Kind, sum int64, when time.Time) {
		if sum -= booked[w]; sum != 0 {
			out = append(out, ledger.Entry{Kind: kind, Source: ledger.Source{Kind: OrderSource, ID: int64(o.ID)}, At: when,
				Lines: []ledger.Line{{Account: w.to, Amount: sum, Currency: o.Currency}, {Account: w.from, Amount: -sum, Currency: o.Currency}}})
		}
	}
	for w, sum := range wanted {
		add(w, entries[w].Kind, sum.Minor, at[w])
	}
	for w := range booked {
		if _, still := wanted[w]; !still {
			add(w, ledger.Paid, 0, o.UpdatedAt)
		}
	}
	slices.SortFunc(out, func(a, b ledger.Entry) int { // one order for everybody, and for a repeat
		return cmp.Or(cmp.Compare(a.Lines[0].Account, b.Lines[0].Account), cmp.Compare(a.Lines[1].Account, b.Lines[1].Account))
	})
	for i := range out {
		out[i].Key = fmt.Sprintf("payment/%d/%d", o.ID, len(known)+i+1)
	}
	return out
}

// find explains what a shop says went back for an order beyond what was known.
func (s *Service) find(ctx context.Context, o order.Order) error {
	found, err := s.Store.RefundsFound(ctx, o.Workspace, o.ID)
	if err != nil {
		return err
	}
	total := int64(0)
	seen := map[[2]int64]bool{}
	for _, f := range found {
		total = max(total, f.Total)
		seen[[2]int64{int64(f.Refund), int64(f.Number)}] = true
	}
	news := o.Refunded - total
	if news <= 0 {
		return nil
	}
	list, err := s.Store.Refunds(ctx, auth.ForSystem(o.Workspace).Scope(), Filter{Order: o.ID}, 0, MaxPage)
	if err != nil {
		return err
	}
	slices.Reverse(list) // the oldest first
	matched := explain(news, list, func(r ID, n int) bool { return seen[[2]int64{int64(r), int64(n)}] })
	if r, a, ok := doubles(news, list); ok && (len(matched) == 0 || !matched[0].a.Owes() || matched[0].a.State.Moving()) {
		x := Overlap{Allocation: a.Number, Amount: news, Payer: payerOf(o), Reference: fmt.Sprintf("%s/%d", o.Number, o.Refunded), Told: o.Refunded}
		if _, err := s.FoundTwice(ctx, auth.ForSystem(o.Workspace), r, x); err != nil {
			return err
		}
		matched = nil
	}
	if len(matched) == 0 {
		return s.Store.NoteFound(ctx, o.Workspace, Found{Order: o.ID, Total: o.Refunded, Amount: news, At: s.clock()})
	}
	for _, m := range matched {
		total += m.a.Amount
		if m.a.Owes() && !m.a.State.Moving() {
			reference := fmt.Sprintf("%s/%d", o.Number, total)
			if _, err := s.Elsewhere(ctx, auth.ForSystem(o.Workspace), m.refund, m.a.Number, cmp.Or(m.a.Provider, "shop"), reference); err != nil {
				return err
			}
		}
		if err := s.Store.NoteFound(ctx, o.Workspace, Found{Order: o.ID, Total: total, Amount: m.a.Amount, Refund: m.refund, Number: m.a.Number, At: s.clock()}); err != nil {
			return err
		}
	}
	return nil
}

type match struct {
	refund ID
	a      Allocation
}

// explain returns the allocations that a sum which went back at the shop is: one of exactly that sum, what waits for the
// shop before what was paid already, or all of one refund; none if it is nothing that is known here.
func explain(sum int64, list []Refund, seen func(ID, int) bool) []match {
	waits := func(a Allocation) bool {
		return a.State == Approved || a.State == Scheduled || a.State == Failed || a.State == Reversed
	}
	for _, fits := range []func(Allocation) bool{
		func(a Allocation) bool { return waits(a) && a.To == ToMarketplace }, waits,
		func(a Allocation) bool { return a.State.Moving() || a.State == Succeeded },
	} {
		for _, r := range list {
			var all []match
			whole := int64(0)
			for _, a := range r.Allocations {
				if !fits(a) || seen(r.ID, a.Number) {
					continue
				}
				if a.Amount == sum {
					return []match{{r.ID, a}}
				}
				all, whole = append(all, match{r.ID, a}), whole+a.Amount
			}
			if whole == sum && len(all) > 0 {
				return all
			}
		}
	}
	return nil
}

// noteUnasked notes what went back at the shop before a refund was asked for, so that it is never taken for that.
func (s *Service) noteUnasked(ctx context.Context, w auth.WorkspaceID, o order.ID, now time.Time) error {
	found, err := s.Store.RefundsFound(ctx, w, o)
	if err != nil {
		return err
	}
	told, err := s.Store.RefundedAtShop(ctx, w, o)
	if err != nil {
		return err
	}
	known := int64(0)
	for _, f := range found {
		known = max(known, f.Total)
	}
	if told <= known {
		return nil
	}
	return s.Store.NoteFound(ctx, w, Found{Order: o, Total: told, Amount: told - known, At: now})
}
