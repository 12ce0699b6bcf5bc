package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
)

// Desk is where customers are written to, and where people find work. All of it joins the transaction in ctx.
type Desk interface {
	// Begin returns the ticket of a wish, and opens one with the customer's words where it has none. It is 0 where nobody
	// can be written to.
	Begin(ctx context.Context, a auth.Actor, o order.Order, w Wish) (ticket.ID, error)
	// Said puts words of the customer into the case's thread.
	Said(ctx context.Context, a auth.Actor, c cases.Case, words string) error
	// Write writes to the customer in the case's thread. A repeat with a key writes nothing. It fails with errs.Conflict
	// where nobody can be written to.
	Write(ctx context.Context, c cases.Case, key, body string) error
	// Task tells people what is to be done about a case.
	Task(ctx context.Context, c cases.Case, key, note string) error
	// Raise tells people of what happened to an order that has no case, on its ticket; one is opened where it has none. A
	// repeat with a key tells nothing.
	Raise(ctx context.Context, o order.Order, key, note string) error
}

// Follow is cases.Config.After: it takes a case on by what a step has led to, and writes to the customer.
func (s *Service) Follow(ctx context.Context, _ auth.Actor, c cases.Case, events []cases.Event) error {
	for _, e := range events {
		if e.Kind != cases.Stepped || e.Stand != cases.Waiting || s.Expect == nil {
			continue
		}
		if r, err := find(c, e.About); err == nil && r.Returns() && !here(c, r) {
			if err := s.Expect(ctx, c, r, r.Offer.Route); err != nil {
				return fmt.Errorf("expect goods: %w", err)
			}
		}
	}
	if err := s.budget(ctx, c); err != nil {
		return err
	}
	if err := s.letters(ctx, c, events); err != nil {
		return err
	}
	if s.Repairs != nil {
		if err := s.Repairs.FollowCase(ctx, c); err != nil {
			return err
		}
	}
	return s.advance(ctx, c)
}

// here reports whether all units of a resolution have come already, for another one that came to nothing.
func here(c cases.Case, r cases.Resolution) bool {
	return !slices.ContainsFunc(r.Units, func(g cases.Group) bool {
		return c.Lines[g.Line-1].Count(cases.Received)-c.Lines[g.Line-1].Count(cases.Unexpected) < g.From+g.Quantity-1
	})
}

// advance takes one step that follows from a case as it is; the step itself leads to the next one.
func (s *Service) advance(ctx context.Context, c cases.Case) error {
	system, do := auth.ForSystem(c.Workspace), s.Cases()
	var err error
	switch next(c) {
	case takeNoGoods:
		_, err = do.Go(ctx, system, c.ID, cases.NoGoodsNeeded, "")
	case awaitGoods:
		_, err = do.Go(ctx, system, c.ID, cases.AwaitingGoods, "")
	case followGoods: // they are on their way back by themselves
		_, err = do.Go(ctx, system, c.ID, cases.GoodsMoving, "")
	case seeGoods:
		_, err = do.Meet(ctx, system, c.ID, cases.FirstScan)
	case inspect:
		_, err = do.Go(ctx, system, c.ID, cases.Inspecting, "")
	case endInspection:
		_, err = do.Meet(ctx, system, c.ID, cases.Inspected)
	case resolve:
		_, err = do.Go(ctx, system, c.ID, cases.Resolving, "")
	case finish:
		_, err = do.Close(ctx, system, c.ID, cases.Completed, 0)
	}
	return err
}

// turn is what follows from a case by itself.
type turn int

const (
	rest turn = iota
	takeNoGoods
	awaitGoods
	followGoods
	seeGoods
	inspect
	endInspection
	resolve
	finish
)

// next is pure: it says what follows from a case as it is.
func next(c cases.Case) turn {
	begun, open, back, sent := false, false, false, false
	for _, r := range c.Resolutions {
		switch {
		case r.Stand == cases.Waiting || r.Stand == cases.Executing || r.Stand == cases.Done || r.Stand == cases.Failed || r.Stand == cases.Undone:
			begun = true
			back, sent = back || r.Returns(), sent || r.Comes()
		case r.Stand == cases.Offered || r.Stand == cases.Taken:
			open = true
		}
	}
	switch c.Phase {
	case cases.Approved:
		switch {
		case begun && back:
			return awaitGoods
		case begun && !open:
			return takeNoGoods
		}
	case cases.AwaitingGoods:
		if agreedOnNothing(c) {
			return endWithout(c)
		}
		if begun && !back { // nothing is awaited any more
			return takeNoGoods
		}
		if back && !sent && !slices.Contains(c.Met, cases.FirstScan) {
			return followGoods
		}
	case cases.GoodsMoving:
		if agreedOnNothing(c) {
			return endWithout(c)
		}
		if !slices.Contains(c.Met, cases.FirstScan) {
			return seeGoods
		}
	case cases.NoGoodsNeeded:
		if back && !c.Arrived() {
			return awaitGoods
		}
		return resolve
	case cases.GoodsHere:
		if placed(c) {
			return inspect
		}
	case cases.Inspecting:
		switch {
		case !placed(c):
		case differs(c): // the customer is asked, or a person decides
		case !slices.Contains(c.Met, cases.Inspected):
			return endInspection
		default:
			return resolve
		}
	case cases.Resolving:
		if (begun || len(c.Differences) > 0) && !open && !slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand.Alive() && r.Stand != cases.Done }) {
			return finish
		}
	}
	return rest
}

