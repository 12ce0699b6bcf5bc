package portal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/carrier"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// Status is what a link shows of an order.
type Status struct {
	Number    string
	Language  string
	PlacedAt  time.Time
	Cancelled bool
	Items     []Item
	Parcels   []Parcel // none: nothing is shipped yet
	Contact   string   // the mail address of the shop, or ""
}

// Item is one line of an order, without its price.
type Item struct {
	Title    string
	Variant  string
	Quantity int64
}

// Parcel is one parcel of an order.
type Parcel struct {
	Carrier  string // its name
	Number   string
	Link     string // the carrier's own page on it, or ""
	Status   shipment.Status
	Since    time.Time
	Delayed  bool            // the carrier said so
	Expected shipment.Window // as the carrier said, of a parcel that is on its way
	Customs  bool            // it was in customs, or is
	Pickup   bool            // it waits, or waited, to be picked up
	Country  string          // where it goes
	History  []Step          // newest first
}

// Step is one thing that happened to a parcel, and in which town.
type Step struct {
	Status  shipment.Status
	At      time.Time
	City    string
	Country string // ISO 3166-1 alpha-2
}

// mostSteps bounds the history that a page shows; the newest are kept.
const mostSteps = 60

// Show returns the status behind a link. A link that was not signed for this shop,
// that has ended or whose order is gone is errs.NotFound.
func (s *Service) Show(ctx context.Context, shop order.Shop, token string) (Status, error) {
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return Status{}, fmt.Errorf("show order: %w", err)
	}
	id, ok := readToken(w.Secret, shop.ID, token, s.Now())
	if !ok {
		return Status{}, errs.New(errs.NotFound, "error.not_found")
	}
	actor := auth.ForSystem(shop.Workspace)
	o, err := s.Orders.Get(ctx, actor, id)
	if err != nil {
		return Status{}, err
	}
	if o.Shop != shop.ID {
		return Status{}, errs.New(errs.NotFound, "error.not_found")
	}
	st := Status{Number: o.Number, PlacedAt: o.PlacedAt, Cancelled: o.Status == order.Cancelled}
	for _, l := range o.Lines {
		st.Items = append(st.Items, Item{Title: l.Title, Variant: l.Variant, Quantity: l.Quantity})
	}
	if st.Parcels, err = s.parcels(ctx, actor, o); err != nil {
		return Status{}, fmt.Errorf("show parcels: %w", err)
	}
	st.Contact, err = s.contact(ctx, shop)
	return st, err
}

// contact returns the address at which a shop reads its mail: its own mailbox, or
// the only one that there is for all shops.
func (s *Service) contact(ctx context.Context, shop order.Shop) (string, error) {
	boxes, err := s.House.Mailboxes(ctx, shop.Workspace)
	if err != nil {
		return "", fmt.Errorf("show contact: %w", err)
	}
	for _, of := range []order.ShopID{shop.ID, 0} {
		for _, b := range boxes {
			if b.Shop == of && !b.Disabled {
				return b.Address, nil
			}
		}
	}
	return "", nil
}

// parcels returns the parcels of an order on their way to the customer: its
// shipments, and the fulfillments that none of them is.
func (s *Service) parcels(ctx context.Context, actor auth.Actor, o order.Order) ([]Parcel, error) {
	list, err := s.Shipments.List(ctx, actor, shipment.Filter{Order: o.ID}, shipment.Cursor{}, shipment.MaxPage)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b shipment.Shipment) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	var out []Parcel
	known := map[string]bool{}
	for _, v := range list {
		for _, l := range v.Legs {
			known[l.Key] = true
		}
		if v.Direction != shipment.Out || v.Status == shipment.Cancelled {
			continue
		}
		events, err := s.Shipments.Events(ctx, actor, v.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, parcelOf(v, events))
	}
	for _, f := range o.Fulfillments {
		if !known[order.TrackingKey(f.Tracking)] && len(list) < len(o.Fulfillments) {
			out = append(out, fulfilled(f, o.ShipTo.Country))
		}
	}
	return out, nil
}

// parcelOf says of a shipment what a customer may see.
func parcelOf(v shipment.Shipment, events []shipment.Event) Parcel {
	p := Parcel{Number: v.Number, Status: v.Status, Since: v.Since, Country: v.To.Country, Pickup: v.Status == shipment.ReadyForPickup}
	for _, l := range v.Legs { // the last leg is the one that comes to the door
		if l.Number != "" {
			p.Number, p.Carrier = l.Number, l.Name
			p.Carrier, p.Link = named(l.Name, l.Number)
		}
	}
	if v.Status.Open() && v.Status != shipment.Returning {
		p.Expected, p.Delayed = v.Expected, v.Delayed
	}
	for _, e := range events {
		p.Customs = p.Customs || e.Status == shipment.InCustoms
		p.Pickup = p.Pickup || e.Status == shipment.ReadyForPickup
		step := Step{Status: e.Status, At: e.At, City: e.Place.City, Country: e.Place.Country}
		if e.Status == shipment.Unknown || !told(e.Status) || repeats(p.History, step) {
			continue
		}
		p.History = append(p.History, step)
	}
	p.Customs = p.Customs || v.Status == shipment.InCustoms
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
	p := Parcel{Number: f.Tracking, Status: shipment.Announced, Since: f.ShippedAt, Country: country}
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
