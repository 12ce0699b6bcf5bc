package warranty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Kinds of event of repairs; all carry a RepairNews. OfRepair is the kind of their subject.
const (
	RepairOpened = "repair.opened"
	RepairMoved  = "repair.moved"
	RepairLoan   = "repair.loan"  // a unit was lent, swapped, came back or was charged
	RepairSpent  = "repair.spent" // what it cost was written down
	RepairLate   = "repair.late"  // a stage, or a lent unit, is over its last day
	OfRepair     = "repair"
)

// RepairNews is what an event of a repair tells.
type RepairNews struct {
	Case   int64    `json:"case"` // its number
	Order  order.ID `json:"order"`
	What   string   `json:"what"`
	Stage  Stage    `json:"stage"` // after it
	Was    Stage    `json:"was,omitempty"`
	Serial string   `json:"serial,omitempty"` // of the unit that was lent, swapped, came back or was charged
	Amount int64    `json:"amount,omitzero"`  // price, charge or cost, in minor units
	Money  string   `json:"currency,omitempty"`
}

// RepairFilter narrows a list of repairs; a zero field does not.
type RepairFilter struct {
	Stage Stage
	Open  bool // something is still to happen, if only that a lent unit comes back
	Order order.ID
	Case  cases.ID
}

// RepairStore keeps repairs.
type RepairStore interface {
	// HoldCase returns a case, locked until the transaction ends. It comes before HoldRepair, so that nobody waits for both.
	HoldCase(context.Context, auth.WorkspaceID, cases.ID) (cases.Case, error)
	// AddRepair reports false where the resolution has one.
	AddRepair(context.Context, Repair) (bool, error)
	// SaveRepair fails with errs.Conflict where the serial number that it lends is out already.
	SaveRepair(context.Context, Repair) error
	Repair(context.Context, auth.WorkspaceID, RepairID) (Repair, error)
	// HoldRepair returns a repair, locked until the transaction ends.
	HoldRepair(context.Context, auth.WorkspaceID, RepairID) (Repair, error)
	// RepairOf returns the repair of a resolution.
	RepairOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (Repair, error)
	// Repairs returns what a scope sees under a filter: open ones by their next day, else the newest first, before one.
	Repairs(ctx context.Context, s auth.Scope, f RepairFilter, before RepairID, limit int) ([]Repair, error)
	// DeliveredRepairs returns repairs that wait for a parcel to the customer that was delivered.
	DeliveredRepairs(ctx context.Context, w auth.WorkspaceID, limit int) ([]RepairID, error)
	// LateRepairs returns repairs of which people are to be told that a day has passed.
	LateRepairs(ctx context.Context, w auth.WorkspaceID, now time.Time, limit int) ([]RepairID, error)
}

// FollowCase lets repairs follow their case, in the transaction in ctx: a resolution "repair" that waits or is carried out
// has one, which is received when the case's goods are, and called off when the resolution is. A repeat changes nothing.
func (s *Service) FollowCase(ctx context.Context, c cases.Case) error {
	for _, r := range c.Resolutions {
		if r.Means != cases.Repair || len(r.Units) == 0 || r.Stand != cases.Waiting && r.Stand != cases.Executing && r.Stand != cases.Lapsed {
			continue
		}
		off := r.Stand == cases.Lapsed || c.Phase == cases.Closed
		x, err := s.Store.RepairOf(ctx, c.Workspace, r.Number)
		if errs.Is(err, errs.NotFound) && off {
			continue
		}
		if errs.Is(err, errs.NotFound) {
			x, err = s.openRepair(ctx, c, r)
		}
		if err != nil {
			return fmt.Errorf("repair of resolution %d: %w", r.Number, err)
		}
		to := Received
		if off {
			to = Cancelled
		}
		if x.Stage != Awaiting || !off && !arrived(c, r) {
			continue
		}
		if _, err := s.commit(ctx, auth.ForSystem(c.Workspace), c, x, Step{What: wentTo, Stage: to}); err != nil {
			return fmt.Errorf("repair of resolution %d: %w", r.Number, err)
		}
	}
	return nil
}

// arrived reports whether the goods that a resolution waits for are here.
func arrived(c cases.Case, r cases.Resolution) bool {
	return r.Returns() && c.Arrived()
}

