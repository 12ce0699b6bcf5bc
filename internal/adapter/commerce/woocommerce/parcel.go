package woocommerce

import (
	"cmp"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

// parcels reads what the tracking plugins keep beside an order. WooCommerce itself knows no parcels.
//
//   - WooCommerce Shipment Tracking and Advanced Shipment Tracking: a list under "_wc_shipment_tracking_items"
//   - AfterShip: a list under "_aftership_tracking_items"
//   - VillaTheme Orders Tracking: one number under "_wot_tracking_number", its carrier and status beside it
//   - older ones: one number under "_tracking_number", with "_tracking_provider" and "_date_shipped"
func parcels(data *wire.Node) []*intake.Shipment {
	var out []*intake.Shipment
	single := map[string]string{}
	for _, m := range data.Members() {
		key, value := m.Peek("key").Text(), m.Peek("value")
		switch {
		case key == "_wc_shipment_tracking_items" || key == "_aftership_tracking_items":
			for _, item := range value.Members() {
				if s := tracked(item); s != nil {
					out = append(out, s)
				}
			}
		case value.Kind() <= wire.String:
			single[key] = value.Text()
		}
	}
	for _, k := range []struct{ number, carrier, other, date, status string }{
		{"_wot_tracking_number", "_wot_tracking_carrier", "", "", "_wot_tracking_status"},
		{"_tracking_number", "_tracking_provider", "_custom_tracking_provider", "_date_shipped", ""},
	} {
		number := single[k.number]
		if number == "" || told(out, number) {
			continue
		}
		s := &intake.Shipment{Head: intake.Head{Kind: intake.KindShipment, ID: number}, Direction: "out", Carrier: cmp.Or(single[k.other], single[k.carrier]), Numbers: []string{number}, ShippedAt: day(single[k.date])}
		s.Status, s.VendorStatus = intake.Announced, single[k.status]
		if ours, ok := trackingStatuses[strings.ToLower(s.VendorStatus)]; ok {
			s.Status = ours
		}
		out = append(out, s)
	}
	return out
}

// tracked reads one item of a list.
func tracked(n *wire.Node) *intake.Shipment {
	text := func(names ...string) string {
		for _, name := range names {
			if t := n.Peek(name).Text(); t != "" {
				return t
			}
		}
		return ""
	}
	number := strings.TrimSpace(text("tracking_number"))
	if number == "" {
		return nil
	}
	s := &intake.Shipment{
		Head: intake.Head{Kind: intake.KindShipment, ID: cmp.Or(text("tracking_id"), number), Status: intake.Announced}, Direction: "out",
		Carrier: text("custom_tracking_provider", "formatted_tracking_provider", "tracking_provider", "slug"), Numbers: []string{number},
		ShippedAt: day(text("date_shipped")),
	}
	if url := text("custom_tracking_link", "ast_tracking_link", "formatted_tracking_link", "tracking_link"); url != "" {
		s.URLs = []string{url}
	}
	for _, p := range n.Peek("products_list").Members() { // Advanced Shipment Tracking: what lies in it
		s.Lines = append(s.Lines, intake.Line{LineItem: p.Peek("item_id").Text(), Product: p.Peek("product").Text(), Quantity: p.Peek("qty").Copy().Int()})
	}
	for _, l := range n.Peek("line_items").Members() { // AfterShip
		s.Lines = append(s.Lines, intake.Line{LineItem: l.Peek("id").Text(), Quantity: l.Peek("quantity").Copy().Int()})
	}
	return s
}

func told(list []*intake.Shipment, number string) bool {
	for _, s := range list {
		if s.Numbers[0] == number {
			return true
		}
	}
	return false
}

// day reads a day or a number of seconds.
func day(text string) time.Time {
	at, _ := wire.Moment(text)
	return at
}

// trackingStatuses are the words of the VillaTheme plugin.
var trackingStatuses = map[string]string{
	"pending": intake.Announced, "transit": intake.InTransit, "pickup": intake.ReadyForPickup, "delivered": intake.Delivered, "alert": intake.Held,
}
