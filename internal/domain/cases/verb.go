package cases

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Submit hands a draft in. Every verb from here on needs WriteCases and the case's orders in sight, returns errs.Conflict
// for what the case in its state cannot do, and writes nothing then. Submit, Withdraw, Choose, Appeal, Answer and GiveUp are
// the customer's too, for a case of their own. A draft that is handed in with evidence, in the words of package decision,
// asks for it by itself and waits.
func (s *Service) Submit(ctx context.Context, actor auth.Actor, c ID, evidence []string) (Case, error) {
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Submit(actor, evidence, now) })
}

// Withdraw hands a draft in as a withdrawal by law: submitted, approved and acknowledged in one transaction.
// Lines that the right does not reach are declined by the codes given.
func (s *Service) Withdraw(ctx context.Context, actor auth.Actor, c ID, d Decision, deadline time.Time, codes map[int]string) (Case, error) {
	if s.Acknowledge == nil {
		return Case{}, errs.New(errs.Unsupported, "error.case_acknowledge") // without its confirmation it would not be one
	}
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Withdraw(actor, d, deadline, codes, now) })
}

// AskInfo asks the customer for something, named by a code; the case waits for it.
func (s *Service) AskInfo(ctx context.Context, actor auth.Actor, c ID, code string) (Case, error) {
	return s.Go(ctx, actor, c, NeedsInfo, code)
}

// Ask asks the customer for evidence, in the words of package decision, with a note; the case waits for it.
func (s *Service) Ask(ctx context.Context, actor auth.Actor, c ID, evidence []string, note string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Ask(actor, evidence, note, now) })
}

// Approve authorises units by line, declines lines without any by codes, and freezes the decision with the policy's
// version.
func (s *Service) Approve(ctx context.Context, actor auth.Actor, c ID, d Decision, deadline time.Time, units map[int]int64, codes map[int]string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Approve(actor, d, deadline, units, codes, now) })
}

// Decline refuses every line by a code that the customer reads.
func (s *Service) Decline(ctx context.Context, actor auth.Actor, c ID, d Decision, codes map[int]string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Decline(actor, d, codes, now) })
}

// Appeal takes a declined case up again, to be decided anew.
func (s *Service) Appeal(ctx context.Context, actor auth.Actor, c ID, why string) (Case, error) {
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Appeal(actor, why, now) })
}

// Go moves a case to a phase.
func (s *Service) Go(ctx context.Context, actor auth.Actor, c ID, to Phase, code string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Go(actor, to, code, now) })
}

// Count adds to a counter of a line; goods that are first seen move the case on.
func (s *Service) Count(ctx context.Context, actor auth.Actor, c ID, line int, what Counter, add int64) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Count(actor, line, what, add, now) })
}

// Dispose says what becomes of received units, and may say it again otherwise.
func (s *Service) Dispose(ctx context.Context, actor auth.Actor, c ID, p Placed) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Dispose(actor, p, now) })
}

// Offer freezes a decision and offers resolutions, which get numbers of their own, in place of what was offered before and
// not taken. A decision without a policy leaves the one that is frozen.
func (s *Service) Offer(ctx context.Context, actor auth.Actor, c ID, d Decision, deadline time.Time, list []Resolution) (Case, error) {
	for i := range list {
		list[i].Number = s.IDs.Next()
	}
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		for _, r := range list {
			if err := s.bounded(ctx, actor, c, r); err != nil {
				return nil, err
			}
		}
		return c.Offer(actor, d, deadline, list, now)
	})
}

// Choose marks a resolution as the one that the customer takes; Accept lets it go on. One that is taken already stays so.
func (s *Service) Choose(ctx context.Context, actor auth.Actor, c ID, resolution int64) (Case, error) {
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		if r := c.find(resolution); r != nil && r.Stand.Alive() {
			return nil, nil
		}
		return c.Choose(actor, resolution, now)
	})
}

// Lapse ends offers whose time is over.
func (s *Service) Lapse(ctx context.Context, actor auth.Actor, c ID) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Lapse(actor, now) })
}

// Nudge writes down that the customer is written to about goods that do not come, and ends the resolution where n says so;
// see Case.Late. With NoNudge the goods are said to be on their way.
func (s *Service) Nudge(ctx context.Context, actor auth.Actor, c ID, resolution int64, n Nudge) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		if n == NoNudge {
			return c.Trust(actor, resolution, now)
		}
		return c.Nudge(actor, resolution, n, now)
	})
}

// Urge reminds the customer of evidence that does not come, or gives the case back to people; see Case.Urge.
func (s *Service) Urge(ctx context.Context, actor auth.Actor, c ID) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Urge(actor, now) })
}

// Answer takes that the customer gave what was asked for, in words of their own: a case that needs info goes on.
func (s *Service) Answer(ctx context.Context, actor auth.Actor, c ID, evidence []string, words string) (Case, error) {
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Answer(actor, evidence, words, now) })
}

// GiveUp closes a case because the customer does not want it any more.
func (s *Service) GiveUp(ctx context.Context, actor auth.Actor, c ID) (Case, error) {
	return s.turn(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Close(actor, WasWithdrawn, 0, now) })
}

// Propose adds resolutions, which get numbers of their own. Money beyond what was paid for their units is goodwill by
// name and needs ApproveRefunds.
func (s *Service) Propose(ctx context.Context, actor auth.Actor, c ID, list []Resolution) (Case, error) {
	for i := range list {
		if list[i].Money.Components.Goodwill > 0 {
			if err := actor.Can(auth.ApproveRefunds); err != nil {
				return Case{}, err
			}
		}
		list[i].Number = s.IDs.Next()
	}
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) {
		for _, r := range list {
			if err := s.bounded(ctx, actor, c, r); err != nil {
				return nil, err
			}
		}
		return c.Propose(actor, list, now)
	})
}

