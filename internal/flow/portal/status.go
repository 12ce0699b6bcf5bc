package portal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// Status is what a link shows of an order.
type Status struct {
	Number    string // "" behind the link of one parcel
	Language  string
	PlacedAt  time.Time
	Cancelled bool
	Items     []Item
	Parcels   []Parcel // none: nothing is shipped yet
	Contact   string   // the mail address of the shop, or ""
	Asks      bool     // a code may be asked for
	Private   *Private // nil without a session
	// Withdrawable says that the law of the order's market has a function by which customers withdraw online.
	Withdrawable bool
	Market       string // where the order goes, ISO 3166-1 alpha-2, "" if that is not known
}

// Item is one line of an order, without its price.
type Item struct {
	Title    string
	Variant  string
	Quantity int64
}

// Parcel is one parcel of an order.
type Parcel struct {
	Key      string   // tells it from the others of its order
	Missing  *Missing // reported as not received, or nil
	Carrier  string   // its name
	Number   string
	Link     string // the carrier's own page on it, or ""
	Status   shipment.Status
	Since    time.Time
	Delayed  bool            // the carrier said so
	Reason   shipment.Reason // why it is in its status, or ""
	Expected shipment.Window // of a parcel that is on its way
	Ours     bool            // Expected is our estimate, and not the carrier's word
	Usual    Usual           // what is usual on its way
	Customs  bool            // it was in customs, or is
	Papers   string          // what customs there commonly ask for, of a parcel that is in customs
	At       string          // the country in whose customs it is
	Pickup   bool            // it waits, or waited, to be picked up
	PickupAt string          // the town where it waits
	Country  string          // where it goes
	History  []Step          // newest first
}

// Forecast is when a parcel will probably arrive, learnt from others on its lane.
type Forecast struct {
	Early, Late time.Time // eight of ten arrive between them; zero is unknown
}

// Forecasts tells it of parcels; those that nothing is known of are left out.
type Forecasts func(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]Forecast, error)

// Usual is what is usual on a parcel's way, as far as it is good to know for whoever waits.
type Usual struct {
	From, To int // days from the first scan to delivery; 0 is unknown
	Silent   int // days since the last scan, which are common there; 0 says nothing
}

// Usuals tells it of parcels; those of which nothing is to be said are left out.
type Usuals func(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]Usual, error)

// Step is one thing that happened to a parcel, and in which town.
type Step struct {
	Status  shipment.Status
	At      time.Time
	City    string
	Country string // ISO 3166-1 alpha-2
}

// mostSteps bounds the history that a page shows; the newest are kept.
const mostSteps = 60

// nothing is the one answer to links that show nothing.
func nothing() error { return errs.New(errs.NotFound, "error.not_found") }

// read returns what a token grants at a shop, if it is of one of some purposes.
func (s *Service) read(ctx context.Context, shop order.Shop, token string, purposes ...purpose) (grant, error) {
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return grant{}, fmt.Errorf("read link: %w", err)
	}
	g, ok := readToken(w.Secret, shop.ID, token, s.Now())
	if !ok || !slices.Contains(purposes, g.purpose) {
		return grant{}, nothing()
	}
	return g, nil
}

// orderOf returns the order that a token of a purpose is about.
func (s *Service) orderOf(ctx context.Context, shop order.Shop, token string, p purpose) (order.Order, error) {
	g, err := s.read(ctx, shop, token, p)
	if err != nil {
		return order.Order{}, err
	}
	o, err := s.Orders.Get(ctx, auth.ForSystem(shop.Workspace), order.ID(g.about))
	if err == nil && o.Shop != shop.ID {
		err = nothing()
	}
	return o, err
}

// Show returns the status behind a link, and all of the order to whom a session on
// it belongs. A link that was not signed for this shop, that has ended or whose
// order is gone is errs.NotFound; such a session is none.
func (s *Service) Show(ctx context.Context, shop order.Shop, token, session string) (Status, error) {
	g, err := s.read(ctx, shop, token, forOrder, forParcel)
	if err != nil {
		return Status{}, err
	}
	var st Status
	if g.purpose == forParcel {
		st, err = s.showParcel(ctx, shop, shipment.ID(g.about))
	} else {
		st, err = s.showOrder(ctx, shop, token, session)
	}
	if err != nil {
		return Status{}, err
	}
	st.Contact, err = s.contact(ctx, shop)
	return st, err
}

