package goods

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/decision"
	"godwit.dev/godwit/internal/domain/fx"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most parcels that one call returns.
const MaxPage = 200

// Filter narrows a list of parcels; a zero field does not.
type Filter struct {
	State State
	Open  bool // something of them is still to come
	Case  cases.ID
	Order order.ID
	Place PlaceID
	Of    []customer.ID // of the orders of these alone, if there are any
}

// Store keeps places and parcels. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	Places(context.Context, auth.WorkspaceID) ([]Place, error)
	Place(context.Context, auth.WorkspaceID, PlaceID) (Place, error)
	SavePlace(context.Context, Place) error
	// AddReturn writes a parcel. It reports false if its resolution has one, or its number is taken.
	AddReturn(context.Context, Parcel) (bool, error)
	// SaveReturn writes what may change.
	SaveReturn(context.Context, Parcel) error
	Return(context.Context, auth.WorkspaceID, ParcelID) (Parcel, error)
	// HoldReturn returns a parcel, locked until the transaction ends.
	HoldReturn(context.Context, auth.WorkspaceID, ParcelID) (Parcel, error)
	ReturnOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (Parcel, error)
	// ReturnsByCode returns parcels with an RMA or a key of a tracking number (order.TrackingKey), the newest first.
	ReturnsByCode(ctx context.Context, w auth.WorkspaceID, rma, tracking string) ([]Parcel, error)
	// Returns returns what somebody sees under a filter, the newest first, before a parcel.
	Returns(ctx context.Context, s auth.Scope, f Filter, before ParcelID, limit int) ([]Parcel, error)
	// AddScan writes what was done at the door. It reports false if its key was seen in the workspace.
	AddScan(context.Context, Scan) (bool, error)
	// UnknownScans returns kept parcels that nobody has claimed, the newest first, before one of them (0: from the newest).
	UnknownScans(ctx context.Context, w auth.WorkspaceID, before int64, limit int) ([]Scan, error)
	// ClaimScan says whose a kept parcel is; errs.NotFound if it was claimed.
	ClaimScan(ctx context.Context, w auth.WorkspaceID, scan int64, p ParcelID) error
	// MovedReturns returns open parcels whose shipment stands otherwise than it was seen.
	MovedReturns(ctx context.Context, w auth.WorkspaceID, limit int) ([]Moved, error)
}

// Moved is a parcel and where its carrier says that it is now.
type Moved struct {
	ID     ParcelID
	Status shipment.Status
}

// Config is what a Service needs.
type Config struct {
	Store Store
	Cases interface {
		Get(ctx context.Context, actor auth.Actor, c cases.ID) (cases.Case, error)
		Count(ctx context.Context, actor auth.Actor, c cases.ID, line int, what cases.Counter, add int64) (cases.Case, error)
		Meet(ctx context.Context, actor auth.Actor, c cases.ID, t cases.Trigger) (cases.Case, error)
		Dispose(ctx context.Context, actor auth.Actor, c cases.ID, p cases.Placed) (cases.Case, error)
		Go(ctx context.Context, actor auth.Actor, c cases.ID, to cases.Phase, code string) (cases.Case, error)
		List(ctx context.Context, actor auth.Actor, f cases.Filter, before cases.ID, limit int) ([]cases.Case, error)
		AskDifference(ctx context.Context, actor auth.Actor, c cases.ID, resolution int64, found []cases.Found, note string) (cases.Case, error)
		Nudge(ctx context.Context, actor auth.Actor, c cases.ID, resolution int64, n cases.Nudge) (cases.Case, error)
		Attach(ctx context.Context, actor auth.Actor, c cases.ID, n cases.NewFile) (cases.File, error)
		Files(ctx context.Context, actor auth.Actor, c cases.ID) ([]cases.File, error)
		File(ctx context.Context, actor auth.Actor, c cases.ID, f cases.FileID) (cases.File, []byte, error)
		Overlook(ctx context.Context, actor auth.Actor, c cases.ID, resolution int64, found []cases.Found, why string) (cases.Case, error)
	}
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
		Find(ctx context.Context, actor auth.Actor, keys []string) ([]order.Order, error)
		Shops(ctx context.Context, actor auth.Actor) ([]order.Shop, error)
	}
	Products interface {
		BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]product.Product, error)
	}
	Shipments interface {
		Ingest(ctx context.Context, actor auth.Actor, d shipment.Delivery) (shipment.Result, error)
		List(ctx context.Context, actor auth.Actor, f shipment.Filter, after shipment.Cursor, limit int) ([]shipment.Shipment, error)
	}
	// Customers finds whom a typed name is of; nil finds nobody.
	Customers interface {
		Search(ctx context.Context, actor auth.Actor, prefix string, limit int) ([]customer.Customer, error)
	}
	Rates interface {
		Table(ctx context.Context, actor auth.Actor) (fx.Table, error)
	}
	// Came is told, in the transaction, that goods are here of which nobody expected any more, and reports whether their case
	// is open again; nil opens none.
	Came    func(ctx context.Context, w auth.WorkspaceID, c cases.ID) (bool, error)
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
	Random  io.Reader // for numbers; crypto/rand if nil
}

