package amazon

import (
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func tracking(n *wire.Node) *intake.Shipment {
	i := n.At("identifier")
	s := &intake.Shipment{Direction: "out", Carrier: i.String("carrierTracking", "carrierCode"), URLs: n.At("trackingUrl").Texts()}
	s.ID = i.First("aftn", "acsin", "containerNumber", "houseBillOfLadingNumber", "id").Text()
	if number := i.String("carrierTracking", "trackingNumber"); number != "" {
		s.Numbers = []string{number}
		if s.ID == "" {
			s.ID = number
		}
	}
	last := milestone(n.At("latestMilestone"))
	s.Status, s.VendorStatus, s.VendorSubstatus, s.UpdatedAt, s.Cause = last.Status, last.Code, last.Detail, last.At, last.Cause
	if s.VendorStatus == "DELAYED" {
		s.Attributes = append(s.Attributes, intake.Delayed)
	}
	s.Events = intake.List(n.At("milestoneHistory"), milestone)
	for _, e := range s.Events {
		switch {
		case e.Status == intake.Delivered && s.DeliveredAt.IsZero():
			s.DeliveredAt = e.At
		case e.Code == "SHIPPED" || e.Code == "PICKED_UP":
			s.ShippedAt = e.At
		}
	}
	for _, e := range n.At("trackingEstimates").Items() {
		if e.String("type") == "ESTIMATED_DELIVERY_DATE" {
			s.Expected = window(e.At("estimatedInterval"), "startTime", "endTime")
		}
	}
	return s
}

func milestone(n *wire.Node) intake.Event {
	w := n.At("status")
	e := intake.Event{At: n.Time("occurredAt"), Detail: w.String("subCode"), Text: w.String("description")}
	e.Status, e.Code = milestones.Of(w, "code")
	e.Cause = causes[e.Code]
	e.Place = address(n.At("location", "address"))
	return e
}

// outbound reads a parcel from Amazon's own warehouse.
func outbound(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Direction: "out", Head: intake.Head{ID: n.First("ShipmentId", "AmazonShipmentId", "shipmentId").Text()}}
	s.Refer("order", n.First("AmazonOrderId", "amazonOrderId").Text())
	s.Status, s.VendorStatus = milestones.Of(n, "ShipmentStatus")
	return s
}

// fulfillment reads an order to Amazon's warehouse with its parcels.
func fulfillment(n *wire.Node) []intake.Object {
	f := &intake.FulfillmentOrder{Head: intake.Head{ID: n.String("SellerFulfillmentOrderId"), UpdatedAt: n.Time("StatusUpdatedDateTime")}, RequestStatus: n.String("EventType")}
	f.Status, f.VendorStatus = fulfillmentOrderStatuses.Of(n, "FulfillmentOrderStatus")
	out := []intake.Object{f}
	if m := n.At("FulfillmentShipment"); m.Given() {
		s := &intake.Shipment{Direction: "out", Head: intake.Head{ID: m.String("AmazonShipmentId"), UpdatedAt: f.UpdatedAt}, Expected: intake.Window{To: m.Time("EstimatedArrivalDateTime")}.Or()}
		s.Refer("fulfillment_order", f.ID)
		s.Status, s.VendorStatus = milestones.Of(m, "FulfillmentShipmentStatus")
		for _, p := range m.At("FulfillmentShipmentPackages").Items() {
			s.Legs = append(s.Legs, intake.Leg{Carrier: p.String("CarrierCode"), Numbers: p.At("TrackingNumber").Texts()})
			s.Numbers = append(s.Numbers, p.At("TrackingNumber").Texts()...)
		}
		out = append(out, s)
	}
	if m := n.At("FulfillmentReturnItem"); m.Given() {
		r := &intake.Return{Lines: []intake.Line{{SKU: m.String("SellerSKU"), Quantity: m.Int("ReturnedQuantity")}}}
		r.Refer("fulfillment_order", f.ID)
		r.Status, r.UpdatedAt = "goods_here", m.Time("ReceivedDateTime")
		out = append(out, r)
	}
	return out
}

// multichannel reads an order to Amazon's warehouse as the API answers it.
func multichannel(p *wire.Node) *intake.FulfillmentOrder {
	n := p.At("fulfillmentOrder")
	f := &intake.FulfillmentOrder{Head: intake.Head{ID: n.String("sellerFulfillmentOrderId"), Number: n.String("displayableOrderId"), CreatedAt: n.Time("receivedDate"), UpdatedAt: n.Time("statusUpdatedDate")}, ShipTo: address(n.At("destinationAddress"))}
	f.Refer("marketplace", n.String("marketplaceId"))
	f.Status, f.VendorStatus = fulfillmentOrderStatuses.Of(n, "fulfillmentOrderStatus")
	for _, l := range p.At("fulfillmentOrderItems").Items() {
		f.Lines = append(f.Lines, intake.Line{ID: l.String("sellerFulfillmentOrderItemId"), SKU: l.String("sellerSku"), Quantity: l.Int("quantity"), Cancelled: l.Int("cancelledQuantity")})
	}
	return f
}

