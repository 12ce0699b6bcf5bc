package shopify

import (
	"net/url"
	"strings"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func refund(n *wire.Node, c string) *intake.Refund {
	r := &intake.Refund{Head: head(n)}
	r.Refer("return", id(n.At("return")))
	for _, t := range n.At("transactions").Items() {
		status, written := transactionStatuses.Of(t, "status")
		if k := t.String("currency"); c == "" {
			c = k
		}
		a := intake.Allocation{ID: id(t), To: t.String("gateway"), Payment: ref(t, "parent"), Amount: sum(t, "amount", c), Status: status, VendorStatus: written, At: t.First("processed_at", "created_at").Time()}
		read(t)
		r.Allocations = append(r.Allocations, a)
		if kind := t.String("kind"); kind == "refund" || kind == "" {
			r.Amount = intake.Add(r.Amount, a.Amount)
		}
	}
	for _, l := range n.At("refund_line_items").Items() {
		x := line(l.At("line_item"), c)
		x.ID, x.LineItem, x.Quantity = id(l), l.String("line_item_id"), l.Int("quantity")
		if exact := id(l.At("line_item")); exact != "" {
			x.LineItem = exact
		}
		x.Unshipped, x.Cancelled = 0, 0
		x.Subtotal, x.Tax, x.Restock, x.Location = sum(l, "subtotal", c), sum(l, "total_tax", c), l.String("restock_type"), l.String("location_id")
		r.Lines = append(r.Lines, x)
		r.Components.Goods = intake.Add(r.Components.Goods, x.Subtotal)
		r.Components.Tax = intake.Add(r.Components.Tax, x.Tax)
	}
	for _, s := range n.At("refund_shipping_lines").Items() {
		r.Components.Shipping = intake.Add(r.Components.Shipping, sum(s, "subtotal_amount", c))
	}
	for _, a := range n.At("order_adjustments").Items() {
		x := sum(a, "amount", c)
		if a.String("kind") == "shipping_refund" { // a negative sum
			r.Components.Shipping = intake.Add(r.Components.Shipping, intake.Times(x, -1))
		} else {
			r.Components.Adjustment = intake.Add(r.Components.Adjustment, x)
		}
	}
	if d := sum(n, "total_duties", c); d.Minor != 0 {
		r.Components.Duty = d
	}
	r.Status = settled(r.Allocations)
	switch {
	case !r.Amount.IsZero():
	case n.At("transactions").Kind() == wire.Array: // goods came back, and no money went
		r.Amount = intake.Times(r.Components.Goods, 0)
	default:
		r.Amount = intake.Add(r.Components.Goods, r.Components.Tax, r.Components.Shipping, r.Components.Duty)
	}
	r.UpdatedAt = intake.Latest(r.UpdatedAt, n.Time("processed_at"))
	return r
}

// settled is the state of a refund whose parts have these: all there, some, or none.
func settled(parts []intake.Allocation) string {
	status := ""
	for _, p := range parts {
		switch {
		case status == "" || status == p.Status:
			status = p.Status
		case p.Status == "succeeded" || status == "succeeded":
			return "partial"
		case p.Status == "failed":
			status = "failed"
		}
	}
	return status
}

func returned(n *wire.Node) *intake.Return {
	r := &intake.Return{Head: head(n), ClosedAt: n.Time("closed_at")}
	r.Number = n.String("name")
	r.Status, r.VendorStatus = returnStatuses.Of(n, "status")
	if o := n.At("order"); o.Given() {
		r.Refer("order", id(o))
	}
	if d := n.At("decline"); d.Given() {
		r.Reason, r.Note = d.String("reason"), d.String("note")
	}
	for _, l := range n.At("return_line_items").Items() {
		x := line(l.At("line_item"), "")
		if f := l.At("fulfillment_line_item"); f.Given() {
			x = line(f.At("line_item"), "")
		}
		x.LineItem, x.ID = x.ID, id(l)
		x.Quantity = l.Int("quantity")
		x.Reason, x.Note = l.First("return_reason", "reason").Text(), l.First("return_reason_note", "customer_note", "note").Text()
		r.Lines = append(r.Lines, x)
	}
	for _, e := range n.At("exchange_line_items").Items() {
		x := line(e.At("line_item"), "")
		x.LineItem, x.ID = x.ID, id(e)
		r.Exchanges = append(r.Exchanges, x)
	}
	return r
}

func dispute(n *wire.Node) *intake.Dispute {
	d := &intake.Dispute{Head: head(n), ReasonCode: n.String("network_reason_code"), RespondBy: n.Time("evidence_due_by"), EvidenceSentAt: n.Time("evidence_sent_on"), OpenedAt: n.Time("initiated_at"), ClosedAt: n.Time("finalized_on")}
	d.Reason = n.String("reason")
	d.Amount = sum(n, "amount", n.String("currency"))
	d.Stage, d.VendorStage = disputeStages.Of(n, "type")
	d.Status, d.VendorStatus = disputeStatuses.Of(n, "status")
	if d.Outcome = disputeOutcomes[d.VendorStatus]; d.Outcome != "" {
		d.VendorOutcome = d.VendorStatus
	}
	if !d.RespondBy.IsZero() {
		d.RespondSource = "evidence_due_by"
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = d.OpenedAt
	}
	d.UpdatedAt = intake.Latest(d.UpdatedAt, d.EvidenceSentAt, d.ClosedAt)
	return d
}

func shipment(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: head(n), Direction: "out", Carrier: n.String("tracking_company"), Service: n.String("service"), ShippedAt: n.Time("created_at"), Lines: intake.List(n.At("line_items"), func(l *wire.Node) intake.Line { return line(l, "") })}
	s.Number = n.String("name")
	s.Refer("location", n.String("location_id"))
	s.Numbers = append(n.At("tracking_numbers").Texts(), extra(n, "tracking_number", "tracking_numbers")...)
	s.URLs = append(n.At("tracking_urls").Texts(), extra(n, "tracking_url", "tracking_urls")...)
	s.Status, s.VendorStatus = fulfilments.Of(n, "status")
	if ours, word := parcels.Of(n, "shipment_status"); word != "" {
		s.Status, s.VendorSubstatus = ours, word
		if word == "delayed" {
			s.Attributes = append(s.Attributes, intake.Delayed)
		}
	}
	s.Destination, s.Origin = address(n.At("destination")), address(n.At("origin_address"))
	if info := n.At("tracking_info"); info.Given() {
		s.Carrier = info.First("company", "carrier").Text()
		s.Numbers = append(s.Numbers, info.String("number"))
	}
	return s
}

