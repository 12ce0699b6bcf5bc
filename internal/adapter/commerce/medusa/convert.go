package medusa

import (
	_ "embed"
	"net/http"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

//go:embed known.txt
var known string

// Source reads events and objects.
func Source() intake.Source {
	return intake.Source{Name: "medusa", Known: wire.MustVocabulary(known), Convert: convert}
}

func convert(_ http.Header, body *wire.Node) intake.Told {
	event := body.First("name", "event", "type").Text()
	data := body.At("data")
	if event == "" || !data.Given() {
		for _, m := range body.Members() {
			if noun := m.Key(); m.Kind() == wire.Object && kinds[noun] != nil {
				return intake.Told{VendorType: noun, Objects: []intake.Object{kinds[noun](body.At(noun))}}
			}
		}
		noun := recognise(body)
		return intake.Told{VendorType: noun, Objects: []intake.Object{object(noun, body)}, Container: noun}
	}
	noun, verb, _ := strings.Cut(event, ".")
	if last := strings.LastIndexByte(verb, '.'); last >= 0 {
		verb = verb[last+1:]
	}
	t := intake.Told{VendorType: event, Key: body.First("id", "event_id").Text(), OccurredAt: body.First("timestamp", "created_at", "occurred_at").Time()}
	inner := data
	if m := data.At(noun); m.Given() {
		inner = m
	}
	t.Objects = []intake.Object{object(noun, inner)}
	if ours, ok := verbs[verb]; ok {
		verb = ours
	}
	if ours, ok := nouns[noun]; ok {
		noun = ours
	}
	t.Type = noun + "." + verb
	return t
}

// kinds are the objects that are read by name.
var kinds = map[string]func(*wire.Node) intake.Object{
	"order":       func(n *wire.Node) intake.Object { return order(n) },
	"draft_order": func(n *wire.Node) intake.Object { return order(n) },
	"return":      func(n *wire.Node) intake.Object { return returned(n) },
	"refund":      func(n *wire.Node) intake.Object { return refund(n, "") },
	"payment":     func(n *wire.Node) intake.Object { return payment(n) },
	"fulfillment": func(n *wire.Node) intake.Object { return shipment(n) },
	"shipment":    func(n *wire.Node) intake.Object { return shipment(n) },
	"customer":    func(n *wire.Node) intake.Object { return customer(n) },
	"product":     func(n *wire.Node) intake.Object { return product(n) },
}

func object(noun string, n *wire.Node) intake.Object {
	convert := kinds[noun]
	if convert == nil || !n.Has("created_at") { // an identifier, and hardly more
		r := intake.NewRecord(noun, n)
		r.Refer(noun, r.ID)
		return r
	}
	return convert(n)
}

// recognise says what a body without a name is, by the beginning of its identifier.
func recognise(n *wire.Node) string {
	prefix, _, _ := strings.Cut(n.Peek("id").Text(), "_")
	switch prefix {
	case "order", "return", "payment":
		return prefix
	case "ref", "refund":
		return "refund"
	case "pay":
		return "payment"
	case "ful":
		return "fulfillment"
	case "cus":
		return "customer"
	case "prod":
		return "product"
	}
	return intake.KindOther
}

func head(n *wire.Node) intake.Head {
	n.At("metadata").Whole()
	h := intake.Head{ID: n.String("id"), CreatedAt: n.Time("created_at"), UpdatedAt: n.Time("updated_at"), Note: n.String("note")}
	h.Refer("order", n.String("order_id"))
	h.Refer("customer", n.String("customer_id"))
	h.Refer("payment", n.String("payment_id"))
	return h
}

// sum reads a number beside which Medusa puts the same with more digits.
func sum(n *wire.Node, name, currency string) intake.Money {
	n.At("raw_" + name)
	return intake.Decimal(n.At(name), currency)
}

func order(n *wire.Node) *intake.Order {
	c := strings.ToUpper(n.String("currency_code"))
	o := &intake.Order{
		Head: head(n), Currency: c, Goods: sum(n, "item_subtotal", c), Discount: sum(n, "discount_total", c), Subtotal: sum(n, "item_total", c), Shipping: sum(n, "shipping_total", c), Tax: sum(n, "tax_total", c), Total: sum(n, "total", c), Email: n.String("email"), Language: n.String("locale"),
		BillTo: address(n.At("billing_address")), ShipTo: address(n.At("shipping_address")), CancelledAt: n.Time("canceled_at"),
	}
	o.Number = n.First("display_id", "custom_display_id").Text()
	o.PlacedAt = o.CreatedAt
	o.Refer("channel", n.String("sales_channel_id"))
	o.Refer("region", n.String("region_id"))
	o.Status, o.VendorStatus = orderStatuses.Of(n, "status")
	o.PaymentStatus, o.VendorPaymentStatus = paymentStatuses.Of(n, "payment_status")
	o.FulfillmentStatus, o.VendorFulfillmentStatus = fulfillmentStatuses.Of(n, "fulfillment_status")
	for _, p := range n.Peek("payment_collections").Members() {
		for _, q := range p.Peek("payments").Members() { // captured without their order changing
			o.UpdatedAt = intake.Latest(o.UpdatedAt, q.Time("updated_at"))
		}
	}
	// A refund becomes a credit line, which the total is less by.
	o.Total = intake.Add(o.Total, sum(n, "credit_line_total", c))
	s := n.At("summary")
	o.CurrentTotal, o.Refunded, o.Outstanding = sum(s, "current_order_total", c), sum(s, "refunded_total", c), sum(s, "pending_difference", c)
	if cu := n.At("customer"); cu.Given() {
		o.Customer = customer(cu)
		o.Customer.Kind = intake.KindCustomer
	}
	o.Lines = intake.List(n.At("items"), func(l *wire.Node) intake.Line { return line(l, c) })
	for _, m := range n.At("shipping_methods").Items() {
		m.At("metadata").Whole()
		m.At("data").Whole()
		o.ShippingLines = append(o.ShippingLines, intake.ShippingLine{ID: m.String("id"), Title: m.String("name"), Code: m.String("shipping_option_id"), Price: sum(m, "amount", c)})
	}
	for _, f := range n.At("fulfillments").Items() {
		x := shipment(f)
		x.Kind = intake.KindShipment
		o.Fulfillments = append(o.Fulfillments, x)
	}
	for _, pc := range n.At("payment_collections").Items() {
		for _, p := range pc.At("payments").Items() {
			x := payment(p)
			x.Kind = intake.KindPayment
			o.Payments = append(o.Payments, x)
			for _, r := range p.At("refunds").Items() {
				y := refund(r, x.Amount.Currency)
				y.Kind = intake.KindRefund
				o.Refunds = append(o.Refunds, y)
			}
		}
	}
	for _, r := range n.At("returns").Items() {
		x := returned(r)
		x.Kind = intake.KindReturn
		o.Returns = append(o.Returns, x)
	}
	for _, m := range n.Peek("metadata").Members() {
		o.Noted(m.Key(), m.Text())
	}
	return o
}

func line(n *wire.Node, c string) intake.Line {
	n.At("metadata").Whole()
	d := n.At("detail")
	l := intake.Line{
		ID: n.String("id"), Product: n.String("product_id"), Variant: n.String("variant_id"), SKU: n.String("variant_sku"), Title: n.First("product_title", "title").Text(), VariantTitle: n.String("variant_title"), Quantity: n.Int("quantity"),
		Shipped: d.Int("shipped_quantity"), Price: sum(n, "unit_price", c), Subtotal: sum(n, "subtotal", c), Discount: sum(n, "discount_total", c), Tax: sum(n, "tax_total", c), Total: sum(n, "total", c), LineItem: n.First("item_id", "line_item_id").Text(), Reason: n.String("reason_id"), Note: n.String("note"),
	}
	n.At("title")
	for _, t := range n.At("tax_lines").Items() {
		l.Taxes = append(l.Taxes, intake.Tax{Title: t.First("description", "code").Text(), Rate: t.String("rate"), Amount: sum(t, "total", c)})
	}
	for _, a := range n.At("adjustments").Items() {
		l.Discounts = append(l.Discounts, intake.Discount{Code: a.String("code"), Title: a.String("description"), Amount: sum(a, "amount", c)})
	}
	return l
}

func returned(n *wire.Node) *intake.Return {
	r := &intake.Return{Head: head(n), RequestedAt: n.Time("requested_at"), ClosedAt: n.Time("received_at")}
	r.Number = n.String("display_id")
	r.Status, r.VendorStatus = returnStatuses.Of(n, "status")
	r.Lines = intake.List(n.At("items"), func(l *wire.Node) intake.Line { return line(l, "") })
	r.Refer("location", n.String("location_id"))
	r.Refer("exchange", n.String("exchange_id"))
	r.Refer("claim", n.String("claim_id"))
	return r
}

func refund(n *wire.Node, c string) *intake.Refund {
	if own := n.String("currency_code"); own != "" {
		c = own
	}
	r := &intake.Refund{Head: head(n), Amount: sum(n, "amount", c)}
	r.Reason = n.First("refund_reason_id", "reason").Text()
	r.Status = "succeeded" // recorded when done
	r.Allocations = []intake.Allocation{{ID: r.ID, Payment: r.Refs["payment"], Amount: r.Amount, Status: r.Status, At: r.CreatedAt}}
	return r
}

func payment(n *wire.Node) *intake.Payment {
	c := n.String("currency_code")
	n.At("data").Whole() // the provider's own
	p := &intake.Payment{Head: head(n), Operation: "payment", Amount: sum(n, "amount", c), Captured: sum(n, "captured_amount", c), Refunded: sum(n, "refunded_amount", c), Gateway: n.String("provider_id")}
	for _, m := range n.At("captures").Items() {
		p.Captured = intake.Add(p.Captured, sum(m, "amount", c))
	}
	p.Refer("transaction", n.Peek("data", "id").Text())
	p.Status = "authorized"
	switch {
	case n.At("canceled_at").Given():
		p.Status = "cancelled"
	case n.At("captured_at").Given():
		p.Status = "succeeded"
	}
	return p
}

func shipment(n *wire.Node) *intake.Shipment {
	n.At("data").Whole() // the provider's own
	s := &intake.Shipment{Head: head(n), Direction: "out", Carrier: n.String("provider_id"), ShippedAt: n.Time("shipped_at"), DeliveredAt: n.Time("delivered_at"), Destination: address(n.At("delivery_address"))}
	s.Refer("location", n.String("location_id"))
	s.Status = intake.Announced
	switch {
	case n.At("canceled_at").Given():
		s.Status = intake.Cancelled
	case !s.DeliveredAt.IsZero():
		s.Status = intake.Delivered
	case !s.ShippedAt.IsZero():
		s.Status = intake.PickedUp
	}
	for _, l := range n.First("labels", "tracking_links").Items() {
		s.Numbers = append(s.Numbers, l.At("tracking_number").Texts()...)
		s.URLs = append(s.URLs, l.First("tracking_url", "url").Texts()...)
	}
	s.Numbers = append(s.Numbers, n.At("tracking_numbers").Texts()...)
	s.Lines = intake.List(n.At("items"), func(l *wire.Node) intake.Line {
		return intake.Line{ID: l.String("id"), LineItem: l.String("line_item_id"), SKU: l.String("sku"), Title: l.String("title"), Quantity: l.Int("quantity")}
	})
	return s
}

func customer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{Head: head(n), Name: name(n), Email: n.String("email"), Phone: n.String("phone")}
	for _, a := range n.At("addresses").Items() {
		if x := address(a); x != nil {
			c.Addresses = append(c.Addresses, *x)
		}
	}
	return c
}

func name(n *wire.Node) string {
	return strings.TrimSpace(n.String("first_name") + " " + n.String("last_name"))
}

func address(n *wire.Node) *intake.Address {
	return intake.Address{
		Name: name(n), Company: n.String("company"), Line1: n.String("address_1"), Line2: n.String("address_2"), City: n.String("city"), Region: n.String("province"), Postcode: n.String("postal_code"), Country: strings.ToUpper(n.String("country_code")), Phone: n.String("phone"),
	}.Or()
}
