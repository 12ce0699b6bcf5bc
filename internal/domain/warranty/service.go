package warranty

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// Kinds of event that this package announces, and the kinds of their subjects.
const (
	TermSaved     = "warranty.term_saved" // data: {"name", "months", "off"}
	PlanSaved     = "warranty.plan_saved" // likewise
	Registered    = "warranty.registered" // data: News
	OfTerm        = "warranty_term"
	OfPlan        = "warranty_plan"
	OfUnit        = "warranty_unit"
	MaxPage       = 200
	registeredMax = 1000 // registered units of one order that are looked at
)

// News is what the event of a registration tells.
type News struct {
	Order order.ID `json:"order"`
	Line  int64    `json:"line"`
	Unit  int64    `json:"unit"`
	SKU   string   `json:"sku"`
}

// Store keeps terms, plans and units. What is another workspace's does not exist.
type Store interface {
	job.Setbacks
	RepairStore
	InTx(context.Context, func(context.Context) error) error
	// WarrantyTerms returns the terms of a workspace in the order in which they were made; WarrantyPlans the plans.
	WarrantyTerms(context.Context, auth.WorkspaceID) ([]Term, error)
	SaveWarrantyTerm(context.Context, Term) error
	WarrantyPlans(context.Context, auth.WorkspaceID) ([]Plan, error)
	SaveWarrantyPlan(context.Context, Plan) error
	// AddUnit reports false where the piece is registered, or the serial number of the SKU.
	AddUnit(context.Context, Unit) (bool, error)
	// UnitsOfOrder returns the registered units of an order, by line and number.
	UnitsOfOrder(ctx context.Context, w auth.WorkspaceID, o order.ID, limit int) ([]Unit, error)
	// UnitsBySKU returns the registered units of SKUs (keys) that a scope sees, the newest first, before one.
	UnitsBySKU(ctx context.Context, s auth.Scope, keys []string, before UnitID, limit int) ([]Unit, error)
}

// Orders knows orders and shops.
type Orders interface {
	Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	Shops(ctx context.Context, actor auth.Actor) ([]order.Shop, error)
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Orders Orders
	// Delivered tells when the last parcel of an order was delivered; zero while it was not.
	Delivered func(ctx context.Context, o order.Order) (time.Time, error)
	// Market tells where an address is by law.
	Market func(order.Address) decision.Market
	// Categories tells what kinds of goods the articles of an order are, in the merchant's words, by SKU.
	Categories func(ctx context.Context, o order.Order) (map[string]string, error)
	// Moved is told of each step of a repair in its transaction, with its case, which is held. It must not talk to the world
	// itself. Nil is nobody.
	Moved func(ctx context.Context, c cases.Case, r Repair, x Change) error
	// Ship follows the parcel in which a unit goes back to the customer of an order, in the transaction in ctx. Nil follows
	// none: the number is written down.
	Ship func(ctx context.Context, o order.Order, carrier, number string) (shipment.ID, error)
	// Confirm writes to the customer of an order who registered a unit, in a language; it is called in the transaction of the
	// registration and must not talk to the world itself. Nil writes to nobody.
	Confirm func(ctx context.Context, o order.Order, u Unit, language string) error
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	Log     *slog.Logger // nil: silent
}

// Service holds the verbs of warranties.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Terms returns the terms of the actor's workspace, oldest first. It needs ReadCases or ManagePlans.
func (s *Service) Terms(ctx context.Context, a auth.Actor) ([]Term, error) {
	if err := a.CanAny(auth.ReadCases, auth.ManagePlans); err != nil {
		return nil, err
	}
	return s.Store.WarrantyTerms(ctx, a.Workspace)
}

// Plans returns the extended plans of the actor's workspace, oldest first. It needs ReadCases or ManagePlans.
func (s *Service) Plans(ctx context.Context, a auth.Actor) ([]Plan, error) {
	if err := a.CanAny(auth.ReadCases, auth.ManagePlans); err != nil {
		return nil, err
	}
	return s.Store.WarrantyPlans(ctx, a.Workspace)
}

