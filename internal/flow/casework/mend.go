package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/platform/auth"
)

// Occasions of repairs.
const (
	Mending  Occasion = "mending"  // the unit is here
	Priced   Occasion = "priced"   // the customer is asked for a price
	Resent   Occasion = "resent"   // the unit is on its way back
	Unmended Occasion = "unmended" // it cannot be repaired
)

// Codes by which a resolution "repair" ends otherwise than done.
const (
	notMended  = "not_repairable"   // another way out is decided
	noPrice    = "repair_price"     // the customer did not agree to the price
	neverCame  = "repair_cancelled" // the unit was not sent
	mendedWith = "repaired"
)

// Mended is warranty.Config.Moved: what becomes of a repair moves its resolution, its goods and its case on, and is told to
// the customer, in the repair's transaction.
func (s *Service) Mended(ctx context.Context, c cases.Case, r warranty.Repair, x warranty.Change) error {
	if x.Late {
		return s.mendLate(ctx, c, r, x)
	}
	if x.Spent {
		if _, err := s.Cases().Spend(ctx, auth.ForSystem(c.Workspace), c.ID, r.Resolution, r.Cost()); err != nil {
			return fmt.Errorf("what repair %d cost: %w", r.ID, err)
		}
	}
	if r.Stage == x.Was {
		return nil
	}
	if err := s.mendStage(ctx, c, r, x.Was); err != nil {
		return fmt.Errorf("follow repair %d: %w", r.ID, err)
	}
	if _, err := s.Cases().Hand(ctx, auth.ForSystem(c.Workspace), c.ID, r.Resolution, mendHand(r)); err != nil {
		return fmt.Errorf("follow repair %d: %w", r.ID, err)
	}
	return nil
}

// mendHand is in whose hands a repair is, and until when. It is pure.
func mendHand(r warranty.Repair) cases.Hand {
	h := cases.Hand{By: cases.ByUs, Until: r.DueAt}
	switch r.Stage {
	case warranty.Awaiting: // its goods say for whom it waits
		return cases.Hand{}
	case warranty.Consent:
		h.By = cases.ByCustomer
	case warranty.SentBack:
		h.By = cases.ByCarrier
	}
	return h
}

func (s *Service) mendStage(ctx context.Context, c cases.Case, r warranty.Repair, was warranty.Stage) error {
	switch r.Stage {
	case warranty.Received:
		return s.mendLetter(ctx, Mending, c, r)
	case warranty.Diagnosed:
		return s.disposeAll(ctx, c, r, cases.ForRepair, false)
	case warranty.Consent:
		return s.mendLetter(ctx, Priced, c, r)
	case warranty.InRepair:
		if was == warranty.Consent && s.Desk != nil {
			return s.Desk.Task(ctx, c, fmt.Sprintf("repair.%d.agreed", r.ID), i18n.For(i18n.English).T("case.task.agreed", "Case", c.Number))
		}
	case warranty.NotAgreed:
		if s.Desk != nil {
			return s.Desk.Task(ctx, c, fmt.Sprintf("repair.%d.refused", r.ID), i18n.For(i18n.English).T("case.task.not_agreed", "Case", c.Number))
		}
	case warranty.SentBack:
		if err := s.mendLetter(ctx, Resent, c, r); err != nil {
			return err
		}
		return s.disposeAll(ctx, c, r, cases.BackToBuyer, true)
	case warranty.Done:
		if r.Mended() || r.Replaced() {
			return s.mendEnds(ctx, c, r, cases.Done, mendedWith)
		}
		return s.mendEnds(ctx, c, r, cases.Failed, noPrice)
	case warranty.Cancelled:
		return s.mendEnds(ctx, c, r, cases.Failed, neverCame)
	case warranty.Unrepairable:
		if err := s.disposeAll(ctx, c, r, cases.ForRepair, false); err != nil {
			return err
		}
		if r.Replaced() {
			return s.mendEnds(ctx, c, r, cases.Done, mendedWith)
		}
		return s.mendEnds(ctx, c, r, cases.Failed, notMended)
	}
	return nil
}

// mendEnds ends the resolution of a repair. One that failed makes room: for another way out, which is decided by what is
// known now, or for nothing, and then a case with nothing else in it is closed.
func (s *Service) mendEnds(ctx context.Context, c cases.Case, r warranty.Repair, to cases.Stand, code string) error {
	system, do := auth.ForSystem(c.Workspace), s.Cases()
	c, err := do.Get(ctx, system, c.ID)
	if err != nil {
		return err
	}
	step := func(to cases.Stand) {
		if err == nil {
			c, err = do.Step(ctx, system, c.ID, r.Resolution, to, code)
		}
	}
	x, err := find(c, r.Resolution)
	if err != nil {
		return err
	}
	switch {
	case x.Stand == cases.Waiting && code == neverCame:
		step(cases.Lapsed)
	case x.Stand == cases.Waiting:
		step(cases.Executing)
		step(to)
	case x.Stand == cases.Executing:
		step(to)
	case x.Stand == cases.Lapsed && code == neverCame: // its case was closed, and it with it
		return nil
	default:
		return err
	}
	if err != nil || to == cases.Done || c.Phase == cases.Closed {
		return err
	}
	if code == notMended {
		if c, err = s.renew(ctx, c); err != nil {
			return err
		}
		if err := s.mendLetter(ctx, Unmended, c, r); err != nil {
			return err
		}
		if s.Desk != nil {
			if err := s.Desk.Task(ctx, c, fmt.Sprintf("repair.%d.failed", r.ID), i18n.For(i18n.English).T("case.task.unmended", "Case", c.Number)); err != nil {
				return err
			}
		}
		step(cases.Lapsed)
		return err
	}
	if x, err = find(c, r.Resolution); err == nil && x.Stand == cases.Failed {
		step(cases.Lapsed)
	}
	if err != nil || c.Phase == cases.Closed || slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Stand.Alive() || r.Stand == cases.Offered }) {
		return err
	}
	reason := cases.WasWithdrawn
	if code == neverCame {
		reason = cases.Expired
	}
	_, err = do.Close(ctx, system, c.ID, reason, 0)
	return err
}