// openRepair begins the repair of a resolution.
func (s *Service) openRepair(ctx context.Context, c cases.Case, r cases.Resolution) (Repair, error) {
	system := auth.ForSystem(c.Workspace)
	o, err := s.Orders.Get(ctx, system, c.Lines[r.Units[0].Line-1].Order)
	if err != nil {
		return Repair{}, err
	}
	units, err := s.Store.UnitsOfOrder(ctx, c.Workspace, o.ID, registeredMax)
	if err != nil {
		return Repair{}, err
	}
	x := Repair{
		ID: RepairID(s.IDs.Next()), Workspace: c.Workspace, Case: c.ID, CaseNumber: c.Number, Ticket: c.Ticket, Resolution: r.Number, Shop: c.Shop, Order: o.ID, Customer: c.Customer, Currency: o.Currency,
		Country: s.Market(o.ShipTo).Country, Covered: r.Offer != nil && (r.Offer.Basis != "" || r.Offer.Cost != 0), ClaimedAt: c.OpenedAt,
	}
	for _, g := range r.Units {
		l := c.Lines[g.Line-1]
		p := Piece{Row: l.OrderRow, First: max(l.From, 1) + g.From - 1, Quantity: g.Quantity, SKU: l.SKU, Title: l.Title}
		if i := slices.IndexFunc(units, func(u Unit) bool {
			return u.Row == p.Row && u.Serial != "" && u.Number >= p.First && u.Number < p.First+p.Quantity
		}); i >= 0 {
			p.Serial = units[i].Serial
		}
		x.Pieces = append(x.Pieces, p)
	}
	if x, err = Apply(x, Step{What: wasOpened, Stage: Awaiting, At: s.clock(), By: Who{Kind: auth.System}}); err != nil {
		return x, err
	}
	added, err := s.Store.AddRepair(ctx, x)
	if err != nil {
		return x, err
	}
	if !added { // the resolution had none a moment ago, and its case is held
		return x, errs.New(errs.Conflict, "error.repair_stage")
	}
	return x, s.Journal.Append(ctx, event.New(RepairOpened, system, event.Subject{Kind: OfRepair, ID: int64(x.ID)}, int64(x.Ticket), news(x, Step{What: wasOpened}, "")))
}

func news(r Repair, x Step, was Stage) RepairNews {
	n := RepairNews{Case: r.CaseNumber, Order: r.Order, What: x.What, Stage: r.Stage, Was: was, Amount: x.Charge}
	if x.Spend != nil {
		n.Amount = x.Spend.Amount
	}
	if x.What == wentTo && (r.Stage == Consent || r.Agreed != nil && was == Consent) {
		n.Amount = r.Estimate
	}
	if n.Amount != 0 {
		n.Money = r.Currency
	}
	if r.Loan != nil && (x.What == wasLent || x.What == wasReturned || x.What == wasCharged) {
		n.Serial = r.Loan.Serial
	}
	return n
}

// Move is what somebody says of a repair: that it went to another stage.
type Move struct {
	To        Stage
	Fault     string // what was found, for the customer; needed with Diagnosed
	Estimate  int64  // what the customer is asked to pay, in minor units of the repair's currency; with Diagnosed
	Uncovered string // why neither law nor promise makes it free, for the customer; needed with a price for what is covered
	Carrier   string // of the way back
	Tracking  string // likewise, with SentBack: the parcel is followed under it. A number that is known already is errs.Invalid
	Note      string // for people
}

// MoveRepair brings a repair to another stage, where it may be already. It needs WriteCases. What cannot be from the stage
// that it is at is errs.Conflict, and so is work for money that the customer has not agreed to (see AnswerPrice), and the
// receipt of goods that are expected at the warehouse's door, who receives them. A price where the law or a promise covers
// the unit is errs.Invalid without the reason why they do not. With its end the resolution ends.
func (s *Service) MoveRepair(ctx context.Context, a auth.Actor, id RepairID, m Move) (Repair, error) {
	if m.Estimate < 0 {
		return Repair{}, errs.Field("estimate", "error.invalid")
	}
	x := Step{What: wentTo, Stage: m.To, Fault: strings.TrimSpace(m.Fault), Estimate: m.Estimate, Uncovered: strings.TrimSpace(m.Uncovered), Carrier: line(m.Carrier), Tracking: line(m.Tracking), Note: strings.TrimSpace(m.Note)}
	return s.step(ctx, a, auth.WriteCases, id, func(c cases.Case, r Repair) (Step, error) {
		if r.Stage == m.To {
			return Step{}, nil
		}
		if res := slices.IndexFunc(c.Resolutions, func(x cases.Resolution) bool { return x.Number == r.Resolution }); m.To == Received && res >= 0 && c.Resolutions[res].Returns() && !arrived(c, c.Resolutions[res]) {
			return Step{}, errs.New(errs.Conflict, "error.repair_door")
		}
		return x, nil
	})
}