// Service holds the verbs of goods.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Await notes that the goods of a resolution come back in the very parcel in which they went out: refused at the door, not
// picked up, sent to a wrong address. It is the first of some in which nothing else is awaited, the first if there is none.
// It is found by its RMA and by its own tracking number. Else it is as Expect; it joins the transaction in ctx.
func (s *Service) Await(ctx context.Context, c cases.Case, r cases.Resolution, list []shipment.Shipment) error {
	if _, err := s.Store.ReturnOf(ctx, c.Workspace, r.Number); !errs.Is(err, errs.NotFound) {
		return err
	}
	v := list[0]
	for _, x := range list {
		others, err := s.Store.ReturnsByCode(ctx, c.Workspace, "", order.TrackingKey(x.Number))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(others, func(p Parcel) bool { return p.Shipment == x.ID && p.State != Cancelled }) {
			v = x
			break
		}
	}
	now := s.clock()
	p := Parcel{
		ID: ParcelID(s.IDs.Next()), Workspace: c.Workspace, Case: c.ID, Number: c.Number, Resolution: r.Number, Shop: c.Shop, Route: decision.Carrier.String(), State: Moving,
		Carrier: v.Carrier, Tracking: v.Number, Shipment: v.ID, Seen: shipment.Returning, CreatedAt: now, UpdatedAt: now, SentAt: v.Since,
	}
	return s.add(ctx, p, c, r)
}

// drawn is how many numbers are drawn before one that is free is given up: two in a row are taken about never.
const drawn = 4

// Expect notes that the goods of a resolution will come back by a route. It joins the transaction in which the case is
// decided and checks no right of its own. Routes on which nothing is sent by the customer expect nothing, goods that were
// not bought here are not expected, and a repeat changes nothing. Where the merchant has no place for the route, the parcel
// waits for one: its label cannot be made until then.
func (s *Service) Expect(ctx context.Context, c cases.Case, r cases.Resolution, route string) error {
	if !slices.Contains(Routes(), route) {
		return nil
	}
	if _, err := s.Store.ReturnOf(ctx, c.Workspace, r.Number); !errs.Is(err, errs.NotFound) {
		return err
	}
	if again, err := s.revive(ctx, c, r, route); again || err != nil {
		return err
	}
	now := s.clock()
	return s.add(ctx, Parcel{
		ID: ParcelID(s.IDs.Next()), Workspace: c.Workspace, Case: c.ID, Number: c.Number, Resolution: r.Number, Shop: c.Shop, Route: route, State: Expected,
		CreatedAt: now, UpdatedAt: now,
	}, c, r)
}

// add writes a parcel with the goods of a resolution and a number of its own.
func (s *Service) add(ctx context.Context, p Parcel, c cases.Case, r cases.Resolution) error {
	by := auth.ForSystem(c.Workspace)
	if err := s.fill(ctx, by, &p, c, r); err != nil {
		return fmt.Errorf("expect goods: %w", err)
	}
	if len(p.Lines) == 0 {
		return nil
	}
	places, err := s.Store.Places(ctx, c.Workspace)
	if err != nil {
		return err
	}
	if x, ok := choose(places, p.Shop, p.Route, p.Sender.Country); ok {
		p.Place = x.ID
	}
	for range drawn {
		if p.RMA, err = newRMA(s.Random); err != nil {
			return err
		}
		if ok, err := s.Store.AddReturn(ctx, p); ok || err != nil {
			if err == nil {
				err = s.announce(ctx, by, p, "")
			}
			return err
		}
	}
	return errs.New(errs.Unavailable, "error.busy")
}