// SaveTerm writes a term, a new one where its ID is 0, and returns it as it stands. It needs ManagePlans. A term holds from
// then on for all units of its scope, those that were sold before among them.
func (s *Service) SaveTerm(ctx context.Context, a auth.Actor, t Term) (Term, error) {
	if err := a.Can(auth.ManagePlans); err != nil {
		return t, err
	}
	t, err := t.check()
	if err != nil {
		return t, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		t, err = s.keepTerm(ctx, a, t)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("save warranty term: %w", err)
	}
	return t, nil
}

func (s *Service) keepTerm(ctx context.Context, a auth.Actor, t Term) (Term, error) {
	t.Workspace, t.UpdatedAt = a.Workspace, s.clock()
	all, err := s.Store.WarrantyTerms(ctx, a.Workspace)
	if err == nil {
		err = s.ours(ctx, a, t.Scope)
	}
	if err != nil {
		return t, err
	}
	if t.ID == 0 {
		if len(all) >= MaxTerms {
			return t, errs.New(errs.Conflict, "error.warranty_count", "count", MaxTerms)
		}
		t.ID, t.CreatedAt = TermID(s.IDs.Next()), t.UpdatedAt
	} else {
		i := slices.IndexFunc(all, func(x Term) bool { return x.ID == t.ID })
		if i < 0 {
			return t, errs.New(errs.NotFound, "error.not_found")
		}
		t.CreatedAt = all[i].CreatedAt
	}
	if err := s.Store.SaveWarrantyTerm(ctx, t); err != nil {
		return t, err
	}
	return t, s.Journal.Append(ctx, event.New(TermSaved, a, event.Subject{Kind: OfTerm, ID: int64(t.ID)}, 0, map[string]any{"name": t.Name, "months": t.Months, "off": t.Off}))
}

// ours refuses a scope with a shop that the actor does not see.
func (s *Service) ours(ctx context.Context, a auth.Actor, x Scope) error {
	if x.Shop == 0 {
		return nil
	}
	shops, err := s.Orders.Shops(ctx, a)
	if err == nil && !slices.ContainsFunc(shops, func(sh order.Shop) bool { return sh.ID == x.Shop }) {
		err = errs.Field("shop", "error.not_found")
	}
	return err
}

// SavePlan writes an extended plan, a new one where its ID is 0. It needs ManagePlans.
func (s *Service) SavePlan(ctx context.Context, a auth.Actor, p Plan) (Plan, error) {
	if err := a.Can(auth.ManagePlans); err != nil {
		return p, err
	}
	p, err := p.check()
	if err != nil {
		return p, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		p.Workspace, p.UpdatedAt = a.Workspace, s.clock()
		all, err := s.Store.WarrantyPlans(ctx, a.Workspace)
		if err == nil {
			err = s.ours(ctx, a, p.Scope)
		}
		if err != nil {
			return err
		}
		if p.ID == 0 {
			if len(all) >= MaxTerms {
				return errs.New(errs.Conflict, "error.warranty_count", "count", MaxTerms)
			}
			p.ID, p.CreatedAt = PlanID(s.IDs.Next()), p.UpdatedAt
		} else {
			i := slices.IndexFunc(all, func(x Plan) bool { return x.ID == p.ID })
			if i < 0 {
				return errs.New(errs.NotFound, "error.not_found")
			}
			p.CreatedAt = all[i].CreatedAt
		}
		if err := s.Store.SaveWarrantyPlan(ctx, p); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(PlanSaved, a, event.Subject{Kind: OfPlan, ID: int64(p.ID)}, 0, map[string]any{"name": p.Name, "months": p.Months, "off": p.Off}))
	})
	if err != nil {
		return p, fmt.Errorf("save extended plan: %w", err)
	}
	return p, nil
}

// Order returns what covers each unit of an order that the actor may see; a customer sees their own. It needs ReadOrders.
func (s *Service) Order(ctx context.Context, a auth.Actor, number order.ID) (order.Order, []Covered, error) {
	o, err := s.order(ctx, a, number)
	if err != nil {
		return o, nil, err
	}
	list, err := s.Covers(ctx, o)
	return o, list, err
}

