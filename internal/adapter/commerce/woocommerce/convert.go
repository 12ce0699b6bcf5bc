package woocommerce

import (
	_ "embed"
	"net/http"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads hooks and objects.
func Source() intake.Source {
	return intake.Source{Name: "woocommerce", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(h http.Header, body *wire.Node) intake.Told {
	topic := h.Get("X-WC-Webhook-Topic")
	noun, verb, _ := strings.Cut(topic, ".")
	if r := h.Get("X-WC-Webhook-Resource"); r != "" {
		noun = r
	}
	if e := h.Get("X-WC-Webhook-Event"); e != "" {
		verb = e
	}
	t := intake.Told{VendorType: topic, Key: h.Get("X-WC-Webhook-Delivery-ID")}
	if noun == "" {
		noun = recognise(body)
	}
	if ours, ok := verbs[verb]; ok || verb == "" {
		verb = ours
	}
	if verb == "" {
		verb = "updated"
	}
	items := []*wire.Node{body}
	if body.Kind() == wire.Array {
		items = body.Items()
	}
	for _, n := range items {
		t.Objects = append(t.Objects, object(noun, n))
	}
	if noun == "ping" {
		verb = "received"
	}
	t.Type, t.Container = noun+"."+verb, noun
	return t
}

// recognise says what a body without headers is.
func recognise(n *wire.Node) string {
	if n.Kind() == wire.Array && len(n.Members()) > 0 {
		n = n.Members()[0]
	}
	switch {
	case n.Has("webhook_id"):
		return "ping"
	case n.Has("refunded_by") || n.Has("refunded_payment"):
		return "refund"
	case n.Has("line_items"):
		return "order"
	case n.Has("is_paying_customer"):
		return "customer"
	case n.Has("discount_type"):
		return "coupon"
	case n.Has("regular_price") || n.Has("sku"):
		return "product"
	}
	return intake.KindOther
}

func object(noun string, n *wire.Node) intake.Object {
	only := !n.Has("date_created") && !n.Has("total") && !n.Has("email") // a deleted thing is its identifier alone
	switch {
	case only:
	case noun == "order":
		return order(n)
	case noun == "refund":
		return refund(n, n.String("currency"))
	case noun == "product":
		return product(n, "")
	case noun == "customer":
		return customer(n)
	}
	r := intake.NewRecord(noun, n)
	if noun == "order" || noun == "product" || noun == "customer" {
		r.Refer(noun, r.ID)
	}
	r.CreatedAt, r.UpdatedAt = at(n, "date_created"), at(n, "date_modified")
	return r
}

// at reads a time by its form in UTC.
func at(n *wire.Node, name string) time.Time {
	n.At(name)
	return n.Time(name + "_gmt")
}

func head(n *wire.Node) intake.Head {
	n.At("meta_data").Whole() // the plugins' own
	return intake.Head{ID: n.String("id"), CreatedAt: at(n, "date_created"), UpdatedAt: at(n, "date_modified")}
}

func order(n *wire.Node) *intake.Order {
	c := n.String("currency")
	sum := func(name string) intake.Money { return intake.Decimal(n.At(name), c) }
	o := &intake.Order{
		Head: head(n), Currency: c, Discount: sum("discount_total"), Shipping: sum("shipping_total"), Tax: sum("total_tax"), Total: sum("total"), TaxesIncluded: n.Bool("prices_include_tax"),
		PaymentMethod: n.First("payment_method_title", "payment_method").Text(), Channel: n.String("created_via"), URL: n.String("payment_url"), ClosedAt: at(n, "date_completed"), BillTo: address(n.At("billing")), ShipTo: address(n.At("shipping")),
	}
	gateway, paid := n.String("payment_method"), at(n, "date_paid")
	o.Number, o.Note = n.String("number"), n.String("customer_note")
	o.PlacedAt = o.CreatedAt
	o.Status, o.VendorStatus = orderStatuses.Of(n, "status")
	o.PaymentStatus, o.FulfillmentStatus = paymentStatuses[o.VendorStatus], fulfillmentStatuses[o.VendorStatus]
	o.Deleted = o.VendorStatus == "trash" // which the lists leave out
	if o.VendorStatus == "cancelled" {
		o.CancelledAt = o.UpdatedAt
	}
	o.Refer("payment", n.String("transaction_id"))
	if id := n.String("customer_id"); id != "0" { // nobody: a guest
		o.Refer("customer", id)
	}
	if o.BillTo != nil {
		o.Email, o.Phone = o.BillTo.Email, o.BillTo.Phone
		o.Customer = &intake.Customer{Head: intake.Head{Kind: intake.KindCustomer, ID: o.Refs["customer"]}, Name: o.BillTo.Name, Email: o.Email, Phone: o.Phone}
	}
	o.Lines = intake.List(n.At("line_items"), func(l *wire.Node) intake.Line { return line(l, c) })
	for _, l := range o.Lines {
		o.Goods = intake.Add(o.Goods, l.Subtotal)
	}
	for _, s := range n.At("shipping_lines").Items() {
		s.At("meta_data").Whole()
		o.ShippingLines = append(o.ShippingLines, intake.ShippingLine{ID: s.String("id"), Title: s.String("method_title"), Code: s.String("method_id"), Price: intake.Decimal(s.At("total"), c)})
	}
	for _, f := range n.At("fee_lines").Items() {
		f.At("meta_data").Whole()
		o.Fee = intake.Add(o.Fee, intake.Decimal(f.At("total"), c))
	}
	for _, x := range n.At("tax_lines").Items() {
		x.At("meta_data").Whole()
		o.Taxes = append(o.Taxes, intake.Tax{Title: x.First("label", "rate_code").Text(), Rate: x.String("rate_percent"), Amount: intake.Add(intake.Decimal(x.At("tax_total"), c), intake.Decimal(x.At("shipping_tax_total"), c))})
	}
	for _, d := range n.At("coupon_lines").Items() {
		d.At("meta_data").Whole()
		o.Discounts = append(o.Discounts, intake.Discount{Code: d.String("code"), Type: d.String("discount_type"), Amount: intake.Decimal(d.At("discount"), c)})
	}
	o.Fulfillments = parcels(n.At("meta_data"))
	for _, m := range n.Peek("meta_data").Members() {
		o.Noted(m.Peek("key").Text(), m.Peek("value").Text())
	}
	o.Refunds = intake.List(n.At("refunds"), func(r *wire.Node) *intake.Refund { return refund(r, c) })
	for _, r := range o.Refunds {
		o.Refunded = intake.Add(o.Refunded, r.Amount)
	}
	if !paid.IsZero() && o.Total.Minor > 0 { // one gateway takes all of an order
		p := &intake.Payment{Head: intake.Head{ID: o.ID, Status: "succeeded", CreatedAt: paid}, Operation: "payment", Amount: o.Total, Refunded: o.Refunded, Gateway: gateway}
		p.Refer("transaction", o.Refs["payment"])
		o.Payments = append(o.Payments, p)
	}
	return o
}

func line(n *wire.Node, c string) intake.Line {
	n.At("meta_data").Whole()
	l := intake.Line{
		ID: n.String("id"), Product: n.String("product_id"), SKU: n.String("sku"), Title: n.First("parent_name", "name").Text(), Quantity: n.Int("quantity"), Subtotal: intake.Decimal(n.At("subtotal"), c), Total: intake.Decimal(n.At("total"), c), Tax: intake.Decimal(n.At("total_tax"), c),
	}
	if n.At("parent_name").Given() {
		l.VariantTitle = n.String("name")
	}
	if v := n.String("variation_id"); v != "0" {
		l.Variant = v
	}
	// The price of one is a float in this API, with more digits than a currency has: what is exact is the subtotal.
	n.At("price")
	if l.Quantity > 0 && l.Subtotal.Written == "" && l.Subtotal.Minor%l.Quantity == 0 && !l.Subtotal.IsZero() {
		l.Price = l.Subtotal
		l.Price.Minor /= l.Quantity
	}
	l.Discount = intake.Add(l.Subtotal, intake.Times(l.Total, -1))
	return l
}

// positive is a sum without its sign.
func positive(m intake.Money) intake.Money {
	if m.Minor < 0 {
		m.Minor = -m.Minor
	}
	m.Written = strings.TrimPrefix(m.Written, "-")
	return m
}

func refund(n *wire.Node, c string) *intake.Refund {
	r := &intake.Refund{Head: head(n), Amount: positive(intake.Decimal(n.First("amount", "total"), c))}
	r.Reason = n.String("reason")
	r.Refer("order", n.String("parent_id"))
	r.Status = "succeeded" // a refund is recorded when it was made; its way is not told
	for _, l := range n.At("line_items").Items() {
		x := line(l, c)
		if x.Quantity < 0 {
			x.Quantity = -x.Quantity
		}
		x.Subtotal, x.Total, x.Tax, x.Discount, x.Price = positive(x.Subtotal), positive(x.Total), positive(x.Tax), intake.Money{}, intake.Money{}
		for _, m := range l.Peek("meta_data").Members() {
			if m.Peek("key").Text() == "_refunded_item_id" {
				x.LineItem = m.Peek("value").Text()
			}
		}
		r.Lines = append(r.Lines, x)
		r.Components.Goods, r.Components.Tax = intake.Add(r.Components.Goods, x.Total), intake.Add(r.Components.Tax, x.Tax)
	}
	for _, s := range n.At("shipping_lines").Items() {
		r.Components.Shipping = intake.Add(r.Components.Shipping, positive(intake.Decimal(s.At("total"), c)))
	}
	if r.Amount.Currency == "" && c != "" {
		r.Amount.Currency = c
	}
	r.Allocations = []intake.Allocation{{ID: r.ID, To: "original", Amount: r.Amount, Status: r.Status, At: r.CreatedAt}}
	return r
}

func address(n *wire.Node) *intake.Address {
	return intake.Address{
		Name: strings.TrimSpace(n.String("first_name") + " " + n.String("last_name")), Company: n.String("company"), Line1: n.String("address_1"), Line2: n.String("address_2"), City: n.String("city"), Region: n.String("state"),
		Postcode: n.String("postcode"), Country: n.String("country"), Phone: n.String("phone"), Email: n.String("email"),
	}.Or()
}

func customer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{Head: head(n), Name: strings.TrimSpace(n.String("first_name") + " " + n.String("last_name")), Email: n.String("email"), Address: address(n.At("shipping")), Orders: n.Int("orders_count")}
	if b := address(n.At("billing")); b != nil {
		c.Addresses, c.Phone = []intake.Address{*b}, b.Phone
	}
	c.Number = n.String("username")
	return c
}