// fill takes the goods of a resolution from its case and orders, with what was paid for each.
func (s *Service) fill(ctx context.Context, by auth.Actor, p *Parcel, c cases.Case, r cases.Resolution) error {
	known := map[order.ID]order.Order{}
	for _, g := range r.Units {
		i := slices.IndexFunc(c.Lines, func(l cases.Line) bool { return l.Number == g.Line })
		if i < 0 || c.Lines[i].OrderRow == 0 {
			continue
		}
		l := c.Lines[i]
		o, ok := known[l.Order]
		if !ok {
			var err error
			if o, err = s.Orders.Get(ctx, by, l.Order); err != nil {
				return err
			}
			known[l.Order] = o
		}
		if p.Order == 0 {
			p.Order, p.Sender, p.Currency = o.ID, o.ShipTo, o.Currency
		}
		line := Line{Case: l.Number, OrderRow: l.OrderRow, SKU: l.SKU, Title: l.Title, From: g.From, Quantity: g.Quantity}
		if j := slices.IndexFunc(o.Lines, func(x order.Line) bool { return x.ID == l.OrderRow }); j >= 0 && o.Lines[j].Quantity > 0 {
			line.Value = o.Lines[j].Price - o.Lines[j].Discount/o.Lines[j].Quantity
		}
		p.Lines = append(p.Lines, line)
	}
	return nil
}

// OfCase returns the parcels of a case, the newest first. It needs ReadCases and the case in sight.
func (s *Service) OfCase(ctx context.Context, actor auth.Actor, c cases.ID) ([]Parcel, error) {
	return s.List(ctx, actor, Filter{Case: c}, 0, MaxPage)
}

// List returns parcels under a filter that the actor may see, the newest first, before one of them (0: from the newest),
// at most MaxPage. It needs ReadCases.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, before ParcelID, limit int) ([]Parcel, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	return s.Store.Returns(ctx, actor.Scope(), f, before, min(limit, MaxPage))
}

// Get returns a parcel that the actor may see; any other is errs.NotFound. It needs ReadCases.
func (s *Service) Get(ctx context.Context, actor auth.Actor, number ParcelID) (Parcel, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Parcel{}, err
	}
	p, err := s.Store.Return(ctx, actor.Workspace, number)
	if err == nil {
		err = auth.Can(actor, auth.ReadCases, p.Resource())
	}
	if err != nil {
		return Parcel{}, err
	}
	return p, nil
}

// Find returns the parcels that a scanned or typed code may mean: an RMA, or a carrier's tracking number; the newest
// first. An RMA with a wrong check character finds nothing. It needs ReadCases.
func (s *Service) Find(ctx context.Context, actor auth.Actor, code string) ([]Parcel, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	rma, ok := ParseRMA(code)
	if !ok {
		rma = ""
	}
	key := order.TrackingKey(code)
	if rma == "" && key == "" {
		return nil, nil
	}
	list, err := s.Store.ReturnsByCode(ctx, actor.Workspace, rma, key)
	return slices.DeleteFunc(list, func(p Parcel) bool { return auth.Can(actor, auth.ReadCases, p.Resource()) != nil }), err
}

// Sent notes the tracking number under which a parcel comes back: from then on it is followed as all parcels are, with the
// direction back. Another number takes the place of the one before until the parcel moves. It fails with errs.Invalid on a
// number that cannot be one, or that is of a parcel that goes out or of another order's; with errs.Conflict once the parcel
// was received or cancelled. A repeat changes nothing. It needs WriteCases.
func (s *Service) Sent(ctx context.Context, actor auth.Actor, number ParcelID, carrier, tracking string) (Parcel, error) {
	carrier, tracking = strings.Join(strings.Fields(carrier), " "), strings.Join(strings.Fields(tracking), " ")
	if order.TrackingKey(tracking) == "" || len(tracking) > 60 {
		return Parcel{}, errs.Field("tracking", "error.goods_tracking")
	}
	if len(carrier) > maxWord {
		return Parcel{}, errs.Field("carrier", "error.goods_long", "max", maxWord)
	}
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		if !p.State.Open() || p.State != Expected && p.State != Sent && order.TrackingKey(p.Tracking) != order.TrackingKey(tracking) {
			return errs.New(errs.Conflict, "error.goods_state")
		}
		if p.State != Expected && order.TrackingKey(p.Tracking) == order.TrackingKey(tracking) && p.Carrier == carrier {
			return nil
		}
		o, err := s.Orders.Get(ctx, auth.ForSystem(p.Workspace), p.Order)
		if err != nil {
			return err
		}
		// Money may go with the first scan, so that a number is good for one sender.
		others, err := s.Store.ReturnsByCode(ctx, p.Workspace, "", order.TrackingKey(tracking))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(x Parcel) bool { return x.Order != p.Order }) {
			return errs.Field("tracking", "error.goods_tracking")
		}
		out, err := s.Shipments.List(ctx, auth.ForSystem(p.Workspace), shipment.Filter{Key: order.TrackingKey(tracking), Direction: shipment.Out}, shipment.Cursor{}, 1)
		if err != nil {
			return err
		}
		if len(out) > 0 { // it would have arrived before it was sent
			return errs.Field("tracking", "error.goods_tracking")
		}
		now := s.clock()
		got, err := s.Shipments.Ingest(ctx, auth.ForSystem(p.Workspace), shipment.Delivery{Source: "return", Reports: []shipment.Report{{
			Number: shipment.Number{Carrier: carrier, Number: tracking}, Order: &o, Direction: shipment.Back,
			Event: shipment.Event{Status: shipment.Announced, Text: Spaced(p.RMA), At: now, Zoned: true},
		}}})
		if err != nil {
			return err
		}
		if len(got.Refused) > 0 {
			return got.Refused[0].Err
		}
		found, err := s.Shipments.List(ctx, auth.ForSystem(p.Workspace), shipment.Filter{Key: order.TrackingKey(tracking), Direction: shipment.Back}, shipment.Cursor{}, 1)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0].Order != 0 && found[0].Order != p.Order { // another's
			return errs.Field("tracking", "error.goods_tracking")
		}
		p.Carrier, p.Tracking, p.Shipment, p.Seen = carrier, tracking, found[0].ID, shipment.Announced
		if p.State == Expected {
			p.State, p.SentAt = Sent, now
		}
		return nil
	})
}

