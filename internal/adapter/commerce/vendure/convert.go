package vendure

import (
	_ "embed"
	"net/http"
	"strings"
	"unicode"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads events and entities.
func Source() intake.Source {
	return intake.Source{Name: "vendure", Known: wire.MustVocabulary(known), Convert: convert}
}

// entities are the members under which an event has what it is about, and how it is read.
var entities = []struct {
	name    string
	noun    string
	convert func(n *wire.Node, currency string) intake.Object
}{
	{"refund", "refund", func(n *wire.Node, c string) intake.Object { return refund(n, c) }},
	{"payment", "payment", func(n *wire.Node, c string) intake.Object { return payment(n, c) }},
	{"fulfillment", "shipment", func(n *wire.Node, _ string) intake.Object { return shipment(n) }},
	{"order", "order", func(n *wire.Node, _ string) intake.Object { return order(n) }},
	{"customer", "customer", func(n *wire.Node, _ string) intake.Object { return customer(n) }},
	{"product", "product", func(n *wire.Node, _ string) intake.Object { return product(n) }},
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	t := intake.Told{VendorType: body.First("type", "event").Text(), Key: body.First("eventId", "id").Text(), OccurredAt: body.First("createdAt", "timestamp").Time()}
	data := body
	for _, name := range []string{"data", "payload"} {
		if m := body.At(name); m.Kind() == wire.Object {
			data = m
		}
	}
	for _, e := range entities {
		if m := data.Peek(e.name); m.Kind() == wire.Object {
			o := e.convert(data.At(e.name), data.Peek("order", "currencyCode").Text())
			if e.name != "order" {
				o.Base().Refer("order", data.Peek("order", "id").Text())
				if data.Has("order") {
					order(data.At("order"))
				}
			}
			t.Objects, t.Type = []intake.Object{o}, e.noun+"."+verb(t.VendorType, data)
			return t
		}
	}
	if data.Has("code") && data.Has("state") { // an order, bare
		t.Key, t.OccurredAt = "", data.Time("updatedAt")
		t.Objects, t.Container, t.Type = []intake.Object{order(data)}, "order", "order.updated"
	}
	return t
}

// verb is what happened: the state that was reached, the kind of change, or the event's own name.
func verb(event string, data *wire.Node) string {
	for _, name := range []string{"toState", "type"} {
		if to := data.String(name); to != "" && to != event {
			return snake(to)
		}
	}
	if event == "" {
		return "updated"
	}
	return strings.TrimSuffix(snake(strings.TrimSuffix(event, "Event")), "_")
}

func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func head(n *wire.Node) intake.Head {
	n.At("customFields").Whole()
	return intake.Head{ID: n.String("id"), CreatedAt: n.Time("createdAt"), UpdatedAt: n.Time("updatedAt")}
}

func minor(n *wire.Node, name, currency string) intake.Money {
	return intake.Minor(n.At(name), currency, nil)
}

func order(n *wire.Node) *intake.Order {
	c := n.String("currencyCode")
	o := &intake.Order{
		Head: head(n), Currency: c, Subtotal: minor(n, "subTotalWithTax", c), Shipping: minor(n, "shippingWithTax", c), Total: minor(n, "totalWithTax", c), TaxesIncluded: true, PlacedAt: n.Time("orderPlacedAt"),
		BillTo: address(n.At("billingAddress")), ShipTo: address(n.At("shippingAddress")),
	}
	o.Number = n.String("code")
	o.Status, o.VendorStatus = orderStatuses.Of(n, "state")
	o.PaymentStatus, o.FulfillmentStatus = paymentOf[o.VendorStatus], fulfillmentOf[o.VendorStatus]
	if cu := n.At("customer"); cu.Given() {
		o.Customer = customer(cu)
		o.Customer.Kind = intake.KindCustomer
		o.Email, o.Phone = o.Customer.Email, o.Customer.Phone
		o.Refer("customer", o.Customer.ID)
	}
	o.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return line(l, c) })
	for _, l := range o.Lines {
		o.Goods = intake.Add(o.Goods, intake.Times(l.Price, l.Quantity))
	}
	for _, s := range n.At("shippingLines").Items() {
		o.ShippingLines = append(o.ShippingLines, intake.ShippingLine{ID: s.String("id"), Title: s.String("shippingMethod", "name"), Code: s.String("shippingMethod", "code"), Price: minor(s, "priceWithTax", c)})
	}
	for _, t := range n.At("taxSummary").Items() {
		x := intake.Tax{Title: t.String("description"), Rate: t.String("taxRate"), Amount: minor(t, "taxTotal", c)}
		o.Taxes, o.Tax = append(o.Taxes, x), intake.Add(o.Tax, x.Amount)
	}
	for _, d := range n.At("discounts").Items() {
		o.Discounts = append(o.Discounts, intake.Discount{Title: d.String("description"), Type: d.String("type"), Amount: minor(d, "amountWithTax", c)})
	}
	for _, code := range n.At("couponCodes").Texts() {
		o.Discounts = append(o.Discounts, intake.Discount{Code: code})
	}
	for _, f := range n.At("fulfillments").Items() {
		x := shipment(f)
		x.Kind = intake.KindShipment
		o.Fulfillments = append(o.Fulfillments, x)
	}
	for _, p := range n.At("payments").Items() {
		x := payment(p, c)
		x.Kind = intake.KindPayment
		o.Payments = append(o.Payments, x)
		for _, r := range p.At("refunds").Items() {
			y := refund(r, c)
			y.Kind = intake.KindRefund
			y.Refer("payment", x.ID)
			o.Refunds, o.Refunded = append(o.Refunds, y), intake.Add(o.Refunded, y.Amount)
		}
	}
	return o
}