func (s *Service) showOrder(ctx context.Context, shop order.Shop, token, session string) (Status, error) {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return Status{}, err
	}
	st := Status{Market: o.ShipTo.Country, Number: o.Number, PlacedAt: o.PlacedAt, Cancelled: o.Status == order.Cancelled}
	for _, l := range o.Lines {
		st.Items = append(st.Items, Item{Title: l.Title, Variant: l.Variant, Quantity: l.Quantity})
	}
	if st.Parcels, err = s.parcels(ctx, o); err != nil {
		return Status{}, fmt.Errorf("show parcels: %w", err)
	}
	if err = s.mark(ctx, o, st.Parcels); err != nil {
		return Status{}, err
	}
	st.Private, err = s.private(ctx, shop, o, session)
	st.Asks = st.Private == nil && s.Queue != nil
	st.Withdrawable = s.Forms != nil && HasWithdrawal(o.ShipTo.Country) && s.Now().Sub(o.PlacedAt) < longestWithdrawal
	return st, err
}

// showParcel shows one parcel to whoever knows its number: what its carrier tells
// everybody, and nothing of its order.
func (s *Service) showParcel(ctx context.Context, shop order.Shop, id shipment.ID) (Status, error) {
	v, err := s.Shipments.Get(ctx, auth.ForSystem(shop.Workspace), id)
	if err != nil {
		return Status{}, err
	}
	if v.Shop != shop.ID || v.Direction != shipment.Out {
		return Status{}, nothing()
	}
	list, err := s.tell(ctx, shop.Workspace, []shipment.Shipment{v})
	return Status{PlacedAt: v.CreatedAt, Parcels: list}, err
}

// Parcel tells of one parcel what its customer may see, for a letter to them.
func (s *Service) Parcel(ctx context.Context, v shipment.Shipment) (Parcel, error) {
	list, err := s.tell(ctx, v.Workspace, []shipment.Shipment{v})
	if err != nil {
		return Parcel{}, err
	}
	if len(list) == 0 {
		return Parcel{}, nothing()
	}
	return list[0], nil
}

// Back tells the sender of goods how far a parcel of an order on its way back is. One that goes out, or is of another order,
// is errs.NotFound.
func (s *Service) Back(ctx context.Context, o order.Order, id shipment.ID) (Parcel, error) {
	system := auth.ForSystem(o.Workspace)
	v, err := s.Shipments.Get(ctx, system, id)
	if err != nil {
		return Parcel{}, err
	}
	if v.Direction != shipment.Back || v.Order != o.ID {
		return Parcel{}, nothing()
	}
	events, err := s.Shipments.Events(ctx, system, id)
	return parcelOf(v, events), err
}

// Expect returns when parcels on their way should arrive, as Parcel says it of one; those
// of which nobody says anything are left out.
func (s *Service) Expect(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) (map[shipment.ID]shipment.Window, error) {
	var forecasts map[shipment.ID]Forecast
	if s.Forecasts != nil {
		var err error
		if forecasts, err = s.Forecasts(ctx, w, list); err != nil {
			return nil, err
		}
	}
	out := make(map[shipment.ID]shipment.Window, len(list))
	for _, v := range list {
		p := parcelOf(v, nil)
		p.foresee(forecasts[v.ID], s.Now())
		if p.Expected != (shipment.Window{}) {
			out[v.ID] = p.Expected
		}
	}
	return out, nil
}

// contact returns the address at which a shop reads its mail: its own mailbox, or
// the only one that there is for all shops.
func (s *Service) contact(ctx context.Context, shop order.Shop) (string, error) {
	box, err := s.mailbox(ctx, shop)
	return box.Address, err
}

// mailbox returns the mailbox of a shop, the zero one if it has none.
func (s *Service) mailbox(ctx context.Context, shop order.Shop) (ticket.Mailbox, error) {
	boxes, err := s.House.Mailboxes(ctx, shop.Workspace)
	if err != nil {
		return ticket.Mailbox{}, fmt.Errorf("show contact: %w", err)
	}
	box, _ := mailboxOf(shop, boxes)
	return box, nil
}

// mailboxOf returns the mailbox of a shop, or else the first that is for all.
func mailboxOf(shop order.Shop, boxes []ticket.Mailbox) (ticket.Mailbox, bool) {
	for _, of := range []order.ShopID{shop.ID, 0} {
		for _, b := range boxes {
			if b.Shop == of && !b.Disabled {
				return b, true
			}
		}
	}
	return ticket.Mailbox{}, false
}

// parcels returns the parcels of an order on their way to the customer: its
// shipments, and the fulfillments that none of them is.
func (s *Service) parcels(ctx context.Context, o order.Order) ([]Parcel, error) {
	list, err := s.Shipments.List(ctx, auth.ForSystem(o.Workspace), shipment.Filter{Order: o.ID}, shipment.Cursor{}, shipment.MaxPage)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b shipment.Shipment) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	known := map[string]bool{}
	for _, v := range list {
		for _, l := range v.Legs {
			known[l.Key] = true
		}
	}
	out, err := s.tell(ctx, o.Workspace, list)
	if err != nil {
		return nil, err
	}
	for _, f := range o.Fulfillments {
		if !known[order.TrackingKey(f.Tracking)] && len(list) < len(o.Fulfillments) {
			out = append(out, fulfilled(f, o.ShipTo.Country))
		}
	}
	return out, nil
}

