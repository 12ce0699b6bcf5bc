package shopify

import (
	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func order(n *wire.Node) *intake.Order {
	c := n.String("currency")
	o := sale(n, c)
	o.CancelledAt, o.ClosedAt = n.Time("cancelled_at"), n.Time("closed_at")
	o.CancelReason = n.String("cancel_reason")
	switch {
	case !o.CancelledAt.IsZero():
		o.Status = "cancelled"
	case !o.ClosedAt.IsZero():
		o.Status = "closed"
	default:
		o.Status = "open"
	}
	o.PaymentStatus, o.VendorPaymentStatus = paymentStatuses.Of(n, "financial_status")
	o.FulfillmentStatus, o.VendorFulfillmentStatus = fulfillmentStatuses.Of(n, "fulfillment_status")
	if o.VendorFulfillmentStatus == "" && n.Has("fulfillment_status") {
		o.FulfillmentStatus = "unfulfilled" // null is the platform's word for it
	}
	o.PlacedAt = n.First("processed_at", "created_at").Time()
	o.PaymentMethod = texts(n.At("payment_gateway_names"))
	if o.PaymentMethod == "" {
		o.PaymentMethod = n.String("gateway")
	}
	o.Fulfillments = intake.List(n.At("fulfillments"), shipment)
	o.Refunds = intake.List(n.At("refunds"), func(r *wire.Node) *intake.Refund { return refund(r, c) })
	o.Returns = intake.List(n.At("returns"), returned)
	for _, t := range n.At("transactions").Items() {
		if p, ok := transaction(t).(*intake.Payment); ok {
			o.Payments = append(o.Payments, p)
		}
	}
	for _, r := range o.Refunds {
		o.Refunded = intake.Add(o.Refunded, r.Amount)
	}
	return o
}

// draft reads a sale that is none yet: a draft order or a checkout that was left.
func draft(n *wire.Node) *intake.Order {
	o := sale(n, n.String("currency"))
	o.Status, o.VendorStatus = draftStatuses.Of(n, "status")
	if o.Status == "" {
		o.Status = "draft"
	}
	o.ClosedAt = latest(n, "completed_at", "closed_at")
	if !o.ClosedAt.IsZero() {
		o.Status = "closed"
	}
	o.URL = n.First("invoice_url", "abandoned_checkout_url", "order_status_url").Text()
	if o.ID == "" {
		o.ID = n.String("token")
	}
	return o
}

// sale reads what orders, drafts and checkouts have.
func sale(n *wire.Node, c string) *intake.Order {
	o := &intake.Order{
		Head: head(n), Currency: c, ShownCurrency: n.String("presentment_currency"), Goods: sum(n, "total_line_items_price", c), Discount: sum(n, "total_discounts", c),
		Subtotal: sum(n, "subtotal_price", c), Shipping: sum(n, "total_shipping_price", c), Tax: sum(n, "total_tax", c), Tip: sum(n, "total_tip_received", c),
		Total: sum(n, "total_price", c), CurrentTotal: sum(n, "current_total_price", c), Outstanding: sum(n, "total_outstanding", c), Duty: sum(n, "original_total_duties", c),
		Fee: sum(n, "original_total_additional_fees", c), TaxesIncluded: n.Bool("taxes_included"), Email: n.First("email", "contact_email").Text(), Phone: n.String("phone"),
		Language: n.String("customer_locale"), Channel: n.String("source_name"), Tags: tags(n, "tags"), URL: n.String("order_status_url"),
		BillTo: address(n.At("billing_address")), ShipTo: address(n.At("shipping_address")), Taxes: taxes(n.At("tax_lines"), c),
		Lines: intake.List(n.At("line_items"), func(l *wire.Node) intake.Line { return line(l, c) }),
	}
	o.Number = n.String("name")
	o.Refer("checkout", n.First("checkout_id", "checkout_token").Text())
	o.Refer("location", n.String("location_id"))
	if o.ShownCurrency == c {
		o.ShownCurrency = ""
	}
	if cu := n.At("customer"); cu.Given() {
		o.Customer = customer(cu)
		o.Refer("customer", o.Customer.ID)
	}
	o.ShippingLines = intake.List(n.At("shipping_lines"), func(s *wire.Node) intake.ShippingLine { return shippingLine(s, c) })
	if s := n.At("shipping_line"); s.Given() {
		o.ShippingLines = append(o.ShippingLines, shippingLine(s, c))
	}
	if o.Shipping.IsZero() {
		for _, s := range o.ShippingLines {
			o.Shipping = intake.Add(o.Shipping, s.Price)
		}
	}
	for _, d := range n.At("discount_codes").Items() {
		o.Discounts = append(o.Discounts, intake.Discount{Code: d.String("code"), Type: d.String("type"), Amount: sum(d, "amount", c)})
	}
	for _, d := range n.At("discount_applications").Items() {
		o.Discounts = append(o.Discounts, intake.Discount{Code: d.String("code"), Title: d.First("title", "description").Text(), Type: d.String("value_type"), Value: d.String("value")})
	}
	if d := n.At("applied_discount"); d.Given() {
		o.Discounts = append(o.Discounts, intake.Discount{Title: d.First("title", "description").Text(), Type: d.String("value_type"), Value: d.String("value"), Amount: sum(d, "amount", c)})
	}
	for _, a := range n.At("note_attributes").Whole().Items() { // the merchant's own
		o.Noted(a.String("name"), a.String("value"))
	}
	return o
}

func line(n *wire.Node, c string) intake.Line {
	if s := n.Peek("price_set", "shop_money", "currency_code"); c == "" && s.Given() {
		c = s.Text()
	}
	l := intake.Line{
		ID: id(n), Product: n.String("product_id"), Variant: n.String("variant_id"), SKU: n.String("sku"), Title: n.First("title", "name").Text(), VariantTitle: n.String("variant_title"),
		Quantity: n.Int("quantity"), Price: sum(n, "price", c), Discount: sum(n, "total_discount", c), Taxes: taxes(n.At("tax_lines"), c),
		VendorStatus: n.String("fulfillment_status"), Grams: n.Int("grams"), GiftCard: n.Bool("gift_card"), LineItem: ref(n, "line_item"), Location: n.String("location_id"),
	}
	if n.Has("current_quantity") {
		l.Cancelled = l.Quantity - n.Int("current_quantity")
	}
	if n.Has("fulfillable_quantity") {
		l.Unshipped = n.Int("fulfillable_quantity")
	}
	for _, t := range l.Taxes {
		l.Tax = intake.Add(l.Tax, t.Amount)
	}
	for _, d := range n.At("duties").Items() {
		l.Duty = intake.Add(l.Duty, intake.Price(d.At("shop_money")), intake.Price(d.At("price_set", "shop_money")))
	}
	for _, d := range n.At("discount_allocations").Items() {
		l.Discounts = append(l.Discounts, intake.Discount{Amount: sum(d, "amount", c)})
	}
	n.At("properties").Whole() // the customer's own
	return l
}

func taxes(n *wire.Node, c string) []intake.Tax {
	return intake.List(n, func(t *wire.Node) intake.Tax {
		return intake.Tax{Title: t.String("title"), Rate: t.String("rate"), Amount: sum(t, "price", c)}
	})
}

func shippingLine(n *wire.Node, c string) intake.ShippingLine {
	s := intake.ShippingLine{ID: id(n), Title: n.String("title"), Code: n.First("code", "handle").Text(), Carrier: n.String("carrier_identifier"), Price: sum(n, "price", c), Taxes: taxes(n.At("tax_lines"), c)}
	for _, d := range n.At("discount_allocations").Items() {
		s.Discount = intake.Add(s.Discount, sum(d, "amount", c))
	}
	return s
}

func customer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{Head: head(n)}
	p := n // the person, who lies one deeper in a wish to be forgotten
	if inner := n.At("customer"); inner.Given() {
		p = inner
		c.ID = id(p)
		c.Refer("request", n.String("data_request", "id"))
		c.OrdersToHide = append(n.At("orders_requested").Texts(), n.At("orders_to_redact").Texts()...)
	}
	c.Status, c.VendorStatus = customerStatuses.Of(p, "state")
	c.Email, c.Phone, c.Currency, c.Language = p.String("email"), p.First("phone", "phone_number").Text(), p.String("currency"), p.String("locale")
	c.Name = join(p.String("first_name"), p.String("last_name"))
	c.Orders, c.Tags, c.TaxExempt = p.Int("orders_count"), tags(p, "tags"), p.Bool("tax_exempt")
	c.Spent = sum(p, "total_spent", c.Currency)
	c.Address = address(p.At("default_address"))
	for _, a := range p.At("addresses").Items() {
		if x := address(a); x != nil {
			c.Addresses = append(c.Addresses, *x)
		}
	}
	for _, k := range []string{"email", "sms", "whats_app"} {
		if m := n.At(k + "_marketing_consent"); m.Given() {
			c.Consent = append(c.Consent, intake.Consent{Channel: k, State: m.String("state"), UpdatedAt: m.First("consent_updated_at", "updated_at").Time()})
			c.UpdatedAt = intake.Latest(c.UpdatedAt, c.Consent[len(c.Consent)-1].UpdatedAt)
		}
	}
	if kept := n.At("admin_graphql_api_customer_kept_id"); kept.Given() { // two customers became one
		c.ID = tail(kept.Text())
		c.Refer("deleted", tail(n.String("admin_graphql_api_customer_deleted_id")))
		c.VendorStatus = n.String("status")
	}
	if c.ID == "" {
		c.ID = c.Refs["customer"]
	}
	return c
}

func join(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}