// extra is a single text that its list does not have.
func extra(n *wire.Node, one, many string) []string {
	text := n.String(one)
	for _, t := range n.At(many).Texts() {
		if t == text {
			return nil
		}
	}
	if text == "" {
		return nil
	}
	return []string{text}
}

// scan reads one event of a parcel: the parcel with this one event.
func scan(n *wire.Node) *intake.Shipment {
	s := &intake.Shipment{Head: head(n), Direction: "out"}
	s.Status, s.VendorStatus = parcels.Of(n, "status")
	place := address(n)
	e := intake.Event{ID: s.ID, At: n.First("happened_at", "created_at").Time(), Status: s.Status, Code: s.VendorStatus, Text: n.String("message"), Place: place, Lat: n.String("latitude"), Lon: n.String("longitude")}
	s.Events = []intake.Event{e}
	s.Refer("event", s.ID)
	s.ID = n.String("fulfillment_id")
	s.Refer("shop", n.String("shop_id"))
	s.Expected = intake.Window{To: n.Time("estimated_delivery_at")}.Or()
	if s.VendorStatus == "delayed" {
		s.Attributes = append(s.Attributes, intake.Delayed)
	}
	return s
}

// wayBack reads a parcel on which returned goods travel.
func wayBack(n *wire.Node) *intake.Shipment {
	t := n.At("shipping_deliverable", "tracking")
	s := &intake.Shipment{Head: head(n), Direction: "back", Carrier: t.String("carrier_name"), Numbers: t.At("tracking_number").Texts(), URLs: t.At("tracking_url").Texts()}
	s.Refer("return", id(n.At("return")))
	s.Status = intake.Announced
	s.CreatedAt = n.Time("shipping_deliverable", "label", "created_at")
	return s
}

// fulfillmentOrder reads the object itself (REST) or the several that a hook puts side by side.
func fulfillmentOrder(n *wire.Node) *intake.FulfillmentOrder {
	main := n
	others := map[string]string{}
	for _, name := range []string{"fulfillment_order", "submitted_fulfillment_order", "moved_fulfillment_order", "original_fulfillment_order", "remaining_fulfillment_order", "replacement_fulfillment_order"} {
		m := n.At(name)
		if !m.Given() {
			continue
		}
		if main == n {
			main = m
		} else {
			others[strings.TrimSuffix(name, "_fulfillment_order")] = id(m)
			m.At("status")
			m.At("request_status")
			m.At("assigned_location_id")
		}
	}
	if m := n.At("fulfillment_order_merges"); m.Given() {
		main = m.At("fulfillment_order")
		if list := m.Items(); len(list) > 0 {
			main = list[0].At("fulfillment_order")
		}
	}
	f := &intake.FulfillmentOrder{Head: head(main), RequestStatus: main.String("request_status"), Location: tail(main.String("assigned_location_id")), ShipTo: address(main.At("destination")), FulfillAt: main.Time("fulfill_at"), FulfillBy: main.Time("fulfill_by")}
	if len(others) > 0 {
		f.Others = others
	}
	f.Status, f.VendorStatus = fulfillmentOrderStatuses.Of(main, "status")
	for _, h := range main.At("fulfillment_holds").Items() {
		f.Holds = append(f.Holds, h.String("reason"))
	}
	for _, l := range append(main.At("line_items").Items(), append(n.At("fulfillment_order_line_items_requested").Items(), n.At("split_line_items").Items()...)...) {
		f.Lines = append(f.Lines, line(l, ""))
	}
	f.Message = n.String("message")
	if r := n.At("fulfillment_order_merchant_request"); r.Given() {
		f.Refer("merchant_request", id(r))
		f.Message = r.String("message")
	}
	if to := n.String("destination_location_id"); to != "" {
		f.Refer("destination_location", tail(to))
		f.Refer("source_location", id(n.At("source_location")))
	}
	return f
}

func inventory(n *wire.Node) *intake.Inventory {
	v := &intake.Inventory{Head: head(n)}
	l := intake.Level{Item: n.String("inventory_item_id"), SKU: n.String("sku"), Location: n.String("location_id"), Cost: sum(n, "cost", ""), Tracked: n.Bool("tracked"), UpdatedAt: n.Time("updated_at")}
	if u, err := url.Parse(n.String("admin_graphql_api_id")); err == nil && u.Query().Get("inventory_item_id") != "" {
		l.Item = u.Query().Get("inventory_item_id") // a level has no number of its own, only an item and a location
		v.ID = tail(u.String()) + "?inventory_item_id=" + l.Item
	}
	if l.Item == "" {
		l.Item = v.ID
	}
	if a := n.At("available"); a.Given() {
		q := a.Int()
		l.Available = &q
	}
	v.Refer("item", l.Item)
	v.Refer("location", l.Location)
	v.Levels = []intake.Level{l}
	return v
}