// tell says of shipments on their way to the customer what a customer may see.
func (s *Service) tell(ctx context.Context, w auth.WorkspaceID, list []shipment.Shipment) ([]Parcel, error) {
	var forecasts map[shipment.ID]Forecast
	if s.Forecasts != nil {
		var err error
		if forecasts, err = s.Forecasts(ctx, w, list); err != nil {
			return nil, err
		}
	}
	var usual map[shipment.ID]Usual
	if s.Usuals != nil {
		var err error
		if usual, err = s.Usuals(ctx, w, list); err != nil {
			return nil, err
		}
	}
	var out []Parcel
	for _, v := range list {
		if v.Direction != shipment.Out || v.Status == shipment.Cancelled {
			continue
		}
		events, err := s.Shipments.Events(ctx, auth.ForSystem(w), v.ID)
		if err != nil {
			return nil, err
		}
		p := parcelOf(v, events)
		p.Usual = usual[v.ID]
		p.foresee(forecasts[v.ID], s.Now())
		out = append(out, p)
	}
	return out, nil
}

// foresee takes our estimate where there is one that is not over: it is learnt from
// what happened on the lane, and carriers' own days stay as they were first told.
func (p *Parcel) foresee(o Forecast, now time.Time) {
	if o.Early.IsZero() || o.Late.Before(now) || !p.Status.Open() || p.Status == shipment.Returning || p.Status == shipment.ReadyForPickup {
		return
	}
	p.Expected, p.Ours = shipment.Window{From: later(o.Early, now), To: o.Late}, true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// parcelOf says of a shipment what a customer may see.
func parcelOf(v shipment.Shipment, events []shipment.Event) Parcel {
	p := Parcel{Number: v.Number, Status: v.Status, Reason: v.Reason, Since: v.Since, Country: v.To.Country, Pickup: v.Status == shipment.ReadyForPickup}
	for _, l := range v.Legs { // the last leg is the one that comes to the door
		if l.Number != "" {
			p.Number, p.Carrier = l.Number, l.Name
			p.Carrier, p.Link = named(l.Name, l.Number)
		}
	}
	p.Key = order.TrackingKey(v.Number)
	if v.Status.Open() && v.Status != shipment.Returning {
		p.Expected, p.Delayed = v.Expected, v.Delayed
	}
	for _, e := range events {
		p.Customs = p.Customs || e.Status == shipment.InCustoms
		p.Pickup = p.Pickup || e.Status == shipment.ReadyForPickup
		switch {
		case e.Status == shipment.InCustoms || e.Reason.Cause() == shipment.ByCustoms:
			p.At = e.Place.Country
		case e.Status == shipment.ReadyForPickup:
			p.PickupAt = e.Place.City
		}
		step := Step{Status: e.Status, At: e.At, City: e.Place.City, Country: e.Place.Country}
		if e.Status == shipment.Unknown || !told(e.Status) || repeats(p.History, step) {
			continue
		}
		p.History = append(p.History, step)
	}
	p.Customs = p.Customs || v.Status == shipment.InCustoms
	if p.At = cmp.Or(p.At, p.Country); v.Status == shipment.InCustoms || v.Reason == shipment.CustomsDocuments {
		p.Papers = papers[p.At]
	}
	slices.Reverse(p.History)
	p.History = p.History[:min(len(p.History), mostSteps)]
	return p
}

// told reports whether a history tells of a status; that a label was cancelled is
// between shop and carrier.
func told(s shipment.Status) bool { return s != shipment.Cancelled }

// repeats reports whether a step says what the one before it said already.
func repeats(before []Step, s Step) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	return last.Status == s.Status && last.City == s.City && last.Country == s.Country
}

// fulfilled is a parcel of which only the shop has told.
func fulfilled(f order.Fulfillment, country string) Parcel {
	p := Parcel{Key: order.TrackingKey(f.Tracking), Number: f.Tracking, Status: shipment.Announced, Since: f.ShippedAt, Country: country}
	p.Carrier, p.Link = named(f.Carrier, f.Tracking)
	if !f.DeliveredAt.IsZero() {
		p.Status, p.Since = shipment.Delivered, f.DeliveredAt
	}
	return p
}

// named returns a carrier's name for people and its page on a number.
func named(name, number string) (shown, link string) {
	key, ok := carrier.Named(name)
	if !ok {
		if list := carrier.Recognise(number); name == "" && len(list) > 0 && list[0].Valid {
			key, ok = list[0].Carrier, true
		}
	}
	if !ok {
		return name, ""
	}
	c, ok := carrier.ByKey(key)
	if !ok {
		return name, ""
	}
	if name == "" {
		name = c.Name
	}
	return name, c.Link(number)
}