// AnswerPrice takes the customer's answer to the price that they were asked for: the work begins, or the unit is to go back
// as it came. It is the customer's, or that of a person with WriteCases in their name, whose note says how they know. A
// repeat changes nothing; another answer than before is errs.Conflict.
func (s *Service) AnswerPrice(ctx context.Context, a auth.Actor, id RepairID, agreed bool, note string) (Repair, error) {
	to := NotAgreed
	if agreed {
		to = InRepair
	}
	return s.step(ctx, a, "", id, func(_ cases.Case, r Repair) (Step, error) {
		if r.Agreed != nil && *r.Agreed == agreed {
			return Step{}, nil
		}
		if r.Stage != Consent {
			return Step{}, errs.New(errs.Conflict, "error.repair_stage")
		}
		return Step{What: wentTo, Stage: to, Agreed: &agreed, Note: strings.TrimSpace(note)}, nil
	})
}

// GotBack takes the customer's word that their unit has come back to them, which ends the repair. A repeat changes nothing.
func (s *Service) GotBack(ctx context.Context, a auth.Actor, id RepairID) (Repair, error) {
	return s.step(ctx, a, "", id, func(_ cases.Case, r Repair) (Step, error) {
		if r.Stage == Done {
			return Step{}, nil
		}
		if r.Stage != SentBack {
			return Step{}, errs.New(errs.Conflict, "error.repair_stage")
		}
		return Step{What: wentTo, Stage: Done}, nil
	})
}

// Lend notes which unit went out to the customer: lent until a day, or swapped for good. It needs WriteCases. The very unit
// that is out already may be said again; another one beside it, or one that another repair has out, is errs.Conflict.
func (s *Service) Lend(ctx context.Context, a auth.Actor, id RepairID, l Loan) (Repair, error) {
	number, err := serial(l.Serial)
	switch {
	case err != nil:
		return Repair{}, err
	case number == "":
		return Repair{}, errs.Field("serial", "error.required")
	case l.Kind != Lent && l.Kind != Swapped:
		return Repair{}, errs.Field("kind", "error.invalid")
	case l.Kind == Lent && !l.DueAt.After(s.clock()):
		return Repair{}, errs.Field("due", "error.repair_due")
	case len(l.SKU) > maxName:
		return Repair{}, errs.Field("sku", "error.goods_long", "max", maxName)
	}
	due := l.DueAt.UTC().Truncate(time.Millisecond)
	if l.Kind == Swapped {
		due = time.Time{}
	}
	return s.step(ctx, a, auth.WriteCases, id, func(_ cases.Case, r Repair) (Step, error) {
		if o := r.Loan; (o.Out() || r.Replaced()) && o.Kind == l.Kind && SerialKey(o.Serial) == SerialKey(number) {
			return Step{}, nil
		}
		return Step{What: wasLent, Loan: &Loan{Kind: l.Kind, SKU: line(l.SKU), Serial: number, SentAt: s.clock(), DueAt: due}}, nil
	})
}

// TakeBack notes that a lent unit is back. It needs WriteCases. A repeat changes nothing.
func (s *Service) TakeBack(ctx context.Context, a auth.Actor, id RepairID) (Repair, error) {
	return s.step(ctx, a, auth.WriteCases, id, func(_ cases.Case, r Repair) (Step, error) {
		if r.Loan != nil && !r.Loan.ReturnedAt.IsZero() {
			return Step{}, nil
		}
		return Step{What: wasReturned}, nil
	})
}

