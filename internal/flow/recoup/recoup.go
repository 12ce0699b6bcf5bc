package recoup

import (
	"context"
	"fmt"
	"math"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/trace"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Recent is how old an event may be that opens a claim or reminds of one.
const Recent = 14 * 24 * time.Hour

const (
	reader  = "recoup"
	batch   = 500
	overlap = 2 * time.Minute // events of another node may be committed after younger ones
)

// Store is what is read and kept.
type Store interface {
	EventsAfter(ctx context.Context, w auth.WorkspaceID, after event.ID, limit int) ([]event.Event, error)
	EventCursor(ctx context.Context, w auth.WorkspaceID, reader string) (event.ID, error)
	MoveEventCursor(ctx context.Context, w auth.WorkspaceID, reader string, to event.ID) error
	Workspace(ctx context.Context, id auth.WorkspaceID) (auth.Workspace, error)
	// SupplierBatch returns whose batch an article was of at a moment; errs.NotFound if nobody said so.
	SupplierBatch(ctx context.Context, w auth.WorkspaceID, shop order.ShopID, key string, at time.Time) (supplier, batch string, err error)
}

// Config is what a Service needs.
type Config struct {
	Store  Store
	Claims *recovery.Service
	Cases  interface {
		Get(ctx context.Context, actor auth.Actor, number cases.ID) (cases.Case, error)
		Files(ctx context.Context, actor auth.Actor, number cases.ID) ([]cases.File, error)
		File(ctx context.Context, actor auth.Actor, number cases.ID, f cases.FileID) (cases.File, []byte, error)
		List(ctx context.Context, actor auth.Actor, f cases.Filter, before cases.ID, limit int) ([]cases.Case, error)
	}
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	}
	Shipments interface {
		Get(ctx context.Context, actor auth.Actor, id shipment.ID) (shipment.Shipment, error)
		Events(ctx context.Context, actor auth.Actor, id shipment.ID) ([]shipment.Event, error)
		List(ctx context.Context, actor auth.Actor, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error)
	}
	Products interface {
		BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]product.Product, error)
	}
	Tickets interface {
		Raise(ctx context.Context, actor auth.Actor, c ticket.Case) (ticket.Ticket, error)
	}
	Now func() time.Time
}

// Service opens claims and reminds people of them.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

// Work reads what the journal has since the last time. It may be repeated at any time: what happened is claimed once, and
// people are reminded of each deadline once.
func (s *Service) Work(ctx context.Context, w auth.WorkspaceID) error {
	at, err := s.Store.EventCursor(ctx, w, reader)
	if err != nil {
		return fmt.Errorf("open claims: %w", err)
	}
	at = max(at, event.ID(id.Floor(s.Now().Add(-Recent))))
	settled := event.ID(id.Floor(s.Now().Add(-overlap)))
	for {
		list, err := s.Store.EventsAfter(ctx, w, at, batch)
		if err != nil {
			return fmt.Errorf("open claims: %w", err)
		}
		for _, e := range list {
			if err := s.read(ctx, w, e); err != nil {
				return fmt.Errorf("open claims: %s: %w", e.Kind, err)
			}
		}
		if len(list) > 0 {
			at = list[len(list)-1].ID
			if err := s.Store.MoveEventCursor(ctx, w, reader, min(at, settled)); err != nil {
				return fmt.Errorf("open claims: %w", err)
			}
		}
		if len(list) < batch {
			return nil
		}
	}
}

// read sees to one event. What it speaks of may be gone, or not be claimable any more: that is no error.
func (s *Service) read(ctx context.Context, w auth.WorkspaceID, e event.Event) error {
	var err error
	switch e.Kind {
	case shipment.IsLost, shipment.IsPresumedLost:
		err = s.missing(ctx, auth.ForSystem(w), shipment.ID(e.Subject.ID))
	case cases.IsMoved:
		var told cases.Summary
		if err := e.Decode(&told); err != nil {
			return err
		}
		if told.Phase == cases.Approved || told.Phase == cases.Closed && told.Reason == cases.Completed {
			err = s.decided(ctx, auth.ForSystem(w), cases.ID(e.Subject.ID))
		}
	case recovery.IsDue, recovery.IsMoved:
		var told recovery.Summary
		if err := e.Decode(&told); err != nil {
			return err
		}
		if e.Kind == recovery.IsDue || told.State == recovery.Lapsed {
			err = s.remind(ctx, w, e, told)
		}
	}
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Conflict || k == errs.Invalid) {
		return nil
	}
	return err
}

