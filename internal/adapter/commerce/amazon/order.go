package amazon

import (
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func window(n *wire.Node, from, to string) *intake.Window {
	return intake.Window{From: n.Time(from), To: n.Time(to)}.Or()
}

// order reads an order of the version 2026-01-01.
func order(n *wire.Node) *intake.Order {
	o := &intake.Order{Head: intake.Head{ID: n.String("orderId"), CreatedAt: n.Time("createdTime"), UpdatedAt: n.Time("lastUpdatedTime")}}
	o.Number, o.PlacedAt = o.ID, o.CreatedAt
	for _, a := range n.At("orderAliases").Items() {
		if a.String("aliasType") == "SELLER_ORDER_ID" {
			o.Refer("seller_order", a.String("aliasId"))
		} else {
			o.Refer("alias", a.String("aliasId"))
		}
	}
	s := n.At("salesChannel")
	o.Channel = s.First("marketplaceName", "channelName").Text()
	o.Refer("marketplace", s.String("marketplaceId"))
	o.Tags = n.At("programs").Texts()
	b := n.At("buyer")
	o.Email = b.String("buyerEmail")
	if b.Given() {
		o.Customer = &intake.Customer{Head: intake.Head{Kind: intake.KindCustomer}, Name: b.First("buyerName", "buyerCompanyName").Text(), Email: o.Email}
	}
	o.ShipTo = address(n.At("recipient", "deliveryAddress"))
	o.Total = intake.Price(n.At("proceeds", "grandTotal"))
	o.Currency = o.Total.Currency
	for _, b := range n.At("proceeds", "breakdowns").Items() {
		if b.String("type") == "DELIVERY_TIP" { // of the order, not of its lines
			o.Tip = intake.Add(o.Tip, intake.Price(b.At("subtotal")))
		}
	}
	f := n.At("fulfillment")
	status(o, f, "fulfillmentStatus")
	o.ShipBy, o.DeliverBy = window(f.At("shipByWindow"), "earliestDateTime", "latestDateTime"), window(f.At("deliverByWindow"), "earliestDateTime", "latestDateTime")
	o.Lines = intake.List(n.At("orderItems"), func(l *wire.Node) intake.Line { return line(l, o) })
	for _, p := range n.At("packages").Items() {
		o.Fulfillments = append(o.Fulfillments, parcel(p))
	}
	if o.Goods.IsZero() {
		for _, l := range o.Lines {
			o.Goods = intake.Add(o.Goods, intake.Times(l.Price, l.Quantity))
		}
	}
	for _, t := range n.At("tax", "taxRegistrations").Items() {
		if o.BillTo = address(t.At("taxRegistrationAddress")); o.BillTo != nil {
			o.BillTo.Company = t.String("legalName")
		}
	}
	held(o)
	return o
}

// held says that the marketplace took the money, and holds it for the seller: it alone gives it back.
func held(o *intake.Order) {
	if o.PaymentStatus != "paid" || o.Total.Minor <= 0 {
		return
	}
	o.Payments = []*intake.Payment{{
		Head: intake.Head{ID: o.ID, Status: "succeeded", CreatedAt: o.PlacedAt}, Operation: "payment", Amount: o.Total, Gateway: "amazon", Method: &intake.Method{Type: "marketplace"},
	}}
}

// status reads the one status that Amazon has as the state of the order, of its goods and of its money.
func status(o *intake.Order, n *wire.Node, name string) {
	o.Status, o.VendorStatus = orderStatuses.Of(n, name)
	o.FulfillmentStatus, o.VendorFulfillmentStatus = fulfillmentStatuses.Of(n, name)
	o.PaymentStatus = paymentStatuses[strings.ToLower(o.VendorStatus)]
}

// line reads a line, and adds what its proceeds are made of to the order.
func line(n *wire.Node, o *intake.Order) intake.Line {
	p, f := n.At("product"), n.At("fulfillment")
	l := intake.Line{
		ID: n.String("orderItemId"), Product: p.String("asin"), SKU: p.String("sellerSku"), Title: p.String("title"), Quantity: n.Int("quantityOrdered"), Shipped: f.Int("quantityFulfilled"), Unshipped: f.Int("quantityUnfulfilled"),
		Price: intake.Price(p.At("price", "unitPrice")), Total: intake.Price(n.At("proceeds", "proceedsTotal")),
	}
	for _, b := range n.At("proceeds", "breakdowns").Items() {
		sum := intake.Price(b.At("subtotal"))
		switch b.String("type") {
		case "ITEM":
			l.Subtotal = intake.Add(l.Subtotal, sum)
			o.Goods = intake.Add(o.Goods, sum)
		case "TAX", "ITEM_TAX":
			l.Tax = intake.Add(l.Tax, sum)
			o.Tax = intake.Add(o.Tax, sum)
		case "SHIPPING", "DELIVERY":
			l.Shipping = intake.Add(l.Shipping, sum)
			o.Shipping = intake.Add(o.Shipping, sum)
		case "DISCOUNT", "PROMOTION":
			l.Discount = intake.Add(l.Discount, sum)
			o.Discount = intake.Add(o.Discount, sum)
		default:
			o.Fee = intake.Add(o.Fee, sum)
		}
	}
	for _, b := range n.At("promotion", "breakdowns").Items() {
		l.Discounts = append(l.Discounts, intake.Discount{Code: b.String("promotionId")})
	}
	if c := n.At("cancellation"); c.Given() {
		l.Reason = c.At("cancellationRequest").First("cancelReason", "reason").Text()
		if l.Reason == "" {
			l.VendorStatus = "cancellation"
		} else {
			l.VendorStatus = "cancellation_requested"
		}
	}
	l.Note = f.String("packing", "giftOption", "giftMessage")
	return l
}

func parcel(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: intake.Head{Kind: intake.KindShipment, ID: n.String("packageReferenceId"), CreatedAt: n.Time("createdTime")}, Direction: "out", Carrier: n.String("carrier"), Service: n.String("shippingService"), ShippedAt: n.Time("shipTime"), Origin: address(n.At("shipFromAddress"))}
	s.Numbers = n.At("trackingNumber").Texts()
	p := n.At("packageStatus")
	s.Status, s.VendorStatus = milestones.Of(p, "status")
	s.VendorSubstatus = p.String("detailedStatus")
	for _, i := range n.At("packageItems").Items() {
		s.Lines = append(s.Lines, intake.Line{LineItem: i.String("orderItemId"), Quantity: i.Int("quantity")})
	}
	return s
}