// Redirect sends a parcel to another place, until it moves. It needs WriteCases.
func (s *Service) Redirect(ctx context.Context, actor auth.Actor, number ParcelID, place PlaceID) (Parcel, error) {
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		if p.State != Expected {
			return errs.New(errs.Conflict, "error.goods_state")
		}
		x, err := s.Place(ctx, actor, place)
		if err != nil {
			return err
		}
		if x.Off || x.Shop != 0 && x.Shop != p.Shop {
			return errs.Field("place", "error.goods_place")
		}
		p.Place, p.Route = x.ID, x.Route
		return nil
	})
}

// Cancel takes an expected parcel back: nothing will be sent. It joins the transaction in ctx. A parcel that moves, or came,
// stays as it is; so does one that was cancelled. It needs WriteCases.
func (s *Service) Cancel(ctx context.Context, actor auth.Actor, number ParcelID) (Parcel, error) {
	return s.change(ctx, actor, number, func(_ context.Context, p *Parcel) error {
		if p.State == Expected || p.State == Sent {
			p.State = Cancelled
		}
		return nil
	})
}

// CallOff cancels what is still expected for resolutions of a case that have lapsed, since it was given up or closed, or the
// goods did not come in time, and for those whose goods a person does not await any more. It joins the transaction in ctx and checks no right of its own. Parcels that move stay: whoever
// receives them has to know what they are. A repeat changes nothing.
func (s *Service) CallOff(ctx context.Context, c cases.Case) error {
	over := func(r cases.Resolution) bool { return r.Stand == cases.Lapsed && r.Returns() || r.Forgone }
	if !slices.ContainsFunc(c.Resolutions, over) {
		return nil
	}
	by := auth.ForSystem(c.Workspace)
	list, err := s.OfCase(ctx, by, c.ID)
	for _, p := range list {
		lapsed := slices.ContainsFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution && over(r) })
		if err == nil && lapsed && (p.State == Expected || p.State == Sent) {
			_, err = s.Cancel(ctx, by, p.ID)
		}
	}
	return err
}

// revive expects a parcel again that was cancelled, for a resolution of the same goods by the same route, so that its number
// and its label hold.
func (s *Service) revive(ctx context.Context, c cases.Case, r cases.Resolution, route string) (bool, error) {
	if !slices.ContainsFunc(c.Resolutions, func(x cases.Resolution) bool { return x.Number != r.Number && x.Stand == cases.Lapsed && x.Returns() }) {
		return false, nil
	}
	by := auth.ForSystem(c.Workspace)
	list, err := s.List(ctx, by, Filter{Case: c.ID, State: Cancelled}, 0, MaxPage)
	for _, p := range list {
		if p.Route != route || !slices.EqualFunc(p.Lines, r.Units, func(l Line, g cases.Group) bool {
			return l.Case == g.Line && l.From == g.From && l.Quantity == g.Quantity
		}) {
			continue
		}
		_, err = s.change(ctx, by, p.ID, func(_ context.Context, p *Parcel) error {
			p.State, p.Resolution = Expected, r.Number
			return nil
		})
		return err == nil, err
	}
	return false, err
}

// Posted reports whether the customer told under which number the goods of a resolution come.
func (s *Service) Posted(ctx context.Context, c cases.Case, r cases.Resolution) (bool, error) {
	p, err := s.Store.ReturnOf(ctx, c.Workspace, r.Number)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && p.State.Open() && p.State != Expected, err
}

