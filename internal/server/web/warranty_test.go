package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/warranty"
)

// TestGuaranteesAreWrittenAndShown writes a guarantee and a plan in the settings, is refused what names nobody, and reads on
// the order's page until when each unit is covered.
func TestGuaranteesAreWrittenAndShown(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("owner@acme.example")
	follow := func(a answer) answer {
		t.Helper()
		return b.get(a.header.Get("Location"))
	}
	b.get("/admin/warranties").want(http.StatusOK, "Nothing is promised beyond the law")
	b.post("/admin/warranties", "name", "Three years", "months", "36", "start", "delivery", "remedies", "repair replace refund", "postage", "merchant").want(http.StatusUnprocessableEntity, "Name who gives the guarantee")
	follow(b.post("/admin/warranties", "name", "Three years", "months", "36", "start", "delivery", "remedies", "replace repair refund", "postage", "merchant", "guarantor", "Greywing GmbH, Hamburg", "group", "display", "last_made", "2026-01-31")).want(http.StatusOK, "Three years", "replacement, repair")
	follow(b.post("/admin/warranties/plans", "name", "Plus", "months", "12", "plan_skus", "PLUS-12")).want(http.StatusOK, "PLUS-12")
	b.post("/admin/warranties/plans", "name", "Plus", "months", "12").want(http.StatusUnprocessableEntity, "Name the SKUs")

	came := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	o, _, err := d.orders.Save(context.Background(), m.owner, order.New{
		Shop: m.shop.ID, Number: "W-77", Email: "anna@client.example", Currency: "EUR", Goods: 5000, Total: 5000, PlacedAt: came.AddDate(0, 0, -3), ShipTo: order.Address{Country: "DE", City: "Berlin"},
		Lines:        []order.Line{{SKU: "TV-1", Title: "Television", Quantity: 1, Price: 4500}, {SKU: "PLUS-12", Title: "Plus", Quantity: 1, Price: 500}},
		Fulfillments: []order.Fulfillment{{ShippedAt: came.AddDate(0, 0, -2), DeliveredAt: came}},
	})
	must(t, err)
	_, _, err = d.warranty.Register(context.Background(), m.owner, warranty.Registration{Order: o.ID, Row: o.Lines[0].ID, Serial: "SN-1"})
	must(t, err)
	// 24 months by law, 36 promised, 12 more bought, seven years of parts after the last unit was made.
	b.get("/orders/"+id64(int64(o.ID))).want(http.StatusOK, "until Mar 4, 2028", "until Mar 4, 2029", "until Mar 4, 2030", "until Jan 31, 2033", "SN-1")
}