// missing claims a parcel that is lost.
func (s *Service) missing(ctx context.Context, actor auth.Actor, parcel shipment.ID) error {
	v, err := s.Shipments.Get(ctx, actor, parcel)
	if err != nil {
		return err
	}
	if v.Order == 0 || v.Direction != shipment.Out || v.Status != shipment.Lost && v.Risk != shipment.PresumedLost {
		return nil
	}
	o, err := s.Orders.Get(ctx, actor, v.Order)
	if err != nil {
		return err
	}
	list, err := s.Cases.List(ctx, actor, cases.Filter{Order: o.ID}, 0, cases.MaxPage)
	if err != nil {
		return err
	}
	var about *cases.Case
	for i, c := range list {
		if c.Kind == cases.NotReceived {
			about = &list[i]
			break
		}
	}
	return s.carrier(ctx, actor, v, o, about, lostOr(v))
}

// lostOr tells a parcel that was lost on its way from one that its carrier never had.
func lostOr(v shipment.Shipment) recovery.Cause {
	if v.FirstScanAt.IsZero() {
		return recovery.NeverScanned
	}
	return recovery.Lost
}

// decided claims what a case of damage, loss or a defect was decided about.
func (s *Service) decided(ctx context.Context, actor auth.Actor, number cases.ID) error {
	c, err := s.Cases.Get(ctx, actor, number)
	if err != nil {
		return err
	}
	for _, id := range c.Orders() {
		o, err := s.Orders.Get(ctx, actor, id)
		if err != nil {
			return err
		}
		if err := s.supplier(ctx, actor, c, o); err != nil {
			return err
		}
		damaged := false
		for _, l := range c.Lines {
			damaged = damaged || l.Order == id && l.Reason == "damaged" && l.Declined == ""
		}
		if c.Kind != cases.NotReceived && !damaged {
			continue
		}
		sent, err := s.Shipments.List(ctx, actor, shipment.Filter{Order: id, Direction: shipment.Out}, shipment.Cursor{}, 2)
		if err != nil {
			return err
		}
		if len(sent) != 1 {
			continue // nobody said which one it was
		}
		cause := recovery.Damaged
		if c.Kind == cases.NotReceived {
			cause = lostOr(sent[0])
		}
		if err := s.carrier(ctx, actor, sent[0], o, &c, cause); err != nil {
			return err
		}
	}
	return nil
}

// carrier claims a parcel from its carrier; about is the case that it is about, if there is one.
func (s *Service) carrier(ctx context.Context, actor auth.Actor, v shipment.Shipment, o order.Order, about *cases.Case, cause recovery.Cause) error {
	if v.Carrier == "" {
		return nil
	}
	n, err := s.Draft(ctx, actor, v, o, about, cause)
	if err == nil {
		_, _, err = s.Claims.Open(ctx, actor, n)
	}
	return err
}

// Draft draws the claim of a parcel against its carrier, with the papers that the house holds; about is the case that it is
// about, or nil. The sum is what the goods were sold for, as far as the carrier pays that; it is 0 where the order went out
// in several parcels, and where no rate is known for what the carrier pays at most.
func (s *Service) Draft(ctx context.Context, actor auth.Actor, v shipment.Shipment, o order.Order, about *cases.Case, cause recovery.Cause) (recovery.NewClaim, error) {
	t, ok := recovery.TermsOf(v, cause)
	if !ok {
		return recovery.NewClaim{}, errs.Field("cause", "error.invalid")
	}
	t, err := s.Claims.Agreed(ctx, actor.Workspace, recovery.Carrier, v.Carrier, cause, t, trace.Posted(v), recovery.CountsFrom(v, cause))
	if err != nil {
		return recovery.NewClaim{}, err
	}
	sent, err := s.Shipments.List(ctx, actor, shipment.Filter{Order: o.ID, Direction: shipment.Out}, shipment.Cursor{}, 2)
	if err != nil {
		return recovery.NewClaim{}, err
	}
	n := recovery.NewClaim{
		Against: recovery.Carrier, Party: v.Carrier, Name: carrierName(v), Cause: cause, Currency: o.Currency, Terms: t, Shop: o.Shop,
		Item: recovery.Item{Source: fmt.Sprintf("parcel/%d", v.ID), Shipment: v.ID, Tracking: v.Number, Order: o.ID, Title: o.Number, Quantity: 1, At: v.Since},
		Held: map[string]string{recovery.Invoice: "order", recovery.DeclaredValue: "order"},
	}
	if !v.FirstScanAt.IsZero() {
		n.Held[recovery.Posting] = "tracking"
	}
	if len(sent) == 1 {
		if n.Item.Value, err = s.worth(ctx, actor, o, t); err != nil {
			return n, err
		}
	}
	if about != nil {
		err = s.show(ctx, actor, &n, *about)
	}
	return n, err
}

