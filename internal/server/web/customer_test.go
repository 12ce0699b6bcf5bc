package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
)

// order saves an order of an address.
func (h *adminHouse) order(number, email, name string, placed time.Time) order.Order {
	h.t.Helper()
	ctx := context.Background()
	shop, _, err := h.orders.EnsureShop(ctx, h.owner(), order.Shop{Name: "Berlin", Market: "DE", Currency: "EUR"})
	if err != nil {
		h.t.Fatal(err)
	}
	_, _, err = h.orders.Save(ctx, h.owner(), order.New{
		Shop: shop.ID, Number: number, Email: email, CustomerName: name, Status: order.Open, PaymentStatus: "paid", FulfillmentStatus: "fulfilled",
		Currency: "EUR", Goods: 4000, Shipping: 990, Total: 4990, PlacedAt: placed,
		Lines: []order.Line{{Title: "Lamp", SKU: "L-1", Quantity: 2, Price: 2000}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := h.orders.Find(ctx, h.owner(), []string{order.Key(number)})
	if err != nil || len(list) == 0 {
		h.t.Fatalf("order %s: %v, %v", number, list, err)
	}
	return list[0]
}

func TestOrders(t *testing.T) {
	h, owner := founded(t, nil)
	owner.want(owner.get("/orders"), 200, "Orders appear here")
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 60 {
		h.order(fmt.Sprintf("GW-%d", 1000+i), fmt.Sprintf("c%d@example.com", i), fmt.Sprintf("Customer %c", 'A'+rune(i%26)), day.Add(time.Duration(i)*time.Hour))
	}
	o := h.order("GW-2000", "grace@example.com", "Grace Hopper", day)
	page := owner.want(owner.get("/orders"), 200, "GW-1059", "GW-1010", "after=")
	if page.has("GW-1009") {
		t.Error("the first page holds more than 50 orders")
	}
	next := formAfter(t, page)
	if a := owner.want(owner.get(next), 200, "GW-1009", "GW-1000", "GW-2000"); a.has("GW-1010", "after=") {
		t.Error("the second page repeats the first")
	}
	for q, want := range map[string]string{"2000": "GW-2000", "%23gw-2000": "GW-2000", "GRACE%40example.com": "GW-2000", "grace+h": "GW-2000", "1005": "GW-1005"} {
		a := owner.want(owner.get("/orders?q="+q), 200, want)
		if a.has("GW-1059") {
			t.Errorf("q=%s finds everything", q)
		}
	}
	owner.want(owner.get("/orders?q=nothing"), 200, "No order found")
	owner.want(owner.get("/orders?status=cancelled"), 200, "No order found")
	owner.want(owner.get("/orders?shop=12"), 200, "No order found")
	owner.want(owner.get("/orders?after=zzz"), 422)

	c := h.customer("Grace Hopper", "grace@example.com")
	h.ticket(c, "About my lamp", func(t *ticket.Ticket) { t.Order = o.ID })
	owner.want(owner.get(fmt.Sprintf("/orders/%d", o.ID)), 200, "Order GW-2000", "Lamp", "€49.90", "Grace Hopper", "About my lamp")
}

func formAfter(t *testing.T, a answer) string {
	t.Helper()
	return found(t, a, `href="(/orders\?[^"]*after=[^"]*)"`)
}

func TestCustomer(t *testing.T) {
	h, owner := founded(t, nil)
	ada, twin := h.customer("Ada Lovelace", "ada@example.com"), h.customer("A. Lovelace", "ada@work.example")
	h.order("GW-7", "ada@work.example", "A. Lovelace", time.Now().Add(-time.Hour))
	h.ticket(twin, "From work", nil)
	path, other := fmt.Sprintf("/customers/%d", ada.ID), fmt.Sprintf("/customers/%d", twin.ID)

	owner.want(owner.get(path), 200, "Ada Lovelace", "ada@example.com")
	owner.want(owner.post(path, "name", "Ada King", "lang", "fr", "tier", "vip", "notes", "Writes in verse."), 200, "Saved.", "Ada King", "Writes in verse.", `value="vip" checked`)
	me := fmt.Sprint(h.owner().ID)
	owner.want(owner.post(path, "name", "Ada King", "lang", "fr", "agent", me), 200, "Saved.", `value="`+me+`" selected`)
	owner.want(owner.post(path, "name", "Ada King", "lang", "fr", "agent", "12345"), 422)
	owner.want(owner.post(path, "name", "Ada King", "lang", "fr"), 200, `value="`+me+`" selected`)
	if a := owner.want(owner.post(path, "name", "Ada King", "lang", "fr", "notes", "Writes in verse.", "agent", "0"), 200); a.has(`value="` + me + `" selected`) {
		t.Error("nobody was chosen, and somebody is there")
	}
	owner.want(owner.post(path+"/identity", "kind", "phone", "value", "+44 20 7946 0000"), 200, "+442079460000")
	owner.want(owner.post(path+"/identity", "kind", "email", "value", "ada@work.example"), 422, "already belongs to another customer")
	owner.want(owner.post(path+"/identity", "kind", "email", "value", "nothing"), 422, "needs a channel and an address")
	if a := owner.want(owner.post(path+"/identity", "remove", "+442079460000"), 200, "Saved."); a.has("+442079460000") {
		t.Error("the number is still there")
	}
	owner.want(owner.post(path+"/identity", "remove", "ada@example.com"), 422, "at least one contact")
	owner.want(owner.post(path+"/identity", "remove", "else@example.com"), 404)

	owner.want(owner.post(path+"/merge", "other", "nobody@example.com"), 422, "No customer has nobody@example.com.")
	owner.want(owner.post(path+"/merge", "other", fmt.Sprint(ada.ID)), 422)
	merged := owner.want(owner.post(path+"/merge", "other", "ada@work.example"), 200,
		"A. Lovelace is now part of Ada King.", "ada@work.example", "Order GW-7 for €49.90", "From work", "A. Lovelace was merged into this customer")
	if a := owner.get(other); a.path != path {
		t.Errorf("the merged customer is at %s, want %s", a.path, path)
	}
	undo := found(t, merged, `action="(/customers/undo/\d+)"`)
	apart := owner.want(owner.post(undo, "back", path), 200, "stand apart again")
	if apart.path != path || apart.has("From work") {
		t.Error("after undo the ticket is still here")
	}
	owner.want(owner.get(other), 200, "From work", "GW-7")
	owner.want(owner.post(undo), 409)
	owner.want(owner.post("/customers/undo/12345"), 404)
	owner.want(owner.post(path+"/dance"), 404)
	owner.want(owner.post(path+"/merge", "other", fmt.Sprint(twin.ID)), 200, "is now part of")
}

func TestReportPage(t *testing.T) {
	h, owner := founded(t, nil)
	c := h.customer("Ada", "ada@example.com")
	olga := h.owner()
	h.ticket(c, "One", nil)
	h.ticket(c, "Two", func(t *ticket.Ticket) { t.Assignee = olga.Person() })
	h.ticket(c, "Three", func(t *ticket.Ticket) { t.Status, t.SolvedAt = ticket.Solved, t.CreatedAt.Add(2*time.Hour) })
	a := owner.want(owner.get("/reports"), 200, "Opened and solved by day", "/inbox/all?status=solved",
		fmt.Sprintf("/inbox/open?assignee=%d", olga.ID), "/inbox/unassigned", "Unassigned", "2 hr")
	for _, link := range allFound(a, `href="(/inbox/[^"]*)"`) {
		if link != "/inbox/late" { // the figure of promises that are late leads to a view of its own
			owner.want(owner.get(link), 200)
		}
	}
}
