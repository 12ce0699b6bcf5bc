package order

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Bounds of one order; what lies beyond is an error, not cut away.
const (
	maxLines        = 2000
	maxFulfillments = 500
	maxText         = 500 // characters of any one text
)

// Outcome is what Save did.
type Outcome uint8

// The outcomes.
const (
	Unchanged Outcome = iota
	Added
	Changed
)

// Save brings the copy of an order up to what the platform says, and adds it if
// it is new. It joins the transaction in ctx. The same input twice changes
// nothing and announces nothing. It fails with errs.Invalid if the input cannot
// be an order, and with errs.NotFound if there is no such shop.
func (s *Service) Save(ctx context.Context, actor auth.Actor, n New) (o Order, out Outcome, err error) {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return o, Unchanged, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		shop, err := s.store.Shop(ctx, actor.Workspace, n.Shop)
		if err != nil {
			return err
		}
		saved, outcomes, err := s.SaveAll(ctx, actor, shop, []New{n})
		if err != nil {
			return err
		}
		o, out = saved[0], outcomes[0]
		return nil
	})
	if err != nil {
		return Order{}, Unchanged, fmt.Errorf("save order %q: %w", n.Number, err)
	}
	return o, out, nil
}

// SaveAll is Save for many orders of one shop, in one transaction and with far
// fewer queries. Either all are saved or none.
func (s *Service) SaveAll(ctx context.Context, actor auth.Actor, shop Shop, list []New) (saved []Order, outcomes []Outcome, err error) {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return nil, nil, err
	}
	orders := make([]Order, len(list))
	external := make([]string, len(list))
	for i, n := range list {
		if orders[i], err = normalise(shop, n); err != nil {
			return nil, nil, err
		}
		external[i] = orders[i].ExternalID
	}
	outcomes = make([]Outcome, len(list))
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		kept := map[string]Order{}
		held, err := s.store.HoldOrders(ctx, actor.Workspace, shop.ID, external)
		if err != nil {
			return err
		}
		for _, o := range held {
			kept[o.ExternalID] = o
		}
		saved = make([]Order, len(list))
		var events []event.Event
		var moved []Order
		var elsewhere []ID
		for i, n := range list {
			was, known := kept[orders[i].ExternalID]
			o, out, err := s.put(ctx, orders[i], n, kept)
			if err != nil {
				return err
			}
			saved[i], outcomes[i], kept[o.ExternalID] = o, out, o
			if out != Unchanged {
				moved = append(moved, o)
			}
			switch out {
			case Added:
				events = append(events, event.New(Created, actor, o.ID.subject(), 0, summary(o)))
			case Changed:
				events = append(events, event.New(Updated, actor, o.ID.subject(), 0, summary(o)))
				if known && was.ShipTo.Country != o.ShipTo.Country {
					elsewhere = append(elsewhere, o.ID)
				}
			}
		}
		if len(events) == 0 {
			return nil
		}
		if err := s.journal.Append(ctx, events...); err != nil {
			return err
		}
		if len(elsewhere) > 0 && s.elsewhere != nil {
			if err := s.elsewhere(ctx, actor.Workspace, elsewhere...); err != nil {
				return err
			}
		}
		if s.parcels != nil {
			if err := s.parcels.Follow(ctx, actor, moved); err != nil {
				return err
			}
		}
		if s.money == nil {
			return nil
		}
		return s.money(ctx, actor, moved)
	})
	return saved, outcomes, err
}

// Deleted notes that a shop has orders no more. The copies stay, for tickets, money
// and returns speak of them; a later Save with Living takes it back. It joins the
// transaction in ctx; orders that are not known, and a repeat, change nothing.
func (s *Service) Deleted(ctx context.Context, actor auth.Actor, shop Shop, external []string) error {
	if err := actor.Can(auth.ImportOrders); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		held, err := s.store.HoldOrders(ctx, actor.Workspace, shop.ID, external)
		if err != nil {
			return err
		}
		now := s.now().UTC().Truncate(time.Millisecond)
		var events []event.Event
		for _, o := range held {
			if !o.DeletedAt.IsZero() {
				continue
			}
			o.DeletedAt, o.UpdatedAt = now, now
			if err := s.store.SaveOrder(ctx, o); err != nil {
				return fmt.Errorf("note deleted order: %w", err)
			}
			events = append(events, event.New(Updated, actor, o.ID.subject(), 0, summary(o)))
		}
		if len(events) == 0 {
			return nil
		}
		return s.journal.Append(ctx, events...)
	})
}