// worth is what may be claimed for all goods of an order in its currency, 0 where no rate is known for what the party pays at
// most.
func (s *Service) worth(ctx context.Context, actor auth.Actor, o order.Order, t recovery.Terms) (int64, error) {
	var grams int64
	if t.PerKg.Minor > 0 {
		var err error
		if grams, err = s.weight(ctx, actor, o); err != nil {
			return 0, err
		}
	}
	worth, err := t.Claimable(money.Amount{Minor: max(o.Goods-o.Discount, 0), Currency: o.Currency}, grams, func(a money.Amount, to string) (money.Amount, error) {
		return s.Claims.Convert(ctx, actor.Workspace, a, to)
	})
	if errs.Is(err, errs.Unavailable) {
		return 0, nil
	}
	return worth.Minor, err
}

// weight is what the goods of an order weigh in grams, 0 unless that is known of all.
func (s *Service) weight(ctx context.Context, actor auth.Actor, o order.Order) (int64, error) {
	skus := make([]string, len(o.Lines))
	for i, l := range o.Lines {
		skus[i] = l.SKU
	}
	known, err := s.Products.BySKU(ctx, auth.ForSystem(actor.Workspace), o.Shop, skus)
	if err != nil {
		return 0, err
	}
	var grams int64
	for _, l := range o.Lines {
		v, ok := known[product.Key(l.SKU)].Variant(l.SKU)
		if !ok || v.Grams <= 0 {
			return 0, nil
		}
		grams += v.Grams * l.Quantity
	}
	return grams, nil
}

// carrierName is what people call the carrier of a parcel.
func carrierName(v shipment.Shipment) string {
	for _, l := range v.Legs {
		if l.Carrier == v.Carrier && l.Name != "" {
			return l.Name
		}
	}
	return v.Carrier
}

// show puts what a case holds to a claim: the customer's photos and words, what was found in the warehouse, what was
// refunded.
func (s *Service) show(ctx context.Context, actor auth.Actor, n *recovery.NewClaim, c cases.Case) error {
	n.Item.Case = c.ID
	files, err := s.Cases.Files(ctx, actor, c.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Kind == cases.Photo || f.Kind == cases.Video {
			n.Held[recovery.PhotoDamage], n.Held[recovery.PhotoDefect] = "case", "case"
		}
	}
	for _, e := range c.Evidence {
		if e == "statement" {
			n.Held[recovery.Statement] = "case"
		}
	}
	for _, p := range c.Placed {
		if p.Grade != "" {
			n.Held[recovery.Inspection] = "case"
		}
	}
	for _, r := range c.Resolutions {
		if total, err := r.Money.Components.Total(n.Currency); err == nil && r.Stand == cases.Done && r.Money.Currency == n.Currency {
			n.Item.Refunded += total.Minor
			n.Held[recovery.RefundProof] = "case"
		}
	}
	return nil
}

// supplier claims the defective units of a case from those who supplied them.
func (s *Service) supplier(ctx context.Context, actor auth.Actor, c cases.Case, o order.Order) error {
	for _, l := range c.Lines {
		if l.Order != o.ID {
			continue
		}
		if _, _, err := s.faulty(ctx, actor, c, o, l); err != nil && !errs.Is(err, errs.Invalid) {
			return err
		}
	}
	return nil
}