// ChargeLoan notes that a unit never came, the lent one or the customer's own after a swap, and what they were asked for, in
// minor units of the repair's currency. It needs ApproveRefunds. The sum is only written down: no money moves by it. A
// repeat changes nothing; another sum is errs.Conflict.
func (s *Service) ChargeLoan(ctx context.Context, a auth.Actor, id RepairID, sum int64) (Repair, error) {
	if sum <= 0 {
		return Repair{}, errs.Field("charge", "error.required")
	}
	return s.step(ctx, a, auth.ApproveRefunds, id, func(_ cases.Case, r Repair) (Step, error) {
		if r.Loan != nil && !r.Loan.ChargedAt.IsZero() && r.Loan.Charge == sum {
			return Step{}, nil
		}
		return Step{What: wasCharged, Charge: sum}, nil
	})
}

// SpendOn writes down what a repair cost the merchant, once by its key. It needs WriteCases. It may come after the end: bills
// do.
func (s *Service) SpendOn(ctx context.Context, a auth.Actor, id RepairID, n Spend) (Repair, error) {
	n.Note, n.Key = strings.TrimSpace(n.Note), line(n.Key)
	switch {
	case n.Key == "" || len(n.Key) > maxName:
		return Repair{}, errs.Field("key", "error.required")
	case !slices.Contains(CostKinds(), n.Kind):
		return Repair{}, errs.Field("kind", "error.invalid")
	case n.Amount <= 0 || n.Amount > 1_000_000_000_000:
		return Repair{}, errs.Field("amount", "error.cost_amount")
	case len(n.Note) > maxText:
		return Repair{}, errs.Field("note", "error.goods_long", "max", maxText)
	}
	return s.step(ctx, a, auth.WriteCases, id, func(_ cases.Case, r Repair) (Step, error) {
		if slices.ContainsFunc(r.Spent, func(x Spend) bool { return x.Key == n.Key }) {
			return Step{}, nil
		}
		return Step{What: wasSpent, Spend: &n}, nil
	})
}

// step holds a case and a repair of it in the actor's sight, and takes the step that next names; one that tells nothing
// changes nothing. Without a permission the customer whose repair it is may, too, and people need WriteCases.
func (s *Service) step(ctx context.Context, a auth.Actor, p auth.Permission, id RepairID, next func(cases.Case, Repair) (Step, error)) (Repair, error) {
	theirs := p == "" && a.Kind == auth.Customer
	if p == "" {
		p = auth.WriteCases
	}
	if err := a.Can(p); err != nil && !theirs {
		return Repair{}, err
	}
	var r Repair
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		seen, err := s.Store.Repair(ctx, a.Workspace, id)
		if err == nil {
			err = seen.allow(a, p)
		}
		if err != nil {
			return err
		}
		c, err := s.Store.HoldCase(ctx, a.Workspace, seen.Case)
		if err != nil {
			return err
		}
		if r, err = s.Store.HoldRepair(ctx, a.Workspace, id); err != nil {
			return err
		}
		x, err := next(c, r)
		if err != nil || x.What == "" {
			return err
		}
		if len(x.Fault) > maxText || len(x.Uncovered) > maxText || len(x.Note) > maxText || len(x.Tracking) > maxName || len(x.Carrier) > maxName {
			return errs.Field("note", "error.goods_long", "max", maxText)
		}
		r, err = s.commit(ctx, a, c, r, x)
		return err
	})
	if err != nil {
		return Repair{}, fmt.Errorf("repair %d: %w", id, err)
	}
	return r, nil
}

// allow lets people with a permission see a repair, and the customer whose it is.
func (r Repair) allow(a auth.Actor, p auth.Permission) error {
	if a.Kind != auth.Customer {
		return auth.Can(a, p, r.Resource())
	}
	if a.ID == 0 || int64(r.Customer) != a.ID {
		return errs.New(errs.NotFound, "error.not_found")
	}
	return nil
}

