package commerce

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/intake"
)

// Order converts an order as a platform tells it to one that is saved. Sums are exact: it fails with errs.Invalid if one
// is of another currency than the order, or is no amount of it.
func Order(shop order.Shop, o *intake.Order) (order.New, error) {
	currency := strings.ToUpper(cmp.Or(o.Currency, o.Total.Currency, shop.Currency))
	m := sums{currency: currency}
	n := order.New{
		Shop: shop.ID, ExternalID: o.ID, Number: cmp.Or(o.Number, o.ID), Email: o.Email, Language: o.Language, PaymentMethod: o.PaymentMethod,
		Status: status(o), PaymentStatus: word(o.PaymentStatus, o.VendorPaymentStatus), FulfillmentStatus: word(o.FulfillmentStatus, o.VendorFulfillmentStatus),
		Currency: currency, PlacedAt: o.PlacedAt,
		Discount: m.of("discount", o.Discount), Shipping: m.of("shipping", o.Shipping), Tax: m.of("tax", o.Tax), Duty: m.of("duty", o.Duty), Total: m.of("total", o.Total),
		Refunded: m.of("refunded", refunded(o)), ShipTo: place(o.ShipTo),
	}
	if n.PlacedAt.IsZero() {
		n.PlacedAt = o.CreatedAt
	}
	if c := o.Customer; c != nil {
		n.Email, n.Language, n.CustomerName = cmp.Or(n.Email, c.Email), cmp.Or(n.Language, c.Language), c.Name
	}
	n.CustomerName = cmp.Or(n.CustomerName, n.ShipTo.Name)
	if o.ShipTo == nil && o.BillTo != nil && n.CustomerName == "" {
		n.CustomerName = o.BillTo.Name
	}
	for i, l := range o.Lines {
		at := fmt.Sprintf("line %d: ", i+1)
		n.Lines = append(n.Lines, order.Line{
			SKU: l.SKU, Title: l.Title, Variant: l.VariantTitle, Quantity: l.Quantity,
			Price: m.of(at+"price", l.Price), Discount: m.of(at+"discount", l.Discount), Tax: m.of(at+"tax", l.Tax), Duty: m.of(at+"duty", l.Duty),
		})
	}
	n.Goods = m.of("goods", goods(o))
	if p := o.Promise; p != nil {
		n.Promise = order.Promise{
			Quote: p.Quote, Service: p.Service, From: p.From, To: p.To, DaysFrom: int(p.DaysFrom), DaysTo: int(p.DaysTo), Price: m.of("promised price", p.Price), Source: shop.Platform,
		}
		if n.Promise.Service == "" && len(o.ShippingLines) > 0 {
			n.Promise.Service = cmp.Or(o.ShippingLines[0].Code, o.ShippingLines[0].Title)
		}
	}
	n.Fulfillments, n.Payments = fulfillments(o), payments(shop, o, &m)
	return n, m.err
}

// sums reads amounts of one currency, and keeps the first that is none.
type sums struct {
	currency string
	err      error
}

func (m *sums) of(what string, x intake.Money) int64 {
	if x.IsZero() {
		return 0
	}
	if (x.Written != "" || x.Currency != m.currency) && m.err == nil {
		m.err = errs.Wrap(errs.Invalid, fmt.Errorf("%s %q %s of an order in %s: %w", what, cmp.Or(x.Written, x.String()), x.Currency, m.currency, errMoney), "error.shop_money")
	}
	return x.Minor
}

// goods is the value of the lines before discount, which some platforms do not say.
func goods(o *intake.Order) intake.Money {
	switch {
	case !o.Goods.IsZero():
		return o.Goods
	case !o.Subtotal.IsZero():
		return intake.Add(o.Subtotal, o.Discount)
	}
	var sum intake.Money
	for _, l := range o.Lines {
		sum = intake.Add(sum, intake.Times(l.Price, l.Quantity))
	}
	return sum
}

// refunded is what went back, by the order or else by its refunds.
func refunded(o *intake.Order) intake.Money {
	if !o.Refunded.IsZero() {
		return o.Refunded
	}
	var sum intake.Money
	for _, r := range o.Refunds {
		if r.Status != "failed" && r.Status != "cancelled" {
			sum = intake.Add(sum, r.Amount)
		}
	}
	return sum
}

// status brings what platforms say to the statuses of an order.
func status(o *intake.Order) string {
	switch {
	case !o.CancelledAt.IsZero() || o.Status == order.Cancelled:
		return order.Cancelled
	case o.Status == order.Closed:
		return order.Closed
	case o.Status == intake.Unknown:
		return cmp.Or(o.VendorStatus, order.Open)
	}
	return cmp.Or(o.Status, order.Open)
}

// word is our word, or the vendor's where we have none.
func word(ours, vendors string) string {
	if ours == "" || ours == intake.Unknown {
		return vendors
	}
	return ours
}

// fulfillments are the parcels of an order: one for each tracking number, and one for a fulfillment without. What was
// cancelled is no parcel.
func fulfillments(o *intake.Order) []order.Fulfillment {
	var out []order.Fulfillment
	for _, s := range o.Fulfillments {
		if s.Status == intake.Cancelled || s.Direction == "back" {
			continue
		}
		f := order.Fulfillment{Carrier: s.Carrier, Status: word(s.Status, s.VendorStatus), ShippedAt: s.ShippedAt, DeliveredAt: s.DeliveredAt}
		if len(s.Numbers) < 2 { // of several numbers nobody tells which has what
			f.Packed = inside(o, s)
		}
		if f.ShippedAt.IsZero() && s.Status != intake.Announced {
			f.ShippedAt = s.CreatedAt
		}
		if len(s.Numbers) == 0 {
			out = append(out, f)
		}
		for _, number := range s.Numbers {
			f.Tracking = number
			out = append(out, f)
		}
	}
	return out
}

// inside is what is in a shipment of an order. A line that cannot be told leaves all of it untold: half of what is in a
// parcel is worse than nothing.
func inside(o *intake.Order, s *intake.Shipment) []order.Packed {
	var out []order.Packed
	for _, l := range s.Lines {
		id := cmp.Or(l.LineItem, l.ID)
		i := slices.IndexFunc(o.Lines, func(x intake.Line) bool { return id != "" && x.ID == id })
		if i < 0 || l.Quantity < 0 {
			return nil
		}
		if l.Quantity > 0 {
			out = append(out, order.Packed{Line: i + 1, Quantity: l.Quantity})
		}
	}
	return out
}

func place(a *intake.Address) order.Address {
	if a == nil {
		return order.Address{}
	}
	var second []string
	for _, part := range []string{a.Line2, a.Line3, a.District} {
		if part = strings.TrimSpace(part); part != "" {
			second = append(second, part)
		}
	}
	return order.Address{
		Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: strings.Join(second, ", "), City: a.City, Region: a.Region, Postcode: a.Postcode,
		Country: strings.ToUpper(intake.Country(a.Country)), Phone: a.Phone,
	}
}