func returned(n *wire.Node) *intake.Return {
	r := &intake.Return{Head: intake.Head{ID: n.String("id"), CreatedAt: n.Time("creationDateTime"), UpdatedAt: n.Time("lastUpdatedDateTime")}}
	r.Status, r.VendorStatus = returnStatuses.Of(n, "status")
	m := n.At("returnMetadata")
	r.Reason = m.String("returnReason")
	r.Number = m.String("rmaId")
	r.Refer("invoice", m.String("invoiceNumber"))
	c := n.At("marketplaceChannelDetails")
	r.Refer("order", c.First("customerOrderId", "channelSpecificOrderId").Text())
	r.Refer("shipment", c.String("shipmentId"))
	r.Refer("location", n.First("returnLocationId", "fulfillmentLocationId").Text())
	r.Lines = []intake.Line{{SKU: n.String("merchantSku"), Quantity: n.Int("numberOfUnits"), Reason: r.Reason}}
	if s := n.At("returnShippingInfo"); s.Given() {
		x := &intake.Shipment{Head: intake.Head{Kind: intake.KindShipment}, Direction: "back", DeliveredAt: s.Time("deliveryDateTime"), ShippedAt: s.Time("pickupDateTime")}
		for _, way := range []string{"forwardTrackingInfo", "reverseTrackingInfo"} {
			t := s.At(way)
			x.Carrier = t.String("carrierName")
			x.Numbers = append(x.Numbers, t.At("trackingId").Texts()...)
		}
		r.Shipments = []*intake.Shipment{x}
	}
	return r
}

// transaction reads a booking; one that gives a customer money back is a refund.
func transaction(n *wire.Node) intake.Object {
	h := intake.Head{ID: n.First("transactionId", "TransactionId").Text(), CreatedAt: n.First("postedDate", "PostedDate").Time(), Note: n.String("description")}
	h.Status, h.VendorStatus = transactionStatuses.Of(n, "transactionStatus")
	for _, r := range n.First("relatedIdentifiers", "RelatedIdentifiers").Items() {
		name := r.First("relatedIdentifierName", "RelatedIdentifierName").Text()
		what := strings.TrimSuffix(strings.ToLower(name), "id")
		h.Refer(strings.TrimSuffix(what, "_"), r.First("relatedIdentifierValue", "RelatedIdentifierValue").Text())
	}
	m := n.First("sellingPartnerMetadata", "SellingPartnerMetadata")
	h.Refer("marketplace", m.First("marketplaceId", "MarketplaceId").Text())
	h.Refer("account", m.First("sellingPartnerId", "SellingPartnerId").Text())
	sum := intake.Price(n.First("totalAmount", "TotalAmount"))
	kind := n.First("transactionType", "TransactionType").Text()
	if kind == "Refund" {
		h.Kind = intake.KindRefund
		r := &intake.Refund{Head: h, Amount: sum}
		r.Components = components(n.At("breakdowns"))
		return r
	}
	p := &intake.Payment{Head: h, Operation: kind, Amount: sum}
	for _, b := range n.At("breakdowns").Items() {
		if strings.Contains(b.String("breakdownType"), "Fee") {
			p.Fee = intake.Add(p.Fee, intake.Price(b.At("breakdownAmount")))
		}
	}
	return p
}

func components(n *wire.Node) intake.Components {
	var c intake.Components
	for _, b := range n.Items() {
		sum := intake.Price(b.At("breakdownAmount"))
		switch kind := b.String("breakdownType"); {
		case strings.Contains(kind, "Tax"):
			c.Tax = intake.Add(c.Tax, sum)
		case strings.Contains(kind, "Shipping"):
			c.Shipping = intake.Add(c.Shipping, sum)
		case strings.Contains(kind, "Fee"):
			c.Fee = intake.Add(c.Fee, sum)
		case strings.Contains(kind, "Principal") || strings.Contains(kind, "ProductCharges"):
			c.Goods = intake.Add(c.Goods, sum)
		default:
			c.Adjustment = intake.Add(c.Adjustment, sum)
		}
	}
	return c
}