// put writes one order unless it stands in kept as it is.
func (s *Service) put(ctx context.Context, o Order, n New, kept map[string]Order) (Order, Outcome, error) {
	old, exists := kept[o.ExternalID]
	if o.Customer == 0 && o.Email != "" {
		if exists && old.Customer != 0 && old.Email == o.Email {
			o.Customer = old.Customer // perhaps merged since: not the address decides any more
		} else {
			c, _, err := s.customers.Ensure(ctx, o.Workspace, customer.Identity{Kind: customer.Email, Value: o.Email}, n.CustomerName, n.Language)
			if err != nil && !errs.Is(err, errs.Invalid) {
				return o, Unchanged, err
			}
			o.Customer = c.ID
		}
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	if !exists {
		o.ID, o.UpdatedAt = ID(s.ids.Next()), now
		s.number(&o, Order{})
		added, err := s.store.AddOrder(ctx, o)
		if err != nil {
			return o, Unchanged, err
		}
		if added {
			return o, Added, nil
		}
		held, err := s.store.HoldOrders(ctx, o.Workspace, o.Shop, []string{o.ExternalID})
		if err != nil {
			return o, Unchanged, err
		}
		if len(held) == 0 {
			return o, Unchanged, errs.New(errs.Unavailable, "error.busy")
		}
		old = held[0]
	}
	o.ID, o.UpdatedAt = old.ID, old.UpdatedAt
	if p := o.Promise; p.IsZero() || p.Quote != "" && p.Quote == old.Promise.Quote && p.To.IsZero() {
		o.Promise = old.Promise // platforms tell it once, if at all, and quotes are forgotten before orders are
	}
	o.Payments = merge(old.Payments, o.Payments)
	if !n.Living {
		o.DeletedAt = old.DeletedAt
	}
	s.number(&o, old)
	if reflect.DeepEqual(o, old) {
		return old, Unchanged, nil
	}
	o.UpdatedAt = now
	return o, Changed, s.store.SaveOrder(ctx, o)
}

// number gives lines and fulfillments their IDs: those of the old order where
// they are the same thing, so that what refers to them keeps its meaning.
func (s *Service) number(o *Order, old Order) {
	used := map[int64]bool{}
	for i := range o.Lines {
		l := &o.Lines[i]
		for _, was := range old.Lines {
			if !used[was.ID] && was.SKU == l.SKU && was.Title == l.Title && was.Variant == l.Variant {
				l.ID = was.ID
				break
			}
		}
		if l.ID == 0 {
			l.ID = s.ids.Next()
		}
		used[l.ID] = true
	}
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		for _, was := range old.Fulfillments {
			if !used[was.ID] && TrackingKey(was.Tracking) == TrackingKey(f.Tracking) {
				f.ID = was.ID
				break
			}
		}
		if f.ID == 0 {
			f.ID = s.ids.Next()
		}
		used[f.ID] = true
	}
}

// normalise turns what a platform says into the form in which orders are kept.
func normalise(shop Shop, n New) (Order, error) {
	o := Order{
		Workspace: shop.Workspace, Shop: shop.ID, ExternalID: line(n.ExternalID), Number: line(n.Number),
		Customer: n.Customer, Status: line(n.Status), PaymentStatus: line(n.PaymentStatus),
		FulfillmentStatus: line(n.FulfillmentStatus), PaymentMethod: line(n.PaymentMethod),
		Currency: strings.ToUpper(line(n.Currency)),
		Goods:    n.Goods, Discount: n.Discount, Shipping: n.Shipping, Tax: n.Tax, Duty: n.Duty, Total: n.Total, Refunded: n.Refunded,
		ShipTo: n.ShipTo.tidy(), PlacedAt: toMilli(n.PlacedAt),
	}
	if o.Number == "" {
		return o, errs.Field("number", "error.required")
	}
	o.NumberKey = Key(o.Number)
	if o.NumberKey == "" {
		return o, errs.Field("number", "error.order_number", "number", o.Number)
	}
	o.NumberAlt = altKey(o.Number)
	if o.ExternalID == "" {
		o.ExternalID = o.Number
	}
	if n.Email != "" {
		o.Email = customer.Identity{Kind: customer.Email, Value: n.Email}.Fold().Value
	}
	if o.Status == "" {
		o.Status = Open
	}
	if o.Currency == "" {
		o.Currency = shop.Currency
	}
	if !isCurrency(o.Currency) {
		return o, errs.Field("currency", "error.currency", "currency", o.Currency)
	}
	var err error
	if o.Payments, err = payments(n.Payments); err != nil {
		return o, err
	}
	if o.Promise, err = n.Promise.normalise(o.PlacedAt, o.Currency); err != nil {
		return o, err
	}
	if len(n.Lines) > maxLines || len(n.Fulfillments) > maxFulfillments {
		return o, errs.Field("lines", "error.order_too_long", "lines", len(n.Lines))
	}
	for _, l := range n.Lines {
		l.ID, l.SKU, l.Title, l.Variant = 0, line(l.SKU), line(l.Title), line(l.Variant)
		o.Lines = append(o.Lines, l)
	}
	for _, f := range n.Fulfillments {
		f.ID, f.Carrier, f.Tracking, f.Status = 0, line(f.Carrier), line(f.Tracking), line(f.Status)
		f.ShippedAt, f.DeliveredAt = toMilli(f.ShippedAt), toMilli(f.DeliveredAt)
		if f.Packed, err = packed(f.Packed, o.Lines); err != nil {
			return o, err
		}
		o.Fulfillments = append(o.Fulfillments, f)
	}
	return o, nil
}

// packed is what is in a parcel, each line once and in order. More units than the line has are as many as it has: a line
// may have been made shorter after its goods left.
func packed(list []Packed, lines []Line) ([]Packed, error) {
	sum := map[int]int64{}
	for _, p := range list {
		if p.Line < 1 || p.Line > len(lines) || p.Quantity < 1 {
			return nil, errs.Field("packed", "error.order_packed", "line", p.Line, "lines", len(lines))
		}
		sum[p.Line] = min(sum[p.Line]+p.Quantity, lines[p.Line-1].Quantity)
	}
	var out []Packed
	for _, at := range slices.Sorted(maps.Keys(sum)) {
		if sum[at] > 0 {
			out = append(out, Packed{Line: at, Quantity: sum[at]})
		}
	}
	return out, nil
}

func (a Address) tidy() Address {
	for _, f := range []*string{&a.Name, &a.Company, &a.Line1, &a.Line2, &a.City, &a.Region, &a.Postcode, &a.Country, &a.Phone} {
		*f = line(*f)
	}
	return a
}

func toMilli(t time.Time) time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// line makes one line of a text and bounds it.
func line(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	n := 0
	for i := range s {
		if n == maxText {
			return s[:i]
		}
		n++
	}
	return s
}

// Check reports with errs.Invalid why Save would refuse an order of a shop.
func (n New) Check(shop Shop) error {
	_, err := normalise(shop, n)
	return err
}