// differs reports whether what came waits for an agreement.
func differs(c cases.Case) bool {
	_, open := c.OpenDifference()
	return open || c.Unlike()
}

// agreedOnNothing reports whether a parcel came without any of the goods, and what follows from that is agreed or decided.
func agreedOnNothing(c cases.Case) bool {
	return len(c.Differences) > 0 && !c.Unlike() && !slices.ContainsFunc(c.Lines, func(l cases.Line) bool {
		return l.Count(cases.Received) > 0 || l.Count(cases.Missing) < l.Count(cases.Authorised)
	})
}

func endWithout(c cases.Case) turn {
	if !slices.Contains(c.Met, cases.Inspected) {
		return endInspection
	}
	return takeNoGoods
}

// placed reports whether all that was authorised has come or is known to be missing, and something was decided to become
// of all that came.
func placed(c cases.Case) bool {
	for _, l := range c.Lines {
		due := l.Count(cases.Authorised)
		if due == 0 {
			continue
		}
		if l.Count(cases.Received)+l.Count(cases.Missing) < due {
			return false
		}
		n := int64(0)
		for _, p := range c.Placed {
			if p.Line == l.Number {
				n += p.Quantity
			}
		}
		if n < min(l.Count(cases.Received), due) {
			return false
		}
	}
	return true
}

// Carry is cases.Config.Carry: a resolution that pays becomes a refund, which is approved where one person's judgement, or
// the decision, is enough; one that sends goods becomes a replacement; any other becomes work for people. What cannot be
// asked for, such as money of a payment in dispute, fails by a code instead of holding up what it follows from.
func (s *Service) Carry(ctx context.Context, c cases.Case, r cases.Resolution) (cases.Carried, error) {
	if r.Means.Sends() && s.Send != nil {
		return s.Send(ctx, c, r)
	}
	if !r.Means.Pays() {
		if s.Desk == nil {
			return cases.Carried{}, nil
		}
		return cases.Carried{}, s.task(ctx, c, r)
	}
	system := auth.ForSystem(c.Workspace)
	line := c.Lines[r.Units[0].Line-1]
	o, err := s.Orders.Get(ctx, system, line.Order)
	if err != nil {
		return cases.Carried{}, err
	}
	left, err := s.Left(ctx, c.Workspace, o)
	if err != nil {
		return cases.Carried{}, err
	}
	n := refund.NewRefund{Payments: left, Terms: refund.Terms{
		Order: o.ID, Case: int64(c.ID), Resolution: r.Number, Currency: r.Money.Currency, Components: r.Money.Components, NotAfter: r.By, Reason: line.Reason,
		Decider: c.Decider(r),
	}, Wish: refund.Wish{Credit: r.Means == cases.StoreCredit || r.Means == cases.AllowanceCredit}}
	if c.Gift {
		for i := range n.Payments {
			n.Payments[i].Closed = true
		}
	}
	paid, err := s.Refunds.Request(ctx, system, n)
	if k := errs.KindOf(err); err != nil && (k == errs.Conflict || k == errs.Invalid) {
		return cases.Carried{Problem: problem(err)}, nil
	}
	if err != nil {
		return cases.Carried{}, err
	}
	if s.Alone == nil {
		return cases.Carried{Refund: paid.ID}, nil
	}
	alone, err := s.Alone(ctx, c, r, paid)
	if err == nil && alone {
		_, err = s.Refunds.Approve(ctx, system, paid.ID)
		if errs.Is(err, errs.Denied) { // it takes another person: it stands on their board
			err = nil
		}
	}
	return cases.Carried{Refund: paid.ID}, err
}

// problem is the code by which a refund that could not be asked for failed.
func problem(err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key
	}
	return "error.refund_above"
}