// disposeAll says what becomes of the units of a repair that were counted in at the door: of all of them, or of those of
// which nothing was said yet.
func (s *Service) disposeAll(ctx context.Context, c cases.Case, r warranty.Repair, as cases.Disposition, over bool) error {
	x, err := find(c, r.Resolution)
	if err != nil || c.Phase == cases.Closed {
		return err
	}
	for _, g := range x.Units {
		for n := range g.Quantity {
			u := cases.Group{Line: g.Line, From: g.From + n, Quantity: 1}
			said := slices.ContainsFunc(c.Placed, func(p cases.Placed) bool { return p.Overlaps(u) && (!over || p.As == as) })
			if c.Lines[g.Line-1].Count(cases.Received) < u.From || said {
				continue
			}
			grade := ""
			for _, p := range c.Placed {
				if p.Overlaps(u) {
					grade = p.Grade
				}
			}
			if _, err := s.Cases().Dispose(ctx, auth.ForSystem(c.Workspace), c.ID, cases.Placed{Group: u, As: as, Grade: grade}); err != nil {
				return err
			}
		}
	}
	return nil
}

// mendLate tells people that a day of a repair has passed.
func (s *Service) mendLate(ctx context.Context, c cases.Case, r warranty.Repair, x warranty.Change) error {
	if s.Desk == nil {
		return nil
	}
	t := i18n.For(i18n.English)
	key, note := fmt.Sprintf("repair.%d.late.%s", r.ID, r.Stage), t.T("case.task.late", "Case", c.Number, "Stage", t.T("repair.stage."+string(r.Stage)), "Day", t.Date(r.DueAt, nil, i18n.Medium))
	if x.OfLoan {
		key, note = fmt.Sprintf("repair.%d.loan.%d", r.ID, len(r.Steps)), t.T("case.task.loan", "Case", c.Number, "Serial", r.Loan.Serial, "Day", t.Date(r.Loan.DueAt, nil, i18n.Medium))
	}
	if !x.OfLoan && !r.ByAt.IsZero() && !r.DueAt.Before(r.ByAt) {
		note += "\n" + t.T("case.task.cure")
	}
	return s.Desk.Task(ctx, c, key, note)
}

// mendLetter writes to the customer of a repair.
func (s *Service) mendLetter(ctx context.Context, o Occasion, c cases.Case, r warranty.Repair) error {
	if s.Desk == nil || c.Ticket == 0 {
		return nil
	}
	x := Content{Occasion: o, Case: c, Repair: r}
	x.Resolution, _ = find(c, r.Resolution)
	return s.tell(ctx, x, fmt.Sprintf("repair.%d.%s", r.ID, o))
}

// mending reports whether all that a case is about is repaired.
func mending(c cases.Case) bool {
	alive := slices.DeleteFunc(slices.Clone(c.Resolutions), func(r cases.Resolution) bool { return !r.Stand.Alive() })
	return len(alive) > 0 && !slices.ContainsFunc(alive, func(r cases.Resolution) bool { return r.Means != cases.Repair })
}

// mends words what is told of a repair.
func mends(t *i18n.Printer, x Content) []string {
	r, out := x.Repair, []string(nil)
	switch x.Occasion {
	case Mending:
		if !r.ByAt.IsZero() {
			out = append(out, t.T("case.letter.repair_by", "Day", t.Date(r.ByAt, nil, i18n.Medium)))
		}
	case Priced:
		out = append(out, apart(t, r.Fault), apart(t, r.Uncovered), t.T("case.letter.repair_price", "Sum", apart(t, sum(t, money.Amount{Minor: r.Estimate, Currency: r.Currency})), "Day", t.Date(r.DueAt, nil, i18n.Medium)))
	case Resent:
		if r.Agreed != nil && !*r.Agreed {
			out = append(out, t.T("case.letter.repair_as_it_came"))
		}
		if r.Tracking != "" {
			out = append(out, t.T("case.letter.repair_tracking", "Number", apart(t, strings.TrimSpace(r.Carrier+" "+r.Tracking))))
		}
	case Unmended:
		var list []string
		for _, o := range x.Case.Resolutions {
			if o.Stand == cases.Offered {
				list = append(list, "- "+given(t, o))
			}
		}
		if len(list) == 0 {
			return []string{apart(t, r.Fault), t.T("case.letter.repair_person")}
		}
		out = append(out, apart(t, r.Fault), t.T("case.letter.repair_instead")+"\n"+strings.Join(list, "\n"))
	}
	return out
}