// faulty claims the defective units of a line of a case from those who supplied the batch that was sold when the order was
// placed. It reports whether there was something to claim that was in no claim before.
func (s *Service) faulty(ctx context.Context, actor auth.Actor, c cases.Case, o order.Order, l cases.Line) (recovery.Claim, bool, error) {
	units, system := recovery.FaultyUnits(c, l), auth.ForSystem(actor.Workspace)
	if units == 0 {
		return recovery.Claim{}, false, nil
	}
	known, err := s.Products.BySKU(ctx, system, o.Shop, []string{l.SKU})
	if err != nil {
		return recovery.Claim{}, false, err
	}
	key := product.Key(l.SKU)
	p, ok := known[key]
	v, sold := p.Variant(l.SKU)
	if !ok || !sold {
		return recovery.Claim{}, false, nil
	}
	supplier, batch, err := s.Store.SupplierBatch(ctx, actor.Workspace, o.Shop, key, o.PlacedAt)
	if errs.Is(err, errs.NotFound) {
		supplier, batch, err = p.SupplierOf(v), p.BatchOf(v), nil
	}
	if err != nil || supplier == "" {
		return recovery.Claim{}, false, err
	}
	t, err := s.Claims.Agreed(ctx, actor.Workspace, recovery.Supplier, supplier, recovery.Defective, recovery.Terms{Rule: recovery.Rule{Papers: recovery.SupplierPapers()}}, o.PlacedAt, c.OpenedAt)
	if err != nil {
		return recovery.Claim{}, false, err
	}
	value, err := t.Claimable(money.Amount{Minor: v.Cost * units, Currency: p.Currency}, 0, func(a money.Amount, to string) (money.Amount, error) {
		return s.Claims.Convert(ctx, actor.Workspace, a, to)
	})
	if err != nil && !errs.Is(err, errs.Unavailable) {
		return recovery.Claim{}, false, err
	}
	n := recovery.NewClaim{
		Against: recovery.Supplier, Party: supplier, Cause: recovery.Defective, Currency: p.Currency, Shop: o.Shop, Batch: batch, Terms: t, Held: map[string]string{},
		Item: recovery.Item{Source: recovery.FaultSource(c.ID, l.Number), Order: o.ID, SKU: l.SKU, Title: l.Title, Quantity: units, Value: value.Minor, At: c.OpenedAt},
	}
	if err := s.show(ctx, system, &n, c); err != nil {
		return recovery.Claim{}, false, err
	}
	n.Item.Refunded = 0 // of the whole case, and not of the line
	return s.Claims.Open(ctx, actor, n)
}

// remind notes on the ticket of a claim's order what is to be done about it.
func (s *Service) remind(ctx context.Context, w auth.WorkspaceID, e event.Event, told recovery.Summary) error {
	system := auth.ForSystem(w)
	c, err := s.Claims.Get(ctx, system, recovery.ID(e.Subject.ID))
	if err != nil || told.Order == 0 || c.State != told.State {
		return err
	}
	o, err := s.Orders.Get(ctx, system, told.Order)
	if err != nil || o.Email == "" {
		return err
	}
	space, err := s.Store.Workspace(ctx, w)
	if err != nil {
		return err
	}
	say := i18n.For(i18n.Match(space.Language, i18n.Console()))
	digits, _ := money.Digits(c.Currency)
	asked := say.Decimal(float64(c.Asked)/math.Pow10(digits), digits) + "\u00a0" + c.Currency
	day := say.Date(c.Clock(), time.UTC, i18n.Medium)
	var note string
	switch {
	case c.State == recovery.Lapsed:
		note = say.T("recovery.remind.lapsed", "Party", c.Name, "Asked", asked, "Day", say.Date(c.Deadline, time.UTC, i18n.Medium))
	case c.State.Unsent():
		note = say.T("recovery.remind.deadline", "Party", c.Name, "Asked", asked, "Day", day)
		for _, k := range c.Missing() {
			note += "\n- " + say.T("recovery.paper."+k)
		}
	default:
		note = say.T("recovery.remind.late", "Party", c.Name, "Asked", asked, "Day", day)
	}
	_, err = s.Tickets.Raise(ctx, system, ticket.Case{Order: o, Subject: say.T("recovery.remind.subject", "Party", c.Name, "Order", o.Number), Note: note, Key: fmt.Sprintf("recovery.%d.%d", int64(c.ID), int64(e.ID))})
	return err
}