// events reads the lists of the older finances API: each entry with its charges added up.
func events(n *wire.Node) []intake.Object {
	var out []intake.Object
	for _, list := range n.Members() {
		what := strings.TrimSuffix(list.Key(), "EventList")
		for _, e := range n.At(list.Key()).Items() {
			h := intake.Head{CreatedAt: e.Time("PostedDate"), Reason: e.String("AdjustmentType")}
			h.Refer("order", e.String("AmazonOrderId"))
			h.Refer("seller_order", e.String("SellerOrderId"))
			sum := intake.Add(charges(e, "ShipmentItemList"), charges(e, "ShipmentItemAdjustmentList"), intake.Price(e.At("AdjustmentAmount")), intake.Price(e.At("TransactionAmount")))
			if what == "Refund" || what == "ChargeRefund" {
				h.Kind = intake.KindRefund
				out = append(out, &intake.Refund{Head: h, Amount: intake.Times(sum, -1)})
				continue
			}
			out = append(out, &intake.Payment{Head: h, Operation: what, Amount: sum})
		}
	}
	if len(out) == 0 {
		out = append(out, intake.NewRecord("financial_events", n))
	}
	return out
}

func charges(e *wire.Node, name string) intake.Money {
	var sum intake.Money
	for _, i := range e.At(name).Items() {
		for _, list := range []string{"ItemChargeList", "ItemChargeAdjustmentList"} {
			for _, c := range i.At(list).Items() {
				c.At("ChargeType")
				sum = intake.Add(sum, intake.Price(c.At("ChargeAmount")))
			}
		}
	}
	return sum
}

func stock(items []*wire.Node) *intake.Inventory {
	v := &intake.Inventory{}
	for _, i := range items {
		l := intake.Level{Item: i.First("asin", "ASIN").Text(), SKU: i.First("sellerSku", "SellerSKU", "fnSku").Text(), Location: i.String("marketplaceId"), UpdatedAt: i.First("endTime", "lastUpdatedTime").Time()}
		if q := i.First("highlyAvailableInventory", "totalQuantity"); q.Given() {
			n := q.Int()
			l.Available = &n
		}
		v.Levels = append(v.Levels, l)
		v.UpdatedAt = intake.Latest(v.UpdatedAt, l.UpdatedAt)
	}
	if len(v.Levels) == 1 {
		v.ID = v.Levels[0].Item
	}
	return v
}

func invoice(n *wire.Node) *intake.Record {
	r := intake.NewRecord("invoice", n)
	r.ID, r.VendorStatus = n.String("AmazonShipmentId"), n.String("InvoiceStatus")
	r.Refer("shipment", r.ID)
	return r
}

// message reads a letter to a buyer, or the list of letters that may be written.
func message(path string, n, parameters *wire.Node) *intake.Message {
	m := &intake.Message{From: "merchant", To: "customer"}
	body := parameters.Peek("body", "value")
	m.Text = body.Peek("text").Text()
	if what := path[strings.LastIndexByte(path, '/')+1:]; !strings.HasPrefix(what, "{") {
		m.Reason = what // the kind of letter
	}
	for _, a := range body.Peek("attachments").Members() {
		m.Attachments = append(m.Attachments, a.Peek("fileName").Text())
		m.Refer("attachment", a.Peek("uploadDestinationId").Text())
	}
	for _, a := range n.At("_links", "actions").Items() {
		m.Actions = append(m.Actions, a.String("name"))
	}
	return m
}

func feedback(n *wire.Node) *intake.Feedback {
	f := &intake.Feedback{Product: n.String("asin"), Title: n.First("itemName", "displayName").Text(), Country: n.String("countryCode"), Period: window(n.At("dateRange"), "startDate", "endDate")}
	f.ID = f.Product
	if f.ID == "" {
		f.ID = n.String("browseNodeId")
	}
	f.Refer("product", f.Product)
	f.Refer("marketplace", n.String("marketplaceId"))
	for _, list := range []string{"topics", "reviewTrends", "returnTopics", "returnTrends"} {
		m := n.At(list)
		for _, mood := range []string{"positive", "negative"} {
			for _, t := range m.At(mood + "Topics").Items() {
				f.Topics = append(f.Topics, topic(t, mood))
			}
		}
		for _, t := range m.Items() {
			f.Topics = append(f.Topics, topic(t, "negative")) // what goods come back for
		}
	}
	if f.Period != nil {
		f.UpdatedAt = f.Period.To
	}
	return f
}

func topic(n *wire.Node, mood string) intake.Topic {
	a := n.First("asinMetrics", "browseNodeMetrics")
	return intake.Topic{Topic: n.String("topic"), Mood: mood, Mentions: a.Int("numberOfMentions"), Share: a.At("occurrencePercentage").Text(), Impact: a.At("starRatingImpact").Text(), Snippets: n.At("reviewSnippets").Texts()}
}