// commit folds a step into a repair that is held, writes it and tells of it.
func (s *Service) commit(ctx context.Context, a auth.Actor, c cases.Case, r Repair, x Step) (Repair, error) {
	was := r.Stage
	x.At, x.By = s.clock(), Who{a.Kind, a.ID, a.Name}
	next, err := Apply(r, x)
	if err == nil && next.Stage == SentBack && was != SentBack && x.Tracking != "" && s.Ship != nil {
		if x.Shipment, err = s.ship(ctx, r, x); err == nil {
			next, err = Apply(r, x)
		}
	}
	if err != nil {
		return r, err
	}
	r = next
	if err := s.Store.SaveRepair(ctx, r); err != nil {
		return r, err
	}
	record := func(kind string) event.Event {
		return event.New(kind, a, event.Subject{Kind: OfRepair, ID: int64(r.ID)}, int64(r.Ticket), news(r, x, was))
	}
	e := record(RepairLoan)
	switch x.What {
	case wentTo:
		e = record(RepairMoved)
	case wasSpent:
		e = record(RepairSpent)
	case wasLate:
		e = record(RepairLate)
	}
	if err := s.Journal.Append(ctx, e); err != nil || s.Moved == nil {
		return r, err
	}
	return r, s.Moved(ctx, c, r, Change{Was: was, Late: x.What == wasLate, OfLoan: x.OfLoan, Spent: x.What == wasSpent})
}

// ship has the parcel followed in which a unit goes back.
func (s *Service) ship(ctx context.Context, r Repair, x Step) (shipment.ID, error) {
	o, err := s.Orders.Get(ctx, auth.ForSystem(r.Workspace), r.Order)
	if err != nil {
		return 0, err
	}
	return s.Ship(ctx, o, x.Carrier, x.Tracking)
}

// Follow ends repairs whose units were delivered. Each is a transaction of its own, and one that cannot be taken up keeps no
// other back; a repeat finds nothing left.
func (s *Service) Follow(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.DeliveredRepairs(ctx, w, lateBatch)
	if err != nil {
		return err
	}
	var wrong []error
	for _, id := range list {
		_, err := s.GotBack(ctx, auth.ForSystem(w), id)
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// Change is what a step changed about a repair.
type Change struct {
	Was    Stage // before it
	Late   bool  // a day has passed, of the loan or of the stage
	OfLoan bool
	Spent  bool // what it cost
}

// GetRepair returns a repair that the actor may see; a customer sees their own. It needs ReadCases.
func (s *Service) GetRepair(ctx context.Context, a auth.Actor, id RepairID) (Repair, error) {
	if err := a.Can(auth.ReadCases); err != nil && a.Kind != auth.Customer {
		return Repair{}, err
	}
	r, err := s.Store.Repair(ctx, a.Workspace, id)
	if err == nil {
		err = r.allow(a, auth.ReadCases)
	}
	if err != nil {
		return Repair{}, err
	}
	return r, nil
}

// Repairs returns the repairs that the actor may see: open ones by their next day, others the newest first, before one of
// them (0: from the newest), at most MaxPage. It needs ReadCases.
func (s *Service) Repairs(ctx context.Context, a auth.Actor, f RepairFilter, before RepairID, limit int) ([]Repair, error) {
	if err := a.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxPage+1 { // one more tells that there are more
		limit = MaxPage
	}
	return s.Store.Repairs(ctx, a.Scope(), f, before, limit)
}

// RepairsOf returns the repairs of a case of which the caller has seen that its reader may see it, the newest first.
func (s *Service) RepairsOf(ctx context.Context, c cases.Case) ([]Repair, error) {
	return s.Store.Repairs(ctx, auth.ForSystem(c.Workspace).Scope(), RepairFilter{Case: c.ID}, 0, MaxPage)
}

// Carried reports whether a resolution is carried out by a repair, which then says when it is done.
func (s *Service) Carried(ctx context.Context, w auth.WorkspaceID, resolution int64) (bool, error) {
	_, err := s.Store.RepairOf(ctx, w, resolution)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// lateBatch is how many late repairs one look takes.
const lateBatch = 100

// Work tells people of repairs of which a day has passed, once for each stage and loan. One that fails is logged, tried
// again later and keeps no other back; a repeat finds nothing left.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.LateRepairs(ctx, w, s.clock(), lateBatch)
	if err != nil {
		return err
	}
	return job.Each(ctx, job.Work{Setbacks: s.Store, Name: "repair_late", Workspace: w, Now: s.clock(), Log: s.Log}, list, func(ctx context.Context, id RepairID) error {
		_, err := s.step(ctx, auth.ForSystem(w), auth.WriteCases, id, func(_ cases.Case, r Repair) (Step, error) {
			at := r.TellAt()
			if at.IsZero() || at.After(s.clock()) {
				return Step{}, nil
			}
			return Step{What: wasLate, OfLoan: at.Equal(r.loanDue()) && !r.toldLoan}, nil
		})
		return err
	})
}