func line(n *wire.Node, c string) intake.Line {
	n.At("customFields").Whole()
	v := n.At("productVariant")
	return intake.Line{
		ID: n.String("id"), LineItem: n.String("orderLineId"), Variant: v.String("id"), Product: v.String("product", "id"), SKU: v.String("sku"), Title: v.String("name"), Quantity: n.Int("quantity"), Price: minor(n, "unitPriceWithTax", c), Subtotal: minor(n, "linePriceWithTax", c),
		Total: minor(n, "discountedLinePriceWithTax", c), Tax: minor(n, "lineTax", c),
	}
}

func payment(n *wire.Node, c string) *intake.Payment {
	n.At("metadata").Whole() // the provider's own
	p := &intake.Payment{Head: head(n), Operation: "payment", Amount: minor(n, "amount", c), Gateway: n.String("method"), Error: n.String("errorMessage")}
	p.Status, p.VendorStatus = paymentStatuses.Of(n, "state")
	p.Refer("transaction", n.String("transactionId"))
	return p
}

func refund(n *wire.Node, c string) *intake.Refund {
	n.At("metadata").Whole()
	r := &intake.Refund{Head: head(n), Amount: minor(n, "total", c), Components: intake.Components{Goods: minor(n, "items", c), Shipping: minor(n, "shipping", c), Adjustment: minor(n, "adjustment", c)}}
	r.Reason = n.String("reason")
	r.Status, r.VendorStatus = refundStatuses.Of(n, "state")
	r.Refer("payment", n.String("paymentId"))
	r.Refer("transaction", n.String("transactionId"))
	r.Allocations = []intake.Allocation{{ID: r.ID, To: n.String("method"), Payment: r.Refs["payment"], Amount: r.Amount, Status: r.Status, VendorStatus: r.VendorStatus, At: r.CreatedAt}}
	r.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return line(l, c) })
	return r
}

func shipment(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: head(n), Direction: "out", Carrier: n.String("method"), Numbers: n.At("trackingCode").Texts()}
	s.Status, s.VendorStatus = fulfillmentStatuses.Of(n, "state")
	s.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return line(l, "") })
	return s
}

func customer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{Head: head(n), Name: strings.TrimSpace(n.String("firstName") + " " + n.String("lastName")), Email: n.String("emailAddress"), Phone: n.String("phoneNumber")}
	for _, a := range n.At("addresses").Items() {
		if x := address(a); x != nil {
			c.Addresses = append(c.Addresses, *x)
		}
	}
	return c
}

func product(n *wire.Node) *intake.Product {
	p := &intake.Product{Head: head(n), Title: n.String("name")}
	p.Number = n.String("slug")
	p.Status = "active"
	if n.Has("enabled") && !n.Bool("enabled") {
		p.Status = "archived"
	}
	for _, v := range n.At("variants").Items() {
		p.Variants = append(p.Variants, intake.Variant{ID: v.String("id"), SKU: v.String("sku"), Title: v.String("name"), Price: minor(v, "priceWithTax", v.String("currencyCode"))})
	}
	return p
}

func address(n *wire.Node) *intake.Address {
	n.At("customFields").Whole()
	country := n.At("countryCode")
	if !country.Given() {
		country = n.At("country", "code")
	}
	return intake.Address{
		Name: n.String("fullName"), Company: n.String("company"), Line1: n.String("streetLine1"), Line2: n.String("streetLine2"), City: n.String("city"), Region: n.String("province"), Postcode: n.String("postalCode"), Country: country.Text(), Phone: n.String("phoneNumber"),
	}.Or()
}