func address(n *wire.Node) *intake.Address {
	if !n.Given() {
		return nil
	}
	return intake.Address{
		Name: n.First("name", "Name").Text(), Company: n.First("companyName", "CompanyName").Text(), Line1: n.First("addressLine1", "AddressLine1").Text(), Line2: n.First("addressLine2", "AddressLine2").Text(), Line3: n.First("addressLine3", "AddressLine3").Text(),
		District: n.First("districtOrCounty", "District", "County").Text(), City: n.First("city", "City", "municipality", "Municipality").Text(), Region: n.First("stateOrRegion", "StateOrRegion", "region").Text(),
		Postcode: n.First("postalCode", "PostalCode").Text(), Country: n.First("countryCode", "CountryCode").Text(), Phone: n.First("phone", "Phone").Text(),
	}.Or()
}

// orderV0 reads an order of the older version, or a part of it: its items, its buyer, its address.
func orderV0(n *wire.Node) *intake.Order {
	o := &intake.Order{Head: intake.Head{ID: n.String("AmazonOrderId"), CreatedAt: n.Time("PurchaseDate"), UpdatedAt: n.Time("LastUpdateDate")}, Channel: n.First("SalesChannel", "OrderChannel").Text(), PaymentMethod: n.String("PaymentMethod")}
	o.Number, o.PlacedAt = o.ID, o.CreatedAt
	o.Refer("seller_order", n.String("SellerOrderId"))
	o.Refer("marketplace", n.String("MarketplaceId"))
	o.Refer("replaced_order", n.String("ReplacedOrderId"))
	if methods := n.At("PaymentMethodDetails").Texts(); len(methods) > 0 {
		o.PaymentMethod = strings.Join(methods, ", ")
	}
	status(o, n, "OrderStatus")
	o.Total = intake.Price(n.At("OrderTotal"))
	o.ShipBy, o.DeliverBy = window(n, "EarliestShipDate", "LatestShipDate"), window(n, "EarliestDeliveryDate", "LatestDeliveryDate")
	o.ShipTo = address(n.At("ShippingAddress"))
	b := n.At("BuyerInfo")
	if !b.Given() {
		b = n
	}
	if email, name := b.String("BuyerEmail"), b.String("BuyerName"); email+name != "" {
		o.Email = email
		o.Customer = &intake.Customer{Head: intake.Head{Kind: intake.KindCustomer}, Name: name, Email: email}
	}
	for _, i := range n.At("OrderItems").Items() {
		o.Lines = append(o.Lines, lineV0(i))
	}
	for _, l := range o.Lines {
		o.Goods, o.Tax, o.Shipping, o.Discount = intake.Add(o.Goods, l.Subtotal), intake.Add(o.Tax, l.Tax), intake.Add(o.Shipping, l.Shipping), intake.Add(o.Discount, l.Discount)
	}
	o.Currency = o.Total.Currency
	if o.Currency == "" {
		o.Currency = o.Goods.Currency
	}
	for _, name := range []string{"IsBusinessOrder", "IsPrime", "IsReplacementOrder", "IsPremiumOrder"} {
		if n.Bool(name) {
			o.Tags = append(o.Tags, strings.TrimPrefix(name, "Is"))
		}
	}
	held(o)
	return o
}