// Moved is refund.Config.Moved: what becomes of a refund moves its resolution on, in the refund's transaction. A refund
// that the bank sent back takes its case up again.
func (s *Service) Moved(ctx context.Context, f refund.Refund) error {
	if f.Case == 0 || f.Resolution == 0 {
		return nil
	}
	system, id := auth.ForSystem(f.Workspace), cases.ID(f.Case)
	c, err := s.Cases().Get(ctx, system, id)
	if err != nil {
		return err
	}
	r, err := find(c, f.Resolution)
	if err != nil || r.Refund != f.ID {
		return nil // it is being asked for, or is another resolution's by now
	}
	code := ""
	for _, a := range f.Allocations {
		if (a.State == refund.Failed || a.State == refund.Reversed) && a.Code != "" {
			code = a.Code
		}
	}
	for _, to := range follows(r.Stand, f.State()) {
		if c, err = s.Cases().Step(ctx, system, id, r.Number, to, code); err != nil {
			return err
		}
		if to == cases.Undone && c.Phase == cases.Closed {
			if c, err = s.Cases().Reopen(ctx, system, id, "refund_reversed"); err != nil {
				return err
			}
		}
	}
	return nil
}

// follows says where a resolution goes by the state of its refund.
func follows(at cases.Stand, state refund.State) []cases.Stand {
	running := state == refund.Submitted || state == refund.Pending || state == refund.Succeeded || state == refund.Partial
	switch {
	case at == cases.Executing && state == refund.Succeeded:
		return []cases.Stand{cases.Done}
	case at == cases.Executing && (state == refund.Failed || state == refund.Cancelled):
		return []cases.Stand{cases.Failed}
	case at == cases.Executing && state == refund.Reversed:
		return []cases.Stand{cases.Done, cases.Undone}
	case at == cases.Done && (state == refund.Reversed || state == refund.Partial):
		return []cases.Stand{cases.Undone}
	case (at == cases.Failed || at == cases.Undone) && state == refund.Succeeded:
		return []cases.Stand{cases.Executing, cases.Done}
	case (at == cases.Failed || at == cases.Undone) && running:
		return []cases.Stand{cases.Executing}
	}
	return nil
}

// Finish tells that people have carried out what no refund, replacement or repair carries. It
// needs WriteCases. ok says that it was; else the code says why not. What a repair carries is errs.Conflict: it says so.
func (s *Service) Finish(ctx context.Context, a auth.Actor, number cases.ID, resolution int64, ok bool, code string) (cases.Case, error) {
	c, err := s.Cases().Get(ctx, a, number)
	if err != nil {
		return c, err
	}
	r, err := find(c, resolution)
	if err != nil {
		return c, err
	}
	if r.Means.Pays() && r.Refund != 0 || r.Parcel != 0 {
		return c, errs.New(errs.Conflict, "error.case_state") // its refund, or its replacement, says so
	}
	if s.Repairs != nil && r.Means == cases.Repair {
		if says, err := s.Repairs.Carried(ctx, c.Workspace, resolution); err != nil {
			return c, err
		} else if says {
			return c, errs.New(errs.Conflict, "error.repair_says")
		}
	}
	to := cases.Done
	if !ok {
		to = cases.Failed
	}
	if c, err = s.Cases().Step(ctx, a, number, resolution, to, code); err != nil {
		return c, fmt.Errorf("finish: %w", err)
	}
	return c, nil
}

// batch is how many cases one look takes.
const batch = 100

// Work does what is due in a workspace: resolutions on the law's last day, offers whose time is over, withdrawals for which
// nothing was chosen, goods and evidence that do not come. One that fails is logged, tried again later and keeps no other back;
// a repeat finds nothing left.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	if err := s.Cases().Sweep(ctx, w); err != nil {
		return err
	}
	now, system := s.clock(), auth.ForSystem(w)
	list, err := s.Store.LapsedCases(ctx, w, now, batch)
	if err != nil {
		return err
	}
	return job.Each(ctx, job.Work{Setbacks: s.Store, Name: "case_lapse", Workspace: w, Now: now, Log: s.Log}, list, func(ctx context.Context, id cases.ID) error {
		return s.Store.InTx(ctx, func(ctx context.Context) error {
			c, err := s.Cases().Get(ctx, system, id)
			if err != nil {
				return err
			}
			if c.Statutory {
				if c, err = s.takeByLaw(ctx, c); err != nil {
					return err
				}
			}
			if c, err = s.Cases().Lapse(ctx, system, c.ID); err != nil {
				return err
			}
			if c, err = s.urge(ctx, c); err != nil {
				return err
			}
			return s.press(ctx, c)
		})
	})
}