// order returns an order in the actor's sight; a customer sees their own.
func (s *Service) order(ctx context.Context, a auth.Actor, number order.ID) (order.Order, error) {
	if a.Kind != auth.Customer {
		return s.Orders.Get(ctx, a, number)
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(a.Workspace), number)
	if err == nil && (a.ID == 0 || int64(o.Customer) != a.ID) {
		return order.Order{}, errs.New(errs.NotFound, "error.not_found")
	}
	return o, err
}

// Covers returns what covers each unit of an order, which the caller may see: units alike together, in the order of the
// lines. Lines that are plans themselves are left out.
func (s *Service) Covers(ctx context.Context, o order.Order) ([]Covered, error) {
	w := o.Workspace
	terms, err := s.Store.WarrantyTerms(ctx, w)
	if err != nil {
		return nil, err
	}
	plans, err := s.Store.WarrantyPlans(ctx, w)
	if err != nil {
		return nil, err
	}
	units, err := s.Store.UnitsOfOrder(ctx, w, o.ID, registeredMax)
	if err != nil {
		return nil, err
	}
	mended, err := s.Store.Repairs(ctx, auth.ForSystem(w).Scope(), RepairFilter{Order: o.ID}, 0, MaxPage)
	if err != nil {
		return nil, err
	}
	mended = slices.DeleteFunc(mended, func(r Repair) bool { return !r.Mended() })
	m := s.Market(o.ShipTo)
	dayOf := func(t time.Time) decision.Day {
		if t.IsZero() {
			return decision.Never
		}
		return decision.DayOf(t, m.Zone)
	}
	at, err := s.Delivered(ctx, o)
	if err != nil {
		return nil, err
	}
	var kinds map[string]string
	if s.Categories != nil {
		if kinds, err = s.Categories(ctx, o); err != nil {
			return nil, err
		}
	}
	goods := map[int64]Goods{}
	for _, l := range o.Lines {
		goods[l.ID] = Goods{Shop: o.Shop, Country: m.Country, Region: m.Region, SKU: l.SKU, Category: kinds[l.SKU]}
	}
	extended := planned(o, plans, func(l order.Line) Goods { return goods[l.ID] })
	var out []Covered
	for _, l := range o.Lines {
		if planOf(plans, l.SKU) != nil {
			continue
		}
		sold := Sold{Goods: goods[l.ID], Placed: dayOf(o.PlacedAt), Delivered: dayOf(at)}
		if t, ok := TermFor(terms, sold.Goods); ok {
			sold.Term = &t
		}
		alike := -1 // the place of the units of this line of which nothing is known beside their plan
		var last *Plan
		for n := int64(1); n <= l.Quantity; n++ {
			c := Covered{Row: l.ID, SKU: l.SKU, Title: l.Title, First: n, Quantity: 1, Delivered: sold.Delivered, Term: sold.Term}
			sold.Plan, sold.Registered, sold.Repairs = extended[[2]int64{l.ID, n}], decision.Never, nil
			if i := slices.IndexFunc(units, func(u Unit) bool { return u.Row == l.ID && u.Number == n }); i >= 0 {
				c.Unit, sold.Registered = &units[i], dayOf(units[i].RegisteredAt)
			}
			for _, x := range mended {
				if x.Of(l.ID, n) {
					sold.Repairs = append(sold.Repairs, decision.RepairedTerm{Claimed: dayOf(x.ClaimedAt), Done: dayOf(x.EndedAt)})
				}
			}
			plain := c.Unit == nil && len(sold.Repairs) == 0
			if plain && alike >= 0 && last == sold.Plan && out[alike].First+out[alike].Quantity == n {
				out[alike].Quantity++
				continue
			}
			c.Coverage = Cover(decision.Statute(), sold)
			if out = append(out, c); plain {
				alike, last = len(out)-1, sold.Plan
			} else {
				alike = -1
			}
		}
	}
	return out, nil
}

