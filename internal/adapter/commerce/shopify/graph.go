package shopify

import (
	"cmp"
	"encoding/json"
	"math"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// shopSum reads a MoneyBag. Of its two sums the shop's is taken, as webhooks are read: an order is kept in the shop's
// currency, in which all of its sums add up, and beside it stands the currency that the customer saw.
func shopSum(n *wire.Node, name string) intake.Money { return intake.Price(n.At(name, "shopMoney")) }

func graphHead(n *wire.Node) intake.Head {
	return intake.Head{ID: tail(n.String("id")), Note: n.String("note"), CreatedAt: n.Time("createdAt"), UpdatedAt: n.Time("updatedAt"), Test: n.Bool("test")}
}

func graphOrder(n *wire.Node, lines []*wire.Node) *intake.Order {
	o := &intake.Order{
		Head: graphHead(n), Currency: n.String("currencyCode"), ShownCurrency: n.String("presentmentCurrencyCode"),
		Discount: shopSum(n, "totalDiscountsSet"), Subtotal: shopSum(n, "subtotalPriceSet"), Shipping: shopSum(n, "totalShippingPriceSet"), Tax: shopSum(n, "totalTaxSet"), Tip: shopSum(n, "totalTipReceivedSet"),
		Duty: shopSum(n, "originalTotalDutiesSet"), Fee: shopSum(n, "originalTotalAdditionalFeesSet"), Total: shopSum(n, "totalPriceSet"), CurrentTotal: shopSum(n, "currentTotalPriceSet"),
		Outstanding: shopSum(n, "totalOutstandingSet"), Refunded: shopSum(n, "totalRefundedSet"), TaxesIncluded: n.Bool("taxesIncluded"),
		Email: n.String("email"), Phone: n.String("phone"), Language: n.String("customerLocale"), PaymentMethod: texts(n.At("paymentGatewayNames")), Channel: n.String("sourceName"),
		Tags: n.At("tags").Texts(), URL: n.String("statusPageUrl"), PlacedAt: n.Time("processedAt"), CancelledAt: n.Time("cancelledAt"), ClosedAt: n.Time("closedAt"),
		CancelReason: strings.ToLower(n.String("cancelReason")), BillTo: graphAddress(n.At("billingAddress")), ShipTo: graphAddress(n.At("shippingAddress")), Taxes: graphTaxes(n.At("taxLines")),
	}
	o.Number = n.String("name")
	for _, a := range n.At("customAttributes").Items() {
		o.Noted(a.String("key"), a.String("value"))
	}
	if o.ShownCurrency == o.Currency {
		o.ShownCurrency = ""
	}
	switch {
	case !o.CancelledAt.IsZero():
		o.Status = "cancelled"
	case !o.ClosedAt.IsZero():
		o.Status = "closed"
	default:
		o.Status = "open"
	}
	o.PaymentStatus, o.VendorPaymentStatus = paymentStatuses.Of(n, "displayFinancialStatus")
	o.FulfillmentStatus, o.VendorFulfillmentStatus = fulfillmentStatuses.Of(n, "displayFulfillmentStatus")
	for _, l := range lines {
		x := graphLine(l)
		o.Lines, o.Goods = append(o.Lines, x), intake.Add(o.Goods, intake.Times(x.Price, x.Quantity))
	}
	if c := n.At("customer"); c.Given() {
		o.Customer = graphCustomer(c)
		o.Refer("customer", o.Customer.ID)
	}
	for _, s := range n.At("shippingLines", "nodes").Items() {
		x := intake.ShippingLine{ID: tail(s.String("id")), Title: s.String("title"), Code: s.String("code"), Carrier: s.String("carrierIdentifier"), Price: shopSum(s, "originalPriceSet"), Taxes: graphTaxes(s.At("taxLines"))}
		for _, d := range s.At("discountAllocations").Items() {
			x.Discount = intake.Add(x.Discount, shopSum(d, "allocatedAmountSet"))
		}
		o.ShippingLines = append(o.ShippingLines, x)
	}
	for _, code := range n.At("discountCodes").Texts() {
		o.Discounts = append(o.Discounts, intake.Discount{Code: code})
	}
	for _, t := range n.At("transactions").Items() {
		kind := strings.ToLower(t.String("kind"))
		if kind == "refund" {
			continue // told as a refund
		}
		p := &intake.Payment{Head: graphHead(t), Operation: kind, Amount: shopSum(t, "amountSet"), Gateway: t.String("gateway"), ErrorCode: strings.ToLower(t.String("errorCode"))}
		p.Status, p.VendorStatus = transactionStatuses.Of(t, "status")
		p.UpdatedAt = t.Time("processedAt")
		p.Refer("order", o.ID)
		p.Refer("parent", tail(t.String("parentTransaction", "id")))
		o.Payments = append(o.Payments, p)
	}
	return o
}

func graphLine(n *wire.Node) intake.Line {
	l := intake.Line{
		ID: tail(n.String("id")), Product: tail(n.String("product", "id")), Variant: tail(n.String("variant", "id")), SKU: n.String("sku"), Title: n.First("title", "name").Text(), VariantTitle: n.String("variantTitle"),
		Quantity: n.Int("quantity"), Unshipped: n.Int("unfulfilledQuantity"), Price: shopSum(n, "originalUnitPriceSet"), Discount: shopSum(n, "totalDiscountSet"),
		Taxes: graphTaxes(n.At("taxLines")), Grams: grams(n.At("weight")), GiftCard: n.Bool("isGiftCard"),
	}
	if n.Has("currentQuantity") {
		l.Cancelled = l.Quantity - n.Int("currentQuantity")
	}
	for _, t := range l.Taxes {
		l.Tax = intake.Add(l.Tax, t.Amount)
	}
	for _, d := range n.At("duties").Items() {
		l.Duty = intake.Add(l.Duty, shopSum(d, "price"))
	}
	for _, d := range n.At("discountAllocations").Items() {
		l.Discounts = append(l.Discounts, intake.Discount{Amount: shopSum(d, "allocatedAmountSet")})
	}
	return l
}

func graphTaxes(n *wire.Node) []intake.Tax {
	return intake.List(n, func(t *wire.Node) intake.Tax {
		return intake.Tax{Title: t.String("title"), Rate: t.String("rate"), Amount: shopSum(t, "priceSet")}
	})
}

// units are how many grams a unit of weight has (the international pound of 1959).
var units = map[string]float64{"GRAMS": 1, "KILOGRAMS": 1000, "OUNCES": 28.349523125, "POUNDS": 453.59237}

// grams reads a weight. Beyond what a truck carries it is a mistake, and no weight.
func grams(n *wire.Node) int64 {
	var value float64
	if json.Unmarshal([]byte(n.At("value").Text()), &value) != nil {
		return 0
	}
	if g := math.Round(value * units[n.String("unit")]); g > 0 && g < 1e8 {
		return int64(g)
	}
	return 0
}

func graphAddress(n *wire.Node) *intake.Address {
	if !n.Given() {
		return nil
	}
	return intake.Address{
		Name: n.String("name"), Company: n.String("company"), Line1: n.String("address1"), Line2: n.String("address2"), City: n.String("city"),
		Region: n.String("provinceCode"), Postcode: n.String("zip"), Country: n.First("countryCodeV2", "countryCode").Text(), Phone: n.String("phone"),
	}.Or()
}

func graphCustomer(n *wire.Node) *intake.Customer {
	c := &intake.Customer{
		Head: graphHead(n), Email: n.String("defaultEmailAddress", "emailAddress"), Phone: n.String("defaultPhoneNumber", "phoneNumber"), Language: n.String("locale"),
		Orders: n.Int("numberOfOrders"), Spent: intake.Price(n.At("amountSpent")), Tags: n.At("tags").Texts(), TaxExempt: n.Bool("taxExempt"), Address: graphAddress(n.At("defaultAddress")),
	}
	c.Status, c.VendorStatus = customerStatuses.Of(n, "state")
	c.Currency = c.Spent.Currency
	c.Name = join(n.String("firstName"), n.String("lastName"))
	if c.Name == "" && n.String("displayName") != c.Email {
		c.Name = n.String("displayName")
	}
	for _, a := range n.At("addressesV2", "nodes").Items() {
		if x := graphAddress(a); x != nil {
			c.Addresses = append(c.Addresses, *x)
		}
	}
	if e := n.At("defaultEmailAddress"); e.Has("marketingState") {
		c.Consent = append(c.Consent, intake.Consent{Channel: "email", State: strings.ToLower(e.String("marketingState")), UpdatedAt: e.Time("marketingUpdatedAt")})
	}
	return c
}

// graphParcel reads a fulfillment. What the carrier did of it says more than what the shop did.
func graphParcel(n *wire.Node, lines []*wire.Node, order string) *intake.Shipment {
	s := &intake.Shipment{Head: graphHead(n), Direction: "out", ShippedAt: n.Time("createdAt"), DeliveredAt: n.Time("deliveredAt"), Origin: graphAddress(n.At("originAddress")), Expected: intake.Window{To: n.Time("estimatedDeliveryAt")}.Or()}
	s.Number = n.String("name")
	s.Refer("order", order)
	s.Refer("location", tail(n.String("location", "id")))
	s.Status, s.VendorStatus = fulfilments.Of(n, "status")
	if ours, word := parcels.Of(n, "displayStatus"); word != "" && s.Status != intake.Cancelled {
		s.Status, s.VendorSubstatus = ours, word
		if word == "DELAYED" {
			s.Attributes = append(s.Attributes, intake.Delayed)
		}
	}
	for _, t := range n.At("trackingInfo").Items() {
		s.Carrier = cmp.Or(s.Carrier, t.String("company"))
		s.Numbers = append(s.Numbers, t.At("number").Texts()...)
		s.URLs = append(s.URLs, t.At("url").Texts()...)
	}
	for _, l := range lines {
		item := l.At("lineItem")
		s.Lines = append(s.Lines, intake.Line{ID: tail(l.String("id")), LineItem: tail(item.String("id")), Title: item.String("title"), SKU: item.String("sku"), Quantity: l.Int("quantity")})
	}
	return s
}

func graphRefund(n *wire.Node, lines []*wire.Node, order string) *intake.Refund {
	r := &intake.Refund{Head: graphHead(n), Amount: shopSum(n, "totalRefundedSet")}
	r.Refer("order", order)
	r.Refer("return", tail(n.String("return", "id")))
	for _, t := range n.At("transactions", "nodes").Items() {
		a := intake.Allocation{ID: tail(t.String("id")), To: t.String("gateway"), Payment: tail(t.String("parentTransaction", "id")), Amount: shopSum(t, "amountSet"), At: t.First("processedAt", "createdAt").Time()}
		a.Status, a.VendorStatus = transactionStatuses.Of(t, "status")
		if t.String("kind") == "REFUND" {
			r.Allocations = append(r.Allocations, a)
		}
	}
	for _, l := range lines {
		x := graphLine(l.At("lineItem"))
		x.LineItem, x.ID, x.Quantity, x.Unshipped, x.Cancelled = x.ID, tail(l.String("id")), l.Int("quantity"), 0, 0
		x.Price, x.Subtotal, x.Tax = shopSum(l, "priceSet"), shopSum(l, "subtotalSet"), shopSum(l, "totalTaxSet")
		x.Restock, x.Location = strings.ToLower(l.String("restockType")), tail(l.String("location", "id"))
		r.Lines = append(r.Lines, x)
		r.Components.Goods, r.Components.Tax = intake.Add(r.Components.Goods, x.Subtotal), intake.Add(r.Components.Tax, x.Tax)
	}
	for _, s := range n.At("refundShippingLines", "nodes").Items() {
		r.Components.Shipping = intake.Add(r.Components.Shipping, shopSum(s, "subtotalAmountSet"))
	}
	for _, a := range n.At("orderAdjustments", "nodes").Items() {
		r.Components.Adjustment = intake.Add(r.Components.Adjustment, shopSum(a, "amountSet"))
	}
	for _, d := range n.At("duties").Items() {
		r.Components.Duty = intake.Add(r.Components.Duty, shopSum(d, "amountSet"))
	}
	r.Status = settled(r.Allocations)
	r.UpdatedAt = intake.Latest(r.UpdatedAt, n.Time("processedAt"))
	return r
}

func graphReturn(n *wire.Node, order string) *intake.Return {
	r := &intake.Return{Head: graphHead(n), RequestedAt: n.Time("createdAt"), ClosedAt: n.Time("closedAt")}
	r.Number = n.String("name")
	r.Refer("order", order)
	r.Status, r.VendorStatus = returnStatuses.Of(n, "status")
	r.UpdatedAt = intake.Latest(r.CreatedAt, n.Time("requestApprovedAt"), r.ClosedAt)
	if d := n.At("decline"); d.Given() {
		r.Reason, r.Note = strings.ToLower(d.String("reason")), d.String("note")
	}
	for _, l := range n.At("returnLineItems", "nodes").Items() {
		item := l.At("fulfillmentLineItem", "lineItem")
		r.Lines = append(r.Lines, intake.Line{
			ID: tail(l.String("id")), LineItem: tail(item.String("id")), Title: item.String("title"), VariantTitle: item.String("variantTitle"), SKU: item.String("sku"), Quantity: l.Int("quantity"),
			Reason: l.At("returnReasonDefinition").First("handle", "name").Text(), Note: cmp.Or(l.String("returnReasonNote"), l.String("customerNote")),
		})
	}
	for _, e := range n.At("exchangeLineItems", "nodes").Items() {
		x := intake.Line{ID: tail(e.String("id")), Variant: tail(e.String("variantId")), Quantity: e.Int("quantity")}
		for _, l := range e.At("lineItems").Items() {
			x.LineItem, x.Title, x.SKU = tail(l.String("id")), l.String("title"), l.String("sku")
		}
		r.Exchanges = append(r.Exchanges, x)
	}
	for _, f := range n.At("reverseFulfillmentOrders", "nodes").Items() {
		for _, d := range f.At("reverseDeliveries", "nodes").Items() {
			t := d.At("deliverable", "tracking")
			s := &intake.Shipment{Head: intake.Head{ID: tail(d.String("id")), Status: intake.Announced}, Direction: "back", Carrier: t.String("carrierName"), Numbers: t.At("number").Texts(), URLs: t.At("url").Texts()}
			s.Refer("return", r.ID)
			s.Refer("order", order)
			r.Shipments = append(r.Shipments, s)
		}
	}
	return r
}

func graphProduct(n *wire.Node, variants []*wire.Node, currency string) *intake.Product {
	p := &intake.Product{Head: graphHead(n), Title: n.String("title"), Vendor: n.String("vendor"), Type: n.String("productType"), URL: n.String("onlineStoreUrl"), Tags: n.At("tags").Texts(), Attributes: metafields(n)}
	p.Number = n.String("handle")
	p.Status, p.VendorStatus = productStatuses.Of(n, "status")
	for _, m := range n.At("media", "nodes").Items() {
		p.Images = append(p.Images, m.At("preview", "image", "url").Texts()...)
	}
	for _, v := range variants {
		item := v.At("inventoryItem")
		x := intake.Variant{
			ID: tail(v.String("id")), SKU: v.String("sku"), Barcode: v.String("barcode"), Title: v.String("title"), Price: intake.Decimal(v.At("price"), currency), Listed: intake.Decimal(v.At("compareAtPrice"), currency),
			Cost: intake.Price(item.At("unitCost")), Grams: grams(item.At("measurement", "weight")), HSCode: item.String("harmonizedSystemCode"), Origin: item.String("countryCodeOfOrigin"), StockRef: tail(item.String("id")), Attributes: metafields(v),
		}
		for _, m := range v.At("media", "nodes").Items() {
			x.Image = cmp.Or(x.Image, m.String("preview", "image", "url"))
		}
		for _, o := range v.At("selectedOptions").Items() {
			if name, value := o.String("name"), o.String("value"); name != "Title" || value != "Default Title" { // a product without options
				x.Options = put(x.Options, name, value)
			}
		}
		if q := v.At("inventoryQuantity"); q.Given() {
			i := q.Int()
			x.Stock = &i
		}
		p.Variants = append(p.Variants, x)
	}
	return p
}

// metafields are the merchant's own. References to other things of the shop say nothing outside of it, and a long text
// (a page, a JSON document) is no attribute.
func metafields(n *wire.Node) map[string]string {
	var out map[string]string
	for _, m := range n.At("metafields", "nodes").Items() {
		value, key := m.String("value"), m.String("key")
		if space := m.String("namespace"); space != "custom" {
			key = space + "." + key
		}
		if len(value) <= 500 && !strings.Contains(value, "gid://") {
			out = put(out, key, value)
		}
	}
	return out
}

func put(m map[string]string, name, value string) map[string]string {
	if name == "" || value == "" {
		return m
	}
	if m == nil {
		m = map[string]string{}
	}
	m[name] = value
	return m
}
