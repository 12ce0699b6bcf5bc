package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/refund"
)

// A lead gives money back from the order's page: it is seen before it is given, given once for a form, and not at all
// where it comes to another sum by then.
func TestMoneyIsGivenBackFromTheOrdersPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	d.found("rival")
	ctx := context.Background()
	c, _ := d.complaint(m)
	o, err := d.orders.Get(ctx, m.owner, c.Lines[0].Order)
	must(t, err)
	b, order := d.as("owner@acme.example"), "/orders/"+id64(o.ID)
	row := "qty-" + id64(o.Lines[0].ID)
	if a := b.get(order).want(http.StatusOK, "No money has gone back."); !strings.Contains(a.body, order+"/refunds/new") {
		t.Error("the order's page does not lead to its refund")
	}
	b.get(order+"/refunds/new").want(http.StatusOK, "$65.00 of this order can still go back").lacks("Refund $")
	b.get(order+"/refunds/new?quote=yes").want(http.StatusUnprocessableEntity, "Choose units, postage or a sum.")
	b.get(order+"/refunds/new?quote=yes&"+row+"=3").want(http.StatusUnprocessableEntity, "Of this line 2 can be paid back.")
	b.get(order + "/refunds/new?quote=yes&goodwill=five").want(http.StatusUnprocessableEntity)
	b.get(order+"/refunds/new?quote=yes&goodwill=5&"+row+"=1&key=p1").want(http.StatusOK, "It comes to $37.50", "$30.00", "$2.50", "$5.00", "Refund $37.50", "Nobody else has to approve it.", "Where it goes")

	fields := []string{"key", "p1", row, "1", "goodwill", "5", "reason", "damaged", "why", "cracked, and she keeps it"}
	b.post(order+"/refunds", append(fields, "seen", "37.00")...).want(http.StatusUnprocessableEntity, "It comes to this now", "Refund $37.50")
	b.post(order+"/refunds", "key", "p0", row, "1", "goodwill", "5", "seen", "37.50").want(http.StatusUnprocessableEntity, "Say why", "Refund $37.50")
	fields = append(fields, "seen", "37.50")
	b.post(order+"/refunds", fields...).want(http.StatusSeeOther)
	b.post(order+"/refunds", fields...).want(http.StatusSeeOther)
	list, err := d.refunds.List(ctx, m.owner, refund.Filter{Order: o.ID}, 0, 9)
	must(t, err)
	if len(list) != 1 || list[0].Total().Minor != 3750 {
		t.Fatalf("%d refunds: %+v", len(list), list)
	}
	b.get(order).want(http.StatusOK, "$37.50", "Asked for", "Waits to be approved")
	b.get(order+"/refunds/new").want(http.StatusOK, "1 can still be paid back", "$32.50 of this order can still go back")

	must(t, d.store.SaveRefundLimits(ctx, m.owner.Workspace, []refund.Limit{{Currency: "USD", Above: 1000}}))
	b.get(order+"/refunds/new?quote=yes&all=yes").want(http.StatusOK, "It comes to $32.50", "Another person has to approve it")

	plain := d.as("agent@acme.example")
	if a := plain.get(order); strings.Contains(a.body, "refunds/new") {
		t.Error("who may not give money back is offered to")
	}
	plain.get(order + "/refunds/new").want(http.StatusForbidden)
	d.as("owner@rival.example").get(order + "/refunds/new").want(http.StatusNotFound)
}