// Units returns the registered units of SKUs (as product.Keys gives them) that the actor may see, the newest first, before
// one. It needs ReadCases.
func (s *Service) Units(ctx context.Context, a auth.Actor, keys []string, before UnitID, limit int) ([]Unit, error) {
	if err := a.Can(auth.ReadCases); err != nil || len(keys) == 0 {
		return nil, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	return s.Store.UnitsBySKU(ctx, a.Scope(), keys, before, limit)
}

// Registration is what somebody registers: a unit of an order's line.
type Registration struct {
	Order  order.ID
	Row    int64 // order.Line.ID
	Number int64 // of the line's units, from 1; 0: the first that is not registered
	Serial string
	// Language is the one in which a customer is written to, BCP 47.
	Language string
}

// Register registers a unit that was delivered: a customer theirs, people with WriteCases anybody's. What is registered
// already, the serial number on the same line or the numbered unit without another serial number, returns as it stands. A
// serial number that an article has once already is errs.Conflict, and so is a line all of whose units are registered. It
// reports whether something was added.
func (s *Service) Register(ctx context.Context, a auth.Actor, n Registration) (Unit, bool, error) {
	if a.Kind != auth.Customer {
		if err := a.Can(auth.WriteCases); err != nil {
			return Unit{}, false, err
		}
	}
	written, err := serial(n.Serial)
	if err != nil {
		return Unit{}, false, err
	}
	var u Unit
	added := false
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		o, err := s.order(ctx, a, n.Order)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(o.Lines, func(l order.Line) bool { return l.ID == n.Row })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		at, err := s.Delivered(ctx, o)
		if err != nil {
			return err
		}
		if at.IsZero() {
			return errs.New(errs.Conflict, "error.warranty_early")
		}
		taken, err := s.Store.UnitsOfOrder(ctx, o.Workspace, o.ID, registeredMax)
		if err != nil {
			return err
		}
		if key := SerialKey(written); key != "" {
			if j := slices.IndexFunc(taken, func(x Unit) bool { return x.Row == n.Row && SerialKey(x.Serial) == key }); j >= 0 {
				u = taken[j]
				return nil
			}
		}
		l, now, number := o.Lines[i], s.clock(), n.Number
		if number == 0 {
			if number = free(taken, l.ID, l.Quantity); number == 0 {
				return errs.New(errs.Conflict, "error.warranty_all")
			}
		}
		if number < 1 || number > l.Quantity {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if j := slices.IndexFunc(taken, func(x Unit) bool { return x.Row == l.ID && x.Number == number }); j >= 0 {
			if u = taken[j]; SerialKey(u.Serial) != SerialKey(written) {
				return errs.New(errs.Conflict, "error.warranty_all")
			}
			return nil
		}
		u = Unit{ID: UnitID(s.IDs.Next()), Workspace: o.Workspace, Shop: o.Shop, Order: o.ID, Row: l.ID, Number: number, SKU: l.SKU, Title: l.Title, Serial: written, RegisteredAt: now, UpdatedAt: now}
		if added, err = s.Store.AddUnit(ctx, u); err != nil {
			return err
		}
		if !added {
			return errs.New(errs.Conflict, "error.warranty_taken")
		}
		if a.Kind == auth.Customer && s.Confirm != nil {
			if err := s.Confirm(ctx, o, u, n.Language); err != nil {
				return err
			}
		}
		return s.Journal.Append(ctx, event.New(Registered, a, event.Subject{Kind: OfUnit, ID: int64(u.ID)}, 0, News{o.ID, l.ID, number, l.SKU}))
	})
	if err != nil {
		return Unit{}, false, fmt.Errorf("register unit: %w", err)
	}
	return u, added, nil
}

// Windows returns for how many days after delivery the merchant's own promise for a line gives a remedy: the least of its
// units, so that no unit gets more than was promised for it.
func (s *Service) Windows(ctx context.Context, o order.Order, row int64) (map[decision.Remedy]int, error) {
	list, err := s.Covers(ctx, o)
	if err != nil {
		return nil, err
	}
	var out map[decision.Remedy]int
	first := true
	for _, c := range list {
		if c.Row != row {
			continue
		}
		days := c.Coverage.Windows(c.Delivered)
		if first {
			out, first = days, false
			continue
		}
		for r, n := range out {
			if more, ok := days[r]; !ok {
				delete(out, r)
			} else {
				out[r] = min(n, more)
			}
		}
	}
	return out, nil
}