func lineV0(n *wire.Node) intake.Line {
	l := intake.Line{
		ID: n.String("OrderItemId"), Product: n.String("ASIN"), SKU: n.String("SellerSKU"), Title: n.String("Title"), Quantity: n.First("QuantityOrdered", "Quantity").Int(), Shipped: n.Int("QuantityShipped"),
		Subtotal: intake.Price(n.At("ItemPrice")), Tax: intake.Add(intake.Price(n.At("ItemTax")), intake.Price(n.At("ShippingTax"))), Shipping: intake.Price(n.At("ShippingPrice")),
		Discount: intake.Add(intake.Price(n.At("PromotionDiscount")), intake.Price(n.At("ShippingDiscount"))), VendorStatus: n.String("OrderItemStatus"),
	}
	b := n.At("BuyerInfo")
	if !b.Given() {
		b = n
	}
	l.Note = b.String("GiftMessageText")
	if wrap := intake.Price(b.At("GiftWrapPrice")); !wrap.IsZero() {
		l.Total = intake.Add(l.Subtotal, wrap)
		l.Discounts = append(l.Discounts, intake.Discount{Type: "gift_wrap", Title: b.String("GiftWrapLevel"), Amount: wrap})
	}
	if c := n.At("BuyerRequestedCancel"); c.Given() {
		l.Reason = c.String("BuyerCancelReason")
		if c.Bool("IsBuyerRequestedCancel") {
			l.VendorStatus = "cancellation_requested"
		}
	}
	if n.Bool("IsBuyerRequestedCancel") {
		l.VendorStatus = "cancellation_requested"
	}
	return l
}

// changed reads the order of a notification.
func changed(n *wire.Node) *intake.Order {
	s := n.At("Summary")
	if !s.Given() {
		s = n
	}
	o := &intake.Order{Head: intake.Head{ID: n.String("AmazonOrderId")}, Channel: s.First("FulfillmentType", "FulfillmentChannel").Text()}
	o.Number = o.ID
	o.Reason = n.String("OrderChangeTrigger", "ChangeReason")
	o.Refer("marketplace", s.First("MarketplaceId", "MarketplaceID").Text())
	o.Refer("customer", s.String("BuyerCounterpartyId"))
	status(o, s, "OrderStatus")
	o.PlacedAt = s.First("PurchaseDate").Time()
	o.CreatedAt = o.PlacedAt
	o.ShipBy, o.DeliverBy = window(s, "EarliestShipDate", "LatestShipDate"), window(s, "EarliestDeliveryDate", "LatestDeliveryDate")
	o.ShipTo = intake.Address{Postcode: s.String("DestinationPostalCode")}.Or()
	o.Tags = append(s.At("OrderPrograms").Texts(), s.At("ShippingPrograms").Texts()...)
	o.Lines = intake.List(s.At("OrderItems"), lineV0)
	return o
}
