package vendure

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func head(n *wire.Node) intake.Head {
	n.At("customFields").Whole()
	return intake.Head{ID: n.String("id"), CreatedAt: n.Time("createdAt"), UpdatedAt: n.Time("updatedAt")}
}

func (r reader) minor(n *wire.Node, name, currency string) intake.Money {
	return intake.Minor(n.At(name), currency, map[string]int{strings.ToUpper(currency): r.digits})
}

// changedAt is when something last happened to an order. The history has an entry for whatever happens; the order's own
// times say what was done past it, and when the history is not given.
func changedAt(n *wire.Node) time.Time {
	at := intake.Latest(n.Time("updatedAt"), n.Time("orderPlacedAt"))
	for _, e := range n.At("history", "items").Items() {
		at = intake.Latest(at, e.Time("createdAt"))
	}
	return at
}

func (r reader) order(n *wire.Node) *intake.Order {
	c := n.String("currencyCode")
	o := &intake.Order{
		Head: head(n), Currency: c, Subtotal: r.minor(n, "subTotalWithTax", c), Shipping: r.minor(n, "shippingWithTax", c), CurrentTotal: r.minor(n, "totalWithTax", c), TaxesIncluded: true, PlacedAt: n.Time("orderPlacedAt"),
		BillTo: address(n.At("billingAddress")), ShipTo: address(n.At("shippingAddress")),
	}
	o.UpdatedAt = changedAt(n)
	o.Number = n.String("code")
	o.Status, o.VendorStatus = orderStatuses.Of(n, "state")
	o.FulfillmentStatus = fulfillmentOf[o.VendorStatus]
	if cu := n.At("customer"); cu.Given() {
		o.Customer = customer(cu)
		o.Email, o.Phone = o.Customer.Email, o.Customer.Phone
		o.Refer("customer", o.Customer.ID)
	}
	o.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return r.line(l, c) })
	for _, l := range o.Lines {
		o.Goods = intake.Add(o.Goods, intake.Times(l.Price, l.Quantity))
	}
	for _, s := range n.At("shippingLines").Items() {
		o.ShippingLines = append(o.ShippingLines, intake.ShippingLine{ID: s.String("id"), Title: s.String("shippingMethod", "name"), Code: s.String("shippingMethod", "code"), Price: r.minor(s, "priceWithTax", c)})
	}
	for _, t := range n.At("taxSummary").Items() {
		x := intake.Tax{Title: t.String("description"), Rate: t.String("taxRate"), Amount: r.minor(t, "taxTotal", c)}
		o.Taxes, o.Tax = append(o.Taxes, x), intake.Add(o.Tax, x.Amount)
	}
	for _, d := range n.At("discounts").Items() {
		o.Discounts = append(o.Discounts, intake.Discount{Title: d.String("description"), Type: d.String("type"), Amount: r.minor(d, "amountWithTax", c)})
	}
	for _, code := range n.At("couponCodes").Texts() {
		o.Discounts = append(o.Discounts, intake.Discount{Code: code})
	}
	for _, s := range n.At("surcharges").Items() {
		o.Fee = intake.Add(o.Fee, r.minor(s, "priceWithTax", c))
	}
	o.Fulfillments = intake.List(n.At("fulfillments"), r.shipment)
	for _, p := range n.At("payments").Items() {
		x := r.payment(p, c)
		o.Payments = append(o.Payments, x)
		for _, f := range p.At("refunds").Items() {
			y := r.refund(f, c)
			y.Refer("payment", x.ID)
			o.Refunds = append(o.Refunds, y)
			if y.Status != "failed" {
				o.Refunded = intake.Add(o.Refunded, y.Amount)
			}
		}
	}
	settle(o)
	for _, f := range n.Peek("customFields").Members() {
		o.Noted(f.Key(), f.Text())
	}
	return o
}

// settle says what the customer was charged, and what became of it. Vendure's total follows every change (that of a
// cancelled order is nothing), while its payments stand; they always cover what was ordered.
func settle(o *intake.Order) {
	var charged intake.Money
	for _, p := range o.Payments {
		if p.Status == "authorized" || p.Status == "succeeded" {
			charged = intake.Add(charged, p.Amount)
		}
	}
	o.Total, o.PaymentStatus = o.CurrentTotal, paymentOf[o.VendorStatus]
	if charged.Currency == o.Total.Currency && charged.Minor > o.Total.Minor {
		o.Total = charged
	}
	switch {
	case o.Refunded.Minor <= 0 || o.Refunded.Currency != o.Total.Currency:
	case o.Refunded.Minor < o.Total.Minor:
		o.PaymentStatus = "partially_refunded"
	default:
		o.PaymentStatus = "refunded"
	}
}

// line reads a line of an order, a refund or a fulfilment. Vendure takes what is cancelled away from the quantity.
func (r reader) line(n *wire.Node, c string) intake.Line {
	n.At("customFields").Whole()
	v := n.At("productVariant")
	product := v.First("productId", "product")
	if product.Kind() == wire.Object {
		product = product.At("id")
	}
	l := intake.Line{
		ID: n.String("id"), LineItem: n.String("orderLineId"), Variant: v.String("id"), Product: product.Text(), SKU: v.String("sku"), Title: v.String("name"), Quantity: n.Int("quantity"), Price: r.minor(n, "unitPriceWithTax", c), Subtotal: r.minor(n, "linePriceWithTax", c),
		Total: r.minor(n, "discountedLinePriceWithTax", c), Tax: r.minor(n, "lineTax", c),
	}
	if placed := n.Int("orderPlacedQuantity"); placed > l.Quantity {
		l.Quantity, l.Cancelled = placed, placed-l.Quantity
	}
	return l
}

func (r reader) payment(n *wire.Node, c string) *intake.Payment {
	n.At("metadata").Whole() // the provider's own
	p := &intake.Payment{Head: head(n), Operation: "payment", Amount: r.minor(n, "amount", c), Gateway: n.String("method"), Error: n.String("errorMessage")}
	p.Status, p.VendorStatus = paymentStatuses.Of(n, "state")
	p.Refer("transaction", n.String("transactionId"))
	return p
}

func (r reader) refund(n *wire.Node, c string) *intake.Refund {
	n.At("metadata").Whole()
	f := &intake.Refund{Head: head(n), Amount: r.minor(n, "total", c), Components: intake.Components{Goods: r.minor(n, "items", c), Shipping: r.minor(n, "shipping", c), Adjustment: r.minor(n, "adjustment", c)}}
	f.Reason = n.String("reason")
	f.Status, f.VendorStatus = refundStatuses.Of(n, "state")
	f.Refer("payment", n.String("paymentId"))
	f.Refer("transaction", n.String("transactionId"))
	f.Allocations = []intake.Allocation{{ID: f.ID, To: n.String("method"), Payment: f.Refs["payment"], Amount: f.Amount, Status: f.Status, VendorStatus: f.VendorStatus, At: f.CreatedAt}}
	f.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return r.line(l, c) })
	return f
}

func (r reader) shipment(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: head(n), Direction: "out", Carrier: n.String("method"), Numbers: n.At("trackingCode").Texts()}
	s.Status, s.VendorStatus = fulfillmentStatuses.Of(n, "state")
	s.Lines = intake.List(n.At("lines"), func(l *wire.Node) intake.Line { return r.line(l, "") })
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