// change holds a parcel in the actor's sight, and writes it if fn changed it.
func (s *Service) change(ctx context.Context, actor auth.Actor, number ParcelID, fn func(ctx context.Context, p *Parcel) error) (p Parcel, err error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return p, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Store.HoldReturn(ctx, actor.Workspace, number); err == nil {
			err = auth.Can(actor, auth.WriteCases, p.Resource())
		}
		if err != nil {
			return err
		}
		was, seen, place, tracking := p.State, p.Seen, p.Place, p.Tracking+p.Carrier
		if err := fn(ctx, &p); err != nil {
			return err
		}
		if !p.touched && was == p.State && seen == p.Seen && place == p.Place && tracking == p.Tracking+p.Carrier {
			return nil
		}
		p.UpdatedAt = s.clock()
		if err := s.Store.SaveReturn(ctx, p); err != nil || was == p.State {
			return err
		}
		return s.announce(ctx, actor, p, was)
	})
	if err != nil {
		return Parcel{}, fmt.Errorf("return %d: %w", number, err)
	}
	return p, nil
}

// Summary is what a parcel's event tells.
type Summary struct {
	Case     int64    `json:"case"` // its number
	Order    order.ID `json:"order"`
	RMA      string   `json:"rma"`
	Route    string   `json:"route"`
	State    State    `json:"state"`
	Was      State    `json:"was,omitempty"`
	Carrier  string   `json:"carrier,omitempty"`
	Tracking string   `json:"tracking,omitempty"`
}

func (s *Service) announce(ctx context.Context, by auth.Actor, p Parcel, was State) error {
	return s.Journal.Append(ctx, event.New("goods.moved", by, event.Subject{Kind: "goods", ID: int64(p.ID)}, 0,
		Summary{p.Number, p.Order, p.RMA, p.Route, p.State, was, p.Carrier, p.Tracking}))
}

// followBatch is how many parcels one step of Follow looks at.
const followBatch = 100

// Follow tells cases what the carriers of their goods say: the first scan, and the arrival, which by law is the receipt
// (2011/83/EU art. 13(3): until the goods are back, or the consumer has proved that they were sent). Each parcel is a
// transaction of its own, and one that cannot be taken up keeps no other back; a repeat finds nothing left.
func (s *Service) Follow(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.MovedReturns(ctx, w, followBatch)
	if err != nil {
		return err
	}
	by := auth.ForSystem(w)
	var wrong []error
	for _, m := range list {
		_, err := s.change(ctx, by, m.ID, func(ctx context.Context, p *Parcel) error { return s.follow(ctx, by, p, m.Status) })
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func (s *Service) follow(ctx context.Context, by auth.Actor, p *Parcel, status shipment.Status) error {
	p.Seen = status
	if !p.State.Open() || p.State == Arrived {
		return nil
	}
	switch status {
	case shipment.Unknown, shipment.Announced, shipment.Cancelled:
		return nil
	}
	if p.State == Expected || p.State == Sent {
		p.State = Moving
		if err := s.tell(ctx, by, p, cases.FirstScan, cases.Shipped); err != nil {
			return err
		}
	}
	if p.Route == decision.Carrier.String() { // the way out of the same parcel; nobody has seen what is in it until it is counted
		if status == shipment.Returned {
			p.State = Arrived
		}
		return nil
	}
	if status != shipment.Delivered {
		return nil
	}
	p.State = Arrived
	trigger := cases.AtReceipt
	if p.Route == decision.LocalHub.String() || p.Route == decision.DropOff.String() {
		trigger = cases.AtHub
	}
	return s.tell(ctx, by, p, trigger, "")
}

// tell counts what is in a parcel, and meets a trigger. What a case in its state cannot hear (it is over, or a person
// counted before) is errs.Conflict: the parcel goes on.
func (s *Service) tell(ctx context.Context, by auth.Actor, p *Parcel, t cases.Trigger, what cases.Counter) error {
	c, err := s.Cases.Get(ctx, by, p.Case)
	if err != nil || c.Phase == cases.Closed {
		return err
	}
	if what != "" {
		for _, l := range p.Lines {
			if _, err := s.Cases.Count(ctx, by, p.Case, l.Case, what, l.Quantity); err != nil && !errs.Is(err, errs.Conflict) {
				return err
			}
		}
	}
	if _, err = s.Cases.Meet(ctx, by, p.Case, t); errs.Is(err, errs.Conflict) {
		return nil
	}
	return err
}