// bounded fails with errs.Invalid if a resolution pays more for its units than was paid for them, with their shares of
// promotions, tax, duty and postage.
func (s *Service) bounded(ctx context.Context, actor auth.Actor, c Case, r Resolution) error {
	m := r.Money.Components
	if !r.Means.Pays() {
		return nil
	}
	var orders []order.ID
	for _, g := range r.Units {
		l, ok := c.line(g.Line)
		if !ok || l.OrderRow == 0 {
			return errs.Field("units", "error.case_quantity")
		}
		o, err := s.Orders.Get(ctx, actor, l.Order)
		if err != nil {
			return err
		}
		if o.Currency != r.Money.Currency {
			return errs.Field("currency", "error.currencies", "a", o.Currency, "b", r.Money.Currency)
		}
		place := max(0, slices.IndexFunc(o.Lines, func(x order.Line) bool { return x.ID == l.OrderRow }))
		units, err := refund.SoldOf(o).Units()
		if err != nil {
			return fmt.Errorf("units of order %d: %w", o.ID, err)
		}
		first := l.From + g.From - 1
		for _, u := range units {
			if !r.Means.Beside() && u.Line == place && u.Number >= first && u.Number < first+g.Quantity {
				m.Goods, m.Tax, m.Duty = m.Goods-u.Paid.Goods, m.Tax-u.Paid.Tax, m.Duty-u.Paid.Duty
			}
		}
		if !slices.Contains(orders, o.ID) { // as a whole: the law gives it back by the order and not by the unit
			m.ShippingOut, orders = m.ShippingOut-o.Shipping, append(orders, o.ID)
		}
	}
	if m.Goods > 0 || m.Tax > 0 || m.Duty > 0 || m.ShippingOut > 0 {
		return errs.Field("amount", "error.refund_above")
	}
	return nil
}

// Accept takes a resolution for its units; other offers for them lapse. If its trigger was met it is carried out at once.
// A unit that has a money-bearing resolution already, in whichever case, makes it errs.Conflict. A person who accepts it has
// decided on it; why is their reason, or "".
func (s *Service) Accept(ctx context.Context, actor auth.Actor, c ID, resolution int64, why string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Accept(actor, resolution, why, now) })
}

// Step moves a resolution on: offered, refused, done, failed, reversed ...
func (s *Service) Step(ctx context.Context, actor auth.Actor, c ID, resolution int64, to Stand, code string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Step(actor, resolution, to, code, now) })
}

// Meet tells that something happened which triggers wait for, and carries out what is due by it.
func (s *Service) Meet(ctx context.Context, actor auth.Actor, c ID, t Trigger) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Meet(actor, t, now) })
}

// Close ends a case.
func (s *Service) Close(ctx context.Context, actor auth.Actor, c ID, reason CloseReason, into ID) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Close(actor, reason, into, now) })
}

// Reopen takes a closed case up again, with a reason.
func (s *Service) Reopen(ctx context.Context, actor auth.Actor, c ID, why string) (Case, error) {
	return s.change(ctx, actor, c, func(c Case, now time.Time) ([]Event, error) { return c.Reopen(actor, why, now) })
}

// sweepBatch is how many cases one look takes.
const sweepBatch = 200

// Sweep carries out what has come to the law's last day, whatever it waits for. A repeat finds nothing left.
func (s *Service) Sweep(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.DueCases(ctx, w, s.clock(), sweepBatch)
	if err != nil || s.Carry == nil {
		return err
	}
	return job.Each(ctx, job.Work{Setbacks: s.Store, Name: "case_due", Workspace: w, Now: s.clock(), Log: s.Log}, list, func(ctx context.Context, c ID) error {
		_, err := s.change(ctx, auth.ForSystem(w), c, func(Case, time.Time) ([]Event, error) { return nil, nil })
		return err
	})
}

// Get returns a case that the actor may see. It needs ReadCases.
func (s *Service) Get(ctx context.Context, actor auth.Actor, number ID) (Case, error) {
	if err := actor.Can(auth.ReadCases); err != nil && actor.Kind != auth.Customer {
		return Case{}, err
	}
	c, err := s.Store.Case(ctx, actor.Workspace, number)
	if err == nil {
		err = c.allow(actor, auth.ReadCases)
	}
	if err != nil {
		return Case{}, err
	}
	return c, nil
}

// History returns what happened to a case, in order. It needs ReadCases.
func (s *Service) History(ctx context.Context, actor auth.Actor, number ID) ([]Event, error) {
	if _, err := s.Get(ctx, actor, number); err != nil {
		return nil, err
	}
	return s.Store.CaseEvents(ctx, actor.Workspace, number)
}

// List returns the cases under a filter that the actor may see, the newest first, before a case (0: from the newest), at
// most MaxPage. It needs ReadCases.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, before ID, limit int) ([]Case, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.Cases(ctx, actor.Scope(), f, before, limit)
}

// Waiting counts the cases that the actor may see by the party that they wait for. A count above MaxCount says that there
// are more than that. It needs ReadCases.
func (s *Service) Waiting(ctx context.Context, actor auth.Actor) (map[Party]int64, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	out := map[Party]int64{}
	for _, p := range Parties() {
		n, err := s.Store.CountCases(ctx, actor.Scope(), p, MaxCount+1)
		if err != nil {
			return nil, err
		}
		out[p] = n
	}
	return out, nil
}
